"""Bulk subsidies go to a roster frozen on a day, once."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from assistance.subsidies import SubsidyResult, grant_subsidy, roster_facts
from ledger.assistance.bulk import Subsidy
from ledger.assistance.bulk_events import BulkSubsidyAwarded, SubsidyKind, SubsidyUnit
from ledger.assistance.bulk_refusals import (
    BadSubsidyAmount,
    NobodyOnRoster,
    RosterDayInFuture,
    RosterGrantedAlready,
    SubsidyDocumentNeeded,
)
from ledger.identification.events import Category
from ledger.kernel import CommandId, Fen, Month, NotAllowed
from ledger.registry.changes import RecordDeath
from tests.scenario import CLERK, DIVISION, NOW, REGIMENT, REVIEWER, Scenario

OLD = (date(1950, 1, 1),)


def granted(
    scenario: Scenario, command: CommandId | None = None, actor: Any = REVIEWER, **fields: Any
) -> SubsidyResult:
    given = {
        "organisation_id": DIVISION, "subsidy": SubsidyKind.PRICE, "on": date(2026, 11, 1), "month": Month("2026-11"),
        "unit": SubsidyUnit.PERSON, "each_fen": Fen(3_000), "categories": ("dibao", "tekun"), "document": "价补1号",
    }  # fmt: skip
    return grant_subsidy(
        scenario.division, command or scenario.command_id(), Subsidy(**(given | fields)), actor, NOW
    )


def awards(scenario: Scenario, found: SubsidyResult) -> dict[str, tuple[int, int]]:
    known = scenario.ledger.read((roster_facts(found.header.roster_ids[0]),))
    return {e.household_id: (len(e.person_ids), e.amount_fen) for e in known.events(BulkSubsidyAwarded)}


def test_a_roster_of_a_day_is_awarded_once_and_leaves_out_who_died_before(scenario: Scenario) -> None:
    """价格临时补贴: who was covered on the day, one amount a person; the dead are not on it; the same roster twice is refused."""
    two, people, _ = scenario.covered(1)
    gone, dead, _ = scenario.covered(11, 1, Category.TEKUN, births=OLD, income=0)
    on_the_day, last, _ = scenario.covered(21, 1, Category.TEKUN, births=OLD, income=0)
    for house, person, day in ((gone, dead[0], date(2026, 10, 31)), (on_the_day, last[0], date(2026, 11, 1))):
        scenario.do(RecordDeath, CLERK, household_id=house, person_id=person, died_on=day, source="公安")
    command = scenario.command_id()
    found = granted(scenario, command)
    assert awards(scenario, found) == {two: (2, 6_000), on_the_day: (1, 3_000)}
    assert (found.header.households, found.header.people, found.header.total_fen) == (2, 3, 9_000)
    again = granted(scenario, command)
    assert (again.duplicate, again.header.roster_hash) == (True, found.header.roster_hash)
    with pytest.raises(RosterGrantedAlready):
        granted(scenario)
    with pytest.raises(NobodyOnRoster):  # all below had it by the division's roster
        granted(scenario, organisation_id=REGIMENT)
    other = granted(
        scenario,
        subsidy=SubsidyKind.HEATING,
        unit=SubsidyUnit.HOUSEHOLD,
        each_fen=Fen(50_000),
        categories=("dibao",),
    )
    assert awards(scenario, other) == {two: (2, 50_000)}
    assert people


def test_refuses_a_roster_of_a_day_to_come_without_amount_document_or_anybody(scenario: Scenario) -> None:
    """A roster is frozen on a day that has come, on a document, for somebody."""
    scenario.covered(1)
    for wrong, why in (
        ({"on": date(2026, 11, 30)}, RosterDayInFuture),
        ({"each_fen": Fen(0)}, BadSubsidyAmount),
        ({"document": ""}, SubsidyDocumentNeeded),
        ({"categories": ("tekun",)}, NobodyOnRoster),
        ({"on": date(2026, 9, 1)}, NobodyOnRoster),
    ):
        with pytest.raises(why):
            granted(scenario, **wrong)
    with pytest.raises(NotAllowed):
        granted(scenario, actor=CLERK)
