"""Appending: many at once share a commit, each under its own condition; positions are dense and in commit order."""

from __future__ import annotations

import signal
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg
import pytest
from eventsourcing.dcb.api import DCBAppendCondition, DCBEvent, DCBQuery, DCBQueryItem
from eventsourcing.persistence import IntegrityError
from psycopg import sql
from psycopg.conninfo import make_conninfo

from ledger.store import recorder as recorder_module
from ledger.store.appending import MAX_APPEND, MAX_BYTES, TooLarge, VaultWrites
from ledger.store.database import HOLD_WRITER, Database
from ledger.store.failures import Busy, WriterStuck
from ledger.store.group_commit import Request, _commit
from ledger.store.recorder import SealedRecorder
from ledger.store.verify import verify_log
from tests.store.writers import append_of_every_kind, event, processes


@pytest.fixture
def log(database: Database) -> Iterator[SealedRecorder]:
    recorder = SealedRecorder(database)
    yield recorder
    recorder.close()


@pytest.fixture
def owner(postgres_url: str, schema: str) -> Iterator[psycopg.Connection[Any]]:
    """A connection that may do what an administrator could do."""
    with psycopg.connect(postgres_url, autocommit=True) as connection:
        connection.execute(sql.SQL("SET search_path TO {}").format(sql.Identifier(schema)))
        yield connection


def none_tagged(*tags: str, after: int = 0) -> DCBAppendCondition:
    return DCBAppendCondition(
        fail_if_events_match=DCBQuery(items=[DCBQueryItem(tags=list(tags))]), after=after
    )


