"""Lists completed by compiled functions are answered exactly as the ordinary way answers them, errors included."""

from __future__ import annotations

import asyncio
import random
from datetime import UTC, date, datetime
from typing import Any

import pytest
import strawberry
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from strawberry.schema.config import StrawberryConfig

from graphql_api import completion
from graphql_api.completion import Executor
from graphql_api.scalars import SCALARS
from graphql_api.types.common import Connection, connect
from graphql_api.types.households import ChainEntry, entry_of
from ledger.kernel import Role
from tests.graphql_api.conftest import Api

LEAVES = ["position", "kind", "programme", "department", "occurredOn", "recordedAt", "amount", "organisationId",
          "householdId", "personIds", "caseId", "entitlementId", "runId", "paymentId", "__typename"]  # fmt: skip
ACTOR = ["operatorId", "organisationId", "role", "__typename"]


def selection(choose: random.Random, depth: int = 0, *, loads: bool = True) -> str:
    """A random selection of a chain entry: aliases, repeated fields, fragments, directives, arguments, nesting."""
    parts = []
    for _ in range(choose.randint(1, 7)):
        alias = f"a{choose.randint(0, 3)}{depth}_{len(parts)}: " if choose.random() < 0.3 else ""
        directive = choose.choice(
            ["", "", "", " @include(if: $yes)", " @skip(if: $yes)", " @skip(if: false)"]
        )
        kind = choose.random()
        if kind < 0.55:
            parts.append(f"{alias}{choose.choice(LEAVES)}{directive}")
        elif kind < 0.65:
            language = choose.choice(["", "(language: EN)", "(language: $language)"])
            parts.append(f"s{len(parts)}{depth}: summary{language}{directive}")
        elif kind < 0.75:
            parts.append(f"actor{directive} {{ {' '.join(choose.sample(ACTOR, choose.randint(1, 4)))} }}")
        elif kind < 0.85 and depth < 3:
            on = choose.choice(["... on ChainEntry", "..."])
            parts.append(f"{on}{directive} {{ {selection(choose, depth + 1, loads=loads)} }}")
        elif kind < 0.9:
            parts.append("...F")
        elif loads and kind < 0.94:
            parts.append(choose.choice(["event { type leafHash }", "people { key sex }"]))
        else:
            parts.append("kind position")
    return " ".join(parts)


def query(choose: random.Random) -> str:
    page = choose.choice(
        ["nodes {{ {0} }}", "edges {{ cursor node {{ {0} }} }}", "nodes {{ {0} }} pageInfo {{ endCursor }}"]
    )
    return (
        "query($id: String!, $yes: Boolean!, $language: Language! = ZH) { household(id: $id) { chain(first: 100) { "
        + page.format(
            "__typename @skip(if: $yes) said: summary(language: $language) ...F " + selection(choose)
        )
        + " } } } fragment F on ChainEntry { position "
        + selection(choose, 4).replace("...F", "")
        + " }"
    )


@pytest.mark.parametrize("seed", range(4))
async def test_generated_queries_are_answered_the_same_by_both_ways(
    api: Api, monkeypatch: pytest.MonkeyPatch, seed: int
) -> None:
    choose = random.Random(seed)
    queries = [query(choose) for _ in range(60)]
    given = [{"yes": choose.random() < 0.5, "language": choose.choice(["ZH", "EN"])} for _ in queries]
    quick = [await api.ask(q, id=api.household, **v) for q, v in zip(queries, given, strict=True)]
    monkeypatch.setattr(completion, "FEWEST", 1 << 60)
    ordinary = [await api.ask(q, id=api.household, **v) for q, v in zip(queries, given, strict=True)]
    assert [list(a) for a in quick] == [list(a) for a in ordinary]
    for text, one, other in zip(queries, quick, ordinary, strict=True):
        assert one == other, text
        assert str(one) == str(other), text  # the order of keys as well
    assert sum("errors" not in answer for answer in quick) > 30


