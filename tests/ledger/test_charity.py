"""Charity: needs published masked with consent, offers, matches and deliveries; no need is covered twice [S 三(六), check 37]."""

from __future__ import annotations

import itertools
import os
from collections.abc import Iterator
from datetime import date
from typing import Any

import msgspec
import pytest

from ledger.assistance.events import AssistanceEnded, AssistanceGranted, AssistanceReported, Outcome
from ledger.complaints.refusals import IdentityInClear, WordsMissing
from ledger.emergency.events import AidForm, EmergencyAidGiven
from ledger.ids import DocumentId, DonorId, MatchId, NeedId, OfferId
from ledger.kernel import Facts, Fen, OutOfScope, PersonId, tags_of
from ledger.registry.refusals import BadDate, BadIdNumber, NotMember
from ledger.store.vault import DivisionKey
from ledger.support.charity_donors import CommendDonor, MakeOffer, RegisterDonor, WithdrawOffer
from ledger.support.charity_events import (
    NAMED,
    CancelledBy,
    DonationDelivered,
    DonationForm,
    DonorClass,
    DonorCommended,
    DonorRegistered,
    MatchAgreed,
    MatchCancelled,
    NeedKind,
    NeedPublished,
    OfferMade,
)
from ledger.support.charity_matches import AgreeMatch, CancelMatch, DeliverDonation
from ledger.support.charity_needs import (
    GiveCharityConsent,
    LowerNeed,
    PublishNeed,
    WithdrawCharityConsent,
    WithdrawNeed,
)
from ledger.support.charity_refusals import (
    BadDonor,
    BadNeed,
    ConsentStands,
    DonorExists,
    DonorUnknown,
    MatchClosed,
    MatchUnknown,
    MoreThanAgreed,
    NeedClosed,
    NeedCovered,
    NeedPublishedAlready,
    NeedUnknown,
    NoConsent,
    OfferClosed,
    OfferDoesNotFit,
    OfferSpent,
    OfferUnknown,
    ReceiptMissing,
    ReceiptUsed,
)
from ledger.support.charity_states import PublicAid
from tests.conftest import fresh_division
from tests.ledger.departments import accepted, facts, grant, of, open_departments
from tests.scenario import CLERK, DIVISION, OTHER, OTHER_CLERK, REGIMENT, REVIEWER, Scenario, id_number

TODAY = date(2026, 11, 24)
CODE = "91110000600037341L"
_numbers = itertools.count(1)


@pytest.fixture(scope="module")
def office(
    postgres_url: str, division_key: DivisionKey, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Scenario]:
    """One division with its departments for all tests here: each brings a household and a donor of its own."""
    name = f"test_{os.getpid()}_charity"
    with fresh_division(postgres_url, name, division_key, tmp_path_factory.mktemp(name)) as division:
        scenario = Scenario(division)
        scenario.standards()
        open_departments(scenario)
        yield scenario


