"""Sending a run to the bank, recording what the bank answers, and paying returned lines again."""

from __future__ import annotations

import contextlib
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

import msgspec
from eventsourcing.persistence import IntegrityError

from assistance.bank import BankFileError, BankLine, Layout, read_return, write_file
from assistance.payment_rows import Rows, read_rows
from assistance.payment_service import file_sha256
from assistance.run_recording import (
    ATTEMPTS,
    CHUNK,
    DrawResult,
    DrawRun,
    close,
    condition_of,
    digest_of,
    funds_of,
    in_attempts,
    may_prepare,
    record_lines,
)
from assistance.wiring import Division
from ledger.kernel import (
    Actor,
    CommandId,
    EntitlementId,
    Facts,
    Fen,
    FileHash,
    FundId,
    Known,
    Month,
    NotAllowed,
    OrganisationId,
    PaymentId,
    PersonId,
    Private,
    Role,
    RunId,
    derived_id,
    tag,
)
from ledger.organisation.states import Organisation, require_scope
from ledger.payments.again import due_again
from ledger.payments.commands import SendRun
from ledger.payments.draw import Payee, close_run
from ledger.payments.events import (
    Cause,
    PaymentInstructed,
    PaymentReissued,
    PaymentReturned,
    PaymentSettled,
    RunReconciled,
    RunSent,
)
from ledger.payments.reconcile import Judged, LineState, Outcome, close_file, judge, outcome_fields
from ledger.payments.refusals import NothingToReissue, RunUnknown, WrongReturnFile, WrongStatus
from ledger.payments.states import Run
from ledger.store.execute import Busy

Progress = Callable[[int], object]


def lines_of(division: Division, run_id: RunId) -> tuple[Run, list[PaymentInstructed], Known]:
    """A run, its lines in order, and everything that was said of them. Raises ``RunUnknown``."""
    outcomes = (PaymentSettled, PaymentReturned, PaymentReissued)
    facts = Facts(types=(*Run.FOLDS, PaymentInstructed, *outcomes), tags=(tag(RunId, run_id),))
    known = division.ledger.read((facts,))
    run = known.state(Run, run_id)
    if not run.exists:
        raise RunUnknown(run=run_id)
    lines = sorted(known.events(PaymentInstructed), key=lambda line: line.sequence)
    return run, lines, known


def send(
    division: Division,
    command_id: CommandId,
    run_id: RunId,
    actor: Actor,
    now: datetime,
    layout_name: str = "csv_gb18030",
) -> Path:
    """Writes an approved run's bank file and records that it went out; gives the file's path.

    Accounts are read in clear here, at the edge, and only for the file; that they are is recorded before. One at a
    time: two who wrote a run's file together could record the hash of half a file.
    """
    with _alone(division, run_id):
        return _send(division, command_id, run_id, actor, now, layout_name)


@contextlib.contextmanager
def _alone(division: Division, run_id: RunId) -> Iterator[None]:
    """Waits while another process or thread sends the same run. A connection of its own: none of the pool may wait."""
    with contextlib.closing(division.database.connect()) as connection:
        connection.execute(
            "SELECT pg_advisory_lock(20264, hashtext(%s))", (f"{division.schema}/send/{run_id}",)
        )
        yield


def _send(
    division: Division, command_id: CommandId, run_id: RunId, actor: Actor, now: datetime, layout_name: str
) -> Path:
    layout = Layout.load(layout_name)
    if actor.role not in SendRun.ROLES:
        raise NotAllowed(role=actor.role.value)
    run, lines, known = lines_of(division, run_id)
    _in_scope(division, run, actor)
    earlier = next(known.events(RunSent), None)
    if run.status != "approved" and (earlier is None or earlier.command_id != command_id):
        raise WrongStatus(status=run.status, needed="approved")
    path = (
        division.settings.files_folder
        / f"{run.month}-{run.organisation_id}-{run.programme}-{run_id[-12:]}{layout.suffix}"
    )
    if earlier is not None and path.exists() and file_sha256(path) == earlier.file_hash:
        return path
    # Written beside and renamed once whole, so that whoever was cut off leaves no half file for the bank; what they
    # left is written over.
    beside = path.with_name(f".{path.name}")
    division.readings.record_file(
        actor, run_id, len(lines), ("account_holder", "account"), f"银行代发文件 bank file {path.name}", now
    )
    write_file(layout, _bank_lines(division, run, lines), beside)
    command = SendRun(
        command_id=command_id,
        run_id=run_id,
        file_hash=FileHash(file_sha256(beside)),
        file_name=path.name,
        lines=len(lines),
        total_fen=Fen(sum(line.amount_fen for line in lines)),
    )
    try:
        division.ledger.execute(command, actor, now)
        beside.replace(path)
    finally:
        beside.unlink(missing_ok=True)
    return path


