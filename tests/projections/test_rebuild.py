"""Views made anew: beside the live ones, as of an earlier moment, from nothing elsewhere; and what differs is named."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import psycopg
import pytest
from psycopg import sql

import projections.rebuild as rebuild_module
import projections.runner as runner_module
from ledger.store.database import Database
from ledger.store.migrate import migrate
from ledger.store.recorder import SealedRecorder
from projections.definition import FIRST, views
from projections.rebuild import (
    BadMoment,
    BadSuffix,
    UnknownView,
    ViewsInUse,
    build_as_of,
    drop_as_of,
    rebuild,
)
from projections.runner import Runner, connect, head, standings
from projections.verify import verify_views
from tests.projections.folding import Log, differences, tables
from tests.projections.histories import history
from tests.projections.test_runner import is_what_the_log_says, low, wait_for

REBUILD = "import sys; from projections.rebuild import rebuild; rebuild(*sys.argv[1:3], batch=1)"


@pytest.fixture
def live(log: Log) -> Log:
    """A log of a hundred events and its views."""
    log.append(history(21, 100))
    with Runner(log.url, log.schema) as runner:
        runner.catch_up()
    return log


def test_the_live_views_answer_and_go_on_while_they_are_rebuilt(live: Log) -> None:
    failures: list[BaseException] = []
    stop = threading.Event()

    def ask() -> None:
        """A reader: there are never fewer households than there were."""
        with psycopg.connect(live.url, autocommit=True) as connection:
            connection.execute(sql.SQL("SET search_path TO {}").format(sql.Identifier(live.schema)))
            least = 1
            while not stop.is_set():
                try:
                    row = connection.execute("SELECT count(*) FROM households").fetchone()
                    assert row is not None
                    assert row[0] >= least
                    least = row[0]
                except BaseException as error:
                    failures.append(error)
                    return

    def append() -> None:
        with Runner(live.url, live.schema) as runner:
            for seed in (22, 23, 24):
                live_log = Log(live.url, live.schema, live.connection)
                live_log.append(history(seed, 40))
                runner.catch_up()

    threads = [threading.Thread(target=ask), threading.Thread(target=append)]
    for thread in threads:
        thread.start()
    for _ in range(2):
        rebuild(live.url, live.schema, batch=10)
    threads[1].join(60)
    stop.set()
    threads[0].join(60)
    assert failures == []
    with Runner(live.url, live.schema) as runner:
        assert runner.catch_up() == head(live.connection)
    is_what_the_log_says(live)


def test_a_killed_rebuild_leaves_the_live_views_and_the_next_succeeds(live: Log) -> None:
    before = tables(live.connection)
    process = subprocess.Popen([sys.executable, "-c", REBUILD, live.url, live.schema])
    try:
        wait_for(lambda: any(s.suffix == "__new" and s.position > 10 for s in standings(live.connection)))
    finally:
        process.kill()
        process.wait()
    assert differences(before, tables(live.connection)) == {}
    assert rebuild(live.url, live.schema) == head(live.connection)
    assert differences(before, tables(live.connection)) == {}
    assert {s.suffix for s in standings(live.connection)} == {""}


def test_two_rebuilds_at_once_take_turns(live: Log) -> None:
    before, reached = tables(live.connection), []
    threads = [
        threading.Thread(target=lambda: reached.append(rebuild(live.url, live.schema))) for _ in range(2)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(120)
    assert reached == [head(live.connection)] * 2
    assert differences(before, tables(live.connection)) == {}


def test_a_swap_gives_way_to_a_long_reader_and_comes_again(
    live: Log, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever asks meanwhile is answered: nobody waits behind a swap that waits."""
    monkeypatch.setattr(runner_module, "SWAP_MILLISECONDS", 100)
    monkeypatch.setattr(rebuild_module, "PAUSE_SECONDS", 0.2)
    before, reached = tables(live.connection), []
    rebuilding = threading.Thread(target=lambda: reached.append(rebuild(live.url, live.schema, "households")))
    with connect(live.url, live.schema) as reader, connect(live.url, live.schema) as clerk:
        clerk.execute("SET statement_timeout TO '20s'")
        with reader.transaction():
            reader.execute("SELECT count(*) FROM people")
            rebuilding.start()
            # Tried, given up and tried again: its build is finished, and the live tables still answer.
            wait_for(
                lambda: ("__new", head(live.connection)) in {(s.suffix, s.position) for s in standings(clerk)}
            )
            for _ in range(20):
                assert clerk.execute("SELECT count(*) > 0 FROM people").fetchone() == (True,)
                time.sleep(0.05)
            assert reached == []
        rebuilding.join(60)
    assert reached == [head(live.connection)]
    assert differences(before, tables(live.connection)) == {}