class Needy:
    """A household that agreed to be helped, and a donor registered at the division."""

    def __init__(self, office: Scenario, *, covered: bool = False) -> None:
        self.office = office
        first = next(_numbers) * 3
        if covered:
            self.household, self.people, _ = office.covered(first)
        else:
            self.household, self.people = office.household(first)
        self.of = {"household_id": self.household}
        self.consent()
        (made,) = office.do(
            RegisterDonor,
            REVIEWER,
            organisation_id=DIVISION,
            donor_class=DonorClass.INDIVIDUAL,
            donor_name="好心人",
        ).events
        assert isinstance(made, DonorRegistered)
        self.donor = made

    def consent(self, **fields: Any) -> None:
        given: dict[str, Any] = {"person_id": self.people[0], "document": "同意书1号", "consented_on": TODAY}
        self.office.do(GiveCharityConsent, CLERK, **self.of, **given | fields)

    def publish(self, cost: int | None = 500_000, **fields: Any) -> NeedPublished:
        given: dict[str, Any] = {"need_kind": NeedKind.MEDICAL, "donation_form": DonationForm.MONEY, "need_reference": "住院号1",
                                 "cost_fen": None if cost is None else Fen(cost)}  # fmt: skip
        (need,) = self.office.do(PublishNeed, CLERK, **self.of, **given | fields).events
        assert isinstance(need, NeedPublished)
        return need

    def offer(self, value: int | None = 1_000_000, **fields: Any) -> OfferMade:
        given: dict[str, Any] = {"donor_id": self.donor.donor_id, "donation_form": DonationForm.MONEY, "gift_agreement": "协议1号",
                                 "value_fen": None if value is None else Fen(value)}  # fmt: skip
        (offer,) = self.office.do(MakeOffer, REVIEWER, **given | fields).events
        assert isinstance(offer, OfferMade)
        return offer

    def match(
        self, need: NeedPublished, offer: OfferMade, fen: int | None = 300_000, **fields: Any
    ) -> MatchAgreed:
        given = {
            "need_id": need.need_id,
            "offer_id": offer.offer_id,
            "agreed_fen": None if fen is None else Fen(fen),
        }
        (match,) = self.office.do(AgreeMatch, CLERK, **given | fields).events
        assert isinstance(match, MatchAgreed)
        return match

    def deliver(self, match: MatchAgreed, fen: int | None = 300_000, **fields: Any) -> DonationDelivered:
        given: dict[str, Any] = {
            "match_id": match.match_id, "amount_fen": None if fen is None else Fen(fen), "receipt": DocumentId(f"票{next(_numbers)}"),
            "received_by": self.people[0], "acceptance": "签收单1号", "delivered_on": TODAY,
        }  # fmt: skip
        (done,) = self.office.do(DeliverDonation, CLERK, **given | fields).events
        assert isinstance(done, DonationDelivered)
        return done


@pytest.fixture
def needy(office: Scenario) -> Needy:
    return Needy(office)


# --- needs ---


def test_a_need_is_published_with_consent_and_says_nothing_of_who_it_is(needy: Needy) -> None:
    """S 三(六), 649 art. 56, 61: kind, cost and regiment, no name, no number, no address."""
    need = needy.publish(goods=None)
    assert (need.organisation_id, need.need_kind, need.cost_fen) == (REGIMENT, NeedKind.MEDICAL, 500_000)
    raw = msgspec.json.encode(need).decode()
    assert "测试" not in raw
    assert "某路" not in raw
    assert not any(person in raw for person in needy.people)


def test_refuses_a_need_without_the_households_consent(needy: Needy) -> None:
    """S 三(六): the household agrees first; what was published is matched no more once it agrees no longer."""
    need, offer = needy.publish(), needy.offer()
    with pytest.raises(ConsentStands):
        needy.consent()
    needy.office.do(WithdrawCharityConsent, CLERK, **needy.of, person_id=needy.people[0], document="撤回书")
    with pytest.raises(NoConsent):
        needy.publish(need_reference="住院号2")
    with pytest.raises(NoConsent):
        needy.match(need, offer)
    with pytest.raises(NoConsent):
        needy.office.do(
            WithdrawCharityConsent, CLERK, **needy.of, person_id=needy.people[0], document="撤回书"
        )
    with pytest.raises(BadDate):
        needy.consent(until=date(2026, 11, 1))
    with pytest.raises(NotMember):
        needy.consent(person_id=PersonId("nobody"))
    needy.consent()
    assert needy.match(need, offer).agreed_fen == 300_000


@pytest.mark.parametrize(
    ("wrong", "refusal"),
    [
        ({"cost": 0}, BadNeed),
        ({"cost": None}, BadNeed),
        ({"cost": None, "donation_form": DonationForm.HOURS}, BadNeed),
        ({"cost": None, "donation_form": DonationForm.HOURS, "volunteer_hours": 0, "goods": "陪护"}, BadNeed),
        ({"volunteer_hours": 3}, BadNeed),
        ({"goods": "轮椅"}, BadNeed),
        ({"donation_form": DonationForm.GOODS}, WordsMissing),
        ({"donation_form": DonationForm.GOODS, "goods": "轮椅" * 21}, BadNeed),
        ({"donation_form": DonationForm.GOODS, "goods": "联系13900000000"}, IdentityInClear),
        ({"need_reference": " "}, WordsMissing),
        ({"until": date(2026, 11, 23)}, BadDate),
    ],
)
def test_refuses_a_need_that_cannot_be(needy: Needy, wrong: dict[str, Any], refusal: type[Exception]) -> None:
    before = needy.office.ledger.recorder.head()
    with pytest.raises(refusal):
        needy.publish(**wrong)
    assert needy.office.ledger.recorder.head() == before


