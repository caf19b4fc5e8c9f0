"""What can happen to the imprest 备用金 of a regiment, and to money bound to one grant of aid [TA 三(三)].

To the fund an advance is money committed; what was handed over against a receipt is money paid, what comes back is returned.
"""

from __future__ import annotations

from typing import ClassVar

import msgspec

from ledger.ids import EmergencyId, ImprestId
from ledger.kernel import Event, Fen, FundId, Month, OrganisationId


class ImprestEvent(Event, frozen=True, kw_only=True):
    """Base of what happens to one imprest; never stored itself."""

    imprest_id: ImprestId
    fund_id: FundId
    organisation_id: OrganisationId
    """The regiment or street that keeps it."""


class ImprestOpened(ImprestEvent, frozen=True, kw_only=True):
    """A regiment may keep up to `ceiling_fen` in hand, of one fund, on document; reconciled within days of every month's end."""

    TITLE: ClassVar = ("设立备用金", "Imprest opened")

    ceiling_fen: Fen
    reconcile_days: int
    """Calendar days after a month's end within which it must be reconciled, as the document says."""


class ImprestAdvanced(ImprestEvent, frozen=True, kw_only=True):
    """Money of the fund's allocation was put into the imprest."""

    TITLE: ClassVar = ("拨付备用金", "Imprest advanced")

    programme: str
    amount_fen: Fen


class ImprestSpent(ImprestEvent, frozen=True, kw_only=True):
    """Money of the imprest was given out for one emergency, against a receipt."""

    TITLE: ClassVar = ("备用金支出", "Imprest spent")

    emergency_id: EmergencyId
    programme: str
    amount_fen: Fen
    receipt: str


class ImprestReplenished(ImprestEvent, frozen=True, kw_only=True):
    """What was spent against receipts was made up for from the fund's allocation."""

    TITLE: ClassVar = ("补足备用金", "Imprest replenished")

    programme: str
    amount_fen: Fen


class ImprestReturned(ImprestEvent, frozen=True, kw_only=True):
    """Money in hand went back to the fund's allocation, for instance at the end of the year."""

    TITLE: ClassVar = ("缴回备用金", "Imprest returned")

    programme: str
    amount_fen: Fen


class Difference(msgspec.Struct, frozen=True, kw_only=True):
    """Why the cash counted is not what it should be: so much of it for this reason; missing money is positive."""

    amount_fen: Fen
    reason: str


class ImprestReconciled(ImprestEvent, frozen=True, kw_only=True):
    """The count at the end of a month: advances = cash in hand + receipts − replenishments + returned, every difference named."""

    TITLE: ClassVar = ("备用金月度核对", "Imprest reconciled")

    month: Month
    advanced_fen: Fen
    """All advances up to the end of the month."""
    receipts_fen: Fen
    """All receipts up to then."""
    replenished_fen: Fen
    returned_fen: Fen
    cash_fen: Fen
    """Counted."""
    difference_fen: Fen
    """What is missing; negative when there is more than there should be."""
    differences: tuple[Difference, ...] = ()


class AidCommitted(Event, frozen=True, kw_only=True):
    """Part of a fund's allocation is bound to one grant of aid, which finance pays."""

    TITLE: ClassVar = ("临时救助金占用资金", "Aid committed")

    emergency_id: EmergencyId
    fund_id: FundId
    organisation_id: OrganisationId
    programme: str
    amount_fen: Fen
