"""Commands about payments: draw, review, approve, send, reconcile, reissue."""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from assistance.cli_app import REFUSED, App, guarded, pass_app
from assistance.cli_parts import (
    MONTH,
    actor_of,
    at_organisation,
    command_of,
    command_option,
    fund_option,
    layout_option,
    operator,
    roster_option,
    run_argument,
)
from ledger.kernel import FundId, OrganisationId, Role, RunId, month

if TYPE_CHECKING:
    from assistance.payment_service import DrawResult

AGAIN = " (recorded before, nothing new 此前已登记，未重复)"
STATES = {
    "settled": "发放成功",
    "returned": "退回",
    "bounced": "到账后退回",
    "amount_differs": "金额不符",
    "unknown": "不属于本批次",
    "duplicate": "重复行",
    "already": "此前已有结果",
    "unclear": "结果不明",
}


@click.group()
def payments() -> None:
    """Runs: draw, review, approve, send, reconcile, reissue. 发放。"""


@payments.command()
@operator
@at_organisation
@click.option(
    "--programme", type=click.Choice(["dibao", "tekun"]), required=True, help="The programme. 救助项目。"
)
@click.option("--month", "of", type=MONTH, required=True, help="The month. 月份。")
@fund_option
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
    """Draw a month's run: everything due and in no run yet. 编制发放批次。"""
    from assistance.payment_service import DrawRun
    from assistance.payment_service import draw as run

    command = command_of(command_id, "draw", organisation, programme, of, operator, *funds)
    asked = DrawRun(
        command, OrganisationId(organisation), programme, month(of), tuple(FundId(f) for f in funds)
    )
    with app.division() as division:
        head = division.ledger.recorder.head()
        result = run(division, asked, actor_of(operator, organisation, Role.CLERK), datetime.now(UTC))
    _say_drawn(app, result, result.position <= head)


def _say_drawn(app: App, result: DrawResult, duplicate: bool) -> None:
    header = result.header
    facts = {
        "run": header.run_id,
        "lines": header.lines,
        "total_fen": header.total_fen,
        "roster": header.roster_hash,
        "overpaid": [o._asdict() for o in result.overpaid],
        "without_account": result.without_account,
        "held": [list(item) for item in result.held],
        "position": result.position,
        "duplicate": duplicate,
    }
    told = [
        f"run 批次 {header.run_id}{AGAIN if duplicate else ''}",
        f"lines 笔数 {header.lines}, total 合计 {header.total_fen / 100:.2f} yuan 元",
        f"roster 名册 {header.roster_hash}",
    ]
    told += [f"overpaid 多发 {o.entitlement_id} {o.month} {o.amount_fen / 100:.2f}" for o in result.overpaid]
    told += [f"no account, not paid 无账户，未编入 {household}" for household in result.without_account]
    told += [
        f"held, in an institution 在供养服务机构，暂缓 {entitlement} {month} ({HELD[why]})"
        for entitlement, month, why in result.held
    ]
    app.say(facts, "\n".join(told))


HELD = {
    "attendance": "attendance not confirmed 在院天数未确认",
    "pocket_money": "no parameter for pocket money 未制定零用金标准",
}
"""Why a month in an institution is held."""


def _step(
    app: App, kind: str, run_id: str, operator_id: str, organisation: str, role: Role, roster: str
) -> None:
    from ledger.payments.commands import ApproveRun, ReviewRun

    made = {"review": ReviewRun, "approve": ApproveRun}[kind]
    with app.division() as division:
        command = made(
            command_id=command_of(None, kind, run_id, operator_id, roster),
            run_id=RunId(run_id),
            roster_hash=roster,
        )
        outcome = division.ledger.execute(command, actor_of(operator_id, organisation, role))
    again = AGAIN if outcome.duplicate else ""
    app.say(
        {"position": outcome.position, "duplicate": outcome.duplicate},
        f"recorded at position 登记位置 {outcome.position}{again}",
    )


@payments.command()
@run_argument
@operator
@at_organisation
@roster_option
@pass_app
@guarded
def review(app: App, run_id: str, operator: str, organisation: str, roster: str) -> None:
    """Review a run, as someone other than who prepared it. 审核。"""
    _step(app, "review", run_id, operator, organisation, Role.REVIEWER, roster)


@payments.command()
@run_argument
@operator
@at_organisation
@roster_option
@pass_app
@guarded
def approve(app: App, run_id: str, operator: str, organisation: str, roster: str) -> None:
    """Approve a run, as someone who neither prepared nor reviewed it. 批准。"""
    _step(app, "approve", run_id, operator, organisation, Role.FINANCE, roster)


@payments.command()
@run_argument
@operator
@at_organisation
@layout_option
@pass_app
@guarded
def send(app: App, run_id: str, operator: str, organisation: str, layout: str) -> None:
    """Write an approved run's bank file, names and accounts in clear, and record that it was sent. 送银行。"""
    from assistance.bank_service import send as run

    command = command_of(None, "send", run_id, layout)
    with app.division() as division:
        path = run(
            division, command, RunId(run_id), actor_of(operator, organisation, Role.FINANCE), datetime.now(UTC), layout
        )  # fmt: skip
    app.say({"file": str(path)}, str(path))


@payments.command()
@run_argument
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@operator
@at_organisation
@layout_option
@pass_app
@guarded
def reconcile(app: App, run_id: str, file: Path, operator: str, organisation: str, layout: str) -> None:
    """Record a bank's return file, each line in one state. 回盘对账。

    Exit code 1 when a line was unknown, doubled, unclear or of another amount, or the end is missing.
    """
    from assistance.bank_service import reconcile as run

    actor = actor_of(operator, organisation, Role.FINANCE)
    with app.division() as division:
        report = run(division, RunId(run_id), file, actor, datetime.now(UTC), layout)
    odd = [j for j in report.lines if j.state in ("amount_differs", "unknown", "duplicate", "unclear")]
    truncated = report.header.truncated
    facts = {"counts": report.counts, "duplicate": report.duplicate, "truncated": truncated,
             "lines": [{"row": j.line.row, "payment": j.line.payment_id, "state": j.state.value} for j in odd]}  # fmt: skip
    told = [f"{file.name}{AGAIN if report.duplicate else ''}"]
    told += [f"  {state} {STATES[state]} {count}" for state, count in report.counts.items() if count]
    told += [
        f"  row 第{j.line.row}行: {j.state.value} {STATES[j.state]} {j.line.payment_id[:60]}"
        for j in odd[:50]
    ]
    if len(odd) > 50:
        told.append(f"  … {len(odd) - 50} more; all with --json 其余见 --json")
    if truncated:
        told.append("  the file's end is missing or its total disagrees 文件不完整或合计不符")
    app.say(facts, "\n".join(told))
    if odd or truncated:
        sys.exit(REFUSED)


@payments.command("reissue")
@run_argument
@operator
@at_organisation
@fund_option
@command_option
@pass_app
@guarded
def reissue_command(
    app: App, run_id: str, operator: str, organisation: str, funds: tuple[str, ...], command_id: str | None
) -> None:
    """Draw a correcting run for a run's returned lines, to today's accounts. 退回重发。"""
    from assistance.bank_service import reissue

    command = command_of(command_id, "reissue", run_id, operator, *funds)
    actor = actor_of(operator, organisation, Role.CLERK)
    with app.division() as division:
        head = division.ledger.recorder.head()
        result = reissue(
            division, command, RunId(run_id), tuple(FundId(f) for f in funds), actor, datetime.now(UTC)
        )
    _say_drawn(app, result, result.position <= head)


COMMANDS = [payments]