def test_refuses_the_same_need_twice_until_it_is_withdrawn(needy: Needy) -> None:
    """S 二(一): nothing is given twice because it was asked for twice."""
    need = needy.publish()
    with pytest.raises(NeedPublishedAlready):
        needy.publish()
    needy.office.do(WithdrawNeed, CLERK, need_id=need.need_id, reason="重新核定")
    with pytest.raises(NeedClosed):
        needy.office.do(WithdrawNeed, CLERK, need_id=need.need_id, reason="再撤")
    with pytest.raises(NeedClosed):
        needy.match(need, needy.offer())
    assert needy.publish(cost=200_000).need_id != need.need_id


# --- public aid and the same need ---


def test_public_aid_for_the_same_need_lowers_it(office: Scenario) -> None:
    """Check 37: charity and public aid together never exceed the cost; the need's reference links the two."""
    needy = Needy(office, covered=True)
    need, offer = needy.publish(), needy.offer()
    case = accepted(office, needy.household, needy.people[:1], "yiliao_jiuzhu", "yb")
    costs = facts(treatment="inpatient", hospital="师医院", total_cost=500_000, basic_insurance=200_000, major_insurance=0,
                  medical_aid=200_000, own_payment=100_000)  # fmt: skip
    grant(office, case, of("yb"), "settlement", 200_000, need="住院号1", facts=costs)
    with pytest.raises(NeedCovered):
        needy.publish(200_000, donation_form=DonationForm.GOODS, goods="药品")
    with pytest.raises(NeedCovered):
        needy.match(need, offer, 300_001)
    match = needy.match(need, offer, 300_000)
    assert match.public_aid_fen == 200_000
    with pytest.raises(NeedCovered):
        needy.match(need, offer, 1)


def test_public_aid_that_came_after_the_match_stops_the_delivery(needy: Needy) -> None:
    """Check 37: what public aid covered meanwhile is not delivered on top."""
    need = needy.publish()
    match = needy.match(need, needy.offer(), 500_000)
    with pytest.raises(BadNeed):
        needy.office.do(LowerNeed, CLERK, need_id=need.need_id, lowered_fen=Fen(0), document="救助决定1号")
    with pytest.raises(NeedCovered):
        needy.office.do(
            LowerNeed, CLERK, need_id=need.need_id, lowered_fen=Fen(500_001), document="救助决定1号"
        )
    needy.office.do(LowerNeed, CLERK, need_id=need.need_id, lowered_fen=Fen(400_000), document="救助决定1号")
    with pytest.raises(NeedCovered):
        needy.deliver(match, 100_001)
    assert needy.deliver(match, 100_000).amount_fen == 100_000
    with pytest.raises(NeedCovered):
        needy.deliver(match, 1)


