"""What happens to an entitlement while it lasts: reviews, tapering, notices, refused work, self-care, and how it ends."""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import ClassVar

import msgspec

from ledger.identification.events import Amount, EntitlementEvent
from ledger.kernel import Event, HouseholdId, Month, Named, OrganisationId, PersonId, Private, UnitId

# --- Reviews ---


class ReviewOutcome(StrEnum):
    """What a review came to 核查结果: as before, adjusted, or ended [57 art. 31]."""

    UNCHANGED = "unchanged"
    ADJUSTED = "adjusted"
    ENDED = "ended"


class ReviewCompleted(EntitlementEvent, frozen=True, kw_only=True):
    """The household's means were reviewed on `occurred_on`; within the cycle they are not asked again [57 art. 31]."""

    TITLE: ClassVar = ("定期核查", "Review completed")

    outcome: ReviewOutcome
    months: int
    """The cycle that begins now."""
    unstable: bool
    """Income is not steady, or somebody is able to work: the shorter cycle."""
    review_by: date
    """By when the next one is due."""
    note: Named
    findings: Private | None = None


class ReviewCycleExtended(EntitlementEvent, frozen=True, kw_only=True):
    """The term of a review is longer, for a declared emergency 重大突发事件 [57 art. 31]."""

    TITLE: ClassVar = ("核查期限延长", "Review extended")

    review_by: date
    reason: str
    article: str


# --- Tapering ---


class TaperMonth(msgspec.Struct, frozen=True, kw_only=True):
    """What one month of tapering pays."""

    month: Month
    amounts: tuple[Amount, ...]


class TaperStarted(EntitlementEvent, frozen=True, kw_only=True):
    """Work brought the household above the line: cover goes on for some months and then ends by itself 渐退 [57 art. 33; 83 一(三)]."""

    TITLE: ClassVar = ("开始渐退", "Taper started")

    counted: tuple[PersonId, ...]
    from_month: Month
    last_month: Month
    months: tuple[TaperMonth, ...]
    reason: str
    article: str
    approved_beyond: str | None = None
    """The document that allows more months than the definition has in principle."""


# --- Notices ---


class NoticeMeans(StrEnum):
    """How a notice reached the household 送达方式."""

    BY_HAND = "by_hand"
    LEFT_AT_HOME = "left_at_home"
    POST = "post"
    ELECTRONIC = "electronic"
    POSTED_PUBLICLY = "posted_publicly"


class NoticeServed(EntitlementEvent, frozen=True, kw_only=True):
    """The household was told of a decision, with its reason [57 art. 32]."""

    TITLE: ClassVar = ("送达通知", "Notice served")

    decision: str
    """Event id of the decision."""
    change: str
    """increase, reduction, suspension, resumption, stop, taper, own_share 增发 减发 缓发 恢复 停发 渐退 本人减停发."""
    effective_month: Month
    means: NoticeMeans
    reason: str
    article: str
    document: str
    """Number of the notice."""
    received_by: Private | None = None


# --- Endings that are posted first ---


class EndCause(StrEnum):
    """Why cover ends 终止事由 [57 art. 32; 43 art. 24]."""

    DEATH = "death"
    MISSING = "missing"
    ABLE_TO_WORK = "able_to_work"
    PRISON = "prison"
    MEANS = "means"
    OBLIGOR = "obligor"
    VOLUNTARY = "voluntary"
    GROWN_UP = "grown_up"
    EXPIRED = "expired"
    FALSE_STATEMENT = "false_statement"
    OTHER = "other"


class EndingPosted(EntitlementEvent, frozen=True, kw_only=True):
    """The intended end is posted 拟终止公示 for seven days; anew after an objection [43 art. 26]."""

    TITLE: ClassVar = ("拟终止公示", "Ending posted")

    place: str
    until: date
    """The first day on which it may be closed."""
    cause: EndCause
    reason: str
    article: str
    again: bool = False


class EndingObjected(EntitlementEvent, frozen=True, kw_only=True):
    """Someone objected to the intended end; it is looked into within the definition's working days [43 art. 26]."""

    TITLE: ClassVar = ("拟终止异议", "Ending objected to")

    text: Private | None = None
    decide_by: date


class EndingInvestigated(EntitlementEvent, frozen=True, kw_only=True):
    """What looking into the objection came to: the end stands and is posted again, or is given up [43 art. 26]."""

    TITLE: ClassVar = ("拟终止调查核实", "Ending investigated")

    stands: bool
    findings: Private | None = None


