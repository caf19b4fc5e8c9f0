"""Building views anew: beside the live one and then swapped, as of an earlier moment, or only to compare."""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime

from psycopg import sql

from projections.batch import fill
from projections.definition import Connection, View, render, views
from projections.runner import (
    IN_USE,
    advance,
    connect,
    create,
    drop,
    fold_batch,
    head,
    lock_views,
    standings,
    swap,
)

BATCH = 50_000
SWAPS = 60
"""How often a swap is tried while somebody reads the live views."""
PAUSE_SECONDS = 1.0
"""Between two tries everyone who waited behind the first reads."""
_BUILDING = 20_263


class UnknownView(ValueError):
    """There is no such view.

    没有该视图。
    """


class ViewsInUse(RuntimeError):
    """A query has been reading the live views all the while; they stay as they were. End it and rebuild again.

    有查询长时间占用现有视图，视图未更换；请结束该查询后重新重建。
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
    connection: Connection,
    names: Iterable[str],
    suffix: str,
    upto: int,
    *,
    batch: int = BATCH,
    beside: Connection | None = None,
) -> None:
    """Builds views from nothing up to a position, in tables with this suffix; indexes last, on full tables.

    With a connection `beside`, append-only views are folded on both at once.
    """
    chosen = [views()[name] for name in names]
    for view in chosen:
        create(connection, view, suffix, indexes=False)
    if beside is None:
        fold_between(connection, chosen, suffix, 0, upto, batch)
    else:
        _fold_on_both(connection, beside, chosen, suffix, upto, batch)
    for view in chosen:
        for statement in view.index:
            connection.execute(render(statement, suffix))
        for table in view.names(suffix).values():
            connection.execute(sql.SQL("ANALYZE {}").format(sql.Identifier(table)))


def _fold_on_both(
    connection: Connection, beside: Connection, chosen: list[View], suffix: str, upto: int, batch: int
) -> None:
    """Views that know an order are folded by one connection, in order; batches of the others by whichever is free."""
    ordered = [view for view in chosen if not view.append_only]
    free = [view for view in chosen if view.append_only]
    wanted = frozenset[str]().union(*(view.types for view in free))
    starts, turn = iter(range(0, upto if free else 0, batch)), threading.Lock()

    def fold_free(one: Connection) -> None:
        while True:
            with turn:
                after = next(starts, None)
            if after is None:
                return
            with one.transaction():
                types = fill(one, after, min(after + batch, upto), wanted)
                for view in free:
                    fold_batch(one, view, suffix, types)

    with ThreadPoolExecutor(1) as pool:
        other = pool.submit(fold_free, beside)
        if ordered:
            fold_between(connection, ordered, suffix, 0, upto, batch)
        fold_free(connection)
        other.result()
    advance(connection, [view.name for view in free], suffix, upto)


def fold_between(
    connection: Connection, chosen: list[View], suffix: str, after: int, upto: int, batch: int = BATCH
) -> None:
    """Goes on with builds that stand at one position, up to another."""
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

    Returns the position reached. Raises :class:`UnknownView`, and :class:`ViewsInUse` when the live one is being
    read without end.
    """
    if view is not None and view not in views():
        raise UnknownView(f"there is no view {view} 没有视图 {view}; there are {', '.join(views())}")
    names = list(views()) if view is None else [view]
    chosen = [views()[name] for name in names]
    with connect(conninfo, schema) as connection, connect(conninfo, schema) as beside:
        take_turn(connection, schema, "__new")
        reached = head(connection)
        build(connection, names, "__new", reached, batch=batch, beside=beside)
        while (
            last := head(connection)
        ) - reached > batch:  # what landed meanwhile, while the live views go on
            fold_between(connection, chosen, "__new", reached, last, batch)
            reached = last
        return _put_in_place(connection, schema, chosen, reached, batch)


def _put_in_place(connection: Connection, schema: str, chosen: list[View], reached: int, batch: int) -> int:
    """Brings builds to where the live views are, so that joins with them are consistent, and swaps them, all or none."""
    for turn in range(SWAPS):
        if turn:
            time.sleep(PAUSE_SECONDS)
        with contextlib.suppress(*IN_USE), connection.transaction():
            lock_views(connection, schema)
            live = [s.position for s in standings(connection) if not s.suffix and s.status == "live"]
            last = max([reached, *live])
            fold_between(connection, chosen, "__new", reached, last, batch)
            for view in chosen:
                swap(connection, view, "__new")
            return last
    for view in chosen:
        drop(connection, view, "__new")
    raise ViewsInUse


def take_turn(connection: Connection, schema: str, suffix: str) -> None:
    """Waits for whoever builds tables with this suffix; theirs until the connection ends, however it ends."""
    connection.execute("SELECT pg_advisory_lock(%s, hashtext(%s))", (_BUILDING, f"{schema}/{suffix}"))


def build_as_of(conninfo: str, schema: str, moment: datetime | int, suffix: str) -> int:
    """All views as they stood at a position or recorded time, in tables ``<name>__<suffix>``; returns the position.

    Raises :class:`BadMoment` for a time before the first event or a position that does not exist, :class:`BadSuffix`.
    """
    _check(suffix)
    with connect(conninfo, schema) as connection, connect(conninfo, schema) as beside:
        position = _position_at(connection, moment)
        take_turn(connection, schema, f"__{suffix}")
        build(connection, list(views()), f"__{suffix}", position, beside=beside)
        connection.execute("UPDATE view_positions SET status = 'built' WHERE suffix = %s", (f"__{suffix}",))
    return position


def _check(suffix: str) -> None:
    own = ("new", "check", "next")
    plain = suffix.isascii() and suffix.isidentifier() and suffix.islower() and len(suffix) <= 20
    if not plain or suffix in own:
        raise BadSuffix(f"{suffix!r} is no suffix: lower-case letters, digits and _, at most 20")


def _position_at(connection: Connection, moment: datetime | int) -> int:
    """The last position of a moment. A recorded time that is still to come is none: it could change."""
    if isinstance(moment, int):
        position = moment
    else:
        row = connection.execute(
            "SELECT CASE WHEN %s::timestamptz <= clock_timestamp() THEN (SELECT max(position) FROM events"
            " WHERE recorded_at <= %s::timestamptz) END",
            (moment, moment),
        ).fetchone()
        position = (row[0] if row is not None else 0) or 0
    last = head(connection)
    if not 1 <= position <= last:
        raise BadMoment(
            f"{moment} is no moment of the log, which has {last} events 不在台账范围内（共 {last} 个事件）"
        )
    return position


def drop_as_of(conninfo: str, schema: str, suffix: str) -> None:
    """Drops the tables of an as-of build. Raises :class:`BadSuffix` where there is none."""
    _check(suffix)
    with connect(conninfo, schema) as connection, connection.transaction():
        built = {s.suffix.removeprefix("__") for s in standings(connection) if s.suffix}
        if suffix not in built:
            raise BadSuffix(f"there is no as-of build {suffix!r} 没有该历史视图")
        for view in views().values():
            drop(connection, view, f"__{suffix}")