def test_public_aid_of_a_need_is_counted_once_a_case() -> None:
    """Check 37: what was reported goes before what was granted; nothing for what was not given or was withdrawn."""
    aid = PublicAid("h")
    common: dict[str, Any] = {"household_id": "h", "organisation_id": "o", "person_ids": (), "programme": "yiliao_jiuzhu", "named": NAMED,
                              "department": "医保", "department_id": "yb", "note": NAMED}  # fmt: skip
    aid.evolve(
        AssistanceGranted(assistance_id="a", form="x", amount_fen=Fen(300), need="n", due_on=TODAY, **common)
    )
    assert (aid.for_need("n"), aid.for_need("m")) == (300, 0)
    aid.evolve(AssistanceReported(assistance_id="a", outcome=Outcome.PARTLY, amount_fen=Fen(250), **common))
    assert aid.for_need("n") == 250
    aid.evolve(
        AssistanceReported(assistance_id="b", outcome=Outcome.GIVEN, amount_fen=Fen(50), need="n", **common)
    )
    assert aid.for_need("n") == 300
    aid.evolve(AssistanceReported(assistance_id="b", outcome=Outcome.NOT_GIVEN, **common))
    aid.evolve(AssistanceEnded(assistance_id="a", withdrawn=True, reason="x", **common))
    assert aid.for_need("n") == 0
    for stage, fen in enumerate((200, 100), 1):
        aid.evolve(EmergencyAidGiven(emergency_id="e", household_id="h", organisation_id="o", person_ids=(), form=AidForm.CASH,
                                     amount_fen=Fen(fen), recipient="p", stage=stage))  # fmt: skip
    assert aid.for_need("e") == 300


# --- donors and offers ---


def test_each_donor_is_registered_once_and_a_persons_name_is_sealed(office: Scenario) -> None:
    """S 三(六): enterprises, social organisations, trusts and people; 649 art. 61: people's names are sealed."""
    given: dict[str, Any] = {
        "organisation_id": DIVISION,
        "donor_class": DonorClass.ENTERPRISE,
        "title": "示范食品有限公司",
        "credit_code": CODE,
    }
    (firm,) = office.do(RegisterDonor, REVIEWER, **given).events
    assert isinstance(firm, DonorRegistered)
    with pytest.raises(DonorExists):
        office.do(RegisterDonor, REVIEWER, **given | {"title": "另一名称"})
    person: dict[str, Any] = {
        "organisation_id": DIVISION,
        "donor_class": DonorClass.INDIVIDUAL,
        "donor_name": "赵七",
        "id_number": id_number(881),
    }
    (made,) = office.do(RegisterDonor, REVIEWER, **person).events
    assert isinstance(made, DonorRegistered)
    assert made.name is not None
    assert made.name.subject.startswith("person:")
    stored = office.ledger.read(
        (Facts(types=(DonorRegistered,), tags=(f"donor:{made.donor_id}",)),)
    ).recorded[0]
    raw = msgspec.json.encode(stored.event, enc_hook=lambda v: v.sealed).decode()
    assert "赵七" not in raw
    assert id_number(881) not in raw
    assert not any(t.startswith("person:") for t in tags_of(made))
    with pytest.raises(DonorExists):
        office.do(RegisterDonor, REVIEWER, **person)


@pytest.mark.parametrize(
    ("wrong", "refusal"),
    [
        (
            {"donor_class": DonorClass.ENTERPRISE, "title": "某公司", "credit_code": "91110000600037341X"},
            BadDonor,
        ),
        ({"donor_class": DonorClass.ENTERPRISE, "title": "某公司"}, BadDonor),
        ({"donor_class": DonorClass.ENTERPRISE, "credit_code": CODE}, BadDonor),
        ({"donor_class": DonorClass.TRUST, "title": "某信托", "credit_code": CODE}, BadDonor),
        (
            {"donor_class": DonorClass.CHARITY, "title": "某会", "credit_code": CODE, "filing_number": "1"},
            BadDonor,
        ),
        (
            {"donor_class": DonorClass.CHARITY, "title": "某会", "credit_code": CODE, "donor_name": "某人"},
            BadDonor,
        ),
        ({"donor_class": DonorClass.INDIVIDUAL}, BadDonor),
        ({"donor_class": DonorClass.INDIVIDUAL, "donor_name": "某人", "credit_code": CODE}, BadDonor),
        (
            {"donor_class": DonorClass.INDIVIDUAL, "donor_name": "某人", "id_number": "650103198005170010"},
            BadIdNumber,
        ),
        ({"donor_class": DonorClass.INDIVIDUAL, "donor_name": "某人", "organisation_id": OTHER}, OutOfScope),
    ],
)
def test_refuses_a_donor_that_cannot_be(
    office: Scenario, wrong: dict[str, Any], refusal: type[Exception]
) -> None:
    before = office.ledger.recorder.head()
    with pytest.raises(refusal):
        office.do(RegisterDonor, CLERK, **{"organisation_id": REGIMENT} | wrong)
    assert office.ledger.recorder.head() == before


