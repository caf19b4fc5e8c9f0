"""What can happen to a review 行政复议 or lawsuit 行政诉讼, and to an error 容错纠错 [57 art. 38–39, 649 art. 65, S 四(三)]."""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import ClassVar

import msgspec

from ledger.complaints.events import FollowedBy, TermUsed
from ledger.ids import (
    CaseId,
    ComplaintId,
    CorrectionId,
    EntitlementId,
    HouseholdId,
    LawsuitId,
    OperatorId,
    OrganisationId,
    PersonId,
    ReviewId,
)
from ledger.kernel import Event, Named, Private


class ReviewResult(StrEnum):
    """What the organ of review or the court decided: 维持, 变更, 撤销, 撤销并责令重作, 责令履行, 确认违法, 驳回."""

    UPHOLD = "uphold"
    CHANGE = "change"
    ANNUL = "annul"
    ORDER_ANEW = "order_anew"
    ORDER_PERFORMANCE = "order_performance"
    CONFIRM_UNLAWFUL = "confirm_unlawful"
    DISMISS = "dismiss"


WITHOUT_EFFECT = frozenset({ReviewResult.UPHOLD, ReviewResult.DISMISS})
"""Results after which nothing need be done."""


class RemedyEvent(Event, frozen=True, kw_only=True):
    """Base of everything about one review or lawsuit of a decision on a household; never stored itself."""

    household_id: HouseholdId
    organisation_id: OrganisationId
    """The organisation whose decision it is."""
    case_id: CaseId | None = None
    entitlement_id: EntitlementId | None = None
    department: str | None = None
    """The organ of review, or the court, where it is they who acted."""
    note: Named | None = None


class ReviewEvent(RemedyEvent, frozen=True, kw_only=True):
    """Base of everything about one review; never stored itself."""

    review_id: ReviewId


class ReviewRequested(ReviewEvent, frozen=True, kw_only=True):
    """Someone the decision concerns asked for its administrative review 申请行政复议 [57 art. 38, 行政复议法 art. 20]."""

    TITLE: ClassVar = ("申请行政复议", "Review requested")

    person_id: PersonId
    """The applicant."""
    challenged: FollowedBy
    """The decision, as it stands in the log."""
    organ: str
    """The organ of review 行政复议机关."""
    known_on: date
    """The day the applicant knew of the decision."""
    request_by: date
    """The last day to ask, hindrances added."""
    accept_by: date
    grounds: Private
    hindered_days: int = 0
    hindrance: str | None = None
    """Why the term stood still 不可抗力或其他正当理由."""
    terms: tuple[TermUsed, ...] = ()


class ReviewAccepted(ReviewEvent, frozen=True, kw_only=True):
    """The organ took it up 受理; `decide_by` is the last day for its decision."""

    TITLE: ClassVar = ("行政复议受理", "Review accepted")

    decide_by: date
    term: TermUsed


class ReviewNotAccepted(ReviewEvent, frozen=True, kw_only=True):
    """The organ did not take it up 不予受理, with the reason."""

    TITLE: ClassVar = ("行政复议不予受理", "Review not accepted")

    reason: str
    article: str


class ReviewExtended(ReviewEvent, frozen=True, kw_only=True):
    """The organ extended its term, once, with a reason [行政复议法 art. 62]."""

    TITLE: ClassVar = ("行政复议延期", "Review's term extended")

    decide_by: date
    reason: str
    term: TermUsed


class ReviewWithdrawn(ReviewEvent, frozen=True, kw_only=True):
    """The applicant took it back before it was decided."""

    TITLE: ClassVar = ("撤回行政复议申请", "Review withdrawn")

    reason: str


class ReviewDecided(ReviewEvent, frozen=True, kw_only=True):
    """The organ decided 复议决定: the decision stands, or something must follow."""

    TITLE: ClassVar = ("行政复议决定", "Review decided")

    result: ReviewResult
    reason: str
    article: str
    decision_number: str
    """文号 of the decision."""
    carry_out_by: date | None = None
    """The day by which what was decided must be carried out."""


class ReviewServed(ReviewEvent, frozen=True, kw_only=True):
    """The decision was served on the applicant 送达; `sue_by` is the last day to go to court [行政诉讼法 art. 45]."""

    TITLE: ClassVar = ("送达行政复议决定", "Review decision served")

    served_by: str
    sue_by: date
    term: TermUsed


class ReviewCarriedOut(ReviewEvent, frozen=True, kw_only=True):
    """What was done as the review decided: the events that followed 履行复议决定."""

    TITLE: ClassVar = ("履行行政复议决定", "Review decision carried out")

    remedies: tuple[FollowedBy, ...]


