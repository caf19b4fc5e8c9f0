"""Commands that take files of earlier cover in: import roster."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from rich.progress import Progress, TaskID

from assistance.cli_app import REFUSED, App, guarded, pass_app
from assistance.cli_parts import MONTH, actor_of, at_organisation, operator
from assistance.wiring import Division
from ledger.kernel import OrganisationId, Role, month

if TYPE_CHECKING:
    from assistance.roster_report import ImportReport, Problem


@click.group("import")
def import_group() -> None:
    """Import files. 导入。"""


@import_group.command("roster")
@click.argument(
    "files", nargs=-1, required=True, type=click.Path(path_type=Path, exists=True, dir_okay=False)
)
@operator
@at_organisation
@click.option(
    "--first-month", type=MONTH, required=True, help="First month this ledger pays, YYYY-MM. 首发月份。"
)
@click.option("--accept-valid", is_flag=True, help="Take the good households alone. 仅接收无误家庭。")
@click.option(
    "--report", type=click.Path(path_type=Path, dir_okay=False),
    help="Write all problems of all files to this workbook. 问题清单文件。",
)  # fmt: skip
@pass_app
@guarded
def import_roster_command(
    app: App, files: tuple[Path, ...], operator: str, organisation: str, first_month: str, accept_valid: bool,
    report: Path | None,
) -> None:  # fmt: skip
    """Check rosters of earlier cover and record them. 导入存量名册。

    Of a file with a problem nothing is recorded, unless --accept-valid. Exit code 1 when a file had problems.
    """
    from assistance import roster_report
    from assistance.roster_import import RosterImport

    done = []
    with app.division() as division:
        actor = actor_of(operator, organisation, Role.CLERK)
        asked = [
            RosterImport(p, OrganisationId(organisation), month(first_month), accept_valid) for p in files
        ]
        for one in _imported(app, division, asked, actor):
            done.append(one)
            if not app.as_json:
                click.echo("\n".join(_told(one)))
    found = [(one.file, problem) for one in done for problem in one.problems]
    if report is not None and found:
        roster_report.write_workbook(found, report)
        app.console.print(f"all problems 问题清单: {report}", soft_wrap=True, highlight=False)
    if app.as_json:
        app.say({"files": [_facts(one) for one in done]}, "")
    if found:
        sys.exit(REFUSED)


def _imported(app: App, division: Division, asked: list[Any], actor: Any) -> Iterator[ImportReport]:
    from assistance.cut_over import cut_over_of
    from assistance.roster_import import import_roster

    now = datetime.now(UTC)
    cut_over = cut_over_of(division, actor.organisation_id)
    with Progress(console=app.console, disable=app.as_json, transient=True) as progress:
        for one in asked:
            task = progress.add_task(one.path.name, total=None)
            yield import_roster(
                division, one, actor, now, cut_over=cut_over, progress=partial(_show, progress, task)
            )
            progress.update(task, visible=False)


def _show(progress: Progress, task: TaskID, done: int, total: int) -> None:
    progress.update(task, completed=done, total=total)


def _facts(one: ImportReport) -> dict[str, Any]:
    problems: list[Problem] = one.problems
    return {**vars(one), "problems": [p._asdict() for p in problems]}


def _told(one: ImportReport) -> list[str]:
    """What a clerk reads of one file: whether it is recorded, what of it, what is wrong, what to do next."""
    from assistance import roster_report

    if one.duplicate:
        state = "recorded before, nothing new 此前已导入，未重复登记"
    elif one.recorded:
        state = "recorded 已登记"
    else:
        state = "NOT recorded 未登记"
    told = [
        f"{one.file}: {state}",
        f"  rows 行 {one.rows}, households 家庭 {one.households}, people 人员 {one.people}, rejected 退回家庭 {one.rejected}",
    ]
    if one.ignored:
        told.append(f"  sheets not read 未读取的工作表: {'、'.join(one.ignored)}")
    if one.problems:
        told.append(f"  {len(one.problems)} problem(s) 个问题:")
        told += [f"  {line}" for line in roster_report.lines(one.problems)]
    if one.problems and not one.recorded:
        told.append("  Correct the file and import it again. 请改正后重新导入。")
        if one.rows:
            told.append(
                "  Or take the good households alone with --accept-valid. 或加 --accept-valid 仅接收无误家庭。"
            )
    return told


COMMANDS = [import_group]
