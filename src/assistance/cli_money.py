"""Commands about rosters and payments: import roster, payments draw, review, approve, send, reconcile, reissue."""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import click
from rich.progress import Progress, TaskID

from assistance.cli import REFUSED, App, guarded, pass_app
from ledger.kernel import Actor, CommandId, FundId, OrganisationId, Role, RunId, derived_id, month

operator = click.option("--operator", required=True, help="Who does it 经办人")
at_organisation = click.option("--organisation", required=True, help="Organisation id 机构编号")
command_option = click.option(
    "--command-id", help="Give it again to ask for the same, never twice. 命令编号（幂等）"
)


def _actor(operator_id: str, organisation: str, role: Role) -> Actor:
    return Actor(operator_id=operator_id, organisation_id=organisation, role=role)


def _command(given: str | None, *parts: str) -> CommandId:
    """The given command id, or one fixed by what is asked: repeating a command line repeats nothing."""
    return CommandId(given or derived_id("/".join(parts), "command-line"))


@click.group("import")
def import_group() -> None:
    """Import files. 导入。"""


@import_group.command("roster")
@click.argument(
    "files", nargs=-1, required=True, type=click.Path(path_type=Path, exists=True, dir_okay=False)
)
@operator
@at_organisation
@click.option("--first-month", required=True, help="First month this ledger pays, YYYY-MM 首发月份")
@click.option("--accept-valid", is_flag=True, help="Take the good households alone 仅接收无误家庭")
@click.option(
    "--report", type=click.Path(path_type=Path), help="Write all problems to this workbook 问题清单文件"
)
@click.option("--today", type=click.DateTime(["%Y-%m-%d"]), help="The day of import, for rehearsals 演练日期")
@pass_app
@guarded
def import_roster_command(
    app: App, files: tuple[Path, ...], operator: str, organisation: str, first_month: str, accept_valid: bool,
    report: Path | None, today: datetime | None,
) -> None:  # fmt: skip
    """Check rosters of earlier cover and record them. Nothing is recorded when anything is wrong, unless --accept-valid.

    Exit code 1 when a file had problems.
    """
    from assistance import roster_report
    from assistance.cut_over import cut_over_of
    from assistance.roster_import import RosterImport, import_roster

    now = datetime.now(UTC) if today is None else today.replace(hour=2, tzinfo=UTC)
    failed = False
    with app.division() as division, Progress(console=app.console, disable=app.as_json) as progress:
        cut_over = cut_over_of(division, organisation)
        for path in files:
            task = progress.add_task(path.name, total=None)
            asked = RosterImport(path, OrganisationId(organisation), month(first_month), accept_valid)
            actor = _actor(operator, organisation, Role.CLERK)
            done = import_roster(
                division, asked, actor, now, cut_over=cut_over,
                progress=partial(_show, progress, task),
            )  # fmt: skip
            failed |= bool(done.problems)
            facts = {k: v for k, v in vars(done).items() if k != "problems"}
            facts["problems"] = [p._asdict() for p in done.problems]
            state = (
                "recorded 已登记"
                if done.recorded
                else "seen before 已导入过"
                if done.duplicate
                else "NOT recorded 未登记"
            )
            app.say(facts, f"{path.name}: {state}; households 家庭 {done.households}, people 人员 {done.people},"
                    f" rejected 退回 {done.rejected}, problems 问题 {len(done.problems)}")  # fmt: skip
            if done.problems and not app.as_json:
                app.console.print(roster_report.table(done.problems))
            if report is not None and done.problems:
                roster_report.write_workbook(done.problems, report)
    if failed:
        sys.exit(REFUSED)


def _show(progress: Progress, task: TaskID, done: int, total: int) -> None:
    progress.update(task, completed=done, total=total)


@click.group()
def payments() -> None:
    """Runs: draw, review, approve, send, reconcile, reissue. 发放。"""


@payments.command()
@operator
@at_organisation
@click.option("--programme", type=click.Choice(["dibao", "tekun"]), required=True)
@click.option("--month", "of", required=True, help="YYYY-MM")
@click.option("--fund", "funds", multiple=True, required=True, help="Fund id, in order of use 资金编号")
@command_option
@pass_app
@guarded
def draw(
    app: App,
    operator: str,
    organisation: str,
    programme: str,
    of: str,
    funds: tuple[str, ...],
    command_id: str | None,
) -> None:
    """Draw a month's run. 编制。"""
    from assistance.payment_service import DrawRun
    from assistance.payment_service import draw as run

    with app.division() as division:
        command = _command(command_id, "draw", organisation, programme, of, operator)
        asked = DrawRun(
            command, OrganisationId(organisation), programme, month(of), tuple(FundId(f) for f in funds)
        )
        result = run(division, asked, _actor(operator, organisation, Role.CLERK), datetime.now(UTC))
    header = result.header
    facts = {"run": header.run_id, "lines": header.lines, "total_fen": header.total_fen, "roster": header.roster_hash,
             "overpaid": [o._asdict() for o in result.overpaid], "without_account": result.without_account}  # fmt: skip
    text = f"run 批次 {header.run_id}\nlines 笔数 {header.lines}, total 合计 {header.total_fen / 100:.2f} yuan 元"
    app.say(facts, f"{text}\nroster 名册 {header.roster_hash}\noverpaid 多发 {len(result.overpaid)}")


