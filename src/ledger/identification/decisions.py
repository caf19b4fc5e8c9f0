"""The county's decisions on a case, and cover taken over from rosters before the cut-over."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from typing import ClassVar

from ledger.identification.amounts import Assessment, standards_needed, tiers_of
from ledger.identification.assess import assess
from ledger.identification.events import (
    Amount,
    Category,
    CategoryCode,
    CategoryConfirmed,
    CategoryRefused,
    FrozenFacts,
    OpinionGiven,
    PriorCoverRecorded,
    RefusalNotified,
)
from ledger.identification.procedure import CaseCommand
from ledger.identification.refusals import (
    AfterCutOver,
    AlreadyCovered,
    CaseClosed,
    CaseUnknown,
    NotEligible,
    ReasonNeeded,
    SamePersonDecides,
    StepDone,
    StepMissing,
    WholeHouseholdOrNone,
)
from ledger.identification.states import Case, Cover
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
from ledger.organisation.states import Organisation, require_scope
from ledger.registry.commands import not_in_future
from ledger.registry.events import Origin
from ledger.registry.refusals import NegativeAmount, NotMember
from ledger.registry.states import Household
from ledger.standards.book import StandardBook


def none_covered(known: Known, people: Iterable[str], month: Month, *, but: str = "") -> None:
    """Raises ``AlreadyCovered`` when one of the people has dibao or tekun, other than `but`, in `month` or later."""
    for person in people:
        active = known.state(Cover, person).active_from(month, but=but)
        if active is not None:
            raise AlreadyCovered(person=person, category=active[1])


class DecisionCommand(CaseCommand, frozen=True, kw_only=True):
    """Base of the county's decisions on a case."""

    ROLES: ClassVar = frozenset({Role.REVIEWER})
    decided_on: date

    def more(self, case: Case, known: Known, context: Context) -> list[Facts]:
        organisation = known.state(Organisation, case.organisation_id)
        household = known.state(Household, case.household_id)
        facts = [Cover.facts(person) for person in case.covered]
        if organisation.exists:
            facts += standards_needed(case.category, organisation.lineage, household.area, tiers_of(known))
        return facts

    def ready(self, known: Known, context: Context) -> Case:
        """The case with every step done, decided by someone who did not give the opinion."""
        case = self.case(known, context)
        not_in_future(self.decided_on, context.today, "decision on", "决定日期")
        missing = case.missing()
        if missing:
            raise StepMissing(
                step="the decision", step_zh="审核确认", missing=missing[0][0], missing_zh=missing[0][1]
            )
        last = max((e.occurred_on for e in case.events if e.occurred_on), default=self.decided_on)
        if self.decided_on < last:
            raise StepMissing(
                step="the decision", step_zh="审核确认", missing=f"a day not before the steps ({last})",
                missing_zh=f"不早于前序步骤的日期（{last}）",
            )  # fmt: skip
        opinion = case.last(OpinionGiven)
        if opinion is not None and opinion.actor.operator_id == context.actor.operator_id:
            raise SamePersonDecides
        return case

    def counted(self, case: Case, known: Known) -> tuple[PersonId, ...]:
        """Those of the application who are members still: who left or died is not counted [57 art. 7].

        Raises ``WholeHouseholdOrNone`` when someone lives there now whom the application does not cover:
        nobody enters without having applied, and dibao leaves nobody of a household out.
        """
        household = known.state(Household, case.household_id)
        here = {m.person_id for m in household.current()}
        counted = tuple(person for person in case.covered if person in here)
        if not counted:
            raise NotMember(person=next(iter(case.covered), "-"), day=self.decided_on)
        if case.category == Category.DIBAO and len(counted) != len(here):
            raise WholeHouseholdOrNone(count=len(counted), members=len(here))
        return counted

    def assessment(self, case: Case, counted: Sequence[str], known: Known) -> Assessment:
        """What those counted are due by the standards in force on the day of decision."""
        book = StandardBook(r.event for r in known.recorded)
        household = known.state(Household, case.household_id)
        lineage = known.state(Organisation, case.organisation_id).lineage
        return assess(case.category, household, counted, lineage, book, self.decided_on)


class ConfirmCategory(DecisionCommand, frozen=True, kw_only=True):
    """Confirms: cover begins, paid from the month after the decision [57 art. 21, 43 art. 17].

    The amount is computed here, by the standards in force; `obligors` says for tekun why nobody is
    legally bound and able to support the person: ``none`` or ``unable`` [43 art. 4, 8].
    """

    obligors: str | None = None

    def decide(self, known: Known, context: Context) -> Iterable[Event]:
        case = self.ready(known, context)
        if case.category == Category.TEKUN and self.obligors not in ("none", "unable"):
            raise NotEligible(
                why="legal obligors are able to support", why_zh="有具备履行义务能力的法定义务人"
            )
        from_month = add_months(month_of(self.decided_on), 1)
        counted = self.counted(case, known)
        none_covered(known, counted, from_month)
        assessed = self.assessment(case, counted, known)
        yield CategoryConfirmed(
            entitlement_id=context.new_id(EntitlementId),
            counted=counted,
            from_month=from_month,
            amounts=assessed.amounts,
            frozen=with_evidence(assessed.frozen, case),
            occurred_on=self.decided_on,
            basis=Basis(rule="57 art. 21" if case.category == Category.DIBAO else "43 art. 17"),
            **self.of(case),
        )


def with_evidence(frozen: FrozenFacts, case: Case) -> FrozenFacts:
    """The frozen facts with the events of the case they rest on."""
    return FrozenFacts(
        members=frozen.members,
        income=frozen.income,
        property=frozen.property,
        deductions_fen=frozen.deductions_fen,
        per_capita_monthly_fen=frozen.per_capita_monthly_fen,
        area=frozen.area,
        standards=frozen.standards,
        working=frozen.working,
        evidence=tuple(e.event_id for e in case.events),
    )


class RefuseCategory(DecisionCommand, frozen=True, kw_only=True):
    """Refuses an applicant, with reason and article [57 art. 21, 43 art. 18]."""

    reason: str
    article: str

    def decide(self, known: Known, context: Context) -> Iterable[Event]:
        case = self.ready(known, context)
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
            occurred_on=self.decided_on,
            **self.of(case),
        )


class NotifyRefusal(CaseCommand, frozen=True, kw_only=True):
    """Tells the applicant in writing, within three working days [57 art. 21]."""

    served_by: str
    notified_on: date

    def decide(self, known: Known, context: Context) -> Iterable[Event]:
        case = known.state(Case, self.case_id)
        if not case.exists:
            raise CaseUnknown(case=self.case_id)
        require_scope(context.actor, known.state(Organisation, case.organisation_id))
        if case.status != "refused":
            raise CaseClosed(status=case.status)
        if case.last(RefusalNotified) is not None:
            raise StepDone(step="the notice", step_zh="书面告知")
        not_in_future(self.notified_on, context.today, "notice on", "告知日期")
        yield RefusalNotified(served_by=self.served_by, occurred_on=self.notified_on, **self.of(case))


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
