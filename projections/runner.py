"""The runner: keeps every view up to date, exactly once, a view that fails detached alone.

All live views at one position fold one batch in one transaction with their position, so a crash
loses nothing and doubles nothing, and joins between views are consistent. A view that is new, changed
or repaired is built beside them, a batch at a time whenever they have nothing to do, and joins them
when it has caught up; until then a changed view answers as it last stood.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Iterable
from typing import NamedTuple

import psycopg
from psycopg import errors, sql

from projections.batch import fill, prepare
from projections.definition import Connection, View, render, views

BATCH = 20_000
"""Events folded in one transaction at the most."""
LOOK_EVERY = 1.0
RETRY_EVERY = 60.0
"""Seconds after which a view that failed is tried again."""
NEXT = "__next"
"""Suffix of the tables in which a changed view is built beside its old ones."""
SWAP_MILLISECONDS = 500
"""How long a swap waits for whoever reads the live tables: new readers wait behind it, so it soon gives way again."""
_LOCK = 20_262
_PASSING = (
    errors.LockNotAvailable, errors.DeadlockDetected, errors.SerializationFailure, errors.QueryCanceled,
    errors.OperatorIntervention, errors.AdminShutdown, errors.CrashShutdown, errors.DiskFull, errors.OutOfMemory,
)  # fmt: skip
"""Errors that say nothing about the view that met them."""
IN_USE = (errors.LockNotAvailable, errors.DeadlockDetected)
"""Somebody reads the tables a swap would replace."""

log = logging.getLogger(__name__)


class Standing(NamedTuple):
    """How far one build of a view is."""

    view: str
    suffix: str
    position: int
    definition_hash: str
    status: str


def connect(conninfo: str, schema: str) -> Connection:
    """A connection as the owner of the views, ready to fold."""
    connection: Connection = psycopg.connect(conninfo, autocommit=True, client_encoding="UTF8")
    connection.execute(sql.SQL("SET search_path TO {}").format(sql.Identifier(schema)))
    connection.execute("SET timezone TO 'UTC'")
    prepare(connection)
    return connection


def head(connection: Connection) -> int:
    """The last position of the log."""
    row = connection.execute("SELECT size FROM log_head").fetchone()
    return int(row[0])  # type: ignore[index]


def create(
    connection: Connection, view: View, suffix: str, *, indexes: bool = True, status: str | None = None
) -> None:
    """Makes the empty tables of one build of a view, in place of any it had, and notes it at position 0."""
    drop(connection, view, suffix)
    for statement in [*view.create, *(view.index if indexes else [])]:
        connection.execute(render(statement, suffix))
    connection.execute(
        "INSERT INTO view_positions (view, suffix, position, definition_hash, status) VALUES (%s, %s, 0, %s, %s)",
        (view.name, suffix, view.hash, status or ("building" if suffix else "live")),
    )


def drop(connection: Connection, view: View, suffix: str) -> None:
    """Drops one build of a view."""
    for table in view.names(suffix).values():
        connection.execute(sql.SQL("DROP TABLE IF EXISTS {} CASCADE").format(sql.Identifier(table)))
    connection.execute("DELETE FROM view_positions WHERE view = %s AND suffix = %s", (view.name, suffix))


def fold_batch(connection: Connection, view: View, suffix: str, types: frozenset[str]) -> None:
    """Folds the batch, which holds events of these types, into one build of a view."""
    for block in view.blocks:
        if block.types & types:
            connection.execute(render(block.sql, suffix))
    if view.fold is not None and view.fold_types & types:
        view.fold(connection, view.names(suffix))


def advance(connection: Connection, names: Iterable[str], suffix: str, position: int) -> None:
    """Notes that these builds have reached a position."""
    connection.execute(
        "UPDATE view_positions SET position = %s, error = NULL, updated_at = clock_timestamp()"
        " WHERE view = ANY (%s) AND suffix = %s",
        (position, list(names), suffix),
    )


def lock_views(connection: Connection, schema: str) -> None:
    """Holds a division's live views still until the transaction ends: who folds or swaps them takes turns."""
    connection.execute("SELECT pg_advisory_xact_lock(%s, hashtext(%s))", (_LOCK, schema))


