"""A process that serves clerks, to be killed at any moment: it says what was acknowledged, and nothing else."""

from __future__ import annotations

import itertools
import json
import os
import random
import threading
import time
from collections.abc import Callable
from pathlib import Path

import psycopg
from eventsourcing.dcb.api import DCBAppendCondition, DCBEvent, DCBQuery, DCBQueryItem
from eventsourcing.persistence import IntegrityError
from psycopg.conninfo import make_conninfo

from ledger.store.database import Database
from ledger.store.execute import Ledger
from ledger.store.failures import Busy
from ledger.store.vault import DivisionKey
from tests.store.test_execute import CLERK, NOW, Join, join

NAME = "killed clerks"
KEY = DivisionKey(bytes(range(32)))


def command(number: int) -> Join:
    """The n-th command of all: its own person, its own household."""
    return join(number, person=str(number), household=f"h{number}")


def chunk(number: int) -> tuple[list[DCBEvent], DCBAppendCondition]:
    """The n-th bulk append of all, and the condition that it was not made before."""
    count = random.Random(number).choice([48, 300, 1500])
    tag = f"chunk:{number}"
    events = [DCBEvent("Line", f'{{"chunk":{number},"line":{n}}}'.encode(), [tag]) for n in range(count)]
    return events, DCBAppendCondition(fail_if_events_match=DCBQuery(items=[DCBQueryItem(tags=[tag])]))


class Journal:
    """What was tried and what was acknowledged, a line each, written before anything else happens."""

    def __init__(self, path: Path) -> None:
        self._file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND)

    def write(self, what: str, kind: str, number: int, position: int = 0) -> None:
        os.write(self._file, f"{json.dumps([what, kind, number, position])}\n".encode())

    @staticmethod
    def read(path: Path) -> tuple[dict[tuple[str, int], int], set[tuple[str, int]]]:
        """Positions by acknowledged (kind, number), and everything that was tried."""
        acknowledged, tried = {}, set()
        for line in path.read_text().splitlines() if path.exists() else ():
            what, kind, number, position = json.loads(line)
            tried.add((kind, number))
            if what == "acknowledged":
                acknowledged[kind, number] = position
        return acknowledged, tried


def serve_clerks(url: str, schema: str, first: int, clerks: int, bulk: bool, folder: str) -> None:
    """Serves until killed, or until the file `stop` appears. Numbers of commands and chunks start at `first`."""
    named = make_conninfo(url, application_name=NAME)
    database = Database(named, schema, min_size=1, max_size=clerks + 2, timeout=20)
    ledger = Ledger.open(database, KEY)
    journal, stop = Journal(Path(folder) / "journal"), Path(folder) / "stop"
    numbers = itertools.count(first)
    lock = threading.Lock()

    def single(number: int) -> int:
        return ledger.execute(command(number), CLERK, NOW).position

    def whole(number: int) -> int:
        events, unless = chunk(number)
        return ledger.recorder.append(events, unless)

    def work(kind: str, ask: Callable[[int], int]) -> None:
        while not stop.exists():
            with lock:
                number = next(numbers)
            journal.write("tried", kind, number)
            try:
                journal.write("acknowledged", kind, number, ask(number))
            except (psycopg.Error, IntegrityError, Busy):
                time.sleep(0.05)  # not acknowledged: nobody knows yet

    threads = [threading.Thread(target=work, args=("command", single)) for _ in range(clerks)]
    if bulk:
        threads.append(threading.Thread(target=work, args=("chunk", whole)))
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    ledger.close()
    database.close()
