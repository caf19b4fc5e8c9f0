"""Visits: planned for the priority groups, made by the office or a contracted provider, with what was found and needed."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from ledger.identification.refusals import ReasonNeeded
from ledger.ids import VisitId
from ledger.kernel import HouseholdId, NotAllowed, OutOfScope
from ledger.programmes.contract_refusals import ContractUnknown, OutsideContract
from ledger.programmes.refusals import ProgrammeUnknown
from ledger.registry.refusals import BadDate, HouseholdUnknown
from ledger.support.visits import CallOffVisit, PlanVisit, RecordVisit
from ledger.support.visits_events import PriorityGroup, VisitCompleted, VisitPlanned
from ledger.support.visits_refusals import NobodyLivesThere, NoVisitors, VisitNotOpen
from tests.ledger.departments import person
from tests.ledger.stations import contract
from tests.ledger.test_contracts import PROVIDER, WORKER
from tests.scenario import CLERK, FINANCE, NOW, OTHER_CLERK, Scenario

MADE: dict[str, Any] = {
    "visited_on": date(2026, 11, 10),
    "visitors": ("某干部", "某社工"),
    "findings": "卧病在床，缺药",
}
TODAY = NOW.date()


def planned(scenario: Scenario, household: HouseholdId, **other: Any) -> VisitId:
    made = scenario.do(PlanVisit, CLERK, household_id=household, **{"due_on": date(2026, 12, 1)} | other)
    return next(e.visit_id for e in made.events if isinstance(e, VisitPlanned))


def test_a_planned_visit_is_made_once_and_what_was_found_is_sealed(scenario: Scenario) -> None:
    """S 二(三): 经常性走访困难群众，重点走访五类家庭."""
    house, _ = person(scenario, 1)
    visit = planned(scenario, house, group=PriorityGroup.LONG_ILLNESS)
    (made,) = scenario.do(
        RecordVisit, CLERK, household_id=house, visit_id=visit, needed=("yiliao_jiuzhu",), **MADE
    ).events
    assert isinstance(made, VisitCompleted)
    assert (made.group, made.needed, made.visit_id) == (PriorityGroup.LONG_ILLNESS, ("yiliao_jiuzhu",), visit)
    assert made.note.zh == "2人走访，需要医疗救助"
    stored = next(scenario.ledger.read((_facts(visit),)).events(VisitCompleted))
    assert stored.findings.text is None
    assert "卧病" not in str(stored.findings.sealed)
    with pytest.raises(VisitNotOpen):
        scenario.do(RecordVisit, CLERK, household_id=house, visit_id=visit, **MADE)
    with pytest.raises(VisitNotOpen):
        scenario.do(CallOffVisit, CLERK, household_id=house, visit_id=visit, reason="外出")


def _facts(visit: VisitId) -> Any:
    from ledger.kernel import Facts

    return Facts(types=(VisitCompleted,), tags=(f"visit:{visit}",))


def test_refuses_visits_that_cannot_have_been(scenario: Scenario) -> None:
    """Bad input: each is told what is wrong, and nothing is recorded."""
    house, _ = person(scenario, 1)
    for fields, refusal in (
        ({"visited_on": date(2030, 1, 1)}, BadDate), ({"visited_on": date(2026, 8, 1)}, NobodyLivesThere),
        ({"visitors": ()}, NoVisitors), ({"visitors": (" ",)}, NoVisitors), ({"visitors": ("甲", "甲")}, NoVisitors),
        ({"findings": " "}, NoVisitors), ({"needed": ("nothing",)}, ProgrammeUnknown), ({"visit_id": VisitId("none")}, VisitNotOpen),
        ({"household_id": HouseholdId("none")}, HouseholdUnknown), ({"contract_id": "none"}, ContractUnknown),
    ):  # fmt: skip
        head = scenario.ledger.recorder.head()
        with pytest.raises(refusal):
            scenario.do(RecordVisit, CLERK, **{"household_id": house} | MADE | fields)
        assert scenario.ledger.recorder.head() == head
    with pytest.raises(BadDate):
        planned(scenario, house, due_on=date(2026, 11, 1))
    with pytest.raises(OutOfScope):
        scenario.do(RecordVisit, OTHER_CLERK, household_id=house, **MADE)
    with pytest.raises(NotAllowed):
        scenario.do(RecordVisit, FINANCE, household_id=house, **MADE)
    other, _ = person(scenario, 2)
    with pytest.raises(VisitNotOpen):
        scenario.do(RecordVisit, CLERK, household_id=other, visit_id=planned(scenario, house), **MADE)
    with pytest.raises(ReasonNeeded):
        scenario.do(CallOffVisit, CLERK, household_id=house, visit_id=planned(scenario, house), reason=" ")


def test_a_contracted_provider_follows_families_up_and_nobody_elses(scenario: Scenario) -> None:
    """S 二(三): 委托社会力量开展困难家庭随访."""
    house, _ = person(scenario, 1)
    under = contract(scenario)
    (made,) = scenario.do(RecordVisit, WORKER, household_id=house, contract_id=under, **MADE).events
    assert isinstance(made, VisitCompleted)
    assert (made.provider_id, made.contract_id) == (PROVIDER, under)
    with pytest.raises(ContractUnknown):
        scenario.do(RecordVisit, WORKER, household_id=house, **MADE)
    with pytest.raises(OutsideContract):
        scenario.do(
            RecordVisit,
            WORKER,
            household_id=house,
            contract_id=under,
            **MADE | {"visited_on": date(2026, 8, 30)},
        )
    away, _ = person(scenario, 2, clerk=OTHER_CLERK)
    with pytest.raises(OutOfScope):
        scenario.do(RecordVisit, WORKER, household_id=away, contract_id=under, **MADE)


def test_nobody_is_planned_a_visit_where_nobody_lives(scenario: Scenario) -> None:
    from ledger.registry.changes import RecordDeath

    house, who = person(scenario, 1)
    scenario.do(
        RecordDeath, CLERK, household_id=house, person_id=who, died_on=date(2026, 11, 1), source="公安"
    )
    with pytest.raises(NobodyLivesThere):
        planned(scenario, house)
