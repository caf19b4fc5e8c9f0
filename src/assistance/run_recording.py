"""How every run is recorded: lines in resumable chunks, closed by one header that puts them in force."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import NamedTuple

from eventsourcing.persistence import IntegrityError

from assistance.payment_rows import ABOUT_HOUSEHOLDS, Rows
from assistance.wiring import Division
from ledger.funds.events import FundAllocated, FundReceived
from ledger.identification.states import Entitlement
from ledger.kernel import (
    Actor,
    Boundary,
    CommandId,
    CommandIdReused,
    Facts,
    FundId,
    Known,
    Month,
    NotAllowed,
    OrganisationId,
    Refused,
    Role,
    RollId,
    RunId,
    derived_id,
    tag,
)
from ledger.payments.draw import Overpaid
from ledger.payments.events import PaymentInstructed, PaymentReissued, RunAbandoned, RunDrawn, RunReconciled
from ledger.payments.states import SpentFund
from ledger.store.execute import Busy

CHUNK = 1_250
"""Lines recorded in one transaction: short enough that a clerk beside it hardly waits."""
ATTEMPTS = 20

Progress = Callable[[int], object]


class DrawResult(NamedTuple):
    """A drawn run: its header, where it was recorded, what was found overpaid, who has no account, and what is held."""

    header: RunDrawn
    position: int
    overpaid: list[Overpaid]
    without_account: list[str]
    held: Sequence[tuple[str, Month, str]] = ()
    """Months in an institution that could not be paid yet: (entitlement, month, why)."""


class DrawRun(NamedTuple):
    """What finance or the bureau asks for: the run of one programme, organisation and month, paid from these funds."""

    command_id: CommandId
    organisation_id: OrganisationId
    programme: str
    month: Month
    fund_ids: tuple[FundId, ...]


PREPARERS = frozenset({Role.CLERK, Role.REVIEWER})
"""Who may prepare a run."""


def in_attempts(
    division: Division, command: DrawRun, digest: str, attempt: Callable[[RunId], DrawResult | None]
) -> DrawResult:
    """The command's run if it was drawn before, otherwise attempts, under the next run id when one was abandoned.

    An attempt answers None when what it read was overtaken; the next goes on with the lines it left if they are
    still those due. Raises ``Busy`` after too many, and what an attempt refuses, unless another who asked for the
    same has drawn the run meanwhile: then that is the answer.
    """
    abandoned = 0
    for _ in range(ATTEMPTS):
        run_id = RunId(derived_id(command.command_id, f"run/{abandoned}"))
        done = existing(division, run_id, command, digest)
        if isinstance(done, DrawResult):
            return done
        if done == "abandoned":
            abandoned += 1
            continue
        try:
            result = attempt(run_id)
        except Refused:
            drawn = existing(division, run_id, command, digest)
            if not isinstance(drawn, DrawResult):
                raise
            return drawn
        if result is not None:
            return result
    raise Busy


def may_prepare(actor: Actor) -> None:
    """Raises ``NotAllowed`` unless the operator's role may prepare runs."""
    if actor.role not in PREPARERS:
        raise NotAllowed(role=actor.role.value)


def digest_of(division: Division, command: DrawRun, corrects: str = "") -> str:
    """A keyed hash of what was asked for: the same command id may ask for nothing else."""
    content = "\x1f".join((*command[:4], corrects, *command.fund_ids))
    return division.ledger.vault.digest("DrawRun", content).hex()[:32]


def existing(division: Division, run_id: RunId, command: DrawRun, digest: str) -> DrawResult | str | None:
    """The run of this command if it was drawn, ``abandoned``, or None. Raises ``CommandIdReused``."""
    known = division.ledger.read(
        (
            Facts(types=(RunDrawn, RunAbandoned), tags=(tag(RunId, run_id),)),
            Facts(tags=(tag(CommandId, command.command_id),)),
        )
    )
    for recorded in known.recorded:
        event = recorded.event
        if event.command_id == command.command_id and event.command_digest != digest:
            raise CommandIdReused(command_id=command.command_id)
        if isinstance(event, RunAbandoned) and event.run_id == run_id:
            return "abandoned"
        if isinstance(event, RunDrawn) and event.run_id == run_id:
            return DrawResult(event, recorded.position, [], [])
    return None


