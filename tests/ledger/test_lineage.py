"""Households that split, merge, part again, and people of whom more becomes known: given, when, then, each by its article."""

from __future__ import annotations

from datetime import date
from typing import Any, NamedTuple

import pytest

from ledger.identification.changes import AdjustAmount, EndCategory
from ledger.identification.events import AmountAdjusted, Category
from ledger.identification.following import CarryEntitlement
from ledger.identification.following_events import EntitlementFollowed
from ledger.identification.refusals import AlreadyCovered, NothingChanges, WholeHouseholdOrNone
from ledger.kernel import Event, Facts, Fen, HouseholdId, HouseholdNumber, OutOfScope, PersonId, RunId, tag
from ledger.organisation.commands import OpenOrganisation
from ledger.organisation.events import Level
from ledger.payments.events import PaymentInstructed
from ledger.registry.changes import (
    ChangeHead,
    DeclareCircumstances,
    MoveHousehold,
    RecordDeath,
)
from ledger.registry.circumstances import ChangeAttributes, ChangeCompany
from ledger.registry.commands import JoinMember, NewMember
from ledger.registry.events import (
    Area,
    Attributes,
    CircumstancesDeclared,
    HeadChanged,
    HouseholdRegistered,
    IncomeLine,
    MemberJoined,
    MemberLeft,
    PropertyLine,
    Relation,
)
from ledger.registry.lineage import MergeHouseholds, Relative, WithdrawMerge
from ledger.registry.lineage_events import (
    AttributesChanged,
    CompanyChanged,
    HouseholdMergeWithdrawn,
    HouseholdsMerged,
    HouseholdSplit,
)
from ledger.registry.lineage_split import SplitHousehold
from ledger.registry.refusals import (
    BadAttributes,
    BadDate,
    DocumentNeeded,
    HouseholdMergedAway,
    HouseholdNumberTaken,
    HouseholdUnknown,
    MergeAcrossOrganisations,
    MergedWithItself,
    NewHeadNeeded,
    NobodyThere,
    NotDeclared,
    NothingDiffers,
    NotMember,
    NotMergedInto,
    OneHeadNeeded,
    PersonTwice,
    SplitOfEverybody,
    SplitOfNobody,
    TooManyMembers,
    WrongCompany,
)
from ledger.registry.states import Household, Membership
from projections.runner import Runner
from tests.graphql_api.fragments import due
from tests.ledger.steps import confirm
from tests.scenario import ADMIN, CLERK, OTHER, OTHER_CLERK, REGIMENT, REVIEWER, Scenario, id_number

DAY = date(2026, 10, 10)
SPLIT: dict[str, Any] = {
    "number": HouseholdNumber("S1"),
    "area": Area.RURAL,
    "split_on": DAY,
    "document": "户口簿",
}
MERGE: dict[str, Any] = {"merged_on": DAY, "document": "户口簿"}
WITHDRAW: dict[str, Any] = {"reason": "误并", "document": "更正单1号"}


def going(*people: PersonId) -> tuple[Relative, ...]:
    """These people, the first of them the head."""
    return tuple(
        Relative(person_id=p, relation=Relation.CHILD if n else Relation.HEAD) for n, p in enumerate(people)
    )


def split(scenario: Scenario, household: HouseholdId, *people: PersonId, **more: Any) -> list[Event]:
    given = SPLIT | {"leaving": going(*people)} | more
    return list(scenario.do(SplitHousehold, CLERK, household_id=household, **given).events)


def merge(scenario: Scenario, survivor: HouseholdId, absorbed: HouseholdId, **more: Any) -> list[Event]:
    given = {"household_id": survivor, "absorbed_id": absorbed} | MERGE | more
    return list(scenario.do(MergeHouseholds, CLERK, **given).events)


def household(scenario: Scenario, key: str) -> Household:
    return scenario.ledger.read((Household.facts(key),)).state(Household, key)


def lives_in(scenario: Scenario, person: str) -> str | None:
    return scenario.ledger.read((Membership.facts(person),)).state(Membership, person).household_id


