"""Subscriptions miss nothing and give nothing twice, whatever happens to their connections; notices are few and local."""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
from eventsourcing.dcb.api import DCBQuery, DCBQueryItem
from psycopg import sql

from ledger.store.database import Database
from ledger.store.group_commit import Request, _commit
from ledger.store.migrate import migrate
from ledger.store.recorder import SealedRecorder
from ledger.store.subscription import Subscription
from tests.store.writers import append_of_every_kind, event, processes


@pytest.fixture
def log(database: Database) -> Iterator[SealedRecorder]:
    recorder = SealedRecorder(database)
    yield recorder
    recorder.close()


class Follower:
    """Follows a subscription in a thread and keeps every position it is given."""

    def __init__(self, subscription: Subscription) -> None:
        self.subscription = subscription
        self.positions: list[int] = []
        self.failure: BaseException | None = None
        self._thread = threading.Thread(target=self._follow)
        self._thread.start()

    def _follow(self) -> None:
        try:
            with self.subscription as events:
                for sequenced in events:
                    self.positions.append(sequenced.position)
        except BaseException as error:
            self.failure = error

    @property
    def backend(self) -> int | None:
        """The server process it is connected to at the moment."""
        connection = self.subscription._connection
        try:
            return None if connection is None else connection.info.backend_pid
        except psycopg.Error:
            return None

    def wait_for(self, last: int) -> None:
        deadline = time.monotonic() + 60
        while (self.positions[-1] if self.positions else 0) < last:
            assert self.failure is None, self.failure
            assert time.monotonic() < deadline, f"{len(self.positions)} events after a minute"
            time.sleep(0.01)

    def stop(self) -> list[int]:
        self.subscription.stop()
        self._thread.join(30)
        assert not self._thread.is_alive()
        if self.failure is not None:
            raise self.failure
        return self.positions


def by_tag(tag: str) -> DCBQuery:
    return DCBQuery(items=[DCBQueryItem(tags=[tag])])


def test_misses_nothing_and_doubles_nothing_while_connections_die_and_processes_write(
    log: SealedRecorder, postgres_url: str, schema: str
) -> None:
    """Three processes append singly and in bulk; each follower's connection is ended again and again."""
    everything = Follower(log.subscribe())
    tagged = Follower(log.subscribe(by_tag("writer:1")))
    chance, ended = random.Random(11), 0
    with (
        processes(append_of_every_kind, [(postgres_url, schema, seed, 60) for seed in range(3)]) as answers,
        psycopg.connect(postgres_url, autocommit=True) as killer,
    ):
        done: list[dict[str, int]] = []
        while len(done) < 3:
            for follower in (everything, tagged):
                pid = follower.backend
                if pid is not None and chance.random() < 0.5:
                    killer.execute("SELECT pg_terminate_backend(%s)", (pid,))
                    ended += 1
            time.sleep(0.05)
            if not answers.empty():
                done.append(dict(answers.get(timeout=60)))
    assert ended > 5
    head = log.head()
    everything.wait_for(head)
    mine = sorted(position for d in done for name, position in d.items() if name.startswith("1-"))
    tagged.wait_for(mine[-1])
    assert everything.stop() == list(range(1, head + 1))
    assert tagged.stop() == mine


def test_an_event_that_is_committed_late_is_not_passed_over(log: SealedRecorder, database: Database) -> None:
    """Given a writer that holds its transaction open while another wants to append, a follower waits for both."""
    follower = Follower(log.subscribe())
    log.append([event("before")])
    follower.wait_for(1)
    with database.connection() as slow, slow.transaction():
        _commit(slow, [Request([event("slow")], None, None)])
        other = threading.Thread(target=lambda: log.append([event("fast")]))
        other.start()
        time.sleep(0.3)
        assert follower.positions == [1]
    other.join(60)
    follower.wait_for(3)
    assert follower.stop() == [1, 2, 3]


def test_starts_after_a_position_even_one_that_is_still_to_come(log: SealedRecorder) -> None:
    log.append([event(f"e{n}") for n in range(5)])
    early, late = Follower(log.subscribe(after=3)), Follower(log.subscribe(after=7))
    log.append([event(f"e{n}") for n in range(5, 10)])
    early.wait_for(10)
    late.wait_for(10)
    assert early.stop() == [4, 5, 6, 7, 8, 9, 10]
    assert late.stop() == [8, 9, 10]


