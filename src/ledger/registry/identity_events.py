"""What can happen to somebody whose identity is not known 身份不明人员: it is found out, or was found out wrongly."""

from __future__ import annotations

from typing import ClassVar

from ledger.kernel import Event, HouseholdId, Named, OrganisationId, PersonId


class PersonIdentified(Event, frozen=True, kw_only=True):
    """Somebody unknown was found to be a known person: their past is that person's, and what follows is one [649 art. 50–51]."""

    TITLE: ClassVar = ("身份认定", "Person identified")

    person_id: PersonId
    """Under which they were known until then."""
    known_as: PersonId
    household_ids: tuple[HouseholdId, ...]
    """Where they were taken in, and where they are registered when that is elsewhere."""
    organisation_id: OrganisationId
    source: str
    """Who found it out: public security, family, papers."""
    note: Named | None = None


class PersonIdentificationWithdrawn(Event, frozen=True, kw_only=True):
    """The identification was wrong: they are somebody unknown again, as if it had always been so."""

    TITLE: ClassVar = ("撤销身份认定", "Identification withdrawn")

    person_id: PersonId
    known_as: PersonId
    household_ids: tuple[HouseholdId, ...]
    organisation_id: OrganisationId
    withdraws: str
    """Event id of the identification."""
    reason: str
    note: Named | None = None
