"""Drawing a run on the real ledger: planned from the views, recorded in resumable chunks, closed by one header."""

from __future__ import annotations

import hashlib
from datetime import date, datetime
from pathlib import Path

from assistance.payment_rows import Rows, read_rows
from assistance.run_recording import DrawResult as DrawResult
from assistance.run_recording import DrawRun as DrawRun
from assistance.run_recording import (
    Progress,
    close,
    condition_of,
    digest_of,
    drop,
    funds_of,
    in_attempts,
    may_prepare,
    record_lines,
)
from assistance.wiring import Division
from ledger.kernel import CHINA, Actor, RunId, month_of
from ledger.organisation.states import Organisation, require_open, require_scope
from ledger.payments.draw import Plan, check_month, check_slots, close_run, plan_run


def draw(
    division: Division, command: DrawRun, actor: Actor, now: datetime, progress: Progress | None = None
) -> DrawResult:
    """Draws a run. The same command again returns the first run; a draw that was cut off goes on.

    Raises the refusals of ``ledger.payments.draw``, ``CommandIdReused``, and ``Busy`` when decisions keep
    landing meanwhile.
    """
    may_prepare(actor)
    digest = digest_of(division, command)
    return in_attempts(
        division,
        command,
        digest,
        lambda run_id: _attempt(division, command, run_id, digest, actor, now, progress),
    )


def _attempt(
    division: Division,
    command: DrawRun,
    run_id: RunId,
    digest: str,
    actor: Actor,
    now: datetime,
    progress: Progress | None,
) -> DrawResult | None:
    """One try: plan, record the lines, close. None when someone was faster or decisions landed meanwhile."""
    plan, rows = _plan(division, command, run_id, actor, now)
    if not plan.lines:
        drop(division, run_id, actor, now)
    header = close_run(
        plan.lines, run_id=run_id, organisation_id=command.organisation_id, programme=command.programme,
        month=command.month, funds=funds_of(division, command), drawn_at_position=rows.position,
        overpaid=plan.overpaid, without_account=plan.without_account,
    )  # fmt: skip
    if not record_lines(division, plan.lines, run_id, actor, now, progress):
        return None
    done = close(division, command, [header], rows, digest, actor, now, condition_of(command, run_id, rows))
    if done is None:
        return None
    return done._replace(overpaid=plan.overpaid, without_account=plan.without_account, held=plan.held)


def _plan(
    division: Division, command: DrawRun, run_id: RunId, actor: Actor, now: datetime
) -> tuple[Plan, Rows]:
    """The lines due as of a position, checked for scope and month."""
    today = day_of(now)
    check_month(command.month, month_of(today))
    known = division.ledger.read((Organisation.facts(command.organisation_id),))
    require_scope(actor, require_open(known, command.organisation_id, today))
    rows = read_rows(division, command.organisation_id, command.programme, command.month)
    plan = plan_run(
        run_id=run_id,
        organisation_id=command.organisation_id,
        programme=command.programme,
        month=command.month,
        entitlements=rows.entitlements,
        paid=rows.paid,
        payees=rows.payees,
        last_payable=rows.last_payable,
        shares=rows.shares,
    )
    check_slots(plan.lines, rows.paid)
    return plan, rows


def file_sha256(path: Path) -> str:
    """SHA-256 of a file, hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def day_of(now: datetime) -> date:
    """The local date of an instant."""
    return now.astimezone(CHINA).date()
