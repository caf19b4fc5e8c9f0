"""A run's steps by whom and in what order, and lines paid again: never twice, never more than is due now."""

from __future__ import annotations

import csv
from datetime import date
from pathlib import Path
from typing import Any

import pytest

import assistance.payment_service as service
import assistance.run_recording as recording
from assistance.bank import Layout, simulate_bank
from assistance.bank_service import ReconcileReport, lines_of, reconcile, reissue, send
from ledger.identification.changes import EndCategory
from ledger.identification.events import Component
from ledger.kernel import (
    Actor,
    CommandId,
    CommandIdReused,
    Facts,
    FundId,
    HouseholdId,
    Month,
    NotAllowed,
    OutOfScope,
    PersonId,
    Role,
    RunId,
    derived_id,
    tag,
)
from ledger.payments.commands import ApproveRun, ReviewRun, SendRun
from ledger.payments.draw import Paid, check_slots, plan_run
from ledger.payments.events import Cause, PaymentInstructed, PaymentSettled, RunDrawn
from ledger.payments.refusals import (
    NothingDue,
    NothingToReissue,
    RosterChanged,
    RunUnknown,
    SamePersonTwice,
    SecondRegularLine,
    WrongStatus,
)
from projections.verify import verify_views
from tests.scenario import CLERK, DIVISION, FINANCE, NOW, OTHER, REGIMENT, REVIEWER, Scenario

CSV = Layout.load("csv_gb18030")


def approved(scenario: Scenario, run: RunDrawn) -> RunId:
    scenario.do(ReviewRun, REVIEWER, run_id=run.run_id, roster_hash=run.roster_hash)
    scenario.do(ApproveRun, FINANCE, run_id=run.run_id, roster_hash=run.roster_hash)
    return run.run_id


def answered(
    scenario: Scenario, run_id: RunId, path: Path, failed: tuple[int, ...] = (), lines: slice = slice(None), name: str = ""
) -> ReconcileReport:  # fmt: skip
    """The bank's answer, lines of these numbers sent back, recorded."""
    returned = path.with_name(f"return{name}-" + path.name)
    simulate_bank(CSV, path, returned, every=1 << 62)
    header, *rows, total = list(csv.reader(returned.read_text(encoding="gb18030").splitlines()))
    for number in failed:
        rows[number][header.index("状态")] = "失败"
        rows[number][header.index("失败原因")] = "销户"
    with returned.open("w", encoding="gb18030", newline="") as file:
        csv.writer(file).writerows([header, *rows[lines], total])
    return reconcile(scenario.division, run_id, returned, FINANCE, NOW)


@pytest.fixture
def returned(scenario: Scenario) -> tuple[Scenario, RunId, FundId, list[Any]]:
    """Two households' run for October, reconciled, both lines sent back by the bank."""
    covered = [scenario.covered(n) for n in (1, 11)]
    fund = scenario.fund()
    run_id = approved(scenario, scenario.draw(fund).header)
    path = send(scenario.division, scenario.command_id(), run_id, FINANCE, NOW)
    assert answered(scenario, run_id, path, (0, 1)).counts["returned"] == 2
    return scenario, run_id, fund, covered


def again(scenario: Scenario, run_id: RunId, fund: FundId, actor: Actor = CLERK, **more: Any) -> RunDrawn:
    command = more.pop("command_id", None) or scenario.command_id()
    return reissue(scenario.division, command, run_id, (fund,), actor, NOW, **more).header


# --- who, and in what order ---


def test_refuses_steps_of_a_run_that_is_not_there(scenario: Scenario) -> None:
    for command, actor in ((ReviewRun, REVIEWER), (ApproveRun, FINANCE)):
        with pytest.raises(RunUnknown):
            scenario.do(command, actor, run_id="nowhere", roster_hash="x")
    with pytest.raises(RunUnknown):
        send(scenario.division, scenario.command_id(), RunId("nowhere"), FINANCE, NOW)
    with pytest.raises(RunUnknown):
        again(scenario, RunId("nowhere"), FundId("x"))


