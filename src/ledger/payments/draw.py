"""Drawing a run: which lines are due, and the header that puts them in force. Pure.

A line is due when the decisions now in force make more due for a month and component than was
instructed so far: the regular line of the run's month, or back-pay for an earlier one. What was
paid too much is reported, never netted silently.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from ledger.funds.refusals import FundUnknown
from ledger.identification.events import Component
from ledger.identification.states import Entitlement
from ledger.kernel import (
    EntitlementId,
    Fen,
    FundId,
    HouseholdId,
    Month,
    OrganisationId,
    PaymentId,
    PersonId,
    Private,
    RollId,
    RunId,
    add_months,
    derived_id,
    months_between,
)
from ledger.payments.events import Cause, FundSplit, PaymentInstructed, RunDrawn
from ledger.payments.refusals import (
    BeyondAllocation,
    MonthNotOpen,
    NothingDue,
    SecondRegularLine,
    UseExcluded,
)
from ledger.payments.shares import Payee as Payee
from ledger.payments.shares import Share, Shares, still_open
from ledger.payments.states import SpentFund


class Paid(NamedTuple):
    """What was instructed so far for one entitlement, month and component: net fen, and whether regularly.

    `returned_fen` of it came back from the bank and was not paid again: nobody has it, and only paying the
    line again gives it out.
    """

    net_fen: int
    regular: bool
    returned_fen: int = 0


Slot = tuple[str, str, str]
"""(entitlement, month, component)."""


class Due(NamedTuple):
    """What of one month and component is to be paid now, and to whom: None for the household's own account."""

    month: Month
    component: Component
    cause: Cause
    amount_fen: Fen
    payee: Payee | None
    label: str = ""
    """What tells it apart from another line of the same month, component and cause."""


class Gap(NamedTuple):
    """What the decisions now in force make due for a month and component, beside what was instructed so far."""

    month: Month
    component: Component
    due_fen: int
    paid: Paid

    @property
    def short_fen(self) -> int:
        """What is due and was not instructed."""
        return max(self.due_fen - self.paid.net_fen, 0)

    @property
    def over_fen(self) -> int:
        """What was instructed, did not come back, and is not due."""
        return max(self.paid.net_fen - self.paid.returned_fen - self.due_fen, 0)


class Overpaid(NamedTuple):
    """More was paid for a month than the decisions now in force make due."""

    entitlement_id: str
    month: Month
    component: str
    amount_fen: int


class Plan(NamedTuple):
    """What a run would hold: its lines in order, what was overpaid, households without an account, and months held."""

    lines: list[PaymentInstructed]
    overpaid: list[Overpaid]
    without_account: list[str]
    held: list[tuple[str, Month, str]] = []
    """(entitlement, month, why): months in an institution that nobody may be paid for yet."""

    @property
    def total_fen(self) -> Fen:
        return Fen(sum(line.amount_fen for line in self.lines))


def roster_hash(lines: Iterable[PaymentInstructed]) -> str:
    """SHA-256 over the lines in order, hexadecimal: what reviewers and the approver sign for."""
    digest = hashlib.sha256()
    for line in lines:
        parts = (
            line.payment_id,
            line.entitlement_id,
            line.month,
            line.component,
            line.cause,
            str(line.amount_fen),
        )
        digest.update(("\x1f".join(parts) + "\n").encode())
    return digest.hexdigest()


def check_month(month: Month, today_month: Month) -> None:
    """A run may be drawn for the present month or the next. Raises ``MonthNotOpen``."""
    latest = add_months(today_month, 1)
    if month > latest:
        raise MonthNotOpen(month=month, latest=latest)


