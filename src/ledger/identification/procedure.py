"""The steps of a case, from application to the end of publicity; skipped or reordered steps are refused."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any, ClassVar

from ledger.identification.calendar import add_working_days
from ledger.identification.events import (
    Amount,
    ApplicationAccepted,
    ApplicationSubmitted,
    AppraisalHeld,
    CaseAborted,
    CaseEvent,
    Category,
    CategoryCode,
    CategoryConfirmed,
    CategoryRefused,
    CheckAuthorised,
    HomeVisited,
    MeansChecked,
    ObjectionRaised,
    OpinionGiven,
    PublicityEnded,
    PublicityStarted,
    SupplementRequested,
)
from ledger.identification.refusals import (
    ApplicationPending,
    CaseClosed,
    CaseUnknown,
    NoQuorum,
    OnePersonOnly,
    PublicityTooShort,
    StepDone,
    StepMissing,
    TwoVisitorsNeeded,
    WholeHouseholdOrNone,
)
from ledger.identification.states import Case, publicity_end
from ledger.kernel import (
    Boundary,
    CaseId,
    Command,
    Context,
    Event,
    Facts,
    HouseholdId,
    Known,
    OrganisationId,
    PersonId,
    Private,
    Role,
    tag,
)
from ledger.organisation.states import Organisation, require_scope
from ledger.registry.commands import HouseholdCommand, not_in_future
from ledger.registry.events import IncomeLine, PropertyLine
from ledger.registry.refusals import NotMember
from ledger.registry.states import Household

WORKING_DAYS: dict[CategoryCode, int] = {Category.DIBAO: 30, Category.TEKUN: 30}
"""From acceptance to decision: dibao 30 [57 art. 22], tekun 15 at the town and 15 at the county [43 art. 13, 16]."""
QUORUM = 5
"""The fewest people an appraisal is held with (practice)."""


class SubmitApplication(HouseholdCommand, frozen=True, kw_only=True):
    """A household applies through one of its members, or someone on its behalf [57 art. 4, 6; 43 art. 10].

    Dibao covers the whole household; tekun one person.
    """

    category: CategoryCode
    applicant: PersonId
    covered: tuple[PersonId, ...]
    on_behalf_of: str | None = None
    submitted_on: date

    def more(self, known: Known, context: Context) -> Boundary:
        types = (ApplicationSubmitted, CaseAborted, CategoryConfirmed, CategoryRefused)
        return (Facts(types=types, tags=(tag(HouseholdId, self.household_id),)),)

    def decide(self, known: Known, context: Context) -> Iterable[Event]:
        household = self.household(known, context)
        not_in_future(self.submitted_on, context.today, "application on", "申请日期")
        present = {m.person_id for m in household.current()}
        for person in (self.applicant, *self.covered):
            if person not in present:
                raise NotMember(person=person, day=self.submitted_on)
        if self.category == Category.DIBAO and set(self.covered) != present:
            raise WholeHouseholdOrNone(count=len(set(self.covered)), members=len(present))
        if self.category == Category.TEKUN and len(self.covered) != 1:
            raise OnePersonOnly(count=len(self.covered))
        self._none_pending(known)
        yield ApplicationSubmitted(
            case_id=context.new_id(CaseId),
            household_id=self.household_id,
            organisation_id=OrganisationId(household.organisation_id),
            category=self.category,
            person_id=self.applicant,
            covered=self.covered,
            on_behalf_of=self.on_behalf_of,
            occurred_on=self.submitted_on,
        )

    def _none_pending(self, known: Known) -> None:
        pending: dict[str, ApplicationSubmitted] = {}
        for event in known.events(ApplicationSubmitted, CaseAborted, CategoryConfirmed, CategoryRefused):
            if isinstance(event, ApplicationSubmitted):
                pending[event.case_id] = event
            elif isinstance(event, CaseEvent):
                pending.pop(event.case_id, None)
        for event in pending.values():
            if event.category == self.category and set(event.covered) & set(self.covered):
                raise ApplicationPending(category=self.category)


class CaseCommand(Command, frozen=True, kw_only=True):
    """Base of every step of an open case in the operator's scope."""

    ROLES: ClassVar = frozenset({Role.CLERK, Role.REVIEWER})
    case_id: CaseId

    def boundary(self, known: Known, context: Context) -> Boundary:
        """The case, its household and its organisation, and whatever else the step names."""
        facts = [Case.facts(self.case_id)]
        case = known.state(Case, self.case_id)
        if case.exists:
            facts += [Household.facts(case.household_id), Organisation.facts(case.organisation_id)]
            facts += self.more(case, known, context)
        return tuple(facts)

    def more(self, case: Case, known: Known, context: Context) -> list[Facts]:
        """Further facts the decision needs."""
        return []

    def case(self, known: Known, context: Context, *, accepted: bool = True) -> Case:
        """The case, which must be open, in scope and (unless said otherwise) accepted."""
        case = known.state(Case, self.case_id)
        if not case.exists:
            raise CaseUnknown(case=self.case_id)
        require_scope(context.actor, known.state(Organisation, case.organisation_id))
        if not case.open:
            raise CaseClosed(status=case.status)
        if accepted and case.last(ApplicationAccepted) is None:
            raise StepMissing(step="this", step_zh="本步骤", missing="acceptance", missing_zh="受理")
        return case

    def of(self, case: Case) -> dict[str, Any]:
        """The fields every event of the case carries."""
        return {
            "case_id": self.case_id,
            "household_id": case.household_id,
            "organisation_id": case.organisation_id,
            "category": case.category,
        }