def mark(connection: Connection, build: Standing, status: str, error: str | None = None) -> None:
    """Notes the status of a build, and why."""
    connection.execute(
        "UPDATE view_positions SET status = %s, error = %s, updated_at = clock_timestamp()"
        " WHERE view = %s AND suffix = %s",
        (status, error, build.view, build.suffix),
    )


def swap(connection: Connection, view: View, suffix: str) -> None:
    """Puts a finished build in the place of the live one, in the caller's transaction.

    Raises one of :data:`IN_USE` when someone goes on reading the live one.
    """
    connection.execute("SELECT set_config('lock_timeout', %s, true)", (f"{SWAP_MILLISECONDS}ms",))
    drop(connection, view, "")
    if suffix != NEXT:
        drop(connection, view, NEXT)
    for plain, built in view.names(suffix).items():
        connection.execute(
            sql.SQL("ALTER TABLE {} RENAME TO {}").format(sql.Identifier(built), sql.Identifier(plain))
        )
        indexes = connection.execute(
            "SELECT indexname FROM pg_indexes WHERE schemaname = current_schema() AND tablename = %s",
            (plain,),
        ).fetchall()
        for (name,) in indexes:
            connection.execute(
                sql.SQL("ALTER INDEX {} RENAME TO {}").format(
                    sql.Identifier(name), sql.Identifier(name.replace(suffix, ""))
                )
            )
    connection.execute(
        "UPDATE view_positions SET suffix = '', status = 'live', error = NULL WHERE view = %s AND suffix = %s",
        (view.name, suffix),
    )