def at_once(calls: list[Callable[[], int]]) -> list[int | BaseException]:
    """What each call answered or raised, all called at the same time."""
    answers: list[int | BaseException] = [0] * len(calls)

    def ask(n: int) -> None:
        try:
            answers[n] = calls[n]()
        except Exception as error:
            answers[n] = error

    threads = [threading.Thread(target=ask, args=(n,)) for n in range(len(calls))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    return answers


def waiting_for_the_lock(owner: psycopg.Connection[Any]) -> int:
    row = owner.execute(
        "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND classid = 20260 AND NOT granted"
    ).fetchone()
    assert row is not None
    return int(row[0])


def until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < deadline, "waited a minute in vain"
        time.sleep(0.01)


# --- group commit ---


def held_together(
    log: SealedRecorder, owner: psycopg.Connection[Any], requests: list[tuple[list[DCBEvent], Any, Any]]
) -> list[int | BaseException]:
    """Appends the requests so that all but the first share one transaction: the writer's lock is held meanwhile."""
    answers: list[int | BaseException] = []

    def append(n: int) -> int:
        if n:
            until(lambda: waiting_for_the_lock(owner) == 1)  # the first leads alone and waits
        events, condition, vault = requests[n]
        return log.append_sealed(events, condition, vault).last

    with owner.transaction():
        owner.execute("SELECT lock_writer()")
        caller = threading.Thread(
            target=lambda: answers.extend(
                at_once([lambda n=n: append(n) for n in range(len(requests))])  # type: ignore[misc]
            )
        )
        caller.start()
        until(lambda: len(log._group._waiting) == len(requests) - 1)
    caller.join(60)
    return answers


def test_many_who_append_at_once_share_a_commit(log: SealedRecorder, owner: psycopg.Connection[Any]) -> None:
    answers = held_together(log, owner, [([event(f"e{n}")], None, None) for n in range(40)])
    assert sorted(a for a in answers if isinstance(a, int)) == list(range(1, 41))
    instants = [e.recorded_at for e in log.read_recorded()]
    assert len(set(instants)) == 2  # the leader's own, and one for the thirty-nine who waited


def test_each_has_its_own_condition_and_a_failing_one_fails_alone(
    log: SealedRecorder, owner: psycopg.Connection[Any]
) -> None:
    log.append([event("taken", "account:1")])
    requests = []
    for n in range(30):
        wanted = "account:1" if n % 3 == 2 else f"account:free-{n}"
        requests.append(([event(f"e{n}", wanted)], none_tagged(wanted), None))
    answers = held_together(log, owner, requests)
    for n, answer in enumerate(answers):
        assert isinstance(answer, IntegrityError) == (n % 3 == 2), (n, answer)
    assert log.head() == 21
    assert verify_log(log.database).differences == []


def test_a_condition_sees_those_committed_in_the_same_group(
    log: SealedRecorder, owner: psycopg.Connection[Any]
) -> None:
    """Twenty want the same place and share a transaction: one gets it."""
    requests: list[Any] = [([event("first")], None, None)]
    requests += [([event(f"e{n}", "place:1")], none_tagged("place:1"), None) for n in range(20)]
    answers = held_together(log, owner, requests)
    assert sum(isinstance(a, IntegrityError) for a in answers) == 19
    assert log.head() == 2


def test_a_request_that_cannot_be_stored_sinks_only_itself(
    log: SealedRecorder, owner: psycopg.Connection[Any]
) -> None:
    requests: list[Any] = [([event(f"e{n}")], None, None) for n in range(20)]
    requests[7] = ([event("poison", "zero:\x00")], None, None)
    requests[11] = ([event("e11")], None, VaultWrites(keys=[("person:\x00", "file", b"key")]))
    answers = held_together(log, owner, requests)
    assert [n for n, a in enumerate(answers) if isinstance(a, BaseException)] == [7, 11]
    assert sorted(a for a in answers if isinstance(a, int)) == list(range(1, 19))
    assert verify_log(log.database).differences == []


def test_a_bulk_append_that_cannot_be_stored_stores_nothing(log: SealedRecorder) -> None:
    events = [event(f"e{n}") for n in range(200)]
    events[150] = event("poison", "zero:\x00")
    with pytest.raises(psycopg.DataError):
        log.append(events)
    assert log.head() == 0
    assert log.append([event("next")]) == 1


def test_identities_that_exist_fail_only_the_request_that_brings_them(
    log: SealedRecorder, owner: psycopg.Connection[Any]
) -> None:
    """Ten bring the same person's key in one transaction: one stores it, with its event."""
    requests: list[Any] = [([event("first")], None, None)]
    requests += [
        ([event(f"e{n}")], None, VaultWrites(keys=[("person:1", "file", bytes([n]))])) for n in range(10)
    ]
    answers = held_together(log, owner, requests)
    assert sum(isinstance(a, IntegrityError) for a in answers) == 9
    assert log.head() == 2


# --- positions and clocks ---


def test_nobody_sees_a_gap_while_an_earlier_writer_holds_its_transaction_open(
    log: SealedRecorder, database: Database
) -> None:
    """The recurring bug of the field: a position handed out first and committed last."""
    seen: list[int] = []
    with database.connection() as slow, slow.transaction():
        first = Request([event("slow")], None, None)
        _commit(slow, [first])
        assert first.result is not None
        assert first.result.last == 1
        second = threading.Thread(target=lambda: seen.append(log.append([event("fast")])))
        third = threading.Thread(target=lambda: seen.append(log.append([event(f"b{n}") for n in range(60)])))
        second.start()
        third.start()
        second.join(0.3)
        assert second.is_alive()
        assert (log.head(), [e.position for e in log.read_recorded()], seen) == (0, [], [])
    second.join(60)
    third.join(60)
    assert [e.position for e in log.read_recorded()] == list(range(1, 63))
    assert sorted(seen) in ([2, 62], [61, 62])


def test_a_writer_that_gives_up_leaves_no_gap(log: SealedRecorder, database: Database) -> None:
    with database.connection() as slow:
        with slow.transaction(force_rollback=True):
            _commit(slow, [Request([event("never")], None, None)])
        assert log.append([event("first")]) == 1
    with pytest.raises(IntegrityError):
        log.append([event(f"x{n}") for n in range(60)], none_tagged("name:first"))
    assert log.append([event("second")]) == 2


def test_several_processes_append_at_once_and_every_reader_sees_a_whole_log(
    log: SealedRecorder, database: Database, postgres_url: str, schema: str
) -> None:
    """Dense positions in commit order: at every moment a reader finds exactly 1…head, and the clock never runs back."""
    done: dict[str, int] = {}
    torn = []
    with (
        processes(append_of_every_kind, [(postgres_url, schema, seed, 40) for seed in range(3)]) as answers,
        database.connection() as reader,
    ):
        for _ in range(3):
            while answers.empty():
                row = reader.execute(
                    "SELECT size, count(position), coalesce(max(position), 0), coalesce(min(position), 1)"
                    " FROM log_head LEFT JOIN events ON true GROUP BY size"
                ).fetchone()
                if row is not None and (row[0], row[0], 1) != row[1:]:
                    torn.append(row)
                time.sleep(0.005)
            done.update(answers.get(timeout=60))
    assert torn == []
    stored = list(log.read_recorded())
    assert [e.position for e in stored] == list(range(1, log.head() + 1))
    assert {e.tags[0].partition(":")[2]: e.position for e in stored} == done
    instants = [e.recorded_at for e in stored]
    assert instants == sorted(instants)
    assert verify_log(database).differences == []


def test_the_clock_of_the_log_never_runs_back_even_when_the_servers_does(
    log: SealedRecorder, database: Database, owner: psycopg.Connection[Any]
) -> None:
    """Given a log whose last instant lies ahead of the server's clock, as after the clock was set back."""
    log.append([event("before")])
    ahead = datetime.now(UTC).replace(microsecond=123_456) + timedelta(days=1)
    owner.execute("SET session_replication_role = replica")
    owner.execute("UPDATE log_head SET recorded_at = %s", (ahead,))
    log.append([event("single")])
    log.append([event(f"bulk{n}") for n in range(60)])
    instants = [e.recorded_at for e in log.read_recorded()]
    assert instants[0] < ahead
    assert set(instants[1:]) == {ahead}
    assert verify_log(database).differences == []


# --- limits ---


def test_refuses_an_append_that_is_too_large(log: SealedRecorder) -> None:
    with pytest.raises(TooLarge, match="5000"):
        log.append([event(f"e{n}") for n in range(MAX_APPEND + 1)])
    half = DCBEvent(type="Written", data=bytes(MAX_BYTES // 2 + 1), tags=[])
    with pytest.raises(TooLarge, match="字节"):
        log.append([half, half])
    assert log.head() == 0


def test_the_largest_append_is_taken(log: SealedRecorder) -> None:
    assert log.append([event(f"e{n}") for n in range(MAX_APPEND)]) == MAX_APPEND


@pytest.mark.parametrize("count", [1, recorder_module.COPY_FROM])
def test_a_stuck_writer_is_a_clear_error_for_the_others_and_never_a_hang(
    postgres_url: str, schema: str, owner: psycopg.Connection[Any], count: int
) -> None:
    database = Database(
        make_conninfo(postgres_url, options="-c ledger.writer_wait=200ms"), schema, max_size=4
    )
    recorder = SealedRecorder(database)
    events = [event(f"e{n}") for n in range(count)]
    with owner.transaction():
        owner.execute("SELECT lock_writer()")
        answers = at_once([lambda: recorder.append(events) for _ in range(3)])
    assert [type(a) for a in answers] == [WriterStuck] * 3
    assert isinstance(answers[0], Busy)
    assert len({id(a) for a in answers}) == 3  # threads share no exception
    assert recorder.append(events) == count  # and nothing was recorded before
    recorder.close()
    database.close()


def test_a_writer_that_goes_silent_with_the_lock_is_thrown_out(
    log: SealedRecorder, postgres_url: str, schema: str
) -> None:
    silent = Database(make_conninfo(postgres_url, options="-c ledger.writer_idle=200ms"), schema, max_size=1)
    connection = silent.connect()
    connection.execute("BEGIN")
    connection.execute(HOLD_WRITER)  # as a bulk append or an erasure begins
    _commit(connection, [Request([event("silent")], None, None)])
    assert log.append([event("next")]) == 1  # waits until the server ends the silent session
    with pytest.raises(psycopg.Error):
        connection.execute("COMMIT")
    assert log.head() == 1
    silent.close()


class Interrupted(Exception):
    """What a signal raises in the thread it reaches."""


def test_who_is_interrupted_while_waiting_keeps_nobody_else_from_appending(
    log: SealedRecorder, owner: psycopg.Connection[Any]
) -> None:
    def interrupt(*_: object) -> None:
        raise Interrupted

    before = signal.signal(signal.SIGALRM, interrupt)
    with ThreadPoolExecutor(2) as others:
        with owner.transaction():
            owner.execute("SELECT lock_writer()")
            leads = others.submit(log.append, [event("leads")])
            wait_until(lambda: log._group._led)
            signal.setitimer(signal.ITIMER_REAL, 0.2)
            try:
                with pytest.raises(Interrupted):
                    log.append([event("interrupted")])
            finally:
                signal.setitimer(signal.ITIMER_REAL, 0)
                signal.signal(signal.SIGALRM, before)
            waits = others.submit(log.append, [event("waits")])
        assert sorted([leads.result(20), waits.result(20)]) == [1, 2]
    assert log.append([event("next")]) == 3


def wait_until(holds: Callable[[], bool]) -> None:
    for _ in range(1000):
        if holds():
            return
        time.sleep(0.01)
    raise AssertionError("it never came to be so")
