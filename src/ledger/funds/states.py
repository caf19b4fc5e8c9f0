"""What is known of a fund: received, allocated, committed by runs, paid and returned, per organisation."""

from __future__ import annotations

from collections import defaultdict
from typing import ClassVar

from ledger.funds.events import FundAllocated, FundReceived
from ledger.kernel import Event, Fen, FundId, State


class Balance:
    """One organisation's part of a fund, in fen."""

    __slots__ = ("allocated", "committed", "paid", "returned")

    def __init__(self) -> None:
        self.allocated = self.committed = self.paid = self.returned = 0

    @property
    def available(self) -> Fen:
        """What may still be committed: a returned line's money may be committed again."""
        return Fen(self.allocated - self.committed + self.returned)


class Fund(State):
    """A fund with its uses and balances. Runs are folded by their headers, not by their lines."""

    KIND = FundId
    FOLDS: ClassVar[tuple[type[Event], ...]] = (FundReceived, FundAllocated)

    def __init__(self, subject_id: str) -> None:
        super().__init__(subject_id)
        self.uses: tuple[str, ...] = ()
        self.year = 0
        self.received = Fen(0)
        self.held_by = ""
        """The organisation whose finance office received it."""
        self.balances: defaultdict[str, Balance] = defaultdict(Balance)

    def evolve(self, event: Event) -> None:
        match event:
            case FundReceived():
                self.exists = True
                self.uses, self.year, self.received = event.uses, event.year, event.amount_fen
                self.held_by = event.actor.organisation_id
            case FundAllocated():
                self.balances[event.organisation_id].allocated += event.amount_fen

    @property
    def unallocated(self) -> Fen:
        """What was received and not yet given to an organisation."""
        return Fen(self.received - sum(b.allocated for b in self.balances.values()))

    def available(self, organisation_id: str) -> Fen:
        """What an organisation may still commit."""
        return self.balances[organisation_id].available