def plan_run(
    *,
    run_id: RunId,
    organisation_id: str,
    programme: str,
    month: Month,
    entitlements: Iterable[Entitlement],
    paid: Mapping[Slot, Paid],
    payees: Mapping[str, Payee],
    last_payable: Mapping[str, Month] | None = None,
    shares: Shares | None = None,
) -> Plan:
    """The lines due from this organisation for `month`, and for earlier months still short.

    After a move each month is paid by the organisation in charge of it [57 art. 5]. `last_payable` holds the
    entitlements all of whose people are known to have died: nothing is paid beyond that month, whether or not
    their end was decided already [83]. `shares` holds the months somebody was looked after in an institution, which is
    paid then; a month whose attendance nobody confirmed is held.
    """
    plan = Plan([], [], [], [])
    for entitlement in sorted(entitlements, key=lambda e: e.id):
        payee = payees.get(entitlement.household_id)
        if not entitlement.exists:
            continue
        months = [
            m for m in months_between(entitlement.first_month, month)
            if entitlement.organisation_for(m) == organisation_id
        ]  # fmt: skip
        due = _due_slots(
            entitlement, months, month, paid, plan, (last_payable or {}).get(entitlement.id), shares or {}
        )
        accountless = False
        for item in due:
            to = item.payee or payee
            if to is None or to.account is None:
                accountless = True
                continue
            plan.lines.append(
                _line(run_id, organisation_id, programme, entitlement, to, item, len(plan.lines) + 1)
            )
        if accountless:
            plan.without_account.append(entitlement.id)
    return plan


def gaps(
    entitlement: Entitlement, months: Iterable[Month], paid: Mapping[Slot, Paid], last: Month | None
) -> Iterator[Gap]:
    """Every month and component where what is due is not what was instructed; nothing is due beyond `last`."""
    for month in months:
        due = entitlement.due(month) if last is None or month <= last else {}
        for component in Component:
            so_far = paid.get((entitlement.id, month, component), Paid(0, False))
            gap = Gap(month, component, due.get(component, 0), so_far)
            if gap.short_fen or gap.over_fen:
                yield gap


def _due_slots(
    entitlement: Entitlement,
    months: Iterable[Month],
    month: Month,
    paid: Mapping[Slot, Paid],
    plan: Plan,
    last: Month | None,
    shares: Shares,
) -> list[Due]:
    slots = []
    for past in months:
        share = shares.get((entitlement.id, past))
        if share is not None:
            due = entitlement.due(past) if last is None or past <= last else {}
            slots += _shared_slots(entitlement, past, month, due, share, paid, plan)
            continue
        for gap in gaps(entitlement, (past,), paid, last):
            if gap.over_fen:
                plan.overpaid.append(Overpaid(entitlement.id, past, gap.component, gap.over_fen))
            else:
                cause = Cause.REGULAR if past == month and not gap.paid.regular else Cause.BACK_PAY
                slots.append(Due(past, gap.component, cause, Fen(gap.short_fen), None))
    return slots


def _shared_slots(
    entitlement: Entitlement,
    past: Month,
    month: Month,
    due: Mapping[Component, Fen],
    share: Share,
    paid: Mapping[Slot, Paid],
    plan: Plan,
) -> list[Due]:
    """What is due of a month in an institution: to each payee what it is short of; nothing while it is held."""
    if share.held is not None:
        plan.held.append((entitlement.id, past, share.held))
        return []
    so_far = {c: paid.get((entitlement.id, past, c), Paid(0, False)) for c in Component}
    seen = {c for c, paid_so_far in so_far.items() if paid_so_far.regular}
    slots = []
    for item in still_open(due, share, {c: p.net_fen for c, p in so_far.items()}):
        component = item.component
        if item.amount_fen < 0:
            # What came back from the bank nobody has.
            over = -item.amount_fen - so_far[component].returned_fen
            if over > 0:
                plan.overpaid.append(Overpaid(entitlement.id, past, component, over))
            continue
        # Two institutions may share a month; one line of a component is the regular one at most.
        regular = past == month and component not in seen
        seen.add(component)
        payee = item.payee or share.own
        label = "" if item.payee is None else f"/{item.payee.payee_id}"
        cause = Cause.REGULAR if regular else Cause.BACK_PAY
        slots.append(Due(past, component, cause, Fen(item.amount_fen), payee, label))
    return slots


