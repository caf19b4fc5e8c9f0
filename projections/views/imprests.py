"""Folds imprests with the area's own evolve."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from ledger.emergency.imprests import Imprest, ImprestFile, last_day
from projections.definition import Connection
from projections.evolving import Last, fold_states

STATES = (Imprest, ImprestFile, fold_states)
TYPES = tuple(cls.__name__ for cls in Imprest.FOLDS)
COLUMNS = (
    "imprest_id", "organisation_id", "fund_id", "ceiling_fen", "cash_fen", "advanced_fen", "spent_fen", "replenished_fen",
    "returned_fen", "opened_on", "next_month", "month_end", "due_on", "state", "position",
)  # fmt: skip


def fold(connection: Connection, tables: Mapping[str, str]) -> None:
    """Every imprest the batch touches."""
    fold_states(connection, tables["imprests"], "imprest_id", COLUMNS, TYPES, Imprest, Imprest.from_json, row)


def row(state: Imprest, last: Last) -> tuple[Any, ...]:
    """One row of the view."""
    file, totals, end = state.file, state.totals(), last_day(state.next_month)
    return (
        state.id, file.organisation_id, file.fund_id, file.ceiling_fen, totals.cash, totals.advanced, totals.spent,
        totals.replenished, totals.returned, file.opened_on, state.next_month, end, end + timedelta(days=file.reconcile_days),
        state.to_json().decode(), last.position,
    )  # fmt: skip
