"""Requests of every odd kind: too wide, too deep, not JSON, not a POST, too large, from nobody."""

from __future__ import annotations

import asyncio
import json
import logging
import time
from typing import Any

import pytest

from graphql_api import app as app_module
from graphql_api.context import Context
from ledger.kernel import Role
from tests.graphql_api.conftest import Api
from tests.graphql_api.test_limits import VIEWER, forged
from tests.scenario import id_number


def doubling(count: int, leaf: str) -> str:
    """Fragments that each spread the next one twice: 2^count spreads in a few hundred words."""
    chain = " ".join(f"fragment F{n} on Query {{ ...F{n + 1} ...F{n + 1} }}" for n in range(count))
    return f"{{ ...F0 }} {chain} fragment F{count} on Query {{ {leaf} }}"


async def test_fragments_that_double_are_refused_before_they_take_long(api: Api) -> None:
    for leaf in ("__typename", "viewer { role }"):
        assert await api.refused(doubling(60, leaf)) == "LIMIT"
    assert "errors" not in await api.ask(doubling(3, "viewer { role }"))


async def test_a_page_hidden_in_a_fragment_or_a_variable_costs_what_it_returns(api: Api) -> None:
    hidden = (
        "{ households(first: 200) { ...P } } fragment P on HouseholdConnection { nodes { chain(first: 200) { ...C } } }"
        " fragment C on ChainEntryConnection { nodes { kind position } }"
    )
    assert await api.refused(hidden) == "LIMIT"
    asked = "query($n: Int!, $m: Int = 200) { households(first: $n) { nodes { chain(first: $m) { nodes { kind } } } } }"
    assert await api.refused(asked, n=200, m=200) == "LIMIT"
    assert await api.refused(asked, n=200) != ""  # the default is counted, too
    assert "errors" not in await api.ask(asked, n=5, m=20)


async def test_depth_and_aliases_are_counted_inside_fragments(api: Api) -> None:
    inside = "members { person { household { " * 5 + "number" + " } } }" * 5
    deep = f'{{ household(number: "H00001") {{ ...A }} }} fragment A on Household {{ {inside} }}'
    assert await api.refused(deep) == "LIMIT"
    many = " ".join(f"a{n}: role" for n in range(31))
    assert (
        await api.refused(
            f"{{ viewer {{ ...A }} }} fragment A on Actor {{ {many} }}".replace("Actor", "ActorType")
        )
        == "LIMIT"
    )


async def test_only_a_post_of_one_json_object_is_answered(api: Api) -> None:
    signed = {"Authorization": f"Bearer {api.token(Role.REVIEWER)}"}
    asked = json.dumps({"query": VIEWER})
    odd: list[Any] = [
        await api.client.get("/graphql", params={"query": VIEWER}, headers=signed),
        await api.client.post("/graphql", content=f"[{asked},{asked}]", headers=signed | {"Content-Type": "application/json"}),
        await api.client.post("/graphql", content=asked, headers=signed | {"Content-Type": "text/plain"}),
        await api.client.post("/graphql", data={"query": VIEWER}, headers=signed),
        await api.client.post("/graphql", files={"0": b"x"}, data={"operations": asked, "map": "{}"}, headers=signed),
        await api.client.put("/graphql", content=asked, headers=signed | {"Content-Type": "application/json"}),
        await api.client.post("/graphql", content=b"[" * 100_000, headers=signed | {"Content-Type": "application/json"}),
        await api.client.post("/graphql", content=b'{"query": "\xff"}', headers=signed | {"Content-Type": "application/json"}),
        await api.client.post("/graphql", content=json.dumps({"query": VIEWER, "variables": [1]}),
                              headers=signed | {"Content-Type": "application/json"}),
    ]  # fmt: skip
    for answer in odd:
        assert 400 <= answer.status_code < 500, (answer.request.method, answer.status_code, answer.text)
        assert "operatorId" not in answer.text
        assert "Traceback" not in answer.text


