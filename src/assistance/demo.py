"""The demo division: organisations, standards, rosters, applications, funds and three paid months, all through the
real commands. Goes on where it was cut off; loading twice records nothing new."""

from __future__ import annotations

import contextlib
import csv
import re
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    SpinnerColumn,
    TextColumn,
    TimeElapsedColumn,
)

from assistance.demo_cases import cases
from assistance.demo_departments import departments
from assistance.demo_emergency import emergencies
from assistance.demo_life import ADJUSTED, applications, changes, late_death
from assistance.demo_lineage import story as changed_households
from assistance.demo_money import fund_division, pay_month, reissue_month
from assistance.demo_redress import charity, redress
from assistance.demo_support import confirm_homes, open_homes, support
from assistance.roster_import import RosterImport, import_roster
from assistance.wiring import Division, OtherData
from ledger.kernel import (
    Actor,
    Command,
    CommandId,
    CommandIdReused,
    Facts,
    Month,
    OrganisationId,
    Role,
    derived_id,
    tag,
)
from ledger.organisation.commands import OpenOrganisation
from ledger.organisation.events import Level
from ledger.standards.commands import SetStandard
from ledger.store.execute import Outcome
from projections.runner import Runner

DIVISION = OrganisationId("d06")
CUT_OVER = date(2026, 9, 1)
FIRST_MONTH = Month("2026-09")
MONTHS = (Month("2026-09"), Month("2026-10"), Month("2026-11"))
BASIS = "示范参数（非正式文件）第1号"
STANDARDS = (
    ("standard", "dibao", "urban", None, 78_000, "fen_per_month"),
    ("standard", "dibao", "rural", None, 62_000, "fen_per_month"),
    ("standard", "tekun", "urban", None, 101_400, "fen_per_month"),
    ("standard", "tekun", "rural", None, 80_600, "fen_per_month"),
    ("care", "tekun", None, "full", 0, "fen_per_month"),
    ("care", "tekun", None, "partial", 30_000, "fen_per_month"),
    ("care", "tekun", None, "none", 60_000, "fen_per_month"),
    ("supplement", "dibao", None, "elderly", 6_000, "fen_per_month"),
    ("supplement", "dibao", None, "minor", 6_000, "fen_per_month"),
    ("supplement", "dibao", None, "severe_disability", 9_000, "fen_per_month"),
    ("supplement", "dibao", None, "serious_illness", 9_000, "fen_per_month"),
    ("property_limit", "dibao", None, None, 3_000_000, "fen"),
    ("months_after_death", "dibao", None, None, 0, "months"),
    ("months_after_death", "tekun", None, None, 0, "months"),
    ("recovery_days", "dibao", None, None, 30, "days"),
    ("recovery_days", "tekun", None, None, 30, "days"),
    ("cut_over", None, None, None, 20_260_901, "date"),
)


Bar = Callable[[str, int | None], Callable[[int], object]]
STORIES: dict[str, Callable[[Demo, Sequence[str], Bar], object]] = {
    "cases": cases,
    "departments": departments,
    "support": support,
    "changed_households": changed_households,
    "emergencies": emergencies,
    "redress": redress,
    "charity": charity,
}
"""What else happens in the division, one story an area, after the three paid months."""


def at(day: date, hour: int = 10) -> datetime:
    """An instant of a working day in Asia/Shanghai, given in UTC."""
    return datetime(day.year, day.month, day.day, hour - 8, tzinfo=UTC)


class Demo:
    """The demo's operators and a way to give commands whose ids are always the same."""

    def __init__(self, division: Division) -> None:
        self.division = division
        self.ledger = division.ledger
        self.examples = Path("examples")
        self.admin = Actor(operator_id="admin-1", organisation_id=DIVISION, role=Role.ADMIN)
        self.reviewer = Actor(operator_id="reviewer-1", organisation_id=DIVISION, role=Role.REVIEWER)
        self.finance = Actor(operator_id="finance-1", organisation_id=DIVISION, role=Role.FINANCE)

    @staticmethod
    def clerk(unit: str) -> Actor:
        """The clerk of a regiment or street."""
        return Actor(operator_id=f"clerk-{unit}", organisation_id=unit, role=Role.CLERK)

    @staticmethod
    def command_id(label: str) -> CommandId:
        """The command id of one step of the story."""
        return CommandId(derived_id("0198c000-0000-7000-8000-000000000649", f"demo/{label}"))

    def do(self, label: str, command: type[Command], actor: Actor, day: date, **fields: Any) -> Outcome:
        """Gives a command as of a day; given before, it answers as it did then.

        A story that is cut off chooses whom it is about anew when it goes on: what it told already stays as it was.
        """
        try:
            return self.ledger.execute(command(command_id=self.command_id(label), **fields), actor, at(day))
        except CommandIdReused:
            told = self.ledger.read((Facts(tags=(tag(CommandId, self.command_id(label)),)),)).recorded
            return Outcome(told[-1].position, [r.event for r in told], True)

    def done(self, label: str) -> bool:
        """Whether a step was recorded before."""
        return bool(self.ledger.read((Facts(tags=(tag(CommandId, self.command_id(label)),)),)).recorded)

    @staticmethod
    def side_by_side(
        work: Callable[[Any], object], items: Sequence[Any], progress: Callable[[int], object]
    ) -> None:
        """Works on items with eight at once, as eight clerks would."""
        with ThreadPoolExecutor(8) as pool:
            for count, _ in enumerate(pool.map(work, items), 1):
                progress(count)


