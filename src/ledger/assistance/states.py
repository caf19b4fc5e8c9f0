"""What is known of one assistance, of the aids a person or household has had, of a disaster and of a home."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import ClassVar, NamedTuple

import msgspec

from ledger.assistance.events import (
    AssistanceAccepted,
    AssistanceApplied,
    AssistanceDelivered,
    AssistanceEnded,
    AssistanceEvent,
    AssistanceGranted,
    AssistanceReferred,
    AssistanceRefused,
    AssistanceReported,
    DangerLevel,
    DisasterDeclared,
    HousingAssessed,
    Outcome,
    UnlistedAidReported,
)
from ledger.ids import AssistanceId, DisasterId
from ledger.kernel import Event, Fen, HouseholdId, Month, PersonId, State, month_of

CASE = (
    AssistanceApplied,
    AssistanceReferred,
    AssistanceAccepted,
    AssistanceGranted,
    AssistanceRefused,
    AssistanceDelivered,
    AssistanceReported,
    AssistanceEnded,
)
AIDS = (AssistanceApplied, AssistanceReferred, AssistanceGranted, AssistanceRefused, AssistanceReported, AssistanceEnded)  # fmt: skip
"""What says which aids a person or household asked for or has."""


class AssistanceFile(msgspec.Struct):
    """All facts of one assistance, in the form a view stores."""

    assistance_id: str
    household_id: str | None = None
    organisation_id: str = ""
    person_ids: tuple[str, ...] = ()
    programme: str = ""
    department: str = ""
    department_id: str = ""
    status: str = "unknown"
    form: str | None = None
    amount_fen: Fen | None = None
    delivered_fen: Fen = Fen(0)
    stages: int = 1
    delivered: int = 0
    months: tuple[str, ...] = ()
    """Months delivered."""
    from_month: str | None = None
    last_month: str | None = None
    year: int | None = None
    need: str | None = None
    disaster_id: str | None = None
    facts: list[dict[str, str | int]] = []
    record_number: str | None = None
    row_key: str | None = None
    import_id: str | None = None
    applied_on: date | None = None
    referred_on: date | None = None
    accepted_on: date | None = None
    decided_on: date | None = None
    given_on: date | None = None
    reported_on: date | None = None
    ended_on: date | None = None
    due_on: date | None = None
    """The last day of the step that is awaited."""
    outcome: str | None = None
    reason: str | None = None
    overlaps: tuple[str, ...] = ()


class Assistance(State):
    """One assistance, step by step: what it is for, who handles it, how far it is."""

    KIND = AssistanceId
    FOLDS: ClassVar = (*CASE, UnlistedAidReported)

    def __init__(self, subject_id: str) -> None:
        super().__init__(subject_id)
        self.file = AssistanceFile(subject_id)

    def evolve(self, event: Event) -> None:
        file, day = self.file, event.occurred_on
        if isinstance(event, AssistanceEvent):
            self.exists = True
            file.household_id, file.organisation_id = event.household_id, event.organisation_id
            file.person_ids, file.programme = event.person_ids, event.programme
            file.department, file.department_id = event.department, event.department_id
        match event:
            case AssistanceApplied():
                file.status, file.applied_on, file.due_on = "applied", day, event.due_on
            case AssistanceReferred():
                file.status, file.referred_on, file.due_on = "referred", day, event.due_on
                file.applied_on, file.reason = file.applied_on or day, event.reason
            case AssistanceAccepted():
                file.status, file.accepted_on, file.due_on = "accepted", day, event.due_on
            case AssistanceGranted():
                file.status, file.decided_on, file.stages, file.due_on = (
                    "granted",
                    day,
                    event.stages,
                    event.due_on,
                )
                self._aid(event)
            case AssistanceRefused():
                file.status, file.decided_on, file.reason, file.due_on = "refused", day, event.reason, None
            case AssistanceDelivered():
                file.delivered, file.given_on = event.stage, day
                file.delivered_fen = Fen(file.delivered_fen + (event.amount_fen or 0))
                file.months += (event.month,) if event.month else ()
                file.status = "delivered" if event.final else "delivering"
            case AssistanceReported():
                self._reported(event)
            case UnlistedAidReported():
                self.exists = True
                file.organisation_id, file.person_ids = event.organisation_id, (event.person_id,)
                file.programme, file.department, file.department_id = (
                    event.programme,
                    event.department,
                    event.department_id,
                )
                self._given(event)
                file.outcome = Outcome.GIVEN.value
            case AssistanceEnded():
                file.status, file.ended_on, file.reason, file.due_on = "ended", day, event.reason, None
                file.last_month = event.last_month or file.last_month

    def _reported(self, event: AssistanceReported) -> None:
        file = self.file
        file.outcome, file.reported_on, file.due_on = event.outcome.value, event.occurred_on, None
        if event.record_number is not None:
            self._given(event)
            file.overlaps, file.disaster_id = event.overlaps, event.disaster_id
        elif file.status in ("granted", "delivering", "delivered"):
            file.status = "reported"
            if event.amount_fen is not None:
                file.delivered_fen = event.amount_fen

    def _given(self, event: AssistanceReported | UnlistedAidReported) -> None:
        """Reported on its own: given before anything of it was known here."""
        file = self.file
        file.status, file.given_on, file.reported_on = "reported", event.occurred_on, event.occurred_on
        file.record_number, file.import_id = event.record_number, event.import_id
        file.row_key = event.origin.row_key if event.origin else None
        file.delivered_fen = event.amount_fen or Fen(0)
        self._aid(event)

    def _aid(self, event: AssistanceGranted | AssistanceReported | UnlistedAidReported) -> None:
        file = self.file
        file.form, file.amount_fen, file.year, file.need = (
            event.form,
            event.amount_fen,
            event.year,
            event.need,
        )
        file.from_month, file.last_month = event.from_month, event.last_month
        if not isinstance(event, UnlistedAidReported):
            file.disaster_id = event.disaster_id
        file.facts = msgspec.to_builtins(event.facts)


class Aid(NamedTuple):
    """One aid as far as others may exclude it: what, in which form, when, for what."""

    assistance_id: str
    programme: str
    form: str
    day: date
    from_month: Month
    last_month: Month | None
    """None: without end, or still running."""
    year: int
    need: str | None
    disaster_id: str | None
    household_id: str = ""


def aid_of(event: AssistanceGranted | AssistanceReported) -> Aid:
    """The aid an event gives; without months of its own it is given in the month of its day."""
    day = event.occurred_on or date.min
    first = event.from_month or month_of(day)
    monthly = event.from_month is not None
    return Aid(
        event.assistance_id, event.programme, event.form or "", day, first, event.last_month if monthly else first,
        event.year or day.year, event.need, event.disaster_id, event.household_id,
    )  # fmt: skip


class AidBook:
    """The aids of one subject: those that stand, and what is asked for but not decided."""

    def __init__(self) -> None:
        self.aids: dict[str, Aid] = {}
        self.asked: dict[str, str] = {}
        """assistance → programme."""

    def take(self, event: Event) -> None:
        """Takes one more event in."""
        if not isinstance(event, AssistanceEvent):
            return
        match event:
            case AssistanceApplied() | AssistanceReferred():
                self.asked[event.assistance_id] = event.programme
            case AssistanceGranted():
                self.asked.pop(event.assistance_id, None)
                self.aids[event.assistance_id] = aid_of(event)
            case AssistanceRefused():
                self.asked.pop(event.assistance_id, None)
            case AssistanceReported():
                if event.outcome is Outcome.NOT_GIVEN:
                    self.aids.pop(event.assistance_id, None)
                elif event.record_number is not None:
                    self.aids[event.assistance_id] = aid_of(event)
            case AssistanceEnded():
                self.asked.pop(event.assistance_id, None)
                aid = self.aids.get(event.assistance_id)
                if event.withdrawn:
                    self.aids.pop(event.assistance_id, None)
                elif aid is not None and event.last_month is not None:
                    self.aids[event.assistance_id] = aid._replace(last_month=event.last_month)

    def standing(self) -> Iterator[Aid]:
        """The aids that stand, in the order they were given."""
        yield from self.aids.values()


class PersonAids(State):
    """The aids one person has had or has."""

    KIND = PersonId
    FOLDS: ClassVar = AIDS

    def __init__(self, subject_id: str) -> None:
        super().__init__(subject_id)
        self.book = AidBook()

    def evolve(self, event: Event) -> None:
        self.exists = True
        self.book.take(event)


class HouseholdAids(State):
    """The aids one household has had or has, for any of its people."""

    KIND = HouseholdId
    FOLDS: ClassVar = AIDS

    def __init__(self, subject_id: str) -> None:
        super().__init__(subject_id)
        self.book = AidBook()

    def evolve(self, event: Event) -> None:
        self.exists = True
        self.book.take(event)


class Disaster(State):
    """A declared disaster: where it struck, and from when."""

    KIND = DisasterId
    FOLDS: ClassVar = (DisasterDeclared,)

    def __init__(self, subject_id: str) -> None:
        super().__init__(subject_id)
        self.places: frozenset[str] = frozenset()
        self.struck_on = date.min
        self.ended_on: date | None = None

    def evolve(self, event: Event) -> None:
        if isinstance(event, DisasterDeclared):
            self.exists = True
            self.places, self.ended_on = frozenset(event.organisation_ids), event.ended_on
            self.struck_on = event.occurred_on or date.min

    def strikes(self, lineage: tuple[str, ...], day: date) -> bool:
        """Whether it had struck an organisation, or one above it, by a day."""
        return self.exists and self.struck_on <= day and bool(self.places & set(lineage))


class Home(State):
    """How safe a household's home was found to be, over time."""

    KIND = HouseholdId
    FOLDS: ClassVar = (HousingAssessed,)

    def __init__(self, subject_id: str) -> None:
        super().__init__(subject_id)
        self.found: list[tuple[date, DangerLevel]] = []

    def evolve(self, event: Event) -> None:
        if isinstance(event, HousingAssessed):
            self.exists = True
            self.found.append((event.occurred_on or date.min, event.danger))

    def danger_on(self, day: date) -> DangerLevel | None:
        """The level of the latest assessment not after a day; of one day, the last recorded."""
        before = [item for item in reversed(self.found) if item[0] <= day]
        return max(before, key=lambda item: item[0])[1] if before else None
