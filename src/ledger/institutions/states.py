"""What is known of an institution, of a stay, of where a person stays, and of the attendance of a month."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import ClassVar

from ledger.ids import AttendanceId, InstitutionId, StayId
from ledger.institutions.events import (
    AttendanceConfirmed,
    AttendanceCorrected,
    AttendanceReported,
    DischargeReason,
    InstitutionAccountNominated,
    InstitutionChanged,
    InstitutionClosed,
    InstitutionRegistered,
    LeaveEnded,
    LeaveStarted,
    ResidentAdmitted,
    ResidentDischarged,
    StayKind,
)
from ledger.kernel import Event, Month, Named, PersonId, State, add_months, first_day


@dataclass
class Span:
    """One stay: who, where, and from which day until which it lasts (`until` is the first day after it)."""

    stay_id: str
    institution_id: str
    household_id: str
    person_id: str
    organisation_id: str
    programme: str
    named: Named
    kind: StayKind
    entitlement_id: str | None
    admitted_on: date
    until: date | None = None

    @classmethod
    def of(cls, event: ResidentAdmitted) -> Span:
        """The stay that begins with an admission."""
        return cls(
            event.stay_id, event.institution_id, event.household_id, event.person_id, event.organisation_id,
            event.programme, event.named, event.kind, event.entitlement_id, event.occurred_on or date.min,
        )  # fmt: skip

    def end(self, event: ResidentDischarged) -> None:
        """Ends it: the day of a death is still one of presence, any other day of leaving is not."""
        day = event.occurred_on or date.min
        self.until = day + timedelta(days=1) if event.left_for is DischargeReason.DEATH else day

    def on(self, day: date, died_on: date | None = None) -> bool:
        """Whether it lasts on a day, a death taken into account even where nobody recorded the discharge."""
        return self.admitted_on <= day and (self.until is None or day < self.until) and (died_on is None or day <= died_on)  # fmt: skip

    def days_in(self, month: Month, died_on: date | None = None) -> int:
        """How many days of a month it lasts."""
        return len(days_of(month, self.admitted_on, self.until, died_on))


def days_of(month: Month, start: date, until: date | None, died_on: date | None = None) -> range:
    """The days of a month, as ordinals, from `start` to before `until` and not after a death."""
    first, end = first_day(month), first_day(add_months(month, 1))
    last = min(d for d in (end, until, died_on + timedelta(days=1) if died_on else None) if d is not None)
    return range(max(first, start).toordinal(), max(last, first, start).toordinal())


class Institution(State):
    """An institution: what it is from which day on, its account, and everybody who ever stayed there."""

    KIND = InstitutionId
    FOLDS: ClassVar = (
        InstitutionRegistered,
        InstitutionChanged,
        InstitutionAccountNominated,
        InstitutionClosed,
        ResidentAdmitted,
        ResidentDischarged,
    )

    def __init__(self, subject_id: str) -> None:
        super().__init__(subject_id)
        self.organisation_id = ""
        self.terms: list[tuple[date, int, str, str, tuple[StayKind, ...]]] = []
        """(from, beds, name, licence, kinds), as recorded."""
        self.closed_on: date | None = None
        self.stays: dict[str, Span] = {}

    def evolve(self, event: Event) -> None:
        day = event.occurred_on or date.min
        match event:
            case InstitutionRegistered():
                self.exists, self.organisation_id = True, event.organisation_id
                self.terms.append((day, event.beds, event.name, event.licence, event.kinds))
            case InstitutionChanged():
                self.terms.append((day, event.beds, event.name, event.licence, event.kinds))
            case InstitutionClosed():
                self.closed_on = day
            case ResidentAdmitted():
                self.stays[event.stay_id] = Span.of(event)
            case ResidentDischarged():
                self.stays[event.stay_id].end(event)

    def open_on(self, day: date) -> bool:
        """Whether it takes residents on a day."""
        return self.exists and self.terms[0][0] <= day and (self.closed_on is None or day <= self.closed_on)

    def _term(self, day: date) -> tuple[date, int, str, str, tuple[StayKind, ...]]:
        """What holds on a day: of those not after it the one of the latest day, of one day the last recorded."""
        before = [term for term in self.terms if term[0] <= day] or self.terms[:1]
        return max(reversed(before), key=lambda term: term[0])

    def beds_on(self, day: date) -> int:
        """How many beds it has on a day."""
        return self._term(day)[1]

    def takes(self, kind: StayKind, day: date) -> bool:
        """Whether it is for such a stay on a day."""
        return kind in self._term(day)[4]

    def name_on(self, day: date) -> str:
        """Its name on a day."""
        return self._term(day)[2]

    def residents_on(self, day: date, deaths: Mapping[str, date | None]) -> list[Span]:
        """Who stays on a day; the dead do not, whether or not their discharge was recorded."""
        return [span for span in self.stays.values() if span.on(day, deaths.get(span.person_id))]

    def residents_in(self, month: Month, deaths: Mapping[str, date | None]) -> list[Span]:
        """Who stayed a day or more of a month, in the order of their stays."""
        return [span for span in self.stays.values() if span.days_in(month, deaths.get(span.person_id))]


class PersonStays(State):
    """Where a person stayed and stays: at most one place at a time."""

    KIND = PersonId
    FOLDS: ClassVar = (ResidentAdmitted, ResidentDischarged)

    def __init__(self, subject_id: str) -> None:
        super().__init__(subject_id)
        self.stays: dict[str, Span] = {}

    def evolve(self, event: Event) -> None:
        match event:
            case ResidentAdmitted():
                self.exists = True
                self.stays[event.stay_id] = Span.of(event)
            case ResidentDischarged():
                self.stays[event.stay_id].end(event)


@dataclass
class Leave:
    """A time away: from a day until the resident is back (None: still away)."""

    from_day: date
    back_on: date | None = None


class Stay(State):
    """One stay with its leaves."""

    KIND = StayId
    FOLDS: ClassVar = (ResidentAdmitted, LeaveStarted, LeaveEnded, ResidentDischarged)

    def __init__(self, subject_id: str) -> None:
        super().__init__(subject_id)
        self.span: Span | None = None
        self.leaves: list[Leave] = []

    def evolve(self, event: Event) -> None:
        match event:
            case ResidentAdmitted():
                self.exists, self.span = True, Span.of(event)
            case LeaveStarted() | LeaveEnded():
                turn(self.leaves, event)
            case ResidentDischarged() if self.span is not None:
                self.span.end(event)

    @property
    def away_since(self) -> date | None:
        """The day of a leave that did not end yet."""
        return self.leaves[-1].from_day if self.leaves and self.leaves[-1].back_on is None else None


def turn(leaves: list[Leave], event: Event) -> None:
    """A leave begins, or the one begun last ends."""
    day = event.occurred_on or date.min
    if isinstance(event, LeaveStarted):
        leaves.append(Leave(day))
    elif leaves:
        leaves[-1].back_on = day


def days_away(month: Month, span: Span, leaves: Iterable[Leave], died_on: date | None = None) -> int:
    """How many days of a month a resident was on leave: from the day of leaving to the one before coming back."""
    here = days_of(month, span.admitted_on, span.until, died_on)
    away: set[int] = set()
    for leave in leaves:
        away.update(days_of(month, leave.from_day, leave.back_on, died_on))
    return sum(1 for day in here if day in away)


class Attendance(State):
    """A month of an institution: what was reported last, by whom, and what is confirmed of each stay."""

    KIND = AttendanceId
    FOLDS: ClassVar = (AttendanceReported, AttendanceConfirmed, AttendanceCorrected)

    def __init__(self, subject_id: str) -> None:
        super().__init__(subject_id)
        self.report: AttendanceReported | None = None
        self.pending = False
        self.confirmed: dict[str, int] = {}

    def evolve(self, event: Event) -> None:
        self.exists = True
        match event:
            case AttendanceReported():
                self.report, self.pending = event, True
            case AttendanceConfirmed() | AttendanceCorrected():
                self.confirmed[event.stay_id] = event.days
                self.pending = False


def attendance_id(institution_id: str, month: Month) -> AttendanceId:
    """The id of one month of one institution."""
    return AttendanceId(f"{institution_id}/{month}")
