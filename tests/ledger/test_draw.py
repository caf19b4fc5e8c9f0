"""Drawing, pure: never more in all than is due, never two regular lines, whatever is decided in whatever order."""

from __future__ import annotations

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from ledger.identification.events import (
    Amount,
    AmountAdjusted,
    Category,
    CategoryConfirmed,
    CategoryEnded,
    Component,
    EntitlementResumed,
    EntitlementSuspended,
    FrozenFacts,
)
from ledger.identification.states import Entitlement
from ledger.kernel import Event, Fen, Month, RunId, add_months
from ledger.payments.draw import Paid, Payee, Slot, check_slots, plan_run, roster_hash
from ledger.payments.events import Cause, FundSplit
from ledger.payments.states import split_difference, split_in_order

START = Month("2026-01")
COMMON: dict[str, Any] = {
    "entitlement_id": "e1",
    "household_id": "h1",
    "organisation_id": "r1",
    "category": Category.DIBAO,
}
FROZEN = FrozenFacts(members=1)
PAYEES = {
    "h1": Payee(
        "p1", "p1", "102881002345", "1|person:p1|x|account|AAAA", "1|person:p1|x|account_holder|AAAA", "k"
    )
}


def amounts(base: int, extra: int) -> tuple[Amount, ...]:
    made = [Amount(component=Component.BASE, amount_fen=Fen(base))]
    return tuple(made + ([Amount(component=Component.SUPPLEMENT, amount_fen=Fen(extra))] if extra else []))


months = st.integers(0, 8).map(lambda n: add_months(START, n))
money = st.integers(1, 5).map(lambda n: n * 10_000)


def adjusted(month: Month, base: int, extra: int) -> Event:
    return AmountAdjusted(**COMMON, counted=(), from_month=month, amounts=amounts(base, extra), previous=(), reason="r",
                          article="a", frozen=FROZEN)  # type: ignore[arg-type]  # fmt: skip


decisions = st.one_of(
    st.builds(adjusted, months, money, money),
    st.builds(lambda m: EntitlementSuspended(**COMMON, from_month=m, reason="r", article="a"), months),  # type: ignore[arg-type]
    st.builds(
        lambda m, p: EntitlementResumed(**COMMON, from_month=m, pay_suspended=p, reason="r"),
        months,
        st.booleans(),  # type: ignore[arg-type]
    ),
    st.builds(lambda m: CategoryEnded(**COMMON, counted=(), last_month=m, reason="r", article="a"), months),  # type: ignore[arg-type]
)
steps = st.lists(st.one_of(decisions, st.integers(0, 8)), max_size=14)
"""Decisions, and draws of the n-th month, in any order."""


@settings(max_examples=400, deadline=None)
@given(steps)
def test_no_history_pays_more_than_was_due_when_it_was_drawn_nor_a_slot_twice(history: list[Any]) -> None:
    entitlement = Entitlement("e1")
    entitlement.evolve(
        CategoryConfirmed(
            **COMMON,
            case_id="c",
            counted=("p1",),
            from_month=START,
            amounts=amounts(10_000, 0),
            frozen=FROZEN,
        )  # type: ignore[arg-type]
    )
    paid: dict[Slot, Paid] = {}
    for number, step in enumerate(history):
        if not isinstance(step, int):
            entitlement.evolve(step)
            continue
        month = add_months(START, step)
        plan = plan_run(run_id=RunId(f"r{number}"), organisation_id="r1", programme="dibao", month=month,
                        entitlements=[entitlement], paid=paid, payees=PAYEES)  # fmt: skip
        check_slots(plan.lines, paid)
        for line in plan.lines:
            slot = (line.entitlement_id, line.month, line.component)
            before = paid.get(slot, Paid(0, False))
            assert not (before.regular and line.cause is Cause.REGULAR)
            paid[slot] = Paid(before.net_fen + line.amount_fen, before.regular or line.cause is Cause.REGULAR)
            assert paid[slot].net_fen == entitlement.due(line.month)[line.component]
        for (_, slot_month, component), so_far in paid.items():
            due = entitlement.due(Month(slot_month)).get(Component(component), 0)
            over = [o.amount_fen for o in plan.overpaid if (o.month, o.component) == (slot_month, component)]
            if START <= slot_month <= month:
                assert so_far.net_fen - due == sum(over)


def test_the_roster_hash_tells_any_line_apart() -> None:
    entitlement = Entitlement("e1")
    entitlement.evolve(
        CategoryConfirmed(
            **COMMON,
            case_id="c",
            counted=("p1",),
            from_month=START,
            amounts=amounts(10_000, 5),
            frozen=FROZEN,
        )  # type: ignore[arg-type]
    )
    plan = plan_run(run_id=RunId("r"), organisation_id="r1", programme="dibao", month=START, entitlements=[entitlement],
                    paid={}, payees=PAYEES)  # fmt: skip
    assert roster_hash(plan.lines) != roster_hash(plan.lines[:1])
    assert roster_hash(plan.lines) != roster_hash(plan.lines[::-1])


def test_a_household_without_an_account_is_named_and_not_paid() -> None:
    entitlement = Entitlement("e1")
    entitlement.evolve(
        CategoryConfirmed(
            **COMMON,
            case_id="c",
            counted=("p1",),
            from_month=START,
            amounts=amounts(10_000, 0),
            frozen=FROZEN,
        )  # type: ignore[arg-type]
    )
    plan = plan_run(run_id=RunId("r"), organisation_id="r1", programme="dibao", month=START, entitlements=[entitlement],
                    paid={}, payees={"h1": Payee("p1")})  # fmt: skip
    assert (plan.lines, plan.without_account) == ([], ["e1"])


@settings(max_examples=200, deadline=None)
@given(st.lists(st.integers(1, 1000), min_size=1, max_size=4), st.data())
def test_what_settles_and_what_returns_never_meet_on_a_fund(parts: list[int], data: st.DataObject) -> None:
    splits = [FundSplit(fund_id=f"f{n}", amount_fen=Fen(part)) for n, part in enumerate(parts)]
    total = sum(parts)
    settled = data.draw(st.integers(0, total))
    returned = data.draw(st.integers(0, total - settled))
    one, two = split_in_order(splits, settled), split_in_order(splits[::-1], returned)
    assert all(one[s.fund_id] + two[s.fund_id] <= s.amount_fen for s in splits)
    middle = data.draw(st.integers(0, settled))
    both = [*split_difference(splits, 0, middle), *split_difference(splits, middle, settled)]
    assert sum(s.amount_fen for s in both) == settled
