"""How cover ends 停发: decided with reason and month; for some categories posted first; by itself after tapering."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from typing import ClassVar

from ledger.identification.amounts import divide
from ledger.identification.calendar import add_working_days
from ledger.identification.changes_base import EntitlementCommand, reasoned
from ledger.identification.events import Amount, CategoryEnded, Component
from ledger.identification.life_events import (
    EndCause,
    EndingInvestigated,
    EndingObjected,
    EndingPosted,
    EndingPublicityClosed,
    OtherAidOffered,
    TaperMonth,
    TaperStarted,
)
from ledger.identification.life_refusals import (
    EndingNotPosted,
    EndingStepMissing,
    NotTapering,
    ShareNotPermille,
    StillEntitledAsMinor,
    TaperTooLong,
)
from ledger.identification.refusals import BadMonth, NotActive, PublicityTooShort, StepDone
from ledger.identification.states import Entitlement
from ledger.kernel import (
    Basis,
    Context,
    EntitlementId,
    Event,
    Facts,
    Fen,
    HouseholdId,
    Known,
    Month,
    PersonId,
    Private,
    Role,
    State,
    add_months,
    month,
    month_of,
    tag,
)
from ledger.organisation.states import Organisation
from ledger.registry.commands import not_in_future
from ledger.registry.refusals import NotMember
from ledger.registry.states import Household, age_on
from ledger.standards.book import StandardBook, facts_for

AFTER = {"death": "months_after_death"}
"""The dated parameter that says how many months are still payable, by what happened."""
ADULT_FROM = 18
AT_SCHOOL = ("compulsory", "high_school", "vocational")
"""Schooling that keeps a grown-up minor in tekun [43 art. 24]."""


class Ending(State):
    """The posting of an intended end, as it stands."""

    KIND = EntitlementId
    FOLDS: ClassVar = (
        EndingPosted,
        EndingObjected,
        EndingInvestigated,
        EndingPublicityClosed,
        CategoryEnded,
    )

    def __init__(self, subject_id: str) -> None:
        super().__init__(subject_id)
        self.posted: EndingPosted | None = None
        self.objected = False
        self.confirmed_again = False
        self.closed = False

    def evolve(self, event: Event) -> None:
        self.exists = True
        match event:
            case EndingPosted():
                self.posted, self.objected, self.confirmed_again, self.closed = event, False, False, False
            case EndingObjected():
                self.objected = True
            case EndingInvestigated():
                self.objected, self.confirmed_again = False, event.stands
                self.posted = None
            case EndingPublicityClosed():
                self.closed = True
            case CategoryEnded():
                self.posted, self.closed = None, False


class EndCategory(EntitlementCommand, frozen=True, kw_only=True):
    """Ends cover 停发, with reason and article [57 art. 31–32, 43 art. 24].

    After the death of the last person covered the last payable month is the month of death plus the
    programme's dated parameter ``months_after_death``; for other reasons it is given. It may lie in
    the past when a fact became known late: what was paid beyond it is then to be recovered.
    """

    last_month: Month | None = None
    reason: str
    article: str
    end_cause: EndCause | None = None

    def more(self, entitlement: Entitlement, known: Known, context: Context) -> list[Facts]:
        household = known.state(Household, entitlement.household_id)
        organisation = known.state(Organisation, household.organisation_id)
        facts = [Ending.facts(self.entitlement_id)]
        if organisation.exists:
            for name in AFTER.values():
                facts += facts_for(name, entitlement.category, organisation.lineage, None, None)
        return facts

    def decide(self, known: Known, context: Context) -> Iterable[Event]:
        entitlement = self.entitlement(known, context, ended=True)
        reasoned(self.reason, self.article)
        last_month = (
            month(self.last_month) if self.last_month else self._last_month(entitlement, known, context)
        )
        if last_month > add_months(month_of(context.today), 6):
            raise BadMonth(month=last_month, why="more than six months ahead", why_zh="超过六个月之后")
        last_month = max(last_month, add_months(entitlement.first_month, -1))
        before = entitlement.file.last_month
        if before is not None and last_month >= before:
            # A fact known late may bring an end forward; nothing puts one off.
            raise NotActive(status="ended")
        if self.end_cause is EndCause.GROWN_UP:
            self._grown_up(entitlement, known, context)
        if before is None or not entitlement.file.closed:
            self._posted(entitlement, last_month, known, context)
        yield CategoryEnded(
            counted=tuple(PersonId(p) for p in entitlement.file.counted),
            last_month=last_month,
            reason=self.reason,
            article=self.article,
            cause=None if self.end_cause is None else self.end_cause.value,
            basis=Basis(rule=self.article),
            **self.of(entitlement),
        )

    def _last_month(self, entitlement: Entitlement, known: Known, context: Context) -> Month:
        """The last payable month where none is given: by the dated parameter after a death or a sentence, this month
        where the text says the next one is the first without [43 art. 26]."""
        if self.definition(entitlement, known, context).procedure.ending_publicised and not self._dead(
            entitlement, known
        ):
            return month_of(context.today)
        return self._after_death(entitlement, known)

    @staticmethod
    def _dead(entitlement: Entitlement, known: Known) -> bool:
        household = known.state(Household, entitlement.household_id)
        died = {m.person_id for m in household.members if m.died_on is not None}
        return died >= set(entitlement.file.counted)

    def _posted(self, entitlement: Entitlement, last_month: Month, known: Known, context: Context) -> None:
        """Raises ``EndingNotPosted`` where the intended end must be posted first, ``BadMonth`` unless it then ends from the next
        month or later; a death needs no posting [43 art. 26]."""
        procedure = self.definition(entitlement, known, context).procedure
        if not procedure.ending_publicised or self._dead(entitlement, known):
            return
        ending = known.state(Ending, self.entitlement_id)
        if not ending.closed:
            raise EndingNotPosted(days=procedure.publicity_days)
        if last_month < month_of(context.today):
            raise BadMonth(
                month=last_month,
                why="it ends from the month after the decision",
                why_zh="应自作出决定的下月起终止",
            )

    @staticmethod
    def _grown_up(entitlement: Entitlement, known: Known, context: Context) -> None:
        """Raises ``StillEntitledAsMinor`` before 18, and while at school after it [43 art. 24]."""
        household = known.state(Household, entitlement.household_id)
        for member in household.present(context.today):
            if member.person_id in entitlement.file.counted:
                age = age_on(member.birth_date, context.today)
                if age < ADULT_FROM or member.attributes.schooling in AT_SCHOOL:
                    raise StillEntitledAsMinor(age=age, schooling=member.attributes.schooling or "-")

    def _after_death(self, entitlement: Entitlement, known: Known) -> Month:
        household = known.state(Household, entitlement.household_id)
        deaths: dict[str, date] = {m.person_id: m.died_on for m in household.members if m.died_on is not None}
        if any(person not in deaths for person in entitlement.file.counted):
            raise BadMonth(month="-", why="give the last payable month", why_zh="须给出末月")
        book = StandardBook(r.event for r in known.recorded)
        lineage = known.state(Organisation, household.organisation_id).lineage
        latest = max(deaths[person] for person in entitlement.file.counted)
        after = book.get("months_after_death", entitlement.category, lineage, latest)
        return add_months(month_of(latest), after.value)


class EndingCommand(EntitlementCommand, frozen=True, kw_only=True):
    """Base of the steps of posting an intended end."""

    ROLES: ClassVar = frozenset({Role.CLERK, Role.REVIEWER})

    def more(self, entitlement: Entitlement, known: Known, context: Context) -> list[Facts]:
        return [Ending.facts(self.entitlement_id)]

    def ending(self, known: Known) -> Ending:
        """The posting as it stands."""
        return known.state(Ending, self.entitlement_id)

    def posted(self, known: Known) -> EndingPosted:
        """The present posting. Raises ``EndingStepMissing`` when there is none, or it is closed."""
        ending = self.ending(known)
        if ending.posted is None or ending.closed:
            raise EndingStepMissing(missing="posting of the intended end", missing_zh="拟终止公示")
        return ending.posted


class PostEnding(EndingCommand, frozen=True, kw_only=True):
    """Posts an intended end for the days of the category's definition; again after an objection was looked into [43 art. 26]."""

    posted_at: str
    end_cause: EndCause
    reason: str
    article: str
    started_on: date

    def decide(self, known: Known, context: Context) -> Iterable[Event]:
        entitlement = self.entitlement(known, context)
        reasoned(self.reason, self.article)
        not_in_future(self.started_on, context.today, "posting on", "公示日期")
        ending = self.ending(known)
        if ending.posted is not None:
            raise StepDone(step="the posting", step_zh="拟终止公示")
        days = self.definition(entitlement, known, context).procedure.publicity_days
        yield EndingPosted(
            place=self.posted_at,
            until=self.started_on + timedelta(days=days),
            cause=self.end_cause,
            reason=self.reason,
            article=self.article,
            again=ending.confirmed_again,
            occurred_on=self.started_on,
            basis=Basis(rule=self.article),
            **self.of(entitlement),
        )


