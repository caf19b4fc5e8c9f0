"""A division's own work: rosters in, a month's run of 10,000 lines drawn and through the bank, a command until it is seen."""

from __future__ import annotations

import contextlib
import csv
import tempfile
import threading
import time
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path

from assistance import roster_import
from assistance.bank import Layout, simulate_bank
from assistance.bank_service import reconcile, send
from assistance.demo import CUT_OVER, FIRST_MONTH, Demo, at, open_division
from assistance.payment_service import DrawRun, draw
from assistance.readings import Readings
from assistance.roster import read_roster
from assistance.roster_import import RosterImport, import_roster
from assistance.settings import Settings
from assistance.wiring import Division
from bench import ground, sample
from bench.results import Result, percentile
from ledger.funds.commands import AllocateFund, ReceiveFund
from ledger.funds.events import FundReceived, Source
from ledger.kernel import CommandId, Fen, HouseholdId, Month, OrganisationId, Private, derived_id
from ledger.payments.commands import ApproveRun, ReviewRun
from ledger.registry.changes import DeclareCircumstances
from ledger.registry.events import IncomeLine
from ledger.store.database import Database
from ledger.store.execute import Ledger
from ledger.store.migrate import migrate
from ledger.store.vault import DivisionKey
from projections.runner import Runner

EXAMPLES = Path("examples")
LINES = 10_000
COMMANDS = 300
UNIT = OrganisationId("659004001")


@contextlib.contextmanager
def division(url: str) -> Iterator[Demo]:
    """A fresh division with the demo's organisations and standards."""
    name = ground.schema(url)
    migrate(url, f"{name}_readings")
    key = DivisionKey(bytes(range(32)))
    database, readings = Database(url, name, max_size=20), Database(url, f"{name}_readings", min_size=0)
    ledger, read = Ledger.open(database, key), Ledger.open(readings, key)
    with tempfile.TemporaryDirectory(prefix="ledger-bench-") as data:
        settings = Settings(data=Path(data), schema_name=name)
        demo = Demo(Division(settings, url, database, ledger, Readings(read)))
        rows = list(csv.DictReader((EXAMPLES / "organisations.csv").open(encoding="utf-8")))
        open_division(demo, rows, lambda _: None)
        try:
            yield demo
        finally:
            for part in (ledger, read, database, readings):
                part.close()


def rosters(url: str) -> Result:
    """The demo's thirteen rosters, their workbooks read before the clock starts, until every view shows them."""
    result = Result("Importing rosters, from parsed rows to committed and visible", "households/s")
    paths = sorted((EXAMPLES / "rosters").glob("*.xlsx"))
    parsed = {path: read_roster(path) for path in paths}
    with division(url) as demo, Runner(url, demo.division.schema) as runner:
        runner.catch_up()
        roster_import.read_roster = parsed.__getitem__
        try:
            began, households = time.perf_counter(), 0
            for path in paths:
                unit = OrganisationId(path.name.split("-")[0])
                asked = RosterImport(path, unit, FIRST_MONTH)
                report = import_roster(
                    demo.division, asked, demo.clerk(unit), at(date(2026, 8, 25)), cut_over=CUT_OVER
                )
                households += report.households
            committed = time.perf_counter() - began
            runner.catch_up()
            visible = time.perf_counter() - began
        finally:
            roster_import.read_roster = read_roster
        events = demo.ledger.recorder.head()
    result.figures |= {"committed": households / committed, "committed and visible": households / visible}
    result.notes.append(f"{households:,} households in {len(paths)} files; {events:,} events.")
    return result


