"""What may be done about consents and needs [S 三(六), 649 art. 56, 61]."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import ClassVar

from ledger.complaints.words import open_words, words
from ledger.ids import NeedId
from ledger.kernel import (
    Boundary,
    Command,
    Context,
    Event,
    Facts,
    Fen,
    HouseholdId,
    Known,
    Named,
    OrganisationId,
    PersonId,
    tag,
)
from ledger.organisation.states import Organisation, require_scope
from ledger.registry.commands import STAFF, HouseholdCommand, not_in_future
from ledger.registry.refusals import BadDate, NotMember
from ledger.registry.states import Household
from ledger.support.charity_events import (
    CharityConsentGiven,
    CharityConsentWithdrawn,
    DonationForm,
    NeedKind,
    NeedLowered,
    NeedPublished,
    NeedWithdrawn,
)
from ledger.support.charity_refusals import (
    BadNeed,
    ConsentStands,
    NeedClosed,
    NeedCovered,
    NeedPublishedAlready,
    NeedUnknown,
    NoConsent,
)
from ledger.support.charity_states import CharityConsent, Need, PublicAid

LONGEST = 40
"""The most characters said of goods or help: a few words identify nobody."""
KINDS = {
    NeedKind.LIVING: Named(zh="生活", en="living"),
    NeedKind.MEDICAL: Named(zh="医疗", en="medical"),
    NeedKind.SCHOOL: Named(zh="教育", en="schooling"),
    NeedKind.HOME: Named(zh="住房", en="housing"),
    NeedKind.WORK: Named(zh="就业", en="work"),
    NeedKind.NURSING: Named(zh="照料", en="care"),
    NeedKind.DEVICE: Named(zh="辅助器具", en="assistive device"),
    NeedKind.OTHER: Named(zh="其他", en="other"),
}


def check_measure(form: DonationForm, fen: int | None, hours: int | None, goods: str | None) -> str | None:
    """What is said of goods or help, checked with how much of it. Raises ``BadNeed`` for what cannot be."""
    if form is DonationForm.HOURS:
        if fen is not None or hours is None or hours <= 0:
            raise BadNeed(why="volunteering is counted in hours alone", why_zh="志愿服务仅以小时计")
    elif hours is not None or fen is None or fen <= 0:
        raise BadNeed(why="money and goods have an amount in yuan alone", why_zh="资金和物资仅以金额计")
    if form is DonationForm.MONEY:
        if goods:
            raise BadNeed(why="money has no description", why_zh="资金无须写明物资内容")
        return None
    said = open_words(goods or "", "what goods or help", "物资或服务内容")
    if len(said) > LONGEST:
        raise BadNeed(
            why=f"what is published has {LONGEST} characters at most", why_zh=f"公开内容不得超过{LONGEST}字"
        )
    return said


def member_of(household: Household, person_id: str, day: date) -> None:
    """Raises ``NotMember`` unless the person lives in the household now."""
    if household.member(person_id) is None:
        raise NotMember(person=person_id, day=day)


class GiveCharityConsent(HouseholdCommand, frozen=True, kw_only=True):
    """Records that a member signed the household's agreement to publish its needs, masked, and to be helped."""

    person_id: PersonId
    document: str
    until: date | None = None
    consented_on: date

    def more(self, known: Known, context: Context) -> Boundary:
        return (CharityConsent.facts(self.household_id),)

    def decide(self, known: Known, context: Context) -> Iterable[Event]:
        household = self.household(known, context)
        not_in_future(self.consented_on, context.today, "consent on", "同意日期")
        member_of(household, self.person_id, self.consented_on)
        if known.state(CharityConsent, self.household_id).stands_on(context.today):
            raise ConsentStands
        if self.until is not None and self.until < self.consented_on:
            raise BadDate(
                what="the end of consent",
                what_zh="同意截止日期",
                day=self.until,
                why="before it began",
                why_zh="早于同意日期",
            )
        yield CharityConsentGiven(
            household_id=self.household_id, organisation_id=OrganisationId(household.organisation_id), person_id=self.person_id,
            document=words(self.document, "the document", "同意书"), until=self.until, occurred_on=self.consented_on,
        )  # fmt: skip


class WithdrawCharityConsent(HouseholdCommand, frozen=True, kw_only=True):
    """Records that the household agrees no longer; its needs are shown to nobody from then on."""

    person_id: PersonId
    document: str

    def more(self, known: Known, context: Context) -> Boundary:
        return (CharityConsent.facts(self.household_id),)

    def decide(self, known: Known, context: Context) -> Iterable[Event]:
        household = self.household(known, context)
        member_of(household, self.person_id, context.today)
        if known.state(CharityConsent, self.household_id).given is None:
            raise NoConsent
        yield CharityConsentWithdrawn(
            household_id=self.household_id, organisation_id=OrganisationId(household.organisation_id), person_id=self.person_id,
            document=words(self.document, "the document", "撤回书"),
        )  # fmt: skip