class ObjectToEnding(EndingCommand, frozen=True, kw_only=True):
    """Records an objection to an intended end: it is looked into within fifteen working days [43 art. 26]."""

    text: str
    raised_on: date

    def decide(self, known: Known, context: Context) -> Iterable[Event]:
        entitlement = self.entitlement(known, context)
        not_in_future(self.raised_on, context.today, "objection on", "提出日期")
        self.posted(known)
        days = self.definition(entitlement, known, context).procedure.reinvestigation_days
        yield EndingObjected(
            text=Private(tag(HouseholdId, entitlement.household_id), self.text),
            decide_by=add_working_days(self.raised_on, days),
            occurred_on=self.raised_on,
            **self.of(entitlement),
        )


class InvestigateEnding(EndingCommand, frozen=True, kw_only=True):
    """Says what looking into an objection came to: the end stands, and is posted again, or is given up [43 art. 26]."""

    ROLES: ClassVar = frozenset({Role.REVIEWER})
    stands: bool
    findings: str
    investigated_on: date

    def decide(self, known: Known, context: Context) -> Iterable[Event]:
        entitlement = self.entitlement(known, context)
        not_in_future(self.investigated_on, context.today, "investigation on", "核实日期")
        if not self.ending(known).objected:
            raise EndingStepMissing(missing="an objection", missing_zh="异议")
        yield EndingInvestigated(
            stands=self.stands,
            findings=Private(tag(HouseholdId, entitlement.household_id), self.findings),
            occurred_on=self.investigated_on,
            **self.of(entitlement),
        )


