"""Stopping: Ctrl-C and a stop from the service manager end everything that was started, the embedded PostgreSQL too."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import tempfile
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

from tests.assistance.commands import ROOT, Office


def servers_of(folder: Path) -> list[psutil.Process]:
    """PostgreSQL servers that run on a data folder."""
    found = []
    for process in psutil.process_iter(["cmdline"]):
        words = process.info["cmdline"] or []
        if "-D" in words and str(folder / "postgres") in words and process.status() != psutil.STATUS_ZOMBIE:
            found.append(process)
    return found


def until(what: Callable[[], object], seconds: float = 60) -> bool:
    """Waits until something is so; false when it never is."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if what():
            return True
        time.sleep(0.05)
    return False


def stop(process: subprocess.Popen[str], number: int, seconds: float = 60) -> tuple[str, str]:
    """Asks a whole process group to stop, as a terminal does on Ctrl-C, and waits for its end."""
    os.killpg(process.pid, number)
    return process.communicate(timeout=seconds)


def line_of(process: subprocess.Popen[str]) -> dict[str, str]:
    assert process.stdout is not None
    facts: dict[str, str] = json.loads(process.stdout.readline())
    return facts


@contextlib.contextmanager
def folder() -> Iterator[Office]:
    """A data folder that does not exist yet. Not pytest's own: that is closed to the user the server runs as."""
    with tempfile.TemporaryDirectory(prefix="ledger-stop-", ignore_cleanup_errors=True) as made:
        office = Office(Path(made) / "data")
        yield office
        for process in servers_of(office.data):
            process.kill()


@pytest.fixture
def empty() -> Iterator[Office]:
    """A data folder that does not exist yet."""
    with folder() as made:
        yield made


@pytest.fixture(scope="module")
def office() -> Iterator[Office]:
    """A division on an embedded PostgreSQL of its own, used by one test after the other."""
    with folder() as made:
        done = made.process("migrate")
        assert done.code == 0, done.err
        assert servers_of(made.data) == []
        yield made


@pytest.mark.parametrize(
    ("command", "number"),
    [
        (("serve", "--port", "0"), signal.SIGINT),
        (("serve", "--port", "0"), signal.SIGTERM),
        (("project",), signal.SIGTERM),
    ],
    ids=["serve-int", "serve-term", "project-term"],
)
def test_a_stopped_service_leaves_nothing_running(
    office: Office, command: tuple[str, ...], number: int
) -> None:
    process = office.start("--json", *command)
    facts = line_of(process)
    assert len(servers_of(office.data)) == 1
    if "url" in facts:
        health = facts["url"].replace("/graphql", "/health")
        assert until(lambda: json.load(urllib.request.urlopen(health, timeout=10))["ok"])
    _, err = stop(process, number)
    assert (process.returncode, "Traceback" in err) == (0, False), err
    assert "已停止" in err
    assert servers_of(office.data) == []


def test_run_is_stopped_in_the_middle_of_loading_and_leaves_nothing_running(empty: Office) -> None:
    process = empty.start("run", "--port", "0", "--examples", str(ROOT / "examples"))
    assert process.stderr is not None
    assert "首次加载" in process.stderr.readline()
    assert len(servers_of(empty.data)) == 1
    _, err = stop(process, signal.SIGINT)
    assert (process.returncode, "Traceback" in err) == (0, False), err
    assert servers_of(empty.data) == []


@pytest.mark.parametrize("moment", [1.2, 2.5])
def test_a_stop_at_any_moment_of_the_first_start_leaves_nothing_running(empty: Office, moment: float) -> None:
    process = empty.start("migrate")
    time.sleep(moment)
    stop(process, signal.SIGTERM)
    assert until(lambda: servers_of(empty.data) == [], 20)
    assert empty.process("migrate").code == 0
    assert servers_of(empty.data) == []


def test_after_a_kill_the_next_command_takes_the_running_database_over_and_stops_it(office: Office) -> None:
    process = office.start("--json", "project")
    line_of(process)
    process.kill()
    process.communicate(timeout=60)
    assert len(servers_of(office.data)) == 1
    assert office.process("verify").code == 0
    assert servers_of(office.data) == []


def test_two_at_once_on_one_folder_share_the_database_and_the_last_stops_it(office: Office) -> None:
    first, second = office.start("--json", "project"), office.start("--json", "serve", "--port", "0")
    line_of(first)
    line_of(second)
    assert len(servers_of(office.data)) == 1
    stop(first, signal.SIGTERM)
    assert len(servers_of(office.data)) == 1
    _, err = stop(second, signal.SIGINT)
    assert (second.returncode, servers_of(office.data)) == (0, []), err


def test_a_short_command_stopped_half_way_says_so_and_exits_as_one(office: Office) -> None:
    process = office.start("demo", "--examples", str(ROOT / "examples"))
    assert until(lambda: len(servers_of(office.data)) == 1)
    assert process.stderr is not None
    assert "首次加载" in process.stderr.readline()
    _, err = stop(process, signal.SIGTERM)
    assert (process.returncode, "Traceback" in err) == (128 + signal.SIGTERM, False), err
    assert "已停止" in err
    assert servers_of(office.data) == []
