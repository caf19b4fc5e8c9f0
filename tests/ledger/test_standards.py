"""Standards and organisations: dated, with a basis, set only within one's own organisation."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from ledger.kernel import Actor, NotAllowed, OutOfScope, Role
from ledger.organisation.commands import CloseOrganisation, OpenOrganisation, RenameOrganisation
from ledger.organisation.events import Level
from ledger.organisation.refusals import OrganisationUnknown
from ledger.organisation.states import Organisation
from ledger.standards.commands import UNITS, SetStandard
from ledger.standards.events import StandardSet
from ledger.standards.refusals import BadValue, NoBasis
from tests.scenario import ADMIN, CLERK, DIVISION, NOW, OTHER, REGIMENT, Scenario

GIVEN: dict[str, Any] = {
    "name": "standard", "programme": "dibao", "organisation_id": REGIMENT, "area": "urban", "value": 90_000,
    "unit": "fen_per_month", "from_date": date(2026, 12, 1), "document": "示范文件2号",
}  # fmt: skip
THEIRS = Actor(operator_id="reviewer-9", organisation_id=OTHER, role=Role.REVIEWER)
OURS = Actor(operator_id="reviewer-8", organisation_id=REGIMENT, role=Role.REVIEWER)


@pytest.mark.parametrize("document", [None, "", "  ", "\n"])
def test_refuses_a_parameter_without_a_basis(scenario: Scenario, document: str | None) -> None:
    with pytest.raises(NoBasis):
        scenario.do(SetStandard, ADMIN, **(GIVEN | {"document": document}))
    by_rule = scenario.do(SetStandard, ADMIN, **(GIVEN | {"document": document, "rule": "57 art. 23"}))
    assert isinstance(by_rule.events[0], StandardSet)


@pytest.mark.parametrize("change", [{"value": -1}, {"unit": "yuan"}, {"unit": ""}])
def test_refuses_a_value_that_is_none(scenario: Scenario, change: dict[str, Any]) -> None:
    with pytest.raises(BadValue):
        scenario.do(SetStandard, ADMIN, **(GIVEN | change))
    assert "fen_per_month" in UNITS


def test_refuses_another_places_standard_and_that_of_no_place(scenario: Scenario) -> None:
    """A regiment's reviewer sets neither the division's standards nor a neighbour's."""
    for place in (DIVISION, REGIMENT):
        with pytest.raises(OutOfScope):
            scenario.do(SetStandard, THEIRS, **(GIVEN | {"organisation_id": place}))
    with pytest.raises(OrganisationUnknown):
        scenario.do(SetStandard, ADMIN, **(GIVEN | {"organisation_id": "nowhere"}))
    with pytest.raises(NotAllowed):
        scenario.do(SetStandard, CLERK, **GIVEN)
    assert scenario.do(SetStandard, OURS, **GIVEN).events


def test_refuses_another_places_organisations(scenario: Scenario) -> None:
    """An administrator of one regiment opens, renames and closes nothing of another."""
    theirs = Actor(operator_id="admin-9", organisation_id=OTHER, role=Role.ADMIN)
    company = {"organisation_id": "c9", "name": "九连", "level": Level.COMPANY}
    with pytest.raises(OutOfScope):
        scenario.do(OpenOrganisation, theirs, parent_id=REGIMENT, **company)
    for command in (RenameOrganisation, CloseOrganisation):
        more = {"name": "x"} if command is RenameOrganisation else {}
        with pytest.raises(OutOfScope):
            scenario.do(command, theirs, organisation_id=REGIMENT, **more)
    assert scenario.do(OpenOrganisation, theirs, parent_id=OTHER, **company).events


def test_an_organisation_keeps_its_names_by_date_and_closes_once(scenario: Scenario) -> None:
    scenario.do(RenameOrganisation, ADMIN, organisation_id=OTHER, name="三坪镇")
    with pytest.raises(OrganisationUnknown):
        scenario.do(CloseOrganisation, ADMIN, organisation_id=OTHER, successor_id="nowhere")
    with pytest.raises(OrganisationUnknown):
        scenario.do(CloseOrganisation, ADMIN, organisation_id=OTHER, successor_id=OTHER)
    scenario.do(CloseOrganisation, ADMIN, organisation_id=OTHER, successor_id=REGIMENT)
    state = scenario.ledger.read((Organisation.facts(OTHER),)).state(Organisation, OTHER)
    assert [name for _, name in state.names] == ["三坪农场", "三坪镇"]
    tomorrow = NOW.replace(day=25)
    for command in (RenameOrganisation, CloseOrganisation):
        more = {"name": "x"} if command is RenameOrganisation else {}
        with pytest.raises(OrganisationUnknown):
            scenario.do(command, ADMIN, tomorrow, organisation_id=OTHER, **more)
