"""Imprests: never below zero, never above their ceiling, a receipt for everything, counted every month."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from ledger.emergency.imprest_commands import (
    AdvanceImprest,
    OpenImprest,
    ReconcileImprest,
    ReplenishImprest,
    ReturnImprest,
)
from ledger.emergency.imprests import Imprest
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
    ReceiptNeeded,
    SpenderReconciles,
)
from ledger.funds.imprest_events import AidCommitted, Difference, ImprestReconciled, ImprestSpent
from ledger.funds.refusals import BadAmount, FundUnknown
from ledger.ids import ImprestId
from ledger.kernel import Fen, NotAllowed, OrganisationId
from ledger.payments.refusals import UseExcluded
from ledger.payments.states import SpentFund
from ledger.registry.refusals import BadDate, DocumentNeeded
from ledger.store.execute import Outcome
from tests.emergencies import Emergencies
from tests.ledger.test_emergencies import refuses
from tests.scenario import CLERK, FINANCE, OTHER, OTHER_CLERK, REGIMENT, REVIEWER, Scenario

OCTOBER = date(2026, 10, 12)


@pytest.fixture
def office(scenario: Scenario) -> Emergencies:
    made = Emergencies(scenario)
    made.standards()
    return made


def state(office: Emergencies, imprest: ImprestId) -> Imprest:
    return office.scenario.ledger.read((Imprest.facts(imprest),)).state(Imprest, imprest)


def move(
    office: Emergencies, command: type[Any], imprest: ImprestId, yuan: int, day: date = date(2026, 10, 20)
) -> Outcome:
    return office.scenario.do(
        command, FINANCE, imprest_id=imprest, amount_fen=Fen(yuan * 100), document="单据1号", given_on=day
    )


def spend(
    office: Emergencies,
    imprest: ImprestId,
    first: int,
    yuan: int,
    receipt: str | None = "收1",
    day: date = OCTOBER,
) -> Outcome:
    """A light emergency of a household of its own, aided from the imprest."""
    household, _ = office.scenario.household(first)
    reported = office.reported(household, happened_on=day, told_on=day)
    office.grade(reported.emergency_id, graded_on=day)
    return office.give(reported, yuan, imprest_id=imprest, receipt_number=receipt, given_on=day)


def count(
    office: Emergencies,
    imprest: ImprestId,
    yuan: int,
    month: str = "2026-10",
    actor: Any = REVIEWER,
    **other: Any,
) -> Outcome:
    given = {"month": month, "cash_fen": Fen(yuan * 100), "document": "盘点表1号"}
    return office.scenario.do(ReconcileImprest, actor, imprest_id=imprest, **given | other)


def test_spends_against_a_receipt_and_is_reconciled_month_by_month(office: Emergencies) -> None:
    """TA 三(三), question 50: advance = cash on hand + receipts − replenishment; the fund sees the advance as committed."""
    imprest, fund = office.imprest()
    made = spend(office, imprest, 1, 300)
    spent = next(e for e in made.events if isinstance(e, ImprestSpent))
    assert (spent.amount_fen, spent.receipt, spent.fund_id) == (30_000, "收1", fund)
    spend(office, imprest, 11, 500, "收2")
    assert state(office, imprest).cash == 220_000
    move(office, ReplenishImprest, imprest, 600)
    counted = count(office, imprest, 2_800).events[0]
    assert isinstance(counted, ImprestReconciled)
    assert (counted.advanced_fen, counted.receipts_fen, counted.replenished_fen, counted.cash_fen, counted.difference_fen) == (
        300_000, 80_000, 60_000, 280_000, 0,
    )  # fmt: skip
    assert counted.advanced_fen == counted.cash_fen + counted.receipts_fen - counted.replenished_fen
    balance = office.scenario.ledger.read((SpentFund.facts(fund),)).state(SpentFund, fund).balances[REGIMENT]
    assert (balance.committed, balance.paid, balance.available) == (360_000, 80_000, 1_640_000)
    move(office, ReturnImprest, imprest, 2_800, date(2026, 11, 3))
    balance = office.scenario.ledger.read((SpentFund.facts(fund),)).state(SpentFund, fund).balances[REGIMENT]
    assert (state(office, imprest).cash, balance.available) == (0, 1_920_000)


def test_names_every_difference_and_closes_the_month(office: Emergencies) -> None:
    """TA 三(三): what is missing is named, by somebody who gave none out; nothing more is dated into the month."""
    imprest, _ = office.imprest()
    spend(office, imprest, 1, 300)
    refuses(office, DifferenceUnexplained, lambda: count(office, imprest, 2_690), "1000 fen differ")
    wrong = (Difference(amount_fen=Fen(900), reason="找零"),)
    refuses(
        office,
        DifferenceUnexplained,
        lambda: count(office, imprest, 2_690, differences=wrong),
        "900 are explained",
    )
    refuses(office, SpenderReconciles, lambda: count(office, imprest, 2_700, actor=CLERK))
    refuses(office, MonthNotOver, lambda: count(office, imprest, 2_700, "2026-11"), "2026-10")
    refuses(office, DocumentNeeded, lambda: count(office, imprest, 2_700, document=""))
    refuses(office, BadAmount, lambda: count(office, imprest, -1))
    named = (Difference(amount_fen=Fen(1_000), reason="丢失，经办人赔付中"),)
    made = count(office, imprest, 2_690, differences=named).events[0]
    assert isinstance(made, ImprestReconciled)
    assert (made.difference_fen, made.differences) == (1_000, named)
    refuses(office, MonthReconciled, lambda: count(office, imprest, 2_690))
    refuses(office, MonthReconciled, lambda: move(office, ReplenishImprest, imprest, 100), "2026-10")
    refuses(office, MonthNotOver, lambda: count(office, imprest, 2_690, "2026-11"), "not over")


def test_refuses_what_an_imprest_has_not_or_may_not(office: Emergencies) -> None:
    """TA 三(三), 649 art. 65: no receipt, a receipt twice, more than is in hand, above the ceiling, beyond the allocation."""
    scenario = office.scenario
    imprest, fund = office.imprest(yuan=600, ceiling=1_000)
    household, _ = scenario.household(1)
    light = office.reported(household, happened_on=OCTOBER, told_on=OCTOBER)
    office.grade(light.emergency_id, graded_on=OCTOBER)
    heavy = office.graded(
        household, tier=2, grade="heavy", emergency_kind="illness", happened_on=OCTOBER, told_on=OCTOBER
    )  # type: ignore[arg-type]
    office.approve(heavy.emergency_id, 2_000, stages=9)
    on = {"given_on": OCTOBER, "imprest_id": imprest}
    for receipt, match in ((None, "none was named"), (" ", "none was named")):
        refuses(
            office,
            ReceiptNeeded,
            lambda receipt=receipt: office.give(light, 100, receipt_number=receipt, **on),
            match,
        )
    office.give(light, 100, receipt_number="收1", **on)
    refuses(office, ReceiptNeeded, lambda: office.give(light, 100, receipt_number="收1", **on), "used before")
    refuses(
        office, ImprestShort, lambda: office.give(heavy, 501, receipt_number="收2", **on), "50000 fen in hand"
    )
    refuses(office, ImprestShort, lambda: move(office, ReturnImprest, imprest, 501))
    refuses(
        office,
        ImprestUnknown,
        lambda: office.give(light, 1, receipt_number="收3", **on | {"imprest_id": ImprestId("none")}),
    )
    refuses(office, ImprestUnknown, lambda: move(office, AdvanceImprest, ImprestId("none"), 1))
    refuses(office, AboveCeiling, lambda: move(office, AdvanceImprest, imprest, 501), "100000")
    refuses(office, NothingToReplenish, lambda: move(office, ReplenishImprest, imprest, 101), "10000")
    refuses(office, BadAmount, lambda: move(office, AdvanceImprest, imprest, 0))
    refuses(
        office,
        BadDate,
        lambda: move(office, AdvanceImprest, imprest, 1, date(2026, 9, 30)),
        "before the imprest",
    )
    poor = scenario.fund(50_000, uses=("linshi_jiuzhu",))
    small, _ = office.imprest(poor, 0)
    refuses(office, AllocationShort, lambda: move(office, AdvanceImprest, small, 501), "50000")
    given = {
        "organisation_id": REGIMENT,
        "fund_id": fund,
        "ceiling_fen": Fen(1),
        "reconcile_days": 5,
        "document": "文",
        "opened_on": OCTOBER,
    }
    for why, fields in (
        (BadImprest, {"ceiling_fen": Fen(0)}), (BadImprest, {"reconcile_days": 32}), (DocumentNeeded, {"document": ""}),
        (FundUnknown, {"fund_id": "none"}), (UseExcluded, {"fund_id": scenario.fund(100)}), (BadDate, {"opened_on": date(2027, 1, 1)}),
    ):  # fmt: skip
        refuses(office, why, lambda fields=fields: scenario.do(OpenImprest, FINANCE, **given | fields))
    with pytest.raises(NotAllowed):
        scenario.do(OpenImprest, CLERK, **given)


def test_another_regiments_imprest_is_not_ones_own(office: Emergencies) -> None:
    """TA 三(三): an imprest is kept by a regiment, for emergencies at its place."""
    imprest, _ = office.imprest()
    household, _ = office.scenario.household(1)
    theirs = office.graded(household, organisation_id=OrganisationId(OTHER), actor=OTHER_CLERK)
    refuses(
        office,
        ImprestUnknown,
        lambda: office.give(theirs, 100, imprest_id=imprest, receipt_number="收1", actor=OTHER_CLERK),
    )


def test_cash_may_be_bound_on_a_fund_that_pays_temporary_aid(office: Emergencies) -> None:
    """649 art. 5, 65: within the allocation and the uses of the fund."""
    fund = office.scenario.fund(30_000, uses=("linshi_jiuzhu",))
    household, _ = office.scenario.household(1)
    light = office.graded(household)
    made = office.give(light, 200, fund_id=fund).events[-1]
    assert isinstance(made, AidCommitted)
    refuses(office, AllocationShort, lambda: office.give(light, 101, fund_id=fund), "10000")
    other = office.scenario.fund(100)
    refuses(office, UseExcluded, lambda: office.give(light, 1, fund_id=other))
