"""Emergencies, the countdown of their paperwork, imprests and found identities, asked in one request each, in scope."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg.rows import dict_row

from graphql_api.queries import emergencies
from graphql_api.queries.emergencies import working_days
from ledger.emergency.events import EmergencyKind, EmergencyReported
from ledger.emergency.imprest_commands import ReconcileImprest
from ledger.emergency.intake import Stricken
from ledger.funds.imprest_events import Difference
from ledger.kernel import Fen, Role
from ledger.registry.commands import NewMember
from ledger.registry.events import Relation
from ledger.registry.identifying import IdentifyPerson, WithdrawIdentification
from tests.emergencies import UNKNOWN, Emergencies
from tests.graphql_api.conftest import Api
from tests.scenario import CLERK, OTHER, OTHER_CLERK, REGIMENT, REVIEWER, id_number

TASKS = Path(__file__).parents[2] / "src" / "graphql_api" / "tasks" / "emergencies.sql"
ONE = """query($id: String!) { emergency(id: $id) { status kind grade standard townLimit approved given dueOn daysLeft workingDaysLeft overdue
  missing { code nameZh nameEn } onFile { code reference } aid { form amount stage receipt supplies { item value } }
  approvals { approved approvedBy } meetings { carried quorum } household { number } people { name(purpose: "走访") }
  unknown { personId knownAs } whatHappened secret: whatHappened(purpose: "核实急难情况") } }"""
COUNTDOWN = """query($n: Int = 50, $a: String) { emergencyPaperwork(first: $n, after: $a) {
  nodes { emergencyId dueOn daysLeft overdue missing { code } } pageInfo { endCursor hasNextPage } } }"""
LIST = "query($f: EmergencyFilter) { emergencies(filter: $f) { nodes { emergencyId } } }"
IMPREST = """query($id: String!) { imprest(id: $id) { balance ceiling toReplenish nextMonth countOverdue
  statement(month: "2026-10") { kind amount balance receipt } counts { month cash difference differences { amount reason } } } }"""
CHAIN = "query($h: String!) { household(id: $h) { chain(first: 200) { nodes { kind householdId } } lineage { kind } } }"
PERSON = "query($p: String!) { person(id: $p) { chain(first: 200) { nodes { kind } } lineage { kind toId withdrawnOn } } }"
OCTOBER = date(2026, 10, 12)


def told(api: Api, today: date) -> list[dict[str, Any]]:
    """The tasks of the area, as of a day."""
    with psycopg.connect(api.scenario.division.url, row_factory=dict_row) as connection:
        connection.execute(f"SET search_path TO {api.scenario.division.schema}".encode())
        return connection.execute(TASKS.read_text(encoding="utf-8").encode(), {"today": today}).fetchall()


def office_of(api: Api) -> Emergencies:
    office = Emergencies(api.scenario)
    office.standards()
    return office


async def listed(
    api: Api, role: Role = Role.CLERK, organisation: str | None = None, **wanted: Any
) -> set[str]:
    data = await api.data(LIST, role, organisation=organisation, f=wanted or None)
    return {n["emergencyId"] for n in data["emergencies"]["nodes"]}


@pytest.mark.records
async def test_an_emergency_with_its_countdown_and_whom_it_concerns(
    api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Question 9: what is missing and how many days are left; personal words for a stated purpose only; in scope."""
    monkeypatch.setattr(emergencies, "today", lambda: date(2026, 11, 11))
    office = office_of(api)
    light = office.graded(api.household)
    office.give(light, 300)
    theirs = office.reported(api.other, actor=OTHER_CLERK, organisation_id=OTHER)
    api.catch_up()
    found = (await api.data(ONE, Role.CLERK, id=light.emergency_id))["emergency"]
    assert (found["status"], found["standard"], found["townLimit"], found["given"]) == (
        "paperwork_due",
        "1600.00",
        "3200.00",
        "300.00",
    )
    assert (found["dueOn"], found["overdue"]) == ("2026-11-09", True)
    assert (found["daysLeft"], found["workingDaysLeft"]) == (-2, -2)
    assert found["missing"] == [{"code": "explanation", "nameZh": "补充说明", "nameEn": "explanation"}]
    assert found["aid"] == [
        {
            "form": "supplies",
            "amount": "300.00",
            "stage": 1,
            "receipt": None,
            "supplies": [{"item": "棉被", "value": "300.00"}],
        }
    ]
    assert (found["whatHappened"], found["secret"]) == ("***", "厨房失火，房屋受损")
    assert sorted(p["name"] for p in found["people"]) == ["测试1", "测试2"]
    assert (await api.refused(ONE, Role.CLERK, id=theirs.emergency_id)) == "OUT_OF_SCOPE"
    assert await listed(api) == {light.emergency_id}
    assert await listed(api, Role.REVIEWER) == {light.emergency_id, theirs.emergency_id}
    assert await listed(
        api, overdue=True, status="paperwork_due", kind="fire", grade="light", aidType="urgent"
    ) == {light.emergency_id}
    assert await listed(api, householdId=api.household, personId=api.people[0], organisationId=REGIMENT) == {
        light.emergency_id
    }
    assert await listed(api, overdue=False) == set()
    kinds = [(t["kind"], t["subject_id"], t["due_on"]) for t in told(api, date(2026, 11, 9))]
    assert ("emergency_paperwork", light.emergency_id, date(2026, 11, 9)) in kinds
    assert ("emergency_grade", theirs.emergency_id, date(2026, 11, 2)) in kinds
    assert "emergency_paperwork_overdue" in {t["kind"] for t in told(api, date(2026, 11, 10))}


