"""What another organisation's people see, what is masked, what is recorded, and how many statements it takes."""

from __future__ import annotations

import base64
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from graphql_api.context import Context
from ledger.identification.events import Category
from ledger.kernel import Role
from ledger.organisation.commands import OpenOrganisation
from ledger.organisation.events import Level
from ledger.registry.changes import MoveHousehold, RecordDeath
from ledger.registry.commands import JoinMember, LeaveMember, NewMember
from ledger.registry.events import Area, Relation
from ledger.standards.commands import SetStandard
from tests.assistance.test_roster import rows, workbook
from tests.graphql_api.conftest import Api
from tests.scenario import ADMIN, CLERK, DIVISION, OTHER, OTHER_CLERK, REGIMENT, id_number

PERSON = """query($p: String!) { person(id: $p) { key diedOn household { key }
  chain(first: 200) { nodes { position householdId kind people { key name } event { type data tags } } } } }"""
CHAIN = "query($h: String!) { household(id: $h) { organisation { code } chain(first: 200) { nodes { position kind } } } }"


@pytest.mark.records
async def test_a_person_who_moved_in_with_another_organisation_keeps_each_ones_part_apart(api: Api) -> None:
    """Given a child who left for a household of another regiment; then each regiment sees its own part, the division all."""
    child = api.people[1]
    api.scenario.do(LeaveMember, CLERK, household_id=api.household, person_id=child, reason="moved_out",
                    left_on=date(2026, 10, 5))  # fmt: skip
    api.scenario.do(JoinMember, OTHER_CLERK, household_id=api.other, reason="return", joined_on=date(2026, 10, 6),
                    member=NewMember(id_number=id_number(2, date(1981, 5, 17)), name="测试2", relation=Relation.OTHER))  # fmt: skip
    api.catch_up()
    mine = (await api.data(PERSON, Role.CLERK, p=child))["person"]
    assert {n["householdId"] for n in mine["chain"]["nodes"]} == {api.household}
    assert mine["household"] is None  # where they live now is another organisation's
    theirs = (await api.data(PERSON, Role.CLERK, organisation=OTHER, p=child))["person"]
    assert {n["householdId"] for n in theirs["chain"]["nodes"]} == {api.other}
    assert api.household not in str(theirs)
    whole = (await api.data(PERSON, Role.REVIEWER, p=child))["person"]["chain"]["nodes"]
    assert {n["householdId"] for n in whole} == {api.household, api.other}
    assert "测试" not in str((mine, theirs, whole))
    assert "1|person" not in str((mine, theirs, whole))


@pytest.mark.records
async def test_a_household_that_moved_is_one_chain_for_its_new_organisation_and_what_it_was_for_the_old(
    api: Api,
) -> None:
    before = [
        n["kind"] for n in (await api.data(CHAIN, Role.CLERK, h=api.household))["household"]["chain"]["nodes"]
    ]
    api.scenario.do(MoveHousehold, CLERK, household_id=api.household, to_id=OTHER, area=Area.RURAL,
                    moved_on=date(2026, 11, 2), last_month_here="2026-11", transfer_letter="函1")  # fmt: skip
    api.catch_up()
    api.scenario.do(RecordDeath, OTHER_CLERK, household_id=api.household, person_id=api.people[1], source="公安",
                    died_on=date(2026, 11, 3))  # fmt: skip
    api.catch_up()
    old = (await api.data(CHAIN, Role.CLERK, h=api.household))["household"]
    assert old["organisation"]["code"] == REGIMENT
    assert [n["kind"] for n in old["chain"]["nodes"]] == [*before, "HouseholdMoved"]
    seen = await api.data(PERSON, Role.CLERK, p=api.people[1])
    assert seen["person"]["diedOn"] is None
    assert "PersonDied" not in str(seen)
    assert await api.refused(CHAIN, Role.CLERK, h=api.other) == "OUT_OF_SCOPE"
    moved = (await api.data(CHAIN, Role.CLERK, organisation=OTHER, h=api.household))["household"]
    assert moved["organisation"]["code"] == OTHER
    assert [n["kind"] for n in moved["chain"]["nodes"]] == [*before, "HouseholdMoved", "PersonDied"]
    then = await api.data(
        'query($h: String!) { household(id: $h, asOf: {occurred: "2026-11-01"}) { area organisation { code } } }',
        h=api.household,
    )
    assert then["household"] == {"area": "urban", "organisation": {"code": REGIMENT}}


