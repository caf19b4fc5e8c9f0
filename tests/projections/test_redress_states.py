"""The views of redress say what the areas' own evolve says of every complaint, review, lawsuit and correction."""

from __future__ import annotations

import random
from typing import Any

import pytest

from graphql_api.queries.redress import REVIEW_STAGE, STAGE
from graphql_api.types.redress import LAWSUIT_STAGE
from ledger.complaints.states import Complaint
from ledger.kernel import State
from ledger.redress.states import Correction, Lawsuit, Review
from tests.projections.folding import Log
from tests.projections.histories import Life
from tests.projections.lives import redress
from tests.projections.test_states import states
from tests.projections.world import World

STAGES = (
    (Complaint, "complaint_id", f"SELECT complaint_id, {STAGE} FROM complaints__redress c"),
    (Review, "review_id", f"SELECT review_id, {REVIEW_STAGE} FROM reviews__redress r"),
    (Lawsuit, "lawsuit_id", f"SELECT lawsuit_id, {LAWSUIT_STAGE} FROM lawsuits__redress l"),
)


@pytest.fixture(scope="module")
def built(shared_log: Log) -> tuple[World, Log]:
    """A long history, folded in batches of 41."""
    life = Life(random.Random(7), "redress")
    life.steps = (*life.steps, *redress.steps(life) * 4)  # more of it than of all the rest
    world = life.live(700)
    after, upto = shared_log.append(world)
    shared_log.fold(
        "__redress", after, [*range(after + 41, upto, 41), upto], ["complaints", "reviews", "corrections"]
    )
    return world, shared_log


@pytest.mark.parametrize(
    ("cls", "field", "sql"), STAGES, ids=lambda v: v.__name__ if isinstance(v, type) else ""
)
def test_every_stage_is_what_the_state_says(
    built: tuple[World, Log], cls: type[State], field: str, sql: str
) -> None:
    world, log = built
    found = dict(log.connection.execute(sql.encode()).fetchall())
    expected = {state.id: state.stage for state in states(world, cls, field)}
    assert expected
    assert found == expected


def test_concerned_and_outcomes_are_what_the_states_say(built: tuple[World, Log]) -> None:
    world, log = built
    rows: list[tuple[Any, ...]] = log.connection.execute(
        b"SELECT complaint_id, operator_id FROM complaint_concerned__redress"
    ).fetchall()
    assert set(rows) == {(s.id, o) for s in states(world, Complaint, "complaint_id") for o in s.concerned}
    rows = log.connection.execute(
        b"SELECT correction_id, operator_id, outcome FROM correction_outcomes__redress"
    ).fetchall()
    expected = {
        (s.id, o, k) for s in states(world, Correction, "correction_id") for o, k in s.outcomes.items()
    }
    assert expected
    assert set(rows) == expected