def test_refuses_steps_by_other_roles_or_other_organisations(
    returned: tuple[Scenario, RunId, FundId, list[Any]],
) -> None:
    scenario, run_id, fund, _ = returned
    theirs = Actor(operator_id="x", organisation_id=OTHER, role=Role.CLERK)
    with pytest.raises(NotAllowed):
        scenario.draw(fund, "2026-11", actor=FINANCE)
    with pytest.raises(OutOfScope):
        scenario.draw(fund, "2026-11", actor=theirs)
    with pytest.raises(NotAllowed):
        again(scenario, run_id, fund, FINANCE)
    with pytest.raises(OutOfScope):
        again(scenario, run_id, fund, theirs)


def test_no_bank_file_is_written_for_who_may_not_send(scenario: Scenario) -> None:
    """The file holds names and accounts in clear: it is not written before it is known that it may be."""
    scenario.covered(1)
    run_id = approved(scenario, scenario.draw(scenario.fund()).header)
    theirs = Actor(operator_id="x", organisation_id=OTHER, role=Role.FINANCE)
    for actor, refusal in ((theirs, OutOfScope), (CLERK, NotAllowed)):
        with pytest.raises(refusal):
            send(scenario.division, scenario.command_id(), run_id, actor, NOW)
    folder = scenario.division.settings.files_folder
    assert not folder.exists() or list(folder.iterdir()) == []


def test_a_run_goes_prepared_reviewed_approved_by_three_and_is_sent_once(scenario: Scenario) -> None:
    scenario.covered(1)
    run = scenario.draw(scenario.fund(), actor=REVIEWER).header
    given = {"run_id": run.run_id, "roster_hash": run.roster_hash}
    second = Actor(operator_id="reviewer-2", organisation_id=DIVISION, role=Role.REVIEWER)
    preparer_at_finance, reviewer_at_finance = (
        Actor(operator_id=operator, organisation_id=DIVISION, role=Role.FINANCE)
        for operator in (REVIEWER.operator_id, second.operator_id)
    )
    with pytest.raises(SamePersonTwice):
        scenario.do(ReviewRun, REVIEWER, **given)
    scenario.do(ReviewRun, second, **given)
    with pytest.raises(WrongStatus):
        scenario.do(ReviewRun, second, **given)
    for actor in (preparer_at_finance, reviewer_at_finance):
        with pytest.raises(SamePersonTwice):
            scenario.do(ApproveRun, actor, **given)
    with pytest.raises(RosterChanged):
        scenario.do(ApproveRun, FINANCE, run_id=run.run_id, roster_hash="0" * 64)
    scenario.do(ApproveRun, FINANCE, **given)
    with pytest.raises(RosterChanged):
        scenario.do(
            SendRun,
            FINANCE,
            run_id=run.run_id,
            file_hash="x",
            file_name="x",
            lines=2,
            total_fen=run.total_fen,
        )
    send(scenario.division, scenario.command_id(), run.run_id, FINANCE, NOW)
    with pytest.raises(WrongStatus):
        send(scenario.division, scenario.command_id(), run.run_id, FINANCE, NOW)


@pytest.mark.parametrize("layout", ["csv_gb18030", "xlsx"])
def test_a_file_sent_again_under_its_command_is_the_same_file(scenario: Scenario, layout: str) -> None:
    scenario.covered(1)
    run_id = approved(scenario, scenario.draw(scenario.fund()).header)
    command = scenario.command_id()
    path = send(scenario.division, command, run_id, FINANCE, NOW, layout)
    content, head = path.read_bytes(), scenario.ledger.recorder.head()
    for damage in (lambda: None, path.unlink, lambda: path.write_bytes(b"half a fi")):
        damage()
        assert send(scenario.division, command, run_id, FINANCE, NOW, layout).read_bytes() == content
    assert (scenario.ledger.recorder.head(), list(path.parent.iterdir())) == (head, [path])


