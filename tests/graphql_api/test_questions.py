"""The page of questions: every request is valid, runs as it stands in one request, and every question has one."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from graphql import build_schema, parse, validate

from graphql_api.export import sdl
from ledger.kernel import Role
from tests.graphql_api.conftest import Api
from tests.ledger.departments import open_departments, place
from tests.scenario import id_number

PAGE = Path(__file__).resolve().parents[2] / "docs" / "questions.md"
SECTION = re.compile(
    r"^### ([\d, ]+)\. ([^\n]+) \((\w+)\)\n```graphql\n(.+?)\n```$", re.MULTILINE | re.DOTALL
)
ASKED = {*range(1, 13), 13, 14, *range(16, 23), 29, *range(44, 50), 51, 52}
"""The office's questions this ledger answers so far, by number."""
OF = {"13, 14": "jy", "16": "jy", "17": "mz", "19": "zj", "20": "yj", "21": "cl"}
"""Which department asks a department's question."""
SCHEMA = build_schema(sdl())


def sections() -> list[tuple[str, str, Role, str]]:
    """Numbers, title, who asks, and the request."""
    text = PAGE.read_text(encoding="utf-8")
    found = SECTION.findall(text)
    assert len(found) == text.count("\n### ")
    return [(numbers, title, Role(role), query) for numbers, title, role, query in found]


def test_every_question_has_its_request() -> None:
    assert {int(n) for numbers, *_ in sections() for n in numbers.split(",")} == ASKED


@pytest.mark.parametrize("section", sections(), ids=lambda s: s[0])
def test_every_request_is_valid_against_the_committed_schema(section: tuple[str, str, Role, str]) -> None:
    assert validate(SCHEMA, parse(section[3])) == []


@pytest.mark.records
async def test_every_request_runs_for_the_role_it_names(api: Api) -> None:
    """Given a small division; when each question is asked as it stands; then it is answered without an error."""
    open_departments(api.scenario)
    api.catch_up()
    ids: dict[str, Any] = {"h": api.household, "n": id_number(1), "c": "nowhere", "d": "nowhere"}
    for numbers, title, role, query in sections():
        given = {name: ids[name] for name in ids if re.search(rf"\${name}\b", query)}
        where = place(OF[numbers]) if role is Role.DEPARTMENT else None
        answer = await api.data(query, role, organisation=where, **given)
        assert answer, (numbers, title)
