"""What may be done with an imprest 备用金: opened, advanced, made up for, given back, counted at every month's end [TA 三(三)]."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any, ClassVar

from ledger.emergency.events import PROGRAMME
from ledger.emergency.imprests import Imprest, last_day
from ledger.emergency.refusals import (
    AboveCeiling,
    AllocationShort,
    BadImprest,
    DifferenceUnexplained,
    ImprestShort,
    ImprestUnknown,
    MonthNotOver,
    MonthReconciled,
    NothingToReplenish,
    SpenderReconciles,
)
from ledger.funds.imprest_events import (
    Difference,
    ImprestAdvanced,
    ImprestOpened,
    ImprestReconciled,
    ImprestReplenished,
    ImprestReturned,
)
from ledger.funds.refusals import BadAmount, FundUnknown
from ledger.ids import ImprestId
from ledger.kernel import (
    Basis,
    Boundary,
    Command,
    Context,
    Event,
    Fen,
    FundId,
    Known,
    Month,
    OrganisationId,
    Role,
    month,
    month_of,
)
from ledger.organisation.states import Organisation, require_open, require_scope
from ledger.payments.refusals import UseExcluded
from ledger.payments.states import SpentFund
from ledger.registry.commands import not_in_future
from ledger.registry.refusals import BadDate, DocumentNeeded


def require_fund(known: Known, fund_id: str, organisation_id: str, amount: int) -> None:
    """The fund must pay temporary aid and have so much left for the organisation. Raises ``FundUnknown``, ``UseExcluded``, ``AllocationShort``."""
    fund = known.state(SpentFund, fund_id)
    if not fund.exists:
        raise FundUnknown(fund=fund_id)
    if PROGRAMME not in fund.uses:
        raise UseExcluded(fund=fund_id, programme=PROGRAMME, uses=", ".join(fund.uses))
    available = fund.available(organisation_id)
    if amount > available:
        raise AllocationShort(asked=amount, available=available, organisation=organisation_id)


class OpenImprest(Command, frozen=True, kw_only=True):
    """Lets a regiment or street keep cash for emergencies: of which fund, up to what, reconciled within how many days."""

    ROLES: ClassVar = frozenset({Role.FINANCE})
    organisation_id: OrganisationId
    fund_id: FundId
    ceiling_fen: Fen
    reconcile_days: int
    document: str
    opened_on: date

    def boundary(self, known: Known, context: Context) -> Boundary:
        return (Organisation.facts(self.organisation_id), SpentFund.facts(self.fund_id))

    def decide(self, known: Known, context: Context) -> Iterable[Event]:
        require_scope(context.actor, require_open(known, self.organisation_id, self.opened_on))
        not_in_future(self.opened_on, context.today, "opening on", "设立日期")
        require_fund(known, self.fund_id, self.organisation_id, 0)
        if not self.document.strip():
            raise DocumentNeeded
        if self.ceiling_fen <= 0 or not 1 <= self.reconcile_days <= 31:
            raise BadImprest(why="ceiling and days to reconcile must be positive, the days at most 31",
                             why_zh="限额须大于零，核对期限为1至31日")  # fmt: skip
        yield ImprestOpened(
            imprest_id=context.new_id(ImprestId), fund_id=self.fund_id, organisation_id=self.organisation_id,
            ceiling_fen=self.ceiling_fen, reconcile_days=self.reconcile_days, occurred_on=self.opened_on,
            basis=Basis(document=self.document, rule="TA 三(三)"),
        )  # fmt: skip


class ImprestCommand(Command, frozen=True, kw_only=True):
    """Base of what is done with one imprest."""

    ROLES: ClassVar = frozenset({Role.FINANCE})
    imprest_id: ImprestId

    def boundary(self, known: Known, context: Context) -> Boundary:
        """The imprest, its organisation and its fund."""
        imprest = known.state(Imprest, self.imprest_id)
        facts = [Imprest.facts(self.imprest_id)]
        if imprest.exists:
            facts += [Organisation.facts(imprest.file.organisation_id), SpentFund.facts(imprest.file.fund_id)]
        return tuple(facts)

    def imprest(self, known: Known, context: Context) -> Imprest:
        """The imprest, which must exist and be in scope."""
        imprest = known.state(Imprest, self.imprest_id)
        if not imprest.exists:
            raise ImprestUnknown(imprest=self.imprest_id)
        require_scope(context.actor, known.state(Organisation, imprest.file.organisation_id))
        return imprest

    @staticmethod
    def of(imprest: Imprest) -> dict[str, Any]:
        """The fields every event of the imprest carries."""
        file = imprest.file
        return {"imprest_id": imprest.id, "fund_id": file.fund_id, "organisation_id": file.organisation_id}


class MoveImprest(ImprestCommand, frozen=True, kw_only=True):
    """Base of money going in or out on a day, on document; not into a month that was reconciled."""

    amount_fen: Fen
    document: str
    given_on: date

    def checked(self, known: Known, context: Context) -> Imprest:
        """The imprest, for an amount above zero on a day that is still open."""
        imprest = self.imprest(known, context)
        if self.amount_fen <= 0:
            raise BadAmount(amount=self.amount_fen)
        if not self.document.strip():
            raise DocumentNeeded
        require_open_day(imprest, self.given_on, context.today)
        return imprest


def require_open_day(imprest: Imprest, day: date, today: date) -> None:
    """Raises ``BadDate`` for a day to come or before the imprest was opened, ``MonthReconciled`` for one that was counted."""
    not_in_future(day, today, "movement on", "收支日期")
    if day < imprest.file.opened_on:
        raise BadDate(
            what="movement on",
            what_zh="收支日期",
            day=day,
            why="before the imprest was opened",
            why_zh="早于备用金设立日期",
        )
    if imprest.file.reconciled and month_of(day) <= imprest.file.reconciled[-1].month:
        raise MonthReconciled(month=imprest.file.reconciled[-1].month)


def require_room(imprest: Imprest, asked: int) -> None:
    """Raises ``AboveCeiling`` when so much more would be above what the imprest may hold."""
    if imprest.cash + asked > imprest.file.ceiling_fen:
        raise AboveCeiling(ceiling=imprest.file.ceiling_fen, cash=imprest.cash, asked=asked)


class AdvanceImprest(MoveImprest, frozen=True, kw_only=True):
    """Puts money of the fund's allocation into the imprest, never above its ceiling."""

    def decide(self, known: Known, context: Context) -> Iterable[Event]:
        imprest = self.checked(known, context)
        require_room(imprest, self.amount_fen)
        require_fund(known, imprest.file.fund_id, imprest.file.organisation_id, self.amount_fen)
        yield ImprestAdvanced(
            **self.of(imprest), programme=PROGRAMME, amount_fen=self.amount_fen, occurred_on=self.given_on,
            basis=Basis(document=self.document),
        )  # fmt: skip