def test_refuses_a_command_id_used_for_another_draw(scenario: Scenario) -> None:
    scenario.covered(1)
    fund = scenario.fund()
    command = scenario.command_id()
    scenario.draw(fund, command_id=command)
    for change in ({"of": "2026-11"}, {"programme": "tekun"}, {"fund": (fund, fund)}):
        given = {"fund": fund} | change
        with pytest.raises(CommandIdReused):
            scenario.draw(command_id=command, **given)  # type: ignore[arg-type]
    used = scenario.command_id()
    scenario.ledger.execute(
        ReviewRun(command_id=used, **_hash(scenario, command)), REVIEWER, NOW
    )  # fmt: skip
    with pytest.raises(CommandIdReused):
        scenario.draw(fund, "2026-11", command_id=used)


def _hash(scenario: Scenario, command: CommandId) -> dict[str, Any]:
    run, _, known = lines_of(scenario.division, RunId(derived_id(command, "run/0")))
    assert list(known.events(RunDrawn))
    return {"run_id": RunId(run.id), "roster_hash": run.roster_hash}


def test_refuses_a_second_regular_line_of_a_slot() -> None:
    """Whatever a plan was made from: the lines themselves are looked at before any is recorded."""
    line = PaymentInstructed(
        payment_id="p", run_id="r", entitlement_id="e", household_id="h", organisation_id=REGIMENT, person_id="x",
        programme="dibao", month=Month("2026-10"), component=Component.BASE, cause=Cause.REGULAR, amount_fen=1, sequence=1,
    )  # type: ignore[arg-type]  # fmt: skip
    check_slots([line], {})
    with pytest.raises(SecondRegularLine):
        check_slots([line, line], {})
    with pytest.raises(SecondRegularLine):
        check_slots([line], {("e", "2026-10", "base"): Paid(0, True)})
    check_slots([line], {("e", "2026-10", "base"): Paid(1, False)})
    assert plan_run(
        run_id=RunId("r"), organisation_id=REGIMENT, programme="dibao", month=Month("2026-10"), entitlements=[],
        paid={}, payees={},
    ).lines == []  # fmt: skip


# --- cut off, gone on, or dropped whole ---


def cut_off(scenario: Scenario, monkeypatch: pytest.MonkeyPatch, draw: Any, after: int = 1) -> None:
    """Draws in chunks of one line and stops after some."""
    monkeypatch.setattr(recording, "CHUNK", 1)

    def stop(done: int) -> None:
        if done == after:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        draw(stop)


def asked(scenario: Scenario, fund: FundId, actor: Actor = CLERK) -> tuple[Any, Any]:
    command = service.DrawRun(scenario.command_id(), REGIMENT, "dibao", Month("2026-10"), (fund,))

    def ask(progress: Any = None, by: Actor = actor) -> Any:
        return service.draw(scenario.division, command, by, NOW, progress)

    return command, ask


def test_a_draw_cut_off_goes_on_with_its_own_lines(
    scenario: Scenario, monkeypatch: pytest.MonkeyPatch
) -> None:
    for n in (1, 11, 21):
        scenario.covered(n)
    command, ask = asked(scenario, scenario.fund())
    cut_off(scenario, monkeypatch, ask)
    header = ask().header
    assert (header.run_id, header.lines) == (derived_id(command.command_id, "run/0"), 3)
    assert len(lines_of(scenario.division, header.run_id)[1]) == 3