@pytest.mark.records
async def test_the_countdown_is_paged_by_its_last_day(api: Api) -> None:
    """Question 9: the most urgent first, page by page."""
    office = office_of(api)
    days = (date(2026, 11, 2), date(2026, 10, 12), date(2026, 11, 5))
    for n, day in enumerate(days):
        house, _ = api.scenario.household(200 + 10 * n)
        met = office.reported(house, happened_on=day, told_on=day)
        office.grade(met.emergency_id, graded_on=day)
        office.give(met, 100, given_on=day)
    api.catch_up()
    seen: list[str] = []
    after = None
    while True:
        page = (await api.data(COUNTDOWN, Role.CLERK, n=1, a=after))["emergencyPaperwork"]
        seen += [n["dueOn"] for n in page["nodes"]]
        after = page["pageInfo"]["endCursor"]
        if not page["pageInfo"]["hasNextPage"]:
            break
    assert seen == ["2026-10-19", "2026-11-09", "2026-11-12"]
    assert (await api.data(COUNTDOWN, Role.CLERK, organisation=OTHER))["emergencyPaperwork"]["nodes"] == []


@pytest.mark.records
async def test_an_unknown_person_found_to_be_somebody_has_one_chain_and_two_again_when_it_was_wrong(
    api: Api,
) -> None:
    """S 三(三), clause 48: unknown, later merged, one continuous chain from whichever side; and the way back."""
    office = office_of(api)
    met = office.graded(stricken=(UNKNOWN,), emergency_kind=EmergencyKind.STRANDED)
    office.give(met, 200)
    api.catch_up()
    assert await listed(api, unknown=True) == {met.emergency_id}
    assert "person_identify" in {t["kind"] for t in told(api, date(2026, 11, 9))}
    who = NewMember(id_number=id_number(1), name="测试1", relation=Relation.HEAD)
    on = {"household_id": met.household_id, "person_id": met.person_ids[0]}
    api.scenario.do(
        IdentifyPerson,
        CLERK,
        **on,
        known_person=who,
        identified_on=date(2026, 11, 20),
        source="公安",
        document="函1号",
    )
    api.catch_up()
    for key in (api.household, met.household_id):
        chain = (await api.data(CHAIN, h=key))["household"]
        kinds = [n["kind"] for n in chain["chain"]["nodes"]]
        assert {"CategoryConfirmed", "EmergencyAidGiven", "PersonIdentified"} <= set(kinds), key
    for person in (api.people[0], met.person_ids[0]):
        kinds = [n["kind"] for n in (await api.data(PERSON, p=person))["person"]["chain"]["nodes"]]
        assert {"CategoryConfirmed", "EmergencyAidGiven", "PersonIdentified"} <= set(kinds), person
    found = (await api.data(ONE, Role.CLERK, id=met.emergency_id))["emergency"]
    assert found["unknown"] == [{"personId": met.person_ids[0], "knownAs": api.people[0]}]
    assert await listed(api, unknown=True) == set()
    api.scenario.do(WithdrawIdentification, CLERK, **on, reason="比对错误", document="更正函")
    api.catch_up()
    kinds = [n["kind"] for n in (await api.data(PERSON, p=api.people[0]))["person"]["chain"]["nodes"]]
    assert "EmergencyAidGiven" not in kinds
    chain = (await api.data(CHAIN, h=met.household_id))["household"]["chain"]["nodes"]
    assert "CategoryConfirmed" not in {n["kind"] for n in chain}
    assert await listed(api, unknown=True) == {met.emergency_id}


