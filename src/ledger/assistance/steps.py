"""The steps of an assistance until its owner decides: application or referral, acceptance, refusal."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any, ClassVar

from ledger.assistance.acting import (
    Acting,
    acting_for,
    owning_department,
    require_owner,
    require_part,
    require_reach,
)
from ledger.assistance.events import (
    AssistanceAccepted,
    AssistanceApplied,
    AssistanceReferred,
    AssistanceRefused,
)
from ledger.assistance.refusals import AlreadyAsked, AssistanceUnknown, HandledElsewhere, WrongStage
from ledger.assistance.states import Assistance, HouseholdAids, PersonAids
from ledger.assistance.takers import Taker, check_days, takers_of
from ledger.identification.calendar import add_working_days
from ledger.identification.refusals import ReasonNeeded
from ledger.identification.states import Cover
from ledger.ids import AssistanceId
from ledger.kernel import (
    Boundary,
    Command,
    Context,
    Event,
    Facts,
    HouseholdId,
    Known,
    Named,
    OrganisationId,
    PersonId,
    Role,
)
from ledger.organisation.states import Organisation
from ledger.programmes.events import CoverLevel
from ledger.programmes.programme_book import ALL_PROGRAMMES, Programmes
from ledger.programmes.programme_events import ProgrammeDefined
from ledger.registry.commands import known_household, not_in_future
from ledger.registry.refusals import BadDate
from ledger.registry.states import Household

EVERYBODY = frozenset({Role.CLERK, Role.REVIEWER, Role.DEPARTMENT})
DECIDERS = frozenset({Role.REVIEWER, Role.DEPARTMENT})
"""Who decides for an owner: the department's operators, for civil affairs the division's reviewer."""


def said(reason: str) -> Named:
    """A reason as a remark of the chain, which says it in the words it was given in."""
    return Named(zh=f"理由：{reason}", en=f"reason: {reason}")


class StartCommand(Command, frozen=True, kw_only=True):
    """Base of commands that begin an assistance of one household."""

    ROLES: ClassVar = EVERYBODY
    household_id: HouseholdId
    person_ids: tuple[PersonId, ...]
    programme: str
    department_id: OrganisationId

    def boundary(self, known: Known, context: Context) -> Boundary:
        """Definitions, who acts and who shall handle it, the household, its people, and what they have."""
        facts: list[Facts] = [
            *ALL_PROGRAMMES, Organisation.facts(context.actor.organisation_id), Organisation.facts(self.department_id),
            Household.facts(self.household_id), HouseholdAids.facts(self.household_id),
        ]  # fmt: skip
        household = known.state(Household, self.household_id)
        if household.exists:
            facts.append(Organisation.facts(household.organisation_id))
        for person in self.person_ids:
            facts += [PersonAids.facts(person), Cover.facts(person)]
        return tuple(facts)

    def begin(
        self, known: Known, context: Context, day: date, what: str, what_zh: str
    ) -> tuple[Household, ProgrammeDefined, Acting]:
        """The household in reach, the programme, and who acts: everything that must hold to begin."""
        not_in_future(day, context.today, what, what_zh)
        acting = acting_for(known, context)
        programme = Programmes.of(known).get(self.programme, day)
        if not acting.civil_affairs:  # civil affairs is everybody's door 一门受理
            require_part(acting, programme)
        owning_department(known, self.department_id, programme, context.today)
        household = known_household(known, self.household_id)
        require_reach(known, context, acting, household.organisation_id)
        takers = takers_of(known, household, self.person_ids, day)
        check_days(programme, takers, [(day, what, what_zh)])
        self._not_asked(known, programme)
        return household, programme, acting

    def _not_asked(self, known: Known, programme: ProgrammeDefined) -> None:
        books = [known.state(PersonAids, person).book for person in self.person_ids]
        if programme.cover_level is CoverLevel.HOUSEHOLD:
            books.append(known.state(HouseholdAids, self.household_id).book)
        if any(programme.code in book.asked.values() for book in books):
            raise AlreadyAsked(programme=programme.named.en, programme_zh=programme.named.zh)

    def of(
        self, context: Context, household: Household, programme: ProgrammeDefined, acting: Acting
    ) -> dict[str, Any]:
        """The fields every event of the assistance carries."""
        return {
            "assistance_id": context.new_id(AssistanceId), "household_id": self.household_id,
            "organisation_id": OrganisationId(household.organisation_id), "person_ids": self.person_ids,
            "programme": programme.code, "named": programme.named, "department": acting.name,
            "department_id": self.department_id,
        }  # fmt: skip


class ApplyAssistance(StartCommand, frozen=True, kw_only=True):
    """Records an application for a programme, made to its owner or at civil affairs' door 一门受理."""

    on_behalf_of: str | None = None
    applied_on: date

    def decide(self, known: Known, context: Context) -> Iterable[Event]:
        household, programme, acting = self.begin(
            known, context, self.applied_on, "application on", "申请日期"
        )
        due = add_working_days(self.applied_on, programme.answer_days)
        yield AssistanceApplied(on_behalf_of=self.on_behalf_of, due_on=due, occurred_on=self.applied_on,
                                **self.of(context, household, programme, acting))  # fmt: skip