class PublishNeed(HouseholdCommand, frozen=True, kw_only=True):
    """Publishes a need, masked, with the household's consent: its kind, what it costs, the regiment, nothing more.

    `need_reference` is what it is for (a bill, a case): public aid granted for the same reference is taken off.
    """

    need_kind: NeedKind
    donation_form: DonationForm
    cost_fen: Fen | None = None
    volunteer_hours: int | None = None
    goods: str | None = None
    need_reference: str
    until: date | None = None

    def more(self, known: Known, context: Context) -> Boundary:
        of = (tag(HouseholdId, self.household_id),)
        published = Facts(types=(NeedPublished, NeedWithdrawn), tags=of)
        return (CharityConsent.facts(self.household_id), PublicAid.facts(self.household_id), published)

    def decide(self, known: Known, context: Context) -> Iterable[Event]:
        household = self.household(known, context)
        if not known.state(CharityConsent, self.household_id).stands_on(context.today):
            raise NoConsent
        goods = check_measure(self.donation_form, self.cost_fen, self.volunteer_hours, self.goods)
        reference = words(self.need_reference, "what the need is for", "需求对应事项")
        if self.until is not None and self.until < context.today:
            raise BadDate(
                what="the end of the need",
                what_zh="需求截止日期",
                day=self.until,
                why="it is past",
                why_zh="已过",
            )
        self._not_published(known, reference, context.today)
        aid = known.state(PublicAid, self.household_id).for_need(reference)
        if self.cost_fen is not None and aid >= self.cost_fen:
            raise NeedCovered(left=yuan(0), public=yuan(aid), asked=yuan(self.cost_fen))
        yield NeedPublished(
            need_id=context.new_id(NeedId), household_id=self.household_id,
            organisation_id=OrganisationId(household.organisation_id), need_kind=self.need_kind, form=self.donation_form,
            cost_fen=self.cost_fen, hours=self.volunteer_hours, goods=goods, need_reference=reference, until=self.until,
            note=KINDS[self.need_kind],
        )  # fmt: skip

    def _not_published(self, known: Known, reference: str, today: date) -> None:
        """Raises ``NeedPublishedAlready`` while a need for the same reference, in the same form, is open."""
        gone = {e.need_id for e in known.events(NeedWithdrawn)}
        for need in known.events(NeedPublished):
            same = (need.need_reference, need.form) == (reference, self.donation_form)
            if same and need.need_id not in gone and (need.until is None or today <= need.until):
                raise NeedPublishedAlready(reference=reference)


def yuan(fen: int) -> str:
    """An amount in yuan, as a refusal says it."""
    return f"{fen // 100}.{fen % 100:02d}"


class NeedCommand(Command, frozen=True, kw_only=True):
    """Base of what is done about one published need in the operator's scope."""

    ROLES: ClassVar = STAFF
    need_id: NeedId

    def boundary(self, known: Known, context: Context) -> Boundary:
        """The need, its household's public aid, and its organisation."""
        facts = [Need.facts(self.need_id)]
        published = known.state(Need, self.need_id).published
        if published is not None:
            facts += [Organisation.facts(published.organisation_id), PublicAid.facts(published.household_id)]
        return tuple(facts)

    def need(self, known: Known, context: Context) -> tuple[Need, NeedPublished]:
        """The need, which must be in scope and not withdrawn."""
        need = known.state(Need, self.need_id)
        if need.published is None:
            raise NeedUnknown(need=self.need_id)
        require_scope(context.actor, known.state(Organisation, need.published.organisation_id))
        if need.withdrawn:
            raise NeedClosed
        return need, need.published


class LowerNeed(NeedCommand, frozen=True, kw_only=True):
    """Takes public aid for the same need off it, on a document, where the aid itself does not name the need [check 37].

    Aid already given is a fact: it may leave less than was agreed, and then delivery is refused.
    """

    lowered_fen: Fen
    document: str

    def decide(self, known: Known, context: Context) -> Iterable[Event]:
        need, published = self.need(known, context)
        if published.form is DonationForm.HOURS or self.lowered_fen <= 0:
            raise BadNeed(why="public aid is an amount above nothing", why_zh="公共救助应为大于零的金额")
        public = need.public(known.state(PublicAid, published.household_id))
        if public + self.lowered_fen > need.asked:
            raise NeedCovered(
                left=yuan(max(need.asked - public, 0)), public=yuan(public), asked=yuan(self.lowered_fen)
            )
        yield NeedLowered(
            need_id=published.need_id, household_id=published.household_id, organisation_id=published.organisation_id,
            lowered_fen=self.lowered_fen, document=words(self.document, "the document", "文件"),
        )  # fmt: skip


class WithdrawNeed(NeedCommand, frozen=True, kw_only=True):
    """Takes a need back: it is published no longer, and nothing more is delivered for it."""

    reason: str

    def decide(self, known: Known, context: Context) -> Iterable[Event]:
        _, published = self.need(known, context)
        yield NeedWithdrawn(
            need_id=published.need_id, household_id=published.household_id, organisation_id=published.organisation_id,
            reason=open_words(self.reason, "the reason", "理由"),
        )  # fmt: skip