async def test_a_plain_chain_takes_the_quick_way_and_a_loading_one_the_ordinary(
    api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    taken: list[str] = []
    original = completion.compile_rows

    def compiled(kind: Any, shape: Any) -> Any:
        rows = original(kind, shape)
        return lambda items: taken.append(kind.name) or rows(items)

    monkeypatch.setattr(completion, "compile_rows", compiled)
    ask = "query($id: String!) { household(id: $id) { chain(first: 100) { nodes { position %s } } } }"
    await api.data(ask % "kind fresh: amount summary actor { role }", id=api.household)
    assert taken == ["ChainEntry"]
    await api.data(ask % "kind fresh: amount event { type }", id=api.household)
    assert taken == ["ChainEntry"]


# --- unusual values: never from our own statements, and answered as the ordinary way would ---

GOOD: dict[str, Any] = {
    "position": 7, "kind": "HomeVisited", "programme": None, "department": "民政", "occurred_on": date(2026, 9, 1),
    "recorded_at": datetime(2026, 9, 1, 2, tzinfo=UTC), "amount": "12.30", "organisation_id": "d12", "household_id": "h",
    "person_ids": ["p", "q"], "case_id": None, "entitlement_id": None, "run_id": None, "payment_id": None,
    "summary_zh": "入户", "summary_en": "visited", "operator_id": "o", "operator_organisation_id": "d", "operator_role": "clerk",
}  # fmt: skip
ODD = st.one_of(
    st.none(), st.text(max_size=3), st.integers(-(1 << 40), 1 << 40), st.floats(), st.booleans(), st.binary(max_size=2),
    st.just([None]), st.just(["a", 1]), st.just({}), st.just(date(2026, 1, 2)),
    st.just(datetime(2026, 1, 2, 3, 4, 5, 678, tzinfo=UTC)), st.just(ValueError("inside")),
)  # fmt: skip
ALL = """position kind programme department occurredOn recordedAt amount organisationId householdId personIds caseId
         summary actor { operatorId role } entitlementId"""


def schema_of(rows: list[dict[str, Any]], executor: type[Any] | None) -> strawberry.Schema:
    @strawberry.type
    class Query:
        @strawberry.field
        def chain(self) -> Connection[ChainEntry]:
            return connect([dict(row) for row in rows], 200, None, "position", entry_of)

    return strawberry.Schema(
        query=Query, config=StrawberryConfig(scalar_map=SCALARS), execution_context_class=executor
    )


def answer(rows: list[dict[str, Any]], executor: type[Any] | None, page: str) -> str:
    result = asyncio.run(schema_of(rows, executor).execute(f"{{ chain {{ {page} }} }}"))
    errors = [(e.message, e.path, e.locations) for e in result.errors or []]
    return repr((result.data, errors))


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    changes=st.lists(
        st.tuples(st.integers(0, 5), st.sampled_from(sorted(GOOD.keys() - {"position"})), ODD), max_size=3
    ),
    edges=st.booleans(),
)
def test_unusual_values_are_answered_the_same_by_both_ways(
    changes: list[tuple[int, str, Any]], edges: bool
) -> None:
    rows = [{**GOOD, "position": n} for n in range(6)]
    for row, name, value in changes:
        rows[row][name] = value
    page = f"edges {{ cursor node {{ {ALL} }} }}" if edges else f"nodes {{ {ALL} }}"
    assert answer(rows, Executor, page) == answer(rows, None, page)


async def test_other_lists_are_answered_the_same_by_both_ways(
    api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = """{ events(first: 200) { nodes { position type titleZh titleEn eventId occurredOn recordedAt commandId tags data
      basis leafHash actor { operatorId organisationId role } } } organisations { id code name level closedOn }
      households(first: 10) { nodes { id key number area memberCount incomeAnnual registeredOn } } }"""
    quick = await api.data(asked, Role.AUDITOR)
    monkeypatch.setattr(completion, "FEWEST", 1 << 60)
    assert str(quick) == str(await api.data(asked, Role.AUDITOR))
