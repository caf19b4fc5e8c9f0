"""Processes that append: what several API processes do to one log at once."""

from __future__ import annotations

import multiprocessing
import random
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from eventsourcing.dcb.api import DCBEvent

from ledger.store.database import Database
from ledger.store.recorder import SealedRecorder

SPAWN = multiprocessing.get_context("spawn")


def event(name: str, *tags: str) -> DCBEvent:
    return DCBEvent(type="Written", data=f'{{"name":"{name}"}}'.encode(), tags=[f"name:{name}", *tags])


def append_of_every_kind(url: str, schema: str, seed: int, rounds: int, answers: Any) -> None:
    """Single appends from four threads, group committed, beside one thread of bulk appends; answers each (name, position)."""
    database = Database(url, schema, min_size=1, max_size=6)
    recorder = SealedRecorder(database)
    done: list[tuple[str, int]] = []

    def singles(thread: int) -> None:
        for n in range(rounds):
            name = f"{seed}-{thread}-{n}"
            done.append((name, recorder.append([event(name, f"writer:{seed}")])))

    def bulks() -> None:
        chance = random.Random(seed)
        for n in range(max(rounds // 10, 1)):
            count = chance.choice([2, 48, 120, 700])
            names = [f"{seed}-bulk-{n}-{i}" for i in range(count)]
            last = recorder.append([event(name, f"writer:{seed}") for name in names])
            done.extend((name, last - count + 1 + i) for i, name in enumerate(names))

    threads = [threading.Thread(target=singles, args=(n,)) for n in range(4)] + [
        threading.Thread(target=bulks)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    recorder.close()
    database.close()
    answers.put(done)


@contextmanager
def processes(target: Any, arguments: Sequence[tuple[Any, ...]]) -> Iterator[Any]:
    """Runs `target` once per arguments, each in a process of its own, with a queue for answers."""
    answers = SPAWN.Queue()
    started = [SPAWN.Process(target=target, args=(*each, answers), daemon=True) for each in arguments]
    for process in started:
        process.start()
    try:
        yield answers
    finally:
        for process in started:
            process.join(30)
            if process.is_alive():
                process.kill()
        answers.close()
