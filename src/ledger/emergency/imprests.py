"""What is known of an imprest 备用金: what came in, what went out against receipts, what should be in hand, which months are done."""

from __future__ import annotations

import calendar
from datetime import date
from typing import ClassVar, NamedTuple

import msgspec

from ledger.funds.imprest_events import (
    Difference,
    ImprestAdvanced,
    ImprestOpened,
    ImprestReconciled,
    ImprestReplenished,
    ImprestReturned,
    ImprestSpent,
)
from ledger.ids import ImprestId
from ledger.kernel import Event, Month, State, add_months, first_day, month_of


class Movement(msgspec.Struct, frozen=True):
    """Money in or out: kind advanced, spent, replenished or returned."""

    day: date
    kind: str
    amount_fen: int
    receipt: str | None = None
    emergency_id: str | None = None
    operator_id: str = ""
    event_id: str = ""


class Reconciled(msgspec.Struct, frozen=True):
    """A month that was counted."""

    month: Month
    day: date
    cash_fen: int
    difference_fen: int
    differences: tuple[Difference, ...]
    operator_id: str = ""


class ImprestFile(msgspec.Struct):
    """All dated facts of one imprest, in the form a view stores."""

    imprest_id: str
    organisation_id: str = ""
    fund_id: str = ""
    ceiling_fen: int = 0
    reconcile_days: int = 0
    document: str = ""
    opened_on: date = date.min
    movements: list[Movement] = []
    reconciled: list[Reconciled] = []


class Totals(NamedTuple):
    """Sums up to a day, in fen."""

    advanced: int
    spent: int
    replenished: int
    returned: int

    @property
    def cash(self) -> int:
        """What should be in hand."""
        return self.advanced + self.replenished - self.spent - self.returned


_encoder = msgspec.json.Encoder()
_decoder = msgspec.json.Decoder(ImprestFile)
KINDS: dict[type[Event], str] = {
    ImprestAdvanced: "advanced", ImprestSpent: "spent", ImprestReplenished: "replenished", ImprestReturned: "returned",
}  # fmt: skip


class Imprest(State):
    """One imprest. In hand = advanced + replenished − spent − returned, never below zero."""

    KIND = ImprestId
    FOLDS: ClassVar = (
        ImprestOpened, ImprestAdvanced, ImprestSpent, ImprestReplenished, ImprestReturned, ImprestReconciled,
    )  # fmt: skip

    def __init__(self, subject_id: str) -> None:
        super().__init__(subject_id)
        self.file = ImprestFile(subject_id)

    def to_json(self) -> bytes:
        """The whole state, to be stored by a view."""
        return _encoder.encode(self.file)

    @classmethod
    def from_json(cls, data: bytes | str) -> Imprest:
        """The state a view stored."""
        file = _decoder.decode(data)
        found = cls(file.imprest_id)
        found.file, found.exists = file, True
        return found

    def evolve(self, event: Event) -> None:
        file, day = self.file, event.occurred_on or date.min
        match event:
            case ImprestOpened():
                self.exists = True
                file.organisation_id, file.fund_id, file.opened_on = event.organisation_id, event.fund_id, day
                file.ceiling_fen, file.reconcile_days = event.ceiling_fen, event.reconcile_days
                file.document = (event.basis and event.basis.document) or ""
            case ImprestReconciled():
                file.reconciled.append(
                    Reconciled(event.month, day, event.cash_fen, event.difference_fen, event.differences,
                               event.actor.operator_id)
                )  # fmt: skip
            case ImprestSpent():
                file.movements.append(
                    Movement(day, "spent", event.amount_fen, event.receipt, event.emergency_id, event.actor.operator_id,
                             event.event_id)
                )  # fmt: skip
            case ImprestAdvanced() | ImprestReplenished() | ImprestReturned():
                kind, operator = KINDS[type(event)], event.actor.operator_id
                file.movements.append(
                    Movement(day, kind, event.amount_fen, operator_id=operator, event_id=event.event_id)
                )

    def totals(self, until: date = date.max) -> Totals:
        """Sums of everything dated up to a day."""
        sums = dict.fromkeys(KINDS.values(), 0)
        for one in self.file.movements:
            if one.day <= until:
                sums[one.kind] += one.amount_fen
        return Totals(**sums)

    @property
    def cash(self) -> int:
        """What should be in hand now."""
        return self.totals().cash

    @property
    def lowest_from(self) -> dict[date, int]:
        """What should have been in hand at the end of each day something moved."""
        return {day: self.totals(day).cash for day in sorted({one.day for one in self.file.movements})}

    def cash_since(self, day: date) -> int:
        """The least that was in hand on a day or at any time after: as much may be dated out of it on that day."""
        later = [cash for on, cash in self.lowest_from.items() if on > day]
        return min([self.totals(day).cash, *later])

    @property
    def next_month(self) -> Month:
        """The first month that is not reconciled."""
        done = self.file.reconciled
        return add_months(done[-1].month, 1) if done else month_of(self.file.opened_on)

    def receipts(self) -> set[str]:
        """The receipts that were taken."""
        return {one.receipt for one in self.file.movements if one.receipt}


def last_day(month: Month) -> date:
    """The last day of a month."""
    first = first_day(month)
    return first.replace(day=calendar.monthrange(first.year, first.month)[1])
