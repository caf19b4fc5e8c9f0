"""What is known of consents, needs, donors, offers and matches, and of public aid for the same need."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from typing import ClassVar

from ledger.assistance.events import AssistanceEnded, AssistanceGranted, AssistanceReported, Outcome
from ledger.emergency.events import EmergencyAidGiven
from ledger.ids import DonorId, MatchId, NeedId, OfferId
from ledger.kernel import Event, HouseholdId, State
from ledger.support.charity_events import (
    CharityConsentGiven,
    CharityConsentWithdrawn,
    DonationDelivered,
    DonationForm,
    DonorCommended,
    DonorRegistered,
    MatchAgreed,
    MatchCancelled,
    NeedLowered,
    NeedPublished,
    NeedWithdrawn,
    OfferMade,
    OfferWithdrawn,
)


class CharityConsent(State):
    """Whether a household agrees that its needs are published and passed to donors."""

    KIND = HouseholdId
    FOLDS: ClassVar = (CharityConsentGiven, CharityConsentWithdrawn)

    def __init__(self, subject_id: str) -> None:
        super().__init__(subject_id)
        self.given: CharityConsentGiven | None = None

    def evolve(self, event: Event) -> None:
        self.exists = True
        self.given = event if isinstance(event, CharityConsentGiven) else None

    def stands_on(self, day: date) -> bool:
        """Whether it was given, is not withdrawn, and has not run out by a day."""
        return self.given is not None and (self.given.until is None or day <= self.given.until)


@dataclass
class _Aid:
    """What is known of one public aid: its need, and what was granted or reported."""

    need: str | None = None
    granted: int | None = None
    reported: int | None = None
    not_given: bool = False
    withdrawn: bool = False

    @property
    def fen(self) -> int:
        """What a report says goes before what was granted; nothing when it was not given or was withdrawn."""
        if self.not_given or self.withdrawn:
            return 0
        return (self.granted or 0) if self.reported is None else self.reported


class PublicAid(State):
    """What was given a household from public money, by the need it is for: in fen, of each case once.

    A department names the need; emergency aid is for the emergency, whose id is then the need's reference.
    """

    KIND = HouseholdId
    FOLDS: ClassVar = (AssistanceGranted, AssistanceReported, AssistanceEnded, EmergencyAidGiven)

    def __init__(self, subject_id: str) -> None:
        super().__init__(subject_id)
        self.cases: defaultdict[str, _Aid] = defaultdict(_Aid)

    def evolve(self, event: Event) -> None:
        self.exists = True
        match event:
            case AssistanceGranted():
                aid = self.cases[event.assistance_id]
                aid.need = event.need or aid.need
                aid.granted = aid.granted if event.amount_fen is None else event.amount_fen
            case AssistanceReported():
                aid = self.cases[event.assistance_id]
                aid.need = event.need or aid.need
                aid.reported = aid.reported if event.amount_fen is None else event.amount_fen
                aid.not_given = event.outcome is Outcome.NOT_GIVEN
            case EmergencyAidGiven():
                aid = self.cases[event.emergency_id]
                aid.need, aid.granted = event.emergency_id, (aid.granted or 0) + (event.amount_fen or 0)
            case AssistanceEnded():
                self.cases[event.assistance_id].withdrawn |= event.withdrawn

    def for_need(self, reference: str) -> int:
        """What was given for one need, in fen."""
        return sum(aid.fen for aid in self.cases.values() if aid.need == reference)


def measure(form: DonationForm, fen: int | None, hours: int | None) -> int:
    """How much: fen of money or of goods' value, or hours."""
    return (hours if form is DonationForm.HOURS else fen) or 0