def _bank_lines(division: Division, run: Run, lines: Sequence[PaymentInstructed]) -> list[BankLine]:
    opened = division.ledger.vault.open_many(
        text for line in lines for text in (_sealed(line.account_holder), _sealed(line.account))
    )
    summary = {"dibao": "低保金", "tekun": "特困供养金"}.get(run.programme, "救助金")
    return [
        BankLine(
            n.sequence, opened[2 * i], opened[2 * i + 1], n.amount_fen, f"{n.month}{summary}", n.payment_id
        )
        for i, n in enumerate(lines)
    ]


def _sealed(text: Private | None) -> str:
    if text is None or text.sealed is None:
        raise ValueError("a line without an account cannot be sent 无账户的明细不能发送")
    return text.sealed


class ReconcileReport(NamedTuple):
    """What became of each line of a return file, its totals by state, and whether it was read before."""

    header: RunReconciled
    lines: list[Judged]
    duplicate: bool

    @property
    def counts(self) -> dict[str, int]:
        counted = Counter(judged.state for judged in self.lines)
        return {state.value: counted.get(state, 0) for state in LineState}


def reconcile(
    division: Division,
    run_id: RunId,
    path: Path,
    actor: Actor,
    now: datetime,
    layout_name: str = "csv_gb18030",
    progress: Progress | None = None,
) -> ReconcileReport:
    """Records what a return file says of a run. Every line ends in one state; the same file twice changes nothing.

    A file that names no line of the run is refused whole. Cut off half-way it goes on where it stopped.
    """
    if actor.role is not Role.FINANCE:
        raise NotAllowed(role=actor.role.value)
    file_hash = FileHash(file_sha256(path))
    content = read_return(Layout.load(layout_name), path)
    command_id = CommandId(derived_id(run_id, f"reconcile/{file_hash}"))
    for _ in range(ATTEMPTS):
        run, instructed, known = lines_of(division, run_id)
        _in_scope(division, run, actor)
        earlier = [e for e in known.events(RunReconciled) if e.file_hash == file_hash]
        outcomes: list[Outcome] = list(known.events(PaymentSettled, PaymentReturned))
        mine = {e.payment_id for e in outcomes if e.command_id == command_id}
        before: dict[str, Outcome] = {e.payment_id: e for e in outcomes if e.command_id != command_id}
        judged = judge(content.lines, {line.payment_id: line for line in instructed}, before)
        if earlier:
            return ReconcileReport(earlier[0], judged, True)
        if run.status not in ("sent", "reconciled"):
            raise WrongStatus(status=run.status, needed="sent")
        if not content.lines or all(j.state is LineState.UNKNOWN for j in judged):
            raise WrongReturnFile(why="it names no line of the run", why_zh="其中没有本批次的明细")
        new = [j.event for j in judged if j.event is not None and j.event.payment_id not in mine]
        header = close_file(
            run, judged, outcomes, file_hash=file_hash, file_name=path.name, truncated=content.truncated
        )
        after = known.recorded[-1].position
        try:
            _record(division, run_id, [*new, header], actor, now, command_id, after, progress)
        except IntegrityError:
            continue
        return ReconcileReport(header, judged, False)
    raise Busy


def _record(
    division: Division, run_id: RunId, events: Sequence[PaymentSettled | PaymentReturned | RunReconciled], actor: Actor,
    now: datetime, command_id: CommandId, after: int, progress: Progress | None,
) -> None:  # fmt: skip
    """Appends the outcomes not recorded yet, in chunks, and closes them with the header, the last of the events."""
    boundary = (Facts(types=(PaymentSettled, PaymentReturned, RunReconciled), tags=(tag(RunId, run_id),)),)
    for start in range(0, len(events), CHUNK):
        # Named by payment, so that the same line has the same event id whenever the file is read again.
        chunk = [
            msgspec.structs.replace(
                e, event_id=derived_id(command_id, "closed" if isinstance(e, RunReconciled) else e.payment_id)
            )
            for e in events[start : start + CHUNK]
        ]
        appended = division.ledger.append_bulk(
            chunk, actor=actor, now=now, command_id=command_id, condition=boundary, after=after
        )
        after = appended.last
        if progress is not None:
            progress(start + len(chunk))


