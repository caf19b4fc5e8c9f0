"""Appraisal, the town's opinion, its publicity, and objections."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date, timedelta

from ledger.identification.calendar import add_working_days
from ledger.identification.case import Case, publicity_end
from ledger.identification.case_events import MeansDisputed
from ledger.identification.events import (
    Amount,
    AppraisalHeld,
    HomeVisited,
    MeansChecked,
    ObjectionRaised,
    OpinionGiven,
    PublicityEnded,
    PublicityStarted,
    Shown,
)
from ledger.identification.procedure_base import CaseCommand, in_order, sealed
from ledger.identification.procedure_inquiry import ACCEPTED
from ledger.identification.procedure_refusals import ShowsTooMuch
from ledger.identification.refusals import NoQuorum, PublicityTooShort, StepMissing
from ledger.kernel import Context, Event, Facts, Fen, Known
from ledger.programmes.events import Step
from ledger.standards.book import StandardBook, facts_for

SHOWN = re.compile(r"[^\W\d_]\*\*")
"""A surname's one character and ``**``."""
HIDDEN_NAME = "***"
APPRAISAL_QUORUM = "appraisal_quorum"
"""The fewest an appraisal is held with: a local standard."""


def check_quorum(present: int, in_favour: int, against: int, least: int) -> None:
    """Raises ``NoQuorum`` for too few present, or votes that cannot be."""
    votes = in_favour + against
    if present < least or votes > present or min(in_favour, against) < 0:
        raise NoQuorum(least=least, present=present, votes=votes)


class HoldAppraisal(CaseCommand, frozen=True, kw_only=True):
    """Records a democratic appraisal 民主评议, with the quorum the standard in force asks for [57 art. 19, 43 art. 14]."""

    present: int
    in_favour: int
    against: int
    held_on: date

    def more(self, case: Case, known: Known, context: Context) -> list[Facts]:
        return facts_for(APPRAISAL_QUORUM, None, self.organisation(case, known).lineage, None, None)

    def decide(self, known: Known, context: Context) -> Iterable[Event]:
        case = self.case(known, context)
        in_order(case, self.held_on, context, ("the appraisal", "民主评议"), ACCEPTED,
                 (ObjectionRaised, "the objection", "公示异议"))  # fmt: skip
        book, lineage = StandardBook(known.events()), self.organisation(case, known).lineage
        least = book.get(APPRAISAL_QUORUM, None, lineage, self.held_on).value
        check_quorum(self.present, self.in_favour, self.against, least)
        yield AppraisalHeld(
            present=self.present,
            in_favour=self.in_favour,
            against=self.against,
            quorum=least,
            occurred_on=self.held_on,
            **self.of(case, known),
        )


class GiveOpinion(CaseCommand, frozen=True, kw_only=True):
    """The town's opinion, after check and visit; after an objection only once it was looked into [57 art. 18–19]."""

    approve: bool
    reason: str
    proposed: tuple[Amount, ...] = ()
    given_on: date

    def decide(self, known: Known, context: Context) -> Iterable[Event]:
        case = self.case(known, context)
        in_order(case, self.given_on, context, ("the opinion", "初审意见"), ACCEPTED, (MeansChecked, "the report", "核对报告"),
                 (HomeVisited, "the visit", "入户调查"), (AppraisalHeld, "the appraisal", "民主评议"),
                 (ObjectionRaised, "the objection", "公示异议"))  # fmt: skip
        missing = unfounded(case, self.definition(case, known).procedure.steps)
        if missing:
            raise StepMissing(
                step="the opinion", step_zh="初审意见", missing=missing[0][0], missing_zh=missing[0][1]
            )
        yield OpinionGiven(
            approve=self.approve,
            reason=self.reason,
            proposed=self.proposed,
            occurred_on=self.given_on,
            **self.of(case, known),
        )


