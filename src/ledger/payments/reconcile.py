"""What a bank's return file 回盘 says of a run's lines: every line of it ends in exactly one state. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from enum import StrEnum
from typing import Any, NamedTuple

from ledger.kernel import Fen, FileHash, FundId, OrganisationId, RunId
from ledger.payments.events import PaymentInstructed, PaymentReturned, PaymentSettled, RunReconciled
from ledger.payments.states import Run, split_difference

Outcome = PaymentSettled | PaymentReturned


class LineState(StrEnum):
    """How one line of a return file ended."""

    SETTLED = "settled"
    RETURNED = "returned"
    BOUNCED = "bounced"
    """Sent back after an earlier file had called it paid."""
    AMOUNT_DIFFERS = "amount_differs"
    UNKNOWN = "unknown"
    DUPLICATE = "duplicate"
    ALREADY = "already"
    UNCLEAR = "unclear"


class ReturnLine(NamedTuple):
    """One line as the bank wrote it; `amount_fen` and `succeeded` are None when they could not be read."""

    row: int
    payment_id: str
    amount_fen: int | None
    succeeded: bool | None
    reason: str | None = None
    reference: str | None = None


class Judged(NamedTuple):
    """A line of the file, the state it ended in, and the event to record, if any."""

    line: ReturnLine
    state: LineState
    event: Outcome | None


def judge(
    lines: Iterable[ReturnLine], instructed: Mapping[str, PaymentInstructed], before: Mapping[str, Outcome]
) -> list[Judged]:
    """Every line with its one state. `before` is what was said last of a payment before this file.

    A payment that was settled may still come back: the account bank refuses it days later, and the money is at the
    office again. One that came back is never settled afterwards: it may have been paid again already.
    """
    lines = list(lines)
    seen: set[str] = set()
    contradicted = _contradicted(lines, instructed)
    judged = []
    for line in lines:
        payment = instructed.get(line.payment_id)
        if payment is None:
            state = LineState.UNKNOWN
        elif line.payment_id in seen:
            state = LineState.DUPLICATE
        elif line.amount_fen != payment.amount_fen:
            state = LineState.AMOUNT_DIFFERS
        elif line.payment_id in before:
            bounced = line.succeeded is False and isinstance(before[line.payment_id], PaymentSettled)
            state = LineState.BOUNCED if bounced else LineState.ALREADY
        else:
            state = LineState.SETTLED if line.succeeded else LineState.RETURNED
        concluded = state in (LineState.SETTLED, LineState.RETURNED, LineState.BOUNCED)
        if concluded and (line.succeeded is None or line.payment_id in contradicted):
            state = LineState.UNCLEAR
        if payment is not None:
            seen.add(line.payment_id)
        judged.append(Judged(line, state, _event(line, state, payment)))
    return judged


def _contradicted(lines: Sequence[ReturnLine], instructed: Mapping[str, PaymentInstructed]) -> set[str]:
    """Payments one file calls both paid and sent back: which of the two is true, only the bank can say."""
    said: dict[str, set[bool | None]] = {}
    for line in lines:
        payment = instructed.get(line.payment_id)
        if payment is not None and line.amount_fen == payment.amount_fen:
            said.setdefault(line.payment_id, set()).add(line.succeeded)
    return {payment_id for payment_id, words in said.items() if {True, False} <= words}


def outcome_fields(payment: PaymentInstructed) -> dict[str, Any]:
    """What every event about a line's outcome repeats of the line."""
    return {
        name: getattr(payment, name)
        for name in ("payment_id", "run_id", "entitlement_id", "household_id", "organisation_id", "person_id",
                     "programme", "month", "component", "cause", "amount_fen")
    }  # fmt: skip


def _event(line: ReturnLine, state: LineState, payment: PaymentInstructed | None) -> Outcome | None:
    if payment is None:
        return None
    if state is LineState.SETTLED:
        return PaymentSettled(bank_reference=line.reference, **outcome_fields(payment))
    if state in (LineState.RETURNED, LineState.BOUNCED):
        reason = line.reason or "未说明 not stated"
        return PaymentReturned(reason=reason, bank_reference=line.reference, **outcome_fields(payment))
    return None


def close_file(
    run: Run,
    judged: Sequence[Judged],
    recorded: Iterable[Outcome],
    *,
    file_hash: FileHash,
    file_name: str,
    truncated: bool,
) -> RunReconciled:
    """The header that closes a return file: counts and totals by state, and what they mean for each fund.

    `recorded` are the outcomes of the run recorded so far, in order. What it settled and returned is everything no
    header has counted yet: with the file's own lines, those of a file that was cut off before its header. A bounced
    line is counted out of what was settled and into what came back, so that issued = settled + returned + pending.
    """
    counts = {state: sum(j.state is state for j in judged) for state in LineState}
    outcomes = {e.payment_id: e for e in [*recorded, *(j.event for j in judged if j.event is not None)]}
    settled = [e.amount_fen for e in outcomes.values() if isinstance(e, PaymentSettled)]
    returned = [e.amount_fen for e in outcomes.values() if isinstance(e, PaymentReturned)]
    settled_fen, returned_fen = sum(settled) - run.settled_fen, sum(returned) - run.returned_fen
    # Settled money fills the run's funds from the first, returned money from the last: they never meet.
    backwards = tuple(reversed(run.splits))
    return RunReconciled(
        run_id=RunId(run.id),
        organisation_id=OrganisationId(run.organisation_id),
        programme=run.programme,
        fund_ids=tuple(FundId(s.fund_id) for s in run.splits),
        file_hash=file_hash,
        file_name=file_name,
        settled=len(settled) - run.settled,
        settled_fen=Fen(settled_fen),
        returned=len(returned) - run.returned,
        returned_fen=Fen(returned_fen),
        splits_settled=split_difference(run.splits, run.settled_fen, run.settled_fen + settled_fen),
        splits_returned=split_difference(backwards, run.returned_fen, run.returned_fen + returned_fen),
        amount_differs=counts[LineState.AMOUNT_DIFFERS],
        unknown=counts[LineState.UNKNOWN],
        duplicate=counts[LineState.DUPLICATE],
        already=counts[LineState.ALREADY],
        unclear=counts[LineState.UNCLEAR],
        bounced=counts[LineState.BOUNCED],
        truncated=truncated,
    )