async def test_a_body_too_large_is_refused_whether_it_says_so_or_not(
    api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(app_module, "LARGEST_BODY", 1_000)

    async def silent() -> Any:
        for _ in range(20):
            yield b" " * 100

    for body in (b" " * 2_000, silent()):
        answer = await api.client.post("/graphql", content=body, headers={"Content-Type": "application/json"})
        assert answer.status_code == 413
        assert "过大" in answer.text


@pytest.mark.parametrize("position", ["x", "-1", "99999999", "1" * 30, "１"])
async def test_waiting_for_what_is_no_position_is_refused_at_once(api: Api, position: str) -> None:
    headers = {"X-Wait-For": position.encode()}  # a header is bytes
    assert await api.refused(VIEWER, headers=headers) == "BAD_INPUT"  # type: ignore[arg-type]


@pytest.mark.records
async def test_waiting_ends_with_a_word_when_the_views_do_not_follow(
    api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(app_module, "WAIT_SECONDS", 0.1)
    api.scenario.fund()  # recorded; no runner follows here
    head = str(api.scenario.ledger.recorder.head())
    assert await api.refused(VIEWER, headers={"X-Wait-For": head}) == "NOT_YET"


async def test_a_token_that_was_good_is_refused_once_it_has_expired(api: Api) -> None:
    token = forged(api, exp=int(time.time()) + 2)
    headers = {"Authorization": f"Bearer {token}"}
    assert (await api.data(VIEWER, None, headers=headers))["viewer"]["role"] == "auditor"
    await asyncio.sleep(2.1)
    assert await api.refused(VIEWER, None, headers=headers) == "UNAUTHENTICATED"


async def test_odd_claims_are_refused(api: Api) -> None:
    for claims in ({"organisation": ["d12"]}, {"organisation": ""}, {"sub": ""}, {"sub": 7}, {"role": ["auditor"]},
                   {"role": {"a": 1}}, {"exp": "soon"}, {"iat": int(time.time()) + 3600}, {"aud": ["other", "x"]}):  # fmt: skip
        headers = {"Authorization": f"Bearer {forged(api, **claims)}"}
        assert await api.refused(VIEWER, None, headers=headers) == "UNAUTHENTICATED", claims


HOSTILE = ["", "\x00", "'; DROP TABLE households; --", "长" * 50_000, "%(scope)s", "{}", "\u202e"]


@pytest.mark.parametrize(
    "query",
    ["query($x: String!) { household(id: $x) { key } }", "query($x: String!) { household(number: $x) { key } }",
     "query($x: String!) { person(id: $x) { key } }", "query($x: String!) { person(idNumber: $x) { key } }",
     "query($x: ID!) { node(id: $x) { id } }", "query($x: String!) { paymentRun(id: $x) { runId } }",
     "query($x: String!) { fund(id: $x) { name } }", "query($x: String!) { organisations(parentId: $x) { name } }",
     "query($x: String!) { households(after: $x) { nodes { key } } }", "query($x: String!) { payments(after: $x) { nodes { runId } } }",
     "query($x: String!) { events(filter: {tag: $x}) { nodes { type } } }",
     "query($x: String!) { households(filter: {organisationId: $x, category: $x, area: $x}) { nodes { key } } }",
     "query($x: String!) { entitlements(filter: {organisationId: $x, category: $x, personId: $x}) { nodes { householdId } } }",
     "query($x: String!) { entitlements(after: $x, filter: {personId: $x}) { nodes { householdId } } }",
     "query($x: String!) { households { nodes { address(purpose: $x) } } }"],
)  # fmt: skip
async def test_hostile_text_finds_nothing_and_shows_nothing_of_the_inside(api: Api, query: str) -> None:
    for text in HOSTILE:
        result = await api.ask(query, Role.AUDITOR, x=text)
        for error in result.get("errors", []):
            assert error["extensions"]["code"] in ("BAD_INPUT", "BadIdNumber", "BAD_QUERY"), (text, error)
            assert not any(word in error["message"] for word in ("psycopg", "SELECT", "Traceback", ".py"))
        if "households {" not in query and "errors" not in result:
            (found,) = result["data"].values()
            assert not found or not found.get("nodes") if isinstance(found, dict) else not found or text == ""


async def test_text_that_is_no_unicode_is_no_request(api: Api) -> None:
    body = json.dumps(
        {"query": "query($x: String!) { household(id: $x) { key } }", "variables": {"x": "\ud800"}}
    )
    headers = {"Authorization": f"Bearer {api.token(Role.AUDITOR)}", "Content-Type": "application/json"}
    assert (await api.client.post("/graphql", content=body, headers=headers)).status_code == 400


async def test_no_identity_given_in_a_query_reaches_the_log(
    api: Api, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    secret = id_number(7)

    async def broken(self: Context, sql: str, **parameters: Any) -> Any:
        raise RuntimeError("the database is on fire")

    with caplog.at_level(logging.DEBUG):
        await api.ask(f'{{ person(idNumber: "{secret}") {{ nosuch }} }}')
        await api.ask(f'{{ person(idNumber: "{secret}"')
        await api.ask("query($i: Int!) { person(idNumber: $i) { key } }", i=secret)
        monkeypatch.setattr(Context, "rows", broken)
        result = await api.ask(f'{{ person(idNumber: "{secret}") {{ key }} organisations {{ name }} }}')
    assert result["errors"][0]["extensions"]["code"] == "INTERNAL"
    assert "on fire" in caplog.text
    assert secret not in caplog.text
