"""What is put on paper after aid was given first, until when, and the end of the matter [S 三(三); TA 二(二)]."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from ledger.emergency.events import (
    EmergencyClosed,
    EmergencyEased,
    EmergencyOutcome,
    EmergencyRegularised,
    FiledPaper,
    Paper,
    PaperworkFiled,
)
from ledger.emergency.grading import EmergencyCommand
from ledger.emergency.refusals import (
    EasedTooLate,
    LateWithoutReason,
    NothingGiven,
    PaperworkMissing,
    PaperworkWrong,
)
from ledger.emergency.states import Emergency
from ledger.kernel import Context, Event, HouseholdId, Known, Private, tag
from ledger.registry.refusals import BadDate

NAMES = {
    Paper.EXPLANATION: ("补充说明", "explanation"), Paper.RECIPIENT_REGISTERED: ("救助对象登记", "registration of the recipient"),
    Paper.GROUNDS: ("救助事由", "grounds"), Paper.AMOUNT_GIVEN: ("救助金额登记", "registration of the amount"),
    Paper.MATERIALS: ("相关材料", "materials"), Paper.RECIPIENT_SIGNATURE: ("救助对象签字", "signature of the recipient"),
    Paper.HANDLER_SIGNATURE: ("经办人签字", "signature of the handler"),
    Paper.HEAD_SIGNATURE: ("负责人签字", "signature of who is in charge"), Paper.SEAL: ("盖章", "seal"),
}  # fmt: skip


def listed(papers: Iterable[Paper]) -> tuple[str, str]:
    """Names of papers in 中文 and English, one after the other."""
    names = [NAMES[paper] for paper in papers]
    return "、".join(zh for zh, _ in names), ", ".join(en for _, en in names)


class RecordEasing(EmergencyCommand, frozen=True, kw_only=True):
    """The worst is over: what is left to put on paper is due from this day 急难情况缓解."""

    eased_on: date

    def decide(self, known: Known, context: Context) -> Iterable[Event]:
        emergency = self.emergency(known, context, self.eased_on, "easing on", "缓解日期")
        if emergency.aided_on is None or emergency.file.regularised_on is not None:
            raise NothingGiven(what="put on paper", what_zh="补齐手续")
        due = emergency.due_on
        if due is None:
            raise NothingGiven(what="put on paper", what_zh="补齐手续")
        if context.today > due:
            raise EasedTooLate(due=due)
        yield EmergencyEased(occurred_on=self.eased_on, **self.of(emergency))


class FilePaperwork(EmergencyCommand, frozen=True, kw_only=True):
    """Puts on file some of what was left: each thing and where it is; an explanation in words where one is asked for."""

    papers: tuple[FiledPaper, ...]
    explanation: str | None = None
    filed_on: date

    def decide(self, known: Known, context: Context) -> Iterable[Event]:
        emergency = self.emergency(known, context, self.filed_on, "filing on", "归档日期")
        self._check(emergency)
        text = (self.explanation or "").strip()
        yield PaperworkFiled(
            papers=self.papers, occurred_on=self.filed_on,
            explanation=Private(tag(HouseholdId, emergency.file.household_id), text) if text else None,
            **self.of(emergency),
        )  # fmt: skip

    def _check(self, emergency: Emergency) -> None:
        named = [one.paper for one in self.papers]
        wanted, missing = emergency.file.papers, emergency.missing
        wrong = next((paper for paper in named if paper not in wanted), None)
        again = next((paper for paper in named if paper in wanted and paper not in missing), None)
        aided = emergency.aided_on
        checks = (
            (aided is None, "no aid was given yet", "尚未给予救助"),
            (not named or len(set(named)) < len(named), "name each thing once", "须逐项填报且不得重复"),
            (wrong is not None, f"{wrong} is not asked for here", f"{NAMES[wrong][0] if wrong else ''}不在应补范围内"),
            (again is not None, f"{again} is on file already", f"{NAMES[again][0] if again else ''}已归档"),
            (any(not one.reference.strip() for one in self.papers), "say where each is", "须注明材料编号或存放处"),
            (Paper.EXPLANATION in named and not (self.explanation or "").strip(),
             "the explanation is missing", "补充说明内容为空"),
        )  # fmt: skip
        for bad, why, why_zh in checks:
            if bad:
                raise PaperworkWrong(why=why, why_zh=why_zh)
        if aided is not None and self.filed_on < aided:
            raise BadDate(
                what="filing on",
                what_zh="归档日期",
                day=self.filed_on,
                why="before the aid",
                why_zh="早于救助日期",
            )


class RegulariseEmergency(EmergencyCommand, frozen=True, kw_only=True):
    """Says that everything is on file and signed; late only with the reason why."""

    late_reason: str | None = None
    regularised_on: date

    def decide(self, known: Known, context: Context) -> Iterable[Event]:
        emergency = self.emergency(known, context, self.regularised_on, "completion on", "补齐日期")
        file, due = emergency.file, emergency.due_on
        if due is None or file.regularised_on is not None:
            raise NothingGiven(what="put on paper", what_zh="补齐手续")
        if emergency.missing:
            zh, en = listed(emergency.missing)
            raise PaperworkMissing(missing=en, missing_zh=zh)
        last = max((one.day for one in file.filed), default=self.regularised_on)
        if self.regularised_on < last:
            raise BadDate(
                what="completion on",
                what_zh="补齐日期",
                day=self.regularised_on,
                why="before the last paper",
                why_zh="早于最后一份材料",
            )
        late = last > due
        if late and not (self.late_reason or "").strip():
            raise LateWithoutReason(due=due)
        yield EmergencyRegularised(
            due_on=due, late=late, late_reason=self.late_reason if late else None, occurred_on=self.regularised_on,
            **self.of(emergency),
        )  # fmt: skip


class CloseEmergency(EmergencyCommand, frozen=True, kw_only=True):
    """Closes the matter: after aid only once everything is on file; otherwise because it was withdrawn, or was not so."""

    outcome: EmergencyOutcome
    closing: str
    closed_on: date

    def decide(self, known: Known, context: Context) -> Iterable[Event]:
        emergency = self.emergency(known, context, self.closed_on, "closing on", "办结日期", graded=False)
        file, aided = emergency.file, emergency.aided_on is not None
        if self.outcome is EmergencyOutcome.AIDED and not aided:
            raise NothingGiven(what="close as aided", what_zh="按已救助办结")
        if aided and file.paperwork_days is not None and file.regularised_on is None:
            zh, en = listed(emergency.missing)
            raise PaperworkMissing(
                missing=en or "the statement that it is complete", missing_zh=zh or "手续补齐确认"
            )
        last = max((one.day for one in file.given), default=file.happened_on)
        if self.closed_on < last:
            raise BadDate(
                what="closing on",
                what_zh="办结日期",
                day=self.closed_on,
                why="before the last aid",
                why_zh="早于最后一次救助",
            )
        if not self.closing.strip():
            raise PaperworkWrong(why="say why it is closed", why_zh="须写明办结原因")
        yield EmergencyClosed(
            outcome=self.outcome, closing=self.closing, occurred_on=self.closed_on, **self.of(emergency)
        )
