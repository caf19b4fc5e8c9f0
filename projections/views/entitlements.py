"""Folds entitlements with the area's own evolve, so that the view and the decisions never disagree."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from ledger.identification.events import Component
from ledger.identification.states import Entitlement, EntitlementFile
from ledger.kernel import EVENT_TYPES, Private
from projections.definition import Connection

STATES = (Entitlement, EntitlementFile)
"""What the fold rests on: when one of them changes, the view is built anew."""
TYPES = tuple(cls.__name__ for cls in Entitlement.FOLDS)
_DECODERS: dict[str, msgspec.json.Decoder[Any]] = {}
COLUMNS = (
    "entitlement_id, household_id, organisation_id, organisation_ids, category, case_id, counted, status, from_month,"
    " last_month, base_fen, supplement_fen, care_fen, total_fen, decided_on, origin, review_by,"
    " reviewed_on, suspended_from, suspended_reason, suspended_article, state, position"
)


def fold(connection: Connection, tables: Mapping[str, str]) -> None:
    """Evolves every entitlement the batch touches, in log order, and writes them back at once."""
    table = tables["entitlements"]
    rows = connection.execute(
        "SELECT position, type, data::text FROM batch WHERE type = ANY (%s) ORDER BY position", (list(TYPES),)
    ).fetchall()
    if not rows:
        return
    events = [(position, _decoder(event_type).decode(data)) for position, event_type, data in rows]
    touched = {event.entitlement_id for _, event in events}
    states: dict[str, Entitlement] = {}
    found = connection.execute(
        f"SELECT entitlement_id, state::text FROM {table} WHERE entitlement_id = ANY (%s)".encode(),
        (list(touched),),
    )
    for entitlement_id, state in found:
        states[entitlement_id] = Entitlement.from_json(state)
    positions: dict[str, int] = {}
    for position, event in events:
        state = states.setdefault(event.entitlement_id, Entitlement(event.entitlement_id))
        state.evolve(event)
        positions[event.entitlement_id] = position
    _write(connection, table, states, positions)


def _decoder(event_type: str) -> msgspec.json.Decoder[Any]:
    if event_type not in _DECODERS:
        _DECODERS[event_type] = msgspec.json.Decoder(EVENT_TYPES[event_type], dec_hook=_private)
    return _DECODERS[event_type]


def _private(_: type[Any], sealed: str) -> Private:
    return Private.stored(sealed)


def _write(
    connection: Connection, table: str, states: Mapping[str, Entitlement], positions: Mapping[str, int]
) -> None:
    connection.execute(f"CREATE TEMP TABLE fold_entitlements (LIKE {table}) ON COMMIT DROP".encode())
    with connection.cursor().copy(f"COPY fold_entitlements ({COLUMNS}) FROM STDIN".encode()) as copy:
        for entitlement_id, state in states.items():
            copy.write_row(row(state, positions[entitlement_id]))
    updates = ", ".join(f"{c.strip()} = excluded.{c.strip()}" for c in COLUMNS.split(",")[1:])
    connection.execute(
        f"INSERT INTO {table} ({COLUMNS}) SELECT {COLUMNS} FROM fold_entitlements"
        f" ON CONFLICT (entitlement_id) DO UPDATE SET {updates}".encode()
    )
    connection.execute("DROP TABLE fold_entitlements")


def row(state: Entitlement, position: int) -> tuple[Any, ...]:
    """One row of the view: amounts and status are those of the latest decision."""
    file, amounts = state.file, state.latest
    suspended = next((s for s in reversed(file.suspensions) if s.resumed is None), None)
    return (
        state.id,
        file.household_id,
        file.places[-1][1],
        list(dict.fromkeys(place for _, place in file.places)),
        file.category,
        file.case_id,
        list(file.counted),
        state.status,
        state.first_month,
        file.last_month,
        amounts[Component.BASE],
        amounts[Component.SUPPLEMENT],
        amounts[Component.CARE],
        sum(amounts.values()),
        file.decided_on,
        state.origin,
        file.review_by,
        file.reviewed_on,
        suspended.from_month if suspended else None,
        suspended.reason if suspended else None,
        suspended.article if suspended else None,
        state.to_json().decode(),
        position,
    )