def _in_scope(division: Division, run: Run, actor: Actor) -> None:
    known = division.ledger.read((Organisation.facts(run.organisation_id),))
    require_scope(actor, known.state(Organisation, run.organisation_id))


def reissue(
    division: Division,
    command_id: CommandId,
    run_id: RunId,
    fund_ids: tuple[FundId, ...],
    actor: Actor,
    now: datetime,
    progress: Progress | None = None,
) -> DrawResult:
    """Draws a correcting run for the returned lines of a run that were not paid again yet, to today's accounts.

    Only as much of each is paid as is due by the decisions now in force. The same command again returns the
    first run; one that was cut off goes on. Raises ``NothingToReissue`` and what a draw raises.
    """
    may_prepare(actor)
    run, _, _ = lines_of(division, run_id)
    _in_scope(division, run, actor)
    command = DrawRun(
        command_id, OrganisationId(run.organisation_id), run.programme, Month(run.month), fund_ids
    )
    digest = digest_of(division, command, corrects=run_id)
    return in_attempts(
        division,
        command,
        digest,
        lambda new_run: _reissue(division, command, run_id, new_run, digest, actor, now, progress),
    )


def _reissue(
    division: Division,
    command: DrawRun,
    run_id: RunId,
    new_run: RunId,
    digest: str,
    actor: Actor,
    now: datetime,
    progress: Progress | None,
) -> DrawResult | None:
    """One try: its lines, then its header together with the marks on the lines it pays again, in one append.

    None when a line of the source run was paid again, or decisions landed, since the views were read.
    """
    rows = read_rows(division, command.organisation_id, command.programme, command.month)
    _, lines, known = lines_of(division, run_id)
    returned = {e.payment_id for e in known.events(PaymentReturned)}
    returned -= {e.payment_id for e in known.events(PaymentReissued)}
    due = due_again(
        [line for line in lines if line.payment_id in returned],
        {e.id: e for e in rows.entitlements},
        rows.paid,
        rows.last_payable,
        rows.shares,
    )
    payable = [
        (old, amount, payee)
        for old, amount in due
        if (payee := _payee_again(rows, old)) is not None and payee.account is not None
    ]
    if not payable:
        raise NothingToReissue
    again = [_again(old, amount, payee, new_run, n) for n, (old, amount, payee) in enumerate(payable, 1)]
    header = close_run(
        again, run_id=new_run, organisation_id=command.organisation_id, programme=command.programme,
        month=command.month, funds=funds_of(division, command), drawn_at_position=rows.position, corrects=run_id,
    )  # fmt: skip
    if not record_lines(division, again, new_run, actor, now, progress):
        return None
    marks = [
        PaymentReissued(reissue_id=new.payment_id, reissue_run_id=new_run, **outcome_fields(old))
        for (old, _, _), new in zip(payable, again, strict=True)
    ]
    source = Facts(types=(PaymentReissued,), tags=(tag(RunId, run_id),))
    condition = (source, *condition_of(command, new_run, rows))
    return close(division, command, [header, *marks], rows, digest, actor, now, condition)


def _payee_again(rows: Rows, old: PaymentInstructed) -> Payee | None:
    """Today's account of whoever the line was for: the institution it went to, the person in one, or the household."""
    share = rows.shares.get((old.entitlement_id, old.month))
    if share is not None:
        for part in share.parts:
            if part.payee.payee_id == old.payee_id:
                return part.payee
        if share.own is not None:
            return share.own
    return rows.payees.get(old.household_id)


def _again(
    old: PaymentInstructed, amount_fen: Fen, payee: Payee, run_id: RunId, sequence: int
) -> PaymentInstructed:
    return PaymentInstructed(
        payment_id=PaymentId(derived_id(run_id, f"again/{old.payment_id}")),
        run_id=run_id,
        entitlement_id=EntitlementId(old.entitlement_id),
        household_id=old.household_id,
        organisation_id=old.organisation_id,
        person_id=PersonId(old.person_id),
        programme=old.programme,
        month=old.month,
        component=old.component,
        cause=Cause.CORRECTION,
        amount_fen=amount_fen,
        payee_id=payee.payee_id,
        bank_code=payee.bank_code,
        account=Private.stored(payee.account) if payee.account else None,
        account_holder=Private.stored(payee.account_holder) if payee.account_holder else None,
        account_key=payee.account_key,
        sequence=sequence,
    )


__all__ = ["BankFileError", "ReconcileReport", "lines_of", "reconcile", "reissue", "send"]
