"""Later decisions about an entitlement 增发 减发 缓发: each with reason, article and effective month."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from ledger.identification.amounts import Assessment
from ledger.identification.changes_base import EntitlementCommand as EntitlementCommand
from ledger.identification.changes_base import amounts_by_month, assessing, counted_now
from ledger.identification.changes_base import reasoned as reasoned
from ledger.identification.changes_ending import EndCategory as EndCategory
from ledger.identification.events import (
    Amount,
    AmountAdjusted,
    EntitlementResumed,
    EntitlementSuspended,
    EntitlementTransferred,
)
from ledger.identification.exclusion import exclusion_facts, none_covered
from ledger.identification.refusals import BadMonth, NotActive, NothingChanges, ReasonNeeded
from ledger.identification.states import Entitlement
from ledger.ids import RaiseId
from ledger.kernel import (
    Basis,
    Context,
    Event,
    Facts,
    Known,
    Month,
    OrganisationId,
    PersonId,
    add_months,
    month,
    month_of,
)
from ledger.organisation.states import require_open
from ledger.registry.states import Household


class AdjustAmount(EntitlementCommand, frozen=True, kw_only=True):
    """Computes the amount anew from today's facts, each month from `from_month` by its own standards and ages [57 art. 31].

    An earlier `from_month` leaves months already run short or over; the next run pays what is short.
    """

    from_month: Month
    reason: str
    article: str

    def more(self, entitlement: Entitlement, known: Known, context: Context) -> list[Facts]:
        members = known.state(Household, entitlement.household_id).current()
        return [
            *exclusion_facts(known, [m.person_id for m in members]), *assessing(entitlement, known, context)
        ]  # fmt: skip

    def decide(self, known: Known, context: Context) -> Iterable[Event]:
        entitlement = self.entitlement(known, context)
        reasoned(self.reason, self.article)
        if entitlement.file.tapering:
            raise NotActive(status="tapering")
        from_month = month(self.from_month)
        if from_month < entitlement.first_month or from_month > add_months(month_of(context.today), 1):
            raise BadMonth(
                month=from_month, why="outside the entitlement's months", why_zh="不在该待遇的可调整月份内"
            )
        before = entitlement.file.counted
        household = known.state(Household, entitlement.household_id)
        counted = counted_now(entitlement, household)
        joining = [p for p in counted if p not in before]
        none_covered(known, joining, from_month, category=entitlement.category, but=self.entitlement_id)
        made = list(
            adjustments(
                entitlement, counted, amounts_by_month(entitlement, household, counted, known, context, from_month),
                reason=self.reason, article=self.article, of=self.of(entitlement),
            )
        )  # fmt: skip
        if not made:
            raise NothingChanges
        yield from made


def adjustments(
    entitlement: Entitlement,
    counted: tuple[PersonId, ...],
    by_month: Iterable[tuple[Month, Assessment]],
    *,
    reason: str,
    article: str,
    of: dict[str, Any],
    raise_id: RaiseId | None = None,
) -> Iterable[AmountAdjusted]:
    """One event for each month in which the amount becomes another than the decisions in force give; none when nothing changes."""
    before = entitlement.file.counted
    same_people = set(counted) == set(before)
    in_force: tuple[Amount, ...] | None = None
    for each, assessed in by_month:
        unchanged = same_people and assessed.amounts == entitlement.amounts_in(each)
        if assessed.amounts == in_force or (in_force is None and unchanged):
            continue
        yield AmountAdjusted(
            counted=counted,
            from_month=each,
            amounts=assessed.amounts,
            previous=entitlement.amounts_in(each),
            reason=reason,
            article=article,
            frozen=assessed.frozen,
            released=tuple(PersonId(p) for p in before if p not in counted) if in_force is None else (),
            raise_id=raise_id,
            basis=Basis(rule=article),
            **of,
        )
        in_force = assessed.amounts


class TransferEntitlement(EntitlementCommand, frozen=True, kw_only=True):
    """After a move, the household's new organisation pays from the month after the last month there [57 art. 5]."""

    def decide(self, known: Known, context: Context) -> Iterable[Event]:
        entitlement = self.entitlement(known, context)
        household = known.state(Household, entitlement.household_id)
        here = self.place(entitlement)
        if not household.moves or household.organisation_id == here:
            raise NothingChanges
        require_open(known, household.organisation_id, context.today)
        yield EntitlementTransferred(
            from_id=here,
            to_id=OrganisationId(household.organisation_id),
            from_month=add_months(household.moves[-1][0], 1),
            **self.of(entitlement),
        )


class SuspendEntitlement(EntitlementCommand, frozen=True, kw_only=True):
    """Stops payment from a month until resumed 缓发, with reason and article [57 art. 32]."""

    from_month: Month
    reason: str
    article: str

    def decide(self, known: Known, context: Context) -> Iterable[Event]:
        entitlement = self.entitlement(known, context)
        reasoned(self.reason, self.article)
        if any(s.resumed is None for s in entitlement.file.suspensions):
            raise NotActive(status="suspended")
        yield EntitlementSuspended(
            from_month=month(self.from_month),
            reason=self.reason,
            article=self.article,
            **self.of(entitlement),
        )


class ResumeEntitlement(EntitlementCommand, frozen=True, kw_only=True):
    """Resumes payment from a month, and says what becomes of the suspended months: all paid, those named paid, or none [57 art. 32]."""

    from_month: Month
    pay_suspended: bool
    reason: str
    paid_months: tuple[Month, ...] = ()
    article: str | None = None

    def decide(self, known: Known, context: Context) -> Iterable[Event]:
        entitlement = self.entitlement(known, context)
        running = [s for s in entitlement.file.suspensions if s.resumed is None]
        if not running:
            raise NotActive(status="active")
        if month(self.from_month) < running[-1].from_month:
            raise BadMonth(month=self.from_month, why="before the suspension began", why_zh="早于暂停月份")
        if not self.reason.strip():
            raise ReasonNeeded
        paid = tuple(sorted({month(m) for m in self.paid_months}))
        for each in paid:
            if self.pay_suspended or not running[-1].from_month <= each < self.from_month:
                raise BadMonth(
                    month=each,
                    why="not one of the suspended months to choose from",
                    why_zh="不是可选择补发的暂停月份",
                )
        yield EntitlementResumed(
            from_month=month(self.from_month),
            pay_suspended=self.pay_suspended,
            reason=self.reason,
            paid_months=paid,
            article=self.article,
            **self.of(entitlement),
        )
