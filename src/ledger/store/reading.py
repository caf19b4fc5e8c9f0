"""Reading the log: by position, by tags through the narrow index, by type; always in log order."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any, NamedTuple

from eventsourcing.dcb.api import DCBQuery, DCBQueryItem

from ledger.store.database import Connection
from ledger.store.leaves import tag_key

PAGE = 5_000
"""Rows fetched at a time, so that memory stays flat however much is read."""

_COLUMNS = "e.position, e.recorded_at, e.type, e.tags, e.data"


class StoredEvent(NamedTuple):
    """One row of the log."""

    position: int
    recorded_at: datetime
    type: str
    tags: list[str]
    data: bytes


def _item_sql(
    item: DCBQueryItem, parameters: list[Any], after: int, upto: int | None, limit: int | None
) -> str:
    """SELECT of the rows one query item matches, its parameters appended to `parameters`."""
    tables, wheres = ["events e"], ["e.position > %s"]
    parameters_here: list[Any] = []
    for number, item_tag in enumerate(dict.fromkeys(item.tags)):
        table = f"t{number}"
        if number == 0:
            tables = [f"event_tags {table} JOIN events e ON e.position = {table}.position"]
            wheres[0] = f"{table}.position > %s"
        else:
            tables.append(f"JOIN event_tags {table} ON {table}.position = e.position")
        wheres.append(f"{table}.tag = %s")
        parameters_here.append(tag_key(item_tag))
    values: list[Any] = [after, *parameters_here]
    if item.tags:
        wheres.append("e.tags @> %s::text[]")
        values.append(list(item.tags))
    if item.types:
        wheres.append("e.type = ANY (%s)")
        values.append(list(item.types))
    key = "t0.position" if item.tags else "e.position"
    if upto is not None:
        wheres.append(f"{key} <= %s")
        values.append(upto)
    text = f"SELECT {_COLUMNS} FROM {' '.join(tables)} WHERE {' AND '.join(wheres)}"
    if limit is not None:
        text += f" ORDER BY {key} LIMIT %s"
        values.append(limit)
    parameters.extend(values)
    return text


def select(query: DCBQuery | None, after: int, upto: int | None, limit: int | None) -> tuple[str, list[Any]]:
    """One SELECT (columns of :class:`StoredEvent`, log order) and its parameters."""
    items = list(query.items) if query is not None else []
    if not items:
        items = [DCBQueryItem()]
    parameters: list[Any] = []
    parts = [_item_sql(item, parameters, after, upto, limit) for item in items]
    if len(parts) == 1:
        text = parts[0]
        return (text if limit is not None else f"{text} ORDER BY e.position"), parameters
    union = " UNION ALL ".join(f"({part})" for part in parts)
    text = f"SELECT DISTINCT ON (position) * FROM ({union}) u ORDER BY position"
    if limit is not None:
        text += " LIMIT %s"
        parameters.append(limit)
    return text, parameters


def read_page(
    connection: Connection, query: DCBQuery | None, after: int, upto: int | None, limit: int | None
) -> list[StoredEvent]:
    """The matching rows after a position, at most `limit`, read at once."""
    text, parameters = select(query, after, upto, limit)
    rows = connection.execute(text.encode(), parameters, binary=True, prepare=True).fetchall()
    return [StoredEvent(*row) for row in rows]


def read_with_head(connection: Connection, query: DCBQuery) -> tuple[list[StoredEvent], int]:
    """All matching rows and the head of the log, of one moment, in one round trip."""
    text, parameters = select(query, 0, None, None)
    rows = connection.execute(
        f"SELECT h.size, u.* FROM log_head h LEFT JOIN ({text}) u ON true ORDER BY u.position".encode(),
        parameters,
        binary=True,
        prepare=True,
    ).fetchall()
    head = rows[0][0]
    return [StoredEvent(*row[1:]) for row in rows if row[1] is not None], head


def read_pages(
    connection: Connection, query: DCBQuery | None, after: int, upto: int, limit: int | None = None
) -> Iterator[StoredEvent]:
    """The matching rows after a position up to another, page by page."""
    left = limit
    while left is None or left > 0:
        size = PAGE if left is None else min(PAGE, left)
        page = read_page(connection, query, after, upto, size)
        yield from page
        if len(page) < size:
            return
        after = page[-1].position
        left = None if left is None else left - len(page)
