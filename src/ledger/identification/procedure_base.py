"""What every step of a case shares: its facts, scope, definition, days in order, and who stands above the town."""

from __future__ import annotations

from datetime import date
from typing import Any, ClassVar

from ledger.identification.case import Case
from ledger.identification.events import ApplicationAccepted, Category
from ledger.identification.procedure_refusals import DatesBackwards, NotCounty
from ledger.identification.refusals import CaseClosed, CaseUnknown, StepMissing
from ledger.kernel import (
    Boundary,
    CaseId,
    Command,
    Context,
    Event,
    Facts,
    HouseholdId,
    Known,
    Named,
    Private,
    Role,
    tag,
)
from ledger.organisation.states import Organisation, require_scope
from ledger.programmes.book import Categories, category_facts
from ledger.programmes.events import CategoryDefined
from ledger.registry.commands import not_in_future
from ledger.registry.states import Household
from ledger.standards.book import StandardBook, facts_for

DEVOLVED = "confirmation_devolved"
"""The standard that says, when it is 1, that a town confirms itself [57 art. 2, 43 art. 28]."""


def devolved_facts(category: str, lineage: tuple[str, ...]) -> list[Facts]:
    """What must be read to know whether a town confirms itself."""
    return facts_for(DEVOLVED, category, lineage, None, None)


def is_devolved(known: Known, category: str, lineage: tuple[str, ...], day: date) -> bool:
    """Whether the power to confirm is devolved to the town on a day."""
    found = StandardBook(known.events()).find(DEVOLVED, category, lineage, None, None, day)
    return found is not None and found.value == 1


def name_of(definition: CategoryDefined) -> Named | None:
    """The name events carry, where the category is none of the two that are called by the law's own name everywhere."""
    return None if definition.code in set(Category) else definition.named


def sealed(case: Case, text: str | None) -> Private | None:
    """Free text about the household, sealed under its key."""
    return Private(tag(HouseholdId, case.household_id), text) if text else None


class CaseCommand(Command, frozen=True, kw_only=True):
    """Base of every step of an open case in the operator's scope."""

    ROLES: ClassVar = frozenset({Role.CLERK, Role.REVIEWER})
    case_id: CaseId

    def boundary(self, known: Known, context: Context) -> Boundary:
        """The case, its household, organisation and category, and whatever else the step names."""
        facts = [Case.facts(self.case_id)]
        case = known.state(Case, self.case_id)
        if case.exists:
            facts += [
                Household.facts(case.household_id),
                Organisation.facts(case.organisation_id),
                category_facts(case.category),
            ]
            facts += self.more(case, known, context)
        return tuple(facts)

    def more(self, case: Case, known: Known, context: Context) -> list[Facts]:
        """Further facts the decision needs."""
        return []

    def found(self, known: Known, context: Context) -> Case:
        """The case, which must exist and be in scope."""
        case = known.state(Case, self.case_id)
        if not case.exists:
            raise CaseUnknown(case=self.case_id)
        require_scope(context.actor, known.state(Organisation, case.organisation_id))
        return case

    def case(self, known: Known, context: Context, *, accepted: bool = True) -> Case:
        """The case, which must be open, in scope and (unless said otherwise) accepted."""
        case = self.found(known, context)
        if not case.open:
            raise CaseClosed(status=case.status)
        if accepted and not case.done(ApplicationAccepted):
            raise StepMissing(step="this", step_zh="本步骤", missing="acceptance", missing_zh="受理")
        return case

    @staticmethod
    def definition(case: Case, known: Known) -> CategoryDefined:
        """What the category was on the day of the application: it says what the procedure is."""
        return Categories.of(known).get(case.category, case.submitted_on)

    @staticmethod
    def organisation(case: Case, known: Known) -> Organisation:
        """The organisation that handles the case."""
        return known.state(Organisation, case.organisation_id)

    def of(self, case: Case, known: Known) -> dict[str, Any]:
        """The fields every event of the case carries."""
        return {
            "case_id": self.case_id,
            "household_id": case.household_id,
            "organisation_id": case.organisation_id,
            "category": case.category,
            "named": name_of(self.definition(case, known)),
        }


def in_order(
    case: Case, day: date, context: Context, step: tuple[str, str], *after: tuple[type[Event], str, str]
) -> None:
    """Raises ``BadDate`` for a day after today, ``DatesBackwards`` for one before a step it must follow."""
    not_in_future(day, context.today, f"{step[0]} on", f"{step[1]}日期")
    for kind, english, chinese in after:
        before = case.day_of(kind)
        if before is not None and day < before:
            raise DatesBackwards(
                step=step[0], step_zh=step[1], day=day, other=english, other_zh=chinese, before=before
            )


def require_above(context: Context, organisation: Organisation) -> None:
    """Raises ``NotCounty`` unless the actor's organisation stands above the case's (a division itself has none above)."""
    if organisation.path and context.actor.organisation_id not in organisation.path:
        raise NotCounty(organisation=organisation.id)
