"""Self-care 生活自理能力 of people in tekun: a change is reported, assessed item by item, and the care amount follows [43 art. 21–23]."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import ClassVar

import msgspec

from ledger.identification.amounts import care_tier
from ledger.identification.calendar import add_working_days
from ledger.identification.changes import adjustments
from ledger.identification.changes_base import EntitlementCommand, amounts_by_month, assessing, counted_now
from ledger.identification.events import Category
from ledger.identification.life_events import SelfCareAssessed, SelfCareItem, SelfCareReported
from ledger.identification.life_refusals import AssessorsNeeded
from ledger.identification.states import Entitlement
from ledger.kernel import (
    Context,
    Event,
    Facts,
    HouseholdId,
    Known,
    Named,
    OrganisationId,
    PersonId,
    Role,
    add_months,
    month_of,
)
from ledger.registry.commands import not_in_future
from ledger.registry.lineage_events import AttributesChanged
from ledger.registry.refusals import NotMember
from ledger.registry.states import Household, Member

ASSESSED_WITHIN = 10
"""Working days from the report to the assessment [43 art. 23]."""
ASSESSORS = 2


class SelfCareCommand(EntitlementCommand, frozen=True, kw_only=True):
    """Base of what is recorded about the self-care of a person who is covered."""

    person_id: PersonId

    def covered(self, known: Known, context: Context) -> tuple[Entitlement, Household, Member]:
        """The entitlement, household and member. Raises ``NotMember`` unless it covers the person."""
        entitlement = self.entitlement(known, context)
        household = known.state(Household, entitlement.household_id)
        member = household.member(self.person_id)
        if member is None or self.person_id not in entitlement.file.counted:
            raise NotMember(person=self.person_id, day=context.today)
        return entitlement, household, member


class ReportSelfCare(SelfCareCommand, frozen=True, kw_only=True):
    """Records a report that a person's self-care changed: it is assessed within ten working days [43 art. 23]."""

    ROLES: ClassVar = frozenset({Role.CLERK, Role.REVIEWER})
    reported_by: str
    told_on: date

    def decide(self, known: Known, context: Context) -> Iterable[Event]:
        entitlement, _, _ = self.covered(known, context)
        not_in_future(self.told_on, context.today, "report on", "报告日期")
        yield SelfCareReported(
            person_id=self.person_id,
            reported_by=self.reported_by,
            assess_by=add_working_days(self.told_on, ASSESSED_WITHIN),
            occurred_on=self.told_on,
            **self.of(entitlement),
        )


class AssessSelfCare(SelfCareCommand, frozen=True, kw_only=True):
    """Records the assessment of the six items by two or more; the tier, and the care amount from the next month, follow [43 art. 21–23]."""

    failed: tuple[SelfCareItem, ...]
    care_assessors: tuple[str, ...]
    care_assessed_on: date
    document: str

    def more(self, entitlement: Entitlement, known: Known, context: Context) -> list[Facts]:
        return assessing(entitlement, known, context) if entitlement.category == Category.TEKUN else []

    def decide(self, known: Known, context: Context) -> Iterable[Event]:
        entitlement, household, member = self.covered(known, context)
        not_in_future(self.care_assessed_on, context.today, "assessment on", "评估日期")
        assessors = tuple(dict.fromkeys(a.strip() for a in self.care_assessors if a.strip()))
        if len(assessors) < ASSESSORS:
            raise AssessorsNeeded(count=len(assessors))
        failed = tuple(item for item in SelfCareItem if item in self.failed)
        before = member.attributes_on(self.care_assessed_on).self_care_failed
        tier = care_tier(len(failed))
        yield SelfCareAssessed(
            person_id=self.person_id,
            failed=failed,
            assessors=assessors,
            tier=tier,
            previous_tier=None if before is None else care_tier(before),
            note=Named(zh=f"{len(failed)}项不达标", en=f"{len(failed)} of 6 items not met"),
            occurred_on=self.care_assessed_on,
            **self.of(entitlement),
        )
        if before != len(failed):
            attributes = msgspec.structs.replace(
                member.attributes_on(self.care_assessed_on), self_care_failed=len(failed)
            )
            changed = AttributesChanged(
                household_id=HouseholdId(household.id),
                organisation_id=OrganisationId(household.organisation_id),
                person_id=self.person_id,
                attributes=attributes,
                document=self.document,
                occurred_on=self.care_assessed_on,
            )
            yield changed
            if entitlement.category == Category.TEKUN:
                yield from self._adjusted(entitlement, household, changed, known, context)

    def _adjusted(
        self,
        entitlement: Entitlement,
        household: Household,
        changed: AttributesChanged,
        known: Known,
        context: Context,
    ) -> Iterable[Event]:
        """The care amount from the month after the assessment, as soon as the person's new state is taken in."""
        household.evolve(changed)
        counted = counted_now(entitlement, household)
        start = max(add_months(month_of(self.care_assessed_on), 1), entitlement.first_month)
        yield from adjustments(
            entitlement, counted, amounts_by_month(entitlement, household, counted, known, context, start),
            reason="生活自理能力类别变化", article="43 art. 23", of=self.of(entitlement),
        )  # fmt: skip
