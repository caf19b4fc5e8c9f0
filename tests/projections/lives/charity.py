"""Households agree to be helped, needs are published, donors offer, matches are agreed, delivered and cancelled."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from ledger.ids import DocumentId
from ledger.kernel import Fen, HouseholdId, Role
from ledger.support import charity_donors as d
from ledger.support import charity_events as e
from ledger.support import charity_matches as m
from ledger.support import charity_needs as n
from ledger.support.charity_states import Match

if TYPE_CHECKING:
    from tests.projections.histories import Life


class Charity:
    """What may happen, one step a method."""

    def __init__(self, life: Life) -> None:
        self.life = life

    def how_much(self, form: e.DonationForm, name: str, most: int) -> dict[str, object]:
        amount = self.life.rng.randint(1, most)
        return {"volunteer_hours": amount} if form is e.DonationForm.HOURS else {name: Fen(amount)}

    def need(self) -> None:
        life = self.life
        household = life.household()
        if household is None or not household.current():
            return
        member, of = household.current()[0].person_id, {"household_id": HouseholdId(household.id)}
        life.do(
            n.GiveCharityConsent,
            Role.CLERK,
            **of,
            person_id=member,
            document="同意书",
            consented_on=life.today,
        )
        form = life.rng.choice(list(e.DonationForm))
        life.do(n.PublishNeed, Role.CLERK, **of, need_kind=life.rng.choice(list(e.NeedKind)), donation_form=form,
                goods=None if form is e.DonationForm.MONEY else "轮椅", need_reference=f"事项{life.rng.randrange(6)}",
                **self.how_much(form, "cost_fen", 900))  # fmt: skip
        if life.rng.random() < 0.1:
            life.do(n.WithdrawCharityConsent, Role.CLERK, **of, person_id=member, document="撤回书")

    def offer(self) -> None:
        life = self.life
        kind = life.rng.choice(list(e.DonorClass))
        if kind is e.DonorClass.INDIVIDUAL:
            life.do(
                d.RegisterDonor,
                Role.CLERK,
                organisation_id=life.division,
                donor_class=kind,
                donor_name="某人",
                contact="电话",
            )
        else:
            life.do(d.RegisterDonor, Role.CLERK, organisation_id=life.division, donor_class=kind, title="某单位",
                    credit_code="91110000600037341L", filing_number="信1号" if kind is e.DonorClass.TRUST else None)  # fmt: skip
        donor = life.any(life.events(e.DonorRegistered))
        if donor is None:
            return
        form = life.rng.choice(list(e.DonationForm))
        life.do(d.MakeOffer, Role.CLERK, donor_id=donor.donor_id, donation_form=form, gift_agreement="协议1号",
                goods=None if form is e.DonationForm.MONEY else "轮椅", **self.how_much(form, "value_fen", 2_000))  # fmt: skip
        if life.rng.random() < 0.2:
            life.do(
                d.CommendDonor,
                Role.REVIEWER,
                donor_id=donor.donor_id,
                honour="爱心单位",
                year=2026,
                document="表扬1号",
            )

    def match(self) -> None:
        life = self.life
        need, offers = life.any(life.events(e.NeedPublished)[-5:]), life.events(e.OfferMade)
        offer = life.any([o for o in offers if need is not None and o.form is need.form])
        if need is not None and offer is not None:
            life.do(m.AgreeMatch, Role.CLERK, need_id=need.need_id, offer_id=offer.offer_id,
                    **self.how_much(need.form, "agreed_fen", 400))  # fmt: skip

    def deliver(self) -> None:
        life = self.life
        agreed = life.any(life.events(e.MatchAgreed)[-4:])
        if agreed is None:
            return
        state = life.read((Match.facts(agreed.match_id),)).state(Match, agreed.match_id)
        member = next(
            c.person_id for c in life.events(e.CharityConsentGiven) if c.household_id == agreed.household_id
        )
        if state.left > 0:
            receipt = (
                None
                if agreed.form is e.DonationForm.HOURS
                else DocumentId(f"{life.label}-票{len(life.recorded)}")
            )
            life.do(m.DeliverDonation, Role.CLERK, match_id=agreed.match_id, received_by=member, acceptance="签收单", receipt=receipt,
                    goods=None if agreed.form is e.DonationForm.MONEY else "轮椅", delivered_on=life.today,
                    **self.how_much(agreed.form, "amount_fen", state.left))  # fmt: skip
        if life.rng.random() < 0.3:
            life.do(
                m.CancelMatch,
                Role.CLERK,
                match_id=agreed.match_id,
                cancelled_by=life.rng.choice(list(e.CancelledBy)),
                reason="不需要",
            )

    def change(self) -> None:
        life = self.life
        need, offer = life.any(life.events(e.NeedPublished)), life.any(life.events(e.OfferMade))
        if need is not None:
            life.do(
                n.LowerNeed,
                Role.CLERK,
                need_id=need.need_id,
                lowered_fen=Fen(life.rng.randint(1, 200)),
                document="救助决定",
            )
            if life.rng.random() < 0.3:
                life.do(n.WithdrawNeed, Role.CLERK, need_id=need.need_id, reason="已解决")
        if offer is not None and life.rng.random() < 0.3:
            life.do(d.WithdrawOffer, Role.CLERK, offer_id=offer.offer_id, reason="资金用完")


def steps(life: Life) -> list[Callable[[], object]]:
    """The steps of charity."""
    charity = Charity(life)
    return [
        charity.need,
        charity.need,
        charity.offer,
        charity.match,
        charity.match,
        charity.deliver,
        charity.change,
    ]
