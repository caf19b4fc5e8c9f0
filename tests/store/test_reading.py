"""Whatever was appended, in bulk or one by one: a query answers what a plain filter would, and so does a condition."""

from __future__ import annotations

import random
from collections.abc import Sequence

import pytest
from eventsourcing.dcb.api import DCBAppendCondition, DCBEvent, DCBQuery, DCBQueryItem
from eventsourcing.persistence import IntegrityError

from ledger.store import copying, leaves
from ledger.store.database import Database
from ledger.store.recorder import COPY_FROM, SealedRecorder
from ledger.store.verify import verify_log

TYPES = ("A", "B", "C")
TAGS = ("run:1", "run:2", 'house:"1"', "house:\\2", "house:{3}, NULL", "unit:一", "NULL")


def a_history(recorder: SealedRecorder, chance: random.Random) -> list[DCBEvent]:
    """Batches of every size, whose neighbours often share tags, as a run's lines or a roster's households do."""
    history: list[DCBEvent] = []
    for _ in range(8):
        count = chance.choice([1, 2, 5, COPY_FROM, COPY_FROM + 7, 300])
        tags = chance.sample(TAGS, chance.randint(0, 4))
        batch = []
        for _ in range(count):
            if chance.random() < 0.1:
                tags = chance.sample(TAGS, chance.randint(0, 4))
            batch.append(
                DCBEvent(
                    type=chance.choice(TYPES), data=b"{}", tags=[*tags, f"own:{len(history) + len(batch)}"]
                )
            )
        recorder.append(batch)
        history += batch
    return history


def a_query(chance: random.Random) -> DCBQuery:
    return DCBQuery(
        items=[
            DCBQueryItem(
                types=chance.sample(TYPES, chance.randint(0, 2)),
                tags=chance.sample(TAGS, chance.randint(0, 2)),
            )
            for _ in range(chance.randint(0, 3))
        ]
    )


def matching(history: Sequence[DCBEvent], query: DCBQuery, after: int) -> list[int]:
    """The positions a plain filter finds."""
    return [
        position
        for position, event in enumerate(history, 1)
        if position > after
        and (
            not query.items
            or any(
                (not item.types or event.type in item.types) and set(item.tags) <= set(event.tags)
                for item in query.items
            )
        )
    ]


def check_queries(recorder: SealedRecorder, history: Sequence[DCBEvent], chance: random.Random) -> None:
    for _ in range(60):
        query, after = a_query(chance), chance.choice([0, 0, chance.randint(0, len(history))])
        limit = chance.choice([None, 1, 3, 50])
        expected = matching(history, query, after)
        read = list(recorder.read(query, after=after, limit=limit))
        assert [e.position for e in read] == expected[:limit]
        assert [(e.event.type, e.event.tags) for e in read] == [
            (history[p - 1].type, history[p - 1].tags) for p in expected[:limit]
        ]
        facts, head = recorder.read_with_head(query)
        assert ([e.position for e in facts], head) == (matching(history, query, 0), len(history))


@pytest.mark.parametrize("seed", range(6))
def test_a_query_finds_what_a_plain_filter_finds(database: Database, seed: int) -> None:
    chance, recorder = random.Random(seed), SealedRecorder(database)
    history = a_history(recorder, chance)
    check_queries(recorder, history, chance)
    recorder.close()
    assert verify_log(database).differences == []


@pytest.mark.parametrize("count", [1, COPY_FROM])
@pytest.mark.parametrize("seed", range(4))
def test_a_condition_fails_exactly_when_something_matches_after_its_position(
    database: Database, seed: int, count: int
) -> None:
    chance, recorder = random.Random(seed), SealedRecorder(database)
    history = a_history(recorder, chance)
    for _ in range(30):
        query, after = a_query(chance), chance.randint(0, len(history))
        batch = [DCBEvent(type="D", data=b"{}", tags=[])] * count
        try:
            recorder.append(batch, DCBAppendCondition(fail_if_events_match=query, after=after))
            failed = False
            history += batch
        except IntegrityError:
            failed = True
        assert failed == bool(matching(history[: len(history) - (0 if failed else count)], query, after))
    recorder.close()


def test_tags_whose_keys_collide_are_still_told_apart(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The index knows a tag by a hash only: here every tag has the same."""
    monkeypatch.setattr(copying, "xxh3_64_digest", lambda raw: bytes(8))
    monkeypatch.setattr(leaves, "xxh3_64_digest", lambda raw: bytes(8))
    chance, recorder = random.Random(9), SealedRecorder(database)
    history = a_history(recorder, chance)
    check_queries(recorder, history, chance)
    recorder.close()
    assert verify_log(database).differences == []


def test_a_tag_shared_by_the_events_of_a_batch_is_one_row_of_the_index(database: Database) -> None:
    recorder = SealedRecorder(database)
    recorder.append([DCBEvent(type="A", data=b"{}", tags=["run:1", f"own:{n}"]) for n in range(100)])
    recorder.close()
    with database.connection() as connection:
        spans = connection.execute("SELECT first, last FROM event_tag_spans").fetchall()
        singles = connection.execute("SELECT count(*) FROM event_tags").fetchone()
    assert spans == [(1, 100)]
    assert singles == (100,)
