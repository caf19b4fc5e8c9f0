"""The second sealed log: every reading of unmasked personal data. Its readers cannot remove an entry."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from ledger.kernel import Actor, CommandId, Context, Facts, HouseholdId, PersonId, derived_id, stamp, tag
from ledger.store.appending import VaultWrites
from ledger.store.execute import Ledger
from ledger.supervision.events import PersonalDataRead


class Readings:
    """Records and answers who read whom; kept in a log (and schema) of its own."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger

    def record(
        self, reader: Actor, subjects: Sequence[str], fields: Sequence[str], purpose: str, at: datetime
    ) -> int:
        """Records one reading of `fields` of `subjects` (``person:…``, ``household:…``) and returns its position.

        Called before the text is handed out: what could not be recorded must not be shown.
        """
        number = CommandId(
            derived_id("", f"{reader.operator_id}/{at.isoformat()}/{sorted(subjects)}/{sorted(fields)}")
        )
        event = PersonalDataRead(
            person_ids=tuple(PersonId(s[7:]) for s in subjects if s.startswith("person:")),
            household_ids=tuple(HouseholdId(s[10:]) for s in subjects if s.startswith("household:")),
            fields=tuple(fields),
            purpose=purpose,
            read_at=at,
        )
        context = Context(actor=reader, now=at, command_id=number)
        stored, _ = self._ledger.mapper.encode([stamp(event, context, 0, "")], VaultWrites())
        return self._ledger.recorder.append_sealed(stored, None, None).last

    def of_person(self, person_id: str) -> list[PersonalDataRead]:
        """Every reading of one person's data, oldest first."""
        known = self._ledger.read((Facts(types=(PersonalDataRead,), tags=(tag(PersonId, person_id),)),))
        return list(known.events(PersonalDataRead))