def load(division: Division, examples: Path, console: Console) -> dict[str, Any]:
    """Loads what is not loaded yet. Returns the position and counts. Two who load at once take turns.

    Raises ``OtherData`` when the division holds data of its own.
    """
    demo = Demo(division)
    demo.examples = examples
    with _alone(division, console):
        if not demo.done("end"):
            if division.ledger.recorder.head() and not demo.done(f"open/{DIVISION}"):
                raise OtherData(
                    f"schema {division.schema} holds data that is not the demo's: use assistance serve"
                )
            console.print("Loading the demo division (once) 首次加载示范师市…")
            with Progress(
                SpinnerColumn(), TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(),
                console=console,
            ) as progress:  # fmt: skip
                _story(demo, examples, progress)
    with Runner(division.url, division.schema) as runner:
        position = runner.catch_up()
    return {"position": position, "head": division.ledger.recorder.head()}


@contextlib.contextmanager
def _alone(division: Division, console: Console) -> Iterator[None]:
    """Waits while another process loads the same division."""
    lock = "SELECT pg_try_advisory_lock(20263, hashtext(current_schema()))"
    with contextlib.closing(division.database.connect()) as connection:
        told = False
        while connection.execute(lock).fetchone() != (True,):
            if not told:
                console.print("another process is loading this division; waiting 另一进程正在加载，等待中…")
            told = True
            time.sleep(0.5)
        yield


def _story(demo: Demo, examples: Path, progress: Progress) -> None:
    def bar(title: str, total: int | None) -> Callable[[int], object]:
        task = progress.add_task(title, total=total)
        return lambda done: progress.update(task, completed=done)

    organisations = list(csv.DictReader((examples / "organisations.csv").open(encoding="utf-8")))
    units = [o["organisation_id"] for o in organisations if o["level"] in ("regiment", "street")]
    open_division(
        demo, organisations, bar("organisations, standards 机构与标准", len(organisations) + len(STANDARDS))
    )
    _rosters(demo, examples / "rosters", bar("rosters 存量名册", 13))
    applications(demo, units, bar)
    fund_division(demo, units, bar("funds 资金到账与分配", len(units)))
    open_homes(demo, units)
    for month in MONTHS:
        confirm_homes(demo, units, month)
        if month == MONTHS[2]:
            changes(demo, units, bar("changes 动态调整", ADJUSTED))
        pay_month(demo, units, month, bar(f"payments {month} 发放", len(units) * 2))
        if month != MONTHS[-1]:  # the last month's returned lines wait for next month
            reissue_month(demo, units, month, bar(f"returned lines {month} 退回重发", len(units) * 2))
    late_death(demo)
    for name, story in STORIES.items():
        if not demo.done(f"told/{name}"):
            story(demo, units, bar)
            _mark(demo, f"told/{name}")
    _mark(demo, "end")


def _mark(demo: Demo, label: str) -> None:
    """Notes in the log that a part of the story is told."""
    name = re.sub(r"\W+", "_", label)
    demo.do(label, SetStandard, demo.admin, date(2026, 11, 24), name=f"demo_{name}", organisation_id=DIVISION, value=1,
            unit="months", from_date=date(2026, 11, 24), document=BASIS)  # fmt: skip


def open_division(
    demo: Demo, organisations: Iterable[dict[str, str]], progress: Callable[[int], object]
) -> None:
    day, count = date(2026, 8, 20), 0
    for row in organisations:
        demo.do(f"open/{row['organisation_id']}", OpenOrganisation, demo.admin, day, level=Level(row["level"]),
                organisation_id=OrganisationId(row["organisation_id"]), name=row["name"],
                parent_id=row["parent_id"] or None, code=row["code"] or None)  # fmt: skip
        count += 1
        progress(count)
    for name, programme, area, tier, value, unit in STANDARDS:
        demo.do(f"standard/{name}/{programme}/{area}/{tier}", SetStandard, demo.admin, day, name=name, area=area,
                programme=programme, organisation_id=DIVISION, tier=tier, value=value, unit=unit,
                from_date=date(2026, 1, 1), document=BASIS)  # fmt: skip
        count += 1
        progress(count)


def _rosters(demo: Demo, folder: Path, progress: Callable[[int], object]) -> None:
    for count, path in enumerate(sorted(folder.glob("*.xlsx")), 1):
        unit = OrganisationId(path.name.split("-")[0])
        asked = RosterImport(path, unit, FIRST_MONTH)
        report = import_roster(
            demo.division, asked, demo.clerk(unit), at(date(2026, 8, 25)), cut_over=CUT_OVER
        )
        if report.problems:
            raise RuntimeError(f"{path.name}: {report.problems[0]}")
        progress(count)
