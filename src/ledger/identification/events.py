"""What can happen to an application and to the entitlement that follows from it."""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import ClassVar, TypeAlias

from ledger.identification.case_terms_events import Shown as Shown
from ledger.identification.case_terms_events import SinglePerson as SinglePerson
from ledger.identification.frozen_events import DECIDED as DECIDED
from ledger.identification.frozen_events import Amount as Amount
from ledger.identification.frozen_events import Component as Component
from ledger.identification.frozen_events import FrozenFacts as FrozenFacts
from ledger.identification.frozen_events import StandardUsed as StandardUsed
from ledger.identification.frozen_events import Step as Step
from ledger.ids import ContractId, ProviderId, RaiseId
from ledger.kernel import (
    CaseId,
    EntitlementId,
    Event,
    HouseholdId,
    Month,
    Named,
    OrganisationId,
    PersonId,
    Private,
)
from ledger.registry.events import (
    IncomeLine,
    Origin,
    PropertyLine,
)

CategoryCode: TypeAlias = str
"""The code of a category 对象类别, as its definition gives it. A category that pays is also the programme that pays it."""


class Category(StrEnum):
    """The categories the law gives rules of their own; others are data alone (:mod:`ledger.programmes`)."""

    DIBAO = "dibao"
    TEKUN = "tekun"


class CaseEvent(Event, frozen=True, kw_only=True):
    """Base of every step of a case; never stored itself."""

    case_id: CaseId
    household_id: HouseholdId
    organisation_id: OrganisationId
    category: CategoryCode
    named: Named | None = None
    """The category's name as defined then, where it is none of the law's own."""


class ApplicationSubmitted(CaseEvent, frozen=True, kw_only=True):
    """The household applied, through one of its members [57 art. 4, 43 art. 10]."""

    TITLE: ClassVar = ("提交申请", "Application submitted")

    person_id: PersonId
    """The applicant."""
    on_behalf_of: str | None = None
    """Who filed it when the household could not [57 art. 6]."""
    covered: tuple[PersonId, ...] = ()
    """Whom the application covers: all members for dibao, the person alone for tekun."""
    authority: str | None = None
    """The power of attorney of who filed it on behalf [57 art. 6]."""
    provider_id: ProviderId | None = None
    """The contracted provider that filed it."""
    contract_id: ContractId | None = None
    category_kind: str | None = None
    """The kind within the category, where it has any."""
    single_person: SinglePerson | None = None
    """Why one person of a household applies alone [57 art. 8]."""
    lives_elsewhere: bool = False
    """The household lives elsewhere than its hukou 人户分离 [57 art. 5, 15]."""


class SupplementRequested(CaseEvent, frozen=True, kw_only=True):
    """What is missing was told once, completely 一次性告知 [57 art. 10]."""

    TITLE: ClassVar = ("一次性告知补正", "Supplement requested")

    missing: tuple[str, ...]


class ApplicationAccepted(CaseEvent, frozen=True, kw_only=True):
    """The application is complete; `due_on` is the last day for the decision [57 art. 22, 43 art. 13, 16]."""

    TITLE: ClassVar = ("受理申请", "Application accepted")

    due_on: date
    start_by: date | None = None
    """By when the investigation begins [57 art. 15]."""
    opinion_by: date | None = None
    """By when the town gives its opinion, where the text says so [43 art. 13]."""
    publicise_again: bool = False
    """Whether a new opinion after an objection is posted again, as the category was defined then."""
    devolved: bool = False
    """Whether the town confirms itself."""


class CheckAuthorised(CaseEvent, frozen=True, kw_only=True):
    """The members authorised the check of their means [57 art. 9]."""

    TITLE: ClassVar = ("授权核对", "Check authorised")

    authorised_by: tuple[str, ...]
    signed_for: tuple[str, ...] = ()
    """For whom a guardian among them signed as well, by `document`."""
    document: str | None = None


class MeansChecked(CaseEvent, frozen=True, kw_only=True):
    """The comparison report 核对报告 came back: income and property as found, as of `as_of` [57 art. 17]."""

    TITLE: ClassVar = ("信息核对", "Means checked")

    source: str
    as_of: date
    income: tuple[IncomeLine, ...] = ()
    property: tuple[PropertyLine, ...] = ()
    report: str | None = None


class HomeVisited(CaseEvent, frozen=True, kw_only=True):
    """Two or more visited the home and signed, with a member present [57 art. 16]."""

    TITLE: ClassVar = ("入户调查", "Home visited")

    visitors: tuple[str, ...]
    signed: bool
    findings: Private | None = None
    by_county: bool = False
    person_id: PersonId | None = None
    """The member present who signed."""
    contactless: str | None = None
    """telephone, video: how, where a declared emergency kept the visitors away."""


class AppraisalHeld(CaseEvent, frozen=True, kw_only=True):
    """Democratic appraisal 民主评议 [57 art. 19, 43 art. 14]."""

    TITLE: ClassVar = ("民主评议", "Appraisal held")

    present: int
    in_favour: int
    against: int
    quorum: int | None = None
    """The fewest who must be present, by the standard then in force."""


class OpinionGiven(CaseEvent, frozen=True, kw_only=True):
    """The town's first opinion 初审意见 [57 art. 19]."""

    TITLE: ClassVar = ("初审意见", "Opinion given")

    approve: bool
    reason: str
    proposed: tuple[Amount, ...] = ()


