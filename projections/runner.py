"""The runner: keeps every view up to date, exactly once, a view that fails detached alone.

All live views at one position fold one batch in one transaction with their position, so a crash
loses nothing and doubles nothing, and joins between views are consistent.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterable
from typing import NamedTuple

import psycopg
from psycopg import sql

from projections.batch import fill, prepare
from projections.definition import Connection, View, render, views

BATCH = 20_000
"""Events folded in one transaction at the most."""
LOOK_EVERY = 1.0
_LOCK = 20_262

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


def create(connection: Connection, view: View, suffix: str, *, indexes: bool = True) -> None:
    """Makes the empty tables of one build of a view and notes it at position 0."""
    for statement in [*view.create, *(view.index if indexes else [])]:
        connection.execute(render(statement, suffix))
    status = "live" if not suffix else "building"
    connection.execute(
        "INSERT INTO view_positions (view, suffix, position, definition_hash, status) VALUES (%s, %s, 0, %s, %s)",
        (view.name, suffix, view.hash, status),
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
        with connection.transaction():
            self._lock(connection)
            known = {s.view: s for s in standings(connection) if not s.suffix}
            for name, view in views().items():
                if name in known and known[name].definition_hash != view.hash:
                    # Small logs are folded again at once; for large ones `rebuild` works beside the live view.
                    drop(connection, view, "")
                    known.pop(name)
                if name not in known:
                    create(connection, view, "")

    def _lock(self, connection: Connection) -> None:
        connection.execute("SELECT pg_advisory_xact_lock(%s, hashtext(%s))", (_LOCK, self._schema))

    def catch_up(self, upto: int | None = None, *, batch: int = BATCH, retry_stale: bool = False) -> int:
        """Folds all there is (or up to a position) and returns the lowest position of the live views."""
        while True:
            position, done = self._round(upto, batch, retry_stale)
            if done:
                return position
            retry_stale = False

    def _round(self, upto: int | None, batch: int, retry_stale: bool) -> tuple[int, bool]:
        """One batch for the views that are furthest behind; answers the lowest position and whether all is folded."""
        connection = self.connection
        with connection.transaction():
            self._lock(connection)
            last = head(connection) if upto is None else min(upto, head(connection))
            live = [s for s in standings(connection) if not s.suffix and (s.status == "live" or retry_stale)]
            if not live:
                return last, True
            low = min(s.position for s in live)
            if low >= last:
                return low, True
            group = [s.view for s in live if s.position == low]
            ahead = [s.position for s in live if s.position > low]
            until = min([last, low + batch, *ahead])
            wanted = frozenset().union(*(views()[name].types for name in group))
            types = fill(connection, low, until, wanted)
            folded = [name for name in group if self._fold(connection, views()[name], types)]
            advance(connection, folded, "", until)
        return until, False

    def _fold(self, connection: Connection, view: View, types: frozenset[str]) -> bool:
        """Folds one view in a savepoint; one that fails is marked stale and left behind, the others go on."""
        try:
            with connection.transaction():
                fold_batch(connection, view, "", types)
                connection.execute(
                    "UPDATE view_positions SET status = 'live' WHERE view = %s AND suffix = '' AND status <> 'live'",
                    (view.name,),
                )
        except psycopg.OperationalError:
            raise
        except Exception as error:
            log.exception("view %s failed and is now stale", view.name)
            connection.execute(
                "UPDATE view_positions SET status = 'stale', error = %s, updated_at = clock_timestamp()"
                " WHERE view = %s AND suffix = ''",
                (str(error), view.name),
            )
            return False
        return True

    def run_forever(self, stop: threading.Event, *, batch: int = BATCH) -> None:
        """Keeps the views up to date until `stop` is set: woken by appends, looking by itself every second."""
        patience = 0.1
        while not stop.is_set():
            try:
                self.connection.execute(sql.SQL("LISTEN {}").format(sql.Identifier(f"ledger_{self._schema}")))
                while not stop.is_set():
                    self.catch_up(batch=batch)
                    patience = 0.1
                    next(iter(self.connection.notifies(timeout=LOOK_EVERY, stop_after=1)), None)
            except (psycopg.OperationalError, psycopg.InterfaceError):
                log.warning("the runner lost its connection and tries again", exc_info=True)
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
