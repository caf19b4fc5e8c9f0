"""The views of charity say what the area's own evolve says of every need, offer and match, and of public aid."""

from __future__ import annotations

import random

import pytest

from ledger.support.charity_states import CharityConsent, Match, Need, Offer, PublicAid
from tests.projections.folding import Log
from tests.projections.histories import Life
from tests.projections.lives import charity
from tests.projections.test_states import states
from tests.projections.world import World


@pytest.fixture(scope="module")
def built(shared_log: Log) -> tuple[World, Log]:
    """A long history, folded in batches of 41."""
    life = Life(random.Random(11), "charity", whole=True)
    life.steps = (*life.steps, *charity.steps(life) * 6)  # more of it than of all the rest
    world = life.live(700)
    after, upto = shared_log.append(world)
    shared_log.fold("__charity", after, [*range(after + 41, upto, 41), upto], ["charity"])
    return world, shared_log


def test_needs_offers_and_matches_are_what_their_states_say(built: tuple[World, Log]) -> None:
    world, log = built
    rows = log.connection.execute(
        b"SELECT need_id, lowered_fen, agreed, delivered, withdrawn_on IS NOT NULL FROM needs__charity"
    ).fetchall()
    needs = {(s.id, s.lowered, s.agreed, s.delivered, s.withdrawn) for s in states(world, Need, "need_id")}
    assert set(rows) == needs
    assert any(agreed > 0 for _, _, agreed, _, _ in needs)
    rows = log.connection.execute(
        b"SELECT offer_id, coalesce(hours, value_fen) - agreed, withdrawn_on IS NOT NULL FROM offers__charity"
    ).fetchall()
    assert set(rows) == {(s.id, s.left, s.withdrawn) for s in states(world, Offer, "offer_id")}
    rows = log.connection.execute(
        b"SELECT match_id, agreed - delivered - released FROM charity_matches__charity"
    ).fetchall()
    matches = {(s.id, s.left) for s in states(world, Match, "match_id")}
    assert matches
    assert set(rows) == matches
    # No need is covered twice: what is agreed of it never exceeds what it costs.
    assert all(s.agreed <= s.asked and s.delivered <= s.agreed for s in states(world, Need, "need_id"))


def test_consents_and_public_aid_are_what_their_states_say(built: tuple[World, Log]) -> None:
    world, log = built
    rows = log.connection.execute(b"SELECT household_id, given FROM charity_consents__charity").fetchall()
    consents = {(s.id, s.given is not None) for s in states(world, CharityConsent, "household_id")}
    assert consents
    assert set(rows) == consents
    rows = log.connection.execute(
        b"SELECT assistance_id, need, CASE WHEN withdrawn OR coalesce(not_given, false) THEN 0"
        b" ELSE coalesce(reported_fen, granted_fen, 0) END FROM need_aid__charity"
    ).fetchall()
    expected = {
        (case, aid.need, aid.fen)
        for s in states(world, PublicAid, "household_id")
        for case, aid in s.cases.items()
    }
    assert set(rows) == expected
