"""How fast views are built from the log: the chain beside the library's projection runner and a bare INSERT, and every
other view."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import psycopg
from eventsourcing.projection import ProjectionRunner
from psycopg.conninfo import conninfo_to_dict

from bench import ground, logs, sample
from bench.library_view import CHAIN, Application, ChainProjection, ChainView
from bench.results import Result
from projections.definition import Connection, views
from projections.rebuild import build
from projections.runner import connect, drop, head

FEW = 4_000
"""Events the library's runner is given: it folds some hundred a second."""
ROUNDS = 3
STATEFUL = ("organisations", "households", "entitlements", "payment_runs", "payments")


def _timed(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def _built(connection: Connection, beside: Connection, names: list[str], size: int) -> float:
    """Seconds to build views from nothing, as ``assistance rebuild`` does."""
    return _timed(lambda: build(connection, names, "__bench", size, beside=beside))


def chain(url: str, events: int) -> Result:
    """``household_chain`` from the whole log; the bare INSERT … SELECT has the finished rows to copy."""
    result = Result(f"Rebuilding household_chain from {events:,} events", "events/s")
    ours, bare, library = [], [], []
    with (
        connect(url, logs.division(url, events)) as connection,
        connect(url, logs.division(url, events)) as beside,
    ):
        size = head(connection)
        for _ in range(ROUNDS):
            ours.append(size / _built(connection, beside, [CHAIN], size))
            bare.append(size / _bare(connection))
        for name in (CHAIN,):
            drop(connection, views()[name], "__bench")
    library.append(_library(url))
    result.figures |= {"this ledger": max(ours), "bare INSERT … SELECT of its rows, same indexes": max(bare)}
    result.figures["eventsourcing projection runner"] = library[0]
    result.ratio("this ledger / eventsourcing projection runner", max(ours) / library[0], 30)
    result.ratio(
        "this ledger / bare INSERT … SELECT", sorted(a / b for a, b in zip(ours, bare, strict=True))[1], 0.5
    )
    result.notes.append(f"The library's runner folded {FEW:,} events of the same kinds.")
    return result


def _bare(connection: Connection) -> float:
    """Seconds to insert the finished rows into tables made alike."""
    took = 0.0
    for table in views()[CHAIN].tables:
        connection.execute(f"DROP TABLE IF EXISTS {table}__bare".encode())
        connection.execute(f"CREATE TABLE {table}__bare (LIKE {table}__bench INCLUDING ALL)".encode())
        insert = f"INSERT INTO {table}__bare SELECT * FROM {table}__bench ORDER BY position".encode()
        took += _timed(lambda insert=insert: connection.execute(insert))  # type: ignore[misc]
        connection.execute(f"DROP TABLE {table}__bare".encode())
    return took


def _library(url: str) -> float:
    """Events a second folded by the library's runner, tables in its own database."""
    with ground.library(url) as (_, dbname):
        events = list(sample.division(FEW, logs.households(FEW), 1))
        given = conninfo_to_dict(url)
        env = {
            "POSTGRES_DBNAME": dbname, "POSTGRES_HOST": str(given.get("host") or "127.0.0.1"),
            "POSTGRES_PORT": str(given.get("port") or 5432), "POSTGRES_USER": str(given.get("user") or "postgres"),
            "POSTGRES_PASSWORD": str(given.get("password") or "none"), "POSTGRES_SINGLE_ROW_TRACKING": "y",
            "BENCH_CHAIN_PERSISTENCE_MODULE": "eventsourcing.postgres",
        }  # fmt: skip
        with Application(env) as application:
            for batch in sample.batches(events, 1000):
                application.recorder.append(list(batch))
        last = max(n for n, e in enumerate(events, 1) if e.type in views()[CHAIN].types)
        began = time.perf_counter()
        runner: Any = ProjectionRunner(
            application_class=Application, projection_class=ChainProjection, view_class=ChainView, env=env
        )
        with runner:
            runner.wait(last, timeout=300)
            return last / (time.perf_counter() - began)


def every(url: str, events: int) -> Result:
    """All views at once, then each stateful one alone."""
    result = Result(f"Rebuilding views from {events:,} events", "events/s")
    with (
        connect(url, logs.division(url, events)) as connection,
        connect(url, logs.division(url, events)) as beside,
    ):
        size = head(connection)
        names = list(views())
        result.figures["all views together"] = size / _built(connection, beside, names, size)
        for view in views().values():
            drop(connection, view, "__bench")
        for name in STATEFUL:
            wanted = _count(connection, views()[name].types)
            took = _built(connection, beside, [name], size)
            result.figures[f"{name} (events of the log)"] = size / took
            result.figures[f"{name} (events it folds: {wanted:,})"] = wanted / took
            drop(connection, views()[name], "__bench")
    return result


def _count(connection: psycopg.Connection[Any], types: frozenset[str]) -> int:
    row = connection.execute("SELECT count(*) FROM events WHERE type = ANY(%s)", (list(types),)).fetchone()
    assert row is not None
    return int(row[0])
