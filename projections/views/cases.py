"""Folds cases with the area's own evolve, so that what is due and what blocks a case never disagrees with the decisions."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from ledger.identification.case import Case, CaseFile
from ledger.identification.duties import WORDS, duties
from ledger.identification.events import (
    ApplicationAccepted,
    CategoryConfirmed,
    CategoryRefused,
    PublicityStarted,
)
from ledger.kernel import Event, tags_of
from projections.definition import Connection
from projections.evolving import batch_events

STATES = (Case, CaseFile, duties, batch_events)
"""What the fold rests on: when one of them changes, the view is built anew."""
TYPES = tuple(cls.__name__ for cls in Case.FOLDS)
COLUMNS = (
    "case_id, household_id, organisation_id, category, category_kind, applicant_id, covered, status, stage, submitted_on,"
    " accepted_on, due_on, decided_on, publicity_until, publicised, entitlement_id, state, position"
)
DUTY_COLUMNS = (
    "case_id, subject_id, kind, household_id, organisation_id, role, due_on, since, zh, en, article"
)


def fold(connection: Connection, tables: Mapping[str, str]) -> None:
    """Evolves every case the batch touches, in log order, and writes it back with what is due in it."""
    touching = [
        (last.position, case, event)
        for last, event in batch_events(connection, TYPES)
        for case in _cases(event)
    ]
    if not touching:
        return
    table, touched = tables["cases"], list({case for _, case, _ in touching})
    found = connection.execute(
        f"SELECT case_id, state::text FROM {table} WHERE case_id = ANY (%s)".encode(), (touched,)
    )
    states = {case: Case.from_json(state) for case, state in found}
    positions: dict[str, int] = {}
    for position, case, event in touching:
        states.setdefault(case, Case(case)).evolve(event)
        positions[case] = position
    known = {case: state for case, state in states.items() if state.exists}
    _replace(connection, table, COLUMNS, touched, (row(s, positions[c]) for c, s in known.items()))
    due = (duty for state in known.values() for duty in duty_rows(state))
    _replace(connection, tables["case_duties"], DUTY_COLUMNS, touched, due)


def _cases(event: Event) -> list[str]:
    """The cases an event is about."""
    return [tag.partition(":")[2] for tag in tags_of(event) if tag.startswith("case:")]


def _replace(
    connection: Connection, table: str, columns: str, touched: list[str], rows: Iterator[tuple[Any, ...]]
) -> None:
    connection.execute(f"DELETE FROM {table} WHERE case_id = ANY (%s)".encode(), (touched,))
    with connection.cursor().copy(f"COPY {table} ({columns}) FROM STDIN".encode()) as copy:
        for one in rows:
            copy.write_row(one)


def row(state: Case, position: int) -> tuple[Any, ...]:
    """One row of the view."""
    file = state.file
    decided = state.day_of(CategoryConfirmed) or state.day_of(CategoryRefused)
    return (
        state.id,
        file.household_id,
        file.organisation_id,
        file.category,
        file.category_kind,
        file.applicant,
        list(file.covered),
        file.status,
        state.stage,
        state.submitted_on,
        state.day_of(ApplicationAccepted),
        file.due_on,
        decided,
        file.publicity_until,
        state.open and state.publicised and state.done(PublicityStarted),
        file.entitlement_id,
        state.to_json().decode(),
        position,
    )


def duty_rows(state: Case) -> Iterator[tuple[Any, ...]]:
    """What is due in a case."""
    for duty in duties(state):
        chinese, english, article = WORDS[duty.kind]
        yield (
            state.id, duty.subject_id, duty.kind, state.household_id, duty.organisation_id, duty.role, duty.due_on,
            duty.since, chinese, english, article,
        )  # fmt: skip
