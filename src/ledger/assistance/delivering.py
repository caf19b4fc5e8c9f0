"""After the grant: stages handed over, the department's report, the end."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import ClassVar

from ledger.assistance.events import (
    AssistanceDelivered,
    AssistanceEnded,
    AssistanceReported,
    Outcome,
)
from ledger.assistance.refusals import MoreThanGranted, StageOutOfOrder
from ledger.assistance.states import Assistance, AssistanceFile
from ledger.assistance.steps import DECIDERS, StepCommand, not_before, said
from ledger.assistance.takers import check_days
from ledger.identification.refusals import BadMonth, ReasonNeeded
from ledger.kernel import Context, Event, Fen, Known, Month, Named, month
from ledger.registry.commands import not_in_future
from ledger.registry.refusals import NegativeAmount

STANDING = ("granted", "delivering", "delivered", "reported")
"""Stages in which something is granted and not over."""


class DeliverAssistance(StepCommand, frozen=True, kw_only=True):
    """Records that a stage (of a monthly aid: a month) of what was granted was handed over."""

    month: Month | None = None
    amount_fen: Fen | None = None
    stage: int | None = None
    """Which stage; the next when not given."""
    delivered_on: date

    def decide(self, known: Known, context: Context) -> Iterable[Event]:
        case = self.case(known, context, "granted", "delivering")
        file = case.file
        not_in_future(self.delivered_on, context.today, "delivery on", "到位日期")
        not_before(self.delivered_on, file.decided_on, "delivery on", "到位日期")
        programme = self.programme_of(known, case, self.delivered_on)
        check_days(
            programme,
            self.takers(known, case, self.delivered_on),
            [(self.delivered_on, "delivery on", "到位日期")],
        )
        if self.amount_fen is not None and self.amount_fen < 0:
            raise NegativeAmount(amount=self.amount_fen)
        stage = file.delivered + 1
        if (self.stage or stage) != stage or (file.from_month is None and stage > file.stages):
            raise StageOutOfOrder(stage=self.stage or stage, stages=file.stages, done=file.delivered)
        of = self._month(file)
        yield AssistanceDelivered(
            stage=stage, month=of, amount_fen=self._amount(file), final=self._final(file, stage, of),
            note=Named(zh=f"第{stage}期", en=f"stage {stage}"), occurred_on=self.delivered_on,
            **self.of(known, context, case),
        )  # fmt: skip

    def _month(self, file: AssistanceFile) -> Month | None:
        """The month it is for: each month of a monthly aid once, within its months. Raises ``BadMonth``."""
        if file.from_month is None:
            if self.month is not None:
                raise BadMonth(month=self.month, why="it is not given by months", why_zh="该救助不按月发放")
            return None
        if self.month is None:
            raise BadMonth(month="-", why="the month is missing", why_zh="未填月份")
        of = month(self.month)
        if of in file.months:
            raise BadMonth(month=of, why="it was delivered already", why_zh="该月已发放")
        if of < file.from_month or (file.last_month is not None and of > file.last_month):
            raise BadMonth(month=of, why="outside the months granted", why_zh="不在准予的月份内")
        return of

    def _amount(self, file: AssistanceFile) -> Fen | None:
        """The amount; of an aid in one stage, what was granted. Raises ``MoreThanGranted``."""
        if file.amount_fen is None:
            return self.amount_fen
        whole = file.from_month is not None or file.stages == 1
        amount = self.amount_fen if self.amount_fen is not None else file.amount_fen if whole else None
        before = 0 if file.from_month is not None else file.delivered_fen
        if amount is not None and before + amount > file.amount_fen:
            raise MoreThanGranted(given=before + amount, granted=file.amount_fen)
        return amount

    @staticmethod
    def _final(file: AssistanceFile, stage: int, of: Month | None) -> bool:
        if of is None:
            return stage == file.stages
        return file.last_month is not None and of == file.last_month


class ReportAssistance(StepCommand, frozen=True, kw_only=True):
    """The department reports back what became of an assistance 反馈 [S 二(一)]."""

    outcome: Outcome
    amount_fen: Fen | None = None
    remark: Named | None = None
    reason: str | None = None
    reported_on: date

    def decide(self, known: Known, context: Context) -> Iterable[Event]:
        case = self.case(known, context, *STANDING)
        not_in_future(self.reported_on, context.today, "report on", "反馈日期")
        not_before(self.reported_on, case.file.given_on or case.file.decided_on, "report on", "反馈日期")
        if self.outcome is not Outcome.GIVEN and not (self.reason or "").strip():
            raise ReasonNeeded
        if self.amount_fen is not None and self.amount_fen < 0:
            raise NegativeAmount(amount=self.amount_fen)
        granted = case.file.amount_fen
        if self.amount_fen is not None and granted is not None and not case.file.from_month and self.amount_fen > granted:  # fmt: skip
            raise MoreThanGranted(given=self.amount_fen, granted=granted)
        yield AssistanceReported(
            outcome=self.outcome, note=self.remark or (said(self.reason) if self.reason else None), reason=self.reason,
            amount_fen=self.amount_fen, form=case.file.form, occurred_on=self.reported_on, **self.of(known, context, case),
        )  # fmt: skip


class EndAssistance(StepCommand, frozen=True, kw_only=True):
    """Ends an assistance: withdrawn before anything was given, or given until a month."""

    ROLES: ClassVar = DECIDERS
    reason: str
    last_month: Month | None = None
    ended_on: date

    def decide(self, known: Known, context: Context) -> Iterable[Event]:
        case = self.case(known, context, "applied", "referred", "accepted", *STANDING)
        self.owner(known, context, case)
        file = case.file
        not_in_future(self.ended_on, context.today, "end on", "终止日期")
        not_before(self.ended_on, file.given_on or file.decided_on or file.applied_on, "end on", "终止日期")
        if not self.reason.strip():
            raise ReasonNeeded
        given = bool(file.delivered) or file.outcome in (Outcome.GIVEN.value, Outcome.PARTLY.value)
        yield AssistanceEnded(
            last_month=self._last(case, given), withdrawn=not given, reason=self.reason, note=said(self.reason),
            occurred_on=self.ended_on, **self.of(known, context, case),
        )  # fmt: skip

    def _last(self, case: Assistance, given: bool) -> Month | None:
        """The last month of a monthly aid that was given. Raises ``BadMonth``."""
        file = case.file
        if file.from_month is None or not given:
            if self.last_month is not None:
                raise BadMonth(
                    month=self.last_month, why="it was not given by months", why_zh="该救助未按月发放"
                )
            return None
        last = month(self.last_month) if self.last_month else Month(max(file.months, default=file.from_month))
        if last < max(file.months, default=file.from_month):
            raise BadMonth(month=last, why="months after it were delivered", why_zh="其后月份已发放")
        return last