def people_of(scenario: Scenario, key: str) -> set[str]:
    return {m.person_id for m in household(scenario, key).current()}


def tasks(scenario: Scenario) -> list[dict[str, Any]]:
    """What is due of households that changed."""
    with Runner(scenario.division.url, scenario.division.schema) as runner:
        runner.catch_up()
    return due(scenario, "lineage", date(2026, 11, 24))


class Three(NamedTuple):
    """A covered household of three, and one of two that is not."""

    scenario: Scenario
    house: HouseholdId
    people: list[PersonId]
    entitlement: str
    other: HouseholdId
    others: list[PersonId]


@pytest.fixture
def three(scenario: Scenario) -> Three:
    return Three(scenario, *scenario.covered(1, 3), *scenario.household(51))


# --- split ---


def test_a_split_makes_a_household_of_those_who_leave_and_the_old_one_keeps_the_rest(three: Three) -> None:
    """57 art. 7: who lives together is a household; its new number, head, place and address are its own."""
    made = split(three.scenario, three.house, *three.people[1:], address="分户路3号")
    assert [type(e) for e in made] == [
        HouseholdSplit, HouseholdRegistered, MemberLeft, MemberLeft, MemberJoined, MemberJoined,
        CircumstancesDeclared, CircumstancesDeclared,
    ]  # fmt: skip
    new = made[0].to_id  # type: ignore[attr-defined]
    assert made[0].household_ids == (three.house, new)  # type: ignore[attr-defined]
    assert people_of(three.scenario, three.house) == {three.people[0]}
    assert people_of(three.scenario, new) == set(three.people[1:])
    found = household(three.scenario, new)
    assert (found.head(), found.number, found.area, found.organisation_id) == (
        three.people[1], "S1", Area.RURAL, REGIMENT,
    )  # fmt: skip
    assert {lives_in(three.scenario, p) for p in three.people[1:]} == {new}
    open_ = three.scenario.ledger.vault.open
    names = [open_(e.name.sealed) for e in made if isinstance(e, MemberJoined) and e.name.sealed]
    assert names in ([], ["测试2", "测试3"])


def test_a_head_who_leaves_by_a_split_is_replaced_at_once(three: Three) -> None:
    with pytest.raises(NewHeadNeeded):
        split(three.scenario, three.house, three.people[0])
    with pytest.raises(NotMember):
        split(three.scenario, three.house, three.people[0], new_head=three.others[0])
    made = split(three.scenario, three.house, three.people[0], new_head=three.people[2])
    assert [e.person_id for e in made if isinstance(e, HeadChanged)] == [three.people[2]]
    assert household(three.scenario, three.house).head() == three.people[2]


def test_each_declared_line_goes_with_one_of_the_two_households(three: Three) -> None:
    """57 art. 13–14: nothing declared is counted twice, nothing disappears."""
    wage = IncomeLine(kind="wage", annual_fen=Fen(300_000), person_id=three.people[1])
    rent, car = (
        IncomeLine(kind="property", annual_fen=Fen(50_000)),
        PropertyLine(kind="vehicle", value_fen=Fen(900_000)),
    )
    bank = PropertyLine(kind="deposit", value_fen=Fen(100_000))
    three.scenario.do(DeclareCircumstances, CLERK, household_id=three.house, declared_on=date(2026, 10, 1), income=(wage, rent),
                      property=(car, bank), deductions_fen=Fen(20_000))  # fmt: skip
    for wrong in ({"property": (car, car)}, {"deductions_fen": Fen(20_001)}, {"income": (rent, rent)}):
        with pytest.raises(NotDeclared):
            split(three.scenario, three.house, three.people[1], **wrong)
    made = split(three.scenario, three.house, three.people[1], property=(bank,), deductions_fen=Fen(5_000))
    old, new = [e for e in made if isinstance(e, CircumstancesDeclared)]
    assert (old.income, old.property, old.deductions_fen) == ((rent,), (car,), 15_000)
    assert (new.income, new.property, new.deductions_fen) == ((wage,), (bank,), 5_000)


