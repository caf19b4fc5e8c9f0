"""Runs on a real ledger: what is drawn, what is refused, what a late decision does."""

from __future__ import annotations

import threading

import pytest

from ledger.identification.changes import AdjustAmount, EndCategory
from ledger.kernel import Fen
from ledger.payments.refusals import BeyondAllocation, MonthNotOpen, NothingDue, UseExcluded
from projections.runner import Runner
from projections.verify import verify_views
from tests.scenario import REGIMENT, REVIEWER, Scenario


def test_a_month_is_drawn_by_the_amount_decided(scenario: Scenario) -> None:
    """Two people, standard 800.00, income 6,000.00 a year: gap 1,600.00 - 500.00 = 1,100.00."""
    scenario.covered(1)
    fund = scenario.fund()
    run = scenario.draw(fund, "2026-10").header
    assert (run.lines, run.total_fen) == (1, 110_000)
    assert [(s.fund_id, s.amount_fen) for s in run.splits] == [(fund, 110_000)]


def test_the_same_draw_again_is_the_same_run(scenario: Scenario) -> None:
    scenario.covered(1)
    fund = scenario.fund()
    command = scenario.command_id()
    first = scenario.draw(fund, command_id=command)
    head = scenario.ledger.recorder.head()
    assert scenario.draw(fund, command_id=command).header == first.header
    assert scenario.ledger.recorder.head() == head


def test_refuses_a_second_run_when_nothing_is_due(scenario: Scenario) -> None:
    scenario.covered(1)
    fund = scenario.fund()
    scenario.draw(fund)
    with pytest.raises(NothingDue):
        scenario.draw(fund)


def test_refuses_a_run_beyond_the_allocation(scenario: Scenario) -> None:
    scenario.covered(1)
    fund = scenario.fund(allocated=109_999)
    with pytest.raises(BeyondAllocation):
        scenario.draw(fund)


def test_refuses_a_fund_whose_uses_exclude_the_programme(scenario: Scenario) -> None:
    scenario.covered(1)
    with pytest.raises(UseExcluded):
        scenario.draw(scenario.fund(uses=("tekun",)))


def test_refuses_a_month_too_far_ahead(scenario: Scenario) -> None:
    scenario.covered(1)
    fund = scenario.fund()
    with pytest.raises(MonthNotOpen):
        scenario.draw(fund, "2027-01")


def test_a_run_is_split_over_funds_in_the_order_given(scenario: Scenario) -> None:
    scenario.covered(1)
    one, two = scenario.fund(allocated=100_000), scenario.fund()
    run = scenario.draw((one, two)).header
    assert [(s.fund_id, s.amount_fen) for s in run.splits] == [(one, 100_000), (two, 10_000)]


def test_a_missed_month_is_paid_back_with_the_next(scenario: Scenario) -> None:
    scenario.covered(1)
    fund = scenario.fund()
    run = scenario.draw(fund, "2026-11").header
    assert (run.lines, run.total_fen) == (2, 220_000)


def test_a_late_end_is_reported_as_overpaid_and_pays_nothing_more(scenario: Scenario) -> None:
    _, _, gone = scenario.covered(1)
    scenario.covered(11)
    fund = scenario.fund()
    scenario.draw(fund, "2026-10")
    scenario.do(
        EndCategory,
        REVIEWER,
        entitlement_id=gone,
        last_month="2026-09",
        reason="收入超标",
        article="57 art. 31",
    )
    result = scenario.draw(fund, "2026-11")
    assert [(o.entitlement_id, o.month, o.amount_fen) for o in result.overpaid] == [
        (gone, "2026-10", 110_000)
    ]
    assert result.header.lines == 1
    scenario.covered(21, account=False)
    with pytest.raises(
        NothingDue, match="110000 fen were overpaid, 1 entitlements have no account"
    ) as refused:
        scenario.draw(fund, "2026-11")
    assert [tuple(found) for found in refused.value.facts["overpaid"]] == [(gone, "2026-10", "base", 110_000)]  # type: ignore[attr-defined]
    assert "多发110000分，无账户1户" in refused.value.chinese


def test_a_rise_back_dated_pays_the_difference(scenario: Scenario) -> None:
    from datetime import date

    from ledger.registry.changes import DeclareCircumstances
    from ledger.registry.events import IncomeLine
    from tests.scenario import CLERK

    household, _, entitlement = scenario.covered(1)
    fund = scenario.fund()
    scenario.draw(fund, "2026-10")
    scenario.do(DeclareCircumstances, CLERK, household_id=household, declared_on=date(2026, 11, 1),
                income=(IncomeLine(kind="wage", annual_fen=Fen(360_000)),))  # fmt: skip
    scenario.do(
        AdjustAmount,
        REVIEWER,
        entitlement_id=entitlement,
        from_month="2026-10",
        reason="收入减少",
        article="57 art. 31",
    )
    run = scenario.draw(fund, "2026-11").header
    assert (run.lines, run.total_fen) == (2, 130_000 + 20_000)


def test_two_who_draw_at_once_pay_once(scenario: Scenario) -> None:
    scenario.covered(1)
    fund = scenario.fund()
    barrier = threading.Barrier(4)
    drawn, refused = [], []

    def ask() -> None:
        command = scenario.command_id()
        barrier.wait()
        try:
            drawn.append(scenario.draw(fund, command_id=command))
        except NothingDue as refusal:
            refused.append(refusal)

    threads = [threading.Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert (len(drawn), len(refused)) == (1, 3)


def test_views_follow_and_equal_what_the_log_says(scenario: Scenario) -> None:
    scenario.covered(1)
    fund = scenario.fund()
    scenario.draw(fund)
    with Runner(scenario.division.url, scenario.division.schema) as runner:
        position = runner.catch_up()
        assert position == scenario.ledger.recorder.head()
        row = runner.connection.execute(
            "SELECT allocated_fen, committed_fen FROM fund_balances WHERE organisation_id = %s", (REGIMENT,)
        ).fetchone()
        stale = runner.connection.execute(
            "SELECT view, error FROM view_positions WHERE status <> 'live'"
        ).fetchall()
    assert stale == []
    assert row == (100_000_000, 110_000)
    assert [
        (r.view, r.differing)
        for r in verify_views(scenario.division.url, scenario.division.schema)
        if not r.equal
    ] == []