class CloseEndingPublicity(EndingCommand, frozen=True, kw_only=True):
    """Closes the posting of an intended end after its days, with no objection open [43 art. 26]."""

    ended_on: date

    def decide(self, known: Known, context: Context) -> Iterable[Event]:
        entitlement = self.entitlement(known, context)
        not_in_future(self.ended_on, context.today, "end of the posting on", "公示结束日期")
        posted = self.posted(known)
        if self.ending(known).objected:
            raise EndingStepMissing(
                missing="looking into the objection, and a new posting", missing_zh="异议调查核实并重新公示"
            )
        if self.ended_on < posted.until:
            days = self.definition(entitlement, known, context).procedure.publicity_days
            raise PublicityTooShort(started=posted.occurred_on, until=posted.until, days=days)
        yield EndingPublicityClosed(occurred_on=self.ended_on, **self.of(entitlement))


class OfferOtherAid(EntitlementCommand, frozen=True, kw_only=True):
    """Tells somebody whose tekun cover ended what else may be applied for: dibao, temporary aid [43 art. 27]."""

    ROLES: ClassVar = frozenset({Role.CLERK, Role.REVIEWER})
    person_id: PersonId
    offered: tuple[str, ...]
    wanted: bool

    def decide(self, known: Known, context: Context) -> Iterable[Event]:
        entitlement = self.entitlement(known, context, ended=True)
        if not entitlement.file.closed:
            raise EndingStepMissing(missing="the end of the cover", missing_zh="终止救助供养")
        if self.person_id not in entitlement.file.counted:
            raise NotMember(person=self.person_id, day=context.today)
        if not self.offered:
            raise EndingStepMissing(missing="what is offered", missing_zh="转介的救助项目")
        yield OtherAidOffered(
            person_id=self.person_id, offered=self.offered, wanted=self.wanted, **self.of(entitlement)
        )


class StartTaper(EntitlementCommand, frozen=True, kw_only=True):
    """Lets cover go on for some months after work brought income above the line; it then ends by itself 渐退 [57 art. 33; 83 一(三)].

    `shares` is what each month pays, in permille of the amount in force: one number a month. More months than the
    definition has in principle need a document that allows it.
    """

    from_month: Month
    shares: tuple[int, ...]
    reason: str
    article: str
    approved_beyond: str | None = None

    def decide(self, known: Known, context: Context) -> Iterable[Event]:
        entitlement = self.entitlement(known, context)
        reasoned(self.reason, self.article)
        if entitlement.file.tapering or entitlement.file.last_month is not None:
            raise NotActive(status=entitlement.status)
        most = self.definition(entitlement, known, context).procedure.taper_months
        if most == 0:
            raise NotTapering(category=entitlement.category)
        if not self.shares or (len(self.shares) > most and not (self.approved_beyond or "").strip()):
            raise TaperTooLong(months=len(self.shares), most=most)
        if any(not 0 <= share <= 1000 for share in self.shares):
            raise ShareNotPermille(share=max(self.shares, key=abs))
        first = month(self.from_month)
        if first < entitlement.first_month or first > add_months(month_of(context.today), 1):
            raise BadMonth(
                month=first, why="neither a month of the cover nor the next one", why_zh="不在保障月份内"
            )
        months = tuple(
            TaperMonth(
                month=add_months(first, n),
                amounts=tapered(entitlement.amounts_in(add_months(first, n)), share),
            )
            for n, share in enumerate(self.shares)
        )
        yield TaperStarted(
            counted=tuple(PersonId(p) for p in entitlement.file.counted),
            from_month=first,
            last_month=months[-1].month,
            months=months,
            reason=self.reason,
            article=self.article,
            approved_beyond=self.approved_beyond,
            basis=Basis(rule=self.article),
            **self.of(entitlement),
        )


def tapered(amounts: Sequence[Amount], permille: int) -> tuple[Amount, ...]:
    """Amounts at so many permille, rounded to the fen each."""
    return tuple(
        Amount(component=Component(a.component), amount_fen=Fen(divide(a.amount_fen * permille, 1000)))
        for a in amounts
    )