def unfounded(case: Case, steps: tuple[Step, ...]) -> list[tuple[str, str]]:
    """What an opinion still has to rest on, in English and 中文."""
    asked = [step for step in steps if step not in case.file.skipped]
    looked = case.after(HomeVisited, ObjectionRaised) or case.after(AppraisalHeld, ObjectionRaised)
    checks = (
        (Step.MEANS_CHECK in asked and not case.done(MeansChecked), "the comparison report", "信息核对报告"),
        (Step.HOME_VISIT in asked and not case.done(HomeVisited), "the home visit", "入户调查"),
        (case.done(ObjectionRaised) and not looked,
         "a new investigation or appraisal after the objection", "异议后的重新调查或民主评议"),
    )  # fmt: skip
    return [*((english, chinese) for lacking, english, chinese in checks if lacking), *open_questions(case)]


def open_questions(case: Case) -> list[tuple[str, str]]:
    """What was asked and is not answered yet: an objection to the check, a co-verification [57 art. 15, 18]."""
    again = case.after(MeansChecked, MeansDisputed) or case.after(HomeVisited, MeansDisputed)
    checks = (
        (case.done(MeansDisputed) and not again,
         "a new look after the objection to the check", "对核对异议的复查"),
        (any(not c.answered for c in case.file.co_verifications.values()),
         "the answer to the co-verification", "异地协查答复"),
    )  # fmt: skip
    return [(english, chinese) for lacking, english, chinese in checks if lacking]


class StartPublicity(CaseCommand, frozen=True, kw_only=True):
    """Posts the opinion for the definition's days 公示: surname and **, members, amount, nothing more [57 art. 19, 43 art. 15]."""

    place: str
    shown_name: str | None = None
    started_on: date

    def decide(self, known: Known, context: Context) -> Iterable[Event]:
        case = self.case(known, context)
        in_order(
            case, self.started_on, context, ("publicity", "公示"), (OpinionGiven, "the opinion", "初审意见")
        )
        if not case.done(OpinionGiven) or case.objection_open:
            raise StepMissing(step="publicity", step_zh="公示", missing="the opinion", missing_zh="初审意见")
        if self.shown_name is not None and not SHOWN.fullmatch(self.shown_name):
            raise ShowsTooMuch(shown=f"{len(self.shown_name)} characters")
        days = self.definition(case, known).procedure.publicity_days
        yield PublicityStarted(
            place=self.place,
            until=publicity_end(self.started_on, days) - timedelta(days=1),
            shown=Shown(
                name=self.shown_name or HIDDEN_NAME,
                members=len(case.covered),
                amount_fen=None if case.file.proposed_fen is None else Fen(case.file.proposed_fen),
            ),
            occurred_on=self.started_on,
            **self.of(case, known),
        )


class RaiseObjection(CaseCommand, frozen=True, kw_only=True):
    """Records an objection to a posted opinion 公示异议, named or anonymous."""

    text: str | None = None
    objector: str | None = None
    raised_on: date

    def decide(self, known: Known, context: Context) -> Iterable[Event]:
        case = self.case(known, context)
        in_order(
            case, self.raised_on, context, ("the objection", "异议"), (PublicityStarted, "publicity", "公示")
        )
        if not case.done(PublicityStarted):
            raise StepMissing(step="an objection", step_zh="异议", missing="publicity", missing_zh="公示")
        days = self.definition(case, known).procedure.reinvestigation_days
        yield ObjectionRaised(
            text=sealed(case, self.text),
            objector=sealed(case, self.objector),
            due_on=add_working_days(self.raised_on, days),
            occurred_on=self.raised_on,
            **self.of(case, known),
        )


class EndPublicity(CaseCommand, frozen=True, kw_only=True):
    """Closes the publicity once its days have passed."""

    ended_on: date

    def decide(self, known: Known, context: Context) -> Iterable[Event]:
        case = self.case(known, context)
        in_order(case, self.ended_on, context, ("the end of publicity", "公示结束"))
        started = case.day_of(PublicityStarted)
        if started is None or not case.publicised:
            raise StepMissing(
                step="the end of publicity", step_zh="公示结束", missing="publicity", missing_zh="公示"
            )
        days = self.definition(case, known).procedure.publicity_days
        earliest = publicity_end(started, days)
        if self.ended_on < earliest:
            raise PublicityTooShort(days=days, started=started, until=earliest)
        mark = case.file.marks.get(ObjectionRaised.__name__)
        yield PublicityEnded(
            objections=mark.times if mark else 0, occurred_on=self.ended_on, **self.of(case, known)
        )
