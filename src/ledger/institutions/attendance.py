"""Attendance: the institution signs for the days of a month, the organisation confirms them, two different people."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any, ClassVar

from ledger.ids import InstitutionId
from ledger.institutions.commands import InstitutionCommand, deaths_in, deaths_of
from ledger.institutions.events import (
    AttendanceConfirmed,
    AttendanceCorrected,
    AttendanceReported,
    DaysPresent,
    LeaveEnded,
    LeaveStarted,
)
from ledger.institutions.refusals import (
    AttendanceWrong,
    CorrectionNeedsReason,
    MonthNotOver,
    NothingReported,
    SameOperator,
)
from ledger.institutions.states import Attendance, Institution, Leave, Span, attendance_id, days_away, turn
from ledger.institutions.stays import of
from ledger.kernel import (
    Context,
    Event,
    Facts,
    Known,
    Month,
    Named,
    Role,
    add_months,
    first_day,
    month,
    tag,
)


class AttendanceCommand(InstitutionCommand, frozen=True, kw_only=True):
    """Base of what is said of one month of one institution."""

    month: Month

    def more(self, institution: Institution, known: Known) -> list[Facts]:
        """The month's attendance, all leaves, and the deaths of who stayed in it."""
        return [
            Attendance.facts(attendance_id(self.institution_id, month(self.month))),
            Facts(types=(LeaveStarted, LeaveEnded), tags=(tag(InstitutionId, self.institution_id),)),
            *deaths_of(span.person_id for span in institution.residents_in(self.month, {})),
        ]

    def check(self, institution: Institution, present: Iterable[DaysPresent], known: Known) -> list[Span]:
        """Everybody who stayed in the month is named once, and nobody with more days than they were there.

        Raises ``AttendanceWrong``. Answers who stayed, in the order of their stays.
        """
        deaths = deaths_in(known, (span.person_id for span in institution.stays.values()))
        spans = {span.stay_id: span for span in institution.residents_in(self.month, deaths)}
        present = list(present)
        named = {item.stay_id for item in present}
        if len(named) < len(present):
            self._wrong("somebody is named twice", "同一入住记录重复")
        for stay in sorted(named - spans.keys()):
            self._wrong(f"{stay} did not stay there in that month", f"{stay}当月未在院")
        for stay in sorted(spans.keys() - named):
            self._wrong(
                f"{stay} is missing: name everybody who stayed, with 0 days if need be",
                f"缺少{stay}，当月在院人员须逐一报送",
            )
        leaves: dict[str, list[Leave]] = {}
        for event in known.events(LeaveStarted, LeaveEnded):
            turn(leaves.setdefault(event.stay_id, []), event)
        for item in present:
            span = spans[item.stay_id]
            died = deaths[span.person_id]
            most = span.days_in(self.month, died) - days_away(
                self.month, span, leaves.get(item.stay_id, ()), died
            )
            if not 0 <= item.days <= most:
                self._wrong(f"{item.stay_id} was there at most {most} days, not {item.days}", f"{item.stay_id}当月最多在院{most}天，不是{item.days}天")  # fmt: skip
        return list(spans.values())

    def _wrong(self, why: str, why_zh: str) -> None:
        raise AttendanceWrong(month=self.month, why=why, why_zh=why_zh)


class ReportAttendance(AttendanceCommand, frozen=True, kw_only=True):
    """The institution signs for the days of everybody who stayed in a month that is over; anew with a reason."""

    ROLES: ClassVar = frozenset({Role.PROVIDER, Role.CLERK})
    present_days: tuple[DaysPresent, ...]
    signed_by: str
    reason: str | None = None

    def decide(self, known: Known, context: Context) -> Iterable[Event]:
        institution = self.institution(known, context)
        over = first_day(add_months(month(self.month), 1))
        if context.today < over:
            raise MonthNotOver(month=self.month)
        if not self.signed_by.strip():
            self._wrong("nobody signed", "机构未签字")
        self.check(institution, self.present_days, known)
        attendance = known.state(Attendance, attendance_id(self.institution_id, self.month))
        reason = (self.reason or "").strip() or None
        if attendance.confirmed and reason is None:
            raise CorrectionNeedsReason(month=self.month)
        if attendance.confirmed == {item.stay_id: item.days for item in self.present_days}:
            self._wrong("it is what is confirmed, or nobody stayed there", "与已确认天数相同，或当月无人在院")
        yield AttendanceReported(
            attendance_id=attendance_id(self.institution_id, self.month), month=self.month, present=self.present_days,
            signed_by=self.signed_by, reason=reason, **self.of(institution),
        )  # fmt: skip


class ConfirmAttendance(AttendanceCommand, frozen=True, kw_only=True):
    """The organisation confirms what the institution reported last; what was confirmed before is corrected by it."""

    ROLES: ClassVar = frozenset({Role.CLERK, Role.REVIEWER})

    def decide(self, known: Known, context: Context) -> Iterable[Event]:
        institution = self.institution(known, context)
        attendance = known.state(Attendance, attendance_id(self.institution_id, month(self.month)))
        report = attendance.report
        if report is None or not attendance.pending:
            raise NothingReported(month=self.month)
        if report.actor.operator_id == context.actor.operator_id:
            raise SameOperator
        # Who died or left since it was reported is another month's matter no more: it must be reported anew.
        self.check(institution, report.present, known)
        days = {item.stay_id: item.days for item in report.present}
        for stay_id in dict.fromkeys((*days, *attendance.confirmed)):
            event = self._of(institution.stays[stay_id], days.get(stay_id, 0), attendance, report.reason, context.today)  # fmt: skip
            if event is not None:
                yield event

    def _of(
        self, span: Span, days: int, attendance: Attendance, reason: str | None, today: date
    ) -> Event | None:
        """What follows for one stay: confirmed for the first time, corrected, or nothing new."""
        said: dict[str, Any] = {"attendance_id": attendance_id(self.institution_id, self.month), "month": self.month, "days": days}  # fmt: skip
        previous = attendance.confirmed.get(span.stay_id)
        if previous is None:
            note = Named(zh=f"在院{days}天", en=f"{days} days present")
            return AttendanceConfirmed(note=note, **said, **of(span))
        if previous == days:
            return None
        note = Named(zh=f"在院{previous}天更正为{days}天", en=f"{previous} days corrected to {days}")
        return AttendanceCorrected(previous_days=previous, reason=reason or "", note=note, **said, **of(span))
