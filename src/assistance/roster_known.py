"""What the ledger knows already of what a roster names: numbers in use and people taken."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from assistance.wiring import Division
from ledger.identification.states import Cover
from ledger.kernel import Facts, HouseholdNumber, Month, tag
from ledger.organisation.events import OrganisationOpened
from ledger.registry.events import HouseholdRegistered
from ledger.registry.states import Membership


def companies_of(division: Division, organisation_id: str) -> dict[str, str]:
    """Companies and communities right below an organisation, by name.

    From the view as far as it is, and from there on from the log: which organisations were opened is not asked of
    everything that ever happened.
    """
    position, found = 0, {}
    with division.database.connection() as connection, connection.transaction():
        row = connection.execute(
            "SELECT position FROM view_positions WHERE view = 'organisations' AND suffix = ''"
        ).fetchone()
        if row is not None:
            position = row[0]
            rows = connection.execute(
                "SELECT name, organisation_id FROM organisations WHERE parent_id = %s ORDER BY position",
                (organisation_id,),
            ).fetchall()
            found = dict(rows)
    since = division.ledger.read((Facts(types=(OrganisationOpened,)),), after=position)
    opened = since.events(OrganisationOpened)
    return found | {e.name: e.organisation_id for e in opened if e.parent_id == organisation_id}


def numbers_taken(division: Division, numbers: Sequence[str]) -> dict[str, str]:
    """Household numbers in use, and by which household."""
    taken: dict[str, str] = {}
    for part in _batches(numbers):
        facts = tuple(Facts((HouseholdRegistered,), (tag(HouseholdNumber, n),)) for n in part)
        known = division.ledger.read(facts)
        taken |= {e.number: e.household_id for e in known.events(HouseholdRegistered)}
    return taken


def people_taken(division: Division, subjects: Sequence[str], month: Month) -> set[str]:
    """Tags of people who are in a household already, covered in `month` or later, or dead."""
    taken: set[str] = set()
    for part in _batches(subjects):
        facts = tuple(Facts((*Membership.FOLDS, *Cover.FOLDS), (subject,)) for subject in part)
        known = division.ledger.read(facts)
        for subject in part:
            person = subject.partition(":")[2]
            membership, cover = known.state(Membership, person), known.state(Cover, person)
            if membership.household_id or membership.died_on or cover.active_from(month):
                taken.add(subject)
    return taken


def _batches(items: Sequence[str], size: int = 1000) -> Iterator[Sequence[str]]:
    for start in range(0, len(items), size):
        yield items[start : start + size]
