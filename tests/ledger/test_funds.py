"""Funds: received with their uses, given out by whoever holds them, never more than there is [649 art. 5, 65]."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from ledger.funds.commands import AllocateFund, ReceiveFund
from ledger.funds.events import FundAllocated, FundReceived, Source
from ledger.funds.refusals import BadAmount, FundUnknown, NoUses, Overallocated
from ledger.kernel import Actor, Fen, FundId, NotAllowed, OutOfScope, Role, UnusableValue
from ledger.organisation.commands import CloseOrganisation
from ledger.organisation.refusals import OrganisationUnknown
from ledger.payments.draw import split_funds
from ledger.payments.events import FundSplit, RunDrawn, RunReconciled
from ledger.payments.refusals import BeyondAllocation, UseExcluded
from ledger.payments.states import SpentFund
from ledger.registry.refusals import BadDate
from tests.scenario import ADMIN, CLERK, DIVISION, FINANCE, NOW, OTHER, REGIMENT, Scenario

RECEIVED: dict[str, Any] = {
    "name": "中央困难群众救助补助资金", "source": Source.CENTRAL, "year": 2026, "uses": ("dibao",), "amount_fen": Fen(1000),
    "document": "财社〔2026〕示范1号", "received_on": date(2026, 9, 1),
}  # fmt: skip


@pytest.mark.parametrize(
    ("change", "refusal"),
    [
        ({"amount_fen": Fen(0)}, BadAmount),
        ({"amount_fen": Fen(-1)}, BadAmount),
        ({"uses": ()}, NoUses),
        ({"received_on": date(2026, 11, 25)}, BadDate),
        ({"amount_fen": Fen(10**13 + 1)}, UnusableValue),
        ({"name": "a\x00b"}, UnusableValue),
    ],
)
def test_refuses_money_that_cannot_have_arrived(
    scenario: Scenario, change: dict[str, Any], refusal: type[Exception]
) -> None:
    with pytest.raises(refusal):
        scenario.do(ReceiveFund, FINANCE, **(RECEIVED | change))
    assert isinstance(scenario.do(ReceiveFund, FINANCE, **RECEIVED).events[0], FundReceived)


def test_refuses_funds_handled_by_anyone_but_finance(scenario: Scenario) -> None:
    with pytest.raises(NotAllowed):
        scenario.do(ReceiveFund, CLERK, **RECEIVED)
    fund = scenario.fund(1000, 400)
    with pytest.raises(NotAllowed):
        scenario.do(
            AllocateFund, ADMIN, fund_id=fund, organisation_id=REGIMENT, amount_fen=Fen(1), document="x"
        )


def allocate(
    scenario: Scenario, fund: str, amount: int, *, to: str = REGIMENT, actor: Actor = FINANCE
) -> Any:
    given = {"fund_id": FundId(fund), "organisation_id": to, "amount_fen": Fen(amount), "document": "分配2号"}
    return scenario.do(AllocateFund, actor, **given).events[0]


def test_refuses_to_allocate_more_than_is_left(scenario: Scenario) -> None:
    fund = scenario.fund(1000, 400)
    with pytest.raises(Overallocated, match="600 fen"):
        allocate(scenario, fund, 601, to=OTHER)
    assert isinstance(allocate(scenario, fund, 600, to=OTHER), FundAllocated)
    with pytest.raises(Overallocated):
        allocate(scenario, fund, 1)


@pytest.mark.parametrize("amount", [0, -5])
def test_refuses_to_allocate_nothing_or_less(scenario: Scenario, amount: int) -> None:
    fund = scenario.fund(1000, 400)
    with pytest.raises(BadAmount):
        allocate(scenario, fund, amount)


def test_refuses_to_allocate_what_is_not_there_or_to_what_is_closed(scenario: Scenario) -> None:
    with pytest.raises(FundUnknown):
        allocate(scenario, "no-such-fund", 1)
    fund = scenario.fund(1000, 400)
    with pytest.raises(OrganisationUnknown):
        allocate(scenario, fund, 1, to="nowhere")
    scenario.do(CloseOrganisation, ADMIN, organisation_id=OTHER)
    tomorrow = NOW.replace(day=25)
    with pytest.raises(OrganisationUnknown):
        scenario.do(AllocateFund, FINANCE, tomorrow, fund_id=fund, organisation_id=OTHER, amount_fen=Fen(1), document="x")  # fmt: skip


def test_refuses_to_give_out_money_another_office_holds(scenario: Scenario) -> None:
    """No regiment takes from the division's fund, nor gives its own to another."""
    fund = scenario.fund(1000, 400)
    theirs = Actor(operator_id="finance-9", organisation_id=REGIMENT, role=Role.FINANCE)
    with pytest.raises(OutOfScope):
        allocate(scenario, fund, 1, actor=theirs)
    made = scenario.do(ReceiveFund, theirs, **RECEIVED).events[0]
    assert isinstance(made, FundReceived)
    with pytest.raises(OutOfScope):
        allocate(scenario, made.fund_id, 1, to=OTHER, actor=theirs)
    assert isinstance(allocate(scenario, made.fund_id, 1, actor=theirs), FundAllocated)
    assert isinstance(allocate(scenario, made.fund_id, 1), FundAllocated)  # the division stands above it


