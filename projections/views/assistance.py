"""Folds assistances with the area's own evolve, so that the view and the decisions never disagree."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from ledger.assistance.states import Assistance, AssistanceFile
from projections.definition import Connection
from projections.evolving import Last, fold_states

STATES = (Assistance, AssistanceFile, fold_states)
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
COLUMNS = (*PLAIN, "person_ids", "overlapping", "facts", "state", "recorded_at", "position")


def fold(connection: Connection, tables: Mapping[str, str]) -> None:
    """Every assistance the batch touches, and whom each is for."""
    table = tables["assistances"]
    fold_states(connection, table, "assistance_id", COLUMNS, TYPES, Assistance, known, row)
    connection.execute(
        f"INSERT INTO {tables['assisted_people']} SELECT DISTINCT p, a.assistance_id FROM {table} a, unnest(a.person_ids) p"
        " WHERE a.assistance_id IN (SELECT data->>'assistance_id' FROM batch WHERE type = ANY (%s)) ON CONFLICT DO NOTHING".encode(),
        (list(TYPES),),
    )


def known(state: str) -> Assistance:
    """The state the view stored."""
    file = _STATE.decode(state)
    found = Assistance(file.assistance_id)
    found.file, found.exists = file, True
    return found


def row(state: Assistance, last: Last) -> tuple[Any, ...]:
    """One row of the view."""
    file = state.file
    plain = (getattr(file, name) for name in PLAIN)
    facts, whole = _ENCODER.encode(file.facts).decode(), _ENCODER.encode(file).decode()
    return (*plain, list(file.person_ids), list(file.overlaps), facts, whole, last.recorded_at, last.position)
