"""What is known of a case: which steps were taken, on which days, in which order, and what they said."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from typing import ClassVar

import msgspec

from ledger.identification.case_events import (
    CaseMeetingHeld,
    CaseRechecked,
    CoVerificationAnswered,
    CoVerificationRequested,
    DeadlineExtended,
    DocumentRegistered,
    LetterAnswered,
    LetterSent,
    MeansCheckRequested,
    MeansDisputed,
    NearRelativeFiled,
    NeighboursAsked,
    ObligorAuthorised,
    ObligorMeansRecorded,
    ObligorNamed,
    PathDeclared,
    PromiseBroken,
    PromiseSigned,
    RecheckDrawn,
    ReportedToCounty,
    ResultAnnounced,
    StepMadeUp,
    SupplementReceived,
)
from ledger.identification.events import (
    ApplicationAccepted,
    ApplicationSubmitted,
    AppraisalHeld,
    CaseAborted,
    Category,
    CategoryCode,
    CategoryConfirmed,
    CategoryRefused,
    CheckAuthorised,
    HomeVisited,
    MeansChecked,
    ObjectionRaised,
    OpinionGiven,
    PublicityEnded,
    PublicityStarted,
    RefusalNotified,
    Shown,
    SinglePerson,
    SupplementRequested,
)
from ledger.kernel import CaseId, Event, Fen, HouseholdId, PersonId, State
from ledger.programmes.events import Step

CASE_EVENTS = (
    ApplicationSubmitted, SupplementRequested, SupplementReceived, PromiseSigned, PromiseBroken, ApplicationAccepted, PathDeclared, StepMadeUp,
    DeadlineExtended, CheckAuthorised, MeansCheckRequested, MeansChecked, MeansDisputed, HomeVisited, NeighboursAsked, LetterSent,
    LetterAnswered, CoVerificationRequested, CoVerificationAnswered, ObligorNamed, ObligorAuthorised, ObligorMeansRecorded, NearRelativeFiled,
    AppraisalHeld, OpinionGiven, PublicityStarted, ObjectionRaised, PublicityEnded, ReportedToCounty, RecheckDrawn, CaseRechecked,
    CaseMeetingHeld, CategoryConfirmed, CategoryRefused, RefusalNotified, ResultAnnounced, CaseAborted, DocumentRegistered,
)  # fmt: skip
INQUIRIES = (
    MeansCheckRequested,
    MeansChecked,
    HomeVisited,
    NeighboursAsked,
    LetterSent,
    CoVerificationRequested,
)
"""With any of these the investigation has begun [57 art. 15]."""


class Mark(msgspec.Struct):
    """When a kind of step was taken last: its number among the steps of the case, the day, and how often."""

    number: int
    day: date
    times: int = 1


class ObligorFile(msgspec.Struct):
    """A legal obligor as a party: authorised, and judged able or not (None: not judged yet)."""

    kinship: str
    authorised: bool = False
    able: bool | None = None
    article: str = ""


class CoVerificationFile(msgspec.Struct):
    """A request for co-verification."""

    asked_id: str
    due_on: date
    answered: bool = False


class CaseFile(msgspec.Struct):
    """All that decisions, tasks and blockers need of one case, in the form a view stores."""

    case_id: str
    household_id: HouseholdId = HouseholdId("")
    organisation_id: str = ""
    category: CategoryCode = Category.DIBAO
    applicant: str = ""
    covered: tuple[PersonId, ...] = ()
    category_kind: str | None = None
    single_person: SinglePerson | None = None
    lives_elsewhere: bool = False
    status: str = "unknown"
    marks: dict[str, Mark] = {}
    """Event type → when it happened last."""
    number: int = 0
    last_on: date | None = None
    """The latest day of any step."""
    missing: tuple[str, ...] = ()
    """Supplements asked for, neither received nor promised."""
    promised: tuple[str, ...] = ()
    breaches: int = 0
    signed: tuple[str, ...] = ()
    """Who authorised the check, themselves or by a guardian."""
    skipped: tuple[Step, ...] = ()
    made_up: tuple[Step, ...] = ()
    path: str | None = None
    started_on: date | None = None
    """The day the investigation began: that of the first inquiry."""
    start_by: date | None = None
    opinion_by: date | None = None
    due_on: date | None = None
    county_by: date | None = None
    check_by: date | None = None
    objection_by: date | None = None
    follow_up_by: date | None = None
    publicise_again: bool = False
    devolved: bool = False
    notice_by: date | None = None
    publicity_until: date | None = None
    place: str | None = None
    shown: Shown | None = None
    proposed_fen: Fen | None = None
    approve: bool | None = None
    opinion_by_operator: str = ""
    county_visit: int = 0
    """The number of the county's latest home visit."""
    county_visit_on: date | None = None
    """The latest day the county visited."""
    relatives: int = 0
    recheck_id: str | None = None
    recheck: str | None = None
    """``undrawn``, ``drawn``, ``upheld``, ``not_upheld``: where a random re-check is asked for and stands."""
    obligors: dict[str, ObligorFile] = {}
    co_verifications: dict[str, CoVerificationFile] = {}
    document_kinds: tuple[str, ...] = ()
    entitlement_id: str | None = None
    monthly_fen: Fen | None = None
    counted: int | None = None
    refused_reason: str | None = None


