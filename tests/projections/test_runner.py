"""The runner: exactly once whatever happens to it, one broken view alone, woken by appends."""

from __future__ import annotations

import random
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator

import pytest
from psycopg import sql

import projections.runner as runner_module
from ledger.kernel import Role
from ledger.organisation.commands import RenameOrganisation
from ledger.store.database import Database
from ledger.store.recorder import SealedRecorder
from projections.definition import views
from projections.rebuild import build
from projections.runner import Runner, connect, head, standings
from projections.verify import verify_views
from tests.projections.folding import Log, differences, tables
from tests.projections.histories import history
from tests.projections.world import World

RUN = "import sys, threading; from projections.runner import Runner; Runner(*sys.argv[1:3]).run_forever(threading.Event(), batch=7)"


def started(log: Log) -> subprocess.Popen[bytes]:
    """A runner in a process of its own, in batches of seven events."""
    return subprocess.Popen([sys.executable, "-c", RUN, log.url, log.schema])


def wait_for(done: Callable[[], bool], seconds: float = 60) -> None:
    deadline = time.monotonic() + seconds
    while not done():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def low(log: Log) -> int:
    return min((s.position for s in standings(log.connection) if not s.suffix), default=0)


def is_what_the_log_says(log: Log) -> None:
    """The live views equal a fresh build, row by row."""
    build(log.connection, list(views()), "__fresh", low(log))
    assert differences(tables(log.connection), tables(log.connection, "__fresh")) == {}


@pytest.fixture
def running(log: Log) -> Iterator[Log]:
    """A runner beside the test, which must not need its own look every second."""
    runner, stop = Runner(log.url, log.schema), threading.Event()
    thread = threading.Thread(target=runner.run_forever, args=(stop,))
    thread.start()
    wait_for(lambda: len(standings(log.connection)) == len(views()))
    yield log
    stop.set()
    log.connection.execute(sql.SQL("NOTIFY {}").format(sql.Identifier(f"ledger_{log.schema}")))
    thread.join(30)
    assert not thread.is_alive()


# --- exactly once ---


@pytest.mark.parametrize("seed", [1])
def test_killed_in_the_middle_of_batches_it_doubles_and_loses_nothing(log: Log, seed: int) -> None:
    rng = random.Random(seed)
    _, upto = log.append(history(seed, 250))
    for _ in range(3):
        process, goal = started(log), min(low(log) + rng.randrange(20, 80), upto)
        try:
            wait_for(lambda goal=goal: low(log) >= goal)  # type: ignore[misc]
            time.sleep(rng.random() * 0.02)
        finally:
            process.kill()
            process.wait()
    with Runner(log.url, log.schema) as runner:
        assert runner.catch_up(batch=7) == upto
    is_what_the_log_says(log)