def test_refuses_to_split_off_what_was_never_declared(three: Three) -> None:
    made = three.scenario.do(
        SplitHousehold, CLERK, household_id=three.house, leaving=going(three.people[1]), **SPLIT
    )
    alone = made.events[0].to_id  # type: ignore[attr-defined]
    assert household(three.scenario, alone).declared_on(DAY) is not None
    bare = three.scenario.do(
        SplitHousehold,
        CLERK,
        household_id=three.other,
        leaving=going(three.others[1]),
        **SPLIT | {"number": HouseholdNumber("S2")},
    )
    assert bare.events[0].from_id == three.other  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("leaving", "more", "refusal"),
    [
        ((), {}, SplitOfNobody), ((0, 1, 2), {}, SplitOfEverybody), ((1, 1), {}, PersonTwice),
        ((1,), {"split_on": date(2026, 8, 31)}, BadDate), ((1,), {"split_on": date(2030, 1, 1)}, BadDate),
        ((1,), {"number": HouseholdNumber("H00001")}, HouseholdNumberTaken), ((1,), {"document": " "}, DocumentNeeded),
        ((1,), {"company_id": OTHER}, WrongCompany),
    ],
)  # fmt: skip
def test_refuses_a_split_that_cannot_be(
    three: Three, leaving: tuple[int, ...], more: dict[str, Any], refusal: type[Exception]
) -> None:
    """57 art. 7: of nobody, of everybody, of one twice, before registration, after today, without a document."""
    head = three.scenario.ledger.recorder.head()
    with pytest.raises(refusal):
        split(three.scenario, three.house, *(three.people[n] for n in leaving), new_head=None, **more)
    assert three.scenario.ledger.recorder.head() == head


def test_refuses_a_split_with_two_heads_with_a_stranger_or_with_the_dead(three: Three) -> None:
    twice = tuple(Relative(person_id=p, relation=Relation.HEAD) for p in three.people[1:])
    with pytest.raises(OneHeadNeeded):
        split(three.scenario, three.house, leaving=twice)
    with pytest.raises(NotMember):
        split(three.scenario, three.house, three.others[0])
    three.scenario.do(RecordDeath, CLERK, household_id=three.house, person_id=three.people[1], died_on=date(2026, 10, 1),
                      source="公安")  # fmt: skip
    with pytest.raises(NotMember):
        split(three.scenario, three.house, three.people[1])
    with pytest.raises(OutOfScope):
        three.scenario.do(
            SplitHousehold, OTHER_CLERK, household_id=three.house, leaving=going(three.people[2]), **SPLIT
        )


def test_after_a_split_the_entitlement_stays_and_releases_who_left_when_it_is_adjusted(three: Three) -> None:
    """57 art. 31: nobody is covered twice and nobody dropped silently: until the decision they stay covered where they were."""
    made = split(three.scenario, three.house, *three.people[1:])
    new = HouseholdId(made[0].to_id)  # type: ignore[attr-defined]
    again = three.scenario.opinion(new, three.people[1:])
    with pytest.raises(AlreadyCovered):
        confirm(three.scenario, again)
    adjusted = three.scenario.do(AdjustAmount, REVIEWER, entitlement_id=three.entitlement, from_month="2026-11", reason="分户",
                                 article="57 art. 31")  # fmt: skip
    (event,) = [e for e in adjusted.events if isinstance(e, AmountAdjusted)]
    assert (event.counted, set(event.released)) == ((three.people[0],), set(three.people[1:]))


def test_an_application_under_way_covers_those_who_still_live_there(scenario: Scenario) -> None:
    """57 art. 7: a split does not stop it; who left is not counted. A merger that brings others in does, at the decision."""
    house, people = scenario.household(1, 3)
    case = scenario.opinion(house, people)
    split(scenario, house, people[2], split_on=date(2026, 9, 15))
    confirmed = confirm(scenario, case)
    assert confirmed.counted == tuple(people[:2])
    second, others = scenario.household(21, 2)
    waiting = scenario.opinion(second, others)
    third, _ = scenario.household(31, 1)
    merge(scenario, second, third, merged_on=date(2026, 9, 16))
    with pytest.raises(WholeHouseholdOrNone):
        confirm(scenario, waiting)