def test_a_reader_that_never_ends_is_told_and_the_live_views_stay(
    live: Log, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(runner_module, "SWAP_MILLISECONDS", 50)
    monkeypatch.setattr(rebuild_module, "PAUSE_SECONDS", 0.05)
    monkeypatch.setattr(rebuild_module, "SWAPS", 3)
    before = tables(live.connection)
    with connect(live.url, live.schema) as reader, reader.transaction():
        reader.execute("SELECT count(*) FROM payments")
        with pytest.raises(ViewsInUse):
            rebuild(live.url, live.schema)
    assert {s.suffix for s in standings(live.connection)} == {""}
    assert differences(before, tables(live.connection)) == {}
    assert rebuild(live.url, live.schema) == head(live.connection)


def test_rebuilding_repairs_a_broken_view(live: Log) -> None:
    before = tables(live.connection)
    live.connection.execute("DROP TABLE payments")
    rebuild(live.url, live.schema, "payments")
    assert differences(before, tables(live.connection)) == {}


def test_refuses_to_rebuild_a_view_that_does_not_exist(live: Log) -> None:
    with pytest.raises(UnknownView):
        rebuild(live.url, live.schema, "no_such_view")


# --- as of ---


def test_a_view_as_of_a_moment_is_what_it_was_then(log: Log) -> None:
    first = log.append(history(25, 60))[1]
    with Runner(log.url, log.schema) as runner:
        runner.catch_up()
    then = tables(log.connection)
    row = log.connection.execute("SELECT recorded_at FROM log_head").fetchone()
    assert row is not None
    log.append(history(26, 60))
    with Runner(log.url, log.schema) as runner:
        runner.catch_up()
    assert differences(then, tables(log.connection)) != {}
    assert build_as_of(log.url, log.schema, first, "by_position") == first
    assert build_as_of(log.url, log.schema, row[0], "by_time") == first
    for suffix in ("__by_position", "__by_time"):
        assert differences(then, tables(log.connection, suffix)) == {}
    drop_as_of(log.url, log.schema, "by_time")
    assert {s.suffix for s in standings(log.connection)} == {"", "__by_position"}


@pytest.mark.parametrize(
    "moment", [0, -1, 10_000, datetime(2020, 1, 1, tzinfo=UTC), datetime.now(UTC) + timedelta(days=9000)]
)
def test_refuses_a_moment_outside_the_log(live: Log, moment: datetime | int) -> None:
    with pytest.raises(BadMoment, match="which has"):
        build_as_of(live.url, live.schema, moment, "then")


@pytest.mark.parametrize("suffix", ["new", "check", "next", "Upper", "a b", "x" * 21, "", "é"])
def test_refuses_a_suffix_that_cannot_name_tables(live: Log, suffix: str) -> None:
    with pytest.raises(BadSuffix):
        build_as_of(live.url, live.schema, 1, suffix)


# --- from nothing, elsewhere ---


@pytest.fixture
def elsewhere(postgres_url: str, schema: str) -> Iterator[str]:
    name = f"{schema}_copy"
    migrate(postgres_url, name)
    yield name
    with psycopg.connect(postgres_url, autocommit=True) as connection:
        connection.execute(sql.SQL("DROP SCHEMA {} CASCADE").format(sql.Identifier(name)))


def test_a_replay_into_an_empty_schema_gives_identical_views(live: Log, elsewhere: str) -> None:
    """Recorded times differ there, as they are set when an event is recorded; everything else is the same."""
    world = history(21, 100)
    database = Database(live.url, elsewhere, min_size=1, max_size=2)
    recorder = SealedRecorder(database)
    recorder.append(world.stored())
    recorder.close()
    database.close()
    with connect(live.url, elsewhere) as connection:
        connection.execute("ALTER TABLE events DISABLE TRIGGER never_changed")
        connection.execute(
            sql.SQL("UPDATE events e SET recorded_at = o.recorded_at FROM {}.events o USING (position)".replace(
                " USING (position)", " WHERE o.position = e.position")).format(sql.Identifier(live.schema))
        )  # fmt: skip
        with Runner(live.url, elsewhere) as runner:
            runner.catch_up(batch=13)
        assert differences(tables(live.connection), tables(connection)) == {}


# --- verify ---


ALL_TABLES = [table for view in views().values() for table in view.tables]


def keys(log: Log, table: str) -> list[tuple[str, str]]:
    """The columns of every unique index and their types; where there is none, the first column of text."""
    rows = log.connection.execute(
        "SELECT DISTINCT a.attname, format_type(a.atttypid, a.atttypmod) FROM pg_index i JOIN pg_attribute a ON a.attrelid = i.indrelid"
        " AND a.attnum = ANY (i.indkey) WHERE i.indrelid = %s::regclass AND i.indisunique ORDER BY 1",
        (table,),
    ).fetchall() or log.connection.execute(
        "SELECT attname, 'text' FROM pg_attribute WHERE attrelid = %s::regclass AND attnum > 0 AND atttypid = 'text'::regtype"
        " ORDER BY attnum LIMIT 1", (table,)
    ).fetchall()  # fmt: skip
    return [(name, kind) for name, kind in rows]


ELSE = {"text": "'nobody'", "bigint": "-1", "integer": "-1", "date": "'1900-01-01'", "text[]": "'{nobody}'"}
"""A value no row has, by type."""


def test_a_row_removed_from_or_added_to_any_table_is_named(log: Log) -> None:
    log.append(history(27, 250))
    for seed in range(28, 40):  # each about another area
        log.append(history(seed, 200, whole=True))
    with Runner(log.url, log.schema) as runner:
        runner.catch_up()
    assert all(report.equal for report in verify_views(log.url, log.schema))
    c, there = log.connection, []
    for table in ALL_TABLES:
        name = sql.Identifier(table)
        kept = sql.Identifier(f"kept_{table}")
        c.execute(sql.SQL("CREATE TABLE {} AS SELECT ctid AS at, * FROM {} LIMIT 1").format(kept, name))
        removed = c.execute(
            sql.SQL("DELETE FROM {} t USING {} k WHERE t.ctid = k.at").format(name, kept)
        ).rowcount
        c.execute(sql.SQL("ALTER TABLE {} DROP COLUMN at").format(kept))
        there += [table] * removed
    # A random history need not fill every table; those of the spine it always does.
    assert {table for view in FIRST for table in views()[view].tables} <= set(there)
    assert len(there) > len(ALL_TABLES) * 0.8
    found = [(d["table"], d["side"]) for r in verify_views(log.url, log.schema) for d in r.differing]
    assert sorted(found) == sorted((table, "log") for table in there)
    for table in there:
        name, kept = sql.Identifier(table), sql.Identifier(f"kept_{table}")
        c.execute(sql.SQL("INSERT INTO {} SELECT * FROM {}").format(name, kept))
        for key, kind in keys(log, table):
            c.execute(sql.SQL("UPDATE {} SET {} = {}").format(kept, sql.Identifier(key), sql.SQL(ELSE[kind])))
        c.execute(sql.SQL("INSERT INTO {} SELECT * FROM {}").format(name, kept))
    found = [(d["table"], d["side"]) for r in verify_views(log.url, log.schema) for d in r.differing]
    assert sorted(found) == sorted((table, "live") for table in there)


def test_an_altered_row_is_named_on_both_sides(live: Log) -> None:
    changes = {
        "organisations": "name = name || '!' WHERE level = 'division'",
        "households": "member_count = member_count + 1 WHERE number LIKE '%-H1'",
        "entitlements": "state = state || '{\"prior\": 1}'",
        "fund_balances": "returned_fen = -1",
        "household_chain": "summary_zh = ''",
        "event_index": "operator_id = 'x'",
    }
    for table, change in changes.items():
        assert live.connection.execute(f"UPDATE {table} SET {change}".encode()).rowcount
    found = {(d["table"], d["side"]) for r in verify_views(live.url, live.schema) for d in r.differing}
    assert found == {(table, side) for table in changes for side in ("live", "log")}


def test_a_missing_or_unreadable_view_is_named(live: Log) -> None:
    live.connection.execute("DROP TABLE payments")
    live.connection.execute("DELETE FROM view_positions WHERE view = 'postings'")
    live.connection.execute("ALTER TABLE funds ADD COLUMN extra integer")
    assert {r.view for r in verify_views(live.url, live.schema) if not r.equal} == {
        "payments",
        "postings",
        "fund_balances",
    }
    assert low(live) > 0


# --- the list ---


def test_only_views_whose_rows_are_never_touched_again_are_folded_in_any_order() -> None:
    """A stateful or additive view folded on two connections at once would come out wrong."""
    assert {name for name in FIRST if views()[name].append_only} == {"household_chain", "event_index"}