class ReplenishImprest(MoveImprest, frozen=True, kw_only=True):
    """Makes up for what was spent against receipts, never for more than them."""

    def decide(self, known: Known, context: Context) -> Iterable[Event]:
        imprest = self.checked(known, context)
        totals = imprest.totals(self.given_on)
        open_fen = totals.spent - imprest.totals().replenished
        if self.amount_fen > open_fen:
            raise NothingToReplenish(open=open_fen, asked=self.amount_fen)
        require_room(imprest, self.amount_fen)
        require_fund(known, imprest.file.fund_id, imprest.file.organisation_id, self.amount_fen)
        yield ImprestReplenished(
            **self.of(imprest), programme=PROGRAMME, amount_fen=self.amount_fen, occurred_on=self.given_on,
            basis=Basis(document=self.document),
        )  # fmt: skip


class ReturnImprest(MoveImprest, frozen=True, kw_only=True):
    """Gives money in hand back to the fund's allocation."""

    def decide(self, known: Known, context: Context) -> Iterable[Event]:
        imprest = self.checked(known, context)
        cash = imprest.cash_since(self.given_on)
        if self.amount_fen > cash:
            raise ImprestShort(cash=cash, asked=self.amount_fen)
        yield ImprestReturned(
            **self.of(imprest), programme=PROGRAMME, amount_fen=self.amount_fen, occurred_on=self.given_on,
            basis=Basis(document=self.document),
        )  # fmt: skip


class ReconcileImprest(ImprestCommand, frozen=True, kw_only=True):
    """Counts the cash at the end of a month, by somebody who gave none out: every difference from what should be there is named."""

    ROLES: ClassVar = frozenset({Role.FINANCE, Role.REVIEWER, Role.CLERK})
    month: Month
    cash_fen: Fen
    differences: tuple[Difference, ...] = ()
    document: str

    def decide(self, known: Known, context: Context) -> Iterable[Event]:
        imprest = self.imprest(known, context)
        of, until = month(self.month), last_day(month(self.month))
        done = [one.month for one in imprest.file.reconciled]
        if of in done:
            raise MonthReconciled(month=of)
        if of != imprest.next_month or until >= context.today:
            raise MonthNotOver(month=of, next=imprest.next_month)
        if self.cash_fen < 0:
            raise BadAmount(amount=self.cash_fen)
        if not self.document.strip():
            raise DocumentNeeded
        spenders = {
            m.operator_id for m in imprest.file.movements if m.kind == "spent" and month_of(m.day) == of
        }
        if context.actor.operator_id in spenders:
            raise SpenderReconciles
        totals = imprest.totals(until)
        difference = totals.cash - self.cash_fen
        named = sum(one.amount_fen for one in self.differences)
        if named != difference or any(not one.reason.strip() for one in self.differences):
            raise DifferenceUnexplained(difference=difference, named=named)
        yield ImprestReconciled(
            **self.of(imprest), month=of, advanced_fen=Fen(totals.advanced), receipts_fen=Fen(totals.spent),
            replenished_fen=Fen(totals.replenished), returned_fen=Fen(totals.returned), cash_fen=self.cash_fen,
            difference_fen=Fen(difference), differences=self.differences, basis=Basis(document=self.document, rule="TA 三(三)"),
        )  # fmt: skip
