"""How a need and an offer meet, and how a donation reaches its household [S 三(六), check 37]."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any, ClassVar

from ledger.complaints.words import open_words, words
from ledger.ids import DocumentId, MatchId, NeedId, OfferId
from ledger.kernel import Boundary, Command, Context, Event, Facts, Fen, Known, Named, PersonId, tag
from ledger.organisation.states import Organisation, require_scope
from ledger.registry.commands import STAFF, not_in_future
from ledger.registry.refusals import BadDate
from ledger.registry.states import Household
from ledger.support.charity_events import (
    CancelledBy,
    DonationDelivered,
    DonationForm,
    DonorClass,
    MatchAgreed,
    MatchCancelled,
    NeedPublished,
    OfferMade,
)
from ledger.support.charity_needs import member_of, yuan
from ledger.support.charity_refusals import (
    BadNeed,
    MatchClosed,
    MatchUnknown,
    MoreThanAgreed,
    NeedClosed,
    NeedCovered,
    NeedUnknown,
    NoConsent,
    OfferClosed,
    OfferDoesNotFit,
    OfferSpent,
    OfferUnknown,
    ReceiptMissing,
    ReceiptUsed,
)
from ledger.support.charity_states import CharityConsent, Match, Need, Offer, PublicAid, measure

CLASSES = {
    DonorClass.ENTERPRISE: Named(zh="企业", en="an enterprise"),
    DonorClass.SOCIAL_ORGANISATION: Named(zh="社会组织", en="a social organisation"),
    DonorClass.CHARITY: Named(zh="慈善组织", en="a charity"),
    DonorClass.TRUST: Named(zh="慈善信托", en="a charitable trust"),
    DonorClass.INDIVIDUAL: Named(zh="个人", en="a person"),
}


def told(form: DonationForm, how_much: int) -> str:
    """How much, as a refusal says it."""
    return f"{how_much} h" if form is DonationForm.HOURS else yuan(how_much)


def given(form: DonationForm, fen: int | None, hours: int | None) -> int:
    """How much a command names. Raises ``BadNeed`` unless it is above nothing and in the form's own measure."""
    wrong = fen is not None if form is DonationForm.HOURS else hours is not None
    how_much = measure(form, fen, hours)
    if wrong or how_much <= 0:
        raise BadNeed(
            why="so much, in yuan or hours as the need is, must be above nothing",
            why_zh="数量须与需求形式一致且大于零",
        )
    return how_much


class AgreeMatch(Command, frozen=True, kw_only=True):
    """Agrees that so much of an offer goes to a need: never more than is left of either, public aid taken into account.

    Two who match the same need at the same moment cannot cover it twice: one of them is refused.
    """

    ROLES: ClassVar = STAFF
    need_id: NeedId
    offer_id: OfferId
    agreed_fen: Fen | None = None
    volunteer_hours: int | None = None

    def boundary(self, known: Known, context: Context) -> Boundary:
        facts = [Need.facts(self.need_id), Offer.facts(self.offer_id)]
        published = known.state(Need, self.need_id).published
        if published is not None:
            household = published.household_id
            facts += [
                Organisation.facts(published.organisation_id),
                CharityConsent.facts(household),
                PublicAid.facts(household),
            ]
        return tuple(facts)

    def decide(self, known: Known, context: Context) -> Iterable[Event]:
        need, published, offer, made = self._both(known, context)
        organisation = known.state(Organisation, published.organisation_id)
        require_scope(context.actor, organisation)
        if not need.open_on(context.today):
            raise NeedClosed
        if not known.state(CharityConsent, published.household_id).stands_on(context.today):
            raise NoConsent
        if not offer.open_on(context.today):
            raise OfferClosed
        fits(published, made, organisation.lineage)
        how_much = given(published.form, self.agreed_fen, self.volunteer_hours)
        aid = known.state(PublicAid, published.household_id)
        left, public = need.left(aid), need.public(aid)
        if how_much > left:
            raise NeedCovered(
                left=told(made.form, max(left, 0)), public=yuan(public), asked=told(made.form, how_much)
            )
        if how_much > offer.left:
            raise OfferSpent(left=told(made.form, offer.left), asked=told(made.form, how_much))
        yield MatchAgreed(
            match_id=context.new_id(MatchId), need_id=published.need_id, offer_id=made.offer_id, donor_id=made.donor_id,
            household_id=published.household_id, organisation_id=published.organisation_id, form=made.form,
            agreed_fen=self.agreed_fen, hours=self.volunteer_hours, public_aid_fen=Fen(public), note=CLASSES[made.donor_class],
        )  # fmt: skip

    def _both(self, known: Known, context: Context) -> tuple[Need, NeedPublished, Offer, OfferMade]:
        need, offer = known.state(Need, self.need_id), known.state(Offer, self.offer_id)
        if need.published is None:
            raise NeedUnknown(need=self.need_id)
        if offer.made is None:
            raise OfferUnknown(offer=self.offer_id)
        return need, need.published, offer, offer.made


def fits(need: NeedPublished, offer: OfferMade, lineage: tuple[str, ...]) -> None:
    """Raises ``OfferDoesNotFit`` for another form, a need it is not for, or a place it does not serve."""
    if offer.form is not need.form:
        raise OfferDoesNotFit(
            why=f"{offer.form.value} is offered, {need.form.value} needed", why_zh="形式不同"
        )
    if offer.need_kinds and need.need_kind not in offer.need_kinds:
        raise OfferDoesNotFit(why=f"it is not for {need.need_kind.value}", why_zh="不在捐赠用途内")
    if offer.organisation_id not in lineage:
        raise OfferDoesNotFit(why="it serves another place", why_zh="不在捐赠区域内")


