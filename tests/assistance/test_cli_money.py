"""A month on the command line: drawn, reviewed, approved, sent, reconciled; repeated, altered, backed up, restored."""

from __future__ import annotations

import csv
import shutil
import time
from datetime import UTC, datetime
from pathlib import Path

import psycopg
import pytest
from psycopg import sql

from assistance.bank import Layout, simulate_bank
from projections.runner import Runner
from tests.assistance.commands import Done, Office
from tests.scenario import DIVISION, REGIMENT, Scenario

KEY = bytes(range(32)).hex()
AT, ABOVE = ("--organisation", REGIMENT), ("--organisation", DIVISION)


@pytest.fixture
def office(scenario: Scenario, tmp_path: Path) -> Office:
    """An office whose command line works on the scenario's division, three households covered."""
    for n in (1, 11, 21):
        scenario.covered(n)
    data = tmp_path / "data"
    (data / "keys").mkdir(parents=True)
    (data / "keys" / "division.key").write_text(KEY + "\n")
    return Office(data, scenario.division.schema, scenario.division.url)


def draw(office: Office, fund: str, *more: str) -> Done:
    return office.do(
        "--json", "payments", "draw", "--operator", "clerk-1", *AT, "--programme", "dibao", "--month", "2026-10",
        "--fund", fund, *more,
    )  # fmt: skip


def sent(office: Office, fund: str) -> tuple[str, Path]:
    """A run taken to the bank on the command line: its id and file."""
    run = draw(office, fund).facts
    roster = ("--roster", run["roster"])
    for step, who in (("review", "reviewer-1"), ("approve", "finance-1")):
        done = office.do("--json", "payments", step, run["run"], "--operator", who, *ABOVE, *roster)
        assert (done.code, done.facts["duplicate"]) == (0, False)
    file = office.do("--json", "payments", "send", run["run"], "--operator", "finance-1", *ABOVE).facts[
        "file"
    ]
    return run["run"], Path(file)


def reconcile(office: Office, run: str, file: Path) -> Done:
    return office.do("--json", "payments", "reconcile", run, str(file), "--operator", "finance-1", *ABOVE)


def test_a_month_is_paid_on_the_command_line_and_every_line_repeated_repeats_nothing(
    office: Office, scenario: Scenario
) -> None:
    fund = scenario.fund()
    run, file = sent(office, fund)
    returned = file.with_name("return.csv")
    simulate_bank(Layout.load("csv_gb18030"), file, returned, every=1 << 62)
    first = reconcile(office, run, returned)
    assert (first.code, first.facts["counts"]["settled"], first.facts["duplicate"]) == (0, 3, False)
    head, content = scenario.ledger.recorder.head(), file.read_bytes()
    assert draw(office, fund).facts["duplicate"] is True
    words = ("payments", "reconcile", run, str(returned), "--operator", "finance-1", *ABOVE, "--json")
    again = office.process(*words)
    assert (again.code, again.facts["duplicate"]) == (0, True)
    repeated = office.do("--json", "payments", "send", run, "--operator", "finance-1", *ABOVE)
    assert (repeated.code, file.read_bytes()) == (0, content)
    assert scenario.ledger.recorder.head() == head


def test_refusals_are_told_in_both_languages_with_code_1(office: Office, scenario: Scenario) -> None:
    done = draw(office, scenario.fund(allocated=1))
    assert (done.code, done.facts["refused"]) == (1, "BeyondAllocation")
    for language in ("en", "zh"):
        assert done.facts[language]
    plain = office.do("payments", "review", "no-such-run", "--operator", "r", *ABOVE, "--roster", "0")
    assert (plain.code, plain.out) == (1, "")
    assert "RunUnknown" in plain.err
    assert "不予办理" in plain.err


def test_a_faulty_return_file_is_told_line_by_line_with_code_1(office: Office, scenario: Scenario) -> None:
    run, file = sent(office, scenario.fund())
    returned = file.with_name("return.csv")
    simulate_bank(Layout.load("csv_gb18030"), file, returned, every=1 << 62)
    rows = list(csv.reader(returned.read_text(encoding="gb18030").splitlines()))
    rows[1][rows[0].index("状态")] = "处理中"
    rows[2][rows[0].index("金额")] = "1.00"
    with returned.open("w", encoding="gb18030", newline="") as out:
        csv.writer(out).writerows(rows[:-1])
    done = reconcile(office, run, returned)
    assert (done.code, done.facts["truncated"]) == (1, True)
    assert [(line["row"], line["state"]) for line in done.facts["lines"]] == [
        (2, "unclear"),
        (3, "amount_differs"),
    ]
    (file.parent / "no.csv").write_bytes(b"%PDF-1.4 nothing")
    assert reconcile(office, run, file.parent / "no.csv").code == 1
    other = office.do(
        "--json", "payments", "reconcile", run, str(returned), "--operator", "f", *ABOVE, "--layout", "none"
    )
    assert (other.code, other.facts["error"]) == (1, "BankFileError")


def altered(scenario: Scenario, statement: str, *tables: str) -> None:
    """Somebody with all rights alters a stored row behind the program's back."""
    with psycopg.connect(scenario.division.url) as connection:
        connection.execute(sql.SQL("SET search_path TO {}").format(sql.Identifier(scenario.division.schema)))
        for table in tables:
            connection.execute(sql.SQL("ALTER TABLE {} DISABLE TRIGGER USER").format(sql.Identifier(table)))
        assert connection.execute(statement.encode()).rowcount == 1


