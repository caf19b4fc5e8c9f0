"""Bad requests get a clear error, no stack trace and no data."""

from __future__ import annotations

import time
from typing import Any

import jwt
import pytest

from assistance.tokens import token_key
from ledger.kernel import Role
from tests.graphql_api.conftest import Api
from tests.scenario import DIVISION, REGIMENT

VIEWER = "{ viewer { operatorId role } }"


async def test_a_good_token_is_known(api: Api) -> None:
    assert (await api.data(VIEWER, Role.FINANCE))["viewer"] == {"operatorId": "finance-1", "role": "finance"}


async def test_refuses_everything_without_a_token(api: Api) -> None:
    for query in (
        VIEWER,
        "{ households { nodes { number } } }",
        "{ organisations { name } }",
        "{ checkpoint { size } }",
    ):
        assert await api.refused(query, None) == "UNAUTHENTICATED"


def forged(api: Api, key: bytes | str | None = None, algorithm: str = "HS256", **claims: Any) -> str:
    settings = api.scenario.division.settings
    now = int(time.time())
    body = {"sub": "x", "role": "auditor", "organisation": DIVISION, "iss": settings.issuer, "aud": settings.audience,
            "iat": now, "exp": now + 60, **claims}  # fmt: skip
    body = {k: v for k, v in body.items() if v is not None}
    secret = token_key(settings.token_key_file) if key is None else key
    return jwt.encode(body, secret, algorithm=algorithm)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "claims",
    [{"key": b"x" * 64}, {"algorithm": "HS512"}, {"algorithm": "none", "key": ""}, {"exp": 1}, {"aud": "other"},
     {"iss": "other"}, {"role": "emperor"}, {"exp": None}, {"organisation": None}, {"sub": None}],
    ids=str,
)  # fmt: skip
async def test_refuses_a_token_that_does_not_hold(api: Api, claims: dict[str, Any]) -> None:
    headers = {"Authorization": f"Bearer {forged(api, **claims)}"}
    assert await api.refused(VIEWER, None, headers=headers) == "UNAUTHENTICATED"


@pytest.mark.parametrize("header", ["Bearer", "Basic abc", "Bearer a.b.c", "Bearer " + "x" * 5000, "xyz"])
async def test_refuses_a_header_that_is_no_token(api: Api, header: str) -> None:
    assert await api.refused(VIEWER, None, headers={"Authorization": header}) == "UNAUTHENTICATED"


DEEP = (
    '{ household(number: "H00001") '
    + "{ members { person { household " * 6
    + "{ number }"
    + " } } }" * 6
    + " }"
)


@pytest.mark.parametrize(
    ("query", "code"),
    [
        (DEEP, "LIMIT"),
        ("{ " + " ".join(f"a{n}: viewer {{ role }}" for n in range(31)) + " }", "LIMIT"),
        ("{ households(first: 200) { nodes { chain(first: 200) { nodes { people { name } } } } } }", "LIMIT"),
        ("fragment F on Household { chain(first: 200) { nodes { kind people { key } } } }"
         " { households(first: 200) { nodes { ...F } } }", "LIMIT"),
        ("{ households(first: 201) { nodes { number } } }", "BAD_INPUT"),
        ("{ households(first: 0) { nodes { number } } }", "BAD_INPUT"),
        ("{ households(first: -5) { nodes { number } } }", "BAD_INPUT"),
        ('{ events(after: "%%%") { nodes { type } } }', "BAD_INPUT"),
        ('{ events(after: "LTU") { nodes { type } } }', "BAD_INPUT"),
        ("{ household { number } }", "BAD_INPUT"),
        ('{ household(id: "x", number: "y") { number } }', "BAD_INPUT"),
        ('{ person(idNumber: "123") { key } }', "BadIdNumber"),
    ],
)  # fmt: skip
async def test_refuses_too_much_or_what_makes_no_sense(api: Api, query: str, code: str) -> None:
    assert await api.refused(query) == code


@pytest.mark.parametrize(
    "query", ["{", "", "query { nosuch }", "{ viewer }", "mutation { x }", "\x00", "{ viewer { role } } }"]
)
async def test_a_malformed_query_is_answered_with_what_is_wrong(api: Api, query: str) -> None:
    result = await api.client.post(
        "/graphql", json={"query": query}, headers={"Authorization": f"Bearer {api.token(Role.CLERK)}"}
    )
    assert result.status_code in (200, 400)
    assert "Traceback" not in result.text
    assert 'viewer":' not in result.text


@pytest.mark.parametrize("body", [b"", b"nonsense", b"[]", b"{}", b'{"query": 5}', b"\xff\xfe"])
async def test_a_body_that_is_no_request_is_refused(api: Api, body: bytes) -> None:
    answer = await api.client.post("/graphql", content=body, headers={"content-type": "application/json"})
    assert 400 <= answer.status_code < 500 or "errors" in answer.text
    assert "Traceback" not in answer.text


async def test_a_huge_query_is_not_parsed(api: Api) -> None:
    query = "{ " + " ".join("viewer { role }" for _ in range(3000)) + " }"
    result = await api.ask(query)
    assert "token" in str(result["errors"][0]["message"]).lower() or "limit" in str(result["errors"]).lower()


async def test_an_error_inside_shows_nothing_of_the_inside(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    from graphql_api.context import Context

    async def broken(self: Context, sql: str, **parameters: Any) -> Any:
        raise RuntimeError(f"secret inside {sql}")

    monkeypatch.setattr(Context, "rows", broken)
    result = await api.ask("{ organisations { name } }")
    assert "secret" not in str(result)
    assert result["errors"][0]["extensions"]["code"] == "INTERNAL"


async def test_the_query_page_works_without_the_internet(api: Api) -> None:
    page = await api.client.get("/graphql", headers={"accept": "text/html"})
    assert page.status_code == 200
    assert "https://" not in page.text
    for path in (
        "graphiql.min.js",
        "react.production.min.js",
        "react-dom.production.min.js",
        "graphiql.min.css",
    ):
        assert (await api.client.get(f"/static/vendor/{path}")).status_code == 200
    assert (await api.client.get("/static/examples.js")).status_code == 200


@pytest.mark.records
async def test_a_reader_waits_for_its_own_write(api: Api) -> None:
    import threading

    from projections.runner import Runner

    stop = threading.Event()
    runner = Runner(api.scenario.division.url, api.scenario.division.schema)
    thread = threading.Thread(target=runner.run_forever, args=(stop,))
    thread.start()
    try:
        made = await api.data(
            """mutation { registerHousehold(input: {commandId: "0199c000-0000-7000-8000-00000000000a", number: "N1",
            organisationId: "d12-104", area: URBAN, members: [{idNumber: "110101199003077774", name: "某", relation: HEAD}]})
            { ... on Recorded { position } ... on Refusal { messageEn } } }""", Role.CLERK)  # fmt: skip
        position = made["registerHousehold"]["position"]
        found = await api.data(
            '{ household(number: "N1") { memberCount } }', Role.CLERK, headers={"X-Wait-For": str(position)}
        )
        assert found["household"] == {"memberCount": 1}
        assert REGIMENT
    finally:
        stop.set()
        thread.join(10)


async def test_health_tells_how_far_the_views_are(api: Api) -> None:
    answer = await api.client.get("/health")
    assert answer.json() == {
        "events": api.scenario.ledger.recorder.head(),
        "viewsAt": api.catch_up(),
        "stale": [],
        "ok": True,
    }
