"""Late facts in money: the exact months over- and underpaid, opened as recoveries and back-pay, each with what it follows from."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest

from assistance import late_facts
from assistance.late_facts import OpenLateFacts, open_late_facts
from ledger.identification.changes import AdjustAmount, EndCategory, ResumeEntitlement, SuspendEntitlement
from ledger.identification.events import Category, Component
from ledger.identification.refusals import EntitlementUnknown
from ledger.kernel import (
    EntitlementId,
    Event,
    Fen,
    HouseholdId,
    HouseholdNumber,
    Month,
    NotAllowed,
    OutOfScope,
    PersonId,
    Recorded,
)
from ledger.payments.differences import Differences, Why, gather
from ledger.payments.differences_commands import OpenDifferences
from ledger.payments.differences_events import BackPayDue, RecoveryCancelled, RecoveryCause, RecoveryOpened
from ledger.payments.differences_refusals import EvidenceNeeded, NothingToOpen
from ledger.registry.changes import DeclareCircumstances, RecordDeath
from ledger.registry.events import Area, IncomeLine, PersonDied, Relation
from ledger.registry.lineage import Relative
from ledger.registry.lineage_split import SplitHousehold
from ledger.standards.commands import SetStandard
from ledger.standards.refusals import NoStandard
from projections.runner import Runner
from projections.verify import verify_views
from tests.assistance.paying import pay
from tests.scenario import ADMIN, CLERK, DIVISION, NOW, OTHER, REGIMENT, REVIEWER, Scenario

OLD = (date(1950, 1, 1),)
WHY: dict[str, Any] = {"reason": "核查", "article": "57 art. 31"}
ABROAD = REVIEWER.__class__(operator_id="reviewer-9", organisation_id=OTHER, role=REVIEWER.role)


def deadline(scenario: Scenario, days: int = 30) -> None:
    for programme in ("dibao", "tekun"):
        scenario.do(SetStandard, ADMIN, name="recovery_days", programme=programme, organisation_id=DIVISION, value=days,
                    unit="days", from_date=date(2026, 1, 1), document="示范文件9号")  # fmt: skip


def opened(scenario: Scenario, entitlement: EntitlementId, **more: Any) -> list[Event]:
    return list(scenario.do(OpenDifferences, REVIEWER, entitlement_id=entitlement, **more).events)


def differences(scenario: Scenario, entitlement: EntitlementId) -> Differences:
    known, _, _ = gather(scenario.ledger.read_with_head, [entitlement])
    return Differences(known, entitlement)


def amounts(event: Event) -> dict[tuple[str, str], int]:
    assert isinstance(event, RecoveryOpened | BackPayDue)
    return {(m.month, m.component.value): m.amount_fen for m in event.months}


def declare(scenario: Scenario, house: HouseholdId, fen: int, day: date) -> Event:
    lines = (IncomeLine(kind="wage", annual_fen=Fen(fen)),)
    return scenario.do(DeclareCircumstances, CLERK, household_id=house, declared_on=day, income=lines).events[
        0
    ]


def adjust(scenario: Scenario, entitlement: EntitlementId, month: str) -> Event:
    return scenario.do(AdjustAmount, REVIEWER, entitlement_id=entitlement, from_month=month, **WHY).events[0]


def test_a_death_reported_late_opens_a_recovery_of_the_exact_months_with_where_it_comes_from(
    scenario: Scenario,
) -> None:
    """83, 649 art. 68: died on 3 October, known on 24 November: November's 1,040.00 was settled, 30 days to give it back."""
    deadline(scenario)
    house, (person,), gone = scenario.covered(1, 1, Category.TEKUN, births=OLD, income=0)
    fund = scenario.fund()
    for month in ("2026-10", "2026-11"):
        pay(scenario, fund, month, "tekun")
    death = scenario.do(
        RecordDeath, CLERK, household_id=house, person_id=person, died_on=date(2026, 10, 3), source="公安"
    ).events[0]
    (event,) = opened(scenario, gone)
    assert isinstance(event, RecoveryOpened)
    assert amounts(event) == {("2026-11", "base"): 104_000}
    assert (event.amount_fen, event.person_id, event.cause, event.breach) == (
        104_000,
        person,
        RecoveryCause.NO_FAULT,
        False,
    )
    assert (event.fact_id, event.fact_on, event.decision_id) == (death.event_id, date(2026, 10, 3), None)
    assert (event.due_on, event.programme, event.organisation_id) == (date(2026, 12, 24), "tekun", "d12-104")
    scenario.do(EndCategory, REVIEWER, entitlement_id=gone, reason="死亡", article="43 art. 24")
    with pytest.raises(NothingToOpen) as told:
        opened(scenario, gone)
    assert told.value.facts["open_fen"] == 104_000