class ReferAssistance(StartCommand, frozen=True, kw_only=True):
    """Refers people to the department that owns a programme 转办推送; no other department can take it [S 二(四)]."""

    reason: str
    referred_on: date

    def decide(self, known: Known, context: Context) -> Iterable[Event]:
        household, programme, acting = self.begin(known, context, self.referred_on, "referral on", "转办日期")
        if not self.reason.strip():
            raise ReasonNeeded
        due = add_working_days(self.referred_on, programme.answer_days)
        yield AssistanceReferred(
            reason=self.reason, note=to_whom(known, self.department_id), due_on=due, occurred_on=self.referred_on,
            **self.of(context, household, programme, acting),
        )  # fmt: skip


def to_whom(known: Known, department_id: str) -> Named:
    """Whom it is referred to, as a remark."""
    department = known.state(Organisation, department_id)
    return Named(zh=f"转至{department.name}", en=f"to {department.name}")


class StepCommand(Command, frozen=True, kw_only=True):
    """Base of every step of an assistance there is."""

    ROLES: ClassVar = EVERYBODY
    assistance_id: AssistanceId

    def boundary(self, known: Known, context: Context) -> Boundary:
        """Definitions, who acts, the assistance, its household and people, and whatever else the step names."""
        facts: list[Facts] = [
            *ALL_PROGRAMMES, Assistance.facts(self.assistance_id), Organisation.facts(context.actor.organisation_id),
        ]  # fmt: skip
        file = known.state(Assistance, self.assistance_id).file
        if file.household_id:
            facts += [Household.facts(file.household_id), Organisation.facts(file.department_id)]
            household = known.state(Household, file.household_id)
            facts += [Organisation.facts(p) for p in {file.organisation_id, household.organisation_id} if p]
            facts += self.more(known, context)
        return tuple(facts)

    def more(self, known: Known, context: Context) -> Sequence[Facts]:
        """Further facts the step needs."""
        return ()

    def case(self, known: Known, context: Context, *statuses: str) -> Assistance:
        """The assistance in one of these stages, within reach of the operator, who has a part in it."""
        case = known.state(Assistance, self.assistance_id)
        if not case.exists or not case.file.household_id:
            raise AssistanceUnknown(assistance=self.assistance_id)
        acting = acting_for(known, context)
        require_part(acting, self.programme_of(known, case, context.today))
        household = known.state(Household, case.file.household_id)
        require_reach(known, context, acting, household.organisation_id or case.file.organisation_id)
        if case.file.status not in statuses:
            raise WrongStage(status=case.file.status)
        return case

    def programme_of(self, known: Known, case: Assistance, day: date) -> ProgrammeDefined:
        """The programme as it stands on a day; one that ended since is what it was when the case began."""
        programmes = Programmes.of(known)
        found = programmes.find(case.file.programme, day)
        return found or programmes.get(case.file.programme, case.file.applied_on or day)

    def owner(self, known: Known, context: Context, case: Assistance) -> Acting:
        """Who acts, who must own the programme and handle the case."""
        acting = acting_for(known, context)
        require_owner(acting, self.programme_of(known, case, context.today))
        if acting.organisation_id != case.file.department_id:
            handler = known.state(Organisation, case.file.department_id)
            raise HandledElsewhere(department=handler.name)
        return acting

    def takers(self, known: Known, case: Assistance, day: date) -> list[Taker]:
        """The people the case is for."""
        household = known.state(Household, case.file.household_id or "")
        return takers_of(known, household, [PersonId(p) for p in case.file.person_ids], day)

    def of(self, known: Known, context: Context, case: Assistance) -> dict[str, Any]:
        """The fields every event of the assistance carries; where it stands is where the household lives now."""
        file = case.file
        household = known.state(Household, file.household_id or "")
        programme = self.programme_of(known, case, context.today)
        return {
            "assistance_id": self.assistance_id, "household_id": file.household_id,
            "organisation_id": OrganisationId(household.organisation_id or file.organisation_id),
            "person_ids": file.person_ids, "programme": file.programme, "named": programme.named,
            "department": acting_for(known, context).name, "department_id": file.department_id,
        }  # fmt: skip