_encoder = msgspec.json.Encoder()
_decoder = msgspec.json.Decoder(CaseFile)


class Case(State):
    """One application, step by step."""

    KIND = CaseId
    FOLDS: ClassVar = CASE_EVENTS

    def __init__(self, subject_id: str) -> None:
        super().__init__(subject_id)
        self.file = CaseFile(subject_id)
        self.events: list[Event] = []
        """The steps that were read, in order."""

    def to_json(self) -> bytes:
        """The whole state but the events themselves, to be stored by a view."""
        return _encoder.encode(self.file)

    @classmethod
    def from_json(cls, data: bytes | str) -> Case:
        """The state a view stored."""
        file = _decoder.decode(data)
        found = cls(file.case_id)
        found.file, found.exists = file, file.status != "unknown"
        return found

    def evolve(self, event: Event) -> None:
        self.events.append(event)
        file = self.file
        if isinstance(event, DocumentRegistered):
            # A paper is put on file whenever it is scanned: no step, and no day of one.
            file.document_kinds = (*file.document_kinds, event.document_kind)
            return
        day = event.occurred_on or date.min
        file.number += 1
        name = type(event).__name__
        mark = file.marks.get(name)
        file.marks[name] = Mark(file.number, day, mark.times + 1 if mark else 1)
        file.last_on = max(day, file.last_on or day)
        if isinstance(event, INQUIRIES):
            file.started_on = min(day, file.started_on or day)
        for evolve in (self._application, self._investigation, self._deliberation, self._county):
            evolve(event)

    def _application(self, event: Event) -> None:
        file = self.file
        match event:
            case ApplicationSubmitted():
                self.exists, file.status = True, "submitted"
                file.household_id, file.organisation_id = event.household_id, event.organisation_id
                file.category, file.covered, file.applicant = event.category, event.covered, event.person_id
                file.category_kind, file.single_person = event.category_kind, event.single_person
                file.lives_elsewhere = event.lives_elsewhere
            case SupplementRequested():
                file.missing = event.missing
            case SupplementReceived():
                file.missing = tuple(m for m in file.missing if m not in event.received)
            case PromiseSigned():
                file.promised = (*file.promised, *event.proofs)
                file.missing = tuple(m for m in file.missing if m not in event.proofs)
            case PromiseBroken():
                file.breaches += 1
                # A proof whose promise was false is owed again.
                file.promised = tuple(p for p in file.promised if p not in event.proofs)
            case ApplicationAccepted():
                file.due_on, file.start_by, file.opinion_by = event.due_on, event.start_by, event.opinion_by
                file.publicise_again, file.devolved = event.publicise_again, event.devolved
            case PathDeclared():
                file.path, file.skipped = event.path, event.skipped
                file.due_on, file.follow_up_by = event.due_on, event.follow_up_on
            case StepMadeUp():
                file.made_up = (*file.made_up, event.step)
            case DeadlineExtended():
                file.due_on = event.due_on
            case CaseAborted():
                file.status = "aborted"

    def _investigation(self, event: Event) -> None:
        file = self.file
        match event:
            case CheckAuthorised():
                file.signed = tuple(dict.fromkeys((*file.signed, *event.authorised_by, *event.signed_for)))
            case MeansCheckRequested():
                file.check_by = event.due_on
            case HomeVisited() if event.by_county:
                file.county_visit = file.number
                file.county_visit_on = max(event.occurred_on or date.min, file.county_visit_on or date.min)
            case NearRelativeFiled():
                file.relatives += 1
            case ObligorNamed():
                file.obligors[event.obligor_id] = ObligorFile(event.kinship)
            case ObligorAuthorised() if event.obligor_id in file.obligors:
                file.obligors[event.obligor_id].authorised = True
            case ObligorMeansRecorded() if event.obligor_id in file.obligors:
                obligor = file.obligors[event.obligor_id]
                obligor.able, obligor.article = event.able, event.article
            case CoVerificationRequested():
                file.co_verifications[event.co_verification_id] = CoVerificationFile(
                    event.asked_id, event.due_on
                )
            case CoVerificationAnswered() if event.co_verification_id in file.co_verifications:
                file.co_verifications[event.co_verification_id].answered = True

    def _deliberation(self, event: Event) -> None:
        file = self.file
        match event:
            case OpinionGiven():
                file.approve, file.opinion_by_operator = event.approve, event.actor.operator_id
                total = sum(amount.amount_fen for amount in event.proposed)
                file.proposed_fen = Fen(total) if event.proposed else None
            case PublicityStarted():
                file.publicity_until, file.place, file.shown = event.until, event.place, event.shown
            case ObjectionRaised():
                file.objection_by = event.due_on

    def _county(self, event: Event) -> None:
        file = self.file
        match event:
            case ReportedToCounty():
                file.county_by = event.due_on
                if event.recheck_id is not None and file.recheck is None:
                    file.recheck_id, file.recheck = event.recheck_id, "undrawn"
            case RecheckDrawn():
                file.recheck = "drawn" if self.id in event.drawn else "not_drawn"
            case CaseRechecked():
                file.recheck = "upheld" if event.upheld else "not_upheld"
            case CategoryConfirmed():
                file.status, file.entitlement_id = "confirmed", event.entitlement_id
                total = sum(amount.amount_fen for amount in event.amounts)
                file.monthly_fen = Fen(total) if event.amounts else None
                file.counted = len(event.counted)
            case CategoryRefused():
                file.status, file.refused_reason = "refused", event.reason
                file.notice_by = event.notice_by

    # --- what follows from it ---

    @property
    def household_id(self) -> HouseholdId:
        return self.file.household_id

    @property
    def organisation_id(self) -> str:
        return self.file.organisation_id

    @property
    def category(self) -> CategoryCode:
        return self.file.category

    @property
    def covered(self) -> tuple[PersonId, ...]:
        return self.file.covered

    @property
    def status(self) -> str:
        """``submitted``, ``confirmed``, ``refused`` or ``aborted``."""
        return self.file.status

    @property
    def open(self) -> bool:
        return self.status == "submitted"

    @property
    def submitted_on(self) -> date:
        """The day of the application: the definition in force then says what the procedure is."""
        return self.file.marks["ApplicationSubmitted"].day

    def done(self, kind: type[Event]) -> bool:
        """Whether a step of a kind was taken."""
        return kind.__name__ in self.file.marks

    def day_of(self, kind: type[Event]) -> date | None:
        """The day of the latest step of a kind."""
        mark = self.file.marks.get(kind.__name__)
        return mark.day if mark else None

    def number_of(self, kinds: Iterable[type[Event]]) -> int:
        """The number of the latest step of any of the kinds, 0 when none was taken."""
        found = (self.file.marks.get(kind.__name__) for kind in kinds)
        return max((mark.number for mark in found if mark), default=0)

    def last(self, kind: type[Event]) -> Event | None:
        """The latest step of a kind among those read, None when it was not taken."""
        return next((e for e in reversed(self.events) if isinstance(e, kind)), None)

    def after(self, kind: type[Event], other: type[Event]) -> bool:
        """Whether a step of `kind` was taken after the latest `other` (or at all, when that was not)."""
        return self.number_of((kind,)) > self.number_of((other,))

    @property
    def objection_open(self) -> bool:
        """An objection that no new opinion has answered yet."""
        return self.done(ObjectionRaised) and not self.after(OpinionGiven, ObjectionRaised)

    @property
    def publicised(self) -> bool:
        """Whether the opinion is posted now."""
        return self.after(PublicityStarted, PublicityEnded)

    def publicity_ended(self, again: bool) -> bool:
        """Whether publicity is over; where a new opinion is posted `again` after an objection, that one's [43 art. 15]."""
        if not self.done(PublicityEnded) or self.publicised:
            return False
        return not again or not self.done(ObjectionRaised) or self.after(PublicityEnded, OpinionGiven)

    @property
    def stage(self) -> str:
        """Where the case stands, in one word."""
        if not self.open:
            return self.status
        stages = (
            (self.objection_open, "objection"),
            (self.after(ReportedToCounty, OpinionGiven), "reported"),
            (self.publicised, "publicised"),
            (self.done(PublicityEnded), "publicity_ended"),
            (self.done(OpinionGiven), "opinion"),
            (self.number_of(INQUIRIES) > 0, "checking"),
            (self.done(ApplicationAccepted), "accepted"),
            (bool(self.file.missing), "supplement"),
        )
        return next((stage for holds, stage in stages if holds), "submitted")


def publicity_end(started: date, days: int) -> date:
    """The first day on which a publicity of so many days may be closed."""
    return started + timedelta(days=days)
