"""kill -9 in the middle of appends: nothing acknowledged is lost, nothing is doubled, the log verifies."""

from __future__ import annotations

import os
import random
import signal
import time
from collections import Counter
from collections.abc import Iterator
from multiprocessing.process import BaseProcess
from pathlib import Path

import psutil
import psycopg
import pytest
from eventsourcing.persistence import IntegrityError

from assistance.embedded import EmbeddedPostgres
from ledger.kernel import CommandId, Facts, tag
from ledger.store.database import Database
from ledger.store.execute import Ledger
from ledger.store.migrate import migrate
from ledger.store.verify import verify_log
from tests.faults.clerks import KEY, NAME, Journal, chunk, command, serve_clerks
from tests.store.test_execute import CLERK, NOW
from tests.store.test_subscription import Follower
from tests.store.writers import SPAWN


def start(url: str, schema: str, folder: Path, *, first: int, clerks: int, bulk: bool) -> BaseProcess:
    folder.mkdir(exist_ok=True)
    process = SPAWN.Process(
        target=serve_clerks, args=(url, schema, first, clerks, bulk, str(folder)), daemon=True
    )
    process.start()
    return process


def wait_for_work(folder: Path, more: int) -> None:
    """Until so many more are acknowledged than now."""
    done = len(Journal.read(folder / "journal")[0])
    deadline = time.monotonic() + 60
    while len(Journal.read(folder / "journal")[0]) < done + more:
        assert time.monotonic() < deadline, "nothing is acknowledged any more"
        time.sleep(0.02)


def wait_for_the_dead(database: Database) -> None:
    """The server finishes what a killed client had asked for before it notices that nobody is there."""
    deadline = time.monotonic() + 60
    with database.connection() as connection:
        while connection.execute(
            "SELECT 1 FROM pg_stat_activity WHERE application_name = %s", (NAME,)
        ).fetchone():
            assert time.monotonic() < deadline, "sessions of a killed process are still there"
            time.sleep(0.02)


def check(ledger: Ledger, database: Database, journal: Path) -> tuple[int, int]:
    """Acknowledged is stored where it was said to be; whatever was tried is stored once or not at all.

    Then everything that was tried is asked for again, as a clerk would: what was stored answers
    its first outcome, what was not is recorded now. Answers how many there were of each.
    """
    wait_for_the_dead(database)
    acknowledged, tried = Journal.read(journal)
    stored = Counter[str]()
    last: dict[str, int] = {}
    for event in ledger.recorder.read_recorded():
        for each in event.tags:
            if each.startswith(("command:", "chunk:")):
                stored[each] += 1
                last[each] = event.position
    before = after = 0
    for kind, number in sorted(tried):
        own = tag(CommandId, command(number).command_id) if kind == "command" else f"chunk:{number}"
        whole = 1 if kind == "command" else len(chunk(number)[0])
        assert stored[own] in (0, whole), f"{own} is stored {stored[own]} times, not {whole}"
        if (kind, number) in acknowledged:
            assert last.get(own) == acknowledged[kind, number], f"{own} was acknowledged and is not there"
        if kind == "command":
            outcome = ledger.execute(command(number), CLERK, NOW)
            assert outcome.duplicate == (stored[own] == 1)
            if outcome.duplicate:
                assert outcome.position == last[own]
        elif stored[own]:
            with pytest.raises(IntegrityError):
                ledger.recorder.append(*chunk(number))
        else:
            ledger.recorder.append(*chunk(number))
        before += bool(stored[own])
        after += not stored[own]
    assert verify_log(database).differences == []
    members = ledger.read(tuple(Facts(tags=(f"household:h{n}",)) for k, n in sorted(tried) if k == "command"))
    assert len(members.recorded) == sum(kind == "command" for kind, _ in tried)
    return before, after


# --- the serving process ---


@pytest.mark.parametrize(
    ("clerks", "bulk"), [(1, False), (8, False), (4, True)], ids=["single", "group", "group and bulk"]
)
def test_kill_of_the_serving_process_loses_and_doubles_nothing(
    postgres_url: str, database: Database, tmp_path: Path, clerks: int, bulk: bool
) -> None:
    chance = random.Random(clerks)
    ledger = Ledger.open(database, KEY)
    for round_ in range(2):
        folder = tmp_path / str(round_)
        process = start(
            postgres_url, database.schema, folder, first=1 + 100_000 * round_, clerks=clerks, bulk=bulk
        )
        wait_for_work(folder, 20)
        time.sleep(chance.uniform(0, 0.1))
        process.kill()
        process.join(30)
        assert process.exitcode == -signal.SIGKILL
        before, _ = check(ledger, database, folder / "journal")
        assert before >= 20
    ledger.close()


# --- PostgreSQL itself ---


@pytest.fixture
def own_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmbeddedPostgres]:
    """A server of this test's own, for it to kill."""
    server = EmbeddedPostgres(tmp_path_factory.mktemp("pg") / "pg")
    yield server
    server.stop()


def kill_all(server: EmbeddedPostgres) -> None:
    """The postmaster and every process it started, at once, as when the machine loses power."""
    assert server.pid is not None
    postmaster = psutil.Process(server.pid)
    family = [postmaster, *postmaster.children(recursive=True)]
    for process in family:
        process.suspend()
    for process in family:
        process.kill()
    psutil.wait_procs(family, timeout=30)


def kill_postmaster(server: EmbeddedPostgres) -> None:
    """The postmaster alone; the others notice and end by themselves."""
    assert server.pid is not None
    postmaster = psutil.Process(server.pid)
    family = [postmaster, *postmaster.children(recursive=True)]
    postmaster.kill()
    psutil.wait_procs(family, timeout=30)


def kill_one_writer(server: EmbeddedPostgres) -> None:
    """One backend that is writing: the postmaster then ends every session and recovers by itself."""
    with psycopg.connect(server.start(), autocommit=True) as connection:
        row = connection.execute(
            "SELECT pid FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND backend_type = 'client backend'"
            " ORDER BY state = 'active' DESC, query LIKE '%append_requests%' DESC LIMIT 1"
        ).fetchone()
    assert row is not None
    os.kill(row[0], signal.SIGKILL)


def restart(server: EmbeddedPostgres) -> None:
    """An orderly restart that waits for nobody, as an operator does."""
    assert server.pid is not None
    postmaster = psutil.Process(server.pid)
    postmaster.send_signal(signal.SIGINT)
    postmaster.wait(30)


def test_kill_of_postgresql_loses_and_doubles_nothing_and_followers_miss_nothing(
    own_server: EmbeddedPostgres, tmp_path: Path
) -> None:
    """Four ways of ending the server under eight clerks, a bulk writer and a follower, one after the other."""
    url = own_server.start()
    migrate(url, "division")
    database = Database(url, "division", max_size=6)
    ledger = Ledger.open(database, KEY)
    follower = Follower(ledger.recorder.subscribe())
    process = start(url, "division", tmp_path, first=1, clerks=8, bulk=True)
    chance = random.Random(9)
    for end in (kill_all, restart, kill_one_writer, kill_postmaster):
        wait_for_work(tmp_path, 20)
        time.sleep(chance.uniform(0, 0.2))
        end(own_server)
        if end is not kill_one_writer:
            assert own_server.start() == url
    wait_for_work(tmp_path, 20)
    (tmp_path / "stop").touch()
    process.join(60)
    assert process.exitcode == 0
    before, _ = check(ledger, database, tmp_path / "journal")
    assert before >= 100
    head = ledger.recorder.head()
    follower.wait_for(head)
    assert follower.stop() == list(range(1, head + 1))
    ledger.close()
    database.close()
