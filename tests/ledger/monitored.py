"""People monitored against return to poverty, as a list taken over names them."""

from __future__ import annotations

from datetime import date
from typing import Any

from ledger.identification.decisions import prior_cover
from ledger.kernel import EntitlementId, HouseholdId, Month, OrganisationId, PersonId, derived_id
from ledger.registry.events import Origin
from tests.ledger.departments import person
from tests.scenario import CLERK, NOW, REGIMENT, Scenario


def monitored(
    scenario: Scenario, n: int, *, category: str = "fangfanpin", **attributes: Any
) -> tuple[HouseholdId, PersonId]:
    """One person alone, in a category that pays nothing, able to work unless said otherwise."""
    house, who = person(scenario, n, **{"labour_ability": "full"} | attributes)
    origin = Origin(file_name="名单.xlsx", file_hash="ab" * 32, sheet="监测", row=n, row_hash="cd" * 32)
    command = scenario.command_id()
    cover = prior_cover(
        entitlement_id=EntitlementId(derived_id(command, "cover")), household_id=house, organisation_id=OrganisationId(REGIMENT),
        category=category, counted=(who,), from_month=Month("2026-09"), amounts=(), decided_on=date(2025, 3, 1),
        decision_document="示范名单1号", origin=origin, today=date(2026, 8, 31), cut_over=date(2026, 9, 1),
    )  # fmt: skip
    scenario.ledger.append_bulk([cover], actor=CLERK, now=NOW, command_id=command)
    return house, who
