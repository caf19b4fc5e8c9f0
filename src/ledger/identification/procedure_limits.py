"""Time limits made longer, and the paths that leave steps out: each declared, reasoned, and with a clock of its own."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import ClassVar

from ledger.identification.calendar import add_working_days
from ledger.identification.case import Case
from ledger.identification.case_events import (
    DeadlineExtended,
    Extension,
    Path,
    PathDeclared,
    StepMadeUp,
)
from ledger.identification.events import ApplicationAccepted, ObjectionRaised, OpinionGiven
from ledger.identification.procedure_base import CaseCommand, in_order, require_above
from ledger.identification.procedure_inquiry import ACCEPTED
from ledger.identification.procedure_refusals import BadPath, ExtensionNotAllowed
from ledger.identification.refusals import ReasonNeeded, StepDone, StepMissing
from ledger.kernel import Context, Event, Facts, Known, Role
from ledger.programmes.events import Step
from ledger.standards.book import StandardBook, facts_for

NEVER_SKIPPED = frozenset({Step.ACCEPTANCE, Step.AUTHORISATION, Step.OPINION})
"""No path leaves out the application's acceptance, the authorisation, or the town's opinion [57 art. 28]."""
PATH_DAYS = "path_days"
"""Working days a declared path has until the decision: a local standard by category, its tier the path."""
FOLLOW_UP_DAYS = "path_follow_up_days"
"""Working days until the steps of an emergency are made up."""


class ExtendDeadline(CaseCommand, frozen=True, kw_only=True):
    """Extends the time limit once, for one of the reasons the text names [57 art. 22, 83 四(一)]."""

    extension: Extension
    reason: str
    extended_on: date

    def decide(self, known: Known, context: Context) -> Iterable[Event]:
        case = self.case(known, context)
        in_order(case, self.extended_on, context, ("the extension", "延期"), ACCEPTED)
        if not self.reason.strip():
            raise ReasonNeeded
        if self.extension is Extension.OBJECTION_RAISED and not case.done(ObjectionRaised):
            raise ExtensionNotAllowed(why="nobody objected to the publicity", why_zh="公示没有异议")
        if self.extension is Extension.LIVES_ELSEWHERE and not case.file.lives_elsewhere:
            raise ExtensionNotAllowed(why="the household lives where its hukou is", why_zh="不存在人户分离")
        if case.done(DeadlineExtended):
            raise ExtensionNotAllowed(why="it was extended already", why_zh="已延长过一次")
        due = case.file.due_on
        if due is not None and self.extended_on > due:
            raise ExtensionNotAllowed(why=f"it ran out on {due}", why_zh=f"办理期限已于{due}届满")
        accepted = case.day_of(ApplicationAccepted) or self.extended_on
        days = self.definition(case, known).procedure.extended_days
        yield DeadlineExtended(
            extension=self.extension,
            reason=self.reason,
            due_on=add_working_days(accepted, days),
            occurred_on=self.extended_on,
            **self.of(case, known),
        )


class DeclarePath(CaseCommand, frozen=True, kw_only=True):
    """Declares the simplified or emergency path before it is gone: which steps it leaves out, why, by whose approval.

    Its clocks are local standards; without them nothing can be declared.
    """

    ROLES: ClassVar = frozenset({Role.REVIEWER})
    path: Path
    skipped: tuple[Step, ...]
    reason: str
    article: str
    approver: str
    document: str
    declared_on: date

    def more(self, case: Case, known: Known, context: Context) -> list[Facts]:
        lineage = self.organisation(case, known).lineage
        return [
            fact
            for name in (PATH_DAYS, FOLLOW_UP_DAYS)
            for fact in facts_for(name, case.category, lineage, None, self.path.value)
        ]

    def decide(self, known: Known, context: Context) -> Iterable[Event]:
        case = self.case(known, context)
        place = self.organisation(case, known)
        require_above(context, place)
        in_order(case, self.declared_on, context, ("the declaration", "启动程序"), ACCEPTED)
        self._check(case, context)
        book = StandardBook(known.events())
        days = book.get(PATH_DAYS, case.category, place.lineage, self.declared_on, tier=self.path.value)
        follow_up = None
        if self.path is Path.EMERGENCY_PATH:
            until = book.get(
                FOLLOW_UP_DAYS, case.category, place.lineage, self.declared_on, tier=self.path.value
            )
            follow_up = add_working_days(self.declared_on, until.value)
        yield PathDeclared(
            path=self.path, skipped=self.skipped, reason=self.reason, article=self.article, approver=self.approver,
            document=self.document, due_on=add_working_days(self.declared_on, days.value), follow_up_on=follow_up,
            occurred_on=self.declared_on, **self.of(case, known),
        )  # fmt: skip

    def _check(self, case: Case, context: Context) -> None:
        if not self.reason.strip() or not self.article.strip():
            raise ReasonNeeded
        kept = [step.value for step in self.skipped if step in NEVER_SKIPPED]
        for wrong, why, why_zh in (
            (case.file.path is not None, "a path was declared already", "已启动过简化或急难程序"),
            (case.done(OpinionGiven), "the opinion was given already", "初审意见已提出"),
            (not self.skipped, "it leaves out no step", "未列明省略的程序"),
            (bool(kept), f"{', '.join(kept)} cannot be left out", f"不得省略{'、'.join(kept)}"),
            (not self.approver.strip() or self.approver == context.actor.operator_id,
             "somebody else must approve it", "须由他人批准"),
            (not self.document.strip(), "it needs the document of the approval", "须有批准文件"),
        ):  # fmt: skip
            if wrong:
                raise BadPath(why=why, why_zh=why_zh)


class MakeUpStep(CaseCommand, frozen=True, kw_only=True):
    """Records that a step an emergency had left out was taken afterwards, by its document."""

    step: Step
    document: str
    done_on: date

    def decide(self, known: Known, context: Context) -> Iterable[Event]:
        case = self.found(known, context)
        in_order(
            case,
            self.done_on,
            context,
            ("the step", "补办程序"),
            (PathDeclared, "the declaration", "启动程序"),
        )
        if case.file.path != Path.EMERGENCY_PATH or self.step not in case.file.skipped:
            raise BadPath(why=f"{self.step.value} was not put off", why_zh=f"未暂缓{self.step.value}")
        if self.step in case.file.made_up:
            raise StepDone(step=self.step.value, step_zh="该程序")
        if not self.document.strip():
            raise StepMissing(step="making up", step_zh="补办", missing="its document", missing_zh="相应材料")
        yield StepMadeUp(
            step=self.step, document=self.document, occurred_on=self.done_on, **self.of(case, known)
        )
