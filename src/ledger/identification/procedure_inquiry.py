"""The investigation: authorisation, the check of means, visits, neighbours, letters, kin of staff."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from ledger.identification.calendar import add_working_days
from ledger.identification.case import Case
from ledger.identification.case_events import (
    LetterAnswered,
    LetterSent,
    MeansCheckRequested,
    MeansDisputed,
    NearRelativeFiled,
    NeighboursAsked,
    Path,
)
from ledger.identification.events import (
    ApplicationAccepted,
    ApplicationSubmitted,
    CheckAuthorised,
    HomeVisited,
    MeansChecked,
)
from ledger.identification.procedure_application import ADULT_FROM
from ledger.identification.procedure_base import CaseCommand, in_order, require_above, sealed
from ledger.identification.procedure_refusals import AuthorityNeeded, ContactlessNotAllowed
from ledger.identification.refusals import StepMissing, TwoVisitorsNeeded
from ledger.ids import OperatorId
from ledger.kernel import Context, Event, HouseholdId, Known, PersonId, Private, tag
from ledger.registry.commands import not_in_future
from ledger.registry.events import IncomeLine, PropertyLine
from ledger.registry.refusals import NotMember
from ledger.registry.states import Household, age_on

CONTACTLESS = ("telephone", "video")
ACCEPTED = (ApplicationAccepted, "acceptance", "受理")


def unsigned(case: Case, household: Household) -> list[str]:
    """Adults the application covers, members still, who have not authorised the check [57 art. 9, 43 art. 10].

    Where nobody covered is of age, one signature of somebody's stands for them.
    """
    adults = [
        m.person_id
        for m in household.current()
        if m.person_id in case.covered and age_on(m.birth_date, case.submitted_on) >= ADULT_FROM
    ]
    if not adults:
        return [] if case.file.signed else ["-"]
    return [person for person in adults if person not in case.file.signed]


class AuthoriseCheck(CaseCommand, frozen=True, kw_only=True):
    """Members authorise the check of their means, every adult in the end [57 art. 9, 43 art. 10]; a guardian by a document."""

    authorised_by: tuple[PersonId, ...]
    signed_for: tuple[PersonId, ...] = ()
    document: str | None = None
    authorised_on: date

    def decide(self, known: Known, context: Context) -> Iterable[Event]:
        case = self.case(known, context)
        in_order(
            case,
            self.authorised_on,
            context,
            ("authorisation", "授权"),
            (ApplicationSubmitted, "application", "申请"),
        )
        household = known.state(Household, case.household_id)
        for person in (*self.authorised_by, *self.signed_for):
            if household.member(person) is None:
                raise NotMember(person=person, day=self.authorised_on)
        if not self.authorised_by:
            raise StepMissing(step="checking", step_zh="核对", missing="a signature", missing_zh="授权人签字")
        if self.signed_for and not (self.document or "").strip():
            raise AuthorityNeeded(what="the document of guardianship", what_zh="监护证明")
        yield CheckAuthorised(
            authorised_by=self.authorised_by,
            signed_for=self.signed_for,
            document=self.document,
            occurred_on=self.authorised_on,
            **self.of(case, known),
        )


def require_authorised(case: Case, household: Household) -> None:
    """Raises ``StepMissing`` while an adult has not authorised the check."""
    left = unsigned(case, household)
    if left or not case.done(CheckAuthorised):
        raise StepMissing(
            step="checking", step_zh="信息核对",
            missing=f"authorisation by every adult member ({len(left)} to sign)",
            missing_zh=f"全体成年家庭成员授权核对（尚缺{len(left)}人）",
        )  # fmt: skip


class RequestMeansCheck(CaseCommand, frozen=True, kw_only=True):
    """Asks the county for the check of means; it begins within the definition's days [57 art. 15, 17]."""

    requested_of: str
    requested_on: date

    def decide(self, known: Known, context: Context) -> Iterable[Event]:
        case = self.case(known, context)
        in_order(case, self.requested_on, context, ("the request", "提请核对"), ACCEPTED)
        require_authorised(case, known.state(Household, case.household_id))
        due = add_working_days(self.requested_on, self.definition(case, known).procedure.start_days)
        yield MeansCheckRequested(
            requested_of=self.requested_of, due_on=due, occurred_on=self.requested_on, **self.of(case, known)
        )


