"""Folding a view with an area's own evolve, so that the view and the decisions never disagree."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from functools import cache
from typing import Any, NamedTuple, Protocol, TypeVar

import msgspec

from ledger.kernel import EVENT_TYPES, Event, Private
from projections.definition import Connection


class Kept(Protocol):
    """A state a view can store and take up again."""

    def evolve(self, event: Event) -> None: ...


S = TypeVar("S", bound=Kept)


class Last(NamedTuple):
    """Where and when what changed a subject last was recorded."""

    position: int
    recorded_at: datetime


@cache
def decoder(event_type: str) -> msgspec.json.Decoder[Any]:
    """Reads events of a type."""
    return msgspec.json.Decoder(EVENT_TYPES[event_type], dec_hook=_stored)


def _stored(kind: type[Any], value: object) -> object:
    """Sealed text stays sealed: a fold only copies it."""
    if kind is Private and isinstance(value, str):
        return Private.stored(value)
    raise NotImplementedError(kind)


def batch_events(connection: Connection, types: Sequence[str]) -> Iterator[tuple[Last, Event]]:
    """The batch's events of some types, in log order, with where and when each was recorded."""
    rows = connection.execute(
        "SELECT position, recorded_at, type, data::text FROM batch WHERE type = ANY (%s) ORDER BY position",
        (list(types),),
    ).fetchall()
    for position, recorded_at, event_type, data in rows:
        yield Last(position, recorded_at), decoder(event_type).decode(data)


def fold_states(
    connection: Connection, table: str, key: str, columns: Sequence[str], types: Sequence[str],
    new: Callable[[str], S], known: Callable[[str], S], row: Callable[[S, Last], tuple[Any, ...]],
) -> None:  # fmt: skip
    """Evolves every subject the batch touches, in log order, and writes them back at once; `columns` begin with the key."""
    events = list(batch_events(connection, types))
    if not events:
        return
    states: dict[str, S] = {}
    touched = list({getattr(event, key) for _, event in events})
    found = connection.execute(
        f"SELECT {key}, state::text FROM {table} WHERE {key} = ANY (%s)".encode(), (touched,)
    )
    for subject, state in found:
        states[subject] = known(state)
    lasts: dict[str, Last] = {}
    for last, event in events:
        subject = getattr(event, key)
        if subject not in states:
            states[subject] = new(subject)
        states[subject].evolve(event)
        lasts[subject] = last
    _write(connection, table, key, columns, [row(states[subject], last) for subject, last in lasts.items()])


def _write(
    connection: Connection, table: str, key: str, columns: Sequence[str], rows: Sequence[tuple[Any, ...]]
) -> None:
    named = ", ".join(columns)
    connection.execute(f"CREATE TEMP TABLE fold_states (LIKE {table}) ON COMMIT DROP".encode())
    with connection.cursor().copy(f"COPY fold_states ({named}) FROM STDIN".encode()) as copy:
        for one in rows:
            copy.write_row(one)
    updates = ", ".join(f"{column} = excluded.{column}" for column in columns if column != key)
    connection.execute(
        f"INSERT INTO {table} ({named}) SELECT {named} FROM fold_states ON CONFLICT ({key}) DO UPDATE SET {updates}".encode()
    )
    connection.execute("DROP TABLE fold_states")
