"""Somebody unknown is found to be somebody: one chain, and a way back; who was met in an emergency is registered later."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from ledger.emergency.events import EmergencyKind, EmergencyReported, Grade
from ledger.emergency.intake import Stricken
from ledger.emergency.refusals import AboveSmallAmount, AboveTownLimit
from ledger.kernel import HouseholdId, HouseholdNumber, PersonId
from ledger.registry.commands import JoinMember, NewMember, RegisterHousehold
from ledger.registry.events import Area, HouseholdRegistered, Relation
from ledger.registry.identifying import IdentifyPerson, WithdrawIdentification
from ledger.registry.identity_events import PersonIdentified
from ledger.registry.lineage_events import HouseholdMergeWithdrawn, HouseholdsMerged
from ledger.registry.refusals import (
    AlreadyMember,
    BadDate,
    DocumentNeeded,
    HouseholdMergedAway,
    IdentityKnown,
    NotIdentified,
    NotMember,
)
from ledger.registry.states import Household, Membership
from ledger.store.execute import Outcome
from tests.emergencies import DAY, UNKNOWN, Emergencies
from tests.ledger.test_emergencies import refuses
from tests.scenario import CLERK, OTHER_CLERK, REGIMENT, Scenario, id_number

LATER = date(2026, 11, 20)


@pytest.fixture
def office(scenario: Scenario) -> Emergencies:
    made = Emergencies(scenario)
    made.standards()
    return made


def identify(office: Emergencies, met: EmergencyReported, number: str, **other: Any) -> Outcome:
    given: dict[str, Any] = {
        "household_id": met.household_id, "person_id": met.person_ids[0], "identified_on": LATER, "source": "公安人像比对",
        "known_person": NewMember(id_number=number, name="某某", relation=Relation.HEAD), "document": "协查函1号",
    }  # fmt: skip
    return office.scenario.do(IdentifyPerson, CLERK, **given | other)


def withdraw(office: Emergencies, met: EmergencyReported, **other: Any) -> Outcome:
    given = {
        "household_id": met.household_id,
        "person_id": met.person_ids[0],
        "reason": "比对错误",
        "document": "更正函",
    }
    return office.scenario.do(WithdrawIdentification, CLERK, **given | other)


def home(office: Emergencies, household: HouseholdId) -> Household:
    return office.scenario.ledger.read((Household.facts(household),)).state(Household, household)


def lives(office: Emergencies, person: PersonId) -> str | None:
    return office.scenario.ledger.read((Membership.facts(person),)).state(Membership, person).household_id


def test_an_unknown_person_is_found_to_be_a_registered_one_and_the_chains_are_one(
    office: Emergencies,
) -> None:
    """S 三(三), 649 art. 50–51: the household where they were taken in goes on as the one they are registered in."""
    household, people = office.scenario.household(1, clerk=OTHER_CLERK)
    met = office.graded(stricken=(UNKNOWN,), emergency_kind=EmergencyKind.STRANDED)
    made = identify(office, met, id_number(1))
    found = next(e for e in made.events if isinstance(e, PersonIdentified))
    assert (found.person_id, found.known_as, found.household_ids) == (
        met.person_ids[0],
        people[0],
        (met.household_id, household),
    )
    merged = next(e for e in made.events if isinstance(e, HouseholdsMerged))
    assert (merged.absorbed_id, merged.survivor_id) == (met.household_id, household)
    assert lives(office, met.person_ids[0]) is None
    assert home(office, household).head() == people[0]


def test_an_unknown_person_is_found_to_be_somebody_new(office: Emergencies) -> None:
    """649 art. 50: they get their name and ID number where they were taken in."""
    met = office.reported(stricken=(UNKNOWN,))
    found = next(e for e in identify(office, met, id_number(77)).events if isinstance(e, PersonIdentified))
    assert lives(office, found.known_as) == met.household_id
    assert [m.person_id for m in home(office, met.household_id).current()] == [found.known_as]
    again = office.reported(
        stricken=(Stricken(id_number=id_number(77)),), emergency_kind=EmergencyKind.ILLNESS
    )
    assert (again.household_id, again.person_ids) == (met.household_id, (found.known_as,))


def test_what_an_unknown_person_had_counts_for_who_they_are(office: Emergencies) -> None:
    """Check 24: the limits hold for a person, whoever they were taken for before."""
    household, _ = office.scenario.household(1)
    met = office.graded(stricken=(UNKNOWN,), emergency_kind=EmergencyKind.STRANDED)
    office.give(met, 400)
    before = office.graded(household)
    office.give(before, 200)
    identify(office, met, id_number(1))
    after = office.graded(household, emergency_kind=EmergencyKind.ILLNESS)
    refuses(office, AboveSmallAmount, lambda: office.give(after, 1), "had 60000")
    office.grade(after.emergency_id, Grade.HEAVY, 2)
    refuses(office, AboveTownLimit, lambda: office.approve(after.emergency_id, 2_601), "With 60000")


def test_a_wrong_identification_is_taken_back(office: Emergencies) -> None:
    """The way back: two people again, and their chains two."""
    household, people = office.scenario.household(1)
    met = office.reported(stricken=(UNKNOWN,))
    identify(office, met, id_number(1))
    refuses(office, HouseholdMergedAway, lambda: identify(office, met, id_number(1)))
    refuses(office, DocumentNeeded, lambda: withdraw(office, met, reason=""))
    refuses(office, NotIdentified, lambda: withdraw(office, met, person_id=people[0]))
    made = withdraw(office, met)
    assert any(isinstance(e, HouseholdMergeWithdrawn) for e in made.events)
    assert lives(office, met.person_ids[0]) == met.household_id
    assert home(office, met.household_id).merged is None
    assert home(office, household).head() == people[0]
    refuses(office, NotIdentified, lambda: withdraw(office, met))
    # Found to be somebody else afterwards, then that is taken back too.
    other = next(
        e for e in identify(office, met, id_number(77)).events if isinstance(e, PersonIdentified)
    ).known_as
    refuses(office, IdentityKnown, lambda: identify(office, met, id_number(1)))
    withdraw(office, met)
    assert lives(office, other) is None
    assert home(office, met.household_id).head() == met.person_ids[0]


def test_refuses_to_identify_who_is_known_or_not_there(office: Emergencies) -> None:
    """649 art. 50: only who is unknown is found out, from the day they were met."""
    household, people = office.scenario.household(1)
    met = office.reported(stricken=(UNKNOWN,))
    refuses(office, NotMember, lambda: identify(office, met, id_number(1), person_id=people[0]))
    refuses(
        office,
        IdentityKnown,
        lambda: identify(office, met, id_number(2), household_id=household, person_id=people[1]),
    )
    refuses(
        office,
        BadDate,
        lambda: identify(office, met, id_number(1), identified_on=date(2026, 11, 1)),
        "was met",
    )
    refuses(office, DocumentNeeded, lambda: identify(office, met, id_number(1), document=" "))


def test_who_was_met_in_an_emergency_is_registered_later_and_the_chain_goes_on(office: Emergencies) -> None:
    """S 二(一): one chain; the transient household goes on as the one its people are registered in."""
    scenario = office.scenario
    both = (Stricken(id_number=id_number(91), name="甲"), Stricken(id_number=id_number(92), name="乙"))
    met = office.reported(stricken=both)
    assert len(met.person_ids) == 2
    member = NewMember(id_number=id_number(91), name="甲", relation=Relation.HEAD)
    fields = {
        "number": HouseholdNumber("H9"),
        "organisation_id": REGIMENT,
        "area": Area.URBAN,
        "members": (member,),
    }
    refuses(
        office,
        AlreadyMember,
        lambda: scenario.do(RegisterHousehold, CLERK, **fields, registered_on=date(2026, 11, 1)),
    )
    made = scenario.do(RegisterHousehold, CLERK, **fields, registered_on=LATER)
    house = next(e.household_id for e in made.events if isinstance(e, HouseholdRegistered))
    assert lives(office, met.person_ids[0]) == house
    assert home(office, met.household_id).head() == met.person_ids[1]
    assert home(office, met.household_id).merged is None
    second = NewMember(id_number=id_number(92), name="乙", relation=Relation.SPOUSE)
    here = {"member": second, "reason": "marriage", "joined_on": LATER}
    refuses(
        office, AlreadyMember, lambda: scenario.do(JoinMember, CLERK, household_id=met.household_id, **here)
    )
    joined = scenario.do(JoinMember, CLERK, household_id=house, **here)
    assert any(isinstance(e, HouseholdsMerged) for e in joined.events)
    merged = home(office, met.household_id).merged
    assert merged is not None
    assert merged.survivor_id == house
    assert DAY < LATER
