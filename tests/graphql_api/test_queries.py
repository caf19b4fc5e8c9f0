"""What may be asked, by whom, and what they see."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from graphql_api.context import Context
from ledger.identification.changes import EndCategory
from ledger.kernel import Role
from ledger.registry.changes import RecordDeath
from ledger.store.checkpoint import Verifier
from ledger.store.merkle import verify_consistency, verify_inclusion
from tests.graphql_api.conftest import Api
from tests.scenario import CLERK, OTHER, REGIMENT, REVIEWER, id_number

CHAIN = """query($id: String, $first: Int = 200, $after: String, $filter: ChainFilter) { household(id: $id) { number
  chain(first: $first, after: $after, filter: $filter) { nodes { position kind programme department occurredOn recordedAt
    amount personIds people { key } summary en: summary(language: EN) actor { operatorId organisationId role } event { type data leafHash tags } }
    pageInfo { hasNextPage endCursor } } } }"""


async def test_one_request_gives_the_whole_chain_in_order(api: Api) -> None:
    nodes = (await api.data(CHAIN, id=api.household))["household"]["chain"]["nodes"]
    kinds = [n["kind"] for n in nodes]
    assert kinds[0] == "HouseholdRegistered"
    assert kinds[-1] == "CategoryConfirmed"
    assert [n["position"] for n in nodes] == sorted(n["position"] for n in nodes)
    confirmed = nodes[-1]
    assert (confirmed["amount"], confirmed["programme"], confirmed["department"]) == (
        "1100.00",
        "dibao",
        "民政",
    )
    assert confirmed["summary"] == "审核确认：最低生活保障，自2026-10起，每月1100.00元"
    assert confirmed["en"] == "Confirmed: dibao, from 2026-10, 1100.00 yuan a month"
    assert confirmed["actor"] == {"operatorId": "reviewer-1", "organisationId": "d12", "role": "reviewer"}
    assert confirmed["event"]["type"] == "CategoryConfirmed"
    assert confirmed["occurredOn"] == "2026-09-18"
    assert {p["key"] for p in confirmed["people"]} == set(api.people)


async def test_pages_of_a_chain_join_without_gap_or_overlap(api: Api) -> None:
    whole = [n["position"] for n in (await api.data(CHAIN, id=api.household))["household"]["chain"]["nodes"]]
    pages, after = [], None
    while True:
        page = (await api.data(CHAIN, id=api.household, first=4, after=after))["household"]["chain"]
        pages += [n["position"] for n in page["nodes"]]
        after = page["pageInfo"]["endCursor"]
        if not page["pageInfo"]["hasNextPage"]:
            break
    assert pages == whole


@pytest.mark.parametrize(
    ("given", "kinds"),
    [
        ({"kind": ["HomeVisited"]}, {"HomeVisited"}),
        ({"programme": "tekun"}, set()),
        ({"occurredFrom": "2026-09-18"}, {"CategoryConfirmed"}),
        ({"occurredTo": "2026-09-01"}, {"HouseholdRegistered", "MemberJoined", "CircumstancesDeclared"}),
        ({"department": "医保"}, set()),
    ],
)
async def test_a_chain_is_filtered(api: Api, given: dict[str, Any], kinds: set[str]) -> None:
    nodes = (await api.data(CHAIN, id=api.household, filter=given))["household"]["chain"]["nodes"]
    assert {n["kind"] for n in nodes} == kinds


async def test_the_number_of_statements_does_not_grow_with_the_chain(
    api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    counts: list[int] = []
    original = Context.rows

    async def rows(self: Context, sql: str, **parameters: Any) -> Any:
        counts.append(1)
        return await original(self, sql, **parameters)

    monkeypatch.setattr(Context, "rows", rows)
    await api.data(CHAIN, id=api.household, first=3)
    short = len(counts)
    counts.clear()
    await api.data(CHAIN, id=api.household, first=200)
    assert len(counts) == short


async def test_a_household_is_found_by_number_and_a_person_by_id_number(api: Api) -> None:
    found = await api.data("""query($n: String!, $i: String!) { household(number: $n) { key }
        person(idNumber: $i) { key chain { nodes { kind } } } }""", n="H00001", i=id_number(1))  # fmt: skip
    assert found["household"]["key"] == api.household
    assert found["person"]["key"] == api.people[0]
    assert "CategoryConfirmed" in [n["kind"] for n in found["person"]["chain"]["nodes"]]


@pytest.mark.records
async def test_a_household_as_of_a_day_and_as_known_at_an_instant(api: Api) -> None:
    before = api.scenario.ledger.recorder.head()
    rows = list(api.scenario.ledger.recorder.read_recorded(after=before - 1))
    known_at = rows[-1].recorded_at.isoformat()
    api.scenario.do(RecordDeath, CLERK, household_id=api.household, person_id=api.people[1], died_on=date(2026, 10, 3),
                    source="公安")  # fmt: skip
    api.scenario.do(
        EndCategory,
        REVIEWER,
        entitlement_id=api.entitlement,
        last_month="2026-10",
        reason="x",
        article="57 art. 31",
    )
    api.catch_up()
    found = await api.data("""query($id: String!, $known: DateTime!) {
        now: household(id: $id) { memberCount entitlements { status lastMonth } members { leftReason } }
        then: household(id: $id, asOf: {recorded: $known}) { memberCount entitlements { status lastMonth }
            chain(first: 200) { nodes { kind } } }
        early: household(id: $id, asOf: {occurred: "2026-09-17"}) { memberCount entitlements { status } }
        never: household(id: $id, asOf: {occurred: "2020-01-01"}) { memberCount } }""",
        id=api.household, known=known_at)  # fmt: skip
    assert found["now"] == {"memberCount": 1, "entitlements": [{"status": "ended", "lastMonth": "2026-10"}],
                            "members": [{"leftReason": None}, {"leftReason": "died"}]}  # fmt: skip
    assert (found["then"]["memberCount"], found["then"]["entitlements"]) == (
        2,
        [{"status": "active", "lastMonth": None}],
    )
    assert "PersonDied" not in [n["kind"] for n in found["then"]["chain"]["nodes"]]
    assert found["early"] == {"memberCount": 2, "entitlements": []}
    assert found["never"] is None


@pytest.mark.records
async def test_identity_is_masked_without_a_purpose_and_seen_and_recorded_with_one(api: Api) -> None:
    query = """query($id: String!, $p: String) { household(id: $id) { address(purpose: $p)
        members { person { name(purpose: $p) idNumber(purpose: $p) } } accounts { account(purpose: $p) } } }"""
    hidden = await api.data(query, id=api.household)
    assert "测试1" not in str(hidden)
    assert hidden["household"]["members"][0]["person"] == {"name": "***", "idNumber": "***"}
    seen = await api.data(query, id=api.household, p="年度核查")
    assert seen["household"]["members"][0]["person"] == {"name": "测试1", "idNumber": id_number(1)}
    assert seen["household"]["address"] == "某路1号"
    readings = api.scenario.division.readings.of_person(api.people[0])
    assert {(r.purpose, r.actor.operator_id) for r in readings} == {("年度核查", "reviewer-1")}
    assert {name for r in readings for name in r.fields} >= {"account", "id_number", "name"}


async def test_an_administrator_sees_no_identity_whatever_the_purpose(api: Api) -> None:
    query = 'query($id: String!) { household(id: $id) { members { person { name(purpose: "好奇") } } } }'
    assert "测试" not in str(await api.data(query, Role.ADMIN, id=api.household))


async def test_events_hide_sealed_text(api: Api) -> None:
    found = await api.data("{ events(first: 200) { nodes { type data } } }", Role.AUDITOR)
    joined = next(n for n in found["events"]["nodes"] if n["type"] == "MemberJoined")
    assert joined["data"]["name"] == "***"
    assert "1|person" not in str(found)


OTHERS = [
    "query($id: String!) { household(id: $id) { number } }",
    'query($id: String!) { household(id: $id, asOf: {occurred: "2026-10-01"}) { number } }',
]


@pytest.mark.parametrize("query", OTHERS)
async def test_refuses_another_organisations_household(api: Api, query: str) -> None:
    assert await api.refused(query, Role.CLERK, id=api.other) == "OUT_OF_SCOPE"


async def test_nothing_of_another_organisation_is_seen_by_any_way_in(api: Api) -> None:
    lists = await api.data(
        "{ households(first: 100) { nodes { key } } paymentRuns { nodes { runId } } }", Role.CLERK
    )
    assert [n["key"] for n in lists["households"]["nodes"]] == [api.household]
    assert (
        await api.refused("query($p: String) { person(id: $p) { key } }", Role.CLERK, p=api.other_people[0])
        == "OUT_OF_SCOPE"
    )
    assert (
        await api.refused("query($i: String) { person(idNumber: $i) { key } }", Role.CLERK, i=id_number(51))
        == "OUT_OF_SCOPE"
    )
    import base64

    for kind, key in (("Household", api.other), ("Person", api.other_people[0])):
        node = base64.b64encode(f"{kind}:{key}".encode()).decode()
        found = await api.ask("query($n: ID!) { node(id: $n) { id } }", Role.CLERK, n=node)
        assert not (found.get("data") or {}).get("node")
    assert await api.refused("{ events { nodes { type } } }", Role.CLERK) == "FORBIDDEN"
    assert (
        await api.refused("{ events { nodes { type } } }", Role.AUDITOR, organisation=REGIMENT)
        == "OUT_OF_SCOPE"
    )
    payments = await api.data("{ payments { nodes { paymentId } } }", Role.CLERK, organisation=OTHER)
    assert payments["payments"]["nodes"] == []


async def test_events_are_filtered_by_type_tag_actor_and_time(api: Api) -> None:
    query = "query($f: EventFilter!) { events(first: 100, filter: $f) { nodes { type actor { operatorId } position } } }"

    async def found(**given: Any) -> list[dict[str, Any]]:
        nodes: list[dict[str, Any]] = (await api.data(query, Role.AUDITOR, f=given))["events"]["nodes"]
        return nodes

    assert {n["type"] for n in await found(types=["HomeVisited", "OpinionGiven"])} == {
        "HomeVisited",
        "OpinionGiven",
    }
    assert {n["actor"]["operatorId"] for n in await found(operatorId="reviewer-1")} == {"reviewer-1"}
    tagged = await found(tag=f"entitlement:{api.entitlement}")
    assert [n["type"] for n in tagged] == ["CategoryConfirmed"]
    assert await found(recordedTo="2020-01-01T00:00:00Z") == []


@pytest.mark.records
async def test_proofs_hold_for_someone_who_trusts_only_the_checkpoint(api: Api) -> None:
    first = (await api.data("{ checkpoint { note key size } }", Role.AUDITOR))["checkpoint"]
    api.scenario.fund()
    second = (await api.data("{ checkpoint { note key size root } }", Role.AUDITOR))["checkpoint"]
    old, new = Verifier(first["key"]).verify(first["note"]), Verifier(first["key"]).verify(second["note"])
    proof = (await api.data(
        "query($a: Int!, $b: Int!) { consistencyProof(fromSize: $a, toSize: $b) { path } inclusionProof(position: 7, treeSize: $b)"
        " { leafHash path } events(first: 1, after: \"Ng\") { nodes { position leafHash } } }",
        Role.AUDITOR, a=old.size, b=new.size,
    ))  # fmt: skip
    raw = [bytes.fromhex(h) for h in proof["consistencyProof"]["path"]]
    verify_consistency(old.size, new.size, old.root, new.root, raw)
    event = proof["events"]["nodes"][0]
    assert event["position"] == 7
    path = [bytes.fromhex(h) for h in proof["inclusionProof"]["path"]]
    verify_inclusion(6, new.size, bytes.fromhex(event["leafHash"]), path, new.root)


@pytest.mark.parametrize(
    "query",
    ["{ inclusionProof(position: 0) { root } }", "{ inclusionProof(position: 999999) { root } }",
     "{ inclusionProof(position: 1, treeSize: 999999) { root } }", "{ consistencyProof(fromSize: 0) { toRoot } }",
     "{ consistencyProof(fromSize: 9, toSize: 3) { toRoot } }"],
)  # fmt: skip
async def test_refuses_proofs_of_what_is_not_there(api: Api, query: str) -> None:
    assert await api.refused(query, Role.AUDITOR) == "BAD_INPUT"
