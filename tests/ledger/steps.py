"""Steps of the procedure that several tests take."""

from __future__ import annotations

from datetime import date
from typing import Any

from ledger.identification.decisions import ConfirmCategory
from ledger.identification.events import (
    ApplicationSubmitted,
    Category,
    CategoryConfirmed,
)
from ledger.identification.procedure import (
    SubmitApplication,
)
from ledger.kernel import Actor, CaseId
from tests.scenario import CLERK, REVIEWER, Scenario

DAY = date(2026, 9, 18)


def confirm(
    scenario: Scenario, case: CaseId, day: date = DAY, actor: Actor = REVIEWER, **fields: Any
) -> CategoryConfirmed:
    made = scenario.do(ConfirmCategory, actor, case_id=case, decided_on=day, **fields)
    return next(e for e in made.events if isinstance(e, CategoryConfirmed))


def submitted(scenario: Scenario, first: int = 1, **household: Any) -> tuple[Any, list[Any], CaseId]:
    house, people = scenario.household(first, **household)
    made = scenario.do(SubmitApplication, CLERK, household_id=house, category=Category.DIBAO, applicant=people[0],
                       covered=tuple(people), submitted_on=date(2026, 9, 3))  # fmt: skip
    return house, people, next(e.case_id for e in made.events if isinstance(e, ApplicationSubmitted))
