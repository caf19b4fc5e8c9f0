"""A connection that breaks around the commit: the command id tells what became of it, and nothing is doubled."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import psycopg
import pytest
from eventsourcing.dcb.api import DCBAppendCondition, DCBQuery, DCBQueryItem
from eventsourcing.persistence import IntegrityError
from psycopg_pool import PoolTimeout

from ledger.kernel import Facts
from ledger.registry.events import MemberJoined
from ledger.store.database import Database
from ledger.store.execute import Ledger, Outcome
from ledger.store.failures import ConnectionLost
from ledger.store.recorder import COPY_FROM
from ledger.store.vault import DivisionKey
from ledger.store.verify import verify_log
from tests.store.proxy import LosingProxy
from tests.store.test_execute import CLERK, NOW, TooMany, join
from tests.store.writers import event


@pytest.fixture
def proxy(postgres_url: str) -> Iterator[LosingProxy]:
    made = LosingProxy(postgres_url)
    yield made
    made.close()


@pytest.fixture
def far(proxy: LosingProxy, schema: str, division_key: DivisionKey) -> Iterator[Ledger]:
    """A ledger that reaches the database through the proxy."""
    database = Database(proxy.conninfo, schema, min_size=1, max_size=8, timeout=5)
    ledger = Ledger.open(database, division_key)
    yield ledger
    ledger.close()
    database.close()


def commit_of(number: int) -> bytes:
    """Bytes that only the append of this command sends: its id as event data holds it."""
    return f'"command_id":"{join(number).command_id}"'.encode()


def test_a_command_whose_answer_was_lost_after_the_commit_is_recorded_once_and_answered(
    far: Ledger, proxy: LosingProxy, ledger: Ledger, database: Database
) -> None:
    proxy.lose_reply = commit_of(1)
    outcome = far.execute(join(1), CLERK, NOW)
    assert (proxy.lost, ledger.recorder.head(), outcome.position) == (1, 1, 1)
    again = ledger.execute(join(1), CLERK, NOW)
    assert (again.position, again.duplicate) == (1, True)
    assert [e.event_id for e in again.events] == [e.event_id for e in outcome.events]
    assert verify_log(database).differences == []


def test_a_command_lost_on_its_way_is_recorded_after_all(
    far: Ledger, proxy: LosingProxy, ledger: Ledger
) -> None:
    proxy.lose_request = commit_of(1)
    outcome = far.execute(join(1), CLERK, NOW)
    assert (proxy.lost, outcome.position, outcome.duplicate) == (1, 1, False)
    assert ledger.recorder.head() == 1


def test_a_connection_lost_while_reading_costs_nothing(far: Ledger, proxy: LosingProxy) -> None:
    proxy.lose_reply = b"vault_lookups"
    assert far.execute(join(1), CLERK, NOW).position == 1
    proxy.lose_reply = b"log_head h LEFT JOIN"
    assert far.execute(join(2, person="2"), CLERK, NOW).position == 2
    assert proxy.lost >= 1


def test_a_rule_holds_although_the_answer_was_lost(far: Ledger, proxy: LosingProxy, ledger: Ledger) -> None:
    """The second try must answer the first outcome, not judge the command against its own events."""
    for n in (1, 2):
        far.execute(join(n, person=str(n)), CLERK, NOW)
    proxy.lose_reply = commit_of(3)
    assert far.execute(join(3, person="3"), CLERK, NOW).position == 3
    with pytest.raises(TooMany):
        far.execute(join(4, person="4"), CLERK, NOW)
    assert ledger.recorder.head() == 3


def test_many_who_shared_the_lost_commit_each_find_their_own(
    far: Ledger, proxy: LosingProxy, ledger: Ledger, database: Database
) -> None:
    proxy.lose_reply = commit_of(5)
    outcomes: dict[int, Outcome] = {}
    barrier = threading.Barrier(10)

    def ask(n: int) -> None:
        barrier.wait()
        outcomes[n] = far.execute(join(n, person=str(n), household=f"h{n}"), CLERK, NOW)

    threads = [threading.Thread(target=ask, args=(n,)) for n in range(10)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert proxy.lost == 1
    assert sorted(o.position for o in outcomes.values()) == list(range(1, 11))
    for n, outcome in outcomes.items():
        joined = ledger.read((Facts(types=(MemberJoined,), tags=(f"household:h{n}",)),)).recorded
        assert [r.position for r in joined] == [outcome.position]
    assert verify_log(database).differences == []


@pytest.mark.parametrize("count", [1, COPY_FROM])
def test_an_append_without_a_command_says_that_nobody_can_tell(
    far: Ledger, proxy: LosingProxy, ledger: Ledger, count: int
) -> None:
    """Its condition, not luck, keeps it from being recorded twice."""
    events = [event(f"e{n}", "chunk:1") for n in range(count)]
    unless = DCBAppendCondition(fail_if_events_match=DCBQuery(items=[DCBQueryItem(tags=["chunk:1"])]))
    proxy.lose_reply = b'{"name":"e0"}' if count == 1 else b"COMMIT"
    with pytest.raises(ConnectionLost) as raised:
        far.recorder.append(events, unless)
    assert isinstance(raised.value, psycopg.OperationalError)
    with pytest.raises(IntegrityError):
        far.recorder.append(events, unless)
    assert ledger.recorder.head() == count


def test_a_database_that_stays_away_is_an_error_in_bounded_time(far: Ledger, proxy: LosingProxy) -> None:
    far.execute(join(1), CLERK, NOW)
    proxy.close()
    with pytest.raises((ConnectionLost, PoolTimeout)):
        far.execute(join(2, person="2"), CLERK, NOW)