def test_a_draw_cut_off_before_an_account_changed_pays_to_the_new_account(
    scenario: Scenario, monkeypatch: pytest.MonkeyPatch
) -> None:
    households = [scenario.covered(n) for n in (1, 11, 21)]
    command, ask = asked(scenario, scenario.fund())
    cut_off(scenario, monkeypatch, ask, after=3)
    for number, (house, people, _) in enumerate(households):
        scenario.account(HouseholdId(house), PersonId(people[0]), 500 + number)
    header = ask().header
    assert header.run_id == derived_id(command.command_id, "run/1")
    path = send(scenario.division, scenario.command_id(), approved(scenario, header), FINANCE, NOW)
    holders = {row[1] for row in csv.reader(path.read_text(encoding="gb18030").splitlines())}
    assert {f"测试{500 + n}" for n in range(3)} <= holders
    assert not {"测试1", "测试11", "测试21"} & holders


def test_no_line_lands_behind_the_header_or_the_end_of_its_run(scenario: Scenario) -> None:
    """Someone slow goes on with a plan made before the run was closed, or abandoned."""
    last = max(scenario.covered(n)[2] for n in (1, 11, 21))
    command, ask = asked(scenario, scenario.fund())
    runs = [RunId(derived_id(command.command_id, f"run/{n}")) for n in range(2)]
    slow, closed = (service._plan(scenario.division, command, run, CLERK, NOW)[0].lines for run in runs)

    def going_on(run: RunId, lines: list[PaymentInstructed]) -> int:
        assert not recording.record_lines(scenario.division, lines, run, CLERK, NOW)
        known = scenario.ledger.read((Facts((PaymentInstructed,), (tag(RunId, run),)),))
        return len(known.recorded)

    assert recording.record_lines(scenario.division, slow[:2], runs[0], CLERK, NOW)
    scenario.account(HouseholdId(slow[0].household_id), PersonId(slow[0].person_id), 500)
    scenario.do(
        EndCategory, REVIEWER, entitlement_id=last, last_month="2026-09", reason="x", article="57 art. 31"
    )
    assert (ask().header.run_id, ask().header.lines) == (runs[1], 2)
    assert going_on(runs[0], slow) == 2  # abandoned: its first line was due to another account by then
    new = service._plan(scenario.division, command._replace(month=Month("2026-11")), runs[1], CLERK, NOW)[
        0
    ].lines
    _, recorded, _ = lines_of(scenario.division, runs[1])
    assert going_on(runs[1], [*recorded, closed[2], *new]) == 2
    assert [
        r.view for r in verify_views(scenario.division.url, scenario.division.schema) if not r.equal
    ] == []