@pytest.mark.records
async def test_another_regiments_household_is_aided_here_and_seen_there(api: Api) -> None:
    """S 三(三): where it happened and where the household is registered both see it; the household itself is seen there alone."""
    office = office_of(api)
    made: EmergencyReported = office.graded(stricken=(Stricken(id_number=id_number(51)),))
    api.catch_up()
    here = (await api.data(ONE, Role.CLERK, id=made.emergency_id))["emergency"]
    there = (await api.data(ONE, Role.CLERK, organisation=OTHER, id=made.emergency_id))["emergency"]
    assert (here["household"], here["people"]) == (None, [])
    assert there["household"]["number"] == "H00051"
    assert await listed(api, Role.CLERK, OTHER) == {made.emergency_id}


@pytest.mark.records
async def test_an_imprest_with_its_statement_and_counts(api: Api) -> None:
    """Question 50: what is in hand, every movement with its receipt, the count of the month and what differed."""
    office = office_of(api)
    imprest, _ = office.imprest()
    house, _ = api.scenario.household(201)
    met = office.reported(house, happened_on=OCTOBER, told_on=OCTOBER)
    office.grade(met.emergency_id, graded_on=OCTOBER)
    office.give(met, 300, imprest_id=imprest, receipt_number="收1", given_on=OCTOBER)
    api.catch_up()
    assert ("imprest_reconcile", date(2026, 11, 5)) in {
        (t["kind"], t["due_on"]) for t in told(api, date(2026, 11, 5))
    }
    assert "imprest_unreconciled" in {t["kind"] for t in told(api, date(2026, 11, 6))}
    named = (Difference(amount_fen=Fen(500), reason="找零误差"),)
    api.scenario.do(ReconcileImprest, REVIEWER, imprest_id=imprest, month="2026-10", cash_fen=Fen(269_500), differences=named,
                    document="盘点表")  # fmt: skip
    api.catch_up()
    found = (await api.data(IMPREST, Role.CLERK, id=imprest))["imprest"]
    assert (found["balance"], found["ceiling"], found["toReplenish"], found["nextMonth"]) == (
        "2700.00",
        "5000.00",
        "300.00",
        "2026-11",
    )
    assert found["statement"] == [
        {"kind": "advanced", "amount": "3000.00", "balance": "3000.00", "receipt": None},
        {"kind": "spent", "amount": "300.00", "balance": "2700.00", "receipt": "收1"},
    ]
    assert found["counts"] == [
        {
            "month": "2026-10",
            "cash": "2695.00",
            "difference": "5.00",
            "differences": [{"amount": "5.00", "reason": "找零误差"}],
        }
    ]
    assert await api.refused(IMPREST, Role.CLERK, organisation=OTHER, id=imprest)
    listing = "query($o: String) { imprests(organisationId: $o) { imprestId balance } }"
    assert (await api.data(listing, Role.FINANCE))["imprests"] == [
        {"imprestId": imprest, "balance": "2700.00"}
    ]
    assert (await api.data(listing, Role.FINANCE, o=OTHER))["imprests"] == []
    assert {t["kind"] for t in told(api, date(2026, 11, 30))}.isdisjoint(
        {"imprest_reconcile", "imprest_unreconciled"}
    )


def test_counts_working_days_both_ways() -> None:
    """From Friday 6 November to Monday is one; a day of the calendar the other way is negative."""
    assert working_days(date(2026, 11, 6), date(2026, 11, 9)) == 1
    assert working_days(date(2026, 11, 9), date(2026, 11, 6)) == -1
    assert working_days(date(2026, 11, 9), date(2026, 11, 9)) == 0
