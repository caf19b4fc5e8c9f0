"""What a log says, folded event by event by nothing but the test, and the promises it must keep at every event."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from ledger.funds.events import FundAllocated, FundReceived
from ledger.identification.events import (
    AmountAdjusted,
    ApplicationSubmitted,
    CategoryConfirmed,
    CategoryEnded,
    PriorCoverRecorded,
)
from ledger.identification.states import Entitlement
from ledger.kernel import Event, Facts, Month, add_months, month_of
from ledger.payments.draw import Slot, roster_hash
from ledger.payments.events import (
    Cause,
    FundSplit,
    PaymentInstructed,
    PaymentReissued,
    PaymentReturned,
    PaymentSettled,
    RunAbandoned,
    RunApproved,
    RunDrawn,
    RunReconciled,
    RunReviewed,
    RunSent,
)
from ledger.registry.events import HouseholdMoved, HouseholdRegistered, MemberJoined, MemberLeft, PersonDied
from ledger.store.execute import Ledger

MONTHS = [add_months(Month("2026-08"), n) for n in range(12)]
"""Every month any command of these tests names, and some after."""


@dataclass
class KeptRun:
    """A run: its lines in the order they were recorded, its header, and what was counted by its return files."""

    lines: list[PaymentInstructed] = field(default_factory=list)
    header: RunDrawn | None = None
    abandoned: bool = False
    status: str = "drafted"
    reviewer: str = ""
    file_name: str = ""
    settled: int = 0
    settled_fen: int = 0
    returned: int = 0
    returned_fen: int = 0

    @property
    def preparers(self) -> set[str]:
        assert self.header is not None
        return {self.header.actor.operator_id, *(line.actor.operator_id for line in self.lines)}


@dataclass
class KeptPart:
    """One organisation's part of a fund, in fen."""

    allocated: int = 0
    committed: int = 0
    paid: int = 0
    returned: int = 0