def test_a_draw_gone_on_with_by_another_is_the_others_alone(
    scenario: Scenario, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever prepared lines of a run never reviews it, even if another closed it."""
    for n in (1, 11):
        scenario.covered(n)
    _, ask = asked(scenario, scenario.fund(), REVIEWER)
    cut_off(scenario, monkeypatch, ask)
    header = ask(by=CLERK).header
    _, lines, _ = lines_of(scenario.division, header.run_id)
    assert {line.actor.operator_id for line in lines} == {CLERK.operator_id}
    scenario.do(ReviewRun, REVIEWER, run_id=header.run_id, roster_hash=header.roster_hash)


def test_a_draw_of_which_nothing_is_due_any_more_is_dropped(
    scenario: Scenario, monkeypatch: pytest.MonkeyPatch
) -> None:
    for n in (1, 11):
        scenario.covered(n)
    fund = scenario.fund()
    _, ask = asked(scenario, fund)
    cut_off(scenario, monkeypatch, ask)
    scenario.draw(fund)
    for _ in range(2):
        with pytest.raises(NothingDue):
            ask()
    assert [
        r.view for r in verify_views(scenario.division.url, scenario.division.schema) if not r.equal
    ] == []


def test_a_return_file_cut_off_is_counted_by_the_next_one(
    scenario: Scenario, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What a file said before it was cut off is in the books once, whichever file is read after it."""
    import assistance.bank_service as bank

    for n in (1, 11, 21):
        scenario.covered(n)
    run_id = approved(scenario, scenario.draw(scenario.fund()).header)
    path = send(scenario.division, scenario.command_id(), run_id, FINANCE, NOW)
    other = path.with_name("first.csv")
    simulate_bank(CSV, path, other, every=1 << 62)
    monkeypatch.setattr(bank, "CHUNK", 1)

    def stop(done: int) -> None:
        if done == 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        reconcile(scenario.division, run_id, other, FINANCE, NOW, progress=stop)
    report = answered(scenario, run_id, path, (2,), name="-second")
    assert (report.counts["already"], report.counts["returned"]) == (2, 1)
    assert (report.header.settled, report.header.settled_fen, report.header.returned) == (2, 220_000, 1)
    first = reconcile(scenario.division, run_id, other, FINANCE, NOW)
    assert (first.header.settled, first.header.returned) == (0, 0)
    run, _, known = lines_of(scenario.division, run_id)
    assert (run.status, run.settled_fen, run.returned_fen, run.pending_fen) == (
        "reconciled", 220_000, 110_000, 0,
    )  # fmt: skip
    ids = [r.event.event_id for r in known.recorded]
    assert len(ids) == len(set(ids))
    assert len(list(known.events(PaymentSettled))) == 2


# --- paid again ---


def test_lines_sent_back_are_paid_again_whole_and_once(
    returned: tuple[Scenario, RunId, FundId, list[Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    scenario, run_id, fund, _ = returned
    command = scenario.command_id()
    cut_off(
        scenario, monkeypatch, lambda stop: again(scenario, run_id, fund, command_id=command, progress=stop)
    )
    header = again(scenario, run_id, fund, command_id=command)
    assert (header.lines, header.total_fen, header.corrects) == (2, 220_000, run_id)
    assert again(scenario, run_id, fund, command_id=command) == header
    with pytest.raises(CommandIdReused):
        again(scenario, header.run_id, fund, command_id=command)
    with pytest.raises(NothingToReissue):
        again(scenario, run_id, fund)
    with pytest.raises(NothingDue):
        scenario.draw(fund)
    assert [
        r.view for r in verify_views(scenario.division.url, scenario.division.schema) if not r.equal
    ] == []


def test_refuses_to_pay_again_what_is_not_due_any_more(
    returned: tuple[Scenario, RunId, FundId, list[Any]],
) -> None:
    """Back-pay and corrections together never exceed what the decisions now in force make due."""
    scenario, run_id, fund, covered = returned
    scenario.do(EndCategory, REVIEWER, entitlement_id=covered[0][2], last_month="2026-09", reason="收入超标",
                article="57 art. 31")  # fmt: skip
    header = again(scenario, run_id, fund)
    assert (header.lines, header.total_fen) == (1, 110_000)
    _, lines, _ = lines_of(scenario.division, header.run_id)
    assert [line.entitlement_id for line in lines] == [covered[1][2]]
    with pytest.raises(NothingToReissue):
        again(scenario, run_id, fund)
    result = scenario.draw(fund, "2026-11")
    assert (result.header.lines, result.overpaid) == (1, [])  # what came back was not overpaid


def test_a_correcting_run_sent_back_is_paid_again_too(
    returned: tuple[Scenario, RunId, FundId, list[Any]],
) -> None:
    scenario, run_id, fund, _ = returned
    second = again(scenario, run_id, fund)
    path = send(scenario.division, scenario.command_id(), approved(scenario, second), FINANCE, NOW)
    answered(scenario, second.run_id, path, (0,))
    third = again(scenario, second.run_id, fund)
    assert (third.lines, third.total_fen, third.corrects) == (1, 110_000, second.run_id)
    with pytest.raises(NothingToReissue):
        again(scenario, run_id, fund)


def test_a_line_never_sent_is_not_paid_again(scenario: Scenario) -> None:
    scenario.covered(1)
    fund = scenario.fund()
    run = scenario.draw(fund).header
    with pytest.raises(NothingToReissue):
        again(scenario, run.run_id, fund)
    assert date(2026, 11, 24) == NOW.date()
