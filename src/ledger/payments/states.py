"""What is known of a run, and of a fund as runs use it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import ClassVar

from ledger.funds.events import FundAllocated, FundReceived
from ledger.funds.imprest_events import (
    AidCommitted,
    ImprestAdvanced,
    ImprestReplenished,
    ImprestReturned,
    ImprestSpent,
)
from ledger.funds.states import Fund
from ledger.kernel import Event, Fen, Month, RunId, State
from ledger.payments.events import (
    FundSplit,
    RunAbandoned,
    RunApproved,
    RunDrawn,
    RunReconciled,
    RunReviewed,
    RunSent,
)


class SpentFund(Fund):
    """A fund with what runs, imprests and grants of aid have committed, paid and got back."""

    FOLDS: ClassVar[tuple[type[Event], ...]] = (
        FundReceived, FundAllocated, RunDrawn, RunReconciled, ImprestAdvanced, ImprestReplenished, ImprestSpent,
        ImprestReturned, AidCommitted,
    )  # fmt: skip

    def evolve(self, event: Event) -> None:
        match event:
            case RunDrawn():
                balance = self.balances[event.organisation_id]
                balance.committed += self._mine(event.splits)
            case RunReconciled():
                balance = self.balances[event.organisation_id]
                balance.paid += self._mine(event.splits_settled)
                balance.returned += self._mine(event.splits_returned)
            case ImprestAdvanced() | ImprestReplenished() | AidCommitted():
                self.balances[event.organisation_id].committed += event.amount_fen
            case ImprestSpent():
                self.balances[event.organisation_id].paid += event.amount_fen
            case ImprestReturned():
                self.balances[event.organisation_id].returned += event.amount_fen
            case _:
                super().evolve(event)

    def _mine(self, splits: Iterable[FundSplit]) -> int:
        return sum(s.amount_fen for s in splits if s.fund_id == self.id)


class Run(State):
    """One run from drawing to the last return file. issued = settled + returned + pending, always."""

    KIND = RunId
    FOLDS: ClassVar = (RunDrawn, RunAbandoned, RunReviewed, RunApproved, RunSent, RunReconciled)

    def __init__(self, subject_id: str) -> None:
        super().__init__(subject_id)
        self.status = "unknown"
        self.organisation_id = ""
        self.programme = ""
        self.month = Month("")
        self.lines = 0
        self.total_fen = self.settled_fen = self.returned_fen = Fen(0)
        self.settled = self.returned = 0
        self.splits: tuple[FundSplit, ...] = ()
        self.roster_hash = ""
        self.prepared_by = self.reviewed_by = self.approved_by = ""

    def evolve(self, event: Event) -> None:
        match event:
            case RunDrawn():
                self.exists, self.status = True, "drawn"
                self.organisation_id, self.programme, self.month = (
                    event.organisation_id,
                    event.programme,
                    event.month,
                )
                self.lines, self.total_fen, self.splits = event.lines, event.total_fen, event.splits
                self.roster_hash, self.prepared_by = event.roster_hash, event.actor.operator_id
            case RunAbandoned():
                self.status = "abandoned"
            case RunReviewed():
                self.status, self.reviewed_by = "reviewed", event.actor.operator_id
            case RunApproved():
                self.status, self.approved_by = "approved", event.actor.operator_id
            case RunSent():
                self.status = "sent"
            case RunReconciled():
                self.settled += event.settled
                self.returned += event.returned
                self.settled_fen = Fen(self.settled_fen + event.settled_fen)
                self.returned_fen = Fen(self.returned_fen + event.returned_fen)
                if self.settled + self.returned == self.lines:
                    self.status = "reconciled"

    @property
    def pending_fen(self) -> Fen:
        """Issued, neither settled nor returned."""
        return Fen(self.total_fen - self.settled_fen - self.returned_fen)


def split_in_order(splits: Sequence[FundSplit], amount: int) -> dict[str, int]:
    """How `amount` fen fall on the funds of a run, the first fund filled first."""
    parts = {}
    for split in splits:
        parts[split.fund_id] = min(amount, split.amount_fen)
        amount -= parts[split.fund_id]
    return parts


def split_difference(splits: Sequence[FundSplit], before: int, after: int) -> tuple[FundSplit, ...]:
    """What the step from one running total to another means for each fund; zeros left out."""
    old, new = split_in_order(splits, before), split_in_order(splits, after)
    return tuple(
        FundSplit(fund_id=fund, amount_fen=Fen(new[fund] - old[fund]))
        for fund in new
        if new[fund] != old[fund]
    )
