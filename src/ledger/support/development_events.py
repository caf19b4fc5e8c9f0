"""What can happen in development assistance 开发式帮扶: training, public-interest posts, loans and their interest [S 三(七)]."""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import ClassVar

from ledger.ids import LoanId, PostId, TrainingId
from ledger.kernel import Event, Fen, HouseholdId, Named, OrganisationId, PersonId


class PostKind(StrEnum):
    """Public-interest posts in a company or community 公益性岗位 [S 三(七)]."""

    FOREST = "forest"
    ROAD = "road"
    CLEANING = "cleaning"
    GUARD = "guard"
    OTHER = "other"


class DevelopmentEvent(Event, frozen=True, kw_only=True):
    """Base of what is done for one person's own earning; never stored itself. The department is the one that acted."""

    household_id: HouseholdId
    person_id: PersonId
    organisation_id: OrganisationId
    programme: str
    named: Named
    department: str
    note: Named


class TrainingPlanned(DevelopmentEvent, frozen=True, kw_only=True):
    """A training is agreed: what, by whom, for which employer, from when to when."""

    TITLE: ClassVar = ("培训安排", "Training planned")

    training_id: TrainingId
    course: str
    trainer: str
    employer: str | None = None
    """The employer it is for, where it goes before a job 岗前培训."""
    from_date: date
    until_date: date


class TrainingCompleted(DevelopmentEvent, frozen=True, kw_only=True):
    """The training is over: how many hours were attended, and whether it was passed."""

    TITLE: ClassVar = ("培训完成", "Training completed")

    training_id: TrainingId
    hours: int
    passed: bool
    certificate: str | None = None


class PostPlaced(DevelopmentEvent, frozen=True, kw_only=True):
    """A person got a public-interest post, on a contract; `amount_fen` is the wage a month."""

    TITLE: ClassVar = ("公益性岗位安置", "Post placed")

    post_id: PostId
    post: PostKind
    employer: str
    paid_by: str
    """Who pays the wage."""
    contract: str
    amount_fen: Fen
    until_date: date | None = None


class PostEnded(DevelopmentEvent, frozen=True, kw_only=True):
    """The post ends: `occurred_on` is its last day."""

    TITLE: ClassVar = ("公益性岗位终止", "Post ended")

    post_id: PostId
    why: str


class LoanRegistered(DevelopmentEvent, frozen=True, kw_only=True):
    """A micro-loan with its contract is known 扶贫小额信贷; interest may be subsidised."""

    TITLE: ClassVar = ("小额信贷登记", "Loan registered")

    loan_id: LoanId
    lender: str
    contract: str
    principal_fen: Fen
    rate_bp: int
    """Yearly rate in basis points: 435 is 4.35 %."""
    used_for: str
    from_date: date
    until_date: date


class LoanInterestPaid(DevelopmentEvent, frozen=True, kw_only=True):
    """Interest of a loan was paid for a time, both days included 贷款贴息."""

    TITLE: ClassVar = ("贷款贴息", "Loan interest paid")

    loan_id: LoanId
    contract: str
    principal_fen: Fen
    rate_bp: int
    """What it was reckoned by: the loan's own, or what the local rule allows."""
    from_date: date
    until_date: date
    amount_fen: Fen
