"""People met in an emergency who are registered nowhere 急难中临时登记的人员 [S 三(三)]: a transient household holds them.

So a chain, a scope and a key of their own are theirs from the first day, with no hukou and no residence asked for. When
they are registered in a household, that one takes the transient one in, and the chain is one.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date

from ledger.kernel import Event, Facts, HouseholdId, HouseholdNumber, Known, Named, OrganisationId, PersonId
from ledger.registry.events import HeadChanged, MemberLeft
from ledger.registry.lineage_events import HouseholdsMerged
from ledger.registry.states import Household, Membership

TRANSIENT = "transient"


def transient_number(household_id: str) -> HouseholdNumber:
    """The number of a transient household, as unique as its id."""
    return HouseholdNumber(f"JN-{household_id[-12:]}")


def homes_of(known: Known, people: Iterable[str]) -> list[Facts]:
    """What must be read to know the households people live in."""
    homes = (known.state(Membership, person).household_id for person in sorted(set(people)))
    return [Household.facts(home) for home in dict.fromkeys(homes) if home is not None]


def free_from(known: Known, person_id: str, day: date, to: str = "") -> bool:
    """Whether the household a person lives in is a transient one, not `to`, that they were in by `day`."""
    home = known.state(Household, known.state(Membership, person_id).household_id or "")
    stay = home.member(person_id)
    return home.kind == TRANSIENT and home.id != to and stay is not None and stay.joined_on <= day


def out_of_transients(
    known: Known, people: Sequence[str], to: HouseholdId, place: OrganisationId, day: date
) -> list[Event]:
    """What goes with people's joining a household `to`: they leave their transient ones, and those left empty are taken in."""
    homes: dict[str, list[PersonId]] = {}
    for person in people:
        home_id = known.state(Membership, person).household_id
        if home_id is not None:
            homes.setdefault(home_id, []).append(PersonId(person))
    events: list[Event] = []
    for home_id, leaving in homes.items():
        home = known.state(Household, home_id)
        own = OrganisationId(home.organisation_id)
        events += [
            MemberLeft(household_id=HouseholdId(home_id), organisation_id=own, person_id=person,
                       reason="registered_elsewhere", occurred_on=day)
            for person in leaving
        ]  # fmt: skip
        rest = [m.person_id for m in home.current() if m.person_id not in leaving]
        if not rest:
            events.append(taken_in(home_id, to, place, tuple(leaving), day))
        elif home.head() in leaving:
            events.append(HeadChanged(household_id=HouseholdId(home_id), organisation_id=own, person_id=rest[0],
                                      previous_head=home.head(), occurred_on=day))  # fmt: skip
    return events


def taken_in(
    home: str, to: HouseholdId, place: OrganisationId, people: tuple[PersonId, ...], day: date
) -> HouseholdsMerged:
    """A transient household that nobody lives in any more goes on as the one its people live in."""
    return HouseholdsMerged(
        household_ids=(to, HouseholdId(home)), survivor_id=to, absorbed_id=home, organisation_id=place, person_ids=people,
        occurred_on=day, note=Named(zh="急难中临时登记的人员", en="people first met in an emergency"),
    )  # fmt: skip
