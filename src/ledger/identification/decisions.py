"""The county's decisions on a case, and cover taken over from rosters before the cut-over."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import ClassVar

import msgspec

from ledger.complaints.states import CaseComplaints, HouseholdComplaints
from ledger.identification.amounts import standards_needed, tiers_of
from ledger.identification.calendar import add_working_days
from ledger.identification.case import Case
from ledger.identification.changes_review import is_unsteady, review_months
from ledger.identification.events import (
    Amount,
    CategoryCode,
    CategoryConfirmed,
    CategoryRefused,
    FrozenFacts,
    PriorCoverRecorded,
    RefusalNotified,
)
from ledger.identification.exclusion import exclusion_facts
from ledger.identification.procedure_base import (
    CaseCommand,
    devolved_facts,
    in_order,
    is_devolved,
    require_above,
)
from ledger.identification.refusals import (
    AfterCutOver,
    CaseClosed,
    ReasonNeeded,
    SamePersonDecides,
    StepDone,
    StepMissing,
)
from ledger.identification.requirements import Weighing, steps_missing, weigh
from ledger.kernel import (
    Basis,
    Context,
    EntitlementId,
    Event,
    Facts,
    HouseholdId,
    Known,
    Month,
    OrganisationId,
    PersonId,
    Role,
    add_months,
    month_of,
)
from ledger.months import day_after_months
from ledger.organisation.states import Organisation
from ledger.programmes.book import Categories
from ledger.programmes.events import Procedure, Rule
from ledger.registry.commands import not_in_future
from ledger.registry.events import Origin
from ledger.registry.refusals import NegativeAmount
from ledger.registry.states import Household


def weighing_facts(case: Case, known: Known, day: date) -> list[Facts]:
    """What must be read, beside the case, its household, organisation and category, to weigh it."""
    organisation = known.state(Organisation, case.organisation_id)
    household = known.state(Household, case.household_id)
    facts = [
        CaseComplaints.facts(case.id),
        HouseholdComplaints.facts(case.household_id),
        *exclusion_facts(known, case.covered),
    ]
    if organisation.exists:
        facts += devolved_facts(case.category, organisation.lineage)
        definition = Categories.of(known).find(case.category, case.submitted_on)
        if definition is None or definition.assessment is not Rule.LISTED:
            facts += standards_needed(
                case.category, organisation.lineage, household.area, tiers_of(known),
                definition.assessment if definition else None, alone=case.file.single_person is not None,
            )  # fmt: skip
    return facts


class DecisionCommand(CaseCommand, frozen=True, kw_only=True):
    """Base of the county's decisions on a case."""

    ROLES: ClassVar = frozenset({Role.REVIEWER})
    decided_on: date

    def more(self, case: Case, known: Known, context: Context) -> list[Facts]:
        return weighing_facts(case, known, self.decided_on)

    def ready(self, known: Known, context: Context) -> Case:
        """The case, on a day not before its steps, decided by the county and by someone who did not give the opinion."""
        case = self.case(known, context, accepted=False)
        not_in_future(self.decided_on, context.today, "decision on", "决定日期")
        place = self.organisation(case, known)
        if not is_devolved(known, case.category, place.lineage, self.decided_on):
            require_above(context, place)
        last = case.file.last_on or self.decided_on
        if self.decided_on < last:
            raise StepMissing(
                step="the decision", step_zh="审核确认", missing=f"a day not before the steps ({last})",
                missing_zh=f"不早于前序步骤的日期（{last}）",
            )  # fmt: skip
        if case.file.opinion_by_operator and case.file.opinion_by_operator == context.actor.operator_id:
            raise SamePersonDecides
        return case