def close(
    division: Division,
    command: DrawRun,
    events: Sequence[RunDrawn | PaymentReissued],
    rows: Rows,
    digest: str,
    actor: Actor,
    now: datetime,
    condition: Boundary,
) -> DrawResult | None:
    """Puts a run in force with its header (first of the events), or answers None when its facts changed meanwhile."""
    header = events[0]
    assert isinstance(header, RunDrawn)
    try:
        division.ledger.append_bulk(
            events, actor=actor, now=now, command_id=command.command_id, first_index=header.lines, digest=digest,
            condition=condition, after=rows.position,
        )  # fmt: skip
    except IntegrityError:
        return None
    done = existing(division, header.run_id, command, digest)
    assert isinstance(done, DrawResult)
    return done


def drop(division: Division, run_id: RunId, actor: Actor, now: datetime) -> None:
    """Abandons what an earlier try left of a run of which nothing is due any more."""
    left = division.ledger.read((Facts(types=(PaymentInstructed,), tags=(tag(RunId, run_id),)),))
    for line in left.events(PaymentInstructed):
        abandon(division, line, actor, now, "nothing is due any more")
        return


def funds_of(division: Division, command: DrawRun) -> list[SpentFund]:
    """The funds the command names, as they stand."""
    if not command.fund_ids:
        return []
    known: Known = division.ledger.read(tuple(SpentFund.facts(fund) for fund in command.fund_ids))
    return [known.state(SpentFund, fund) for fund in command.fund_ids]


def condition_of(command: DrawRun, run_id: RunId, rows: Rows) -> Boundary:
    """What must not have happened since the plan was made: a run of the programme, a decision here, a use of the funds."""
    here = tag(OrganisationId, command.organisation_id)
    return (
        Facts(types=(RunDrawn,), tags=(tag(RollId, command.programme),)),
        Facts(types=(RunDrawn, RunAbandoned), tags=(tag(RunId, run_id),)),
        Facts(tags=(tag(CommandId, command.command_id),)),
        Facts(types=(*Entitlement.FOLDS, *ABOUT_HOUSEHOLDS), tags=(here,)),
        *rows.elsewhere,
        *(
            Facts(types=(FundReceived, FundAllocated, RunDrawn, RunReconciled), tags=(tag(FundId, fund),))
            for fund in command.fund_ids
        ),
    )


def record_lines(
    division: Division,
    lines: Sequence[PaymentInstructed],
    run_id: RunId,
    actor: Actor,
    now: datetime,
    progress: Progress | None = None,
) -> bool:
    """Records the lines that are not recorded yet. False, to be tried anew, when someone else resumed or concluded
    the same run: no line ever lands behind its header.

    Lines recorded before that are not those due now (or go to other accounts, or were prepared by someone else)
    abandon the run: nothing of it ever counts, and a new one is begun.
    """
    own = Facts(types=(PaymentInstructed, RunDrawn, RunAbandoned), tags=(tag(RunId, run_id),))
    known, position = division.ledger.read_with_head((own,))
    if any(known.events(RunDrawn, RunAbandoned)):
        return False
    before = list(known.events(PaymentInstructed))
    same = all(line.actor.operator_id == actor.operator_id for line in before)
    if not same or _keys(before) != _keys(lines[: len(before)]):
        abandon(division, before[0], actor, now, "the lines recorded before are not those due now")
        return False
    for start in range(len(before), len(lines), CHUNK):
        chunk = lines[start : start + CHUNK]
        try:
            # Two who resume the same draw must not both record a chunk.
            appended = division.ledger.append_bulk(
                chunk, actor=actor, now=now, command_id=CommandId(run_id), first_index=start, digest=run_id,
                condition=(own,), after=position,
            )  # fmt: skip
        except IntegrityError:
            return False
        position = appended.last
        if progress is not None:
            progress(start + len(chunk))
    return True


def _keys(lines: Sequence[PaymentInstructed]) -> list[tuple[object, ...]]:
    """What must be the same for two plans to be the same: every line, its amount, and where it goes."""
    return [
        (n.payment_id, n.amount_fen, n.person_id, n.payee_id, n.bank_code, n.account, n.account_holder)
        for n in lines
    ]


def abandon(division: Division, line: PaymentInstructed, actor: Actor, now: datetime, reason: str) -> None:
    """Declares the run of this line abandoned, unless someone concluded it meanwhile."""
    event = RunAbandoned(run_id=line.run_id, organisation_id=line.organisation_id, reason=reason)
    with contextlib.suppress(IntegrityError):
        division.ledger.append_bulk(
            [event],
            actor=actor,
            now=now,
            command_id=CommandId(derived_id(line.run_id, "abandon")),
            condition=(Facts(types=(RunDrawn, RunAbandoned), tags=(tag(RunId, line.run_id),)),),
            after=0,
        )
