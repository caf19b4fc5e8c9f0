"""To the bank and back: every line of a return file ends in one state, and nothing else is touched."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from assistance.bank import BankFileError, Layout, layouts, read_return, simulate_bank
from assistance.bank_service import ReconcileReport, lines_of, reconcile, reissue, send
from ledger.kernel import RunId
from ledger.payments.commands import ApproveRun, ReviewRun
from ledger.payments.events import PaymentReturned, PaymentSettled
from ledger.payments.refusals import (
    NothingToReissue,
    RosterChanged,
    SamePersonTwice,
    WrongReturnFile,
    WrongStatus,
)
from ledger.payments.states import SpentFund
from projections.runner import Runner
from projections.verify import verify_views
from tests.scenario import CLERK, FINANCE, NOW, REGIMENT, REVIEWER, Scenario

CSV = Layout.load("csv_gb18030")


@pytest.fixture
def sent(scenario: Scenario) -> tuple[Scenario, RunId, Path]:
    """Three households' run for October, at the bank."""
    for n in (1, 11, 21):
        scenario.covered(n)
    scenario.fund_id = scenario.fund()  # type: ignore[attr-defined]
    run = scenario.draw(scenario.fund_id).header  # type: ignore[attr-defined]
    scenario.do(ReviewRun, REVIEWER, run_id=run.run_id, roster_hash=run.roster_hash)
    scenario.do(ApproveRun, FINANCE, run_id=run.run_id, roster_hash=run.roster_hash)
    path = send(scenario.division, scenario.command_id(), run.run_id, FINANCE, NOW)
    return scenario, run.run_id, path


def answer(
    path: Path,
    change: dict[int, dict[str, str]] | None = None,
    total: bool = True,
    extra: list[list[str]] | None = None,
) -> Path:
    """The bank's answer: all settled, but for `change` (by line from 0)."""
    returned = path.with_name("return-" + path.name)
    simulate_bank(CSV, path, returned, every=1 << 62)
    rows = list(csv.reader(returned.read_text(encoding="gb18030").splitlines()))
    for number, cells in (change or {}).items():
        for name, value in cells.items():
            rows[1 + number][rows[0].index(name)] = value
    if not total:
        rows.pop()
    rows[-1:-1] = extra or []
    with returned.open("w", encoding="gb18030", newline="") as file:
        csv.writer(file).writerows(rows)
    return returned


def settle(sent: tuple[Scenario, RunId, Path], path: Path) -> ReconcileReport:
    return reconcile(sent[0].division, sent[1], path, FINANCE, NOW)


def test_the_file_holds_names_accounts_and_amounts_in_the_banks_encoding(
    sent: tuple[Scenario, RunId, Path],
) -> None:
    rows = list(csv.reader(sent[2].read_text(encoding="gb18030").splitlines()))
    assert rows[0] == ["序号", "户名", "账号", "金额", "摘要", "流水号"]
    assert {row[1] for row in rows[1:4]} == {"测试1", "测试11", "测试21"}
    assert {row[3] for row in rows[1:4]} == {"1100.00"}
    assert rows[4][:4] == ["合计", "3", "", "3300.00"]


def test_a_return_file_settles_every_line(sent: tuple[Scenario, RunId, Path]) -> None:
    report = settle(sent, answer(sent[2]))
    assert report.counts["settled"] == 3
    assert (report.header.settled_fen, report.header.truncated) == (330_000, False)
    run, _, _ = lines_of(sent[0].division, sent[1])
    assert (run.status, run.pending_fen) == ("reconciled", 0)


def test_the_same_file_twice_changes_nothing(sent: tuple[Scenario, RunId, Path]) -> None:
    path = answer(sent[2])
    settle(sent, path)
    head = sent[0].ledger.recorder.head()
    assert settle(sent, path).duplicate
    assert sent[0].ledger.recorder.head() == head


def test_every_line_ends_in_one_state_and_nothing_else_is_touched(sent: tuple[Scenario, RunId, Path]) -> None:
    first = list(csv.reader(sent[2].read_text(encoding="gb18030").splitlines()))[1]
    path = answer(
        sent[2],
        {1: {"金额": "1100.01"}, 2: {"状态": "失败", "失败原因": "销户"}},
        extra=[[*first, "成功", "", "B9"], ["9", "某人", "1", "5.00", "", "no-such-line", "成功", "", ""]],
    )
    report = settle(sent, path)
    assert report.counts == {
        "settled": 1,
        "returned": 1,
        "amount_differs": 1,
        "unknown": 1,
        "duplicate": 1,
        "already": 0,
        "bounced": 0,
        "unclear": 0,
    }
    assert report.header.truncated
    run, _, _ = lines_of(sent[0].division, sent[1])
    assert run.total_fen == run.settled_fen + run.returned_fen + run.pending_fen
    assert (run.settled_fen, run.returned_fen, run.pending_fen) == (110_000, 110_000, 110_000)


