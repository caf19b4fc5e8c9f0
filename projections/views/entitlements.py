"""Folds entitlements with the area's own evolve, so that the view and the decisions never disagree."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ledger.identification.events import Component
from ledger.identification.states import Entitlement, EntitlementFile
from projections.definition import Connection
from projections.evolving import Last, fold_states

STATES = (Entitlement, EntitlementFile, fold_states)
"""What the fold rests on: when one of them changes, the view is built anew."""
TYPES = tuple(cls.__name__ for cls in Entitlement.FOLDS)
COLUMNS = (
    "entitlement_id",
    "household_id",
    "organisation_id",
    "organisation_ids",
    "category",
    "case_id",
    "counted",
    "status",
    "from_month",
    "last_month",
    "base_fen",
    "supplement_fen",
    "care_fen",
    "total_fen",
    "decided_on",
    "origin",
    "review_by",
    "reviewed_on",
    "suspended_from",
    "suspended_reason",
    "suspended_article",
    "state",
    "position",
)


def fold(connection: Connection, tables: Mapping[str, str]) -> None:
    """Every entitlement the batch touches."""
    fold_states(
        connection, tables["entitlements"], "entitlement_id", COLUMNS, TYPES, Entitlement, Entitlement.from_json, row
    )  # fmt: skip


def row(state: Entitlement, last: Last) -> tuple[Any, ...]:
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
        last.position,
    )
