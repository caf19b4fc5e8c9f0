"""What is known of one emergency."""

from __future__ import annotations

from datetime import date
from typing import ClassVar

import msgspec

from ledger.emergency.events import (
    AidForm,
    AidType,
    EmergencyAidGiven,
    EmergencyApproved,
    EmergencyClosed,
    EmergencyEased,
    EmergencyGraded,
    EmergencyMeetingHeld,
    EmergencyRegularised,
    EmergencyReported,
    Grade,
    Paper,
    PaperworkFiled,
    Supply,
)
from ledger.identification.calendar import add_working_days
from ledger.ids import EmergencyId
from ledger.kernel import Event, State


class GivenAid(msgspec.Struct, frozen=True):
    """One grant, as a view stores it."""

    day: date
    stage: int
    form: str
    amount_fen: int
    recipient: str
    supplies: tuple[Supply, ...] = ()
    handed_to: str | None = None
    imprest_id: str | None = None
    fund_id: str | None = None
    receipt: str | None = None
    operator_id: str = ""
    event_id: str = ""


class HeldMeeting(msgspec.Struct, frozen=True):
    """One meeting, as a view stores it."""

    meeting_id: str
    day: date
    present: tuple[str, ...]
    quorum: int
    in_favour: int
    against: int
    carried: bool
    decided_fen: int
    document: str = ""


class GivenApproval(msgspec.Struct, frozen=True):
    """One approval, as a view stores it."""

    day: date
    approved_fen: int
    stages: int
    approved_by: str
    meeting_id: str | None
    operator_id: str = ""


class Filed(msgspec.Struct, frozen=True):
    """One thing on file."""

    paper: str
    reference: str
    day: date


class EmergencyFile(msgspec.Struct):
    """All dated facts of one emergency, in the form a view stores."""

    emergency_id: str
    household_id: str = ""
    organisation_id: str = ""
    person_ids: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()
    kind: str = ""
    happened_on: date = date.min
    reported_on: date = date.min
    reporter_kind: str = ""
    reporter: str | None = None
    place: str | None = None
    account: str | None = None
    aid_type: AidType | None = None
    grade: Grade | None = None
    tier: int | None = None
    case_id: str | None = None
    graded_on: date | None = None
    standard_fen: int = 0
    small_limit_fen: int | None = None
    town_limit_fen: int = 0
    paperwork_days: int | None = None
    papers: tuple[Paper, ...] = ()
    approvals: list[GivenApproval] = []
    given_first: int = 0
    """How often something was given before anything was approved."""
    meetings: list[HeldMeeting] = []
    given: list[GivenAid] = []
    filed: list[Filed] = []
    eased_on: date | None = None
    regularised_on: date | None = None
    late_reason: str | None = None
    closed_on: date | None = None
    outcome: str | None = None


_encoder = msgspec.json.Encoder()
_decoder = msgspec.json.Decoder(EmergencyFile)