class EndingPublicityClosed(EntitlementEvent, frozen=True, kw_only=True):
    """The posting of an intended end is over, without an open objection."""

    TITLE: ClassVar = ("拟终止公示结束", "Publicity of the ending closed")


class OtherAidOffered(EntitlementEvent, frozen=True, kw_only=True):
    """Somebody whose tekun cover ended was told what else may be applied for [43 art. 27]."""

    TITLE: ClassVar = ("终止后转介其他救助", "Other aid offered")

    person_id: PersonId
    offered: tuple[str, ...]
    """Codes of categories and programmes."""
    wanted: bool


# --- Work ---


class JobOffered(Event, frozen=True, kw_only=True):
    """A department introduced work to a member who is able to work [57 art. 34]."""

    TITLE: ClassVar = ("介绍工作", "Job offered")

    job_offer_id: str
    person_id: PersonId
    household_id: HouseholdId
    organisation_id: OrganisationId
    department: str
    post: str
    """The kind of work; no personal data."""
    suitable: bool
    """Whether it suits the person's health and ability."""


class JobAccepted(Event, frozen=True, kw_only=True):
    """The person took the work: refusals are counted anew from here."""

    TITLE: ClassVar = ("接受工作", "Job accepted")

    job_offer_id: str
    person_id: PersonId
    household_id: HouseholdId
    organisation_id: OrganisationId


class JobRefused(Event, frozen=True, kw_only=True):
    """The person refused the work. Only a refusal of suitable work without just cause counts; `in_a_row` says how many by now [57 art. 34]."""

    TITLE: ClassVar = ("拒绝工作", "Job refused")

    job_offer_id: str
    person_id: PersonId
    household_id: HouseholdId
    organisation_id: OrganisationId
    just_cause: bool
    in_a_row: int
    reason_given: Private | None = None


class OwnShareReduced(EntitlementEvent, frozen=True, kw_only=True):
    """A person's own share of the amount is reduced or stopped for refused work; nobody else's [57 art. 34]."""

    TITLE: ClassVar = ("本人保障金减停发", "Own share reduced")

    person_id: PersonId
    from_month: Month
    withheld_permille: int
    """1000 stops the share."""
    refusals: int
    reason: str
    article: str


class OwnShareRestored(EntitlementEvent, frozen=True, kw_only=True):
    """The person's own share is paid again from a month."""

    TITLE: ClassVar = ("本人保障金恢复", "Own share restored")

    person_id: PersonId
    from_month: Month
    reason: str


# --- Self-care ---


class SelfCareReported(EntitlementEvent, frozen=True, kw_only=True):
    """Somebody reported that a person's self-care changed; it is assessed within ten working days [43 art. 23]."""

    TITLE: ClassVar = ("自理能力变化报告", "Self-care change reported")

    person_id: PersonId
    reported_by: str
    """self, carer, village, institution 本人 照料服务人 村居委会 供养机构."""
    assess_by: date


class SelfCareItem(StrEnum):
    """The six items of self-care 六项指标 [43 art. 21]."""

    EATING = "eating"
    DRESSING = "dressing"
    GETTING_UP = "getting_up"
    TOILET = "toilet"
    WALKING = "walking"
    BATHING = "bathing"


class SelfCareAssessed(EntitlementEvent, frozen=True, kw_only=True):
    """Two or more assessed the six items of self-care; the care tier follows [43 art. 21–23]."""

    TITLE: ClassVar = ("自理能力评估", "Self-care assessed")

    person_id: PersonId
    failed: tuple[SelfCareItem, ...]
    """The items that are not met; the others are."""
    assessors: tuple[str, ...]
    tier: str
    """full, partial, none: how much self-care is left."""
    previous_tier: str | None = None
    note: Named


# --- The month's changes ---


class CutOffDeclared(Event, frozen=True, kw_only=True):
    """An organisation hands in its changes of a month, or that there are none 月度变动上报."""

    TITLE: ClassVar = ("月度变动上报", "Cut-off declared")

    organisation_id: UnitId
    month: Month
    changes: int
    """How many; 0 for none."""
    document: str | None = None


class CutOffReopened(Event, frozen=True, kw_only=True):
    """What was handed in for a month was not all: it is to be handed in again."""

    TITLE: ClassVar = ("月度变动退回", "Cut-off reopened")

    organisation_id: UnitId
    month: Month
    reason: str
