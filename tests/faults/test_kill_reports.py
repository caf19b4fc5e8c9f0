"""kill -9 in the middle of a department's file: the same command again completes it, each row once."""

from __future__ import annotations

import signal
import time
from collections import Counter
from pathlib import Path

from assistance import report_import
from assistance.report_import import ReportImport, import_assistance
from assistance.wiring import Division
from ledger.store.database import Database
from ledger.store.execute import Ledger
from ledger.store.migrate import migrate
from ledger.store.vault import DivisionKey
from ledger.store.verify import verify_log
from tests.assistance.report_files import people, premium, text
from tests.ledger.departments import of, open_departments
from tests.scenario import NOW, Scenario, open_division
from tests.store.writers import SPAWN

ROWS = 120
KEY = bytes(range(32))


def open_again(url: str, schema: str, folder: Path) -> Division:
    """The division as another process opens it."""
    database = Database(url, schema, min_size=1, max_size=4)
    readings = Database(url, f"{schema}_readings", min_size=0, max_size=2)
    key = DivisionKey(KEY)
    return open_division(url, database, Ledger.open(database, key), Ledger.open(readings, key), folder)


def import_slowly(url: str, schema: str, path: str, folder: str) -> None:
    """What the killed process does: chunks of ten rows, telling how many are recorded."""
    report_import.CHUNK = 10
    marker = Path(folder) / "taken"

    def tell(done: int, total: int) -> None:
        marker.write_text(str(done))
        time.sleep(0.02)

    import_assistance(
        open_again(url, schema, Path(folder)), ReportImport(Path(path)), of("yb"), NOW, progress=tell
    )


def test_kill_in_the_middle_and_the_same_command_again_records_each_row_once(
    scenario: Scenario, division: Division, postgres_url: str, tmp_path: Path
) -> None:
    """S 二(一): what was handed in is on the chains once, whatever happened on the way."""
    open_departments(scenario, "yb")
    people(scenario, ROWS)
    path = text(tmp_path / "资助参保.csv", [premium(n) for n in range(1, ROWS + 1)])
    migrate(postgres_url, f"{division.schema}_readings")
    process = SPAWN.Process(
        target=import_slowly, args=(postgres_url, division.schema, str(path), str(tmp_path)), daemon=True
    )
    process.start()
    deadline, marker = time.monotonic() + 60, tmp_path / "taken"
    while not (marker.exists() and int(marker.read_text() or 0) >= 30):
        assert time.monotonic() < deadline, "nothing is recorded"
        time.sleep(0.005)
    process.kill()
    process.join(30)
    assert process.exitcode == -signal.SIGKILL
    time.sleep(0.5)  # the server ends what the killed client had asked for
    before = Counter(e.type for e in division.ledger.recorder.read_recorded())
    assert 30 <= before["AssistanceReported"] < ROWS
    assert before["ReportsImported"] == 0
    report = import_assistance(division, ReportImport(path), of("yb"), NOW)
    assert (report.recorded, report.taken, report.resumed) == (True, ROWS, before["AssistanceReported"])
    after = Counter(e.type for e in division.ledger.recorder.read_recorded())
    assert (after["AssistanceReported"], after["ReportsBegun"], after["ReportsImported"]) == (ROWS, 1, 1)
    records = Counter(
        t for e in division.ledger.recorder.read_recorded() for t in e.tags if t.startswith("assistance:")
    )
    assert set(records.values()) == {1}
    assert verify_log(division.database).differences == []
    assert import_assistance(division, ReportImport(path), of("yb"), NOW).duplicate