def _step(
    app: App, kind: str, run_id: str, operator_id: str, organisation: str, role: Role, roster: str
) -> None:
    from ledger.payments.commands import ApproveRun, ReviewRun

    made = {"review": ReviewRun, "approve": ApproveRun}[kind]
    with app.division() as division:
        command = made(
            command_id=_command(None, kind, run_id, operator_id), run_id=RunId(run_id), roster_hash=roster
        )
        outcome = division.ledger.execute(command, _actor(operator_id, organisation, role))
    app.say(
        {"position": outcome.position, "duplicate": outcome.duplicate},
        f"recorded at 登记位置 {outcome.position}",
    )


@payments.command()
@click.argument("run_id")
@operator
@at_organisation
@click.option("--roster", required=True, help="The roster hash reviewed 名册哈希")
@pass_app
@guarded
def review(app: App, run_id: str, operator: str, organisation: str, roster: str) -> None:
    """Review a run, as someone other than who prepared it. 审核。"""
    _step(app, "review", run_id, operator, organisation, Role.REVIEWER, roster)


@payments.command()
@click.argument("run_id")
@operator
@at_organisation
@click.option("--roster", required=True, help="The roster hash approved 名册哈希")
@pass_app
@guarded
def approve(app: App, run_id: str, operator: str, organisation: str, roster: str) -> None:
    """Approve a run, as someone who neither prepared nor reviewed it. 批准。"""
    _step(app, "approve", run_id, operator, organisation, Role.FINANCE, roster)


@payments.command()
@click.argument("run_id")
@operator
@at_organisation
@click.option("--layout", default="csv_gb18030", show_default=True, help="The bank's layout 银行格式")
@pass_app
@guarded
def send(app: App, run_id: str, operator: str, organisation: str, layout: str) -> None:
    """Write an approved run's bank file and record that it was sent. 送银行。"""
    from assistance.bank_service import send as run

    with app.division() as division:
        path = run(division, _command(None, "send", run_id), RunId(run_id), _actor(operator, organisation, Role.FINANCE),
                   datetime.now(UTC), layout)  # fmt: skip
    app.say({"file": str(path)}, str(path))


@payments.command()
@click.argument("run_id")
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@operator
@at_organisation
@click.option("--layout", default="csv_gb18030", show_default=True, help="The bank's layout 银行格式")
@pass_app
@guarded
def reconcile(app: App, run_id: str, file: Path, operator: str, organisation: str, layout: str) -> None:
    """Record a bank's return file. Exit code 1 when a line was unknown, differed or the end is missing. 对账。"""
    from assistance.bank_service import reconcile as run

    with app.division() as division:
        report = run(
            division,
            RunId(run_id),
            file,
            _actor(operator, organisation, Role.FINANCE),
            datetime.now(UTC),
            layout,
        )
    odd = [j for j in report.lines if j.state in ("amount_differs", "unknown", "duplicate")]
    facts = {"counts": report.counts, "duplicate": report.duplicate, "truncated": report.header.truncated,
             "lines": [{"row": j.line.row, "payment": j.line.payment_id, "state": j.state.value} for j in odd]}  # fmt: skip
    lines = [", ".join(f"{state} {count}" for state, count in report.counts.items())]
    lines += [f"row 行 {j.line.row}: {j.state.value} {j.line.payment_id}" for j in odd]
    if report.header.truncated:
        lines.append("the file's end is missing or its total disagrees 文件不完整或合计不符")
    app.say(facts, "\n".join(lines))
    if odd or report.header.truncated:
        sys.exit(REFUSED)


@payments.command("reissue")
@click.argument("run_id")
@operator
@at_organisation
@click.option("--fund", "funds", multiple=True, required=True, help="Fund id, in order of use 资金编号")
@command_option
@pass_app
@guarded
def reissue_command(
    app: App, run_id: str, operator: str, organisation: str, funds: tuple[str, ...], command_id: str | None
) -> None:
    """Draw a correcting run for a run's returned lines. 退回重发。"""
    from assistance.bank_service import reissue

    with app.division() as division:
        result = reissue(
            division, _command(command_id, "reissue", run_id, operator), RunId(run_id), tuple(FundId(f) for f in funds),
            _actor(operator, organisation, Role.CLERK), datetime.now(UTC),
        )  # fmt: skip
    facts = {"run": result.header.run_id, "lines": result.header.lines, "total_fen": result.header.total_fen}
    app.say(facts, f"run 批次 {result.header.run_id}: {result.header.lines} lines 笔")


COMMANDS = [import_group, payments]
