"""Households are visited, planned or not, and some plans are called off."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import TYPE_CHECKING

from ledger.kernel import Role
from ledger.support.visits import CallOffVisit, PlanVisit, RecordVisit
from ledger.support.visits_events import PriorityGroup, VisitPlanned

if TYPE_CHECKING:
    from tests.projections.histories import Life


def steps(life: Life) -> list[Callable[[], object]]:
    """A visit is planned, made, or called off."""

    def plan() -> None:
        if (household := life.household()) is not None:
            life.do(PlanVisit, Role.CLERK, household_id=household.id, due_on=life.today + timedelta(days=9),
                    group=life.rng.choice((None, *PriorityGroup)))  # fmt: skip

    def visit() -> None:
        planned = life.any(life.events(VisitPlanned))
        if planned is not None and life.rng.random() < 0.2:
            life.do(
                CallOffVisit,
                Role.CLERK,
                household_id=planned.household_id,
                visit_id=planned.visit_id,
                reason="外出",
            )
        elif planned is not None and life.rng.random() < 0.6:
            life.do(RecordVisit, Role.CLERK, household_id=planned.household_id, visit_id=planned.visit_id, findings="尚好",
                    visitors=("甲", "乙"), visited_on=life.day(), needed=life.rng.choice(((), ("linshi_jiuzhu",))))  # fmt: skip
        elif (household := life.household()) is not None:
            life.do(RecordVisit, Role.CLERK, household_id=household.id, findings="困难", visitors=("甲",),
                    visited_on=life.day(), group=life.rng.choice((None, *PriorityGroup)))  # fmt: skip

    return [plan, visit, visit]
