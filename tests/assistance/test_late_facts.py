"""Facts that become known late: what is drawn afterwards is right, and what was paid too much is seen."""

from __future__ import annotations

from collections import defaultdict
from datetime import date
from typing import Any

import pytest

from assistance.payment_rows import read_rows
from ledger.identification.changes import (
    AdjustAmount,
    EndCategory,
    ResumeEntitlement,
    SuspendEntitlement,
    TransferEntitlement,
)
from ledger.identification.decisions import ConfirmCategory
from ledger.identification.events import AmountAdjusted, Category, Component
from ledger.identification.procedure import AcceptApplication
from ledger.identification.refusals import (
    AlreadyCovered,
    CaseUnknown,
    EntitlementUnknown,
    NothingChanges,
    WholeHouseholdOrNone,
)
from ledger.kernel import (
    CaseId,
    EntitlementId,
    Facts,
    Fen,
    HouseholdId,
    Month,
    OrganisationId,
    PersonId,
    RunId,
    tag,
)
from ledger.payments.draw import Paid, Payee, plan_run
from ledger.payments.events import PaymentInstructed
from ledger.payments.refusals import NothingDue
from ledger.registry.changes import DeclareCircumstances, MoveHousehold, RecordDeath
from ledger.registry.commands import JoinMember, LeaveMember, NewMember
from ledger.registry.events import Area, IncomeLine, Relation
from ledger.registry.refusals import AlreadyMember, NotMember
from ledger.registry.states import Household
from ledger.standards.commands import SetStandard
from tests.ledger.steps import confirm
from tests.scenario import ADMIN, CLERK, DIVISION, OTHER, OTHER_CLERK, REGIMENT, REVIEWER, Scenario, id_number

OLD = (date(1950, 1, 1),)


def lines(scenario: Scenario, run_id: RunId) -> dict[tuple[str, str, str], int]:
    """(month, component, cause) → fen of one run."""
    known = scenario.ledger.read((Facts((PaymentInstructed,), (tag(RunId, run_id),)),))
    return {
        (n.month, n.component.value, n.cause.value): n.amount_fen for n in known.events(PaymentInstructed)
    }


def paid(scenario: Scenario, programme: str = "dibao", place: OrganisationId = REGIMENT) -> dict[str, int]:
    """Month → fen instructed in all."""
    months: defaultdict[str, int] = defaultdict(int)
    for (_, month, _), so_far in read_rows(
        scenario.division, place, programme, Month("2026-12")
    ).paid.items():
        months[month] += so_far.net_fen
    return dict(months)


def dies(scenario: Scenario, house: HouseholdId, person: PersonId, day: date, **more: Any) -> None:
    scenario.do(RecordDeath, CLERK, household_id=house, person_id=person, died_on=day, source="公安", **more)


def adjust(scenario: Scenario, entitlement: EntitlementId, month: str) -> list[AmountAdjusted]:
    made = scenario.do(AdjustAmount, REVIEWER, entitlement_id=entitlement, from_month=month, reason="核查", article="57 art. 31")  # fmt: skip
    return [e for e in made.events if isinstance(e, AmountAdjusted)]


def income(scenario: Scenario, house: HouseholdId, fen: int, day: date = date(2026, 11, 1)) -> None:
    lines = (IncomeLine(kind="wage", annual_fen=Fen(fen)),)
    scenario.do(DeclareCircumstances, CLERK, household_id=house, declared_on=day, income=lines)


def standard(
    scenario: Scenario, value: int, start: date, name: str = "standard", area: str | None = "urban"
) -> None:
    scenario.do(SetStandard, ADMIN, name=name, programme="dibao", organisation_id=DIVISION, area=area, value=value,
                unit="fen_per_month", from_date=start, document="示范3号")  # fmt: skip


# --- deaths ---


def test_nothing_is_paid_after_the_last_payable_month_once_everyone_covered_is_dead(
    scenario: Scenario,
) -> None:
    """83: a verified death suspends at once, before its end is decided; what was paid beyond it is seen."""
    house, people, gone = scenario.covered(1, 1, Category.TEKUN, births=OLD, income=0)
    scenario.covered(11, 1, Category.TEKUN, births=OLD, income=0)
    fund = scenario.fund()
    scenario.draw(fund, "2026-11", programme="tekun")
    dies(scenario, house, people[0], date(2026, 10, 3))
    result = scenario.draw(fund, "2026-12", programme="tekun")
    assert [(o.entitlement_id, o.month, o.amount_fen) for o in result.overpaid] == [
        (gone, "2026-11", 104_000)
    ]
    assert list(lines(scenario, result.header.run_id)) == [("2026-12", "base", "regular")]
    scenario.do(EndCategory, REVIEWER, entitlement_id=gone, reason="死亡", article="43 art. 24")
    assert paid(scenario, "tekun") == {"2026-10": 208_000, "2026-11": 208_000, "2026-12": 104_000}
    with pytest.raises(NothingDue):
        scenario.draw(fund, "2026-12", programme="tekun")


