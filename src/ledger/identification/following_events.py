"""An entitlement that goes along with the people it covers."""

from __future__ import annotations

from typing import ClassVar

from ledger.kernel import EntitlementId, Event, HouseholdId, Month, Named, OrganisationId


class EntitlementFollowed(Event, frozen=True, kw_only=True):
    """Everyone covered lives in another household now (split off, or merged into it): the entitlement is that one's.

    The organisation of that household pays from `from_month`; what was decided stays as it is.
    """

    TITLE: ClassVar = ("待遇随人转移", "Entitlement followed its people")

    entitlement_id: EntitlementId
    household_id: HouseholdId
    """The household it belongs to from now on."""
    household_ids: tuple[HouseholdId, ...]
    """(from, to)."""
    organisation_ids: tuple[OrganisationId, ...]
    """(from, to)."""
    to_id: str
    category: str
    from_month: Month
    note: Named | None = None