@pytest.mark.records
async def test_a_person_as_of_a_day_had_not_died_yet(api: Api) -> None:
    api.scenario.do(RecordDeath, CLERK, household_id=api.household, person_id=api.people[1], died_on=date(2026, 10, 3),
                    source="公安")  # fmt: skip
    api.catch_up()
    found = await api.data("""query($p: String!, $h: String!) { now: person(id: $p) { diedOn }
        then: person(id: $p, asOf: {occurred: "2026-10-02"}) { diedOn household { key memberCount } chain { nodes { kind } } }
        never: person(id: $p, asOf: {occurred: "2020-01-01"}) { diedOn }
        household(id: $h, asOf: {occurred: "2026-10-02"}) { address members { leftOn person { diedOn } } accounts { payeeId } }
        early: household(id: $h, asOf: {occurred: "2026-09-01"}) { accounts { payeeId } } }""",
        p=api.people[1], h=api.household)  # fmt: skip
    assert found["now"] == {"diedOn": "2026-10-03"}
    assert (found["then"]["diedOn"], found["never"]) == (None, None)
    assert found["then"]["household"] == {"key": api.household, "memberCount": 2}
    assert "PersonDied" not in [n["kind"] for n in found["then"]["chain"]["nodes"]]
    assert [m["person"]["diedOn"] for m in found["household"]["members"]] == [None, None]
    assert [len(found[at]["accounts"]) for at in ("household", "early")] == [1, 0]


@pytest.mark.records
async def test_identity_is_seen_in_scope_and_with_a_purpose_only_whatever_the_role(api: Api) -> None:
    query = "query($h: String!, $p: String) { household(id: $h) { head { name(purpose: $p) } accounts { account(purpose: $p) } } }"
    for role in Role:
        for purpose in (None, "", " ", "x", "年度核查"):
            shown = str(await api.ask(query, role, organisation=REGIMENT, h=api.household, p=purpose))
            if role is Role.PROVIDER:  # whatever organisation the token names: a provider stands for none
                assert "OUT_OF_SCOPE" in shown
                continue
            assert "errors" not in shown
            assert ("测试1" in shown) == (purpose == "年度核查" and role is not Role.ADMIN), (role, purpose)
        shown = str(await api.ask(query, role, organisation=OTHER, h=api.household, p="年度核查"))
        assert "测试" not in shown
        assert "OUT_OF_SCOPE" in shown
    readers = [r.actor.role for r in api.scenario.division.readings.of_person(api.people[0])]
    assert sorted(set(readers)) == sorted(set(Role) - {Role.ADMIN, Role.PROVIDER})
    assert "BAD_INPUT" in str(await api.ask(query, h=api.household, p="长" * 201))


async def test_a_purpose_that_holds_an_identity_is_neither_recorded_nor_good_for_anything(api: Api) -> None:
    query = "query($h: String!, $p: String) { household(id: $h) { head { name(purpose: $p) } } }"
    head = api.scenario.division.readings._ledger.recorder.head()
    for purpose in (f"核查 {id_number(1)}", id_number(1)[:17], "账号6217001234567890123"):
        result = await api.ask(query, h=api.household, p=purpose)
        assert result["errors"][0]["extensions"]["code"] == "BAD_INPUT"
        assert "测试" not in str(result)
    assert api.scenario.division.readings._ledger.recorder.head() == head
    assert "测试1" in str(await api.data(query, h=api.household, p="2026-11 年度核查第12345678901号"))


async def test_what_cannot_be_recorded_is_not_shown(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: Any) -> int:
        raise OSError("the disk is full")

    monkeypatch.setattr(api.scenario.division.readings.__class__, "record", full)
    query = 'query($h: String!) { household(id: $h) { head { name(purpose: "年度核查") } } }'
    result = await api.ask(query, h=api.household)
    assert "测试" not in str(result)
    assert result["errors"][0]["extensions"]["code"] == "INTERNAL"