class MatchCommand(Command, frozen=True, kw_only=True):
    """Base of what becomes of a match in the operator's scope."""

    ROLES: ClassVar = STAFF
    match_id: MatchId

    def boundary(self, known: Known, context: Context) -> Boundary:
        """The match, its need and organisation, and whatever else the step names."""
        facts = [Match.facts(self.match_id)]
        agreed = known.state(Match, self.match_id).agreed
        if agreed is not None:
            facts += [
                Need.facts(agreed.need_id),
                Organisation.facts(agreed.organisation_id),
                *self.more(agreed),
            ]
        return tuple(facts)

    def more(self, agreed: MatchAgreed) -> list[Facts]:
        """Further facts the decision needs."""
        return []

    def match(self, known: Known, context: Context) -> tuple[Match, MatchAgreed]:
        """The match, which must be in scope with something left to deliver."""
        match = known.state(Match, self.match_id)
        if match.agreed is None:
            raise MatchUnknown(match=self.match_id)
        require_scope(context.actor, known.state(Organisation, match.agreed.organisation_id))
        if match.left <= 0:
            raise MatchClosed
        return match, match.agreed

    @staticmethod
    def of(agreed: MatchAgreed) -> dict[str, Any]:
        """What every later event repeats of the first."""
        names = ("match_id", "need_id", "offer_id", "donor_id", "household_id", "organisation_id", "form")
        return {name: getattr(agreed, name) for name in names}


class CancelMatch(MatchCommand, frozen=True, kw_only=True):
    """Cancels what was not delivered yet: the household rejected it, the donor took it back, or the office erred."""

    cancelled_by: CancelledBy
    reason: str

    def decide(self, known: Known, context: Context) -> Iterable[Event]:
        match, agreed = self.match(known, context)
        hours = agreed.form is DonationForm.HOURS
        yield MatchCancelled(
            released_fen=None if hours else Fen(match.left), hours=match.left if hours else None,
            cancelled_by=self.cancelled_by, reason=open_words(self.reason, "the reason", "理由"), **self.of(agreed),
        )  # fmt: skip


class DeliverDonation(MatchCommand, frozen=True, kw_only=True):
    """Records that a donation, whole or in part, reached the household and was accepted by a member.

    Refused when public aid for the same need, given meanwhile, would make it cover the need twice [check 37].
    """

    amount_fen: Fen | None = None
    volunteer_hours: int | None = None
    goods: str | None = None
    receipt: DocumentId | None = None
    received_by: PersonId
    acceptance: str
    delivered_on: date

    def more(self, agreed: MatchAgreed) -> list[Facts]:
        facts = [
            PublicAid.facts(agreed.household_id),
            Household.facts(agreed.household_id),
            Offer.facts(agreed.offer_id),
        ]
        if self.receipt:
            facts.append(Facts(types=(DonationDelivered,), tags=(tag(DocumentId, self.receipt),)))
        return facts

    def decide(self, known: Known, context: Context) -> Iterable[Event]:
        match, agreed = self.match(known, context)
        need, offer = known.state(Need, agreed.need_id), known.state(Offer, agreed.offer_id)
        if need.withdrawn or offer.made is None:
            raise NeedClosed
        how_much = given(agreed.form, self.amount_fen, self.volunteer_hours)
        if how_much > match.left:
            raise MoreThanAgreed(left=told(agreed.form, match.left), asked=told(agreed.form, how_much))
        aid = known.state(PublicAid, agreed.household_id)
        if how_much > need.to_deliver(aid):
            left, public = max(need.to_deliver(aid), 0), need.public(aid)
            raise NeedCovered(
                left=told(agreed.form, left), public=yuan(public), asked=told(agreed.form, how_much)
            )
        not_in_future(self.delivered_on, context.today, "delivery on", "到户日期")
        if agreed.occurred_on and self.delivered_on < agreed.occurred_on:
            raise BadDate(
                what="delivery on",
                what_zh="到户日期",
                day=self.delivered_on,
                why="before the match",
                why_zh="早于对接日期",
            )
        member_of(known.state(Household, agreed.household_id), self.received_by, self.delivered_on)
        self._check_receipt(known, agreed.form)
        goods = (
            open_words(self.goods or "", "what goods or help", "物资或服务内容")
            if agreed.form is not DonationForm.MONEY
            else None
        )
        yield DonationDelivered(
            donor_class=offer.made.donor_class, person_id=self.received_by, amount_fen=self.amount_fen, hours=self.volunteer_hours, goods=goods,
            receipt_id=self.receipt, acceptance=words(self.acceptance, "the document of acceptance", "签收单"),
            note=CLASSES[offer.made.donor_class], occurred_on=self.delivered_on, **self.of(agreed),
        )  # fmt: skip

    def _check_receipt(self, known: Known, form: DonationForm) -> None:
        if form is not DonationForm.HOURS and not (self.receipt or "").strip():
            raise ReceiptMissing
        if any(e.receipt_id == self.receipt for e in known.events(DonationDelivered) if self.receipt):
            raise ReceiptUsed(receipt=self.receipt)