# --- merge ---


def test_a_merger_takes_members_and_what_they_declared_and_the_survivors_account_holds(three: Three) -> None:
    """57 art. 7, 25: the absorbed household takes part in nothing new."""
    made = merge(three.scenario, three.house, three.other)
    assert [type(e) for e in made] == [
        HouseholdsMerged, MemberLeft, MemberLeft, MemberJoined, MemberJoined, CircumstancesDeclared,
    ]  # fmt: skip
    assert people_of(three.scenario, three.house) == {*three.people, *three.others}
    assert people_of(three.scenario, three.other) == set()
    assert household(three.scenario, three.house).head() == three.people[0]
    declared = made[-1]
    assert isinstance(declared, CircumstancesDeclared)
    assert [n.annual_fen for n in declared.income] == [600_000, 600_000]
    for command, fields in (
        (ChangeHead, {"person_id": three.others[0], "changed_on": DAY}),
        (DeclareCircumstances, {"declared_on": DAY, "income": ()}),
        (SplitHousehold, SPLIT | {"leaving": going(three.others[0])}),
        (MoveHousehold, {"to_id": OTHER, "area": Area.RURAL, "moved_on": DAY, "last_month_here": "2026-10", "transfer_letter": "函"}),
    ):  # fmt: skip
        with pytest.raises(HouseholdMergedAway):
            three.scenario.do(command, CLERK, household_id=three.other, **fields)


def test_refuses_circular_and_repeated_mergers_and_one_with_itself(three: Three) -> None:
    """57 art. 7: a household that was taken in takes in nobody, and is taken in by nobody else."""
    scenario = three.scenario
    with pytest.raises(MergedWithItself):
        merge(scenario, three.house, three.house)
    third, _ = scenario.household(71)
    merge(scenario, three.house, three.other)
    for survivor, absorbed in ((three.house, three.other), (three.other, three.house), (third, three.other)):
        with pytest.raises(HouseholdMergedAway):
            merge(scenario, survivor, absorbed)
    merge(scenario, third, three.house)
    with pytest.raises(HouseholdMergedAway):
        merge(scenario, three.other, third)


def test_refuses_a_merger_that_cannot_be(three: Three) -> None:
    """57 art. 5, 7."""
    scenario = three.scenario
    elsewhere, _ = scenario.household(81, clerk=OTHER_CLERK)
    empty, (only,) = scenario.household(91, 1)
    scenario.do(
        RecordDeath, CLERK, household_id=empty, person_id=only, died_on=date(2026, 10, 1), source="公安"
    )
    wrong: list[tuple[HouseholdId, dict[str, Any], type[Exception]]] = [
        (HouseholdId("none"), {}, HouseholdUnknown), (elsewhere, {}, MergeAcrossOrganisations), (empty, {}, NobodyThere),
        (three.other, {"merged_on": date(2026, 8, 1)}, BadDate), (three.other, {"merged_on": date(2030, 1, 1)}, BadDate),
        (three.other, {"document": ""}, DocumentNeeded), (three.other, {"relations": going(three.others[0])}, OneHeadNeeded),
        (three.other, {"relations": going(*three.people[1:])[1:]}, NotMember),
        (three.other, {"relations": going(three.others[0], three.others[1], three.others[1])[1:]}, PersonTwice),
    ]  # fmt: skip
    head = scenario.ledger.recorder.head()
    for absorbed, more, refusal in wrong:
        with pytest.raises(refusal):
            merge(scenario, three.house, absorbed, **more)
    assert scenario.ledger.recorder.head() == head


def test_refuses_a_household_grown_beyond_the_limit_by_a_merger(scenario: Scenario) -> None:
    one, _ = scenario.household(1, 16, account=False)
    other, _ = scenario.household(101, 16, account=False)
    with pytest.raises(TooManyMembers):
        merge(scenario, one, other)


