"""kill -9 in the middle of a draw, a sending, a return file and a roster: repeated, it is whole, and nothing twice."""

from __future__ import annotations

import json
import random
import subprocess
import sys
import time
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from assistance.bank import Layout, simulate_bank
from assistance.bank_service import lines_of
from ledger.kernel import CommandId, Facts, Fen, RunId, derived_id
from ledger.organisation.commands import OpenOrganisation
from ledger.organisation.events import Level
from ledger.payments.commands import ApproveRun, ReviewRun
from ledger.payments.events import PaymentInstructed, PaymentSettled, RunDrawn, RunReconciled, RunSent
from ledger.payments.states import SpentFund
from ledger.registry.events import HouseholdRegistered, MemberJoined, RosterImported
from ledger.store.verify import verify_log
from projections.runner import Runner
from projections.verify import verify_views
from tests.assistance.test_roster import rows, workbook
from tests.scenario import ADMIN, DIVISION, FINANCE, NOW, REGIMENT, REVIEWER, Scenario

ROOT = Path(__file__).resolve().parents[2]
ROUNDS = 4


def start(scenario: Scenario, step: str, **more: str) -> subprocess.Popen[str]:
    division = scenario.division
    given = {"url": division.url, "schema": division.schema, "data": str(division.settings.data), "step": step,
             "now": NOW.isoformat(), "organisation": REGIMENT, "division": DIVISION, **more}  # fmt: skip
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.properties.cut_off"], cwd=ROOT, text=True,
        stdin=subprocess.PIPE, stdout=subprocess.PIPE,
    )  # fmt: skip
    assert process.stdin is not None
    process.stdin.write(json.dumps(given) + "\n")
    process.stdin.flush()
    return process


def kill_and_repeat(scenario: Scenario, seed: int, step: str, **more: str) -> int:
    """Kills the step at seeded moments, then lets it end; answers how often it was killed before its end."""
    chance, killed = random.Random(seed), 0
    for _ in range(ROUNDS):
        process = start(scenario, step, **more)
        assert process.stdout is not None
        for _ in range(chance.randint(1, 3)):
            if process.stdout.readline().strip() in ("", "done"):
                break
        time.sleep(chance.random() * 0.03)
        process.kill()
        process.communicate(timeout=60)
        killed += process.returncode != 0
    process = start(scenario, step, **more)
    out, _ = process.communicate(timeout=120)
    assert (process.returncode, out.split()[-1]) == (0, "done")
    return killed


def events(scenario: Scenario, kind: Any) -> list[Any]:
    return [r.event for r in scenario.ledger.read((Facts((kind,)),)).recorded]


def whole(scenario: Scenario) -> None:
    """The log verifies, event ids are unique, and every view is what the log says."""
    assert verify_log(scenario.division.database).differences == []
    with Runner(scenario.division.url, scenario.division.schema) as runner:
        runner.catch_up()
        found = runner.connection.execute(
            "SELECT count(*), count(DISTINCT event_id) FROM event_index"
        ).fetchone()
        stale = runner.connection.execute("SELECT view FROM view_positions WHERE status <> 'live'").fetchall()
    assert found is not None
    assert (found[0] - found[1], stale) == (0, [])
    assert [
        r.view for r in verify_views(scenario.division.url, scenario.division.schema) if not r.equal
    ] == []


def test_a_run_killed_while_drawn_sent_and_reconciled_is_paid_once(scenario: Scenario) -> None:
    for n in range(7):
        scenario.covered(1 + 10 * n)
    fund = scenario.fund()
    command = scenario.command_id()
    killed = kill_and_repeat(scenario, 1, "draw", command=command, fund=fund)
    (header,) = events(scenario, RunDrawn)
    lines = [e for e in events(scenario, PaymentInstructed) if e.run_id == header.run_id]
    assert (header.lines, header.total_fen, header.run_id) == (7, 770_000, derived_id(command, "run/0"))
    assert set(Counter(n.payment_id for n in lines).values()) == {1}
    for step, actor in ((ReviewRun, REVIEWER), (ApproveRun, FINANCE)):
        scenario.do(step, actor, run_id=header.run_id, roster_hash=header.roster_hash)
    sending = CommandId(scenario.command_id())
    killed += kill_and_repeat(scenario, 2, "send", command=sending, run=header.run_id)
    (sent,) = events(scenario, RunSent)
    path = scenario.division.settings.files_folder / sent.file_name
    assert path.exists()
    answer = path.with_name("return.csv")
    simulate_bank(Layout.load("csv_gb18030"), path, answer, every=1 << 62)
    killed += kill_and_repeat(scenario, 3, "reconcile", run=header.run_id, path=str(answer))
    assert set(Counter(e.payment_id for e in events(scenario, PaymentSettled)).values()) == {1}
    (closed,) = events(scenario, RunReconciled)
    assert (closed.settled, closed.settled_fen) == (7, 770_000)
    run, _, _ = lines_of(scenario.division, RunId(header.run_id))
    assert (run.status, run.pending_fen) == ("reconciled", Fen(0))
    state = scenario.ledger.read((SpentFund.facts(fund),)).state(SpentFund, fund)
    assert (state.balances[REGIMENT].committed, state.balances[REGIMENT].paid) == (770_000, 770_000)
    assert killed > ROUNDS
    whole(scenario)


def test_a_roster_killed_while_imported_is_taken_once(scenario: Scenario, tmp_path: Path) -> None:
    early = datetime(2026, 8, 25, 2, tzinfo=UTC)
    scenario.do(OpenOrganisation, ADMIN, early, organisation_id="c1", name="一连", level=Level.COMPANY,
                parent_id=REGIMENT, opened_on=early.date())  # fmt: skip
    path = workbook(tmp_path / "r.xlsx", rows(9))
    killed = kill_and_repeat(scenario, 4, "roster", path=str(path), now=early.isoformat())
    (header,) = events(scenario, RosterImported)
    assert (header.households, header.people) == (9, 18)
    numbers = Counter(e.number for e in events(scenario, HouseholdRegistered))
    people = Counter(e.person_id for e in events(scenario, MemberJoined))
    assert (len(numbers), len(people)) == (9, 18)
    assert set(numbers.values()) | set(people.values()) == {1}
    assert killed >= 1
    whole(scenario)
