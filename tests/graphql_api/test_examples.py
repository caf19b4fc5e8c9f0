"""The query page: its worked examples run as they stand, and it needs no internet."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from graphql import build_schema, get_introspection_query, parse, validate

from graphql_api.export import sdl
from ledger.kernel import Role
from tests.graphql_api.conftest import Api

STATIC = Path(__file__).resolve().parents[2] / "src" / "graphql_api" / "static"
EXAMPLE = re.compile(r'\["([^"]+)", `([^`]+)`, (?:""|\'([^\']*)\')\]')


def examples() -> list[tuple[str, str, dict[str, Any]]]:
    """Title, query and variables of every worked example."""
    text = (STATIC / "examples.js").read_text(encoding="utf-8")
    found = [(title, query, json.loads(given or "{}")) for title, query, given in EXAMPLE.findall(text)]
    assert len(found) == text.count("\n[")
    return found


def test_every_example_is_valid_against_the_committed_schema() -> None:
    schema = build_schema(sdl())
    for title, query, _ in examples():
        assert validate(schema, parse(query)) == [], title


@pytest.mark.records
async def test_every_example_runs_and_finds_something(api: Api) -> None:
    """Given a division with a household, a fund and a drawn run; when each example is asked; then it answers."""
    api.scenario.draw(api.scenario.fund(), "2026-11")
    api.catch_up()
    ran = []
    for title, query, variables in examples():
        given = {**variables, "number": "H00001"} if "number" in variables else variables
        given = {**given, "id": "0199c000-0000-7000-8000-0000000000ff"} if "id" in given else given
        here = query.replace("659004001", "d12-104").replace("position: 1000", "position: 3")
        command = here.startswith("mutation")
        data = await api.data(here, Role.CLERK if command else Role.AUDITOR, **given)
        for field, answer in data.items():
            nodes = answer.get("nodes") if isinstance(answer, dict) else answer
            # Nobody has died yet here: what the fifth example lists may be empty.
            assert answer is not None, (title, field)
            assert nodes is None or nodes or "CategoryEnded" in query, (title, field)
        if command:
            assert "position" in data["registerHousehold"], data
        ran.append(title)
    assert len(ran) >= 7


async def test_the_page_asks_for_nothing_outside_and_its_tools_can_read_the_schema(api: Api) -> None:
    page = (await api.client.get("/graphql", headers={"accept": "text/html"})).text
    asked = re.findall(r'(?:src|href)="([^"]+)"', page)
    assert len(asked) >= 5
    for path in asked:
        answer = await api.client.get(path)
        assert answer.status_code == 200, path
        assert len(answer.content) > 100, path
    styles = (STATIC / "vendor" / "graphiql.min.css").read_text(encoding="utf-8")
    assert not re.search(r"@import|url\(\s*['\"]?https?:", styles)
    schema = await api.data(get_introspection_query(descriptions=True, input_value_deprecation=True), None)
    assert any(t["name"] == "ChainEntry" for t in schema["__schema"]["types"])


async def test_the_page_shows_where_the_token_goes_and_sends_headers_a_browser_can_send(api: Api) -> None:
    page = (await api.client.get("/graphql", headers={"accept": "text/html"})).text
    (given,) = re.findall(r"const headers = JSON.stringify\((\{.*?\}), null, 2\)", page)
    assert "Authorization" in given
    assert given.isascii()
    assert "headers, defaultHeaders: headers" in page
    purpose = "年度核查".encode().decode("latin-1")  # as the page's fetch sends it
    found = await api.data(
        "query($h: String!) { household(id: $h) { head { name } } }",
        headers={"X-Purpose": purpose.encode("latin-1")},  # type: ignore[dict-item]
        h=api.household,
    )
    assert found["household"]["head"]["name"] == "测试1"
    assert api.scenario.division.readings.of_person(api.people[0])[-1].purpose == "年度核查"