class RecordMeansCheck(CaseCommand, frozen=True, kw_only=True):
    """Records the comparison report 核对报告 [57 art. 17]; only what every adult authorised may be checked."""

    source: str
    as_of: date
    income: tuple[IncomeLine, ...] = ()
    property: tuple[PropertyLine, ...] = ()
    report: str | None = None
    received_on: date

    def decide(self, known: Known, context: Context) -> Iterable[Event]:
        case = self.case(known, context)
        in_order(case, self.received_on, context, ("the report", "核对报告"), ACCEPTED,
                 (MeansDisputed, "the objection to the check", "核对异议"))  # fmt: skip
        not_in_future(self.as_of, self.received_on, "report as of", "核对截止日期")
        require_authorised(case, known.state(Household, case.household_id))
        yield MeansChecked(
            source=self.source,
            as_of=self.as_of,
            income=self.income,
            property=self.property,
            report=self.report,
            occurred_on=self.received_on,
            **self.of(case, known),
        )


class DisputeMeansCheck(CaseCommand, frozen=True, kw_only=True):
    """The applicant disagrees with the check and brings evidence: the town must look again [57 art. 18]."""

    evidence: tuple[str, ...]
    text: str | None = None
    disputed_on: date

    def decide(self, known: Known, context: Context) -> Iterable[Event]:
        case = self.case(known, context)
        if not case.done(MeansChecked):
            raise StepMissing(
                step="the objection",
                step_zh="核对异议",
                missing="the comparison report",
                missing_zh="核对报告",
            )
        in_order(
            case,
            self.disputed_on,
            context,
            ("the objection", "核对异议"),
            (MeansChecked, "the report", "核对报告"),
        )
        if not self.evidence:
            raise AuthorityNeeded(what="evidence of what they say", what_zh="相关佐证材料")
        yield MeansDisputed(
            evidence=self.evidence,
            text=sealed(case, self.text),
            occurred_on=self.disputed_on,
            **self.of(case, known),
        )


def require_two(visitors: tuple[str, ...], signed: bool = True) -> None:
    """Raises ``TwoVisitorsNeeded`` for fewer than two, or an unsigned form [57 art. 16]."""
    count = len({v.strip() for v in visitors if v.strip()})
    if count < 2 or not signed:
        raise TwoVisitorsNeeded(count=count, signed=signed)


def require_contact(case: Case, contactless: str | None) -> None:
    """Raises ``ContactlessNotAllowed`` unless in person, or by telephone or video in a declared emergency [57 art. 16]."""
    if contactless is None:
        return
    if contactless not in CONTACTLESS or case.file.path != Path.EMERGENCY_PATH:
        raise ContactlessNotAllowed


class RecordHomeVisit(CaseCommand, frozen=True, kw_only=True):
    """Records a home visit by two or more, signed by them and by the member present [57 art. 16, 20].

    The member present is the applicant unless somebody else is named. A visit by the county is recorded by the county.
    """

    visitors: tuple[str, ...]
    signed: bool
    visited_on: date
    findings: str | None = None
    by_county: bool = False
    person_id: PersonId | None = None
    contactless: str | None = None

    def decide(self, known: Known, context: Context) -> Iterable[Event]:
        case = self.case(known, context)
        not_in_future(self.visited_on, context.today, "visit on", "入户日期")
        require_two(self.visitors, self.signed)
        accepted = case.day_of(ApplicationAccepted)
        if accepted is not None and self.visited_on < accepted:
            raise StepMissing(
                step="the visit", step_zh="入户调查", missing="acceptance before it", missing_zh="先行受理"
            )
        if self.by_county:
            require_above(context, self.organisation(case, known))
        present = self.person_id or PersonId(case.file.applicant)
        if known.state(Household, case.household_id).member(present) is None:
            raise NotMember(person=present, day=self.visited_on)
        require_contact(case, self.contactless)
        yield HomeVisited(
            visitors=self.visitors,
            signed=self.signed,
            findings=sealed(case, self.findings),
            by_county=self.by_county,
            person_id=present,
            contactless=self.contactless,
            occurred_on=self.visited_on,
            **self.of(case, known),
        )


