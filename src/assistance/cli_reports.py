"""Commands that take in what departments gave: import assistance."""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from rich.progress import Progress, TaskID

from assistance.cli_app import REFUSED, App, guarded, pass_app
from assistance.cli_parts import actor_of, at_organisation, operator
from assistance.cli_roster import import_group
from ledger.kernel import Role

if TYPE_CHECKING:
    from assistance.report_outcome import DepartmentReport


@import_group.command("assistance")
@click.argument(
    "files", nargs=-1, required=True, type=click.Path(path_type=Path, exists=True, dir_okay=False)
)
@operator
@at_organisation
@click.option("--accept-valid", is_flag=True, help="Take the good rows alone. 仅接收无误行。")
@click.option(
    "--take-unlisted", is_flag=True, help="Record people no household here knows, by name. 登记未在册人员。"
)
@click.option(
    "--overlap-reason", help="Record what overlaps with other aid, for this reason. 登记并存救助的理由。"
)
@click.option(
    "--report", type=click.Path(path_type=Path, dir_okay=False),
    help="Write all problems of all files to this workbook. 问题清单文件。",
)  # fmt: skip
@pass_app
@guarded
def import_assistance_command(
    app: App, files: tuple[Path, ...], operator: str, organisation: str, accept_valid: bool, take_unlisted: bool,
    overlap_reason: str | None, report: Path | None,
) -> None:  # fmt: skip
    """Check what a department gave and record it, each record once. 导入部门反馈。

    A sheet, or a CSV file, is named after its programme; --organisation is the department. Of a file with a problem
    nothing is recorded, unless --accept-valid. Exit code 1 when a file had problems.
    """
    from assistance import roster_report
    from assistance.report_import import ReportImport, import_assistance

    done = []
    with (
        app.division() as division,
        Progress(console=app.console, disable=app.as_json, transient=True) as progress,
    ):
        level = Role.DEPARTMENT if _is_department(division, organisation) else Role.REVIEWER
        actor, now = actor_of(operator, organisation, level), datetime.now(UTC)
        for path in files:
            asked = ReportImport(path, accept_valid, take_unlisted, (overlap_reason or "").strip() or None)
            task = progress.add_task(path.name, total=None)
            one = import_assistance(division, asked, actor, now, progress=partial(_show, progress, task))
            progress.update(task, visible=False)
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


def _is_department(division: Any, organisation: str) -> bool:
    from ledger.organisation.events import Level
    from ledger.organisation.states import Organisation

    known = division.ledger.read((Organisation.facts(organisation),))
    return known.state(Organisation, organisation).level is Level.DEPARTMENT


def _show(progress: Progress, task: TaskID, done: int, total: int) -> None:
    progress.update(task, completed=done, total=total)


def _facts(one: DepartmentReport) -> dict[str, Any]:
    return {**vars(one), "problems": [p._asdict() for p in one.problems]}


def _told(one: DepartmentReport) -> list[str]:
    """What a department reads of one file: what of it is recorded, what is wrong, what to do next."""
    from assistance import roster_report
    from assistance.bank import yuan

    if one.duplicate:
        state = "recorded before, nothing new 此前已导入，未重复登记"
    elif one.recorded:
        state = "recorded 已登记"
    else:
        state = "NOT recorded 未登记"
    told = [
        f"{one.file}: {state}",
        f"  rows 行 {one.rows}, recorded 登记 {one.taken} ({yuan(one.amount_fen)} yuan 元), known before 此前已上报 {one.repeated},"
        f" unlisted 未在册 {one.unlisted}, overlapping 并存 {one.overlapping}, rejected 退回 {one.rejected}",
    ]
    if one.resumed:
        told.append(
            f"  {one.resumed} rows were recorded before it was interrupted 此前中断时已登记 {one.resumed} 行"
        )
    if one.ignored:
        told.append(f"  sheets not read 未读取的工作表: {'、'.join(one.ignored)}")
    if one.problems:
        told.append(f"  {len(one.problems)} problem(s) 个问题:")
        told += [f"  {line}" for line in roster_report.lines(one.problems)]
    if one.problems and not one.recorded:
        told.append("  Correct the file and import it again. 请改正后重新导入。")
        if one.rows:
            told.append(
                "  Or take the good rows alone with --accept-valid. 或加 --accept-valid 仅接收无误行。"
            )
    return told


COMMANDS: list[click.Command] = []
"""Its command stands in the group ``import``."""