def test_an_income_change_back_dated_opens_back_pay_or_a_recovery_month_by_month(scenario: Scenario) -> None:
    """57 art. 31: 1,100.00 paid for October and November; due 900.00 by 8,400.00 a year, 1,300.00 by 3,600.00."""
    deadline(scenario)
    fund = scenario.fund()
    rich, _, much = scenario.covered(1)
    poor, _, little = scenario.covered(11)
    for month in ("2026-10", "2026-11"):
        pay(scenario, fund, month)
    fact = declare(scenario, rich, 840_000, date(2026, 10, 1))
    declare(scenario, poor, 360_000, date(2026, 10, 1))
    decision = adjust(scenario, much, "2026-10")
    adjust(scenario, little, "2026-10")
    (recovery,) = opened(scenario, much)
    assert amounts(recovery) == {("2026-10", "base"): 20_000, ("2026-11", "base"): 20_000}
    assert isinstance(recovery, RecoveryOpened)
    assert (recovery.fact_id, recovery.decision_id) == (fact.event_id, decision.event_id)
    (back,) = opened(scenario, little)
    assert isinstance(back, BackPayDue)
    assert amounts(back) == {("2026-10", "base"): 20_000, ("2026-11", "base"): 20_000}
    with pytest.raises(NothingToOpen):
        opened(scenario, little)
    pay(scenario, fund, "2026-12")
    assert differences(scenario, little).found() == []
    assert [d.recoverable_fen for d in differences(scenario, much).found()] == [20_000, 20_000]


def test_a_change_not_declared_for_over_three_months_is_a_breach_and_needs_a_document(
    scenario: Scenario,
) -> None:
    """83, 649 art. 68: no fault, not declared and fraud are kept apart; blame rests on a document."""
    deadline(scenario)
    house, _, entitlement = scenario.covered(1)
    fund = scenario.fund()
    pay(scenario, fund, "2026-10")
    declare(scenario, house, 840_000, date(2026, 8, 23))
    declare(scenario, house, 840_000, date(2026, 9, 30))
    adjust(scenario, entitlement, "2026-10")
    for cause in (RecoveryCause.UNDECLARED, RecoveryCause.FRAUD):
        with pytest.raises(EvidenceNeeded):
            opened(scenario, entitlement, cause=cause)
    (event,) = opened(scenario, entitlement, cause=RecoveryCause.UNDECLARED, document="核查报告1号")
    assert isinstance(event, RecoveryOpened)
    assert (event.cause, event.fact_on) == (RecoveryCause.UNDECLARED, date(2026, 9, 30))
    assert event.known_on is not None
    assert event.breach == (event.known_on > date(2026, 12, 30))  # known when the log recorded it


@pytest.mark.parametrize(("known_on", "breach"), [(date(2026, 12, 1), False), (date(2026, 12, 2), True)])
def test_three_months_are_counted_to_the_day(known_on: date, breach: bool) -> None:
    """83: over three months, not three months."""
    event = PersonDied(household_id=HouseholdId("h"), organisation_id=OTHER, person_id=PersonId("p"), source="公安",
                       occurred_on=date(2026, 9, 1))  # fmt: skip
    at = datetime(known_on.year, known_on.month, known_on.day, 2, tzinfo=UTC)
    assert Why(Recorded(1, at, event), None).kept_back is breach


def test_a_later_fact_cancels_a_recovery_and_opens_what_is_left_of_it(scenario: Scenario) -> None:
    """Nothing is set off silently: 200.00 a month under recovery; then only 100.00 a month turns out to be too much."""
    deadline(scenario)
    house, people, entitlement = scenario.covered(1)
    pay(scenario, scenario.fund(), "2026-10")
    declare(scenario, house, 840_000, date(2026, 10, 1))
    adjust(scenario, entitlement, "2026-10")
    (first,) = opened(scenario, entitlement)
    declare(scenario, house, 720_000, date(2026, 10, 1))
    adjust(scenario, entitlement, "2026-10")
    cancelled, second = opened(scenario, entitlement)
    assert isinstance(first, RecoveryOpened)
    assert isinstance(second, RecoveryOpened)
    assert isinstance(cancelled, RecoveryCancelled)
    assert (cancelled.recovery_id, cancelled.amount_fen, second.amount_fen) == (
        first.recovery_id,
        20_000,
        10_000,
    )
    declare(scenario, house, 600_000, date(2026, 10, 1))
    adjust(scenario, entitlement, "2026-10")
    (gone,) = opened(scenario, entitlement)
    assert isinstance(gone, RecoveryCancelled)
    assert differences(scenario, entitlement).recoveries == {}
    assert people


def test_what_the_bank_has_not_answered_or_sent_back_is_in_nobodys_hands(scenario: Scenario) -> None:
    """649 art. 68: only what was settled is recovered; what waits is told, what came back is not owed."""
    deadline(scenario)
    _, _, waiting = scenario.covered(1)
    fund = scenario.fund()
    scenario.draw(fund, "2026-10")
    scenario.do(SuspendEntitlement, REVIEWER, entitlement_id=waiting, from_month="2026-10", **WHY)
    with pytest.raises(NothingToOpen) as told:
        opened(scenario, waiting)
    assert told.value.facts["pending_fen"] == 110_000
    _, _, back = scenario.covered(11)
    pay(scenario, fund, "2026-11", every=1)
    scenario.do(SuspendEntitlement, REVIEWER, entitlement_id=back, from_month="2026-11", **WHY)
    assert [d for d in differences(scenario, back).found() if d.gap.over_fen] == []
    scenario.do(
        ResumeEntitlement,
        REVIEWER,
        entitlement_id=back,
        from_month="2026-11",
        pay_suspended=True,
        reason="核实",
    )
    assert [d for d in differences(scenario, back).found() if d.gap.month == "2026-11"] == []