def views(scenario: Scenario) -> None:
    with Runner(scenario.division.url, scenario.division.schema) as runner:
        runner.catch_up()


def test_verify_finds_and_names_a_row_altered_in_the_log(office: Office, scenario: Scenario) -> None:
    views(scenario)
    assert office.do("--json", "verify").code == 0
    altered(scenario, "UPDATE events SET data = data || ' '::bytea WHERE position = 7", "events")
    done = office.do("--json", "verify", "--no-views")
    assert (done.code, done.facts["equal"]) == (1, False)
    assert [(d["table"], d["position"]) for d in done.facts["differences"]] == [("events", 7)]
    assert "DIFFERS 不一致" in office.do("verify", "--no-views").out


def test_verify_finds_and_names_a_row_altered_in_a_view_and_rebuild_heals_it(
    office: Office, scenario: Scenario
) -> None:
    views(scenario)
    altered(
        scenario,
        "UPDATE entitlements SET total_fen = total_fen + 1 WHERE entitlement_id = (SELECT min(entitlement_id) FROM entitlements)",
    )
    done = office.do("--json", "verify")
    assert done.code == 1
    assert [view for view, equal in done.facts["views"].items() if not equal] == ["entitlements"]
    assert {d["side"] for d in done.facts["view_differences"]} == {"live", "log"}
    assert office.do("rebuild", "entitlements").code == 0
    assert office.do("verify").code == 0


def test_verify_finds_a_row_altered_in_the_log_of_readings(office: Office, scenario: Scenario) -> None:
    from datetime import UTC, datetime

    from tests.scenario import CLERK

    scenario.division.readings.record(CLERK, ["person:p1"], ["name"], "核查", datetime.now(UTC))
    with psycopg.connect(scenario.division.url) as connection:
        name = sql.Identifier(f"{scenario.division.schema}_readings", "events")
        connection.execute(sql.SQL("ALTER TABLE {} DISABLE TRIGGER USER").format(name))
        connection.execute(sql.SQL("UPDATE {} SET type = 'Nothing'").format(name))
    done = office.do("--json", "verify", "--no-views")
    assert (done.code, len(done.facts["readings"]["differences"])) == (1, 1)


def test_a_backup_restores_both_logs_and_an_older_one_is_exposed_by_a_checkpoint(
    office: Office, scenario: Scenario, tmp_path: Path
) -> None:
    folder = tmp_path / "backup"
    assert office.do("--json", "backup", str(folder)).facts["manifests"]["division"]["size"] > 0
    assert office.do("backup", str(folder)).code == 1  # not empty
    scenario.household(41)
    kept = office.do("--json", "checkpoint").facts
    note = tmp_path / "note.txt"
    note.write_text(kept["note"], encoding="utf-8")
    trusted = ("verify", "--no-views", "--checkpoint", str(note), "--key", kept["key"])
    assert office.do(*trusted).code == 0
    other = Office(office.data, f"{office.schema}_r", office.url)
    try:
        assert other.do("restore", str(folder)).code == 0
        assert other.do("restore", str(folder)).code == 1  # holds data now
        assert other.do("rebuild").code == 0
        assert other.do("verify").code == 0
        exposed = other.do("--json", *trusted)
        assert (exposed.code, exposed.facts["error"]) == (1, "HistoryLost")
    finally:
        with psycopg.connect(scenario.division.url, autocommit=True) as connection:
            for name in (other.schema, f"{other.schema}_readings"):
                connection.execute(sql.SQL("DROP SCHEMA IF EXISTS {} CASCADE").format(sql.Identifier(name)))


def test_a_missing_or_wrong_division_key_is_told_and_no_new_one_made(
    office: Office, scenario: Scenario
) -> None:
    fund, key = scenario.fund(), office.data / "keys" / "division.key"
    shutil.move(key, key.with_suffix(".away"))
    done = draw(office, fund)
    assert (done.code, done.facts["error"], key.exists()) == (3, "WrongKey", False)
    assert office.do("--json", "migrate").facts["error"] == "WrongKey"
    key.write_text("00" * 32 + "\n")
    assert draw(office, fund).facts["error"] == "WrongKey"
    key.write_text("not a key\n" * 8)
    assert draw(office, fund).facts["error"] == "WrongKey"
    assert office.do("verify", "--no-views").code == 0  # an auditor needs no key


def test_views_as_of_a_moment_are_built_beside_the_live_ones_and_dropped_again(
    office: Office, scenario: Scenario
) -> None:
    time.sleep(1.1)  # moments are given to the second; everything here lies before the last full one
    moment = f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%S}"
    built = office.do("rebuild", "--as-of", moment, "--into", "then", "--json")
    assert (built.code, built.facts["position"]) == (0, scenario.ledger.recorder.head())
    with scenario.division.database.connection() as connection:
        assert connection.execute("SELECT count(*) FROM households__then").fetchone() == (3,)
    assert office.do("rebuild", "--drop", "then").code == 0
    with scenario.division.database.connection() as connection:
        assert connection.execute("SELECT to_regclass('households__then')").fetchone() == (None,)
    assert office.do("rebuild", "--drop", "then").code == 2
