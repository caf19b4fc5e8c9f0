"""Folding a stretch of the log into scratch tables, in any batches, and reading what came out."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import psycopg
from psycopg import sql

from ledger.store.database import Database
from ledger.store.recorder import SealedRecorder
from projections.batch import fill
from projections.definition import Connection, views
from projections.runner import create, drop, fold_batch
from tests.projections.world import World

Tables = dict[str, list[str]]


class Log:
    """One schema's log, to which histories are appended one after the other."""

    def __init__(self, url: str, schema: str, connection: Connection) -> None:
        self.url, self.schema, self.connection = url, schema, connection

    def append(self, world: World) -> tuple[int, int]:
        """Appends a history; answers the position before its first event and that of its last."""
        database = Database(self.url, self.schema, min_size=1, max_size=2)
        try:
            recorder = SealedRecorder(database)
            after = recorder.head()
            for start in range(0, len(world.recorded), 5000):
                recorder.append(world.stored()[start : start + 5000])
            recorder.close()
        finally:
            database.close()
        return after, after + len(world.recorded)

    def fold(
        self, suffix: str, after: int, ends: Iterable[int], names: Sequence[str] | None = None
    ) -> Tables:
        """What the views are after folding the events behind `after` in batches that end at these positions."""
        for name in names or views():
            drop(self.connection, views()[name], suffix)
            create(self.connection, views()[name], suffix)
        for end in ends:
            self.go_on(suffix, after, end, names)
            after = end
        return tables(self.connection, suffix, names)

    def go_on(self, suffix: str, after: int, end: int, names: Sequence[str] | None = None) -> None:
        """Folds one more batch."""
        chosen = [views()[name] for name in names or views()]
        with self.connection.transaction():
            types = fill(self.connection, after, end, frozenset[str]().union(*(v.types for v in chosen)))
            for view in chosen:
                fold_batch(self.connection, view, suffix, types)


def tables(
    connection: psycopg.Connection[Any], suffix: str = "", names: Sequence[str] | None = None
) -> Tables:
    """Every table of the views, its rows as JSON text in order."""
    found = {}
    for name in names or views():
        for plain, table in views()[name].names(suffix).items():
            rows = connection.execute(
                sql.SQL("SELECT to_jsonb(x)::text FROM {} x ORDER BY 1").format(sql.Identifier(table))
            ).fetchall()
            found[plain] = [row for (row,) in rows]
    return found


def differences(one: Tables, other: Tables) -> dict[str, tuple[list[str], list[str]]]:
    """Per table, the rows that only the one has and those only the other has."""
    return {
        table: (sorted(set(one[table]) - set(other[table])), sorted(set(other[table]) - set(one[table])))
        for table in one
        if one[table] != other[table]
    }