def test_who_left_by_a_late_split_is_recovered_from_the_household_that_was_paid(scenario: Scenario) -> None:
    """57 art. 31: two of three left on 1 October, known in November: 600.00 due by the income of one, 1,900.00 paid."""
    deadline(scenario)
    house, people, entitlement = scenario.covered(1, 3)
    pay(scenario, scenario.fund(), "2026-10")
    going = tuple(
        Relative(person_id=p, relation=Relation.CHILD if n else Relation.HEAD)
        for n, p in enumerate(people[1:])
    )
    split = scenario.do(SplitHousehold, CLERK, household_id=house, number=HouseholdNumber("S1"), leaving=going, area=Area.URBAN,
                        split_on=date(2026, 10, 1), document="户口簿").events[0]  # fmt: skip
    adjust(scenario, entitlement, "2026-10")
    (event,) = opened(scenario, entitlement)
    assert isinstance(event, RecoveryOpened)
    assert amounts(event) == {("2026-10", Component.BASE.value): 190_000 - 30_000}
    assert (event.fact_id, event.person_id) == (split.event_id, people[0])


def test_refuses_what_cannot_be_opened(scenario: Scenario) -> None:
    """A deadline is a dated parameter with a basis: without one nothing is opened."""
    with pytest.raises(EntitlementUnknown):
        opened(scenario, EntitlementId("none"))
    house, (person,), gone = scenario.covered(1, 1, Category.TEKUN, births=OLD, income=0)
    with pytest.raises(NothingToOpen):
        opened(scenario, gone)
    fund = scenario.fund()
    for month in ("2026-10", "2026-11"):
        pay(scenario, fund, month, "tekun")
    scenario.do(
        RecordDeath, CLERK, household_id=house, person_id=person, died_on=date(2026, 10, 3), source="公安"
    )
    head = scenario.ledger.recorder.head()
    with pytest.raises(NoStandard):
        opened(scenario, gone)
    with pytest.raises(NotAllowed):
        scenario.do(OpenDifferences, CLERK, entitlement_id=gone)
    with pytest.raises(OutOfScope):
        scenario.do(OpenDifferences, ABROAD, entitlement_id=gone)
    assert scenario.ledger.recorder.head() == head


def test_a_month_of_an_organisation_is_opened_at_once_and_once(
    scenario: Scenario, monkeypatch: pytest.MonkeyPatch
) -> None:
    """649 art. 68: in chunks that go on where they were cut off; months of another organisation are not its business."""
    deadline(scenario)
    fund, houses = scenario.fund(), [scenario.covered(n) for n in (1, 11, 21)]
    for month in ("2026-10", "2026-11"):
        pay(scenario, fund, month)
    for n, (house, _, entitlement) in enumerate(houses):
        declare(scenario, house, 840_000 if n else 360_000, date(2026, 10, 1))
        adjust(scenario, entitlement, "2026-10")
    monkeypatch.setattr(late_facts, "CHUNK", 1)
    command = OpenLateFacts(scenario.command_id(), REGIMENT, "dibao", Month("2026-10"))
    with pytest.raises(NotAllowed):
        open_late_facts(scenario.division, command, CLERK, NOW)
    with pytest.raises(OutOfScope):
        open_late_facts(scenario.division, command, ABROAD, NOW)
    nothing = open_late_facts(scenario.division, command._replace(organisation_id=OTHER), REVIEWER, NOW)
    assert nothing[1:] == (0, 0, 0, 0, 0)
    done = open_late_facts(scenario.division, command, REVIEWER, NOW)
    assert done[1:] == (2, 40_000, 1, 20_000, 0)
    assert open_late_facts(scenario.division, command, REVIEWER, NOW)[1:] == (0, 0, 0, 0, 0)
    rest = open_late_facts(scenario.division, command._replace(upto=Month("2026-11")), REVIEWER, NOW)
    assert rest[1:] == (2, 40_000, 1, 20_000, 0)
    ids = [r for _, _, e in houses for r in differences(scenario, e).recoveries]
    assert len(set(ids)) == 4
    declare(scenario, houses[1][0], 600_000, date(2026, 10, 1))
    adjust(scenario, houses[1][2], "2026-10")
    again = open_late_facts(scenario.division, command._replace(upto=Month("2026-11")), REVIEWER, NOW)
    assert again[1:] == (0, 0, 0, 0, 2)
    with Runner(scenario.division.url, scenario.division.schema) as runner:
        runner.catch_up()
        rows = runner.connection.execute(
            "SELECT status, count(*), sum(amount_fen)::int FROM recoveries GROUP BY 1 ORDER BY 1"
        ).fetchall()
    assert rows == [("cancelled", 2, 40_000), ("open", 2, 40_000)]
    assert [
        r.view for r in verify_views(scenario.division.url, scenario.division.schema) if not r.equal
    ] == []
