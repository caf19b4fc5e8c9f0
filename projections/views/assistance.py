"""Folds assistances with the area's own evolve, so that the view and the decisions never disagree."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import msgspec

from ledger.assistance.states import Assistance, AssistanceFile
from ledger.store.mapper import Mapper
from projections.definition import Connection

STATES = (Assistance, AssistanceFile)
"""What the fold rests on: when one of them changes, the view is built anew."""
TYPES = tuple(cls.__name__ for cls in Assistance.FOLDS)
_STATE = msgspec.json.Decoder(AssistanceFile)
_ENCODER = msgspec.json.Encoder()
PLAIN = (
    "assistance_id", "household_id", "organisation_id", "programme", "department_id", "status", "form", "amount_fen", "delivered_fen",
    "stages", "delivered", "from_month", "last_month", "year", "need", "disaster_id", "record_number", "import_id", "applied_on",
    "referred_on", "accepted_on", "decided_on", "given_on", "reported_on", "ended_on", "due_on", "outcome", "reason",
)  # fmt: skip
"""Columns that are fields of the state, as they are."""
COLUMNS = ", ".join((*PLAIN, "person_ids", "overlapping", "facts", "state", "recorded_at", "position"))


def fold(connection: Connection, tables: Mapping[str, str]) -> None:
    """Evolves every assistance the batch touches, in log order, and writes them back at once."""
    table = tables["assistances"]
    rows = connection.execute(
        "SELECT position, recorded_at, type, data::text FROM batch WHERE type = ANY (%s) ORDER BY position",
        (list(TYPES),),
    ).fetchall()
    if not rows:
        return
    events: list[tuple[int, datetime, Any]] = [
        (position, at, Mapper.decode(event_type, data.encode())) for position, at, event_type, data in rows
    ]
    touched = {event.assistance_id for _, _, event in events}
    states: dict[str, Assistance] = {}
    found = connection.execute(
        f"SELECT assistance_id, state::text FROM {table} WHERE assistance_id = ANY (%s)".encode(),
        (list(touched),),
    )
    for assistance_id, state in found:
        states[assistance_id] = known = Assistance(assistance_id)
        known.file, known.exists = _STATE.decode(state), True
    last: dict[str, tuple[int, datetime]] = {}
    for position, at, event in events:
        state = states.get(event.assistance_id)
        if state is None:
            state = states[event.assistance_id] = Assistance(event.assistance_id)
        state.evolve(event)
        last[event.assistance_id] = (position, at)
    _write(connection, tables, states, last)


def _write(
    connection: Connection,
    tables: Mapping[str, str],
    states: Mapping[str, Assistance],
    last: Mapping[str, tuple[int, datetime]],
) -> None:
    table, people = tables["assistances"], tables["assisted_people"]
    connection.execute(f"CREATE TEMP TABLE fold_assistances (LIKE {table}) ON COMMIT DROP".encode())
    with connection.cursor().copy(f"COPY fold_assistances ({COLUMNS}) FROM STDIN".encode()) as copy:
        for assistance_id, state in states.items():
            file, (position, at) = state.file, last[assistance_id]
            facts = _ENCODER.encode(file.facts).decode()
            whole = _ENCODER.encode(file).decode()
            plain = [getattr(file, name) for name in PLAIN]
            copy.write_row((*plain, list(file.person_ids), list(file.overlaps), facts, whole, at, position))
    updates = ", ".join(f"{c} = excluded.{c}" for c in COLUMNS.split(", ")[1:])
    connection.execute(
        f"INSERT INTO {table} ({COLUMNS}) SELECT {COLUMNS} FROM fold_assistances"
        f" ON CONFLICT (assistance_id) DO UPDATE SET {updates}".encode()
    )
    connection.execute(
        f"INSERT INTO {people} SELECT DISTINCT p, assistance_id FROM fold_assistances, unnest(person_ids) p"
        " ON CONFLICT DO NOTHING".encode()
    )
    connection.execute("DROP TABLE fold_assistances")
