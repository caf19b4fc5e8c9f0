"""Knowing an organisation costs the same however much happened in it."""

from __future__ import annotations

from ledger.kernel import Facts, UnitId, tags_of
from ledger.organisation.events import Level, OrganisationClosed, OrganisationOpened, OrganisationRenamed
from ledger.organisation.states import Organisation
from ledger.registry.events import MemberJoined
from tests.scenario import CLERK, REGIMENT, Scenario


def test_an_organisations_own_facts_carry_a_tag_nothing_else_carries(scenario: Scenario) -> None:
    """Given a regiment with households, when it is looked up, then none of their events is passed over to find it."""
    scenario.household(1, 3, clerk=CLERK)
    everything = scenario.ledger.read((Facts(tags=(f"organisation:{REGIMENT}",)),))
    own = scenario.ledger.read((Facts(tags=Organisation.facts(REGIMENT).tags),))
    assert any(isinstance(r.event, MemberJoined) for r in everything.recorded)
    assert [type(r.event) for r in own.recorded] == [OrganisationOpened]
    assert own.state(Organisation, REGIMENT).exists


def test_an_organisations_own_facts_are_found_among_all_that_concerns_it_too() -> None:
    own = (
        OrganisationOpened(organisation_id=UnitId(REGIMENT), name="一零四团", level=Level.REGIMENT),
        OrganisationRenamed(organisation_id=UnitId(REGIMENT), name="一〇四团"),
        OrganisationClosed(organisation_id=UnitId(REGIMENT)),
    )
    for event in own:
        assert tags_of(event) == [f"unit:{REGIMENT}", f"organisation:{REGIMENT}"]