class RequestSupplement(CaseCommand, frozen=True, kw_only=True):
    """Tells once, completely, what is missing 一次性告知 [57 art. 10, 43 art. 12]."""

    missing: tuple[str, ...]

    def decide(self, known: Known, context: Context) -> Iterable[Event]:
        case = self.case(known, context, accepted=False)
        if case.last(SupplementRequested) is not None or case.last(ApplicationAccepted) is not None:
            raise StepDone(step="the request for supplements", step_zh="一次性告知补正")
        yield SupplementRequested(missing=self.missing, **self.of(case))


class AcceptApplication(CaseCommand, frozen=True, kw_only=True):
    """Accepts a complete application; the decision is due within the category's working days."""

    accepted_on: date

    def decide(self, known: Known, context: Context) -> Iterable[Event]:
        case = self.case(known, context, accepted=False)
        not_in_future(self.accepted_on, context.today, "acceptance on", "受理日期")
        if case.last(ApplicationAccepted) is not None:
            raise StepDone(step="acceptance", step_zh="受理")
        due = add_working_days(self.accepted_on, WORKING_DAYS[case.category])
        yield ApplicationAccepted(due_on=due, occurred_on=self.accepted_on, **self.of(case))


class AuthoriseCheck(CaseCommand, frozen=True, kw_only=True):
    """The members authorise the check of their means [57 art. 9, 43 art. 10]."""

    authorised_by: tuple[PersonId, ...]
    authorised_on: date

    def decide(self, known: Known, context: Context) -> Iterable[Event]:
        case = self.case(known, context)
        not_in_future(self.authorised_on, context.today, "authorisation on", "授权日期")
        household = known.state(Household, case.household_id)
        for person in self.authorised_by:
            if household.member(person) is None:
                raise NotMember(person=person, day=self.authorised_on)
        if not self.authorised_by:
            raise StepMissing(step="checking", step_zh="核对", missing="a signature", missing_zh="授权人签字")
        yield CheckAuthorised(
            authorised_by=self.authorised_by, occurred_on=self.authorised_on, **self.of(case)
        )


class RecordMeansCheck(CaseCommand, frozen=True, kw_only=True):
    """Records the comparison report 核对报告 [57 art. 17]; only what was authorised may be checked."""

    source: str
    as_of: date
    income: tuple[IncomeLine, ...] = ()
    property: tuple[PropertyLine, ...] = ()
    report: str | None = None
    received_on: date

    def decide(self, known: Known, context: Context) -> Iterable[Event]:
        case = self.case(known, context)
        not_in_future(self.received_on, context.today, "report on", "报告日期")
        not_in_future(self.as_of, self.received_on, "report as of", "核对截止日期")
        if case.last(CheckAuthorised) is None:
            raise StepMissing(
                step="checking", step_zh="信息核对", missing="authorisation", missing_zh="授权核对"
            )
        yield MeansChecked(
            source=self.source,
            as_of=self.as_of,
            income=self.income,
            property=self.property,
            report=self.report,
            occurred_on=self.received_on,
            **self.of(case),
        )


class RecordHomeVisit(CaseCommand, frozen=True, kw_only=True):
    """Records a home visit by two or more, signed [57 art. 16, 20]."""

    visitors: tuple[str, ...]
    signed: bool
    visited_on: date
    findings: str | None = None
    by_county: bool = False

    def decide(self, known: Known, context: Context) -> Iterable[Event]:
        case = self.case(known, context)
        not_in_future(self.visited_on, context.today, "visit on", "入户日期")
        if len(set(self.visitors)) < 2 or not self.signed:
            raise TwoVisitorsNeeded(count=len(set(self.visitors)), signed=self.signed)
        accepted = case.last(ApplicationAccepted)
        if accepted is not None and accepted.occurred_on and self.visited_on < accepted.occurred_on:
            raise StepMissing(
                step="the visit", step_zh="入户调查", missing="acceptance before it", missing_zh="先行受理"
            )
        findings = Private(tag(HouseholdId, case.household_id), self.findings) if self.findings else None
        yield HomeVisited(
            visitors=self.visitors,
            signed=self.signed,
            findings=findings,
            by_county=self.by_county,
            occurred_on=self.visited_on,
            **self.of(case),
        )


