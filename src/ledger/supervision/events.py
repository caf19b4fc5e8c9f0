"""What is recorded about who reads and who erases personal data. Kept in the log of readings, never in the main log."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar

from ledger.kernel import Event, HouseholdId, PersonId, RunId


class PersonalDataRead(Event, frozen=True, kw_only=True):
    """The actor in the envelope saw unmasked personal data of these people, for this purpose.

    Of everyone in a run's bank file at once the run stands, and how many lines: who they are, its lines say.
    """

    TITLE: ClassVar = ("查阅个人信息", "Personal data read")

    person_ids: tuple[PersonId, ...] = ()
    household_ids: tuple[HouseholdId, ...] = ()
    fields: tuple[str, ...]
    purpose: str
    read_at: datetime
    run_id: RunId | None = None
    lines: int | None = None


class PersonalDataErased(Event, frozen=True, kw_only=True):
    """The actor in the envelope erased these people's and households' data keys for good, as a document orders."""

    TITLE: ClassVar = ("销毁个人信息", "Personal data erased")

    person_ids: tuple[PersonId, ...] = ()
    household_ids: tuple[HouseholdId, ...] = ()