def test_the_months_after_death_are_a_dated_parameter(scenario: Scenario) -> None:
    house, people, gone = scenario.covered(1, 1)
    standard(scenario, 1, date(2026, 10, 1), "months_after_death", None)
    dies(scenario, house, people[0], date(2026, 10, 3))
    fund = scenario.fund()
    result = scenario.draw(fund, "2026-12")
    assert set(lines(scenario, result.header.run_id)) == {
        ("2026-10", "base", "back_pay"), ("2026-11", "base", "back_pay"),
    }  # fmt: skip
    made = scenario.do(EndCategory, REVIEWER, entitlement_id=gone, reason="死亡", article="57 art. 31")
    assert made.events[0].last_month == "2026-11"  # type: ignore[attr-defined]


def test_survivors_are_recomputed_from_the_month_after_and_the_difference_is_seen(scenario: Scenario) -> None:
    """Two people, 1,100.00; one alone with 6,000.00 a year: 800.00 - 500.00 = 300.00."""
    house, people, entitlement = scenario.covered(1)
    fund = scenario.fund()
    scenario.draw(fund, "2026-11")
    dies(scenario, house, people[1], date(2026, 10, 3))
    (made,) = adjust(scenario, entitlement, "2026-11")
    assert (made.counted, made.released) == ((people[0],), (people[1],))
    result = scenario.draw(fund, "2026-12")
    assert lines(scenario, result.header.run_id) == {("2026-12", "base", "regular"): 30_000}
    assert [(o.month, o.amount_fen) for o in result.overpaid] == [("2026-11", 80_000)]
    assert paid(scenario) == {"2026-10": 110_000, "2026-11": 110_000, "2026-12": 30_000}


def test_a_death_before_the_decision_is_not_counted(scenario: Scenario) -> None:
    """57 art. 7."""
    house, people = scenario.household(1)
    case = scenario.opinion(house, people)
    dies(scenario, house, people[1], date(2026, 9, 10))
    confirmed = confirm(scenario, case)
    assert confirmed.counted == (people[0],)
    assert [a.amount_fen for a in confirmed.amounts] == [30_000]


def test_refuses_a_decision_on_part_of_a_household_grown_meanwhile(scenario: Scenario) -> None:
    """83 一(一): whole household or none; nobody enters without having applied."""
    house, people = scenario.household(1)
    case = scenario.opinion(house, people)
    child = NewMember(id_number=id_number(77, date(2026, 9, 3)), name="某", relation=Relation.CHILD)
    scenario.do(
        JoinMember, CLERK, household_id=house, member=child, reason="birth", joined_on=date(2026, 9, 5)
    )
    with pytest.raises(WholeHouseholdOrNone):
        confirm(scenario, case)


def test_refuses_a_decision_on_a_household_that_is_gone(scenario: Scenario) -> None:
    house, people = scenario.household(1, 1)
    case = scenario.opinion(house, people)
    dies(scenario, house, people[0], date(2026, 9, 10))
    with pytest.raises(NotMember):
        confirm(scenario, case)


# --- income, standards, ages ---


@pytest.mark.parametrize(
    ("yearly", "october", "november", "over"),
    [(360_000, 20_000, 130_000, 0), (600_001, 0, 110_000, 0), (840_000, 0, 90_000, 20_000)],
)
def test_an_income_change_back_dated_pays_what_is_short_and_shows_what_was_over(
    scenario: Scenario, yearly: int, october: int, november: int, over: int
) -> None:
    """(1,920,000 - income) / 12: 130,000, 109,999.92 → 110,000, 90,000."""
    house, _, entitlement = scenario.covered(1)
    fund = scenario.fund()
    scenario.draw(fund, "2026-10")
    income(scenario, house, yearly)
    if yearly == 600_001:
        with pytest.raises(NothingChanges):
            adjust(scenario, entitlement, "2026-10")
    else:
        adjust(scenario, entitlement, "2026-10")
    result = scenario.draw(fund, "2026-11")
    expected = {("2026-11", "base", "regular"): november} | (
        {("2026-10", "base", "back_pay"): october} if october else {}
    )
    assert lines(scenario, result.header.run_id) == expected
    assert sum(o.amount_fen for o in result.overpaid) == over