def test_an_offer_goes_only_where_it_fits_and_as_far_as_it_reaches(needy: Needy) -> None:
    """S 三(六): form, purpose and place of a donation are the donor's."""
    need = needy.publish()
    with pytest.raises(OfferDoesNotFit):
        needy.match(need, needy.offer(donation_form=DonationForm.GOODS, goods="药品"))
    with pytest.raises(OfferDoesNotFit):
        needy.match(need, needy.offer(need_kinds=(NeedKind.SCHOOL,)))
    local = needy.office.do(
        RegisterDonor,
        OTHER_CLERK,
        organisation_id=OTHER,
        donor_class=DonorClass.INDIVIDUAL,
        donor_name="邻团人",
    ).events[0]
    (elsewhere,) = needy.office.do(MakeOffer, OTHER_CLERK, donor_id=local.donor_id, donation_form=DonationForm.MONEY,  # type: ignore[attr-defined]
                                   value_fen=Fen(100), gift_agreement="协议").events  # fmt: skip
    assert isinstance(elsewhere, OfferMade)
    with pytest.raises(OfferDoesNotFit):
        needy.match(need, elsewhere, 100)
    small = needy.offer(100_000)
    with pytest.raises(OfferSpent):
        needy.match(need, small, 100_001)
    needy.match(need, small, 60_000)
    with pytest.raises(OfferSpent):
        needy.match(need, small, 40_001)
    needy.office.do(WithdrawOffer, REVIEWER, offer_id=small.offer_id, reason="资金用完")
    with pytest.raises(OfferClosed):
        needy.match(need, small, 1)
    with pytest.raises(OfferClosed):
        needy.office.do(WithdrawOffer, REVIEWER, offer_id=small.offer_id, reason="再撤")
    with pytest.raises(OfferUnknown):
        needy.office.do(WithdrawOffer, REVIEWER, offer_id=OfferId("none"), reason="无")
    with pytest.raises(OfferUnknown):
        needy.match(need, small, 1, offer_id=OfferId("none"))
    with pytest.raises(NeedUnknown):
        needy.match(need, small, 1, need_id=NeedId("none"))
    with pytest.raises(DonorUnknown):
        needy.offer(donor_id=DonorId("none"))
    with pytest.raises(BadDate):
        needy.offer(until=date(2026, 11, 1))


# --- matches and deliveries ---


def test_part_matches_never_exceed_the_need_and_a_cancelled_one_is_free_again(needy: Needy) -> None:
    """S 三(六), check 37: several donors share one need, to its cost and no further."""
    need, offer = needy.publish(), needy.offer()
    first = needy.match(need, offer, 300_000)
    with pytest.raises(NeedCovered):
        needy.match(need, offer, 200_001)
    needy.deliver(first, 100_000)
    (cancelled,) = needy.office.do(
        CancelMatch, CLERK, match_id=first.match_id, cancelled_by=CancelledBy.RECIPIENT, reason="不需要"
    ).events
    assert isinstance(cancelled, MatchCancelled)
    assert cancelled.released_fen == 200_000
    with pytest.raises(MatchClosed):
        needy.deliver(first, 1)
    assert needy.match(need, offer, 400_000).agreed_fen == 400_000
    with pytest.raises(NeedCovered):
        needy.match(need, offer, 1)


