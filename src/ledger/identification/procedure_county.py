"""At the county: the report, the random re-check, a meeting on the case, and what is made public."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from datetime import date
from typing import ClassVar

from ledger.identification.calendar import add_working_days
from ledger.identification.case import Case
from ledger.identification.case_events import (
    CaseMeetingHeld,
    CaseRechecked,
    RecheckDrawn,
    ReportedToCounty,
    ResultAnnounced,
)
from ledger.identification.events import (
    CaseAborted,
    CategoryCode,
    CategoryConfirmed,
    CategoryRefused,
    OpinionGiven,
    PublicityEnded,
)
from ledger.identification.procedure_base import CaseCommand, in_order, require_above, sealed
from ledger.identification.procedure_inquiry import ACCEPTED, require_two
from ledger.identification.procedure_publicity import check_quorum
from ledger.identification.procedure_refusals import DatesBackwards, NothingToDraw
from ledger.identification.refusals import CaseClosed, StepDone, StepMissing
from ledger.ids import RecheckId
from ledger.kernel import (
    Boundary,
    CaseId,
    Command,
    Context,
    Event,
    Facts,
    Known,
    Month,
    OrganisationId,
    PersonId,
    Role,
    month,
    month_of,
    tag,
)
from ledger.organisation.states import Organisation, require_scope
from ledger.programmes.book import Categories, category_facts
from ledger.programmes.events import CategoryDefined, Step
from ledger.registry.commands import not_in_future
from ledger.standards.book import StandardBook, facts_for

MEETING_QUORUM = "meeting_quorum"
"""The fewest a meeting on a case is held with: a local standard."""
CLOSING = (CaseAborted, CategoryConfirmed, CategoryRefused)


def batch_of(organisation: Organisation, category: str, of_month: Month) -> RecheckId:
    """The batch a re-check is drawn from: all cases of a category reported in a month under one division."""
    return RecheckId(f"{organisation.lineage[0]}/{category}/{of_month}")


def not_publicised(case: Case, definition: CategoryDefined) -> bool:
    """Whether the publicity the definition asks for is not over yet."""
    steps = definition.procedure
    asked = Step.PUBLICITY in steps.steps and Step.PUBLICITY not in case.file.skipped
    return asked and not case.publicity_ended(steps.publicise_again)


class ReportToCounty(CaseCommand, frozen=True, kw_only=True):
    """Sends the file up after publicity without an open objection; the county's days begin [57 art. 19–20, 43 art. 15–16]."""

    reported_on: date

    def decide(self, known: Known, context: Context) -> Iterable[Event]:
        case = self.case(known, context)
        in_order(case, self.reported_on, context, ("the report", "报送"), (OpinionGiven, "the opinion", "初审意见"),
                 (PublicityEnded, "the end of publicity", "公示结束"))  # fmt: skip
        definition = self.definition(case, known)
        for lacking, english, chinese in (
            (not case.done(OpinionGiven) or case.objection_open, "the opinion", "初审意见"),
            (not_publicised(case, definition), "publicity", "公示期满"),
        ):
            if lacking:
                raise StepMissing(
                    step="the report to the county", step_zh="报送", missing=english, missing_zh=chinese
                )
        if case.after(ReportedToCounty, OpinionGiven):
            raise StepDone(step="the report", step_zh="报送")
        steps, place = definition.procedure, self.organisation(case, known)
        yield ReportedToCounty(
            due_on=add_working_days(self.reported_on, steps.county_days),
            recheck_id=batch_of(place, case.category, month_of(self.reported_on))
            if steps.recheck_permille
            else None,
            occurred_on=self.reported_on,
            **self.of(case, known),
        )


