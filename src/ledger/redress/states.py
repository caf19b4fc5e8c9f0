"""What is known of a review, a lawsuit, and an error."""

from __future__ import annotations

from datetime import date
from typing import ClassVar

from ledger.ids import CorrectionId, LawsuitId, ReviewId
from ledger.kernel import Event, HouseholdId, State
from ledger.redress.events import (
    WITHOUT_EFFECT,
    CorrectionMade,
    ErrorAssessed,
    ExemptionGranted,
    HeldAccountable,
    JudgmentCarriedOut,
    LawsuitConcluded,
    LawsuitFiled,
    ReviewAccepted,
    ReviewCarriedOut,
    ReviewDecided,
    ReviewEvent,
    ReviewExtended,
    ReviewNotAccepted,
    ReviewRequested,
    ReviewResult,
    ReviewServed,
    ReviewWithdrawn,
)


class Review(State):
    """One review: requested, accepted or not, decided, served, carried out; or withdrawn."""

    KIND = ReviewId
    FOLDS: ClassVar = (
        ReviewRequested, ReviewAccepted, ReviewNotAccepted, ReviewExtended, ReviewWithdrawn, ReviewDecided, ReviewServed,
        ReviewCarriedOut,
    )  # fmt: skip

    def __init__(self, subject_id: str) -> None:
        super().__init__(subject_id)
        self.requested: ReviewRequested | None = None
        self.stage = "unknown"
        self.decide_by: date | None = None
        self.extended = False
        self.decided: ReviewDecided | None = None
        self.served = False
        self.last_on = date.min

    def evolve(self, event: Event) -> None:
        if not isinstance(event, ReviewExtended):  # whose day is only that of its record
            self.last_on = max(self.last_on, event.occurred_on or date.min)
        match event:
            case ReviewRequested():
                self.exists, self.requested, self.stage = True, event, "requested"
            case ReviewAccepted():
                self.stage, self.decide_by = "accepted", event.decide_by
            case ReviewNotAccepted():
                self.stage = "not_accepted"
            case ReviewExtended():
                self.decide_by, self.extended = event.decide_by, True
            case ReviewWithdrawn():
                self.stage = "withdrawn"
            case ReviewDecided():
                self.decided = event
                self.stage = "closed" if event.result in WITHOUT_EFFECT else "to_carry_out"
            case ReviewServed():
                self.served = True
            case ReviewCarriedOut():
                self.stage = "closed"


class Lawsuit(State):
    """One lawsuit: filed, concluded, carried out."""

    KIND = LawsuitId
    FOLDS: ClassVar = (LawsuitFiled, LawsuitConcluded, JudgmentCarriedOut)

    def __init__(self, subject_id: str) -> None:
        super().__init__(subject_id)
        self.filed: LawsuitFiled | None = None
        self.stage = "unknown"
        self.result: ReviewResult | None = None
        self.concluded: LawsuitConcluded | None = None
        self.last_on = date.min

    def evolve(self, event: Event) -> None:
        self.last_on = max(self.last_on, event.occurred_on or date.min)
        match event:
            case LawsuitFiled():
                self.exists, self.filed, self.stage = True, event, "filed"
            case LawsuitConcluded():
                self.concluded, self.result = event, event.result
                nothing = event.result is None or event.result in WITHOUT_EFFECT
                self.stage = "closed" if nothing else "to_carry_out"
            case JudgmentCarriedOut():
                self.stage = "closed"


class Challenges(State):
    """Which decisions on a household are under review or before a court, by the decision's event id."""

    KIND = HouseholdId
    FOLDS: ClassVar = (
        ReviewRequested, ReviewNotAccepted, ReviewWithdrawn, ReviewDecided, LawsuitFiled, LawsuitConcluded,
    )  # fmt: skip

    def __init__(self, subject_id: str) -> None:
        super().__init__(subject_id)
        self.open: dict[str, str] = {}
        """By event id of the decision, the review or lawsuit that is open about it."""
        self.reviewed: set[str] = set()
        """Decisions a review was decided on: they are not reviewed twice."""
        self._of: dict[str, str] = {}

    def evolve(self, event: Event) -> None:
        self.exists = True
        match event:
            case ReviewRequested():
                self._begin(event.review_id, event.challenged.event_id)
            case LawsuitFiled():
                self._begin(event.lawsuit_id, event.challenged.event_id)
            case LawsuitConcluded():
                self._end(event.lawsuit_id)
            case ReviewEvent():
                if isinstance(event, ReviewDecided) and event.review_id in self._of:
                    self.reviewed.add(self._of[event.review_id])
                self._end(event.review_id)

    def _begin(self, challenge: str, decision: str) -> None:
        self._of[challenge] = decision
        self.open[decision] = challenge

    def _end(self, challenge: str) -> None:
        self.open.pop(self._of.get(challenge, ""), None)


class Correction(State):
    """One correction: what was wrong, how it was assessed, and what became of each who made the error."""

    KIND = CorrectionId
    FOLDS: ClassVar = (CorrectionMade, ErrorAssessed, ExemptionGranted, HeldAccountable)

    def __init__(self, subject_id: str) -> None:
        super().__init__(subject_id)
        self.made: CorrectionMade | None = None
        self.assessed: ErrorAssessed | None = None
        self.outcomes: dict[str, str] = {}
        """``exempt`` or ``accountable`` by operator."""

    def evolve(self, event: Event) -> None:
        match event:
            case CorrectionMade():
                self.exists, self.made = True, event
            case ErrorAssessed():
                self.assessed = event
            case ExemptionGranted():
                self.outcomes[event.operator_id] = "exempt"
            case HeldAccountable():
                self.outcomes[event.operator_id] = "accountable"
