"""What can happen to a complaint 投诉, report 举报 or appeal 申诉 [649 art. 63, 57 art. 36–37]."""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import ClassVar

import msgspec

from ledger.ids import (
    CaseId,
    ComplaintId,
    CorrectionId,
    EntitlementId,
    HouseholdId,
    OperatorId,
    OrganisationId,
    PaymentId,
)
from ledger.kernel import Event, Named, Private


class ComplaintKind(StrEnum):
    """What was lodged: a complaint 投诉, a report 举报, an appeal to the office itself 申诉."""

    COMPLAINT = "complaint"
    REPORT = "report"
    APPEAL = "appeal"


class ComplaintChannel(StrEnum):
    """How it reached the office: hotline, in person, letter, online, handed on by another office 转交."""

    HOTLINE = "hotline"
    IN_PERSON = "in_person"
    LETTER = "letter"
    ONLINE = "online"
    HANDED_ON = "handed_on"


class ComplaintFinding(StrEnum):
    """Whether what was complained of is so: 属实, 部分属实, 不属实."""

    UPHELD = "upheld"
    PARTLY_UPHELD = "partly_upheld"
    NOT_UPHELD = "not_upheld"


class TermUsed(msgspec.Struct, frozen=True, kw_only=True):
    """A term 期限 as it stood when a due day was worked out by it."""

    name: str
    days: int
    working: bool
    """Whether they are working days."""
    basis: str


class FollowedBy(msgspec.Struct, frozen=True, kw_only=True):
    """An event that something was put right by (or that was wrong): where it stands in the log, and what it is."""

    position: int
    event_id: str
    type: str
    command_id: str
    operator_id: str
    recorded_on: date


class ComplaintEvent(Event, frozen=True, kw_only=True):
    """Base of everything about one complaint; never stored itself.

    Names the household only when the complaint belongs on its chain: one about an officer alone does not.
    """

    complaint_id: ComplaintId
    organisation_id: OrganisationId
    """Where it is handled."""
    household_id: HouseholdId | None = None
    case_id: CaseId | None = None
    """The case complained of."""
    other_case_ids: tuple[CaseId, ...] = ()
    """Cases of the household complained of that were open then: they wait for it as well [57 art. 20]."""
    note: Named | None = None


class ComplaintLodged(ComplaintEvent, frozen=True, kw_only=True):
    """Someone, named or not, complained about a case, payment, entitlement, household or officer.

    Who and what about are sealed under a key of the complaint's own: no file of a person leads to it.
    """

    TITLE: ClassVar = ("投诉举报登记", "Complaint lodged")

    kind: ComplaintKind
    channel: ComplaintChannel
    anonymous: bool
    complainant: Private | None = None
    contact: Private | None = None
    text: Private
    payment_id: PaymentId | None = None
    entitlement_id: EntitlementId | None = None
    subject_operator: OperatorId | None = None
    """The officer complained of."""
    about_household: str | None = None
    """The household an officer is said to have wronged or favoured, when that alone puts nothing on its chain."""
    concerned: tuple[str, ...] = ()
    """Operators who decided or acted in what is complained of, until then: none of them may handle it."""
    acknowledge_by: date
    answer_by: date
    terms: tuple[TermUsed, ...] = ()


class ComplaintAcknowledged(ComplaintEvent, frozen=True, kw_only=True):
    """The complainant was told that it is being handled 受理告知; of an anonymous one, that was noted on the file."""

    TITLE: ClassVar = ("投诉举报受理", "Complaint acknowledged")

    told: bool = True
    """False for an anonymous complaint: there is nobody to tell."""


class ComplaintAssigned(ComplaintEvent, frozen=True, kw_only=True):
    """Someone who is neither complained of nor had decided anything in it is to look into it 交办."""

    TITLE: ClassVar = ("投诉举报交办", "Complaint assigned")

    handler: OperatorId
    concerned: tuple[str, ...] = ()
    """Operators who had acted in what is complained of by then."""


class ComplaintInvestigated(ComplaintEvent, frozen=True, kw_only=True):
    """It was looked into 核查: what was found, and by which evidence [57 art. 37]."""

    TITLE: ClassVar = ("投诉举报核查", "Complaint investigated")

    finding: ComplaintFinding
    findings: Private
    evidence: tuple[str, ...]
    """Documents of the file, by number or hash."""


class ComplaintExtended(ComplaintEvent, frozen=True, kw_only=True):
    """The term for the answer was made longer, for a reason, approved by someone other than the handler."""

    TITLE: ClassVar = ("投诉举报办理延期", "Complaint's term extended")

    answer_by: date
    reason: str


class ComplaintAnswered(ComplaintEvent, frozen=True, kw_only=True):
    """What was found was told to whoever complained 反馈; the complaint is pending no more [57 art. 37]."""

    TITLE: ClassVar = ("投诉举报答复", "Complaint answered")

    finding: ComplaintFinding
    answer: Private
    told: bool = True
    """False where the complaint was anonymous and the answer is kept on the file only."""
    remedy_needed: bool = False
    """Whether something must be put right: then the complaint stays with its handler until it is."""


class ComplaintRemedied(ComplaintEvent, frozen=True, kw_only=True):
    """What an upheld complaint led to: the correction, or the events that put it right 整改落实."""

    TITLE: ClassVar = ("投诉举报整改", "Complaint remedied")

    correction_id: CorrectionId | None = None
    remedies: tuple[FollowedBy, ...] = ()


class ComplaintWithdrawn(ComplaintEvent, frozen=True, kw_only=True):
    """Whoever lodged it took it back before it was answered."""

    TITLE: ClassVar = ("投诉举报撤回", "Complaint withdrawn")

    reason: str
