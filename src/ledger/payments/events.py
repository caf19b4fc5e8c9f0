"""What can happen to a run and to its lines.

The lines of a run are recorded in chunks and have no effect until the run's closing header,
``RunDrawn``, is recorded; lines of an abandoned run never count.
"""

from __future__ import annotations

from enum import StrEnum
from typing import ClassVar

import msgspec

from ledger.identification.events import Component
from ledger.kernel import (
    EntitlementId,
    Event,
    Fen,
    FileHash,
    FundId,
    HouseholdId,
    Month,
    OrganisationId,
    PaymentId,
    PersonId,
    Private,
    RollId,
    RunId,
)


class Cause(StrEnum):
    """Why a line is paid: regular 正常发放, back-pay 补发, correction 更正."""

    REGULAR = "regular"
    BACK_PAY = "back_pay"
    CORRECTION = "correction"


class FundSplit(msgspec.Struct, frozen=True, kw_only=True):
    """How much of a run one fund bears, in fen."""

    fund_id: str
    amount_fen: Fen


class PaymentInstructed(Event, frozen=True, kw_only=True):
    """One line of a run: an amount due to a household for one month and component.

    Effective only once its run's ``RunDrawn`` is recorded. `months` of the run and of the line
    differ for back-pay. Beneficiary, payee and account holder may be three people.
    """

    TITLE: ClassVar = ("发放指令", "Payment instructed")
    CHAIN: ClassVar = False  # in force only with its run: the chain shows what came of it

    payment_id: PaymentId
    run_id: RunId
    entitlement_id: EntitlementId
    household_id: HouseholdId
    organisation_id: OrganisationId
    person_id: PersonId
    """The beneficiary the line stands for: the head for a household, the person for tekun."""
    programme: str
    month: Month
    """The month it is due for."""
    component: Component
    cause: Cause
    amount_fen: Fen
    payee_id: str | None = None
    bank_code: str | None = None
    account: Private | None = None
    account_holder: Private | None = None
    account_key: str | None = None
    sequence: int
    """序号 within the run, from 1."""


class RunDrawn(Event, frozen=True, kw_only=True):
    """The closing header of a run: its lines are in force and its total is committed on its funds."""

    TITLE: ClassVar = ("发放批次编制", "Run drawn")

    run_id: RunId
    roll_id: RollId
    """The programme: draws of one programme are decided one after the other."""
    organisation_id: OrganisationId
    fund_ids: tuple[FundId, ...]
    programme: str
    month: Month
    lines: int
    total_fen: Fen
    splits: tuple[FundSplit, ...]
    roster_hash: str
    """SHA-256 over the lines in order: (payment id, entitlement, month, component, cause, amount)."""
    drawn_at_position: int
    """The head of the log the run was computed from."""
    corrects: str | None = None
    """The run whose failed lines this one pays again."""


class RunAbandoned(Event, frozen=True, kw_only=True):
    """A draw that was not finished: none of its lines ever counts."""

    TITLE: ClassVar = ("发放批次作废", "Run abandoned")

    run_id: RunId
    organisation_id: OrganisationId
    reason: str


class RunReviewed(Event, frozen=True, kw_only=True):
    """Someone other than the preparer reviewed the run."""

    TITLE: ClassVar = ("发放批次审核", "Run reviewed")

    run_id: RunId
    organisation_id: OrganisationId
    roster_hash: str


class RunApproved(Event, frozen=True, kw_only=True):
    """Finance approved the run: neither its preparer nor its reviewer."""

    TITLE: ClassVar = ("发放批次批准", "Run approved")

    run_id: RunId
    organisation_id: OrganisationId
    roster_hash: str


class RunSent(Event, frozen=True, kw_only=True):
    """The run's file went to the bank: its hash and totals."""

    TITLE: ClassVar = ("发放批次送银行", "Run sent")

    run_id: RunId
    organisation_id: OrganisationId
    file_hash: FileHash
    file_name: str
    lines: int
    total_fen: Fen


class PaymentOutcome(Event, frozen=True, kw_only=True):
    """Base of what the bank says of a line; never stored itself."""

    payment_id: PaymentId
    run_id: RunId
    entitlement_id: EntitlementId
    household_id: HouseholdId
    organisation_id: OrganisationId
    person_id: PersonId
    programme: str
    month: Month
    component: Component
    cause: Cause
    amount_fen: Fen
    bank_reference: str | None = None


class PaymentSettled(PaymentOutcome, frozen=True, kw_only=True):
    """The bank paid the line."""

    TITLE: ClassVar = ("发放成功", "Payment settled")


class PaymentReturned(PaymentOutcome, frozen=True, kw_only=True):
    """The bank sent the line back 退回, with its reason."""

    TITLE: ClassVar = ("发放退回", "Payment returned")

    reason: str


class PaymentReissued(PaymentOutcome, frozen=True, kw_only=True):
    """A returned line is paid again: `payment_id` is the returned one, `reissue_id` the new line.

    Recorded with the header of the run that pays it; the new line is its ``PaymentInstructed``
    with cause ``correction``.
    """

    TITLE: ClassVar = ("退回重发", "Payment reissued")

    reissue_id: str
    reissue_run_id: str


class RunReconciled(Event, frozen=True, kw_only=True):
    """The closing header of one return file 回盘: what it said of the run's lines, by state."""

    TITLE: ClassVar = ("回盘对账", "Return file reconciled")

    run_id: RunId
    organisation_id: OrganisationId
    programme: str
    fund_ids: tuple[FundId, ...]
    file_hash: FileHash
    file_name: str
    settled: int
    settled_fen: Fen
    returned: int
    returned_fen: Fen
    splits_settled: tuple[FundSplit, ...]
    splits_returned: tuple[FundSplit, ...]
    amount_differs: int = 0
    unknown: int = 0
    duplicate: int = 0
    already: int = 0
    truncated: bool = False
    unclear: int = 0
    """Lines whose outcome the file does not say, or says twice and differently."""
    bounced: int = 0
    """Lines an earlier file had called settled and this one sent back: out of `settled`, which may so be negative, into `returned`."""
