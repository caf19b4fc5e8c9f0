"""Runs in a random history, decided by the same pure functions the payment service calls."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any

from ledger.identification.states import Entitlement
from ledger.kernel import FileHash, Month, OrganisationId, PaymentId, Refused, Role, RunId
from ledger.payments import commands
from ledger.payments.draw import Paid, Payee, Plan, close_run, plan_run, roster_hash
from ledger.payments.events import (
    Cause,
    PaymentInstructed,
    PaymentReissued,
    PaymentReturned,
    PaymentSettled,
    RunAbandoned,
    RunDrawn,
)
from ledger.payments.reconcile import ReturnLine, close_file, judge, outcome_fields
from ledger.payments.states import Run, SpentFund
from ledger.registry.states import Household

if TYPE_CHECKING:
    from tests.projections.histories import Life


class Draft:
    """A draw whose lines are being recorded."""

    def __init__(self, run_id: RunId, unit: OrganisationId, programme: str, month: Month, plan: Plan) -> None:
        self.run_id, self.unit, self.programme, self.month, self.plan = run_id, unit, programme, month, plan
        self.recorded = 0
        self.corrects: RunId | None = None
        self.marks: list[PaymentReissued] = []


class Runs:
    """Lets runs happen in a life, their lines interleaved with everything else."""

    def __init__(self, life: Life) -> None:
        self.life = life
        self.rng = life.rng
        self.drafts: list[Draft] = []
        self._count = 0

    def step(self) -> None:
        """One step of some run."""
        if self.drafts and self.rng.random() < 0.8:
            self._go_on(self.rng.choice(self.drafts))
        else:
            self.rng.choice(
                (self._draw, self._advance, self._advance, self._reconcile, self._reconcile, self._reissue)
            )()

    def _id(self) -> RunId:
        self._count += 1
        return RunId(f"{self.life.label}-r{self._count}")

    # --- drawing ---

    def plan(self, run_id: RunId, unit: str, programme: str, month: Month) -> Plan:
        life = self.life
        ids = sorted({e.entitlement_id for e in life.events(*Entitlement.FOLDS)})
        states = [life.read((Entitlement.facts(i),)).state(Entitlement, i) for i in ids]
        mine = [s for s in states if s.exists and s.category == programme]
        payees = {}
        for state in mine:
            household = life.read((Household.facts(state.household_id),)).state(Household, state.household_id)
            accounts = sorted(household.accounts, key=lambda a: a.from_date)
            head = household.head() or (household.members[-1].person_id if household.members else "")
            if accounts:
                last = accounts[-1]
                payees[household.id] = Payee(head, last.payee_id, last.bank_code, last.account.sealed,
                                             last.account_holder.sealed, last.account_key)  # fmt: skip
            else:
                payees[household.id] = Payee(head, head, "102881002345", f"1|person:{head}|x|account|eA==",
                                             f"1|person:{head}|x|account_holder|eA==", "k")  # fmt: skip
        return plan_run(run_id=run_id, organisation_id=unit, programme=programme, month=month, entitlements=mine,
                        paid=self._paid(), payees=payees)  # fmt: skip

    def _paid(self) -> dict[tuple[str, str, str], Paid]:
        drawn = {e.run_id for e in self.life.events(RunDrawn)}
        reissued = {e.payment_id for e in self.life.events(PaymentReissued)}
        slots: dict[Any, list[PaymentInstructed]] = defaultdict(list)
        for line in self.life.events(PaymentInstructed):
            if line.run_id in drawn:
                slots[line.entitlement_id, line.month, line.component].append(line)
        return {
            slot: Paid(
                sum(line.amount_fen for line in lines if line.payment_id not in reissued),
                any(line.cause is Cause.REGULAR for line in lines),
            )
            for slot, lines in slots.items()
        }

    def _draw(self) -> None:
        unit, month = self.rng.choice(self.life.units), Month(f"2026-{self.rng.randint(9, 12):02d}")
        programme, run_id = self.rng.choice(("dibao", "tekun")), self._id()
        plan = self.plan(run_id, unit, programme, month)
        if plan.lines:
            self.drafts.append(Draft(run_id, unit, programme, month, plan))

    def _go_on(self, draft: Draft) -> None:
        """Some more lines, or the header when all are recorded; now and then the draw is given up."""
        if self.rng.random() < 0.05:
            return self._abandon(draft)
        left = draft.plan.lines[draft.recorded :]
        if left:
            chunk = left[: self.rng.randint(1, 3)]
            self.life.append(*chunk)
            draft.recorded += len(chunk)
            return None
        return self._close(draft)

    def _close(self, draft: Draft) -> None:
        life = self.life
        if draft.corrects is None:
            again = self.plan(draft.run_id, draft.unit, draft.programme, draft.month)
            stale = roster_hash(again.lines) != roster_hash(draft.plan.lines)
        else:
            gone = {e.payment_id for e in life.events(PaymentReissued)}
            stale = any(mark.payment_id in gone for mark in draft.marks)
        ids = sorted({e.fund_id for e in life.events(*SpentFund.FOLDS) if hasattr(e, "fund_id")})
        funds = [life.read((SpentFund.facts(i),)).state(SpentFund, i) for i in ids]
        funds = [f for f in funds if draft.programme in f.uses]
        try:
            if stale:
                raise Refused
            header = close_run(draft.plan.lines, run_id=draft.run_id, organisation_id=draft.unit, programme=draft.programme,
                               month=draft.month, funds=funds, drawn_at_position=len(life.recorded),
                               corrects=draft.corrects)  # fmt: skip
        except Refused:
            return self._abandon(draft)
        life.append(header, *draft.marks)
        self.drafts.remove(draft)
        return None

    def _abandon(self, draft: Draft) -> None:
        self.life.append(RunAbandoned(run_id=draft.run_id, organisation_id=draft.unit, reason="变化"))
        self.drafts.remove(draft)

    # --- after ---

    def run(self) -> Run | None:
        drawn = self.life.any(self.life.events(RunDrawn))
        return None if drawn is None else self.life.read((Run.facts(drawn.run_id),)).state(Run, drawn.run_id)

    def _lines(self, run: Run) -> list[PaymentInstructed]:
        return [e for e in self.life.events(PaymentInstructed) if e.run_id == run.id]

    def _advance(self) -> None:
        """The next one or more steps of a run at once."""
        if (run := self.run()) is None:
            return
        fields = {"run_id": run.id}
        for command, role, more in (
            (commands.ReviewRun, Role.REVIEWER, {"roster_hash": run.roster_hash}),
            (commands.ApproveRun, Role.FINANCE, {"roster_hash": run.roster_hash}),
            (commands.SendRun, Role.FINANCE, {"file_hash": FileHash("ef" * 32), "file_name": "发放.csv",
                                              "lines": run.lines, "total_fen": run.total_fen}),
        ):  # fmt: skip
            if self.rng.random() < 0.8:
                self.life.do(command, role, **fields, **more)

    def _reconcile(self) -> None:
        """A return file that names some of the run's lines, some of them a second time."""
        run = self.run()
        if run is None or run.status not in ("sent", "reconciled"):
            return
        lines = self._lines(run)
        chosen = self.rng.sample(lines, self.rng.randint(1, len(lines)))
        said = [
            ReturnLine(n, line.payment_id, line.amount_fen + (self.rng.random() < 0.05), self.rng.random() < 0.6, "户名不符",
                       self.rng.choice((None, f"R{n}")))
            for n, line in enumerate(chosen)
        ]  # fmt: skip
        outcomes = [e for e in self.life.events(PaymentSettled, PaymentReturned) if e.run_id == run.id]
        judged = judge(said, {line.payment_id: line for line in lines}, {e.payment_id: e for e in outcomes})
        file_hash = FileHash(f"{len(self.life.recorded):064d}")
        closed = close_file(
            run,
            judged,
            outcomes,
            file_hash=file_hash,
            file_name="回盘.csv",
            truncated=self.rng.random() < 0.1,
        )
        self.life.append(*[j.event for j in judged if j.event is not None], closed, role=Role.FINANCE)

    def _reissue(self) -> None:
        """Returned lines of a run are to be paid again by another run."""
        if (run := self.run()) is None:
            return
        gone = {e.payment_id for e in self.life.events(PaymentReissued)}
        returned = {e.payment_id for e in self.life.events(PaymentReturned)} - gone
        source = [line for line in self._lines(run) if line.payment_id in returned]
        if not source or any(d.corrects == run.id for d in self.drafts):
            return
        new_run = self._id()
        again = [_again(line, new_run, PaymentId(f"{new_run}/{n}"), n) for n, line in enumerate(source, 1)]
        draft = Draft(
            new_run, OrganisationId(run.organisation_id), run.programme, run.month, Plan(again, [], [])
        )
        draft.corrects = RunId(run.id)
        draft.marks = [
            PaymentReissued(reissue_id=new.payment_id, reissue_run_id=new_run, **outcome_fields(old))
            for old, new in zip(source, again, strict=True)
        ]
        self.drafts.append(draft)


def _again(line: PaymentInstructed, run_id: RunId, payment_id: PaymentId, sequence: int) -> PaymentInstructed:
    fields = outcome_fields(line) | {"payment_id": payment_id, "run_id": run_id, "cause": Cause.CORRECTION}
    return PaymentInstructed(sequence=sequence, account=line.account, account_holder=line.account_holder,
                             payee_id=line.payee_id, bank_code=line.bank_code, account_key=line.account_key, **fields)  # fmt: skip
