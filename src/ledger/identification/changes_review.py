"""Reviews 核查 in their cycle, and the notices 送达 every decision about an entitlement is told by."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import ClassVar

from ledger.identification.changes_base import (
    EntitlementCommand,
    amounts_by_month,
    assessing,
    counted_now,
    reasoned,
)
from ledger.identification.events import (
    AmountAdjusted,
    CategoryEnded,
    EntitlementResumed,
    EntitlementSuspended,
)
from ledger.identification.life_events import (
    NoticeMeans,
    NoticeServed,
    OwnShareReduced,
    ReviewCompleted,
    ReviewCycleExtended,
    ReviewOutcome,
    TaperStarted,
)
from ledger.identification.life_refusals import (
    DecisionUnknown,
    ReviewFindsChange,
    ReviewNotLater,
    ReviewOutcomeNotRecorded,
)
from ledger.identification.refusals import StepDone
from ledger.identification.states import Entitlement
from ledger.ids import HouseholdId
from ledger.kernel import (
    Basis,
    Context,
    EntitlementId,
    Event,
    Facts,
    Known,
    Month,
    Named,
    Private,
    Role,
    month_of,
    tag,
)
from ledger.months import day_after_months
from ledger.programmes.events import Procedure
from ledger.registry.commands import not_in_future
from ledger.registry.states import Household, Member, age_on

ADULT_FROM, ELDERLY_FROM = 18, 60
"""Working age, as tekun has it [43 art. 5]."""
DECISIONS = (
    AmountAdjusted,
    EntitlementSuspended,
    EntitlementResumed,
    CategoryEnded,
    TaperStarted,
    OwnShareReduced,
)
"""What the household is told of [57 art. 32]."""


def able_to_work(member: Member, day: date) -> bool:
    """Of working age, and labour ability known to be there in full or in part."""
    age = age_on(member.birth_date, day)
    return ADULT_FROM <= age < ELDERLY_FROM and member.attributes_on(day).labour_ability in (
        "full",
        "partial",
    )


def is_unsteady(household: Household, day: date) -> bool:
    """Whether the shorter cycle applies: somebody is able to work, or lives on a business [57 art. 31]."""
    declared = household.declared_on(day)
    business = declared is not None and any(line.kind == "business" for line in declared.income)
    return business or any(able_to_work(member, day) for member in household.present(day))


def review_months(procedure: Procedure, unsteady: bool) -> int:
    """The cycle by the category's definition."""
    return procedure.unstable_review_months if unsteady else procedure.review_months


class CompleteReview(EntitlementCommand, frozen=True, kw_only=True):
    """Records a review: who found what, and so when the next is due: a year, half a year where income is unsteady [57 art. 31].

    One that adjusted or ended follows that decision; one that left all as it was is refused while the facts known give
    another amount. `unsteady` may say so where the ledger does not know it yet.
    """

    ROLES: ClassVar = frozenset({Role.CLERK, Role.REVIEWER})
    outcome: ReviewOutcome
    reviewed_on: date
    findings: str | None = None
    unsteady: bool = False

    def more(self, entitlement: Entitlement, known: Known, context: Context) -> list[Facts]:
        return assessing(entitlement, known, context) if self.outcome is ReviewOutcome.UNCHANGED else []

    def decide(self, known: Known, context: Context) -> Iterable[Event]:
        entitlement = self.entitlement(known, context, ended=self.outcome is ReviewOutcome.ENDED)
        not_in_future(self.reviewed_on, context.today, "review on", "核查日期")
        self._follows(entitlement, known, context)
        definition = self.definition(entitlement, known, context)
        unsteady = self.unsteady or is_unsteady(
            known.state(Household, entitlement.household_id), self.reviewed_on
        )
        months = review_months(definition.procedure, unsteady)
        told = {
            ReviewOutcome.UNCHANGED: ("无明显变化", "nothing clearly changed"),
            ReviewOutcome.ADJUSTED: ("已调整", "adjusted"),
            ReviewOutcome.ENDED: ("已终止", "ended"),
        }[self.outcome]
        yield ReviewCompleted(
            outcome=self.outcome,
            months=months,
            unstable=unsteady,
            review_by=day_after_months(self.reviewed_on, months),
            note=Named(zh=told[0], en=told[1]),
            findings=Private(tag(HouseholdId, entitlement.household_id), self.findings)
            if self.findings
            else None,
            occurred_on=self.reviewed_on,
            basis=Basis(rule="57 art. 31"),
            **self.of(entitlement),
        )

    def _follows(self, entitlement: Entitlement, known: Known, context: Context) -> None:
        """Raises unless what the review came to is what the ledger says."""
        mine = [
            e for e in known.events(*Entitlement.FOLDS) if getattr(e, "entitlement_id", "") == entitlement.id
        ]
        last = max((n for n, e in enumerate(mine) if isinstance(e, ReviewCompleted)), default=-1)
        since = mine[last + 1 :]
        if self.outcome is ReviewOutcome.ADJUSTED and not any(
            isinstance(e, AmountAdjusted | TaperStarted | OwnShareReduced) for e in since
        ):
            raise ReviewOutcomeNotRecorded(outcome="adjusts", outcome_zh="调整")
        if self.outcome is ReviewOutcome.ENDED and not entitlement.file.closed:
            raise ReviewOutcomeNotRecorded(outcome="ends", outcome_zh="终止")
        if (
            self.outcome is ReviewOutcome.UNCHANGED
            and self.definition(entitlement, known, context).pays
            and not entitlement.file.tapering
        ):
            household = known.state(Household, entitlement.household_id)
            counted = counted_now(entitlement, household)
            this = max(month_of(context.today), entitlement.first_month)
            assessed = amounts_by_month(entitlement, household, counted, known, context, this)[0][1]
            if set(counted) != set(entitlement.file.counted) or assessed.amounts != entitlement.amounts_in(
                this
            ):
                raise ReviewFindsChange


