"""Verifying views: each is built anew beside the live one, up to the same position, and compared row by row."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import psycopg
from psycopg import sql

from projections.definition import Connection, View, views
from projections.rebuild import build, fold_between, take_turn
from projections.runner import connect, drop, lock_views, standings


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
    """Builds every view into scratch tables and compares them with the live ones. Names what differs.

    A view that is missing, unreadable or of another definition differs too; without any view there is nothing to say.
    """
    reports: list[ViewReport] = []
    with connect(conninfo, schema) as connection:
        take_turn(connection, schema, "__check")
        live = {s.view: s for s in standings(connection) if not s.suffix}
        for name, view in views().items() if live else ():
            if on_progress is not None:
                on_progress(name)
            if name not in live:
                reports.append(_fault(name, 0, "the view is missing 缺少该视图"))
            elif live[name].definition_hash != view.hash:
                reports.append(
                    _fault(name, live[name].position, "another definition, to be rebuilt 定义已变更，需重建")
                )
            else:
                reports.append(_verify(connection, schema, view, live[name].position))
    return reports


def _verify(connection: Connection, schema: str, view: View, position: int) -> ViewReport:
    """Builds a view beside the live one, which goes on meanwhile and is held still only while it is compared."""
    build(connection, [view.name], "__check", position)
    try:
        with connection.transaction():
            lock_views(connection, schema)
            last = next(
                (s.position for s in standings(connection) if s.view == view.name and not s.suffix), position
            )
            fold_between(connection, [view], "__check", position, last)
            return _compare(connection, view, last)
    except (psycopg.ProgrammingError, psycopg.NotSupportedError) as error:
        return _fault(view.name, position, str(error))
    finally:
        drop(connection, view, "__check")


def _fault(name: str, position: int, why: str) -> ViewReport:
    return ViewReport(name, position, 0, False, [{"table": name, "side": "live", "row": None, "why": why}])


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
