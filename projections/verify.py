"""Verifying views: each is built anew beside the live one, up to the same position, and compared row by row."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from psycopg import sql

from projections.definition import Connection, View, views
from projections.rebuild import build
from projections.runner import connect, drop, standings


class ViewReport(NamedTuple):
    """Whether a live view is what the log says: its rows, and examples of rows that differ."""

    view: str
    position: int
    rows: int
    equal: bool
    differing: list[dict[str, Any]]


def verify_views(
    conninfo: str, schema: str, *, on_progress: Callable[[str], object] | None = None
) -> list[ViewReport]:
    """Builds every view into scratch tables and compares them with the live ones. Names what differs."""
    reports = []
    with connect(conninfo, schema) as connection:
        live = {s.view: s for s in standings(connection) if not s.suffix}
        for name, view in views().items():
            if on_progress is not None:
                on_progress(name)
            if name not in live:
                continue
            with connection.transaction():
                # The live view is held still while it is compared.
                connection.execute("SELECT pg_advisory_xact_lock(20262, hashtext(%s))", (schema,))
                position = next(s.position for s in standings(connection) if s.view == name and not s.suffix)
                build(connection, [name], "__check", position)
                reports.append(_compare(connection, view, position))
                drop(connection, view, "__check")
    return reports


def _compare(connection: Connection, view: View, position: int) -> ViewReport:
    rows, differing = 0, []
    for table, scratch in view.names("__check").items():
        live, built = sql.Identifier(table), sql.Identifier(scratch)
        counted = connection.execute(sql.SQL("SELECT count(*) FROM {}").format(live)).fetchone()
        rows += counted[0] if counted is not None else 0
        found = connection.execute(
            sql.SQL(
                "(SELECT 'live' AS side, to_jsonb(x) AS row FROM (SELECT * FROM {live} EXCEPT ALL SELECT * FROM {built}) x"
                " LIMIT 5) UNION ALL (SELECT 'log', to_jsonb(y) FROM"
                " (SELECT * FROM {built} EXCEPT ALL SELECT * FROM {live}) y LIMIT 5)"
            ).format(live=live, built=built)
        ).fetchall()
        differing += [{"table": table, "side": side, "row": row} for side, row in found]
    return ViewReport(view.name, position, rows, not differing, differing)