class ExtendReviewCycle(EntitlementCommand, frozen=True, kw_only=True):
    """Gives a review more time in a declared emergency, with its document as reason [57 art. 31]."""

    review_by: date
    reason: str
    article: str

    def decide(self, known: Known, context: Context) -> Iterable[Event]:
        entitlement = self.entitlement(known, context)
        reasoned(self.reason, self.article)
        now = entitlement.file.review_by
        if now is not None and self.review_by <= now:
            raise ReviewNotLater(review_by=self.review_by, now=now)
        yield ReviewCycleExtended(
            review_by=self.review_by,
            reason=self.reason,
            article=self.article,
            basis=Basis(rule=self.article),
            **self.of(entitlement),
        )


def change_of(event: Event) -> tuple[str, Month, str, str]:
    """What a decision changes, from which month, and its reason and article, as the notice says it."""
    match event:
        case AmountAdjusted():
            more = sum(a.amount_fen for a in event.amounts) >= sum(a.amount_fen for a in event.previous)
            return "increase" if more else "reduction", event.from_month, event.reason, event.article
        case EntitlementSuspended():
            return "suspension", event.from_month, event.reason, event.article
        case EntitlementResumed():
            return "resumption", event.from_month, event.reason, event.article or ""
        case CategoryEnded():
            return "stop", event.last_month, event.reason, event.article
        case TaperStarted():
            return "taper", event.from_month, event.reason, event.article
        case OwnShareReduced():
            return "own_share", event.from_month, event.reason, event.article
    raise DecisionUnknown(decision=event.event_id)


class ServeNotice(EntitlementCommand, frozen=True, kw_only=True):
    """Serves the notice of a decision: increase, reduction, suspension, resumption, stop or tapering, with its reason [57 art. 32]."""

    ROLES: ClassVar = frozenset({Role.CLERK, Role.REVIEWER})
    decision_event: str
    served_how: NoticeMeans
    document: str
    served_on: date
    taken_by: str | None = None

    def more(self, entitlement: Entitlement, known: Known, context: Context) -> list[Facts]:
        return [Facts(types=(NoticeServed,), tags=(tag(EntitlementId, self.entitlement_id),))]

    def decide(self, known: Known, context: Context) -> Iterable[Event]:
        entitlement = self.entitlement(known, context, ended=True)
        found = next((e for e in known.events(*DECISIONS) if e.event_id == self.decision_event), None)
        if found is None or found.entitlement_id != self.entitlement_id:
            raise DecisionUnknown(decision=self.decision_event)
        if any(e.decision == self.decision_event for e in known.events(NoticeServed)):
            raise StepDone(step="the notice", step_zh="送达")
        not_in_future(self.served_on, context.today, "service on", "送达日期")
        change, effective, reason, article = change_of(found)
        yield NoticeServed(
            decision=self.decision_event,
            change=change,
            effective_month=effective,
            means=self.served_how,
            reason=reason,
            article=article,
            document=self.document,
            received_by=Private(tag(HouseholdId, entitlement.household_id), self.taken_by)
            if self.taken_by
            else None,
            occurred_on=self.served_on,
            **self.of(entitlement),
        )