def fund(number: str, allocated: int, committed: int = 0, uses: tuple[str, ...] = ("dibao",)) -> SpentFund:
    state = SpentFund(number)
    state.evolve(FundReceived(fund_id=FundId(number), name="x", source=Source.CENTRAL, year=2026, uses=uses,
                              amount_fen=Fen(10_000), document="x"))  # fmt: skip
    state.evolve(
        FundAllocated(
            fund_id=FundId(number), organisation_id=REGIMENT, amount_fen=Fen(allocated), document="x"
        )
    )
    if committed:
        state.evolve(run(number, committed))
    return state


def run(number: str, amount: int) -> RunDrawn:
    split = FundSplit(fund_id=number, amount_fen=Fen(amount))
    return RunDrawn(
        run_id="r", roll_id="dibao", organisation_id=REGIMENT, fund_ids=(FundId(number),), programme="dibao",
        month="2026-10", lines=1, total_fen=Fen(amount), splits=(split,), roster_hash="x", drawn_at_position=1,
    )  # type: ignore[arg-type]  # fmt: skip


@pytest.mark.parametrize(
    ("total", "expected"),
    [
        (300, [("a", 300)]),
        (500, [("a", 500)]),
        (501, [("a", 500), ("b", 1)]),
        (700, [("a", 500), ("b", 200)]),
        (701, None),
    ],
)
def test_a_run_falls_on_funds_in_order_to_the_fen(total: int, expected: list[tuple[str, int]] | None) -> None:
    funds = [fund("a", 800, 300), fund("b", 200)]
    if expected is None:
        with pytest.raises(BeyondAllocation):
            split_funds(total, funds, REGIMENT, "dibao")
    else:
        assert [(s.fund_id, s.amount_fen) for s in split_funds(total, funds, REGIMENT, "dibao")] == expected


def test_refuses_a_fund_named_twice_to_pay_twice() -> None:
    twice = [fund("a", 500), fund("a", 500)]
    with pytest.raises(BeyondAllocation):
        split_funds(501, twice, REGIMENT, "dibao")
    assert [s.amount_fen for s in split_funds(500, twice, REGIMENT, "dibao")] == [500]


def test_refuses_a_fund_of_other_uses_or_another_organisations_money_or_none() -> None:
    with pytest.raises(UseExcluded):
        split_funds(1, [fund("a", 500, uses=("tekun",))], REGIMENT, "dibao")
    with pytest.raises(BeyondAllocation):
        split_funds(1, [fund("a", 500)], OTHER, "dibao")
    with pytest.raises(FundUnknown):
        split_funds(1, [SpentFund("a")], REGIMENT, "dibao")
    with pytest.raises(BeyondAllocation):
        split_funds(1, [], REGIMENT, "dibao")


def test_returned_money_may_be_committed_again_and_settled_money_may_not() -> None:
    state = fund("a", 500, 500)
    assert state.available(REGIMENT) == 0
    for settled, returned in ((300, 0), (0, 200)):
        parts = {"splits_settled": settled, "splits_returned": returned}
        state.evolve(
            RunReconciled(
                run_id="r", organisation_id=REGIMENT, programme="dibao", fund_ids=(FundId("a"),), file_hash="x",
                file_name="x", settled=1, settled_fen=Fen(settled), returned=1, returned_fen=Fen(returned),
                **{k: (FundSplit(fund_id="a", amount_fen=Fen(v)),) if v else () for k, v in parts.items()},
            )  # type: ignore[arg-type]
        )  # fmt: skip
    assert state.available(REGIMENT) == 200
    assert DIVISION
