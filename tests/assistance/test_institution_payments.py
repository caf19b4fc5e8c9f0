"""Runs pay institutions from confirmed attendance and pocket money to the person; nothing before it is confirmed."""

from __future__ import annotations

from datetime import date

import pytest

from assistance.bank import Layout, simulate_bank
from assistance.bank_service import lines_of, reconcile, reissue, send
from assistance.payment_service import DrawResult
from ledger.identification.changes import SuspendEntitlement
from ledger.identification.events import Category
from ledger.institutions.commands import NominateInstitutionAccount
from ledger.institutions.events import DischargeReason
from ledger.institutions.stays import DischargeResident
from ledger.kernel import Month
from ledger.payments.commands import ApproveRun, ReviewRun
from ledger.payments.events import PaymentInstructed
from ledger.payments.refusals import NothingDue
from tests.ledger.homes import HOME, admit, attended, elder, home, pocket_money
from tests.scenario import CLERK, FINANCE, NOW, REVIEWER, Scenario, account_number


def lines(scenario: Scenario, result: DrawResult) -> list[tuple[str, str, str, int, str | None]]:
    """(month, component, cause, fen, payee) of a run, in order."""
    _, found, _ = lines_of(scenario.division, result.header.run_id)
    return [(n.month, n.component.value, n.cause.value, n.amount_fen, n.payee_id) for n in found]


def account_of(scenario: Scenario, line: PaymentInstructed) -> str:
    assert line.account is not None
    assert line.account.sealed is not None
    return scenario.ledger.vault.open(line.account.sealed)


def test_a_month_in_an_institution_is_held_until_confirmed_then_paid_to_it_and_the_person(
    scenario: Scenario,
) -> None:
    """practice 集中供养: October is held in October; confirmed, it is paid with November's run, by two lines."""
    pocket_money(scenario)
    fund, place, who = scenario.fund(), home(scenario), elder(scenario, 1)
    scenario.covered(31, 1, Category.TEKUN, births=(date(1950, 3, 1),), income=0)  # somebody at home beside
    stay = admit(scenario, place, who)
    first = scenario.draw(fund, programme="tekun")
    assert [line[4] for line in lines(scenario, first)] != [place]
    assert [(e, m, w) for e, m, w in first.held] == [(who[2], "2026-10", "attendance")]
    attended(scenario, place, "2026-10", {stay: 31})
    second = scenario.draw(fund, "2026-11", programme="tekun")
    mine = [line for line in lines(scenario, second) if line[0] == "2026-10"]
    assert mine == [
        ("2026-10", "own", "back_pay", 10_000, who[1]),
        ("2026-10", "base", "back_pay", 94_000, place),
    ]
    assert [(m, w) for _, m, w in second.held] == [("2026-11", "attendance")]
    _, found, _ = lines_of(scenario.division, second.header.run_id)
    accounts = {line.payee_id: account_of(scenario, line) for line in found if line.month == "2026-10"}
    assert accounts == {place: HOME["account"], who[1]: account_number(1)}
    with pytest.raises(NothingDue):
        scenario.draw(fund, "2026-11", programme="tekun")


def test_a_part_month_goes_by_days_and_what_the_person_had_already_is_told_not_taken(
    scenario: Scenario,
) -> None:
    """October was paid to the person; admitted on the 16th and known late: nothing is paid twice, the excess is told."""
    pocket_money(scenario)
    fund, place, who = scenario.fund(), home(scenario), elder(scenario, 1)
    assert lines(scenario, scenario.draw(fund, programme="tekun")) == [
        ("2026-10", "base", "regular", 104_000, who[1])
    ]
    stay = admit(scenario, place, who, admitted_on=date(2026, 10, 16))
    attended(scenario, place, "2026-10", {stay: 16})
    with pytest.raises(NothingDue) as refused:
        scenario.draw(fund, "2026-11", programme="tekun")
    # 94,000 × 16 ÷ 31 = 48,516 were the institution's; the person's own were 55,484 of the 104,000 paid.
    assert [(o.month, o.component, o.amount_fen) for o in refused.value.facts["overpaid"]] == [
        ("2026-10", "own", 48_516)
    ]  # type: ignore[attr-defined]