def test_a_back_dated_change_pays_each_month_by_its_own_standard(scenario: Scenario) -> None:
    """The standard rises with November: October by 800.00, November by 900.00, whenever it is decided."""
    house, _, entitlement = scenario.covered(1)
    standard(scenario, 90_000, date(2026, 11, 1))
    income(scenario, house, 360_000)
    made = adjust(scenario, entitlement, "2026-10")
    assert [(e.from_month, e.amounts[0].amount_fen) for e in made] == [
        ("2026-10", 130_000),
        ("2026-11", 150_000),
    ]
    result = scenario.draw(scenario.fund(), "2026-11")
    assert lines(scenario, result.header.run_id) == {
        ("2026-10", "base", "back_pay"): 130_000,
        ("2026-11", "base", "regular"): 150_000,
    }


def test_a_change_keeps_a_rise_decided_for_a_later_month(scenario: Scenario) -> None:
    house, _, entitlement = scenario.covered(1)
    standard(scenario, 90_000, date(2026, 12, 1))
    assert [e.from_month for e in adjust(scenario, entitlement, "2026-12")] == ["2026-12"]
    income(scenario, house, 360_000)
    made = adjust(scenario, entitlement, "2026-11")
    assert [(e.from_month, e.amounts[0].amount_fen) for e in made] == [
        ("2026-11", 130_000),
        ("2026-12", 150_000),
    ]


def test_a_supplement_begins_with_the_month_after_the_birthday(scenario: Scenario) -> None:
    """Sixty on 2026-10-20: 60 at the beginning of November, 59 at that of October."""
    _, _, entitlement = scenario.covered(1, births=(date(1966, 10, 20),))
    made = adjust(scenario, entitlement, "2026-10")
    assert [(e.from_month, {a.component: a.amount_fen for a in e.amounts}) for e in made] == [
        ("2026-11", {Component.BASE: 110_000, Component.SUPPLEMENT: 6_000})
    ]
    with pytest.raises(NothingChanges):
        adjust(scenario, entitlement, "2026-11")


def test_of_two_declarations_of_one_day_the_later_recorded_holds(scenario: Scenario) -> None:
    house, _, entitlement = scenario.covered(1)
    for yearly in (1_200_000, 360_000):
        income(scenario, house, yearly)
    income(scenario, house, 960_000, date(2026, 10, 1))  # recorded last, of an earlier day
    assert adjust(scenario, entitlement, "2026-11")[0].amounts[0].amount_fen == 130_000
    state = scenario.ledger.read((Household.facts(house),)).state(Household, house)
    scenario.account(house, state.current()[0].person_id, 5)
    scenario.account(house, state.current()[0].person_id, 6)
    state = scenario.ledger.read((Household.facts(house),)).state(Household, house)
    newest = state.account_on(date(2026, 11, 1))
    assert newest is not None
    assert newest.account_key == state.accounts[-1].account_key


# --- who is covered by what ---


def test_who_leaves_a_covered_household_may_be_covered_elsewhere_once_released(scenario: Scenario) -> None:
    """649 art. 9, 14: one basic-living cover a person, and none lost for ever by having had one."""
    house, people, entitlement = scenario.covered(1)
    other, others = scenario.household(11, 1)
    scenario.do(LeaveMember, CLERK, household_id=house, person_id=people[1], reason="marriage", left_on=date(2026, 9, 20))  # fmt: skip
    back = NewMember(id_number=id_number(2, date(1981, 5, 17)), name="测试2", relation=Relation.SPOUSE)
    joining = {"household_id": other, "member": back, "reason": "marriage"}
    with pytest.raises(AlreadyMember):
        scenario.do(JoinMember, CLERK, **joining, joined_on=date(2026, 9, 19))
    scenario.do(JoinMember, CLERK, **joining, joined_on=date(2026, 9, 20))
    case = scenario.opinion(other, [others[0], people[1]])
    with pytest.raises(AlreadyCovered):
        scenario.do(ConfirmCategory, REVIEWER, case_id=case, decided_on=date(2026, 9, 30))
    adjust(scenario, entitlement, "2026-10")
    confirmed = scenario.do(ConfirmCategory, REVIEWER, case_id=case, decided_on=date(2026, 9, 30)).events[0]
    assert set(confirmed.counted) == {others[0], people[1]}  # type: ignore[attr-defined]