def test_two_covers_that_meet_by_a_merger_stay_apart_until_one_is_ended(scenario: Scenario) -> None:
    """57 art. 31: nobody is counted by two entitlements; the one stays, the other is ended, then all are counted."""
    house, people, stays = scenario.covered(1)
    other, others, ends = scenario.covered(51)
    merge(scenario, house, other)
    why = {"reason": "并户", "article": "57 art. 31"}
    with pytest.raises(AlreadyCovered):
        scenario.do(AdjustAmount, REVIEWER, entitlement_id=stays, from_month="2026-11", **why)
    scenario.do(EndCategory, REVIEWER, entitlement_id=ends, last_month="2026-10", **why)
    made = scenario.do(AdjustAmount, REVIEWER, entitlement_id=stays, from_month="2026-11", **why)
    (event,) = [e for e in made.events if isinstance(e, AmountAdjusted)]
    assert set(event.counted) == {*people, *others}


def test_cover_of_a_person_goes_along_with_the_person(scenario: Scenario) -> None:
    """43, 57 art. 31: a tekun person's household is taken into a nephew's; the entitlement is then of that household."""
    alone, _, tekun = scenario.covered(1, 1, Category.TEKUN, births=(date(1950, 1, 1),), income=0)
    other, _ = scenario.household(51)
    carry: dict[str, Any] = {"entitlement_id": tekun, "household_id": other, "document": "户口簿"}
    with pytest.raises(NotMember):
        scenario.do(CarryEntitlement, REVIEWER, **carry)
    with pytest.raises(HouseholdUnknown):
        scenario.do(CarryEntitlement, REVIEWER, **carry | {"household_id": HouseholdId("none")})
    with pytest.raises(NothingChanges):
        scenario.do(CarryEntitlement, REVIEWER, **carry | {"household_id": alone})
    merge(scenario, other, alone)
    assert [(t["kind"], t["due_on"]) for t in tasks(scenario)] == [("merged_cover", date(2026, 11, 1))]
    (made,) = scenario.do(CarryEntitlement, REVIEWER, **carry).events
    assert isinstance(made, EntitlementFollowed)
    assert (made.household_ids, made.from_month) == ((alone, other), "2026-12")
    assert tasks(scenario) == []
    drawn = scenario.draw(scenario.fund(), "2026-12", programme="tekun").header
    known = scenario.ledger.read((Facts((PaymentInstructed,), (tag(RunId, drawn.run_id),)),))
    lines = list(known.events(PaymentInstructed))
    account = household(scenario, other).account_on(date(2026, 11, 24))
    assert account is not None
    assert {(n.month, n.household_id, n.account_key) for n in lines} == {
        (month, other, account.account_key) for month in ("2026-10", "2026-11", "2026-12")
    }


def test_who_left_and_whose_account_it_was_are_tasks_until_it_is_decided(three: Three) -> None:
    """57 art. 31: nobody is dropped silently."""
    assert tasks(three.scenario) == []
    split(three.scenario, three.house, three.people[0], new_head=three.people[1])
    found = {t["kind"]: (t["role"], t["household_id"], t["since"]) for t in tasks(three.scenario)}
    assert found == {
        "cover_to_adjust": ("reviewer", three.house, DAY), "account_to_change": ("clerk", three.house, DAY),
    }  # fmt: skip
    three.scenario.do(AdjustAmount, REVIEWER, entitlement_id=three.entitlement, from_month="2026-11", reason="分户",
                      article="57 art. 31")  # fmt: skip
    three.scenario.account(three.house, three.people[1], 9)
    assert tasks(three.scenario) == []


