"""A run's bank file holds names and accounts in clear: that they are opened is recorded, and the file is whole and its owner's."""

from __future__ import annotations

import os
import stat
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

import assistance.bank_service as service
from assistance.bank import write_file
from assistance.bank_service import lines_of, send
from assistance.payment_service import file_sha256
from assistance.readings import MOST_SUBJECTS, Readings
from ledger.kernel import RunId, tags_of
from ledger.payments.events import RunSent
from tests.assistance.test_run_steps import approved
from tests.scenario import CLERK, FINANCE, NOW, Scenario


@pytest.fixture
def run(scenario: Scenario) -> tuple[Scenario, RunId]:
    """An approved run of two households."""
    for n in (1, 11):
        scenario.covered(n)
    return scenario, approved(scenario, scenario.draw(scenario.fund()).header)


@pytest.fixture
def open_umask() -> Iterator[None]:
    """A process that makes files everyone may read."""
    before = os.umask(0)
    yield
    os.umask(before)


def test_opening_accounts_for_a_file_is_recorded_in_one_bounded_event(run: tuple[Scenario, RunId]) -> None:
    scenario, run_id = run
    command = scenario.command_id()
    path = send(scenario.division, command, run_id, FINANCE, NOW)
    (reading,) = scenario.division.readings.of_run(run_id)
    assert (reading.lines, reading.fields) == (2, ("account_holder", "account"))
    assert (reading.actor, reading.read_at) == (FINANCE, NOW)
    assert path.name in reading.purpose
    assert [t for t in tags_of(reading) if t.startswith(("person:", "household:"))] == []
    assert (
        send(scenario.division, command, run_id, FINANCE, NOW) == path
    )  # the file is there: nothing is opened
    assert len(scenario.division.readings.of_run(run_id)) == 1
    path.unlink()
    send(scenario.division, command, run_id, FINANCE, NOW)
    assert len(scenario.division.readings.of_run(run_id)) == 2


def test_no_file_is_written_when_its_reading_cannot_be_recorded(
    run: tuple[Scenario, RunId], monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: Any) -> int:
        raise OSError("no space")

    scenario, run_id = run
    monkeypatch.setattr(Readings, "record_file", full)
    with pytest.raises(OSError, match="no space"):
        send(scenario.division, scenario.command_id(), run_id, FINANCE, NOW)
    assert not list(scenario.division.settings.files_folder.glob("**/*"))
    assert lines_of(scenario.division, run_id)[0].status == "approved"


@pytest.mark.parametrize("layout", ["csv_gb18030", "xlsx"])
@pytest.mark.usefixtures("open_umask")
def test_the_file_is_for_its_owner_alone(run: tuple[Scenario, RunId], layout: str) -> None:
    scenario, run_id = run
    path = send(scenario.division, scenario.command_id(), run_id, FINANCE, NOW, layout)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


def test_those_who_send_a_run_at_once_write_one_whole_file(
    run: tuple[Scenario, RunId], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The same order given twice, as by a second click."""
    scenario, run_id = run
    command, barrier, sent = scenario.command_id(), threading.Barrier(4), []

    def slowly(layout: Any, lines: Any, path: Path) -> None:
        write_file(layout, lines[:1], path)
        threading.Event().wait(0.2)
        write_file(layout, lines, path)

    def ask() -> None:
        barrier.wait(60)
        sent.append(send(scenario.division, command, run_id, FINANCE, NOW))

    monkeypatch.setattr(service, "write_file", slowly)
    threads = [threading.Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    _, _, known = lines_of(scenario.division, run_id)
    (header,) = known.events(RunSent)
    assert len(sent) == 4
    assert set(sent) == set(sent[0].parent.iterdir())
    assert file_sha256(sent[0]) == header.file_hash
    assert len(scenario.division.readings.of_run(run_id)) == 1


def test_a_page_of_many_people_is_recorded_in_events_of_bounded_size(scenario: Scenario) -> None:
    readings, at = scenario.division.readings, datetime(2026, 11, 25, 3, tzinfo=UTC)
    subjects = [f"person:{n}" for n in range(2 * MOST_SUBJECTS)] + ["household:h"]
    assert readings.record(CLERK, subjects, ["name"], "核查", at) == 3
    assert readings.record(CLERK, subjects[:1], ["name"], "核查", at) == 4
    for person, times in (("0", 2), (str(2 * MOST_SUBJECTS - 1), 1)):
        found = readings.of_person(person)
        assert len(found) == times
        assert all(len(tags_of(event)) <= MOST_SUBJECTS + 1 for event in found)
