"""Who is to be visited first, who was not visited for long, and what was found: each in one request, paged, in scope."""

from __future__ import annotations

from datetime import date

import pytest

from ledger.kernel import Role
from ledger.support.visits import PlanVisit, RecordVisit
from ledger.support.visits_events import PriorityGroup
from tests.graphql_api.conftest import Api
from tests.graphql_api.fragments import due
from tests.ledger.departments import person
from tests.ledger.stations import contract
from tests.ledger.test_contracts import PROVIDER, WORKER
from tests.scenario import CLERK, NOW, OTHER, OTHER_CLERK, REGIMENT

FIRST = """query($g: PriorityGroup, $d: Int, $n: Int! = 50, $a: String) {
  priorityHouseholds(group: $g, notVisitedDays: $d, first: $n, after: $a) {
    pageInfo { hasNextPage endCursor } nodes { number groups seenOn household { key } } } }"""
LONG = """query($d: Int!, $c: String) { householdsNotVisited(days: $d, category: $c) { nodes { number seenOn daysSince } } }"""
VISITS = """query($p: String, $o: Boolean) { visits(open: $o) { nodes { visitId priority visitedOn visitors needed
  findings(purpose: $p) providerId } } }"""
MADE = {"visitors": ("某干部",), "findings": "卧病在床"}


@pytest.mark.records
async def test_the_five_groups_not_covered_by_dibao_or_tekun(api: Api) -> None:
    """Question 5, S 二(三): disabled, weak labour, illness, urgent event, other difficulty; paged, in scope, uncovered."""
    s = api.scenario
    disabled, _ = person(s, 61, disability_level=2, labour_ability="full")
    ill, _ = person(s, 62, illness="chronic", labour_ability="full")
    weak, _ = person(s, 63, labour_ability="none")
    old, _ = person(s, 64, birth=date(1950, 1, 1), labour_ability="full")
    urgent, _ = person(s, 65, labour_ability="full")
    special, _ = person(s, 66)  # of whom nothing is known: taken for able to work
    person(s, 67, labour_ability="full")
    s.covered(71, 1)  # in dibao: not among them, whatever else
    person(s, 68, clerk=OTHER_CLERK, disability_level=1)
    s.do(
        RecordVisit,
        CLERK,
        household_id=urgent,
        group=PriorityGroup.URGENT_EVENT,
        visited_on=date(2026, 11, 9),
        **MADE,
    )
    s.do(PlanVisit, CLERK, household_id=special, group=PriorityGroup.SPECIAL, due_on=date(2026, 12, 1))
    api.catch_up()
    found = (await api.data(FIRST, Role.CLERK))["priorityHouseholds"]["nodes"]
    assert {n["household"]["key"]: n["groups"] for n in found} == {
        disabled: ["DISABILITY"], ill: ["LONG_ILLNESS"], weak: ["WEAK_LABOUR"], old: ["WEAK_LABOUR"], urgent: ["URGENT_EVENT"],
        special: ["SPECIAL"],
    }  # fmt: skip
    for group, household in (("LONG_ILLNESS", ill), ("URGENT_EVENT", urgent), ("SPECIAL", special)):
        (only,) = (await api.data(FIRST, Role.CLERK, g=group))["priorityHouseholds"]["nodes"]
        assert only["household"]["key"] == household
    numbers, after = [], None
    while True:
        page = (await api.data(FIRST, Role.CLERK, n=2, a=after))["priorityHouseholds"]
        numbers += [n["number"] for n in page["nodes"]]
        if not page["pageInfo"]["hasNextPage"]:
            break
        after = page["pageInfo"]["endCursor"]
    assert numbers == sorted(n["number"] for n in found)
    lately = (await api.data(FIRST, Role.CLERK, d=0))["priorityHouseholds"]["nodes"]
    assert len(lately) == 6
    whole = (await api.data(FIRST, Role.REVIEWER))["priorityHouseholds"]["nodes"]
    assert len(whole) == 7
    assert (await api.data(FIRST, Role.PROVIDER, organisation=REGIMENT))["priorityHouseholds"]["nodes"] == []


@pytest.mark.records
async def test_households_not_visited_for_so_many_days(api: Api) -> None:
    """Question 6: visits and the home visits of a procedure both count; who was never visited comes as well."""
    s = api.scenario
    never, _ = person(s, 61)
    seen, _ = person(s, 62)
    s.do(RecordVisit, CLERK, household_id=seen, visited_on=NOW.date(), **MADE)
    api.catch_up()
    today = (await api.data(LONG, d=100_00))["householdsNotVisited"]["nodes"]
    assert {n["number"] for n in today} == {"A00061", "H00051"}  # never: no visit, no procedure
    assert all(n["seenOn"] is None and n["daysSince"] is None for n in today)
    covered = (await api.data(LONG, d=1, c="dibao"))["householdsNotVisited"]["nodes"]
    assert [(n["number"], n["seenOn"]) for n in covered] == [
        ("H00001", "2026-09-08")
    ]  # the home visit of its procedure
    elsewhere = (await api.data(LONG, Role.CLERK, organisation=OTHER, d=1))["householdsNotVisited"]["nodes"]
    assert [n["number"] for n in elsewhere] == ["H00051"]
    assert await api.refused(LONG, d=-1) == "BAD_INPUT"
    assert never


@pytest.mark.records
async def test_what_was_found_is_masked_and_a_provider_sees_its_own_visits(api: Api) -> None:
    s = api.scenario
    house, _ = person(s, 61)
    s.do(
        RecordVisit,
        CLERK,
        household_id=house,
        visited_on=date(2026, 11, 9),
        needed=("linshi_jiuzhu",),
        **MADE,
    )
    s.do(
        RecordVisit,
        WORKER,
        household_id=house,
        contract_id=contract(s),
        visited_on=date(2026, 11, 10),
        **MADE,
    )
    s.do(PlanVisit, CLERK, household_id=house, due_on=date(2026, 12, 1))
    api.catch_up()
    shown = (await api.data(VISITS, Role.CLERK))["visits"]["nodes"]
    assert sorted(str(n["findings"]) for n in shown) == ["***", "***", "None"]
    assert len((await api.data(VISITS, Role.CLERK, o=True))["visits"]["nodes"]) == 1
    assert "卧病在床" in str(await api.data(VISITS, Role.CLERK, p="入户核实"))
    theirs = (await api.data(VISITS, Role.PROVIDER, organisation=PROVIDER))["visits"]["nodes"]
    assert [n["providerId"] for n in theirs] == [PROVIDER]
    (task,) = due(s, "visits", date(2026, 11, 24))
    assert (task["kind"], str(task["due_on"]), task["household_id"]) == ("visit_due", "2026-12-01", house)
