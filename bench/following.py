"""A subscriber in a process of its own, which must miss nothing: a run in which it missed an event is void.

``python -m bench.following KIND ADDRESS NAME AFTER`` reads ``STOP <count>`` from its input, goes on until it has seen that
many events (or nothing new for ten seconds), and prints how many it saw and whether they came in order.
"""

from __future__ import annotations

import contextlib
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from typing import Any

import psycopg


class Missed(Exception):
    """The subscriber missed events: the run is void."""


@contextlib.contextmanager
def follower(kind: str, address: str, name: str = "", after: int = 0) -> Iterator[Follower]:
    """A subscriber to everything after a position that runs while the block does."""
    process = subprocess.Popen(
        [sys.executable, "-m", "bench.following", kind, address, name, str(after)],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert process.stdout is not None
    if process.stdout.readline().strip() != "READY":
        raise RuntimeError(f"the {kind} subscriber did not start")
    try:
        yield Follower(kind, process)
    finally:
        process.kill()
        process.wait()


class Follower:
    """The handle of a running subscriber."""

    def __init__(self, kind: str, process: subprocess.Popen[str]) -> None:
        self.kind = kind
        self._process = process

    def saw_all(self, count: int) -> None:
        """Waits until it has seen `count` events. Raises :class:`Missed`."""
        answer, _ = self._process.communicate(f"STOP {count}\n", timeout=300)
        if answer.strip() != f"SAW {count} in order":
            raise Missed(f"{self.kind}: expected {count}, {answer.strip()}")


def _subscribe(kind: str, address: str, name: str, after: int) -> Any:
    """An endless iterator of positions."""
    if kind == "ours":
        from ledger.store.database import Database
        from ledger.store.recorder import SealedRecorder

        recorder = SealedRecorder(Database(address, name, min_size=1, max_size=2))
        return (event.position for event in recorder.subscribe(after=after))
    if kind == "library":
        from eventsourcing.dcb.postgres_tt import PostgresDCBRecorderTT

        from bench.ground import library_datastore

        library = PostgresDCBRecorderTT(library_datastore(address, name)).subscribe(after=after)
        library.__enter__()
        return (event.position for event in library)
    if kind == "umadb":
        import umadb

        return _of_umadb(umadb.Client(address), after)
    return _poll(address, name, after)


def _of_umadb(client: Any, after: int) -> Iterator[int]:
    """Holds on to the client: a subscription ends with it."""
    for event in client.subscribe(after=after or None):
        yield event.position


def _poll(address: str, table: str, last: int) -> Iterator[int]:
    """What follows a bare table: everything after the last position seen, asked again and again."""
    with psycopg.connect(address, autocommit=True) as connection:
        while True:
            rows = connection.execute(
                f"SELECT position, recorded_at, type, tags, data FROM {table} WHERE position > %s ORDER BY position"
                " LIMIT 1000".encode(),
                (last,), binary=True,
            ).fetchall()  # fmt: skip
            for row in rows:
                last = row[0]
                yield last
            if not rows:
                time.sleep(0.01)


def main() -> None:
    kind, address, name, after = sys.argv[1:5]
    if kind in ("library", "umadb"):
        import bench.ground  # noqa: F401  (imports UmaDB, which wants the main thread)
    seen, last, quiet_since = 0, int(after), time.monotonic()
    in_order = True

    def count() -> None:
        nonlocal seen, last, in_order, quiet_since
        for position in _subscribe(kind, address, name, int(after)):
            in_order = in_order and position > last
            last = position
            seen += 1
            quiet_since = time.monotonic()

    threading.Thread(target=count, daemon=True).start()
    time.sleep(0.5)  # the subscription is made when the first event is asked for
    print("READY", flush=True)
    wanted = int(sys.stdin.readline().split()[1])
    while seen < wanted and time.monotonic() - quiet_since < 10:
        time.sleep(0.01)
    print(f"SAW {seen} {'in order' if in_order else 'out of order'}", flush=True)
    import os

    os._exit(0)


if __name__ == "__main__":
    main()
