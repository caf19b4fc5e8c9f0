"""A rise of standards 提标: what every household gets instead, who looked at it, and that it was carried out.

The lines of a rise are recorded in chunks and are nothing but a list until its header ``RaiseProposed`` is recorded; what
they say comes into force with the ``AmountAdjusted`` of each household once somebody else reviewed it and a third approved.
"""

from __future__ import annotations

from typing import ClassVar

from ledger.identification.events import Amount, CategoryCode, EntitlementEvent
from ledger.ids import RaiseId
from ledger.kernel import CaseId, Event, Fen, HouseholdId, Month, Named, OrganisationId


class StandardRaised(EntitlementEvent, frozen=True, kw_only=True):
    """One line of a rise: a household's old and new monthly amount."""

    TITLE: ClassVar = ("提标前后金额", "Standard raised")
    CHAIN: ClassVar = False  # a list until it is approved: the chain shows the adjustment that follows

    raise_id: RaiseId
    from_month: Month
    amounts: tuple[Amount, ...]
    previous: tuple[Amount, ...]


class RaiseLeftOut(EntitlementEvent, frozen=True, kw_only=True):
    """A household the rise does not give more: it would get less or nothing by what is known, or changed since; by hand."""

    TITLE: ClassVar = ("提标未调整", "Left out of the rise")
    CHAIN: ClassVar = False  # nothing happened to the household

    raise_id: RaiseId
    note: Named


class RefusalRescreened(Event, frozen=True, kw_only=True):
    """Somebody refused within the last year would qualify by the raised standard: they are told to apply again."""

    TITLE: ClassVar = ("未通过家庭重新筛查", "Refusal screened again")
    CHAIN: ClassVar = False  # a chance, no decision

    raise_id: RaiseId
    case_id: CaseId
    household_id: HouseholdId
    organisation_id: OrganisationId
    category: CategoryCode
    amounts: tuple[Amount, ...]


class RaiseEvent(Event, frozen=True, kw_only=True):
    """Base of what happens to a rise as a whole; never stored itself."""

    raise_id: RaiseId
    organisation_id: OrganisationId


class RaiseProposed(RaiseEvent, frozen=True, kw_only=True):
    """The header of a rise: its list is complete, as of `read_at_position`, and signed for by its hash."""

    TITLE: ClassVar = ("提标方案", "Rise proposed")

    programme: str
    from_month: Month
    reason: str
    article: str
    households: int
    previous_fen: Fen
    """All of them together a month, before."""
    raised_fen: Fen
    """And after."""
    left_out: int
    rescreened: int
    roster_hash: str
    """SHA-256 over the lines in order: (entitlement, old amounts, new amounts)."""
    read_at_position: int


class RaiseReviewed(RaiseEvent, frozen=True, kw_only=True):
    """Somebody other than who proposed it looked at the list."""

    TITLE: ClassVar = ("提标审核", "Rise reviewed")

    roster_hash: str


class RaiseApproved(RaiseEvent, frozen=True, kw_only=True):
    """Somebody who neither proposed nor reviewed it approved: it may be carried out."""

    TITLE: ClassVar = ("提标批准", "Rise approved")

    roster_hash: str


class RaiseCarriedOut(RaiseEvent, frozen=True, kw_only=True):
    """Every line was carried out: adjusted, or left out since something changed."""

    TITLE: ClassVar = ("提标完成", "Rise carried out")

    adjusted: int
    left_out: int
