"""Reading the log: by position, by tags through the narrow index, by type; always in log order."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
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


class _Part(NamedTuple):
    """One SELECT of the union a query becomes, and its parameters."""

    text: str
    values: list[Any]


def _parts(item: DCBQueryItem, after: int, upto: int | None, limit: int | None) -> Iterator[_Part]:
    """The rows one query item matches. A tag stands in the index by position, or once for a span of positions."""
    wheres, values = [], []
    if item.tags:
        # The index knows tags by a hash; only the event itself says what it carries, and what else.
        wheres.append("e.tags @> %s::text[]")
        values.append(list(item.tags))
    if item.types:
        wheres.append("e.type = ANY (%s)")
        values.append(list(item.types))
    top = "" if limit is None else " LIMIT %s"
    last = [] if limit is None else [limit]
    also = "".join(f" AND {where}" for where in wheres)
    until = (1 << 62) if upto is None else upto
    if not item.tags:
        yield _Part(
            f"SELECT {_COLUMNS} FROM events e WHERE e.position > %s AND e.position <= %s{also} ORDER BY e.position{top}",
            [after, until, *values, *last],
        )
        return
    key = tag_key(item.tags[0])
    yield _Part(
        f"SELECT {_COLUMNS} FROM event_tags t JOIN events e ON e.position = t.position"
        f" WHERE t.tag = %s AND t.position > %s AND t.position <= %s{also} ORDER BY t.position{top}",
        [key, after, until, *values, *last],
    )
    yield _Part(
        "SELECT e.* FROM event_tag_spans s CROSS JOIN LATERAL"
        f" (SELECT {_COLUMNS} FROM events e WHERE e.position BETWEEN greatest(s.first, %s) AND least(s.last, %s){also}"
        f" ORDER BY e.position{top}) e WHERE s.tag = %s AND s.last > %s ORDER BY s.last, e.position{top}",
        [after + 1, until, *values, *last, key, after, *last],
    )


def select(query: DCBQuery | None, after: int, upto: int | None, limit: int | None) -> tuple[str, list[Any]]:
    """One SELECT (columns of :class:`StoredEvent`, log order) and its parameters."""
    items = list(query.items) if query is not None else []
    if not items:
        items = [DCBQueryItem()]
    parts = [part for item in items for part in _parts(item, after, upto, limit)]
    parameters = [value for part in parts for value in part.values]
    if len(parts) == 1:
        return parts[0].text, parameters
    union = " UNION ALL ".join(f"({part.text})" for part in parts)
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


_FACTS = f"""
WITH asked AS MATERIALIZED (
    SELECT key, types::text[] AS types, tags::text[] AS tags FROM unnest(%s::bigint[], %s::text[], %s::text[]) a(key, types, tags)
)
SELECT h.size, u.* FROM log_head h LEFT JOIN (
    SELECT DISTINCT ON (position) x.* FROM asked a CROSS JOIN LATERAL (
        SELECT {_COLUMNS} FROM event_tags t JOIN events e ON e.position = t.position
        WHERE t.tag = a.key AND e.tags @> a.tags AND (a.types = '{{}}' OR e.type = ANY (a.types))
        UNION ALL
        SELECT {_COLUMNS} FROM event_tag_spans s JOIN events e ON e.position BETWEEN s.first AND s.last
        WHERE s.tag = a.key AND e.tags @> a.tags AND (a.types = '{{}}' OR e.type = ANY (a.types))
    ) x ORDER BY position
) u ON true ORDER BY u.position
""".encode()
"""One statement for every boundary: what is asked for comes as rows, so that it is planned once a connection."""


def _array(texts: Iterable[str]) -> str:
    """PostgreSQL's text form of an array of text."""
    return "{" + ",".join('"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"' for text in texts) + "}"


def read_with_head(connection: Connection, query: DCBQuery) -> tuple[list[StoredEvent], int]:
    """All matching rows and the head of the log, of one moment, in one round trip."""
    items = list(query.items)
    if items and all(item.tags for item in items):
        asked = (
            [tag_key(i.tags[0]) for i in items],
            [_array(i.types) for i in items],
            [_array(i.tags) for i in items],
        )
        rows = connection.execute(_FACTS, asked, binary=True, prepare=True).fetchall()
    else:
        text, parameters = select(query, 0, None, None)
        rows = connection.execute(
            f"SELECT h.size, u.* FROM log_head h LEFT JOIN ({text}) u ON true ORDER BY u.position".encode(),
            parameters, binary=True, prepare=True,
        ).fetchall()  # fmt: skip
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