async def test_cursors_and_node_ids_of_others_open_nothing(api: Api) -> None:
    everyone = await api.data(
        "{ households(first: 100) { edges { cursor node { id key } } } }", Role.REVIEWER
    )
    for edge in everyone["households"]["edges"]:
        page = await api.data(
            "query($a: String) { households(first: 100, after: $a) { nodes { key } } }",
            Role.CLERK,
            a=edge["cursor"],
        )
        assert {n["key"] for n in page["households"]["nodes"]} <= {api.household}
        node = await api.data("query($n: ID!) { node(id: $n) { id } }", Role.CLERK, n=edge["node"]["id"])
        assert (node["node"] is not None) == (edge["node"]["key"] == api.household)
    for odd in ("Fund:x", "Query:1", "Household:", "Household", ":"):
        found = await api.ask(
            "query($n: ID!) { node(id: $n) { id } }", n=base64.b64encode(odd.encode()).decode()
        )
        assert not (found.get("data") or {}).get("node"), odd
        assert all(e["extensions"]["code"] in ("BAD_INPUT", "BAD_QUERY") for e in found.get("errors", [])), (
            odd,
            found,
        )


@pytest.mark.records
async def test_a_regiment_sees_its_part_of_a_fund_and_nothing_of_others(api: Api) -> None:
    fund = api.scenario.fund(1_000_000, 300_000)
    other = api.scenario.fund(500_000, 500_000, organisation=OTHER)
    api.catch_up()
    query = "{ funds { fundId received allocated available unallocated balances { organisationId } } }"
    mine = (await api.data(query, Role.CLERK))["funds"]
    assert mine == [{"fundId": fund, "received": None, "allocated": "3000.00", "available": "3000.00", "unallocated": None,
                     "balances": [{"organisationId": REGIMENT}]}]  # fmt: skip
    whole = (await api.data(query, Role.AUDITOR))["funds"]
    assert [(f["fundId"], f["received"], f["unallocated"]) for f in whole] == [
        (fund, "10000.00", "7000.00"), (other, "5000.00", "0.00")]  # fmt: skip
    hidden = await api.data("query($f: String!) { fund(id: $f) { name } }", Role.CLERK, f=other)
    assert hidden["fund"] is None


ENTITLEMENTS = """query($f: EntitlementFilter, $a: String, $n: Int = 50) { entitlements(filter: $f, after: $a, first: $n) {
  nodes { entitlementId householdId category total counted household { key } } pageInfo { hasNextPage endCursor } } }"""


@pytest.mark.records
async def test_entitlements_are_listed_filtered_and_paged_in_scope(api: Api) -> None:
    other, people, theirs = api.scenario.covered(
        61, 1, Category.TEKUN, OTHER_CLERK, births=(date(1950, 1, 1),), income=0
    )
    api.catch_up()

    async def listed(
        role: Role = Role.REVIEWER, organisation: str | None = None, **given: Any
    ) -> list[dict[str, Any]]:
        nodes: list[dict[str, Any]] = (
            await api.data(ENTITLEMENTS, role, organisation=organisation, **given)
        )["entitlements"]["nodes"]
        return nodes

    def ids(nodes: list[dict[str, Any]]) -> set[str]:
        return {n["entitlementId"] for n in nodes}

    (mine,) = await listed(Role.CLERK)
    assert mine == {"entitlementId": api.entitlement, "householdId": api.household, "category": "dibao", "total": "1100.00",
                    "counted": api.people, "household": {"key": api.household}}  # fmt: skip
    assert ids(await listed()) == {api.entitlement, theirs}
    for given, found in (
        ({"category": "tekun"}, {theirs}), ({"status": "ended"}, set()), ({"origin": "procedure"}, {api.entitlement, theirs}),
        ({"organisationId": OTHER}, {theirs}), ({"organisationId": DIVISION}, {api.entitlement, theirs}),
        ({"personId": api.people[1]}, {api.entitlement}), ({"personId": people[0]}, {theirs}), ({"householdId": other}, {theirs}),
    ):  # fmt: skip
        assert ids(await listed(f=given)) == found, given
    assert await listed(Role.CLERK, f={"organisationId": OTHER}) == []
    assert await listed(Role.CLERK, f={"personId": people[0]}) == []
    page = (await api.data(ENTITLEMENTS, n=1))["entitlements"]
    rest = await listed(a=page["pageInfo"]["endCursor"])
    assert page["pageInfo"]["hasNextPage"]
    assert ids(page["nodes"]) | ids(rest) == {api.entitlement, theirs}
    assert len(rest) == 1