class AskNeighbours(CaseCommand, frozen=True, kw_only=True):
    """Records that two or more asked the neighbours 邻里访问 [57 art. 16(二)]."""

    visitors: tuple[str, ...]
    asked: int
    findings: str | None = None
    contactless: str | None = None
    asked_on: date

    def decide(self, known: Known, context: Context) -> Iterable[Event]:
        case = self.case(known, context)
        in_order(case, self.asked_on, context, ("asking the neighbours", "邻里访问"), ACCEPTED)
        require_two(self.visitors)
        require_contact(case, self.contactless)
        if self.asked < 1:
            raise StepMissing(
                step="asking the neighbours", step_zh="邻里访问", missing="a neighbour", missing_zh="被访邻里"
            )
        yield NeighboursAsked(visitors=self.visitors, asked=self.asked, findings=sealed(case, self.findings),
                              contactless=self.contactless, occurred_on=self.asked_on, **self.of(case, known))  # fmt: skip


class SendLetter(CaseCommand, frozen=True, kw_only=True):
    """Asks a unit for evidence by letter 信函索证 [57 art. 16(三)]."""

    requested_of: str
    about: str
    sent_on: date

    def decide(self, known: Known, context: Context) -> Iterable[Event]:
        case = self.case(known, context)
        in_order(case, self.sent_on, context, ("the letter", "信函索证"), ACCEPTED)
        yield LetterSent(
            requested_of=self.requested_of, about=self.about, occurred_on=self.sent_on, **self.of(case, known)
        )


class RecordLetterAnswer(CaseCommand, frozen=True, kw_only=True):
    """Records what the unit answered."""

    requested_of: str
    findings: str | None = None
    received_on: date

    def decide(self, known: Known, context: Context) -> Iterable[Event]:
        case = self.case(known, context)
        asked = [e.requested_of for e in case.events if isinstance(e, LetterSent)]
        if self.requested_of not in asked:
            raise StepMissing(
                step="the answer", step_zh="信函回复", missing="the letter", missing_zh="信函索证"
            )
        in_order(
            case,
            self.received_on,
            context,
            ("the answer", "信函回复"),
            (LetterSent, "the letter", "信函索证"),
        )
        yield LetterAnswered(requested_of=self.requested_of, findings=sealed(case, self.findings),
                             occurred_on=self.received_on, **self.of(case, known))  # fmt: skip


class FileNearRelative(CaseCommand, frozen=True, kw_only=True):
    """Files apart that a member is near kin of staff or of the village committee 近亲属备案: the county visits [57 art. 11, 20]."""

    person_id: PersonId
    kinship: str
    official: str
    post: str
    operator_id: OperatorId | None = None
    filed_on: date

    def decide(self, known: Known, context: Context) -> Iterable[Event]:
        case = self.case(known, context)
        in_order(case, self.filed_on, context, ("the filing", "备案"), ACCEPTED)
        if known.state(Household, case.household_id).member(self.person_id) is None:
            raise NotMember(person=self.person_id, day=self.filed_on)
        yield NearRelativeFiled(
            person_id=self.person_id,
            kinship=self.kinship,
            official=Private(tag(HouseholdId, case.household_id), self.official),
            post=self.post,
            operator_id=self.operator_id,
            occurred_on=self.filed_on,
            **self.of(case, known),
        )