class Need(State):
    """One need: what it costs, what public aid lowered it by, what is agreed and delivered of it."""

    KIND = NeedId
    FOLDS: ClassVar = (
        NeedPublished,
        NeedLowered,
        NeedWithdrawn,
        MatchAgreed,
        MatchCancelled,
        DonationDelivered,
    )

    def __init__(self, subject_id: str) -> None:
        super().__init__(subject_id)
        self.published: NeedPublished | None = None
        self.withdrawn = False
        self.asked = 0
        self.lowered = 0
        self.agreed = 0
        """Agreed and not cancelled, delivered or not."""
        self.delivered = 0

    def evolve(self, event: Event) -> None:
        match event:
            case NeedPublished():
                self.exists, self.published = True, event
                self.asked = measure(event.form, event.cost_fen, event.hours)
            case NeedLowered():
                self.lowered += event.lowered_fen
            case NeedWithdrawn():
                self.withdrawn = True
            case MatchAgreed():
                self.agreed += measure(event.form, event.agreed_fen, event.hours)
            case MatchCancelled():
                self.agreed -= measure(event.form, event.released_fen, event.hours)
            case DonationDelivered():
                self.delivered += measure(event.form, event.amount_fen, event.hours)

    def open_on(self, day: date) -> bool:
        """Whether it may still be matched on a day."""
        need = self.published
        return need is not None and not self.withdrawn and (need.until is None or day <= need.until)

    def public(self, aid: PublicAid) -> int:
        """Public aid for the same need, in fen; hours are nothing public aid could cover."""
        need = self.published
        if need is None or need.form is DonationForm.HOURS:
            return 0
        return self.lowered + aid.for_need(need.need_reference)

    def left(self, aid: PublicAid) -> int:
        """What may still be agreed."""
        return self.asked - self.public(aid) - self.agreed

    def to_deliver(self, aid: PublicAid) -> int:
        """What may still be delivered before the need would be covered twice."""
        return self.asked - self.public(aid) - self.delivered


class Donor(State):
    """One donor."""

    KIND = DonorId
    FOLDS: ClassVar = (DonorRegistered, DonorCommended)

    def __init__(self, subject_id: str) -> None:
        super().__init__(subject_id)
        self.registered: DonorRegistered | None = None
        self.commended: list[DonorCommended] = []

    def evolve(self, event: Event) -> None:
        match event:
            case DonorRegistered():
                self.exists, self.registered = True, event
            case DonorCommended():
                self.commended.append(event)


class Offer(State):
    """One offer, and what is left of it."""

    KIND = OfferId
    FOLDS: ClassVar = (OfferMade, OfferWithdrawn, MatchAgreed, MatchCancelled)

    def __init__(self, subject_id: str) -> None:
        super().__init__(subject_id)
        self.made: OfferMade | None = None
        self.withdrawn = False
        self.left = 0

    def evolve(self, event: Event) -> None:
        match event:
            case OfferMade():
                self.exists, self.made = True, event
                self.left = measure(event.form, event.value_fen, event.hours)
            case OfferWithdrawn():
                self.withdrawn = True
            case MatchAgreed():
                self.left -= measure(event.form, event.agreed_fen, event.hours)
            case MatchCancelled():
                self.left += measure(event.form, event.released_fen, event.hours)

    def open_on(self, day: date) -> bool:
        """Whether it may still be matched on a day."""
        return (
            self.made is not None
            and not self.withdrawn
            and (self.made.until is None or day <= self.made.until)
        )


class Match(State):
    """One match, and what is still to be delivered of it."""

    KIND = MatchId
    FOLDS: ClassVar = (MatchAgreed, MatchCancelled, DonationDelivered)

    def __init__(self, subject_id: str) -> None:
        super().__init__(subject_id)
        self.agreed: MatchAgreed | None = None
        self.left = 0

    def evolve(self, event: Event) -> None:
        match event:
            case MatchAgreed():
                self.exists, self.agreed = True, event
                self.left = measure(event.form, event.agreed_fen, event.hours)
            case MatchCancelled():
                self.left = 0
            case DonationDelivered():
                self.left -= measure(event.form, event.amount_fen, event.hours)
