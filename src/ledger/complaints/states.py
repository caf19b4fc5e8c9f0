"""What is known of a complaint, and which of them are pending about a case or a household."""

from __future__ import annotations

from datetime import date
from typing import ClassVar

from ledger.complaints.events import (
    ComplaintAcknowledged,
    ComplaintAnswered,
    ComplaintAssigned,
    ComplaintEvent,
    ComplaintExtended,
    ComplaintFinding,
    ComplaintInvestigated,
    ComplaintLodged,
    ComplaintRemedied,
    ComplaintWithdrawn,
)
from ledger.ids import CaseId, ComplaintId, HouseholdId
from ledger.kernel import Event, State

COMPLAINT_EVENTS = (
    ComplaintLodged,
    ComplaintAcknowledged,
    ComplaintAssigned,
    ComplaintInvestigated,
    ComplaintExtended,
    ComplaintAnswered,
    ComplaintRemedied,
    ComplaintWithdrawn,
)


class Complaint(State):
    """One complaint, stage by stage: lodged, acknowledged, assigned, investigated, answered, remedied, or withdrawn."""

    KIND = ComplaintId
    FOLDS: ClassVar = COMPLAINT_EVENTS

    def __init__(self, subject_id: str) -> None:
        super().__init__(subject_id)
        self.lodged: ComplaintLodged | None = None
        self.acknowledged_on: date | None = None
        self.handler: str | None = None
        self.concerned: set[str] = set()
        self.investigated: ComplaintInvestigated | None = None
        self.answer_by: date | None = None
        self.extensions: list[ComplaintExtended] = []
        self.answered: ComplaintAnswered | None = None
        self.remedied = False
        self.withdrawn = False
        self.last_on = date.min
        """The day of its latest step."""

    def evolve(self, event: Event) -> None:
        if not isinstance(event, ComplaintExtended):  # whose day is only that of its record
            self.last_on = max(self.last_on, event.occurred_on or date.min)
        match event:
            case ComplaintLodged():
                self.exists, self.lodged, self.answer_by = True, event, event.answer_by
                self.concerned.update(event.concerned)
                if event.subject_operator:
                    self.concerned.add(event.subject_operator)
            case ComplaintAcknowledged():
                self.acknowledged_on = event.occurred_on
            case ComplaintAssigned():
                self.handler = event.handler
                self.concerned.update(event.concerned)
            case ComplaintInvestigated():
                self.investigated = event
            case ComplaintExtended():
                self.answer_by = event.answer_by
                self.extensions.append(event)
            case ComplaintAnswered():
                self.answered = event
            case ComplaintRemedied():
                self.remedied = True
            case ComplaintWithdrawn():
                self.withdrawn = True

    @property
    def pending(self) -> bool:
        """Neither answered nor withdrawn."""
        return self.exists and self.answered is None and not self.withdrawn

    @property
    def remedy_due(self) -> bool:
        """Upheld, with something still to be put right."""
        return self.answered is not None and self.answered.remedy_needed and not self.remedied

    @property
    def stage(self) -> str:
        """``lodged``, ``acknowledged``, ``assigned``, ``investigated``, ``remedy_due``, ``closed`` or ``withdrawn``."""
        if self.withdrawn:
            return "withdrawn"
        if self.answered is not None:
            return "remedy_due" if self.remedy_due else "closed"
        if self.investigated is not None:
            return "investigated"
        if self.handler is not None:
            return "assigned"
        return "lodged" if self.acknowledged_on is None else "acknowledged"

    @property
    def finding(self) -> ComplaintFinding | None:
        """What was found, None while it is not known."""
        return self.investigated.finding if self.investigated is not None else None


class _Pending(State):
    """Base: the complaints about one subject, and which of them are pending."""

    FOLDS: ClassVar = (ComplaintLodged, ComplaintAnswered, ComplaintWithdrawn)

    def __init__(self, subject_id: str) -> None:
        super().__init__(subject_id)
        self.lodged: dict[str, ComplaintLodged] = {}
        """Every complaint ever lodged about it, by id."""
        self._open: dict[str, None] = {}

    def evolve(self, event: Event) -> None:
        self.exists = True
        match event:
            case ComplaintLodged():
                self.lodged[event.complaint_id] = event
                self._open[event.complaint_id] = None
            case ComplaintEvent():
                self._open.pop(event.complaint_id, None)

    @property
    def open(self) -> tuple[str, ...]:
        """Ids of complaints neither answered nor withdrawn, the first lodged first."""
        return tuple(self._open)

    @property
    def pending(self) -> bool:
        """Whether one is pending, named or anonymous: then the county visits before it confirms [57 art. 20]."""
        return bool(self._open)


class CaseComplaints(_Pending):
    """The complaints about one case: lodged about it, or about its household while it was open [57 art. 20]."""

    KIND = CaseId


class HouseholdComplaints(_Pending):
    """The complaints that concern one household; one lodged before a case began is found here only."""

    KIND = HouseholdId