def test_two_runners_take_turns_and_double_nothing(log: Log) -> None:
    _, upto = log.append(history(3, 100))
    reached = []

    def work() -> None:
        with Runner(log.url, log.schema) as runner:
            reached.append(runner.catch_up(batch=5))

    threads = [threading.Thread(target=work) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(120)
    assert reached == [upto] * 2
    is_what_the_log_says(log)


def test_all_views_stand_at_one_position_in_every_snapshot(log: Log) -> None:
    """Joins between views are consistent: a line's run is there whenever the line is in force."""
    _, upto = log.append(history(4, 150))
    with Runner(log.url, log.schema) as runner:
        assert runner.connection
    process, seen = started(log), set()
    try:
        while low(log) < upto:
            with log.connection.transaction():
                log.connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
                positions = {s.position for s in standings(log.connection) if not s.suffix}
                orphans = log.connection.execute(
                    "SELECT count(*) FROM payments p LEFT JOIN payment_runs r USING (run_id)"
                    " WHERE p.status NOT IN ('drafted', 'void') AND r.run_id IS NULL"
                ).fetchone()
            assert len(positions) == 1
            assert orphans == (0,)
            seen |= positions
    finally:
        process.kill()
        process.wait()
    assert len(seen) > 2


def test_a_definition_is_the_same_in_every_process() -> None:
    """Whatever else a process has imported: a hash that differs would rebuild the view at every start."""
    told = "from projections.definition import views; print([v.hash for v in views().values()])"
    bare = subprocess.run(
        [sys.executable, "-c", told], capture_output=True, text=True, check=True, timeout=60
    )
    assert bare.stdout.strip() == str([view.hash for view in views().values()])


# --- woken, and connected again ---


def test_an_append_wakes_it(
    monkeypatch: pytest.MonkeyPatch, log: Log, request: pytest.FixtureRequest
) -> None:
    """It would look by itself only after ten minutes."""
    monkeypatch.setattr(runner_module, "LOOK_EVERY", 600.0)
    request.getfixturevalue("running")
    world = history(5, 40)
    for _ in range(3):
        world.do(RenameOrganisation, Role.ADMIN, organisation_id=world.units[0], name="新名")
        database = Database(log.url, log.schema, min_size=1, max_size=2)
        recorder = SealedRecorder(database)
        recorder.append(world.stored())
        recorder.close()
        database.close()
        world = World(random.Random(0), f"again{head(log.connection)}")
        wait_for(lambda: low(log) == head(log.connection), 30)


def test_a_lost_connection_is_opened_again(running: Log) -> None:
    log = running
    for seed in (6, 7):
        ended = log.connection.execute(
            "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity"
            " WHERE pid <> pg_backend_pid() AND query LIKE %s",
            (f"%ledger_{log.schema}%",),
        ).fetchone()
        assert ended is not None
        _, upto = log.append(history(seed, 60))
        wait_for(lambda upto=upto: low(log) == upto)  # type: ignore[misc]
    is_what_the_log_says(log)


# --- one view alone ---


def status(log: Log, view: str) -> tuple[str, str | None, int]:
    row = log.connection.execute(
        "SELECT status, error, position FROM view_positions WHERE view = %s AND suffix = ''", (view,)
    ).fetchone()
    assert row is not None
    return row


def test_a_view_that_fails_is_left_behind_alone_and_joins_again_when_repaired(log: Log) -> None:
    _, first = log.append(history(8, 60))
    with Runner(log.url, log.schema) as runner:
        runner.catch_up()
        log.connection.execute("ALTER TABLE payments RENAME TO mislaid")
        _, upto = log.append(history(9, 150))
        assert runner.catch_up(batch=20) == upto
        state, error, position = status(log, "payments")
        assert (state, position >= first, position < upto) == ("stale", True, True)
        assert error is not None
        assert "payments" in error
        assert {s.position for s in standings(log.connection) if s.view != "payments"} == {upto}
        log.connection.execute("ALTER TABLE mislaid RENAME TO payments")
        _, more = log.append(history(10, 60))
        assert runner.catch_up(retry_stale=True, batch=20) == more
    assert status(log, "payments") == ("live", None, more)
    is_what_the_log_says(log)


def test_a_repaired_view_is_tried_again_without_being_asked(
    monkeypatch: pytest.MonkeyPatch, log: Log
) -> None:
    monkeypatch.setattr(runner_module, "RETRY_EVERY", 0.05)
    with Runner(log.url, log.schema) as runner:
        runner.catch_up()
    log.connection.execute("ALTER TABLE organisations RENAME TO mislaid")
    _, upto = log.append(history(11, 50))
    process, stop = Runner(log.url, log.schema), threading.Event()
    thread = threading.Thread(target=process.run_forever, args=(stop,))
    thread.start()
    try:
        wait_for(lambda: status(log, "organisations")[0] == "stale" and status(log, "households")[2] == upto)
        log.connection.execute("ALTER TABLE mislaid RENAME TO organisations")
        wait_for(lambda: status(log, "organisations") == ("live", None, upto))
    finally:
        stop.set()
        thread.join(30)
    is_what_the_log_says(log)


def test_a_changed_definition_is_built_beside_the_old_tables_and_swapped(
    monkeypatch: pytest.MonkeyPatch, log: Log
) -> None:
    _, upto = log.append(history(12, 120))
    with Runner(log.url, log.schema) as runner:
        runner.catch_up()
    before = tables(log.connection)
    view = views()["payments"]
    monkeypatch.setattr(view, "text", view.text + "-- changed")
    with Runner(log.url, log.schema) as runner:
        assert runner.connection  # the new release starts: nothing is folded yet
        assert differences(before, tables(log.connection)) == {}
        assert status(log, "payments")[0] == "stale"
        _, upto = log.append(history(13, 60))
        assert runner.catch_up(batch=10) == upto
    assert status(log, "payments") == ("live", None, upto)
    assert [s for s in standings(log.connection) if s.suffix] == []
    is_what_the_log_says(log)


def test_a_changed_view_that_is_being_read_holds_nobody_up_and_is_swapped_afterwards(
    monkeypatch: pytest.MonkeyPatch, log: Log
) -> None:
    log.append(history(12, 120))
    with Runner(log.url, log.schema) as runner:
        runner.catch_up()
    view = views()["payments"]
    monkeypatch.setattr(view, "text", view.text + "-- changed")
    monkeypatch.setattr(runner_module, "SWAP_MILLISECONDS", 100)
    with Runner(log.url, log.schema) as runner, connect(log.url, log.schema) as reader:
        with reader.transaction():
            reader.execute("SELECT count(*) FROM payments")
            for seed in (13, 17):  # it is kept up to date beside the old one until it can join
                _, upto = log.append(history(seed, 40))
                assert runner.catch_up(batch=10) == upto
                assert status(log, "households") == ("live", None, upto)
                assert ("payments", "__next", upto) in {
                    (s.view, s.suffix, s.position) for s in standings(log.connection)
                }
        assert runner.catch_up() == upto
    assert status(log, "payments") == ("live", None, upto)
    is_what_the_log_says(log)


def test_a_new_view_does_not_hold_up_the_others(monkeypatch: pytest.MonkeyPatch, log: Log) -> None:
    _, first = log.append(history(14, 100))
    with Runner(log.url, log.schema) as runner:
        runner.catch_up()
    log.connection.execute("DROP TABLE event_index")
    log.connection.execute("DELETE FROM view_positions WHERE view = 'event_index'")
    _, upto = log.append(history(15, 40))
    with Runner(log.url, log.schema) as runner:
        runner._round(None, 20)
        assert status(log, "households")[2] == first + 20
        assert status(log, "event_index") == ("building", None, 0)
        assert runner.catch_up(batch=20) == upto
    assert status(log, "event_index") == ("live", None, upto)
    is_what_the_log_says(log)


def test_text_that_postgres_cannot_hold_stops_no_view(log: Log) -> None:
    world = history(16, 30)
    world.do(RenameOrganisation, Role.ADMIN, organisation_id=world.units[0], name="a\x00b\\u0000c")
    _, upto = log.append(world)
    with Runner(log.url, log.schema) as runner:
        assert runner.catch_up() == upto
    assert {s.status for s in standings(log.connection)} == {"live"}
    row = log.connection.execute(
        "SELECT name FROM organisations WHERE organisation_id = %s", (world.units[0],)
    ).fetchone()
    assert row == ("a\ufffdb\\u0000c",)
    assert all(r.equal for r in verify_views(log.url, log.schema))