def not_before(day: date, earlier: date | None, what: str, what_zh: str) -> None:
    """Raises ``BadDate`` for a step before the one it follows."""
    if earlier is not None and day < earlier:
        raise BadDate(
            what=what, what_zh=what_zh, day=day, why=f"before {earlier}", why_zh=f"早于前一步骤（{earlier}）"
        )


class ForwardAssistance(StepCommand, frozen=True, kw_only=True):
    """Passes an application on to another department that owns the programme."""

    department_id: OrganisationId
    reason: str
    referred_on: date

    def more(self, known: Known, context: Context) -> Sequence[Facts]:
        return (Organisation.facts(self.department_id),)

    def decide(self, known: Known, context: Context) -> Iterable[Event]:
        case = self.case(known, context, "applied", "referred")
        not_in_future(self.referred_on, context.today, "referral on", "转办日期")
        not_before(self.referred_on, case.file.referred_on or case.file.applied_on, "referral on", "转办日期")
        programme = self.programme_of(known, case, self.referred_on)
        owning_department(known, self.department_id, programme, context.today)
        if not self.reason.strip():
            raise ReasonNeeded
        due = add_working_days(self.referred_on, programme.answer_days)
        yield AssistanceReferred(
            reason=self.reason, note=to_whom(known, self.department_id), due_on=due, occurred_on=self.referred_on,
            **self.of(known, context, case) | {"department_id": self.department_id},
        )  # fmt: skip


class AcceptAssistance(StepCommand, frozen=True, kw_only=True):
    """The owner accepts what was applied for or referred."""

    accepted_on: date

    def decide(self, known: Known, context: Context) -> Iterable[Event]:
        case = self.case(known, context, "applied", "referred")
        self.owner(known, context, case)
        not_in_future(self.accepted_on, context.today, "acceptance on", "受理日期")
        not_before(
            self.accepted_on, case.file.referred_on or case.file.applied_on, "acceptance on", "受理日期"
        )
        programme = self.programme_of(known, case, self.accepted_on)
        due = add_working_days(self.accepted_on, programme.answer_days)
        yield AssistanceAccepted(due_on=due, occurred_on=self.accepted_on, **self.of(known, context, case))


class RefuseAssistance(StepCommand, frozen=True, kw_only=True):
    """The owner refuses what was applied for or referred, with reason and article."""

    ROLES: ClassVar = DECIDERS
    reason: str
    article: str
    decided_on: date

    def decide(self, known: Known, context: Context) -> Iterable[Event]:
        case = self.case(known, context, "applied", "referred", "accepted")
        self.owner(known, context, case)
        not_in_future(self.decided_on, context.today, "decision on", "决定日期")
        before = case.file.accepted_on or case.file.referred_on or case.file.applied_on
        not_before(self.decided_on, before, "decision on", "决定日期")
        if not self.reason.strip() or not self.article.strip():
            raise ReasonNeeded
        yield AssistanceRefused(
            reason=self.reason, article=self.article, note=said(self.reason), occurred_on=self.decided_on,
            **self.of(known, context, case),
        )  # fmt: skip