def test_cover_of_a_household_goes_along_only_where_there_is_none(scenario: Scenario) -> None:
    """83: one dibao entitlement a household; nobody is counted until the amount is adjusted there."""
    one, people, first = scenario.covered(1)
    two, _, second = scenario.covered(51)
    three, _ = scenario.household(71)
    merge(scenario, one, two)
    with pytest.raises(AlreadyCovered):
        scenario.do(CarryEntitlement, REVIEWER, entitlement_id=second, household_id=one, document="户口簿")
    scenario.do(WithdrawMerge, CLERK, household_id=one, absorbed_id=two, **WITHDRAW)
    merge(scenario, three, two)
    scenario.do(CarryEntitlement, REVIEWER, entitlement_id=second, household_id=three, document="户口簿")
    made = scenario.do(
        AdjustAmount,
        REVIEWER,
        entitlement_id=second,
        from_month="2026-11",
        reason="并户",
        article="57 art. 31",
    )
    assert len(made.events[0].counted) == 4  # type: ignore[attr-defined]
    # What followed here was confirmed for another household: it counts all the same.
    four, _, third = scenario.covered(91)
    merge(scenario, three, four)
    with pytest.raises(AlreadyCovered):
        scenario.do(CarryEntitlement, REVIEWER, entitlement_id=third, household_id=three, document="户口簿")
    for person in people:
        scenario.do(RecordDeath, CLERK, household_id=one, person_id=person, died_on=date(2026, 11, 1), source="公安",
                    new_head=people[1] if person == people[0] else None)  # fmt: skip
    with pytest.raises(NobodyThere):
        scenario.do(CarryEntitlement, REVIEWER, entitlement_id=first, household_id=three, document="户口簿")


# --- the way back ---


def test_a_wrong_merger_is_taken_back_as_if_it_had_never_been(three: Three) -> None:
    scenario = three.scenario
    before = household(scenario, three.other), household(scenario, three.house)
    merge(scenario, three.house, three.other)
    made = scenario.do(
        WithdrawMerge, CLERK, household_id=three.house, absorbed_id=three.other, **WITHDRAW
    ).events
    assert isinstance(made[0], HouseholdMergeWithdrawn)
    after = household(scenario, three.other), household(scenario, three.house)
    for old, new in zip(before, after, strict=True):
        for day in (date(2026, 9, 2), date(2026, 10, 9), DAY, date(2026, 11, 24)):
            assert {m.person_id for m in old.present(day)} == {m.person_id for m in new.present(day)}, day
        assert (old.head(), old.merged, new.merged) == (new.head(), None, None)
        declared = old.declared_on(date.max), new.declared_on(date.max)
        assert [d.income for d in declared if d is not None] == [declared[0].income] * 2  # type: ignore[union-attr]
    scenario.do(DeclareCircumstances, CLERK, household_id=three.other, declared_on=DAY, income=())
    with pytest.raises(NotMergedInto):
        scenario.do(WithdrawMerge, CLERK, household_id=three.house, absorbed_id=three.other, **WITHDRAW)


def test_who_died_or_left_meanwhile_does_not_go_back_and_heads_are_named(three: Three) -> None:
    """A merger is taken back for those who are there still; one that follows it must be taken back first."""
    scenario = three.scenario
    merge(scenario, three.house, three.other)
    scenario.do(
        RecordDeath,
        CLERK,
        household_id=three.house,
        person_id=three.others[0],
        died_on=date(2026, 10, 20),
        source="公安",
    )
    back = {"household_id": three.house, "absorbed_id": three.other} | WITHDRAW
    with pytest.raises(NewHeadNeeded):
        scenario.do(WithdrawMerge, CLERK, **back)
    with pytest.raises(NotMember):
        scenario.do(WithdrawMerge, CLERK, **back, absorbed_head=three.people[0])
    with pytest.raises(DocumentNeeded):
        scenario.do(WithdrawMerge, CLERK, **back | {"document": ""})
    third, _ = scenario.household(71)
    merge(scenario, third, three.house, merged_on=date(2026, 11, 1))
    with pytest.raises(HouseholdMergedAway):
        scenario.do(WithdrawMerge, CLERK, **back, absorbed_head=three.others[1])
    scenario.do(WithdrawMerge, CLERK, household_id=third, absorbed_id=three.house, **WITHDRAW)
    scenario.do(WithdrawMerge, CLERK, **back, absorbed_head=three.others[1])
    assert people_of(scenario, three.other) == {three.others[1]}
    assert household(scenario, three.other).head() == three.others[1]
    assert people_of(scenario, three.house) == set(three.people)