def test_a_missing_end_is_stated(sent: tuple[Scenario, RunId, Path]) -> None:
    assert settle(sent, answer(sent[2], total=False)).header.truncated


def test_a_line_concluded_by_another_file_is_left_alone(sent: tuple[Scenario, RunId, Path]) -> None:
    settle(sent, answer(sent[2], {0: {"状态": "失败", "失败原因": "冻结"}}))
    report = settle(
        sent, answer(sent[2])
    )  # what came back may have been paid again: it is never settled later
    assert (report.counts["already"], report.header.settled, report.header.returned) == (3, 0, 0)


BOUNCED = {0: {"状态": "失败", "失败原因": "销户"}}


def test_a_line_settled_and_sent_back_later_is_counted_once(sent: tuple[Scenario, RunId, Path]) -> None:
    """issued = settled + returned + pending, in the run, the fund and the books, whatever was said first."""
    scenario, run_id, path = sent
    settle(sent, answer(path))
    report = settle(sent, answer(path, BOUNCED))
    assert (report.counts["bounced"], report.counts["already"], report.counts["settled"]) == (1, 2, 0)
    header = report.header
    assert (header.settled, header.settled_fen, header.returned, header.returned_fen) == (
        -1,
        -110_000,
        1,
        110_000,
    )
    run, _, _ = lines_of(scenario.division, run_id)
    assert (run.status, run.settled_fen, run.returned_fen, run.pending_fen) == (
        "reconciled",
        220_000,
        110_000,
        0,
    )
    fund = scenario.fund_id  # type: ignore[attr-defined]
    balance = scenario.ledger.read((SpentFund.facts(fund),)).state(SpentFund, fund).balances[REGIMENT]
    assert (balance.committed, balance.paid, balance.returned) == (330_000, 220_000, 110_000)
    with Runner(scenario.division.url, scenario.division.schema) as runner:
        runner.catch_up()
        statuses = runner.connection.execute(
            "SELECT status, count(*) FROM payments GROUP BY 1 ORDER BY 1"
        ).fetchall()
        totals = runner.connection.execute("SELECT settled, returned, status FROM payment_runs").fetchone()
        spent = runner.connection.execute(
            "SELECT sum(balance_fen) FROM account_balances WHERE account = 'expenses:assistance'"
        ).fetchone()
    assert (statuses, totals, spent) == ([("returned", 1), ("settled", 2)], (2, 1, "reconciled"), (220_000,))
    assert [
        r.view for r in verify_views(scenario.division.url, scenario.division.schema) if not r.equal
    ] == []
    again = reissue(scenario.division, scenario.command_id(), run_id, (fund,), CLERK, NOW).header
    assert (again.lines, again.total_fen) == (1, 110_000)


def test_a_line_sent_back_later_is_recorded_once(sent: tuple[Scenario, RunId, Path]) -> None:
    settle(sent, answer(sent[2]))
    settle(sent, answer(sent[2], BOUNCED))
    report = settle(sent, answer(sent[2], {**BOUNCED, 1: {"状态": "处理中"}}))
    assert (report.counts["already"], report.header.settled, report.header.returned) == (3, 0, 0)


