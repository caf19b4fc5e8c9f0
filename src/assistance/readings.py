"""The second sealed log: every reading of unmasked personal data. Its readers cannot remove an entry."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime

from ledger.kernel import (
    Actor,
    Basis,
    CommandId,
    Context,
    Event,
    Facts,
    HouseholdId,
    PersonId,
    RunId,
    derived_id,
    stamp,
    tag,
)
from ledger.store.appending import VaultWrites
from ledger.store.execute import Ledger
from ledger.supervision.events import PersonalDataErased, PersonalDataRead

MOST_SUBJECTS = 200
"""People and households named in one event: a page of the API may show thousands, an event carries a tag for each."""


class Readings:
    """Records and answers who read whom; kept in a log (and schema) of its own."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger

    def record(
        self, reader: Actor, subjects: Sequence[str], fields: Sequence[str], purpose: str, at: datetime
    ) -> int:
        """Records one reading of `fields` of `subjects` (``person:…``, ``household:…``) and returns its last position.

        Called before the text is handed out: what could not be recorded must not be shown.
        """
        events = [
            PersonalDataRead(
                person_ids=people, household_ids=households, fields=tuple(fields), purpose=purpose, read_at=at
            )
            for people, households in _some(subjects)
        ]
        return self._append(events, reader, at, f"{sorted(subjects)}/{sorted(fields)}")

    def record_file(
        self, reader: Actor, run_id: RunId, lines: int, fields: Sequence[str], purpose: str, at: datetime
    ) -> int:
        """Records that `fields` of all lines of a run were opened for a file, in one event, before they are."""
        event = PersonalDataRead(
            fields=tuple(fields), purpose=purpose, read_at=at, run_id=run_id, lines=lines
        )
        return self._append([event], reader, at, f"run/{run_id}")

    def record_erasure(self, actor: Actor, subjects: Sequence[str], document: str, at: datetime) -> int:
        """Records that subjects are erased for good, before they are."""
        basis = Basis(document=document)
        events = [
            PersonalDataErased(person_ids=people, household_ids=households, basis=basis)
            for people, households in _some(subjects)
        ]
        return self._append(events, actor, at, f"erased/{sorted(subjects)}")

    def _append(self, events: Sequence[Event], reader: Actor, at: datetime, what: str) -> int:
        number = CommandId(derived_id("", f"{reader.operator_id}/{at.isoformat()}/{what}"))
        context = Context(actor=reader, now=at, command_id=number)
        stamped = [stamp(event, context, index, "") for index, event in enumerate(events)]
        stored, _ = self._ledger.mapper.encode(stamped, VaultWrites())
        return self._ledger.recorder.append_sealed(stored, None, None).last

    def of_person(self, person_id: str) -> list[PersonalDataRead]:
        """Every reading that names a person, oldest first; files are found by the runs the person is paid in."""
        return self._read(tag(PersonId, person_id))

    def of_run(self, run_id: str) -> list[PersonalDataRead]:
        """Every time a run's lines were opened for a file, oldest first."""
        return self._read(tag(RunId, run_id))

    def _read(self, subject: str) -> list[PersonalDataRead]:
        known = self._ledger.read((Facts(types=(PersonalDataRead,), tags=(subject,)),))
        return list(known.events(PersonalDataRead))


def _some(subjects: Sequence[str]) -> Iterator[tuple[tuple[PersonId, ...], tuple[HouseholdId, ...]]]:
    """The people and households among the subjects (``person:…``, ``household:…``), as many as one event names."""
    for start in range(0, len(subjects), MOST_SUBJECTS):
        parts = [subject.partition(":") for subject in subjects[start : start + MOST_SUBJECTS]]
        yield (
            tuple(PersonId(key) for kind, _, key in parts if kind == "person"),
            tuple(HouseholdId(key) for kind, _, key in parts if kind == "household"),
        )
