"""One confirmation at the end of a whole procedure, in a log that is short and in one that is long."""

from __future__ import annotations

import contextlib
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import date
from pathlib import Path
from typing import Any

from assistance.demo import BASIS, DIVISION, STANDARDS, Demo
from assistance.demo_life import applications
from assistance.readings import Readings
from assistance.settings import Settings
from assistance.wiring import Division
from bench import logs
from bench.results import Result, percentile
from ledger.identification.decisions import ConfirmCategory
from ledger.kernel import Actor, Command, OrganisationId
from ledger.organisation.commands import OpenOrganisation
from ledger.organisation.events import Level
from ledger.standards.commands import SetStandard
from ledger.store.database import Database
from ledger.store.execute import Ledger, Outcome
from ledger.store.migrate import migrate
from ledger.store.vault import DivisionKey

SHORT = 10_000
CONFIRMED = 80
"""Applications taken from registration to decision; the first ten warm the process up and are not counted."""
UNITS = [f"d06-{100 + n}" for n in range(3)]
DAY = date(2026, 8, 20)


class Timed(Demo):
    """The demo's way of giving commands, one after another, with every confirmation's time kept."""

    def __init__(self, division: Division) -> None:
        super().__init__(division)
        self.took: list[float] = []

    def do(self, label: str, command: type[Command], actor: Actor, day: date, **fields: Any) -> Outcome:
        began = time.perf_counter()
        outcome = super().do(label, command, actor, day, **fields)
        if command is ConfirmCategory:
            self.took.append((time.perf_counter() - began) * 1000)
        return outcome

    @staticmethod
    def side_by_side(
        work: Callable[[Any], object], items: Sequence[Any], progress: Callable[[int], object]
    ) -> None:
        for item in items[:CONFIRMED]:
            work(item)


@contextlib.contextmanager
def _demo(url: str, schema: str) -> Iterator[Timed]:
    migrate(url, f"{schema}_readings")
    key = DivisionKey(bytes(range(32)))
    with contextlib.ExitStack() as stack:
        database, readings = (
            Database(url, schema, max_size=4),
            Database(url, f"{schema}_readings", min_size=0),
        )
        ledger, read = Ledger.open(database, key), Ledger.open(readings, key)
        for part in (database, readings, ledger, read):
            stack.callback(part.close)
        data = stack.enter_context(tempfile.TemporaryDirectory(prefix="ledger-bench-"))
        settings = Settings(data=Path(data), schema_name=schema)
        yield Timed(Division(settings, url, database, ledger, Readings(read)))


def confirmation(url: str, events: int) -> Result:
    """Server time of one confirmation: reading its facts, deciding, sealing, recording."""
    result = Result("A confirmation at the end of a procedure", "ms")
    medians = {}
    for count in (SHORT, events):
        with _demo(url, logs.division(url, count)) as demo:
            _open(demo)
            applications(demo, UNITS, lambda _title, _total: lambda _done: None)
            took = demo.took[10:]
            head = demo.ledger.recorder.head()
        medians[count] = percentile(took, 0.5)
        for label, share in (("median", 0.5), ("p99", 0.99)):
            result.figures[f"a log of {head:,} events, {label}"] = percentile(took, share)
    result.ratio("median to the 15 ms asked for", medians[events] / 15, 1.0, at_most=True)
    result.ratio("long log to short log", medians[events] / medians[SHORT], 1.5, at_most=True)
    return result


def _open(demo: Timed) -> None:
    """Companies and standards of the units the applications come from."""
    for unit in UNITS:
        for n in range(1, 5):
            demo.do(f"open/{unit}-c{n}", OpenOrganisation, demo.admin, DAY, organisation_id=OrganisationId(f"{unit}-c{n}"),
                    name=f"{n}连", level=Level.COMPANY, parent_id=unit)  # fmt: skip
    for name, programme, area, tier, value, unit in STANDARDS:
        demo.do(f"standard/{name}/{programme}/{area}/{tier}", SetStandard, demo.admin, DAY, name=name, area=area,
                programme=programme, organisation_id=DIVISION, tier=tier, value=value, unit=unit,
                from_date=date(2026, 1, 1), document=BASIS)  # fmt: skip