def draw(seed: str, cases: Sequence[str], permille: int) -> tuple[str, ...]:
    """At least so many permille of the cases, in the order of SHA-256 of ``seed/case``: the same for whoever repeats it."""
    ranked = sorted(cases, key=lambda case: hashlib.sha256(f"{seed}/{case}".encode()).hexdigest())
    return tuple(ranked[: -(-len(cases) * permille // 1000)])


def seed_of(reports: Iterable[ReportedToCounty]) -> str:
    """The seed: SHA-256 of the reports' event ids in their order, which nobody at the county chooses."""
    return hashlib.sha256("\n".join(r.event_id for r in reports).encode()).hexdigest()


class DrawRechecks(Command, frozen=True, kw_only=True):
    """Draws which of a month's reported cases are checked again, from all that are in no draw yet [43 art. 16].

    Neither the cases nor the seed are the drawer's to choose; both are recorded, so that anyone can repeat the draw.
    """

    ROLES: ClassVar = frozenset({Role.REVIEWER})
    organisation_id: OrganisationId
    category: CategoryCode
    of_month: Month
    drawn_on: date | None = None

    def boundary(self, known: Known, context: Context) -> Boundary:
        facts = [Organisation.facts(self.organisation_id), category_facts(self.category)]
        place = known.state(Organisation, self.organisation_id)
        if place.exists:
            batch = batch_of(place, self.category, month(self.of_month))
            facts.append(Facts(types=(ReportedToCounty, RecheckDrawn), tags=(tag(RecheckId, batch),)))
            cases = dict.fromkeys(e.case_id for e in known.events(ReportedToCounty))
            facts += [Facts(types=CLOSING, tags=(tag(CaseId, case),)) for case in cases]
        return tuple(facts)

    def decide(self, known: Known, context: Context) -> Iterable[Event]:
        place = known.state(Organisation, self.organisation_id)
        require_scope(context.actor, place)
        require_above(context, place)
        batch = batch_of(place, self.category, month(self.of_month))
        gone = {case for e in known.events(RecheckDrawn) for case in e.case_ids}
        gone |= {e.case_id for e in known.events(*CLOSING)}
        waiting = {e.case_id: e for e in known.events(ReportedToCounty) if e.case_id not in gone}
        if not waiting:
            raise NothingToDraw(batch=batch)
        day = self.drawn_on or context.today
        not_in_future(day, context.today, "draw on", "抽取日期")
        latest = max(e.occurred_on or day for e in waiting.values())
        if day < latest:
            raise DatesBackwards(
                step="the draw", step_zh="抽取", day=day, other="the report", other_zh="报送", before=latest
            )
        permille = Categories.of(known).get(self.category, day).procedure.recheck_permille
        seed, cases = seed_of(waiting.values()), tuple(waiting)
        yield RecheckDrawn(
            recheck_id=batch,
            organisation_id=OrganisationId(place.lineage[0]),
            category=self.category,
            case_ids=cases,
            household_ids=tuple(dict.fromkeys(e.household_id for e in waiting.values())),
            drawn=draw(seed, cases, permille),
            permille=permille,
            seed=seed,
            occurred_on=day,
        )


class RecordRecheck(CaseCommand, frozen=True, kw_only=True):
    """Records the county's re-check of a drawn case, by two or more [43 art. 16]."""

    ROLES: ClassVar = frozenset({Role.REVIEWER})
    visitors: tuple[str, ...]
    upheld: bool
    findings: str | None = None
    rechecked_on: date

    def decide(self, known: Known, context: Context) -> Iterable[Event]:
        case = self.case(known, context)
        require_above(context, self.organisation(case, known))
        in_order(
            case,
            self.rechecked_on,
            context,
            ("the re-check", "抽查"),
            (ReportedToCounty, "the report", "报送"),
        )
        require_two(self.visitors)
        if case.file.recheck not in ("drawn", "not_upheld"):
            raise StepMissing(
                step="the re-check", step_zh="抽查", missing="a draw of this case", missing_zh="抽取本案"
            )
        yield CaseRechecked(visitors=self.visitors, upheld=self.upheld, findings=sealed(case, self.findings),
                            occurred_on=self.rechecked_on, **self.of(case, known))  # fmt: skip


class HoldCaseMeeting(CaseCommand, frozen=True, kw_only=True):
    """Records a meeting on this case 一事一议: quorum by the standard in force, votes, decision, minutes [S 二(四)]."""

    present: int
    in_favour: int
    against: int
    decision: str
    minutes: str
    held_on: date

    def more(self, case: Case, known: Known, context: Context) -> list[Facts]:
        return facts_for(MEETING_QUORUM, None, self.organisation(case, known).lineage, None, None)

    def decide(self, known: Known, context: Context) -> Iterable[Event]:
        case = self.case(known, context)
        in_order(case, self.held_on, context, ("the meeting", "一事一议"), ACCEPTED)
        book, lineage = StandardBook(known.events()), self.organisation(case, known).lineage
        least = book.get(MEETING_QUORUM, None, lineage, self.held_on).value
        check_quorum(self.present, self.in_favour, self.against, least)
        for text, english, chinese in (
            (self.decision, "a decision", "会议决定"), (self.minutes, "minutes", "会议纪要"),
        ):  # fmt: skip
            if not text.strip():
                raise StepMissing(step="the meeting", step_zh="一事一议", missing=english, missing_zh=chinese)
        yield CaseMeetingHeld(
            present=self.present, in_favour=self.in_favour, against=self.against, quorum=least,
            carried=2 * self.in_favour > self.present, decision=self.decision, minutes=self.minutes,
            occurred_on=self.held_on, **self.of(case, known),
        )  # fmt: skip


class AnnounceResult(CaseCommand, frozen=True, kw_only=True):
    """Makes a confirmation public 公布: name, members and amount, and nothing more [57 art. 24, 43 art. 17]."""

    place: str
    announced_on: date

    def decide(self, known: Known, context: Context) -> Iterable[Event]:
        case = self.found(known, context)
        if case.status != "confirmed":
            raise CaseClosed(status=case.status)
        if case.done(ResultAnnounced):
            raise StepDone(step="the announcement", step_zh="公布")
        in_order(case, self.announced_on, context, ("the announcement", "公布"),
                 (CategoryConfirmed, "the confirmation", "审核确认"))  # fmt: skip
        yield ResultAnnounced(
            person_id=PersonId(case.file.applicant),
            place=self.place,
            members=case.file.counted or 0,
            amount_fen=case.file.monthly_fen,
            occurred_on=self.announced_on,
            **self.of(case, known),
        )
