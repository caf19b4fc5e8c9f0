"""Runs on the real ledger: drawn in resumable chunks closed by one header, sent, reconciled, reissued."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import NamedTuple

from eventsourcing.persistence import IntegrityError

from assistance.payment_rows import read_rows
from assistance.wiring import Division
from ledger.funds.events import FundAllocated, FundReceived
from ledger.identification.states import Entitlement
from ledger.kernel import (
    CHINA,
    Actor,
    Boundary,
    CommandId,
    Facts,
    FundId,
    Known,
    Month,
    NotAllowed,
    OrganisationId,
    Role,
    RollId,
    RunId,
    derived_id,
    month_of,
    tag,
)
from ledger.organisation.states import Organisation, require_open, require_scope
from ledger.payments.draw import Overpaid, Plan, check_month, check_slots, close_run, plan_run, roster_hash
from ledger.payments.events import PaymentInstructed, PaymentReissued, RunAbandoned, RunDrawn, RunReconciled
from ledger.payments.refusals import NothingDue
from ledger.payments.states import SpentFund
from ledger.registry.events import AccountNominated, HouseholdMoved, PersonDied
from ledger.store.execute import Busy

CHUNK = 2_500
"""Lines recorded in one transaction: short enough that a clerk beside it hardly waits."""
ATTEMPTS = 20

Progress = Callable[[int], object]


class DrawResult(NamedTuple):
    """A drawn run: its header, where it was recorded, what was found overpaid, and who has no account."""

    header: RunDrawn
    position: int
    overpaid: list[Overpaid]
    without_account: list[str]


class DrawRun(NamedTuple):
    """What finance or the bureau asks for: the run of one programme, organisation and month, paid from these funds."""

    command_id: CommandId
    organisation_id: OrganisationId
    programme: str
    month: Month
    fund_ids: tuple[FundId, ...]


PREPARERS = frozenset({Role.CLERK, Role.REVIEWER})
"""Who may prepare a run."""


def draw(
    division: Division, command: DrawRun, actor: Actor, now: datetime, progress: Progress | None = None
) -> DrawResult:
    """Draws a run. The same command again returns the first run; a draw that was cut off goes on.

    Raises the refusals of ``ledger.payments.draw``, and ``Busy`` when decisions keep landing meanwhile.
    """
    if actor.role not in PREPARERS:
        raise NotAllowed(role=actor.role.value)
    for attempt in range(ATTEMPTS):
        run_id = RunId(derived_id(command.command_id, f"run/{attempt}"))
        done = _existing(division, run_id)
        if isinstance(done, DrawResult):
            return done
        if done == "abandoned":
            continue
        result = _attempt(division, command, run_id, actor, now, progress)
        if result is not None:
            return result
    raise Busy


def _existing(division: Division, run_id: RunId) -> DrawResult | str | None:
    known = division.ledger.read((Facts(types=(RunDrawn, RunAbandoned), tags=(tag(RunId, run_id),)),))
    for recorded in known.recorded:
        if isinstance(recorded.event, RunAbandoned):
            return "abandoned"
        if isinstance(recorded.event, RunDrawn):
            return DrawResult(recorded.event, recorded.position, [], [])
    return None


def _attempt(
    division: Division,
    command: DrawRun,
    run_id: RunId,
    actor: Actor,
    now: datetime,
    progress: Progress | None,
) -> DrawResult | None:
    """One try: plan, record the lines, close. None when the plan changed meanwhile and the run was abandoned."""
    plan, position = _plan(division, command, run_id, actor, now)
    funds = _funds(division, command)
    header = _header(command, run_id, plan, funds, position)
    if not _record_lines(division, plan.lines, run_id, actor, now, progress):
        _abandon(division, command, run_id, actor, now, "the lines recorded before are not those due now")
        return None
    for _ in range(ATTEMPTS):
        try:
            division.ledger.append_bulk(
                [header], actor=actor, now=now, command_id=command.command_id, first_index=len(plan.lines),
                digest=run_id, condition=_condition(command, run_id), after=position,
            )  # fmt: skip
        except IntegrityError:
            done = _existing(division, run_id)
            if isinstance(done, DrawResult):
                return done
            again, position = _plan(division, command, run_id, actor, now)
            if roster_hash(again.lines) != header.roster_hash:
                _abandon(division, command, run_id, actor, now, "decisions landed while it was drawn")
                return None
            header = _header(command, run_id, again, _funds(division, command), position)
            continue
        recorded = _existing(division, run_id)
        assert isinstance(recorded, DrawResult)
        return recorded._replace(overpaid=plan.overpaid, without_account=plan.without_account)
    raise Busy


def _plan(
    division: Division, command: DrawRun, run_id: RunId, actor: Actor, now: datetime
) -> tuple[Plan, int]:
    """The lines due as of a position, checked for scope and month."""
    today = now.astimezone(CHINA).date()
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
    )
    check_slots(plan.lines, rows.paid)
    return plan, rows.position


def record_run(
    division: Division,
    command: DrawRun,
    run_id: RunId,
    lines: Sequence[PaymentInstructed],
    marks: Sequence[PaymentReissued],
    actor: Actor,
    now: datetime,
    corrects: RunId,
) -> DrawResult:
    """Records a correcting run: its lines, then its header together with the marks on the lines it pays again.

    Header and marks are one append, on condition that no line of the source run was reissued meanwhile.
    """
    done = _existing(division, run_id)
    if isinstance(done, DrawResult):
        return done
    source = Facts(types=(PaymentReissued,), tags=(tag(RunId, corrects),))
    position = division.ledger.recorder.head()
    header = close_run(
        lines, run_id=run_id, organisation_id=command.organisation_id, programme=command.programme, month=command.month,
        funds=_funds(division, command), drawn_at_position=position, corrects=corrects,
    )  # fmt: skip
    if not _record_lines(division, lines, run_id, actor, now, None):
        _abandon(division, command, run_id, actor, now, "the lines recorded before are not those due now")
        raise Busy
    try:
        division.ledger.append_bulk(
            [header, *marks], actor=actor, now=now, command_id=command.command_id, first_index=len(lines),
            digest=run_id, condition=(source, *_condition(command, run_id)), after=position,
        )  # fmt: skip
    except IntegrityError:
        _abandon(division, command, run_id, actor, now, "facts changed while it was drawn")
        raise Busy from None
    recorded = _existing(division, run_id)
    assert isinstance(recorded, DrawResult)
    return recorded


def _funds(division: Division, command: DrawRun) -> list[SpentFund]:
    if not command.fund_ids:
        return []
    known: Known = division.ledger.read(tuple(SpentFund.facts(fund) for fund in command.fund_ids))
    return [known.state(SpentFund, fund) for fund in command.fund_ids]


def _header(
    command: DrawRun, run_id: RunId, plan: Plan, funds: Sequence[SpentFund], position: int
) -> RunDrawn:
    if not plan.lines:
        raise NothingDue(
            programme=command.programme, month=command.month, organisation=command.organisation_id
        )
    return close_run(
        plan.lines,
        run_id=run_id,
        organisation_id=command.organisation_id,
        programme=command.programme,
        month=command.month,
        funds=funds,
        drawn_at_position=position,
    )


def _condition(command: DrawRun, run_id: RunId) -> Boundary:
    """What must not have happened since the plan was made: a run of the programme, a decision here, a use of the funds."""
    here = tag(OrganisationId, command.organisation_id)
    changing = (*Entitlement.FOLDS, AccountNominated, HouseholdMoved, PersonDied)
    return (
        Facts(types=(RunDrawn,), tags=(tag(RollId, command.programme),)),
        Facts(types=(RunDrawn, RunAbandoned), tags=(tag(RunId, run_id),)),
        Facts(types=changing, tags=(here,)),
        *(
            Facts(types=(FundReceived, FundAllocated, RunDrawn, RunReconciled), tags=(tag(FundId, fund),))
            for fund in command.fund_ids
        ),
    )


def _record_lines(
    division: Division,
    lines: Sequence[PaymentInstructed],
    run_id: RunId,
    actor: Actor,
    now: datetime,
    progress: Progress | None,
) -> bool:
    """Records the lines that are not recorded yet; false when those recorded before are others."""
    own = Facts(types=(PaymentInstructed,), tags=(tag(RunId, run_id),))
    before = list(division.ledger.read((own,)).events(PaymentInstructed))
    if [_key(line) for line in before] != [_key(line) for line in lines[: len(before)]]:
        return False
    position = division.ledger.recorder.head()
    for start in range(len(before), len(lines), CHUNK):
        chunk = lines[start : start + CHUNK]
        # Two who resume the same draw must not both record a chunk.
        appended = division.ledger.append_bulk(
            chunk, actor=actor, now=now, command_id=CommandId(run_id), first_index=start, digest=run_id,
            condition=(own,), after=position,
        )  # fmt: skip
        position = appended.last
        if progress is not None:
            progress(start + len(chunk))
    return True


def _key(line: PaymentInstructed) -> tuple[str, int]:
    return line.payment_id, line.amount_fen


def _abandon(
    division: Division, command: DrawRun, run_id: RunId, actor: Actor, now: datetime, reason: str
) -> None:
    event = RunAbandoned(run_id=run_id, organisation_id=command.organisation_id, reason=reason)
    division.ledger.append_bulk(
        [event],
        actor=actor,
        now=now,
        command_id=CommandId(derived_id(run_id, "abandon")),
        condition=(Facts(types=(RunDrawn, RunAbandoned), tags=(tag(RunId, run_id),)),),
        after=0,
    )


def file_sha256(path: Path) -> str:
    """SHA-256 of a file, hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def day_of(now: datetime) -> date:
    """The local date of an instant."""
    return now.astimezone(CHINA).date()
