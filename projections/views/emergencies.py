"""Folds emergencies with the area's own evolve: the clock of the paperwork counts working days, which SQL does not know."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ledger.emergency.states import Emergency, EmergencyFile
from projections.definition import Connection
from projections.evolving import Last, fold_states

STATES = (Emergency, EmergencyFile, fold_states)
TYPES = tuple(cls.__name__ for cls in Emergency.FOLDS)
COLUMNS = (
    "emergency_id", "household_id", "organisation_id", "person_ids", "unknown_ids", "kind", "status", "aid_type", "grade",
    "happened_on", "reported_on", "aided_on", "due_on", "missing", "approved_fen", "given_fen", "regularised_on", "closed_on",
    "state", "position",
)  # fmt: skip


def fold(connection: Connection, tables: Mapping[str, str]) -> None:
    """Every emergency the batch touches."""
    fold_states(
        connection, tables["emergencies"], "emergency_id", COLUMNS, TYPES, Emergency, Emergency.from_json, row
    )


def row(state: Emergency, last: Last) -> tuple[Any, ...]:
    """One row of the view."""
    file = state.file
    return (
        state.id, file.household_id, file.organisation_id, list(file.person_ids), list(file.unknown), file.kind, state.status,
        file.aid_type, file.grade, file.happened_on, file.reported_on, state.aided_on, state.due_on, list(state.missing),
        state.approved_fen, state.given_fen, file.regularised_on, file.closed_on, state.to_json().decode(), last.position,
    )  # fmt: skip