class LawsuitEvent(RemedyEvent, frozen=True, kw_only=True):
    """Base of everything about one lawsuit; never stored itself."""

    lawsuit_id: LawsuitId
    review_id: ReviewId | None = None


class LawsuitFiled(LawsuitEvent, frozen=True, kw_only=True):
    """The decision is before a court 行政诉讼 [57 art. 38, 649 art. 65]."""

    TITLE: ClassVar = ("提起行政诉讼", "Lawsuit filed")

    person_id: PersonId
    challenged: FollowedBy
    court: str
    docket: str
    """案号."""


class LawsuitConcluded(LawsuitEvent, frozen=True, kw_only=True):
    """The court decided, or the suit was taken back (`result` is then none)."""

    TITLE: ClassVar = ("行政诉讼结案", "Lawsuit concluded")

    result: ReviewResult | None = None
    judgment: str
    """文号 of judgment or ruling."""
    carry_out_by: date | None = None


class JudgmentCarriedOut(LawsuitEvent, frozen=True, kw_only=True):
    """What was done as the court decided: the events that followed 履行判决."""

    TITLE: ClassVar = ("履行行政判决", "Judgment carried out")

    remedies: tuple[FollowedBy, ...]


# --- errors ---


class FoundBy(StrEnum):
    """Who found an error: whoever made it, a colleague, a superior, a complaint, a check, an audit."""

    SELF = "self"
    COLLEAGUE = "colleague"
    SUPERIOR = "superior"
    COMPLAINT = "complaint"
    CHECK = "check"
    AUDIT = "audit"


class Grounds(msgspec.Struct, frozen=True, kw_only=True):
    """What must be so for an exemption, told apart by 三个区分开来 [57 art. 39, S 四(三)]."""

    public_spirited: bool
    """Acted in good faith, for no gain of anyone's 秉持公心."""
    duty_done: bool
    """Followed the procedure, did what duty asks 履职尽责."""
    objective_cause: bool
    """The cause lay outside, no wilful act 因客观原因."""


class Measure(StrEnum):
    """How someone is held to account: talk 谈话提醒, criticism 批评教育, reassigned 调整岗位, handed over 移送处理."""

    TALK = "talk"
    CRITICISM = "criticism"
    REASSIGNED = "reassigned"
    HANDED_OVER = "handed_over"


class CorrectionMade(Event, frozen=True, kw_only=True):
    """Events that were wrong, what was right, and the events that corrected them; the originals stay as they are.

    What was wrong and right is sealed: under the household's key where it concerns one, else under its own.
    """

    TITLE: ClassVar = ("更正", "Correction made")

    correction_id: CorrectionId
    organisation_id: OrganisationId
    household_id: HouseholdId | None = None
    complaint_id: ComplaintId | None = None
    originals: tuple[FollowedBy, ...]
    correctives: tuple[FollowedBy, ...]
    corrected_operators: tuple[OperatorId, ...]
    """Who recorded what was wrong."""
    wrong: Private
    right: Private
    cause: str
    """Why it went wrong."""
    found_by: FoundBy
    found_by_operator: str | None = None
    discovered_on: date
    corrected_on: date
    """The day the last correcting event was recorded, by the ledger's own clock."""
    note: Named | None = None


class ErrorEvent(Event, frozen=True, kw_only=True):
    """Base of what follows for those who made an error: a matter of staff, on no household's chain; never stored itself."""

    correction_id: CorrectionId
    organisation_id: OrganisationId


class ErrorAssessed(ErrorEvent, frozen=True, kw_only=True):
    """Two or more others assessed the error 容错评估."""

    TITLE: ClassVar = ("容错评估", "Error assessed")

    assessors: tuple[OperatorId, ...]
    grounds: Grounds
    opinion: str
    minutes: str
    """The document it was recorded in."""


class ExemptionGranted(ErrorEvent, frozen=True, kw_only=True):
    """An operator is not held to account 免于问责: in good faith, and corrected in time [57 art. 39]."""

    TITLE: ClassVar = ("免于问责", "Exemption granted")

    operator_id: OperatorId
    discovered_on: date
    corrected_on: date
    in_time_until: date
    term: TermUsed
    reason: str
    decision_number: str


class HeldAccountable(ErrorEvent, frozen=True, kw_only=True):
    """An operator is held to account 问责 [57 art. 39, 649 art. 66]."""

    TITLE: ClassVar = ("问责", "Held accountable")

    operator_id: OperatorId
    measure: Measure
    reason: str
    article: str
    decision_number: str