class ConfirmCategory(DecisionCommand, frozen=True, kw_only=True):
    """Confirms: cover begins, paid from the month after the decision [57 art. 21, 43 art. 17].

    The amount is computed here, by the standards in force; `obligors` says for tekun why nobody is
    legally bound and able to support the person: ``none`` or ``unable`` [43 art. 4, 8].
    """

    obligors: str | None = None

    def decide(self, known: Known, context: Context) -> Iterable[Event]:
        case = self.ready(known, context)
        weighed = weigh(case, known, self.decided_on, self.obligors)
        if weighed.obstacles or weighed.assessed is None:
            raise weighed.obstacles[0]
        definition = self.definition(case, known)
        household = known.state(Household, case.household_id)
        yield CategoryConfirmed(
            entitlement_id=context.new_id(EntitlementId),
            counted=weighed.assessed.counted or weighed.counted,
            from_month=add_months(month_of(self.decided_on), 1),
            amounts=weighed.assessed.amounts,
            frozen=with_evidence(weighed.assessed.frozen, case),
            category_kind=case.file.category_kind,
            single_person=case.file.single_person,
            last_month=expiry(definition.procedure, self.decided_on),
            review_by=day_after_months(
                self.decided_on, review_months(definition.procedure, is_unsteady(household, self.decided_on))
            ),
            occurred_on=self.decided_on,
            basis=Basis(rule="43 art. 17" if definition.assessment is Rule.TEKUN else "57 art. 21"),
            **self.of(case, known),
        )


def expiry(procedure: Procedure, decided_on: date) -> Month | None:
    """The last month of a category whose confirmation expires; None for the others [RG art. 10]."""
    if procedure.valid_months is None:
        return None
    return add_months(month_of(decided_on), procedure.valid_months)


def with_evidence(frozen: FrozenFacts, case: Case) -> FrozenFacts:
    """The frozen facts with the events of the case they rest on."""
    return msgspec.structs.replace(frozen, evidence=tuple(e.event_id for e in case.events))


class RefuseCategory(DecisionCommand, frozen=True, kw_only=True):
    """Refuses an applicant after the whole procedure, with reason and article [57 art. 21, 43 art. 18]."""

    reason: str
    article: str

    def decide(self, known: Known, context: Context) -> Iterable[Event]:
        case = self.ready(known, context)
        definition = self.definition(case, known)
        missing = steps_missing(Weighing(case, known, definition, self.decided_on))
        if missing:
            raise missing[0]
        if not self.reason.strip() or not self.article.strip():
            raise ReasonNeeded
        household = known.state(Household, case.household_id)
        declared = household.declared_on(self.decided_on)
        yield CategoryRefused(
            reason=self.reason,
            article=self.article,
            frozen=FrozenFacts(
                members=len(case.covered),
                income=declared.income if declared else (),
                property=declared.property if declared else (),
                area=household.area,
                evidence=tuple(e.event_id for e in case.events),
            ),
            notice_by=add_working_days(self.decided_on, definition.procedure.notice_days),
            occurred_on=self.decided_on,
            **self.of(case, known),
        )


class NotifyRefusal(CaseCommand, frozen=True, kw_only=True):
    """Tells the applicant in writing, within the definition's working days [57 art. 21, 43 art. 18]."""

    served_by: str
    notified_on: date

    def decide(self, known: Known, context: Context) -> Iterable[Event]:
        case = self.found(known, context)
        if case.status != "refused":
            raise CaseClosed(status=case.status)
        if case.done(RefusalNotified):
            raise StepDone(step="the notice", step_zh="书面告知")
        in_order(
            case, self.notified_on, context, ("notice", "告知"), (CategoryRefused, "the refusal", "不予确认")
        )
        yield RefusalNotified(served_by=self.served_by, occurred_on=self.notified_on, **self.of(case, known))


def prior_cover(
    *,
    entitlement_id: EntitlementId,
    household_id: HouseholdId,
    organisation_id: OrganisationId,
    category: CategoryCode,
    counted: tuple[PersonId, ...],
    from_month: Month,
    amounts: tuple[Amount, ...],
    decided_on: date | None,
    decision_document: str,
    origin: Origin,
    today: date,
    cut_over: date,
) -> PriorCoverRecorded:
    """Cover decided before the ledger began, as what it is: from this file, this row, this document.

    Raises ``AfterCutOver`` on or after the cut-over date [57 art. 28], ``NegativeAmount``.
    """
    if today >= cut_over:
        raise AfterCutOver(cut_over=cut_over)
    for amount in amounts:
        if amount.amount_fen < 0:
            raise NegativeAmount(amount=amount.amount_fen)
    return PriorCoverRecorded(
        entitlement_id=entitlement_id,
        household_id=household_id,
        organisation_id=organisation_id,
        category=category,
        counted=counted,
        from_month=from_month,
        amounts=amounts,
        decided_on=decided_on,
        decision_document=decision_document,
        origin=origin,
        occurred_on=today,
        basis=Basis(document=decision_document),
    )
