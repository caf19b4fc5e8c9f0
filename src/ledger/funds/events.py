"""What can happen to a fund."""

from __future__ import annotations

from enum import StrEnum
from typing import ClassVar

from ledger.kernel import Event, Fen, FundId, OrganisationId


class Source(StrEnum):
    """Where money comes from 中央, 兵团, 师市, 福彩, 慈善."""

    CENTRAL = "central"
    CORPS = "corps"
    DIVISION = "division"
    LOTTERY = "lottery"
    CHARITY = "charity"


class FundReceived(Event, frozen=True, kw_only=True):
    """Money arrived on document, for a year and for the programmes in `uses` only [649 art. 5]."""

    TITLE: ClassVar = ("资金到账", "Fund received")

    fund_id: FundId
    name: str
    source: Source
    year: int
    uses: tuple[str, ...]
    """Programmes it may pay."""
    amount_fen: Fen
    document: str


class FundAllocated(Event, frozen=True, kw_only=True):
    """Part of a fund is given to an organisation to spend."""

    TITLE: ClassVar = ("资金分配", "Fund allocated")

    fund_id: FundId
    organisation_id: OrganisationId
    amount_fen: Fen
    document: str