def test_who_comes_back_to_the_household_is_counted_again_by_it(scenario: Scenario) -> None:
    house, people, entitlement = scenario.covered(1)
    scenario.do(LeaveMember, CLERK, household_id=house, person_id=people[1], reason="prison", left_on=date(2026, 10, 20))  # fmt: skip
    (without,) = adjust(scenario, entitlement, "2026-11")
    back = NewMember(id_number=id_number(2, date(1981, 5, 17)), name="测试2", relation=Relation.CHILD)
    scenario.do(
        JoinMember, CLERK, household_id=house, member=back, reason="return", joined_on=date(2026, 11, 1)
    )
    (again,) = adjust(scenario, entitlement, "2026-11")
    assert ([a.amount_fen for a in without.amounts], [a.amount_fen for a in again.amounts]) == (
        [30_000],
        [110_000],
    )


# --- moves, suspensions ---


def test_after_a_move_each_month_is_paid_by_the_organisation_in_charge_of_it(scenario: Scenario) -> None:
    """57 art. 5: last month here, first month there, back-pay included."""
    house, _, entitlement = scenario.covered(1)
    here, there = scenario.fund(), scenario.fund(organisation=OTHER)
    scenario.do(MoveHousehold, CLERK, household_id=house, to_id=OTHER, area=Area.URBAN, moved_on=date(2026, 10, 20),
                last_month_here="2026-10", transfer_letter="1")  # fmt: skip
    scenario.do(TransferEntitlement, REVIEWER, entitlement_id=entitlement)
    new = scenario.draw(there, "2026-11", actor=OTHER_CLERK, organisation=OTHER)
    assert lines(scenario, new.header.run_id) == {("2026-11", "base", "regular"): 110_000}
    old = scenario.draw(here, "2026-11")
    assert lines(scenario, old.header.run_id) == {("2026-10", "base", "back_pay"): 110_000}
    for fund, actor, place in ((here, CLERK, REGIMENT), (there, OTHER_CLERK, OTHER)):
        with pytest.raises(NothingDue):
            scenario.draw(fund, "2026-11", actor=actor, organisation=place)


def test_a_suspension_known_late_shows_what_was_paid_meanwhile(scenario: Scenario) -> None:
    _, _, entitlement = scenario.covered(1)
    scenario.covered(11)
    fund = scenario.fund()
    scenario.draw(fund, "2026-10")
    scenario.do(SuspendEntitlement, REVIEWER, entitlement_id=entitlement, from_month="2026-10", reason="核查",
                article="57 art. 32")  # fmt: skip
    result = scenario.draw(fund, "2026-11")
    assert (result.header.lines, [o.amount_fen for o in result.overpaid]) == (1, [110_000])
    scenario.do(ResumeEntitlement, REVIEWER, entitlement_id=entitlement, from_month="2026-12", pay_suspended=True,
                reason="x")  # fmt: skip
    result = scenario.draw(fund, "2026-11")
    assert (lines(scenario, result.header.run_id), result.overpaid) == (
        {("2026-11", "base", "regular"): 110_000}, [],
    )  # fmt: skip


def test_an_entitlement_paid_and_unknown_to_the_plan_is_left_alone() -> None:
    """A plan pays what entitlements make due and nothing else."""
    plan = plan_run(run_id=RunId("r"), organisation_id=REGIMENT, programme="dibao", month="2026-10",  # type: ignore[arg-type]
                    entitlements=[], paid={("e", "2026-10", "base"): Paid(5, True)}, payees={"h": Payee("p")})  # fmt: skip
    assert (plan.lines, plan.overpaid) == ([], [])


def test_refuses_what_is_not_there(scenario: Scenario) -> None:
    with pytest.raises(EntitlementUnknown):
        adjust(scenario, EntitlementId("nowhere"), "2026-11")
    with pytest.raises(CaseUnknown):
        scenario.do(AcceptApplication, CLERK, case_id=CaseId("nowhere"), accepted_on=date(2026, 9, 4))
    with pytest.raises(CaseUnknown):
        scenario.do(ConfirmCategory, REVIEWER, case_id=CaseId("nowhere"), decided_on=date(2026, 9, 4))