# --- head, company, attributes ---


def test_refuses_a_new_head_or_a_move_before_they_can_be(three: Three) -> None:
    baby = NewMember(id_number=id_number(7, date(2026, 10, 1)), name="新生", relation=Relation.CHILD)
    made = three.scenario.do(
        JoinMember, CLERK, household_id=three.house, member=baby, reason="birth", joined_on=date(2026, 10, 1)
    )
    child = made.events[0].person_id  # type: ignore[attr-defined]
    with pytest.raises(NotMember):
        three.scenario.do(
            ChangeHead, CLERK, household_id=three.house, person_id=child, changed_on=date(2026, 9, 30)
        )
    with pytest.raises(BadDate, match="registered"):
        three.scenario.do(MoveHousehold, CLERK, household_id=three.house, to_id=OTHER, area=Area.RURAL,
                          moved_on=date(2026, 8, 1), last_month_here="2026-08", transfer_letter="函")  # fmt: skip


def test_a_household_changes_its_company_within_the_regiment_only(three: Three) -> None:
    """57 art. 5: another regiment is a move, with its letter."""
    scenario = three.scenario
    for company, parent in (("c1", REGIMENT), ("c2", OTHER)):
        scenario.do(OpenOrganisation, ADMIN, organisation_id=company, name=company, level=Level.COMPANY, parent_id=parent,
                    opened_on=date(2026, 1, 1))  # fmt: skip
    given = {"household_id": three.house, "changed_on": DAY}
    made = scenario.do(ChangeCompany, CLERK, company_id="c1", **given).events[0]
    assert isinstance(made, CompanyChanged)
    assert (made.company_id, made.previous) == ("c1", None)
    assert household(scenario, three.house).company_id == "c1"
    with pytest.raises(NothingDiffers):
        scenario.do(ChangeCompany, CLERK, company_id="c1", **given)
    with pytest.raises(WrongCompany):
        scenario.do(ChangeCompany, CLERK, company_id="c2", **given)


def test_what_is_known_of_a_person_holds_from_its_day_and_late_news_leave_later_ones(three: Three) -> None:
    """57 art. 27: supplements follow the certificate's day, on both clocks."""
    scenario, person = three.scenario, three.people[1]

    def changed(level: int | None, day: date, **more: Any) -> Event:
        given = {
            "household_id": three.house,
            "person_id": person,
            "document": "残疾人证",
            "changed_on": day,
        } | more
        return scenario.do(
            ChangeAttributes, CLERK, attributes=Attributes(disability_level=level), **given
        ).events[0]

    assert isinstance(changed(2, date(2026, 10, 1)), AttributesChanged)
    changed(3, date(2026, 9, 10))
    member = household(scenario, three.house).member(person)
    assert member is not None
    levels = {
        day: member.attributes_on(day).disability_level
        for day in (date(2026, 9, 9), date(2026, 9, 10), date(2026, 10, 1))
    }
    assert list(levels.values()) == [None, 3, 2]
    assert member.attributes.disability_level == 2
    for wrong, refusal in (
        ({"day": date(2026, 10, 2), "level": 2}, NothingDiffers), ({"day": date(2026, 10, 2), "level": 5}, BadAttributes),
        ({"day": date(1900, 1, 1), "level": 1}, BadDate), ({"day": date(2030, 1, 1), "level": 1}, BadDate),
        ({"day": DAY, "level": 1, "document": " "}, DocumentNeeded), ({"day": DAY, "level": 1, "person_id": three.others[0]}, NotMember),
    ):  # fmt: skip
        with pytest.raises(refusal):
            changed(**wrong)
    new = split(scenario, three.house, person)[0].to_id  # type: ignore[attr-defined]
    changed(1, date(2026, 9, 20), household_id=new)
    moved = household(scenario, new).member(person)
    assert moved is not None
    assert moved.attributes.disability_level == 2  # what was known of October stays the latest
    assert moved.attributes_on(date(2026, 9, 25)).disability_level == 1