class Emergency(State):
    """One emergency from the report to its closing, with what is still to be put on paper and until when."""

    KIND = EmergencyId
    FOLDS: ClassVar = (
        EmergencyReported, EmergencyGraded, EmergencyMeetingHeld, EmergencyApproved, EmergencyAidGiven, EmergencyEased,
        PaperworkFiled, EmergencyRegularised, EmergencyClosed,
    )  # fmt: skip

    def __init__(self, subject_id: str) -> None:
        super().__init__(subject_id)
        self.file = EmergencyFile(subject_id)

    def to_json(self) -> bytes:
        """The whole state, to be stored by a view."""
        return _encoder.encode(self.file)

    @classmethod
    def from_json(cls, data: bytes | str) -> Emergency:
        """The state a view stored."""
        file = _decoder.decode(data)
        found = cls(file.emergency_id)
        found.file, found.exists = file, True
        return found

    def evolve(self, event: Event) -> None:
        file, day = self.file, event.occurred_on or date.min
        match event:
            case EmergencyReported():
                self._reported(event, day)
            case EmergencyGraded():
                file.aid_type, file.grade, file.tier, file.graded_on = (
                    event.aid_type,
                    event.grade,
                    event.tier,
                    day,
                )
                file.case_id, file.standard_fen = event.case_id, event.standard_fen
                file.small_limit_fen, file.town_limit_fen = event.small_limit_fen, event.town_limit_fen
                file.paperwork_days, file.papers = event.paperwork_days, event.papers
            case EmergencyMeetingHeld():
                file.meetings.append(
                    HeldMeeting(event.meeting_id, day, event.present, event.quorum, event.in_favour, event.against,
                                event.carried, event.decided_fen, (event.basis and event.basis.document) or "")
                )  # fmt: skip
            case EmergencyApproved():
                file.given_first = file.given_first if file.approvals else self.times
                file.approvals.append(
                    GivenApproval(day, event.approved_fen, event.stages, event.approved_by, event.meeting_id,
                                  event.actor.operator_id)
                )  # fmt: skip
            case EmergencyAidGiven():
                file.given.append(
                    GivenAid(day, event.stage, event.form, event.amount_fen or 0, event.recipient, event.supplies,
                             event.handed_to, event.imprest_id, event.fund_id, event.receipt, event.actor.operator_id,
                             event.event_id)
                )  # fmt: skip
            case EmergencyEased():
                file.eased_on = day
            case PaperworkFiled():
                file.filed += [Filed(one.paper, one.reference, day) for one in event.papers]
            case EmergencyRegularised():
                file.regularised_on, file.late_reason = day, event.late_reason
            case EmergencyClosed():
                file.closed_on, file.outcome = day, event.outcome

    def _reported(self, event: EmergencyReported, day: date) -> None:
        self.exists, file = True, self.file
        file.household_id, file.organisation_id = event.household_id, event.organisation_id
        file.person_ids, file.unknown, file.kind = event.person_ids, event.unknown, event.kind
        file.happened_on, file.reported_on, file.reporter_kind = day, event.reported_on, event.reporter_kind
        file.account = event.account.sealed
        file.place = event.place.sealed if event.place else None
        file.reporter = event.reporter.sealed if event.reporter else None

    # --- what follows from it ---

    @property
    def given_fen(self) -> int:
        """All that was given, goods by their worth."""
        return sum(one.amount_fen for one in self.file.given)

    @property
    def times(self) -> int:
        """How often something was given; to hand somebody on is to give nothing."""
        return sum(one.form != AidForm.HANDOVER for one in self.file.given)

    @property
    def approved_fen(self) -> int:
        """All that was approved."""
        return sum(one.approved_fen for one in self.file.approvals)

    @property
    def stages(self) -> int:
        """In how many stages what was approved may be given."""
        return sum(one.stages for one in self.file.approvals)

    @property
    def aided_on(self) -> date | None:
        """The day of the first aid."""
        return min((one.day for one in self.file.given), default=None)

    @property
    def due_on(self) -> date | None:
        """The last day to put on paper what is left: working days from the first aid, or from the day the worst was over."""
        file, aided = self.file, self.aided_on
        if aided is None or file.paperwork_days is None:
            return None
        start = max(aided, file.eased_on) if file.eased_on is not None else aided
        return add_working_days(start, file.paperwork_days)

    @property
    def missing(self) -> tuple[Paper, ...]:
        """What is to be on file and is not; nothing before any aid was given."""
        if self.aided_on is None:
            return ()
        there = {one.paper for one in self.file.filed}
        return tuple(paper for paper in self.file.papers if paper not in there)

    @property
    def status(self) -> str:
        """``reported``, ``graded``, ``approved``, ``aided``, ``paperwork_due``, ``regularised`` or ``closed``."""
        file = self.file
        if file.closed_on is not None:
            return "closed"
        if file.regularised_on is not None:
            return "regularised"
        if file.given:
            return "paperwork_due" if file.paperwork_days is not None else "aided"
        if file.approvals:
            return "approved"
        return "reported" if file.aid_type is None else "graded"