def test_a_corrected_attendance_pays_what_was_short_and_tells_what_was_too_much(scenario: Scenario) -> None:
    """Corrected from 16 to 31 days the institution is paid the rest; from 31 to 16 it had too much, which is told."""
    pocket_money(scenario)
    fund, place, who = scenario.fund(), home(scenario), elder(scenario, 1)
    stay = admit(scenario, place, who)
    attended(scenario, place, "2026-10", {stay: 31})
    assert lines(scenario, scenario.draw(fund, programme="tekun"))[1] == (
        "2026-10",
        "base",
        "regular",
        94_000,
        place,
    )
    attended(scenario, place, "2026-10", {stay: 16}, "住院15天漏登")
    with pytest.raises(NothingDue) as refused:
        scenario.draw(fund, "2026-11", programme="tekun")
    assert [(o.component, o.amount_fen) for o in refused.value.facts["overpaid"]] == [("base", 45_484)]  # type: ignore[attr-defined]


def test_a_returned_line_of_an_institution_is_paid_again_to_its_new_account(scenario: Scenario) -> None:
    """What an institution's bank sent back is paid again to the institution, never to the household."""
    pocket_money(scenario)
    fund, place, who = scenario.fund(), home(scenario), elder(scenario, 1)
    stay = admit(scenario, place, who)
    attended(scenario, place, "2026-10", {stay: 31})
    run = scenario.draw(fund, programme="tekun").header
    scenario.do(ReviewRun, REVIEWER, run_id=run.run_id, roster_hash=run.roster_hash)
    scenario.do(ApproveRun, FINANCE, run_id=run.run_id, roster_hash=run.roster_hash)
    path = send(scenario.division, scenario.command_id(), run.run_id, FINANCE, NOW)
    assert HOME["account_holder"] in path.read_text(encoding="gb18030")
    back = path.with_name("back.csv")
    simulate_bank(Layout.load("csv_gb18030"), path, back, every=1)
    reconcile(scenario.division, run.run_id, back, FINANCE, NOW)
    number = account_number(901)
    scenario.do(NominateInstitutionAccount, REVIEWER, institution_id=place, bank_code="102881002345", account=number,
                account_holder="示范敬老院", account_key="other", nominated_on=date(2026, 11, 1))  # fmt: skip
    again = reissue(scenario.division, scenario.command_id(), run.run_id, (fund,), CLERK, NOW)
    _, found, _ = lines_of(scenario.division, again.header.run_id)
    told = [
        (n.component.value, n.cause.value, n.amount_fen, n.payee_id, account_of(scenario, n)) for n in found
    ]
    assert sorted(told) == [
        ("base", "correction", 94_000, place, number),
        ("own", "correction", 10_000, who[1], account_number(1)),
    ]


def test_nothing_is_paid_while_suspended_nor_without_a_parameter_for_pocket_money(scenario: Scenario) -> None:
    """A parameter without a basis computes nothing: the month is held, with the reason."""
    fund, place, who = scenario.fund(), home(scenario), elder(scenario, 1)
    stay = admit(scenario, place, who)
    attended(scenario, place, "2026-10", {stay: 31})
    beside = elder(scenario, 2)
    drawn = scenario.draw(fund, programme="tekun")
    assert [line[4] for line in lines(scenario, drawn)] == [beside[1]]
    assert drawn.held == [(who[2], Month("2026-10"), "pocket_money")]
    pocket_money(scenario)
    scenario.do(SuspendEntitlement, REVIEWER, entitlement_id=who[2], from_month="2026-10", reason="核查", article="43 art. 25")  # fmt: skip
    after = scenario.draw(fund, "2026-11", programme="tekun")
    assert [line[4] for line in lines(scenario, after)] == [beside[1]]
    scenario.do(
        DischargeResident,
        CLERK,
        stay_id=stay,
        left_for=DischargeReason.OWN_WISH,
        discharged_on=date(2026, 11, 2),
    )