class Books:
    """Reads what is new in the log and folds it; the first broken promise is an ``AssertionError`` that names it."""

    def __init__(self) -> None:
        self.position = 0
        self.event_ids: set[str] = set()
        self.commands: set[str] = set()
        self.numbers: set[str] = set()
        self.home: dict[str, str] = {}
        self.left: dict[str, date] = {}
        self.died: dict[str, date] = {}
        self.place: dict[str, str] = {}
        self.cases: dict[str, ApplicationSubmitted] = {}
        self.decisions: defaultdict[str, list[Any]] = defaultdict(list)
        self.funds: dict[str, FundReceived] = {}
        self.parts: defaultdict[tuple[str, str], KeptPart] = defaultdict(KeptPart)
        self.runs: defaultdict[str, KeptRun] = defaultdict(KeptRun)
        self.lines: dict[str, PaymentInstructed] = {}
        self.status: dict[str, str] = {}
        self.regular: set[Slot] = set()
        self.again: defaultdict[str, set[str]] = defaultdict(set)
        """run → lines of other runs it pays again."""

    def members(self, household: str) -> list[str]:
        """People who live there now."""
        return [person for person, home in self.home.items() if home == household]

    def read(self, ledger: Ledger) -> None:
        """Folds what was recorded since the last time."""
        recorded = ledger.read((Facts(),), after=self.position).recorded
        for one in recorded:
            if isinstance(one.event, PaymentReissued):
                # Recorded behind the header that pays them again, in the same append.
                self.again[one.event.reissue_run_id].add(one.event.payment_id)
        for one in recorded:
            assert one.position == self.position + 1, "positions are dense"
            self.position = one.position
            self._fold(one.event)

    def _fold(self, event: Event) -> None:
        assert event.event_id not in self.event_ids, f"{event.event_id} was recorded twice"
        self.event_ids.add(event.event_id)
        self.commands.add(event.command_id)
        if isinstance(event, Entitlement.FOLDS):
            self._decision(event)
        elif isinstance(event, ApplicationSubmitted):
            self.cases[event.case_id] = event
        elif isinstance(event, FundReceived | FundAllocated):
            self._fund(event)
        elif isinstance(event, PaymentSettled | PaymentReturned | PaymentReissued):
            self._outcome(event)
        elif isinstance(event, PaymentInstructed):
            run = self.runs[event.run_id]
            assert run.header is None, "a line behind the header of its run"
            assert not run.abandoned, "a line behind the end of its run"
            assert event.payment_id not in self.lines, "a line recorded twice"
            run.lines.append(event)
            self.lines[event.payment_id] = event
        elif isinstance(event, RunDrawn):
            self._drawn(event)
        elif isinstance(event, RunAbandoned | RunReviewed | RunApproved | RunSent | RunReconciled):
            self._step(event)
        else:
            self._registry(event)

    # --- people ---

    def _registry(self, event: Event) -> None:
        day = event.occurred_on or date.min
        match event:
            case HouseholdRegistered():
                assert event.number not in self.numbers, "one household number"
                self.numbers.add(event.number)
                self.place[event.household_id] = event.organisation_id
            case HouseholdMoved():
                assert self.place[event.household_id] == event.from_id
                self.place[event.household_id] = event.to_id
            case MemberJoined():
                person = event.person_id
                assert person not in self.home, "a person in two active households"
                assert person not in self.died, "a dead person joins"
                assert day >= self.left.get(person, day), "a person in two households for a while"
                self.home[person] = event.household_id
            case MemberLeft() | PersonDied():
                assert self.home.pop(event.person_id) == event.household_id
                (self.left if isinstance(event, MemberLeft) else self.died)[event.person_id] = day
            case _:
                pass

    # --- cover ---

    def entitlement(self, entitlement_id: str) -> Entitlement:
        """What is due by the decisions recorded so far."""
        return Entitlement.fold(entitlement_id, self.decisions[entitlement_id])

    def covered_in(self, entitlement_id: str, month: Month) -> set[str]:
        """Who has basic living by an entitlement in a month: the last decision that reaches it, until its end."""
        counted: Sequence[str] = ()
        for event in self.decisions[entitlement_id]:
            if isinstance(event, CategoryEnded) and month > event.last_month:
                return set()
            if isinstance(event, CategoryConfirmed | PriorCoverRecorded | AmountAdjusted):
                counted = event.counted if event.from_month <= month else counted
        return set(counted)

    def _decision(self, event: Any) -> None:
        self.decisions[event.entitlement_id].append(event)
        if isinstance(event, CategoryConfirmed | PriorCoverRecorded | AmountAdjusted):
            for month in MONTHS:
                for person in event.counted:
                    by = [e for e in self.decisions if person in self.covered_in(e, month)]
                    assert len(by) <= 1, f"a person under two covers in {month}"

    # --- money ---

    def _fund(self, event: FundReceived | FundAllocated) -> None:
        if isinstance(event, FundReceived):
            self.funds[event.fund_id] = event
            return
        self.parts[event.fund_id, event.organisation_id].allocated += event.amount_fen
        allocated = sum(part.allocated for (fund, _), part in self.parts.items() if fund == event.fund_id)
        assert allocated <= self.funds[event.fund_id].amount_fen, "more allocated than received"

    def _moved(self, organisation: str, splits: Iterable[FundSplit], movement: str) -> int:
        """Books a movement on the funds that bear it; its total."""
        total = 0
        for split in splits:
            part = self.parts[split.fund_id, organisation]
            setattr(part, movement, getattr(part, movement) + split.amount_fen)
            total += split.amount_fen
        return total

    def _solvent(self, organisation: str, splits: Iterable[FundSplit]) -> None:
        for split in splits:
            part = self.parts[split.fund_id, organisation]
            assert part.allocated - part.committed + part.returned >= 0, "more committed than allocated"
            assert min(part.paid, part.returned, part.committed - part.paid - part.returned) >= 0, (
                "a balance below zero"
            )

    def _drawn(self, header: RunDrawn) -> None:
        run = self.runs[header.run_id]
        assert run.header is None, "a run drawn twice"
        assert not run.abandoned, "an abandoned run drawn"
        run.header, run.status = header, "drawn"
        total = sum(line.amount_fen for line in run.lines)
        assert (header.lines, header.total_fen) == (len(run.lines), total), "a header that is not its lines"
        assert [line.sequence for line in run.lines] == list(range(1, len(run.lines) + 1))
        assert header.roster_hash == roster_hash(run.lines), "signed for other lines"
        assert min(line.amount_fen for line in run.lines) > 0
        for split in header.splits:
            assert header.programme in self.funds[split.fund_id].uses, "paid from a fund of other uses"
        assert self._moved(header.organisation_id, header.splits, "committed") == total
        self._solvent(header.organisation_id, header.splits)
        for line in run.lines:
            self.status[line.payment_id] = "instructed"
        for line in run.lines:
            self._line_drawn(line, self.again[header.run_id])

    def _line_drawn(self, line: PaymentInstructed, again: set[str]) -> None:
        slot = (line.entitlement_id, line.month, line.component)
        if line.cause is Cause.REGULAR:
            assert slot not in self.regular, "a second regular line"
            self.regular.add(slot)
        net = sum(
            other.amount_fen
            for other in self.lines.values()
            if (other.entitlement_id, other.month, other.component) == slot
            and self.status.get(other.payment_id, "reissued") != "reissued"
            and other.payment_id not in again
        )
        entitlement = self.entitlement(line.entitlement_id)
        assert net <= entitlement.due(line.month).get(line.component, 0), "more in all than is due"
        if all(person in self.died for person in entitlement.file.counted):
            last = month_of(max(self.died[person] for person in entitlement.file.counted))
            assert line.month <= last, "paid beyond the last death known"

    def _outcome(self, event: PaymentSettled | PaymentReturned | PaymentReissued) -> None:
        line, status = self.lines[event.payment_id], self.status[event.payment_id]
        assert (event.run_id, event.amount_fen) == (line.run_id, line.amount_fen)
        if isinstance(event, PaymentReissued):
            assert status == "returned", "paid again without having come back"
            new = self.lines[event.reissue_id]
            assert (new.run_id, new.cause) == (event.reissue_run_id, Cause.CORRECTION)
            assert new.amount_fen <= line.amount_fen, "more paid again than came back"
            self.status[event.payment_id] = "reissued"
            return
        assert self.runs[event.run_id].status in ("sent", "reconciled")
        settled = isinstance(event, PaymentSettled)
        assert status in (("instructed",) if settled else ("instructed", "settled")), "an outcome said twice"
        self.status[event.payment_id] = "settled" if settled else "returned"

    def _step(self, event: RunAbandoned | RunReviewed | RunApproved | RunSent | RunReconciled) -> None:
        run, by = self.runs[event.run_id], event.actor.operator_id
        match event:
            case RunAbandoned():
                assert run.header is None, "a run in force abandoned"
                assert not run.abandoned
                run.abandoned, run.status = True, "abandoned"
            case RunReviewed():
                assert run.status == "drawn"
                assert by not in run.preparers, "reviewed by who prepared it"
                run.status, run.reviewer = "reviewed", by
            case RunApproved():
                assert run.status == "reviewed"
                assert by not in run.preparers, "approved by who prepared it"
                assert by != run.reviewer, "approved by who reviewed it"
                run.status = "approved"
            case RunSent():
                assert run.status == "approved"
                assert run.header is not None
                assert (event.lines, event.total_fen) == (run.header.lines, run.header.total_fen)
                run.status, run.file_name = "sent", event.file_name
            case RunReconciled():
                self._reconciled(run, event)

    def _reconciled(self, run: KeptRun, event: RunReconciled) -> None:
        assert run.status in ("sent", "reconciled")
        run.settled += event.settled
        run.settled_fen += event.settled_fen
        run.returned += event.returned
        run.returned_fen += event.returned_fen
        settled = [n.amount_fen for n in run.lines if self.status[n.payment_id] == "settled"]
        returned = [n.amount_fen for n in run.lines if self.status[n.payment_id] in ("returned", "reissued")]
        pending = [n.amount_fen for n in run.lines if self.status[n.payment_id] == "instructed"]
        assert (run.settled, run.settled_fen) == (len(settled), sum(settled)), "settled is not what settled"
        assert (run.returned, run.returned_fen) == (len(returned), sum(returned)), (
            "returned is not what returned"
        )
        assert run.header is not None
        assert run.header.total_fen == run.settled_fen + run.returned_fen + sum(pending), (
            "a run not conserved"
        )
        assert self._moved(event.organisation_id, event.splits_settled, "paid") == event.settled_fen
        assert self._moved(event.organisation_id, event.splits_returned, "returned") == event.returned_fen
        self._solvent(event.organisation_id, run.header.splits)
        if not pending:
            run.status = "reconciled"