def run(url: str) -> Result:
    """One run of 10,000 lines: drawn, reviewed and approved, sent (names and accounts opened), reconciled."""
    result = Result(f"A run of {LINES:,} lines", "lines/s")
    with division(url) as demo, Runner(url, demo.division.schema) as runner:
        fund = _households(demo)
        runner.catch_up()
        command = DrawRun(demo.command_id("bench/run"), UNIT, "dibao", Month("2020-01"), (fund,))
        began = time.perf_counter()
        header = draw(demo.division, command, demo.clerk(UNIT), at(date(2026, 11, 20))).header
        result.figures["drawn"] = LINES / (time.perf_counter() - began)
        for label, step, actor in (
            ("review", ReviewRun, demo.reviewer),
            ("approve", ApproveRun, demo.finance),
        ):
            demo.do(f"bench/{label}", step, actor, date(2026, 11, 20), run_id=header.run_id,
                    roster_hash=header.roster_hash)  # fmt: skip
        sending = time.perf_counter()
        path = send(
            demo.division, demo.command_id("bench/send"), header.run_id, demo.finance, at(date(2026, 11, 20))
        )
        result.figures["sent"] = LINES / (time.perf_counter() - sending)
        result.figures["drawn and sent"] = LINES / (time.perf_counter() - began)
        answer = path.with_name("回盘.csv")
        simulate_bank(Layout.load("csv_gb18030"), path, answer, every=160)
        began = time.perf_counter()
        reconcile(demo.division, header.run_id, answer, demo.finance, at(date(2026, 11, 21)))
        result.figures["reconciled"] = LINES / (time.perf_counter() - began)
        began = time.perf_counter()
        runner.catch_up()
        result.figures["visible after the last event"] = LINES / (time.perf_counter() - began)
    if header.lines != LINES:
        raise RuntimeError(f"{header.lines} lines were drawn, not {LINES}")
    return result


def _households(demo: Demo) -> object:
    """Ten thousand households of one unit, as a roster brings them, and a fund that pays for them."""
    events = [
        event
        for n in range(LINES)
        for event in sample.household(
            sample.number(n), UNIT, lambda subject, field: Private(subject, f"{field} 示例")
        )
    ]
    for number, chunk in enumerate(sample.batches(events, 3_000)):
        demo.ledger.append_bulk(chunk, actor=demo.clerk(UNIT), now=at(date(2026, 8, 25)),
                                command_id=CommandId(derived_id("", f"bench/households/{number}")))  # fmt: skip
    day = date(2026, 8, 28)
    made = demo.do("bench/fund", ReceiveFund, demo.finance, day, name="中央补助", source=Source.CENTRAL, year=2026,
                   uses=("dibao",), amount_fen=Fen(10**12), document="示范", received_on=day)  # fmt: skip
    fund = next(e.fund_id for e in made.events if isinstance(e, FundReceived))
    demo.do("bench/allocate", AllocateFund, demo.finance, day, fund_id=fund, organisation_id=UNIT,
            amount_fen=Fen(10**12), document="示范")  # fmt: skip
    return fund


def visible(url: str) -> Result:
    """A clerk's commands one after another, the runner beside: until recorded, and until the views show it."""
    result = Result("A command, from given to visible in the views", "ms")
    recorded, seen = [], []
    with division(url) as demo:
        _households(demo)
        stop = threading.Event()
        runner = Runner(url, demo.division.schema)
        runner.catch_up()
        thread = threading.Thread(target=runner.run_forever, args=(stop,))
        thread.start()
        try:
            with demo.division.database.connection() as connection:
                for n in range(COMMANDS):
                    command = DeclareCircumstances(
                        command_id=CommandId(derived_id("", f"bench/declare/{n}")),
                        household_id=HouseholdId(sample.household_id(n)), declared_on=date(2026, 11, 1),
                        income=(IncomeLine(kind="wage", annual_fen=Fen(700_000)),),
                    )  # fmt: skip
                    began = time.perf_counter()
                    position = demo.ledger.execute(
                        command, demo.clerk(UNIT), datetime(2026, 11, 20, tzinfo=UTC)
                    ).position
                    recorded.append((time.perf_counter() - began) * 1000)
                    while _shown(connection) < position:
                        time.sleep(0.0005)
                    seen.append((time.perf_counter() - began) * 1000)
        finally:
            stop.set()
            thread.join()
    for name, values in (("recorded", recorded), ("visible", seen)):
        for label, share in (("p50", 0.5), ("p99", 0.99)):
            result.figures[f"{name}, {label}"] = percentile(values[20:], share)
    return result


def _shown(connection: object) -> int:
    row = connection.execute(
        "SELECT min(position) FROM view_positions WHERE suffix = ''", prepare=True
    ).fetchone()  # type: ignore[attr-defined]
    return int(row[0])