def test_a_file_of_late_returns_cut_off_goes_on_where_it_stopped(
    sent: tuple[Scenario, RunId, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    import assistance.bank_service as service

    settle(sent, answer(sent[2]))
    path = answer(sent[2], dict.fromkeys(range(3), BOUNCED[0]))
    monkeypatch.setattr(service, "CHUNK", 1)

    def stop(done: int) -> None:
        if done == 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        reconcile(sent[0].division, sent[1], path, FINANCE, NOW, progress=stop)
    report = settle(sent, path)
    assert (report.counts["bounced"], report.header.settled, report.header.returned) == (3, -3, 3)
    run, _, known = lines_of(sent[0].division, sent[1])
    assert (len(list(known.events(PaymentReturned))), run.returned_fen, run.settled_fen) == (3, 330_000, 0)


def test_refuses_a_file_of_another_run(sent: tuple[Scenario, RunId, Path]) -> None:
    path = answer(sent[2], {n: {"流水号": f"other-{n}"} for n in range(3)})
    head = sent[0].ledger.recorder.head()
    with pytest.raises(WrongReturnFile):
        settle(sent, path)
    assert sent[0].ledger.recorder.head() == head


def test_a_line_whose_outcome_is_not_said_is_unclear_and_never_returned(
    sent: tuple[Scenario, RunId, Path],
) -> None:
    report = settle(sent, answer(sent[2], {0: {"状态": "处理中"}, 1: {"状态": ""}}))
    assert (report.counts["unclear"], report.counts["returned"], report.counts["settled"]) == (2, 0, 1)
    assert report.header.unclear == 2
    later = settle(sent, answer(sent[2], {2: {"状态": "处理中"}}))
    assert (later.counts["settled"], later.counts["already"]) == (2, 1)
    run, _, _ = lines_of(sent[0].division, sent[1])
    assert (run.settled_fen, run.returned_fen, run.pending_fen) == (330_000, 0, 0)


def test_a_line_cut_off_before_its_outcome_is_unclear(sent: tuple[Scenario, RunId, Path]) -> None:
    path = answer(sent[2], total=False)
    raw = path.read_bytes().rstrip()
    cut = raw[
        : raw.rindex(b"," + "成功".encode("gb18030")) + 2
    ]  # in the middle of the outcome's first character
    path.write_bytes(cut)
    report = settle(sent, path)
    assert (report.counts["settled"], report.counts["unclear"], report.header.truncated) == (2, 1, True)


def test_a_line_the_file_calls_both_paid_and_returned_is_unclear(sent: tuple[Scenario, RunId, Path]) -> None:
    first = list(csv.reader(sent[2].read_text(encoding="gb18030").splitlines()))[1]
    report = settle(sent, answer(sent[2], extra=[[*first, "失败", "销户", ""]]))
    assert (report.counts["unclear"], report.counts["duplicate"], report.counts["settled"]) == (1, 1, 2)


@pytest.mark.parametrize("bad", ["Infinity", "NaN", "1e999999", "1100.005", "", "一千", "-1100.00", "²"])
def test_one_unreadable_amount_never_stops_the_file(sent: tuple[Scenario, RunId, Path], bad: str) -> None:
    report = settle(sent, answer(sent[2], {1: {"金额": bad}}))
    assert (report.counts["amount_differs"], report.counts["settled"]) == (1, 2)


@pytest.mark.parametrize("bad", ['"一个引号', "x" * 200_000, "\x00", ",,,,,,,,,,,,,,,,"])
def test_one_garbled_line_never_swallows_the_others(sent: tuple[Scenario, RunId, Path], bad: str) -> None:
    path = answer(sent[2])
    lines = path.read_text(encoding="gb18030").splitlines()
    path.write_text("\n".join([lines[0], bad, *lines[1:]]), encoding="gb18030")
    report = settle(sent, path)
    assert report.counts["settled"] == 3
    assert report.counts["unknown"] == (0 if bad.strip(",") == "" else 1)


def test_a_return_file_in_utf_8_is_read_too(sent: tuple[Scenario, RunId, Path]) -> None:
    path = answer(sent[2])
    path.write_text(path.read_text(encoding="gb18030"), encoding="utf-8-sig")
    assert settle(sent, path).counts["settled"] == 3


def test_a_file_of_two_runs_settles_this_runs_lines_alone(sent: tuple[Scenario, RunId, Path]) -> None:
    scenario, _, path = sent
    other = scenario.draw(scenario.fund_id, "2026-11").header  # type: ignore[attr-defined]
    before = lines_of(scenario.division, other.run_id)[0]
    foreign = lines_of(scenario.division, other.run_id)[1][0]
    extra = [["9", "某人", "1", f"{foreign.amount_fen / 100:.2f}", "", foreign.payment_id, "成功", "", "B1"]]
    report = settle(sent, answer(path, extra=extra))
    assert (report.counts["settled"], report.counts["unknown"]) == (3, 1)
    after = lines_of(scenario.division, other.run_id)[0]
    assert (after.status, after.settled_fen) == (before.status, 0)


def test_a_workbook_layout_goes_out_and_comes_back(scenario: Scenario) -> None:
    scenario.covered(1)
    run = scenario.draw(scenario.fund()).header
    scenario.do(ReviewRun, REVIEWER, run_id=run.run_id, roster_hash=run.roster_hash)
    scenario.do(ApproveRun, FINANCE, run_id=run.run_id, roster_hash=run.roster_hash)
    path = send(scenario.division, scenario.command_id(), run.run_id, FINANCE, NOW, "xlsx")
    returned = path.with_name("back.xlsx")
    simulate_bank(Layout.load("xlsx"), path, returned, every=1 << 62)
    report = reconcile(scenario.division, run.run_id, returned, FINANCE, NOW, "xlsx")
    assert (report.counts["settled"], report.header.truncated) == (1, False)


def test_the_same_send_again_writes_the_same_bytes_and_records_nothing(
    sent: tuple[Scenario, RunId, Path],
) -> None:
    scenario, run_id, path = sent
    first, head = path.read_bytes(), scenario.ledger.recorder.head()
    command = scenario.command_id()
    with pytest.raises(WrongStatus):
        send(scenario.division, command, run_id, FINANCE, NOW)
    assert (path.read_bytes(), scenario.ledger.recorder.head()) == (first, head)


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04nonsense", b"a,b\n1,2\n", b"\xff\xfe\x00\x01\x80"])
def test_refuses_a_file_that_is_no_return_file(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "x.csv"
    path.write_bytes(content)
    for name in layouts():
        with pytest.raises(BankFileError):
            read_return(Layout.load(name), path)


def test_a_file_cut_off_half_way_goes_on_where_it_stopped(
    sent: tuple[Scenario, RunId, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    import assistance.bank_service as service

    path = answer(sent[2])
    monkeypatch.setattr(service, "CHUNK", 1)

    def stop(done: int) -> None:
        if done == 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        reconcile(sent[0].division, sent[1], path, FINANCE, NOW, progress=stop)
    report = settle(sent, path)
    assert report.counts["settled"] == 3
    _, _, known = lines_of(sent[0].division, sent[1])
    assert len(list(known.events(PaymentSettled))) == 3
    assert report.header.settled_fen == 330_000


def test_a_returned_line_is_paid_again_once(sent: tuple[Scenario, RunId, Path]) -> None:
    scenario, run_id, path = sent
    settle(sent, answer(path, {0: {"状态": "失败", "失败原因": "账号不存在"}}))
    fund = scenario.fund_id  # type: ignore[attr-defined]
    again = reissue(scenario.division, scenario.command_id(), run_id, (fund,), CLERK, NOW).header
    assert (again.lines, again.total_fen, again.corrects) == (1, 110_000, run_id)
    with pytest.raises(NothingToReissue):
        reissue(scenario.division, scenario.command_id(), run_id, (fund,), CLERK, NOW)
    with Runner(scenario.division.url, scenario.division.schema) as runner:
        runner.catch_up()
        statuses = runner.connection.execute(
            "SELECT status, count(*) FROM payments GROUP BY 1 ORDER BY 1"
        ).fetchall()
        balance = runner.connection.execute("SELECT sum(amount_fen) FROM postings").fetchone()
    assert statuses == [("instructed", 1), ("reissued", 1), ("settled", 2)]
    assert balance == (0,)
    assert [
        r.view for r in verify_views(scenario.division.url, scenario.division.schema) if not r.equal
    ] == []


def test_refuses_one_person_on_two_sides(scenario: Scenario) -> None:
    scenario.covered(1)
    run = scenario.draw(scenario.fund(), actor=REVIEWER).header
    with pytest.raises(SamePersonTwice):
        scenario.do(ReviewRun, REVIEWER, run_id=run.run_id, roster_hash=run.roster_hash)


def test_refuses_a_step_out_of_order_or_for_another_roster(scenario: Scenario) -> None:
    scenario.covered(1)
    run = scenario.draw(scenario.fund()).header
    with pytest.raises(WrongStatus):
        scenario.do(ApproveRun, FINANCE, run_id=run.run_id, roster_hash=run.roster_hash)
    with pytest.raises(RosterChanged):
        scenario.do(ReviewRun, REVIEWER, run_id=run.run_id, roster_hash="0" * 64)
    with pytest.raises(WrongStatus):
        send(scenario.division, scenario.command_id(), run.run_id, FINANCE, NOW)
