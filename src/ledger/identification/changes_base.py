"""What every later decision about an entitlement shares: its facts, scope, fields, and amounts month by month."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

import msgspec

from ledger.identification.amounts import Assessment, divide, standards_needed, step, tiers_of
from ledger.identification.assess import assess
from ledger.identification.events import Amount, Category, Component
from ledger.identification.refusals import EntitlementUnknown, NotActive, ReasonNeeded
from ledger.identification.states import Entitlement
from ledger.kernel import (
    Boundary,
    Command,
    Context,
    EntitlementId,
    Facts,
    Fen,
    Known,
    Month,
    OrganisationId,
    PersonId,
    Role,
    first_day,
    month_of,
    months_between,
)
from ledger.organisation.states import Organisation, require_scope
from ledger.programmes.book import Categories, category_facts
from ledger.programmes.events import CategoryDefined, Rule
from ledger.registry.states import Household
from ledger.standards.book import StandardBook


class EntitlementCommand(Command, frozen=True, kw_only=True):
    """Base of commands about one entitlement in the operator's scope."""

    ROLES: ClassVar = frozenset({Role.REVIEWER})
    entitlement_id: EntitlementId

    def boundary(self, known: Known, context: Context) -> Boundary:
        """The entitlement, its household, its organisation, and whatever else the command names."""
        facts = [Entitlement.facts(self.entitlement_id)]
        entitlement = known.state(Entitlement, self.entitlement_id)
        if entitlement.exists:
            facts += [Household.facts(entitlement.household_id), category_facts(entitlement.category)]
            household = known.state(Household, entitlement.household_id)
            facts.append(Organisation.facts(self.place(entitlement)))
            if household.exists:
                facts.append(Organisation.facts(household.organisation_id))
            facts += self.more(entitlement, known, context)
        return tuple(dict.fromkeys(facts))

    def more(self, entitlement: Entitlement, known: Known, context: Context) -> list[Facts]:
        """Further facts the decision needs."""
        return []

    @staticmethod
    def place(entitlement: Entitlement) -> str:
        """The organisation that pays it now."""
        return entitlement.file.places[-1][1]

    def entitlement(self, known: Known, context: Context, *, ended: bool = False) -> Entitlement:
        """The entitlement, which must exist, be in scope and (unless said otherwise) not be ended."""
        found = known.state(Entitlement, self.entitlement_id)
        if not found.exists:
            raise EntitlementUnknown(entitlement=self.entitlement_id)
        require_scope(context.actor, known.state(Organisation, self.place(found)))
        if found.over_by(month_of(context.today)) and not ended:
            raise NotActive(status="ended")
        return found

    @staticmethod
    def definition(entitlement: Entitlement, known: Known, context: Context) -> CategoryDefined:
        """What the category is today; what it was when this was decided, where it exists no longer."""
        categories = Categories.of(known)
        return categories.find(entitlement.category, context.today) or categories.get(
            entitlement.category, entitlement.file.decided_on or first_day(entitlement.first_month)
        )

    def of(self, entitlement: Entitlement) -> dict[str, Any]:
        """The fields every event of the entitlement carries."""
        return {
            "entitlement_id": self.entitlement_id,
            "household_id": entitlement.household_id,
            "organisation_id": OrganisationId(self.place(entitlement)),
            "category": entitlement.category,
        }


def reasoned(reason: str, article: str) -> None:
    """Raises ``ReasonNeeded`` unless both are given [57 art. 32]."""
    if not reason.strip() or not article.strip():
        raise ReasonNeeded


def rule_of_definition(entitlement: Entitlement, known: Known, context: Context) -> Rule | None:
    """The rule by which the category is assessed, as its definition in force says."""
    definition = Categories.of(known).find(entitlement.category, context.today)
    return definition.assessment if definition is not None else None


def assessing(entitlement: Entitlement, known: Known, context: Context) -> list[Facts]:
    """The standards an assessment of its household reads."""
    household = known.state(Household, entitlement.household_id)
    organisation = known.state(Organisation, household.organisation_id)
    if not organisation.exists:
        return []
    return standards_needed(
        entitlement.category, organisation.lineage, household.area, tiers_of(known),
        rule_of_definition(entitlement, known, context), alone=entitlement.file.single_person is not None,
    )  # fmt: skip


def counted_now(entitlement: Entitlement, household: Household) -> tuple[PersonId, ...]:
    """Who is counted today: all members for dibao, whoever was decided on otherwise [57 art. 7]."""
    if entitlement.category == Category.DIBAO and entitlement.file.single_person is None:
        return tuple(m.person_id for m in household.current())
    return tuple(PersonId(p) for p in entitlement.file.counted)


def own_share(assessed: Assessment, counted: Sequence[str]) -> Fen:
    """One person's part of the base."""
    base = sum(a.amount_fen for a in assessed.amounts if a.component is Component.BASE)
    return divide(base, max(len(counted), 1))


def less_withheld(assessed: Assessment, counted: Sequence[str], withheld: Mapping[str, int]) -> Assessment:
    """The amounts without what is withheld of the own shares of people who refused work [57 art. 34]."""
    permille = sum(part for person, part in withheld.items() if person in counted)
    if not permille:
        return assessed
    less = Fen(own_share(assessed, counted) * permille // 1000)
    amounts = tuple(
        Amount(component=a.component, amount_fen=Fen(a.amount_fen - less))
        if a.component is Component.BASE
        else a
        for a in assessed.amounts
    )
    line = step("本人保障金减停发", "own share withheld for refused work", "57 art. 34", -less)
    frozen = msgspec.structs.replace(assessed.frozen, working=(*assessed.frozen.working, line))
    return assessed._replace(amounts=amounts, frozen=frozen)


def amounts_by_month(
    entitlement: Entitlement,
    household: Household,
    counted: Sequence[str],
    known: Known,
    context: Context,
    from_month: Month,
) -> list[tuple[Month, Assessment]]:
    """The amounts of every month from `from_month` to this one, or to the last one decided on already: facts as of today,
    standards and ages as of each month."""
    lineage = known.state(Organisation, household.organisation_id).lineage
    book = StandardBook(r.event for r in known.recorded)
    rule = rule_of_definition(entitlement, known, context)
    decided = max(term.from_month for term in entitlement.file.terms)
    until = max(from_month, month_of(context.today), decided)
    return [
        (
            each,
            less_withheld(
                assess(
                    entitlement.category,
                    household,
                    counted,
                    lineage,
                    book,
                    context.today,
                    first_day(each),
                    rule=rule,
                    alone=entitlement.file.single_person,
                    continuing=True,
                ),
                counted,
                entitlement.withheld_in(each),
            ),
        )
        for each in months_between(from_month, until)
    ]
