"""Bulk subsidies 价格临时补贴 · 节日慰问 · 取暖补贴 · 用电补贴: a roster frozen on a day, and what each household on it gets."""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import ClassVar

from ledger.ids import RosterId
from ledger.kernel import EntitlementId, Event, Fen, HouseholdId, Month, Named, OrganisationId, PersonId


class SubsidyKind(StrEnum):
    """What a bulk subsidy is for 补贴种类."""

    PRICE = "price_subsidy"
    HOLIDAY = "holiday_subsidy"
    HEATING = "heating_subsidy"
    POWER = "power_subsidy"


class SubsidyUnit(StrEnum):
    """What the one amount is for: a person or a household 发放单位."""

    PERSON = "per_person"
    HOUSEHOLD = "per_household"


class BulkSubsidyLine(Event, frozen=True, kw_only=True):
    """Base of what is said of one household on a roster; never stored itself."""

    roster_id: RosterId
    household_id: HouseholdId
    organisation_id: OrganisationId
    entitlement_id: EntitlementId
    person_ids: tuple[PersonId, ...]
    """The people covered on the day, none of them dead by then."""
    programme: str
    category: str
    month: Month
    amount_fen: Fen


class BulkSubsidyListed(BulkSubsidyLine, frozen=True, kw_only=True):
    """One line of a roster; nothing but a list until its header ``BulkSubsidyGranted`` is recorded."""

    TITLE: ClassVar = ("列入补贴名册", "Listed for a bulk subsidy")
    CHAIN: ClassVar = False  # the award follows


class BulkSubsidyGranted(Event, frozen=True, kw_only=True):
    """The header of a roster: who was covered on `on` gets one amount, as its hash says."""

    TITLE: ClassVar = ("批量补贴名册", "Bulk subsidy granted")

    roster_ids: tuple[RosterId, ...]
    """Its own, and ``<kind>/<organisation>/<month>``, which may be granted once."""
    organisation_id: OrganisationId
    subsidy: SubsidyKind
    named: Named
    on: date
    month: Month
    unit: SubsidyUnit
    each_fen: Fen
    categories: tuple[str, ...]
    households: int
    people: int
    total_fen: Fen
    roster_hash: str
    """SHA-256 over the lines in order: (entitlement, people, amount)."""
    read_at_position: int


class BulkSubsidyAwarded(BulkSubsidyLine, frozen=True, kw_only=True):
    """A household on a granted roster gets its amount."""

    TITLE: ClassVar = ("批量补贴发放决定", "Bulk subsidy awarded")

    named: Named
    note: Named