NESTED = """query($n: Int!, $m: Int!) { households(first: $n) { nodes { organisation { name } head { sex } members { person { sex } }
  accounts { bankCode } entitlements { total } chain(first: $m) { nodes { people { key } event { type } } } } }
  paymentRuns(first: $n) { nodes { payments(first: $m) { nodes { amount } } } } funds { balances { available } } }"""


@pytest.mark.records
async def test_statements_grow_neither_with_the_households_nor_with_their_chains(
    api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    for first in (61, 71, 81):
        api.scenario.covered(first)
    fund = api.scenario.fund()
    for month in ("2026-10", "2026-11"):
        api.scenario.draw(fund, month)
    api.scenario.fund()
    api.catch_up()
    counted: list[str] = []
    original = Context.rows

    async def rows_(self: Context, sql: str, **parameters: Any) -> Any:
        counted.append(sql)
        return await original(self, sql, **parameters)

    monkeypatch.setattr(Context, "rows", rows_)
    sizes = []
    for households, entries in ((1, 1), (1, 20), (20, 1), (20, 20)):
        counted.clear()
        found = await api.data(NESTED, n=households, m=entries)
        sizes.append((len(counted), len(str(found))))
    assert len({statements for statements, _ in sizes}) == 1, sizes
    assert sizes[0][0] <= 14
    assert sizes[3][1] > 10 * sizes[0][1]


ROSTER = """mutation($f: String!, $c: String!, $v: Boolean!) { importRoster(fileName: $f, content: $c,
  organisationId: "d12-104", firstMonth: "2026-12", acceptValid: $v) { __typename
  ... on RosterReport { position recorded duplicate rows households people rejected problems { row column value expectedEn expectedZh } }
  ... on Refusal { code } } }"""


@pytest.mark.records
async def test_a_roster_is_imported_once_and_its_problems_are_told(api: Api, tmp_path: Path) -> None:
    api.scenario.do(OpenOrganisation, ADMIN, organisation_id="c1", name="一连", level=Level.COMPANY, parent_id=REGIMENT,
                    opened_on=date(2026, 1, 1))  # fmt: skip
    lines = rows(2)
    numbers = [
        id_number(201),
        id_number(202, date(2015, 3, 4)),
        "110101199003077775",
        id_number(204, date(2015, 3, 4)),
    ]
    for line, number in zip(lines, numbers, strict=True):
        line["id_number"] = number
    content = base64.b64encode(workbook(tmp_path / "r.xlsx", lines).read_bytes()).decode()
    late = await api.data(ROSTER, Role.CLERK, f="r.xlsx", c=content, v=True)
    assert late["importRoster"]["__typename"] == "Refusal"
    api.scenario.do(SetStandard, ADMIN, name="cut_over", organisation_id=DIVISION, value=20_991_231, unit="date",
                    from_date=date(2026, 1, 1), document="示范1号")  # fmt: skip
    assert (await api.data(ROSTER, Role.AUDITOR, f="r.xlsx", c=content, v=True))["importRoster"][
        "code"
    ] == "NotAllowed"
    told = (await api.data(ROSTER, Role.CLERK, f="r.xlsx", c=content, v=False))["importRoster"]
    assert (told["recorded"], told["position"]) == (False, 0)
    assert any(p["expectedZh"] and p["expectedEn"] for p in told["problems"])
    taken = (await api.data(ROSTER, Role.CLERK, f="r.xlsx", c=content, v=True))["importRoster"]
    assert (taken["recorded"], taken["households"], taken["rejected"]) == (True, 1, 1), taken
    again = (await api.data(ROSTER, Role.CLERK, f="r.xlsx", c=content, v=True))["importRoster"]
    assert (again["duplicate"], again["recorded"], again["position"]) == (True, False, taken["position"])
    for name in ("", "..", "../../x.xlsx", "a\x00.xlsx", "长" * 300):
        odd = await api.data(ROSTER, Role.CLERK, f=name, c="YQ==", v=True)
        assert odd["importRoster"]["__typename"] in ("Refusal", "RosterReport")
