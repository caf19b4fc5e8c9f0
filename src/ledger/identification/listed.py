"""Categories that have no procedure here: a household or person is in one because another department's list says so."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import ClassVar

from ledger.identification.case_events import CategoryListed
from ledger.identification.events import CategoryCode, FrozenFacts
from ledger.identification.exclusion import exclusion_facts, none_covered
from ledger.identification.procedure_application import check_kind
from ledger.identification.procedure_base import name_of
from ledger.identification.procedure_refusals import AuthorityNeeded, NotListed
from ledger.identification.refusals import OnePersonOnly, WholeHouseholdOrNone
from ledger.kernel import (
    Basis,
    Boundary,
    Context,
    EntitlementId,
    Event,
    Known,
    OrganisationId,
    PersonId,
    Role,
    add_months,
    month_of,
)
from ledger.programmes.book import Categories, category_facts
from ledger.programmes.events import CategoryDefined, CoverLevel, Rule
from ledger.registry.commands import STAFF, HouseholdCommand, not_in_future
from ledger.registry.refusals import NotMember
from ledger.registry.states import Household


class RecordListed(HouseholdCommand, frozen=True, kw_only=True):
    """Records that a department's list names a household or person in a category without procedure here [S 一; 39].

    The kind is checked against the definition; the status holds from the month after the list's day.
    """

    ROLES: ClassVar = STAFF | {Role.DEPARTMENT}
    category: CategoryCode
    category_kind: str | None = None
    covered: tuple[PersonId, ...]
    department: str
    list_document: str
    listed_on: date

    def more(self, known: Known, context: Context) -> Boundary:
        return (category_facts(self.category), *exclusion_facts(known, self.covered))

    def decide(self, known: Known, context: Context) -> Iterable[Event]:
        household = self.household(known, context)
        not_in_future(self.listed_on, context.today, "list of", "名单日期")
        definition = Categories.of(known).get(self.category, self.listed_on)
        if definition.procedure.steps or definition.assessment is not Rule.LISTED:
            raise NotListed(category=self.category)
        check_kind(definition, self.category_kind)
        if not self.list_document.strip() or not self.department.strip():
            raise AuthorityNeeded(what="the department and its list", what_zh="提供名单的部门及文号")
        self._people(household, definition)
        from_month = add_months(month_of(self.listed_on), 1)
        none_covered(known, self.covered, from_month, category=self.category, day=self.listed_on)
        declared = household.declared_on(self.listed_on)
        yield CategoryListed(
            entitlement_id=context.new_id(EntitlementId), household_id=self.household_id,
            organisation_id=OrganisationId(household.organisation_id), category=self.category, named=name_of(definition),
            counted=self.covered, from_month=from_month, department=self.department, list_document=self.list_document,
            category_kind=self.category_kind,
            frozen=FrozenFacts(
                members=len(self.covered), income=declared.income if declared else (),
                property=declared.property if declared else (), area=household.area,
            ),
            basis=Basis(document=self.list_document), occurred_on=self.listed_on,
        )  # fmt: skip

    def _people(self, household: Household, definition: CategoryDefined) -> None:
        present = {m.person_id for m in household.current()}
        for person in self.covered:
            if person not in present:
                raise NotMember(person=person, day=self.listed_on)
        if definition.cover_level is CoverLevel.PERSON and len(self.covered) != 1:
            raise OnePersonOnly(count=len(self.covered))
        if definition.cover_level is CoverLevel.HOUSEHOLD and set(self.covered) != present:
            raise WholeHouseholdOrNone(count=len(set(self.covered)), members=len(present))
