"""Building views anew: beside the live one and then swapped, as of an earlier moment, or only to compare."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from psycopg import sql

from projections.batch import fill
from projections.definition import Connection, View, render, views
from projections.runner import advance, connect, create, drop, fold_batch, head, standings

BATCH = 50_000
_LOCK = 20_262


class UnknownView(ValueError):
    """There is no such view.

    没有该视图。
    """


class BadMoment(ValueError):
    """The moment lies before the first event or after the last.

    该时点早于首个事件或晚于最后一个事件。
    """


class BadSuffix(ValueError):
    """The suffix cannot name tables: lower-case letters, digits and _, at most 20.

    后缀只能含小写字母、数字和下划线，至多 20 个字符。
    """


def build(
    connection: Connection, names: Iterable[str], suffix: str, upto: int, *, batch: int = BATCH
) -> None:
    """Builds views from nothing up to a position, in tables with this suffix; indexes last, on full tables."""
    chosen = [views()[name] for name in names]
    for view in chosen:
        drop(connection, view, suffix)
        create(connection, view, suffix, indexes=False)
    _fold_between(connection, chosen, suffix, 0, upto, batch)
    for view in chosen:
        for statement in view.index:
            connection.execute(render(statement, suffix))
        for table in view.names(suffix).values():
            connection.execute(sql.SQL("ANALYZE {}").format(sql.Identifier(table)))


def _fold_between(
    connection: Connection, chosen: list[View], suffix: str, after: int, upto: int, batch: int
) -> None:
    wanted = frozenset().union(*(view.types for view in chosen))
    while after < upto:
        until = min(after + batch, upto)
        with connection.transaction():
            types = fill(connection, after, until, wanted)
            for view in chosen:
                fold_batch(connection, view, suffix, types)
            advance(connection, [view.name for view in chosen], suffix, until)
        after = until


def rebuild(conninfo: str, schema: str, view: str | None = None, *, batch: int = BATCH) -> int:
    """Builds one view (or all) beside the live one and swaps; the live one serves meanwhile.

    Returns the position reached. Raises :class:`UnknownView`.
    """
    if view is not None and view not in views():
        raise UnknownView(f"there is no view {view} 没有视图 {view}; there are {', '.join(views())}")
    names = list(views()) if view is None else [view]
    with connect(conninfo, schema) as connection:
        target = head(connection)
        build(connection, names, "__new", target, batch=batch)
        with connection.transaction():
            connection.execute("SELECT pg_advisory_xact_lock(%s, hashtext(%s))", (_LOCK, schema))
            live = [
                s.position
                for s in standings(connection)
                if s.view in names and not s.suffix and s.status == "live"
            ]
            last = max([target, *live])
            chosen = [views()[name] for name in names]
            _fold_between(connection, chosen, "__new", target, last, batch)
            for definition in chosen:
                swap(connection, definition, "__new")
    return last


def swap(connection: Connection, view: View, suffix: str) -> None:
    """Puts a finished build in the place of the live one."""
    row = connection.execute(
        "SELECT position FROM view_positions WHERE view = %s AND suffix = %s", (view.name, suffix)
    ).fetchone()
    drop(connection, view, "")
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
        "UPDATE view_positions SET suffix = '', status = 'live' WHERE view = %s AND suffix = %s",
        (view.name, suffix),
    )
    assert row is not None


def build_as_of(conninfo: str, schema: str, moment: datetime | int, suffix: str) -> int:
    """All views as they stood at a position or recorded time, in tables ``<name>__<suffix>``; returns the position.

    Raises :class:`BadMoment` for a time before the first event or a position that does not exist.
    """
    if (
        not suffix.isascii()
        or not suffix.isidentifier()
        or not suffix.islower()
        or len(suffix) > 20
        or suffix in ("new", "check")
    ):
        raise BadSuffix(f"{suffix!r} is no suffix: lower-case letters, digits and _, at most 20")
    with connect(conninfo, schema) as connection:
        if isinstance(moment, int):
            position = moment
        else:
            row = connection.execute(
                "SELECT max(position) FROM events WHERE recorded_at <= %s", (moment,)
            ).fetchone()
            position = (row[0] if row is not None else 0) or 0
        if not 1 <= position <= head(connection):
            raise BadMoment(f"{moment} 不在台账范围内")
        build(connection, list(views()), f"__{suffix}", position)
    return position


def drop_as_of(conninfo: str, schema: str, suffix: str) -> None:
    """Drops the tables of an as-of build."""
    with connect(conninfo, schema) as connection, connection.transaction():
        for view in views().values():
            drop(connection, view, f"__{suffix}")