class PublicityStarted(CaseEvent, frozen=True, kw_only=True):
    """The opinion is posted 公示 in the company or community [57 art. 19, 43 art. 15]."""

    TITLE: ClassVar = ("公示开始", "Publicity started")

    place: str
    until: date
    """The last day of the publicity."""
    shown: Shown | None = None


class ObjectionRaised(CaseEvent, frozen=True, kw_only=True):
    """Someone objected to the opinion 公示异议."""

    TITLE: ClassVar = ("公示异议", "Objection raised")

    text: Private | None = None
    objector: Private | None = None
    """Who objected; nobody named is anonymous."""
    due_on: date | None = None
    """By when it is looked into [43 art. 15]."""


class PublicityEnded(CaseEvent, frozen=True, kw_only=True):
    """The publicity is over: 7 days passed."""

    TITLE: ClassVar = ("公示结束", "Publicity ended")

    objections: int = 0


class CategoryConfirmed(CaseEvent, frozen=True, kw_only=True):
    """The county confirmed 审核确认: cover begins, paid from `from_month` [57 art. 21, 43 art. 17]."""

    TITLE: ClassVar = ("审核确认", "Confirmed")

    entitlement_id: EntitlementId
    counted: tuple[PersonId, ...]
    from_month: Month
    amounts: tuple[Amount, ...]
    """None where the category gives a status and no money."""
    frozen: FrozenFacts
    category_kind: str | None = None
    single_person: SinglePerson | None = None
    last_month: Month | None = None
    """The last month of a confirmation that expires by itself [RG art. 10]."""
    review_by: date | None = None
    """By when the household is reviewed first [57 art. 31]."""


class CategoryRefused(CaseEvent, frozen=True, kw_only=True):
    """The applicant was refused 不予确认, with the reason [57 art. 21, 43 art. 18]."""

    TITLE: ClassVar = ("不予确认", "Refused")

    reason: str
    article: str
    frozen: FrozenFacts
    notice_by: date | None = None
    """By when the applicant is told [57 art. 21]."""


class RefusalNotified(CaseEvent, frozen=True, kw_only=True):
    """The refusal was told in writing within 3 working days [57 art. 21]."""

    TITLE: ClassVar = ("书面告知不予确认", "Refusal notified")

    served_by: str


class CaseAborted(CaseEvent, frozen=True, kw_only=True):
    """The procedure was stopped: withdrawn, or refused to cooperate [57 art. 29]."""

    TITLE: ClassVar = ("终止审核", "Case aborted")

    reason: str


class PriorCoverRecorded(Event, frozen=True, kw_only=True):
    """Cover decided before the ledger began, taken from a roster before the cut-over as what it is.

    It names the file, row, hash and decision document; it is no procedure and never looks like one.
    """

    TITLE: ClassVar = ("存量保障登记", "Prior cover recorded")

    entitlement_id: EntitlementId
    household_id: HouseholdId
    organisation_id: OrganisationId
    category: CategoryCode
    counted: tuple[PersonId, ...]
    from_month: Month
    """The first month this ledger pays it."""
    amounts: tuple[Amount, ...]
    decided_on: date | None = None
    decision_document: str
    origin: Origin


class EntitlementEvent(Event, frozen=True, kw_only=True):
    """Base of every later decision about an entitlement; never stored itself."""

    entitlement_id: EntitlementId
    household_id: HouseholdId
    organisation_id: OrganisationId
    category: CategoryCode


class AmountAdjusted(EntitlementEvent, frozen=True, kw_only=True):
    """The monthly amounts from `from_month` on 增发 减发 [57 art. 31–32]; replaces all components.

    One command may record several, one for each month in which standards or ages change the amount.
    """

    TITLE: ClassVar = ("保障金调整", "Amount adjusted")

    counted: tuple[PersonId, ...]
    from_month: Month
    amounts: tuple[Amount, ...]
    previous: tuple[Amount, ...]
    reason: str
    article: str
    frozen: FrozenFacts
    released: tuple[PersonId, ...] = ()
    """Counted until the month before, no longer: they left or died, and their cover by it ends."""
    raise_id: RaiseId | None = None
    """The rise of standards 提标 that brought it."""


class EntitlementTransferred(EntitlementEvent, frozen=True, kw_only=True):
    """The household moved: `to_id` pays from `from_month`, the old organisation until the month before."""

    TITLE: ClassVar = ("保障关系转移", "Entitlement transferred")

    from_id: str
    to_id: OrganisationId
    from_month: Month


class EntitlementSuspended(EntitlementEvent, frozen=True, kw_only=True):
    """Payment stops from `from_month` until resumed 暂停 缓发, with reason and article."""

    TITLE: ClassVar = ("暂停发放", "Suspended")

    from_month: Month
    reason: str
    article: str


class EntitlementResumed(EntitlementEvent, frozen=True, kw_only=True):
    """Payment resumes from `from_month`; suspended months are paid if `pay_suspended`."""

    TITLE: ClassVar = ("恢复发放", "Resumed")

    from_month: Month
    pay_suspended: bool
    reason: str
    paid_months: tuple[Month, ...] = ()
    """Of the suspended months, those that are paid where not all are."""
    article: str | None = None


class CategoryEnded(EntitlementEvent, frozen=True, kw_only=True):
    """Cover ends 停发: `last_month` is the last payable one (it may lie in the past when known late)."""

    TITLE: ClassVar = ("终止保障", "Ended")

    counted: tuple[PersonId, ...]
    last_month: Month
    reason: str
    article: str
    cause: str | None = None
    """Which of the law's causes it was: see ``EndCause``."""