def _line(
    run_id: RunId,
    organisation_id: str,
    programme: str,
    entitlement: Entitlement,
    payee: Payee,
    due: Due,
    sequence: int,
) -> PaymentInstructed:
    beneficiary = entitlement.file.counted[0] if len(entitlement.file.counted) == 1 else payee.beneficiary_id
    label = f"{entitlement.id}/{due.month}/{due.component}/{due.cause}{due.label}"
    return PaymentInstructed(
        payment_id=PaymentId(derived_id(run_id, label)),
        run_id=run_id,
        entitlement_id=EntitlementId(entitlement.id),
        household_id=HouseholdId(entitlement.household_id),
        organisation_id=OrganisationId(organisation_id),
        person_id=PersonId(beneficiary),
        programme=programme,
        month=due.month,
        component=due.component,
        cause=due.cause,
        amount_fen=due.amount_fen,
        payee_id=payee.payee_id,
        bank_code=payee.bank_code,
        account=Private.stored(payee.account) if payee.account else None,
        account_holder=Private.stored(payee.account_holder) if payee.account_holder else None,
        account_key=payee.account_key,
        sequence=sequence,
    )


def split_funds(
    total: int, funds: Sequence[SpentFund], organisation_id: str, programme: str
) -> tuple[FundSplit, ...]:
    """How a total falls on funds, in the order given. Raises ``UseExcluded`` or ``BeyondAllocation``."""
    left, splits, available = total, [], 0
    for fund in {fund.id: fund for fund in funds}.values():  # a fund named twice has its money once
        if not fund.exists:
            raise FundUnknown(fund=fund.id)
        if programme not in fund.uses:
            raise UseExcluded(fund=fund.id, programme=programme, uses=", ".join(fund.uses))
        here = max(fund.available(organisation_id), 0)
        available += here
        part = min(left, here)
        if part > 0:
            splits.append(FundSplit(fund_id=fund.id, amount_fen=Fen(part)))
            left -= part
    if left > 0:
        raise BeyondAllocation(needed=total, available=available, organisation=organisation_id)
    return tuple(splits)


def check_slots(lines: Iterable[PaymentInstructed], paid: Mapping[Slot, Paid]) -> None:
    """No slot gets a second regular line, in this run or beside what was paid. Raises ``SecondRegularLine``."""
    seen = {slot for slot, so_far in paid.items() if so_far.regular}
    for line in lines:
        if line.cause is Cause.REGULAR:
            slot = (line.entitlement_id, line.month, line.component)
            if slot in seen:
                raise SecondRegularLine(
                    month=line.month, component=line.component.value, entitlement=line.entitlement_id
                )
            seen.add(slot)


def close_run(
    lines: Sequence[PaymentInstructed],
    *,
    run_id: RunId,
    organisation_id: str,
    programme: str,
    month: Month,
    funds: Sequence[SpentFund],
    drawn_at_position: int,
    corrects: str | None = None,
    overpaid: Sequence[Overpaid] = (),
    without_account: Sequence[str] = (),
) -> RunDrawn:
    """The header that puts the lines in force and commits their total on the funds.

    Raises ``UseExcluded``, ``BeyondAllocation``, and ``NothingDue``, which then says in place of the run what was
    found `overpaid` (in its facts, each) and how many have no account.
    """
    if not lines:
        raise NothingDue(
            programme=programme, month=month, organisation=organisation_id, overpaid=tuple(overpaid),
            overpaid_fen=sum(found.amount_fen for found in overpaid), accountless=len(without_account),
        )  # fmt: skip
    total = sum(line.amount_fen for line in lines)
    splits = split_funds(total, funds, organisation_id, programme)
    return RunDrawn(
        run_id=run_id,
        roll_id=RollId(programme),
        organisation_id=OrganisationId(organisation_id),
        fund_ids=tuple(FundId(s.fund_id) for s in splits),
        programme=programme,
        month=month,
        lines=len(lines),
        total_fen=Fen(total),
        splits=splits,
        roster_hash=roster_hash(lines),
        drawn_at_position=drawn_at_position,
        corrects=corrects,
    )
