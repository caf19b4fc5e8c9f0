"""The batch: a stretch of the log, its JSON parsed once and its omitted defaults filled in, for all views to fold."""

from __future__ import annotations

import json
from typing import Any

import msgspec

from ledger.kernel import EVENT_TYPES, Event
from projections.definition import Connection, import_events

TABLE = """
CREATE TEMP TABLE IF NOT EXISTS batch (
    position    bigint PRIMARY KEY,
    recorded_at timestamptz NOT NULL,
    type        text NOT NULL,
    data        jsonb NOT NULL
) ON COMMIT DELETE ROWS;
CREATE TEMP TABLE IF NOT EXISTS event_defaults (type text PRIMARY KEY, defaults jsonb NOT NULL)
"""


def defaults() -> dict[str, dict[str, Any]]:
    """By event type, the fields that have a default other than nothing: stored data leaves them out.

    The envelope is stamped on every event and needs none.
    """
    import_events()
    found: dict[str, dict[str, Any]] = {}
    for name, cls in EVENT_TYPES.items():
        values = {}
        for field in msgspec.structs.fields(cls):
            value = field.default
            if field.default_factory is not msgspec.NODEFAULT:
                value = field.default_factory()
            if (
                field.name not in Event.__struct_fields__
                and value is not msgspec.NODEFAULT
                and value is not None
            ):
                values[field.name] = msgspec.to_builtins(value)
        if values:
            found[name] = values
    return found


def prepare(connection: Connection) -> None:
    """Makes the temporary tables of this session, once."""
    connection.execute("SET client_min_messages = warning")
    connection.execute("SET temp_buffers = '64MB'")  # a batch of 50,000 events without a file
    connection.execute(TABLE.encode())
    with connection.cursor() as cursor:
        cursor.executemany(
            "INSERT INTO event_defaults VALUES (%s, %s) ON CONFLICT DO NOTHING",
            [(name, json.dumps(values)) for name, values in defaults().items()],
        )


def fill(connection: Connection, after: int, upto: int, types: frozenset[str] | None) -> frozenset[str]:
    """Fills the batch with the events after one position up to another; answers which types it holds.

    Text may hold U+0000, which JSON can carry and PostgreSQL cannot: views show U+FFFD in its place.
    Bytes become text in one materialised step before they are parsed: a plan that parses them inside
    another query cannot be pushed down by every engine.
    """
    wanted = None if types is None else list(types)
    # After a commit the table is empty already; TRUNCATE would cost more than folding a small batch.
    connection.execute("DELETE FROM batch")
    connection.execute(
        r"""
        INSERT INTO batch
        WITH raw AS MATERIALIZED (
            SELECT position, recorded_at, type, CASE WHEN position('\x5c7530303030'::bytea IN data) = 0 THEN convert_from(data, 'UTF8')
                   ELSE regexp_replace(convert_from(data, 'UTF8'), '(?<!\\)((?:\\\\)*)\\u0000', '\1\\ufffd', 'g') END AS data
            FROM events
            WHERE position > %s AND position <= %s AND (%s::text[] IS NULL OR type = ANY (%s::text[]))
        )
        SELECT r.position, r.recorded_at, r.type,
               CASE WHEN d.defaults IS NULL THEN r.data::jsonb ELSE d.defaults || r.data::jsonb END
        FROM raw r LEFT JOIN event_defaults d USING (type)
        """,
        (after, upto, wanted, wanted),
    )
    return frozenset(row[0] for row in connection.execute("SELECT DISTINCT type FROM batch"))
