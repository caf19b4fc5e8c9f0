"""How fast events are recorded: in bulk, one by one, by many at once, and how long a clerk waits beside a bulk append."""

from __future__ import annotations

import struct
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from typing import Any

import psycopg
import umadb
from eventsourcing.dcb.api import DCBAppendCondition, DCBEvent, DCBQuery, DCBQueryItem

from assistance.run_recording import CHUNK
from bench import ground, sample
from bench.following import follower
from bench.results import Result, median_of_ratios, percentile
from ledger.store.copying import HEADER, TRAILER, Prepared

BATCH = 5_000
BARE_TABLE = """
CREATE TABLE {} (position bigint PRIMARY KEY, recorded_at timestamptz NOT NULL, type text NOT NULL, tags text[] NOT NULL,
                 data bytea NOT NULL, leaf_hash bytea NOT NULL)
"""


@dataclass
class Contender:
    """A store under measurement: how a batch is made ready (not timed) and recorded (timed)."""

    name: str
    prepare: Callable[[Sequence[DCBEvent]], Any]
    append: Callable[[Any], object]
    follow: tuple[str, str, str]
    batch: int = BATCH
    rates: list[float] = field(default_factory=list)
    count: int = 0


def _bare(connection: psycopg.Connection[Any], table: str) -> Contender:
    """A bare COPY of ready-packed rows, one transaction a batch: nothing is checked, hashed or indexed by tag."""
    connection.execute(BARE_TABLE.format(table).encode())
    position = 0
    leaf = struct.pack(">i", 32) + bytes(32)

    def prepare(events: Sequence[DCBEvent]) -> bytes:
        nonlocal position
        rows = [HEADER]
        for body in Prepared(events).bodies:
            position += 1
            rows.append(struct.pack(">hiqiq", 6, 8, position, 8, position) + body + leaf)
        return b"".join([*rows, TRAILER])

    def append(packed: bytes) -> None:
        with connection.cursor().copy(f"COPY {table} FROM STDIN (FORMAT BINARY)".encode()) as copy:
            copy.write(packed)

    return Contender("bare COPY, same columns and primary key", prepare, append, ("bare", "", table))


def _contenders(url: str, stack: ExitStack, batch_umadb: int) -> Iterator[Contender]:
    recorder = stack.enter_context(ground.ours(url))
    yield Contender("this ledger", list, recorder.append, ("ours", url, recorder.database.schema))
    library, dbname = stack.enter_context(ground.library(url))
    yield Contender("eventsourcing DCB recorder", list, library.append, ("library", url, dbname))
    address = stack.enter_context(ground.umadb_server())
    client = umadb.Client(address)
    yield Contender("UmaDB", _for_umadb, client.append, ("umadb", address, ""), batch_umadb)
    connection = stack.enter_context(psycopg.connect(url, autocommit=True))
    table = "bench_bare_" + recorder.database.schema
    bare = _bare(connection, table)
    bare.follow = ("bare", url, table)
    yield bare
    stack.callback(lambda: connection.execute(f"DROP TABLE {table}".encode()))


def _for_umadb(events: Sequence[DCBEvent]) -> list[umadb.Event]:
    return [umadb.Event(event_type=e.type, data=e.data, tags=e.tags) for e in events]


def bulk(url: str, kind: str, rounds: int = 5, per_round: int = 20_000) -> Result:
    """Batches of 5,000, contenders taking turns, each followed by a subscriber of its own."""
    make, umadb_batch, floors = (
        (sample.small, BATCH, (3, 0.5, 0.25)) if kind == "small" else (sample.real, 2_500, (3, 0.9, 0.25))
    )
    first = make(1)[0]
    size = f"{len(first.data)} bytes, {len(first.tags)} tags"
    result = Result(f"Bulk append, batches of {BATCH:,}, {size}", "events/s")
    with ExitStack() as stack:
        contenders = list(_contenders(url, stack, umadb_batch))
        for number in range(rounds + 1):
            events = make(per_round)
            for contender in contenders:
                rate = _followed(contender, events)
                if number:  # the first round warms up
                    contender.rates.append(rate)
    _compare(result, contenders, floors)
    if umadb_batch != BATCH:
        result.notes.append(
            f"UmaDB in batches of {umadb_batch:,}: 5,000 such events exceed its 4 MiB message limit."
        )
    return result


def _followed(contender: Contender, events: Sequence[DCBEvent]) -> float:
    """Events a second over one stretch, with a subscriber running that must have seen every event in the end."""
    ready = [contender.prepare(batch) for batch in sample.batches(events, contender.batch)]
    with follower(*contender.follow, after=contender.count) as watching:
        began = time.perf_counter()
        for batch in ready:
            contender.append(batch)
        took = time.perf_counter() - began
        contender.count += len(events)
        watching.saw_all(len(events))
    return len(events) / took


