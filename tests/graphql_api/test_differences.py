"""Late facts asked over the API: what became known in a month, and what it means in money, explained by events."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from graphql_api.context import Context
from ledger.kernel import Role
from tests.assistance.paying import pay
from tests.assistance.test_late_differences import adjust, deadline, declare
from tests.graphql_api.conftest import Api
from tests.graphql_api.test_lineage import merge
from tests.scenario import OTHER, REGIMENT

DIFFERENCES = """query($h: String!) { differences(householdId: $h) { entitlementId programme over short recovering unopened
  months { month component due instructed settled short over pending recovering announced debtorId keptBack
    fact { kind eventId occurredOn } decision { kind eventId } } } }"""
LATE = """query($m: Month!, $a: String, $n: Int = 50) { lateFacts(month: $m, first: $n, after: $a) {
  nodes { position kind householdId personIds occurredOn monthsLate differences { over short } } pageInfo { endCursor hasNextPage } } }"""
OPEN = """mutation($c: String!, $o: String!) { openLateFacts(commandId: $c, organisationId: $o, programme: "dibao", upto: "2026-11") {
  __typename ... on Recorded { message duplicate } ... on Refusal { code } } }"""


@pytest.mark.records
async def test_what_was_overpaid_is_explained_and_opened_and_a_months_late_facts_are_listed(
    api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    """83, 649 art. 68: October paid 1,100.00, due 900.00: 200.00 too much, from the declaration and the adjustment."""
    scenario = api.scenario
    deadline(scenario)
    pay(scenario, scenario.fund(), "2026-10")
    fact = declare(scenario, api.household, 840_000, date(2026, 10, 1))
    decision = adjust(scenario, api.entitlement, "2026-10")
    api.catch_up()
    (found,) = (await api.data(DIFFERENCES, h=api.household))["differences"]
    (month,) = found.pop("months")
    assert found == {"entitlementId": api.entitlement, "programme": "dibao", "over": "200.00", "short": "0.00",
                     "recovering": "0.00", "unopened": "200.00"}  # fmt: skip
    assert (month["month"], month["due"], month["instructed"], month["settled"], month["over"]) == (
        "2026-10", "900.00", "1100.00", "1100.00", "200.00",
    )  # fmt: skip
    assert (month["debtorId"], month["fact"]["eventId"], month["decision"]["eventId"]) == (
        api.people[0], fact.event_id, decision.event_id,
    )  # fmt: skip
    assert await api.refused(DIFFERENCES, Role.CLERK, organisation=OTHER, h=api.household) == "OUT_OF_SCOPE"
    assert (await api.data(DIFFERENCES, h="none"))["differences"] == []

    known = str(month_known(api, fact.event_id))
    counted: list[str] = []
    original = Context.rows

    async def rows_(self: Context, sql: str, **parameters: Any) -> Any:
        counted.append(sql)
        return await original(self, sql, **parameters)

    monkeypatch.setattr(Context, "rows", rows_)
    late = (await api.data(LATE, Role.CLERK, m=known))["lateFacts"]["nodes"]
    statements = len(counted)
    assert [(n["kind"], n["householdId"]) for n in late if n["householdId"] == api.household][-1][
        0
    ] == "CircumstancesDeclared"
    assert late[-1]["differences"] == [{"over": "200.00", "short": "0.00"}]
    assert {n["householdId"] for n in late} == {api.household}
    assert (await api.data(LATE, Role.CLERK, organisation=OTHER, m=known))["lateFacts"]["nodes"] != late
    assert statements <= 4
    monkeypatch.undo()

    command = scenario.command_id()
    told = (await api.data(OPEN, c=command, o=REGIMENT))["openLateFacts"]
    assert told["message"].startswith("recoveries 追缴 1 (20000 fen 分)"), told
    again = (await api.data(OPEN, c=command, o=REGIMENT))["openLateFacts"]
    assert again["duplicate"]
    assert (await api.data(OPEN, Role.CLERK, c=scenario.command_id(), o=REGIMENT))["openLateFacts"][
        "code"
    ] == "NotAllowed"
    api.catch_up()
    chain = await api.data(
        "query($h: String!) { household(id: $h) { chain(first: 200) { nodes { kind amount summary programme } } } }",
        h=api.household,
    )
    assert chain["household"]["chain"]["nodes"][-1] == {
        "kind": "RecoveryOpened", "amount": "200.00", "programme": "dibao",
        "summary": "发起追缴，200.00元，多发月份：2026-10",
    }  # fmt: skip


def month_known(api: Api, event_id: str) -> str:
    with api.scenario.division.database.connection() as connection:
        row = connection.execute(
            "SELECT known_month FROM late_facts WHERE event_id = %s", (event_id,)
        ).fetchone()
    assert row is not None
    return str(row[0])


@pytest.mark.records
async def test_late_facts_are_paged_each_household_of_a_merger_once(api: Api) -> None:
    other, _ = api.scenario.household(71)
    merge(api.scenario, api.household, other)
    api.catch_up()
    with api.scenario.division.database.connection() as connection:
        known = connection.execute(
            "SELECT known_month FROM late_facts WHERE kind = 'HouseholdsMerged'"
        ).fetchall()
    assert len(known) == 2
    month = known[0][0]
    whole = (await api.data(LATE, m=month))["lateFacts"]["nodes"]
    paged, after = [], None
    while True:
        page = (await api.data(LATE, m=month, a=after, n=1))["lateFacts"]
        paged += page["nodes"]
        after = page["pageInfo"]["endCursor"]
        if not page["pageInfo"]["hasNextPage"]:
            break
    assert paged == whole
    assert {n["householdId"] for n in whole if n["kind"] == "HouseholdsMerged"} == {api.household, other}
    assert "BAD_INPUT" in str(await api.ask(LATE, m=month, a="eA"))