def test_reads_more_than_a_page_in_order(log: SealedRecorder) -> None:
    for start in range(0, 3000, 1000):
        log.append([event(f"e{n}", f"parity:{n % 2}") for n in range(start, start + 1000)])
    follower = Follower(log.subscribe(by_tag("parity:1")))
    follower.wait_for(3000)
    assert follower.stop() == list(range(2, 3001, 2))


def test_waiting_for_a_rare_event_looks_at_nothing_twice(log: SealedRecorder) -> None:
    """What did not match up to a head that was read is never read again."""
    subscription = log.subscribe(by_tag("rare:1"))
    log.append([event(f"e{n}") for n in range(100)])
    subscription._fill()
    assert subscription._seen_all_to == 100
    log.append([event("rare", "rare:1")])
    assert next(subscription).position == 101
    subscription._disconnect()


def test_a_stopped_subscription_ends_promptly_and_lets_go_of_its_connection(log: SealedRecorder) -> None:
    follower = Follower(log.subscribe())
    log.append([event("one")])
    follower.wait_for(1)
    assert follower.stop() == [1]
    assert follower.subscription._connection is None


# --- notices ---


def notices(connection: psycopg.Connection[Any], seconds: float) -> list[psycopg.Notify]:
    return list(connection.notifies(timeout=seconds))


def listening(url: str, channel: str) -> psycopg.Connection[Any]:
    connection = psycopg.connect(url, autocommit=True)
    connection.execute(sql.SQL("LISTEN {}").format(sql.Identifier(channel)))
    return connection


def test_one_notice_tells_of_many_appends(log: SealedRecorder, database: Database, postgres_url: str) -> None:
    """While the notifier is busy, whatever is appended meanwhile is told at once."""
    with listening(postgres_url, database.channel) as connection:
        with log._notifier._wake:  # its own lock, held here: its thread cannot run meanwhile
            for position in range(1, 501):
                log._notifier.appended(position)
        told = notices(connection, 1.0)
    assert [n.payload for n in told] == ["500"]


def test_notices_are_fewer_than_appends_and_the_last_is_never_swallowed(
    log: SealedRecorder, database: Database, postgres_url: str
) -> None:
    with listening(postgres_url, database.channel) as connection:
        threads = [
            threading.Thread(target=lambda t=t: [log.append([event(f"{t}-{n}")]) for n in range(50)])  # type: ignore[misc]
            for t in range(8)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(60)
        log.close()  # tells what is still to be told
        told = [int(n.payload) for n in notices(connection, 0.5)]
    assert told == sorted(told)
    assert told[-1] == 400
    assert len(told) < 400


def test_a_division_hears_only_of_its_own_appends(
    log: SealedRecorder, database: Database, postgres_url: str
) -> None:
    other_name = f"{database.schema}_other"
    migrate(postgres_url, other_name)
    other_database = Database(postgres_url, other_name, max_size=2)
    other = SealedRecorder(other_database)
    with listening(postgres_url, database.channel) as connection:
        other.append([event("other")])
        other.close()
        assert notices(connection, 0.3) == []
        log.append([event("own")])
        assert [n.payload for n in connection.notifies(timeout=5, stop_after=1)] == ["1"]
    other_database.close()
    with psycopg.connect(postgres_url, autocommit=True) as connection:
        connection.execute("SET client_min_messages = warning")
        connection.execute(sql.SQL("DROP SCHEMA {} CASCADE").format(sql.Identifier(other_name)))


def test_the_notifier_survives_the_loss_of_its_connection(
    log: SealedRecorder, database: Database, postgres_url: str
) -> None:
    with listening(postgres_url, database.channel) as connection:
        log.append([event("one")])
        assert [n.payload for n in connection.notifies(timeout=5, stop_after=1)] == ["1"]
        connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE 'SELECT pg_notify%'"
        )
        for n in range(2, 5):
            log.append([event(f"e{n}")])
            time.sleep(0.05)
        assert [x.payload for x in notices(connection, 1.0)][-1] == "4"