class Runner:
    """Folds the log into the live views of one division. Several may run: they take turns."""

    def __init__(self, conninfo: str, schema: str) -> None:
        self._conninfo = conninfo
        self._schema = schema
        self._connection: Connection | None = None

    def close(self) -> None:
        """Closes the runner's connection."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def __enter__(self) -> Runner:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def connection(self) -> Connection:
        """The runner's own connection, opened when needed; missing views are made, changed ones made anew."""
        if self._connection is None or self._connection.closed:
            self._connection = connect(self._conninfo, self._schema)
            self._prepare(self._connection)
        return self._connection

    def _prepare(self, connection: Connection) -> None:
        """Makes missing views, and beside changed ones their next build; the old tables answer until it is done."""
        with connection.transaction():
            self._lock(connection)
            found = {(s.view, s.suffix): s for s in standings(connection)}
            others = any(s.status == "live" and s.position > 0 and not s.suffix for s in found.values())
            for name, view in views().items():
                here, beside = found.get((name, "")), found.get((name, NEXT))
                if here is None:
                    create(connection, view, "", status="building" if others else "live")
                elif here.definition_hash == view.hash:
                    drop(connection, view, NEXT)
                elif beside is None or beside.definition_hash != view.hash:
                    mark(
                        connection,
                        here,
                        "stale",
                        "its definition changed, it is built anew 定义已变更，正在重建",
                    )
                    create(connection, view, NEXT)

    def _lock(self, connection: Connection) -> None:
        lock_views(connection, self._schema)

    def catch_up(self, upto: int | None = None, *, batch: int = BATCH, retry_stale: bool = False) -> int:
        """Folds all there is (or up to a position), builds beside what is being built, and returns the lowest
        position of the live views. `retry_stale` tries views again that failed."""
        if retry_stale:
            self._revive()
        while True:
            position, done = self._round(upto, batch)
            if done:
                return position

    def _revive(self) -> None:
        with self.connection.transaction():
            self._lock(self.connection)
            for build in self._builds("stale"):
                mark(self.connection, build, "building")

    def _builds(self, status: str) -> list[Standing]:
        """The builds of this release's views, live or beside, with a status."""
        return [
            s for s in standings(self.connection)
            if s.status == status and s.suffix in ("", NEXT) and s.view in views()
            and s.definition_hash == views()[s.view].hash
        ]  # fmt: skip

    def _round(self, upto: int | None, batch: int) -> tuple[int, bool]:
        """One batch for the live views that are furthest behind or, when none is, for what is built beside them.

        Answers the lowest position of the live views and whether nothing is left to do now: a build whose live one
        is being read joins at a later call, and is brought up to date until then.
        """
        connection = self.connection
        with connection.transaction():
            self._lock(connection)
            last = head(connection) if upto is None else min(upto, head(connection))
            live, beside = self._builds("live"), self._builds("building")
            low = min((s.position for s in live), default=last)
            if low < last:
                self._advance(live, last, batch)
            elif beside:
                joined = [self._join(build) for build in self._advance(beside, low, batch)]
                return low, not all(joined)
            return low, low >= last

    def _advance(self, builds: list[Standing], goal: int, batch: int) -> list[Standing]:
        """Folds one batch into those of the builds that are furthest behind; answers those that reached the goal."""
        low = min(s.position for s in builds)
        if low >= goal:
            return builds
        until = min([goal, low + batch, *(s.position for s in builds if s.position > low)])
        group = [s for s in builds if s.position == low]
        wanted = frozenset().union(*(views()[s.view].types for s in group))
        types = fill(self.connection, low, until, wanted)
        folded = [s for s in group if self._fold(s, types)]
        for suffix in {s.suffix for s in folded}:
            advance(self.connection, [s.view for s in folded if s.suffix == suffix], suffix, until)
        return folded if until >= goal else []

    def _join(self, build: Standing) -> bool:
        """A build that has caught up is live from now on; false when the one it replaces is being read."""
        if not build.suffix:
            mark(self.connection, build, "live")
            return True
        try:
            with self.connection.transaction():
                swap(self.connection, views()[build.view], build.suffix)
        except IN_USE:
            return False
        return True

    def _fold(self, build: Standing, types: frozenset[str]) -> bool:
        """Folds one view in a savepoint; one that fails is marked stale and left behind, the others go on."""
        try:
            with self.connection.transaction():
                fold_batch(self.connection, views()[build.view], build.suffix, types)
        except Exception as error:
            if isinstance(error, _PASSING) or self.connection.broken:
                raise
            log.exception("view %s failed and is now stale", build.view)
            mark(self.connection, build, "stale", str(error))
            return False
        return True

    def run_forever(self, stop: threading.Event, *, batch: int = BATCH) -> None:
        """Keeps the views up to date until `stop` is set: woken by appends, looking by itself every second.

        What failed is tried again when it starts and every minute; a lost connection is opened again.
        """
        patience, retry_at = 0.1, 0.0
        while not stop.is_set():
            try:
                self.connection.execute(sql.SQL("LISTEN {}").format(sql.Identifier(f"ledger_{self._schema}")))
                while not stop.is_set():
                    retry = time.monotonic() >= retry_at
                    if retry:
                        retry_at = time.monotonic() + RETRY_EVERY
                    self.catch_up(batch=batch, retry_stale=retry)
                    patience = 0.1
                    next(iter(self.connection.notifies(timeout=LOOK_EVERY, stop_after=1)), None)
            except Exception:
                # Whatever it was, views that stand still unseen are worse than trying again.
                log.warning("the runner was interrupted and tries again", exc_info=True)
                self.close()
                stop.wait(patience)
                patience = min(patience * 2, 5.0)
        self.close()


def standings(connection: Connection) -> list[Standing]:
    """How far every build of every view is."""
    rows = connection.execute(
        "SELECT view, suffix, position, definition_hash, status FROM view_positions ORDER BY view, suffix"
    ).fetchall()
    return [Standing(*row) for row in rows]
