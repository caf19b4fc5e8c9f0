"""Drawing a run: which lines are due, and the header that puts them in force. Pure.

A line is due when the decisions now in force make more due for a month and component than was
instructed so far: the regular line of the run's month, or back-pay for an earlier one. What was
paid too much is reported, never netted silently.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
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
from ledger.payments.states import SpentFund


class Payee(NamedTuple):
    """Where a household's money goes: beneficiary (the head), payee, and the account, sealed as stored."""

    beneficiary_id: str
    payee_id: str | None = None
    bank_code: str | None = None
    account: str | None = None
    account_holder: str | None = None
    account_key: str | None = None


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


class Overpaid(NamedTuple):
    """More was paid for a month than the decisions now in force make due."""

    entitlement_id: str
    month: Month
    component: str
    amount_fen: int


class Plan(NamedTuple):
    """What a run would hold: its lines in order, what was overpaid, and households without an account."""

    lines: list[PaymentInstructed]
    overpaid: list[Overpaid]
    without_account: list[str]

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
) -> Plan:
    """The lines due from this organisation for `month`, and for earlier months still short.

    After a move each month is paid by the organisation in charge of it [57 art. 5]. `last_payable` holds the
    entitlements all of whose people are known to have died: nothing is paid beyond that month, whether or not
    their end was decided already [83].
    """
    plan = Plan([], [], [])
    for entitlement in sorted(entitlements, key=lambda e: e.id):
        payee = payees.get(entitlement.household_id)
        if not entitlement.exists:
            continue
        months = [
            m for m in months_between(entitlement.first_month, month)
            if entitlement.organisation_for(m) == organisation_id
        ]  # fmt: skip
        due = _due_slots(entitlement, months, month, paid, plan, (last_payable or {}).get(entitlement.id))
        if due and (payee is None or payee.account is None):
            plan.without_account.append(entitlement.id)
            continue
        for slot_month, component, cause, amount in due:
            assert payee is not None
            plan.lines.append(
                _line(run_id, organisation_id, programme, entitlement, payee, slot_month, component, cause, amount,
                      len(plan.lines) + 1)
            )  # fmt: skip
    return plan


def _due_slots(
    entitlement: Entitlement,
    months: Iterable[Month],
    month: Month,
    paid: Mapping[Slot, Paid],
    plan: Plan,
    last: Month | None,
) -> list[tuple[Month, Component, Cause, Fen]]:
    slots = []
    for past in months:
        due = entitlement.due(past) if last is None or past <= last else {}
        for component in Component:
            so_far = paid.get((entitlement.id, past, component), Paid(0, False))
            short = due.get(component, 0) - so_far.net_fen
            if short + so_far.returned_fen < 0:
                plan.overpaid.append(Overpaid(entitlement.id, past, component, -short - so_far.returned_fen))
            elif short > 0:
                regular = past == month and not so_far.regular
                slots.append((past, component, Cause.REGULAR if regular else Cause.BACK_PAY, Fen(short)))
    return slots


def _line(
    run_id: RunId,
    organisation_id: str,
    programme: str,
    entitlement: Entitlement,
    payee: Payee,
    month: Month,
    component: Component,
    cause: Cause,
    amount_fen: Fen,
    sequence: int,
) -> PaymentInstructed:
    beneficiary = entitlement.file.counted[0] if len(entitlement.file.counted) == 1 else payee.beneficiary_id
    return PaymentInstructed(
        payment_id=PaymentId(derived_id(run_id, f"{entitlement.id}/{month}/{component}/{cause}")),
        run_id=run_id,
        entitlement_id=EntitlementId(entitlement.id),
        household_id=HouseholdId(entitlement.household_id),
        organisation_id=OrganisationId(organisation_id),
        person_id=PersonId(beneficiary),
        programme=programme,
        month=month,
        component=component,
        cause=cause,
        amount_fen=amount_fen,
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


def due_again(
    returned: Iterable[PaymentInstructed],
    entitlements: Mapping[str, Entitlement],
    paid: Mapping[Slot, Paid],
    last_payable: Mapping[str, Month],
) -> list[tuple[PaymentInstructed, Fen]]:
    """Returned lines with what of each is due again, lines of which nothing is left out.

    A returned line counts as paid until it is paid again. Where the decisions now in force make less due than
    when it was drawn (a death or an end known late), only that much is paid, never more in all than is due.
    """
    lines = list(returned)
    room: dict[Slot, int] = {}
    for line in lines:
        slot, last = (line.entitlement_id, line.month, line.component), last_payable.get(line.entitlement_id)
        if slot not in room:
            entitlement = entitlements.get(line.entitlement_id)
            payable = entitlement is not None and (last is None or line.month <= last)
            due = entitlement.due(line.month) if entitlement is not None and payable else {}
            room[slot] = due.get(line.component, 0) - paid.get(slot, Paid(0, False)).net_fen
        room[slot] += line.amount_fen
    again = []
    for line in lines:
        slot = (line.entitlement_id, line.month, line.component)
        part = min(line.amount_fen, room[slot])
        if part > 0:
            room[slot] -= part
            again.append((line, Fen(part)))
    return again


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