def _compare(result: Result, contenders: Sequence[Contender], floors: Sequence[float | None]) -> None:
    mine = contenders[0]
    for contender in contenders:
        result.figures[contender.name] = percentile(contender.rates, 0.5)
    for contender, floor in zip(contenders[1:], floors, strict=False):
        result.ratio(f"this ledger / {contender.name}", median_of_ratios(mine.rates, contender.rates), floor)
    result.notes.append("A subscriber per store ran throughout and saw every event once, in order.")


# --- one by one ---


def _own_tag(event: DCBEvent) -> str:
    """A tag no other event of the sample carries: that of the payment, or the first."""
    return next((tag for tag in event.tags if tag.startswith("payment:")), event.tags[0])


def _condition(event: DCBEvent, after: int) -> DCBAppendCondition:
    return DCBAppendCondition(
        DCBQuery(items=[DCBQueryItem(types=[event.type], tags=[_own_tag(event)])]), after=after
    )


def single(url: str, clients: int, kind: str, seconds: float = 4.0, rounds: int = 3) -> Result:
    """Conditional appends of one event, from one or several clients at once."""
    result = Result(
        f"Single conditional appends, {clients} client{'s' * (clients > 1)}, {kind} events", "appends/s"
    )
    waits: list[float] = []
    with ExitStack() as stack:
        contenders = list(_contenders(url, stack, BATCH))[:3]
        for number in range(rounds + 1):
            for contender in contenders:
                rate, took = _one_by_one(contender, clients, kind, seconds)
                if number:
                    contender.rates.append(rate)
                    if contender is contenders[0]:
                        waits += took
    _compare(result, contenders, (2.5 if clients == 1 else 6, None))
    result.notes.append(
        f"This ledger's p50 {percentile(waits, 0.5) * 1000:.2f} ms, p99 {percentile(waits, 0.99) * 1000:.2f} ms."
    )
    return result


def _one_by_one(contender: Contender, clients: int, kind: str, seconds: float) -> tuple[float, list[float]]:
    per_client = (
        int(seconds * 6_000 / clients) if contender.name == "this ledger" else int(seconds * 2_500 / clients)
    )
    make = sample.small if kind == "small" else sample.real
    work = [make(per_client) for _ in range(clients)]
    waits: list[list[float]] = [[] for _ in range(clients)]
    until = 0.0
    start = threading.Barrier(clients + 1)

    def client(number: int) -> None:
        start.wait()
        for event in work[number]:
            began = time.perf_counter()
            if began > until:
                return
            if contender.name == "UmaDB":
                item = umadb.QueryItem(types=[event.type], tags=[_own_tag(event)])
                asked = umadb.AppendCondition(umadb.Query(items=[item]), None)
                contender.append_conditional(_for_umadb([event]), asked)  # type: ignore[attr-defined]
            else:
                contender.append_conditional([event], _condition(event, contender.count))  # type: ignore[attr-defined]
            waits[number].append(time.perf_counter() - began)

    contender.append_conditional = contender.append  # type: ignore[attr-defined]
    threads = [threading.Thread(target=client, args=(n,)) for n in range(clients)]
    with follower(*contender.follow, after=contender.count) as watching:
        for thread in threads:
            thread.start()
        until = time.perf_counter() + seconds
        began = time.perf_counter()
        start.wait()
        for thread in threads:
            thread.join()
        took = time.perf_counter() - began
        done = [wait for each in waits for wait in each]
        contender.count += len(done)
        watching.saw_all(len(done))
    return len(done) / took, done


# --- a clerk beside a bulk append ---


def clerk_beside_run(url: str, lines: int = 100_000) -> Result:
    """How long single appends wait while a run of 100,000 lines is appended in chunks."""
    result = Result(f"A clerk's append while {lines:,} payment lines are appended beside", "ms")
    waits: list[float] = []
    with ground.ours(url) as recorder:
        chunks = list(sample.batches(sample.real(lines), CHUNK))
        singles = sample.real(20_000)
        done = threading.Event()

        def clerk() -> None:
            for event in singles:
                if done.is_set():
                    return
                began = time.perf_counter()
                recorder.append([event], _condition(event, 0))
                waits.append(time.perf_counter() - began)
                time.sleep(0.005)

        with follower("ours", url, recorder.database.schema) as watching:
            thread = threading.Thread(target=clerk)
            thread.start()
            began = time.perf_counter()
            for chunk in chunks:
                recorder.append(chunk)
            took = time.perf_counter() - began
            done.set()
            thread.join()
            watching.saw_all(recorder.head())
    for name, share in (("p50", 0.5), ("p90", 0.9), ("p99", 0.99), ("longest", 1.0)):
        result.figures[name] = percentile(waits, share) * 1000
    result.ratio("p99 / 150 ms", percentile(waits, 0.99) / 0.15, 1, at_most=True)
    result.notes.append(
        f"{len(waits):,} clerk's appends; the run itself went at {lines / took:,.0f} lines/s."
    )
    return result