def test_a_delivery_is_accepted_by_the_household_and_carries_its_receipt(needy: Needy) -> None:
    """S 三(六), 649 art. 53: the receipt is what the donor's tax relief rests on; each is used once."""
    need, offer = needy.publish(), needy.offer()
    match = needy.match(need, offer)
    with pytest.raises(ReceiptMissing):
        needy.deliver(match, receipt=None)
    with pytest.raises(NotMember):
        needy.deliver(match, received_by=PersonId("somebody"))
    with pytest.raises(WordsMissing):
        needy.deliver(match, acceptance=" ")
    with pytest.raises(MoreThanAgreed):
        needy.deliver(match, 300_001)
    with pytest.raises(BadNeed):
        needy.deliver(match, None, volunteer_hours=3)
    for day in (date(2026, 11, 23), date(2026, 11, 25)):
        with pytest.raises(BadDate):
            needy.deliver(match, delivered_on=day)
    done = needy.deliver(match, 200_000, receipt=DocumentId("票A001"))
    assert (done.note.zh, done.department, done.programme) == ("个人", "慈善", "cishan_bangfu")
    assert done.person_id == needy.people[0]
    with pytest.raises(ReceiptUsed):
        needy.deliver(match, 100_000, receipt=DocumentId("票A001"))
    with pytest.raises(MatchUnknown):
        needy.deliver(match, 1, match_id=MatchId("none"))
    needy.deliver(match, 100_000)
    with pytest.raises(MatchClosed):
        needy.deliver(match, 1)


def test_goods_of_a_trust_and_hours_of_volunteers_are_matched_in_their_own_measure(needy: Needy) -> None:
    """S 三(六): charitable trusts 慈善信托 and volunteering 志愿服务 as well as donations."""
    trust: dict[str, Any] = {"organisation_id": DIVISION, "donor_class": DonorClass.TRUST, "title": "示范慈善信托", "credit_code": CODE,
                             "filing_number": f"备{next(_numbers)}号"}  # fmt: skip
    donor = needy.office.do(RegisterDonor, REVIEWER, **trust).events[0]
    assert isinstance(donor, DonorRegistered)
    need = needy.publish(80_000, donation_form=DonationForm.GOODS, goods="轮椅", need_kind=NeedKind.DEVICE)
    offer = needy.offer(200_000, donor_id=donor.donor_id, donation_form=DonationForm.GOODS, goods="辅具")
    done = needy.deliver(needy.match(need, offer, 80_000), 80_000, goods="轮椅一台")
    assert (done.note.zh, done.amount_fen) == ("慈善信托", 80_000)
    hours = needy.publish(
        None, donation_form=DonationForm.HOURS, volunteer_hours=20, goods="陪护", need_kind=NeedKind.NURSING
    )
    help_ = needy.offer(None, donation_form=DonationForm.HOURS, volunteer_hours=50, goods="陪护")
    match = needy.match(hours, help_, None, volunteer_hours=20)
    with pytest.raises(NeedCovered):
        needy.match(hours, help_, None, volunteer_hours=1)
    done = needy.deliver(match, None, volunteer_hours=8, goods="陪护", receipt=None)
    assert (done.amount_fen, done.hours) == (None, 8)


def test_a_donor_is_commended_on_a_document(needy: Needy) -> None:
    """S 三(六): outstanding contributions are honoured."""
    given: dict[str, Any] = {"donor_id": needy.donor.donor_id, "honour": "爱心人士", "document": "表扬1号"}
    (done,) = needy.office.do(CommendDonor, REVIEWER, **given, year=2026).events
    assert isinstance(done, DonorCommended)
    with pytest.raises(BadDonor):
        needy.office.do(CommendDonor, REVIEWER, **given, year=2027)


def test_refuses_what_is_out_of_scope(needy: Needy) -> None:
    need, offer = needy.publish(), needy.offer()
    with pytest.raises(OutOfScope):
        needy.office.do(
            AgreeMatch, OTHER_CLERK, need_id=need.need_id, offer_id=offer.offer_id, agreed_fen=Fen(1)
        )
    with pytest.raises(OutOfScope):
        needy.office.do(WithdrawNeed, OTHER_CLERK, need_id=need.need_id, reason="无")
    match = needy.match(need, offer)
    with pytest.raises(OutOfScope):
        needy.office.do(
            CancelMatch,
            OTHER_CLERK,
            match_id=match.match_id,
            cancelled_by=CancelledBy.CIVIL_AFFAIRS,
            reason="无",
        )