class HoldAppraisal(CaseCommand, frozen=True, kw_only=True):
    """Records a democratic appraisal 民主评议 [57 art. 19, 43 art. 14]."""

    present: int
    in_favour: int
    against: int
    held_on: date

    def decide(self, known: Known, context: Context) -> Iterable[Event]:
        case = self.case(known, context)
        not_in_future(self.held_on, context.today, "appraisal on", "评议日期")
        votes = self.in_favour + self.against
        if self.present < QUORUM or votes > self.present or min(self.in_favour, self.against) < 0:
            raise NoQuorum(least=QUORUM, present=self.present, votes=votes)
        yield AppraisalHeld(
            present=self.present,
            in_favour=self.in_favour,
            against=self.against,
            occurred_on=self.held_on,
            **self.of(case),
        )


class GiveOpinion(CaseCommand, frozen=True, kw_only=True):
    """The town's opinion, after check and visit; after an objection only once it was looked into [57 art. 19]."""

    approve: bool
    reason: str
    proposed: tuple[Amount, ...] = ()
    given_on: date

    def decide(self, known: Known, context: Context) -> Iterable[Event]:
        case = self.case(known, context)
        not_in_future(self.given_on, context.today, "opinion on", "初审日期")
        for kind, english, chinese in (
            (MeansChecked, "the comparison report", "信息核对报告"),
            (HomeVisited, "the home visit", "入户调查"),
        ):
            if case.last(kind) is None:
                raise StepMissing(step="the opinion", step_zh="初审意见", missing=english, missing_zh=chinese)
        looked = case.after(HomeVisited, ObjectionRaised) or case.after(AppraisalHeld, ObjectionRaised)
        if case.last(ObjectionRaised) is not None and not looked:
            raise StepMissing(
                step="the opinion", step_zh="初审意见", missing="a new investigation or appraisal after the objection",
                missing_zh="异议后的重新调查或民主评议",
            )  # fmt: skip
        yield OpinionGiven(
            approve=self.approve,
            reason=self.reason,
            proposed=self.proposed,
            occurred_on=self.given_on,
            **self.of(case),
        )


class StartPublicity(CaseCommand, frozen=True, kw_only=True):
    """Posts the opinion for seven days 公示 [57 art. 19, 43 art. 15]."""

    place: str
    started_on: date

    def decide(self, known: Known, context: Context) -> Iterable[Event]:
        case = self.case(known, context)
        not_in_future(self.started_on, context.today, "publicity on", "公示日期")
        if case.last(OpinionGiven) is None or case.objection_open:
            raise StepMissing(step="publicity", step_zh="公示", missing="the opinion", missing_zh="初审意见")
        until = publicity_end(self.started_on) - timedelta(days=1)
        yield PublicityStarted(place=self.place, until=until, occurred_on=self.started_on, **self.of(case))


class RaiseObjection(CaseCommand, frozen=True, kw_only=True):
    """Records an objection to a posted opinion 公示异议."""

    text: str | None = None
    raised_on: date

    def decide(self, known: Known, context: Context) -> Iterable[Event]:
        case = self.case(known, context)
        not_in_future(self.raised_on, context.today, "objection on", "异议日期")
        if case.last(PublicityStarted) is None:
            raise StepMissing(step="an objection", step_zh="异议", missing="publicity", missing_zh="公示")
        text = Private(tag(HouseholdId, case.household_id), self.text) if self.text else None
        yield ObjectionRaised(text=text, occurred_on=self.raised_on, **self.of(case))


class EndPublicity(CaseCommand, frozen=True, kw_only=True):
    """Closes the publicity once its seven days have passed."""

    ended_on: date

    def decide(self, known: Known, context: Context) -> Iterable[Event]:
        case = self.case(known, context)
        not_in_future(self.ended_on, context.today, "end of publicity on", "公示结束日期")
        started = case.last(PublicityStarted)
        if started is None or not case.after(PublicityStarted, PublicityEnded):
            raise StepMissing(
                step="the end of publicity", step_zh="公示结束", missing="publicity", missing_zh="公示"
            )
        earliest = publicity_end(started.occurred_on or self.ended_on)
        if self.ended_on < earliest:
            raise PublicityTooShort(started=started.occurred_on, until=earliest)
        objections = sum(isinstance(e, ObjectionRaised) for e in case.events)
        yield PublicityEnded(objections=objections, occurred_on=self.ended_on, **self.of(case))


class AbortCase(CaseCommand, frozen=True, kw_only=True):
    """Stops a case: withdrawn, or cooperation refused without good reason [57 art. 29]."""

    reason: str

    def decide(self, known: Known, context: Context) -> Iterable[Event]:
        case = self.case(known, context, accepted=False)
        yield CaseAborted(reason=self.reason, **self.of(case))
