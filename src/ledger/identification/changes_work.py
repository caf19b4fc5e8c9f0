"""Work that is introduced and refused, and what follows for the own share of whoever refused it three times [57 art. 34]."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import ClassVar

from ledger.identification.changes import adjustments
from ledger.identification.changes_base import (
    EntitlementCommand,
    amounts_by_month,
    assessing,
    counted_now,
    reasoned,
)
from ledger.identification.changes_review import able_to_work
from ledger.identification.life_events import (
    JobAccepted,
    JobOffered,
    JobRefused,
    OwnShareReduced,
    OwnShareRestored,
)
from ledger.identification.life_refusals import (
    JobOfferUnknown,
    NotAbleToWork,
    ShareNotPermille,
    TooFewRefusals,
)
from ledger.identification.refusals import BadMonth, NothingChanges
from ledger.identification.states import Entitlement
from ledger.ids import CommandId
from ledger.kernel import (
    Basis,
    Boundary,
    Command,
    Context,
    Event,
    Facts,
    HouseholdId,
    Known,
    Month,
    OrganisationId,
    PersonId,
    Private,
    Role,
    State,
    add_months,
    derived_id,
    month,
    month_of,
    tag,
)
from ledger.organisation.states import Organisation, require_scope
from ledger.registry.commands import not_in_future
from ledger.registry.refusals import NotMember
from ledger.registry.states import Household, Membership

REFUSALS = 3
"""In a row, of suitable work, without just cause [57 art. 34]."""


class JobSearch(State):
    """What work was introduced to one person, and how often they refused it in a row."""

    KIND = PersonId
    FOLDS: ClassVar = (JobOffered, JobAccepted, JobRefused)

    def __init__(self, subject_id: str) -> None:
        super().__init__(subject_id)
        self.open: dict[str, JobOffered] = {}
        self.in_a_row = 0

    def evolve(self, event: Event) -> None:
        self.exists = True
        match event:
            case JobOffered():
                self.open[event.job_offer_id] = event
            case JobAccepted():
                self.open.pop(event.job_offer_id, None)
                self.in_a_row = 0
            case JobRefused():
                self.open.pop(event.job_offer_id, None)
                self.in_a_row = event.in_a_row


class JobCommand(Command, frozen=True, kw_only=True):
    """Base of what is recorded about work introduced to a person."""

    ROLES: ClassVar = frozenset({Role.CLERK, Role.REVIEWER, Role.DEPARTMENT})
    person_id: PersonId

    def boundary(self, known: Known, context: Context) -> Boundary:
        """The person, where they live, and what work they were offered."""
        facts = [Membership.facts(self.person_id), JobSearch.facts(self.person_id)]
        lives = known.state(Membership, self.person_id)
        if lives.household_id is not None:
            facts.append(Household.facts(lives.household_id))
            household = known.state(Household, lives.household_id)
            if household.exists:
                facts.append(Organisation.facts(household.organisation_id))
        return tuple(facts)

    def household(self, known: Known, context: Context) -> Household:
        """The person's household, in scope."""
        lives = known.state(Membership, self.person_id)
        if lives.household_id is None:
            raise NotMember(person=self.person_id, day=context.today)
        household = known.state(Household, lives.household_id)
        require_scope(context.actor, known.state(Organisation, household.organisation_id))
        return household

    def offer(self, known: Known, job_offer_id: str) -> JobOffered:
        """The open offer. Raises ``JobOfferUnknown``."""
        found = known.state(JobSearch, self.person_id).open.get(job_offer_id)
        if found is None:
            raise JobOfferUnknown(offer=job_offer_id)
        return found


class OfferJob(JobCommand, frozen=True, kw_only=True):
    """Records that work was introduced to a member who is able to work, and whether it suits them [57 art. 34]."""

    introduced_by: str
    work: str
    suitable: bool
    offered_on: date

    def decide(self, known: Known, context: Context) -> Iterable[Event]:
        household = self.household(known, context)
        not_in_future(self.offered_on, context.today, "offer on", "介绍日期")
        member = household.member(self.person_id)
        if member is None:
            raise NotMember(person=self.person_id, day=self.offered_on)
        if not able_to_work(member, self.offered_on):
            raise NotAbleToWork
        yield JobOffered(
            job_offer_id=derived_id(CommandId(context.command_id), "job"),
            person_id=self.person_id,
            household_id=HouseholdId(household.id),
            organisation_id=OrganisationId(household.organisation_id),
            department=self.introduced_by,
            post=self.work,
            suitable=self.suitable,
            occurred_on=self.offered_on,
        )


class AcceptJob(JobCommand, frozen=True, kw_only=True):
    """Records that the person took the work: refusals are counted anew [57 art. 34]."""

    job_offer_id: str
    accepted_on: date

    def decide(self, known: Known, context: Context) -> Iterable[Event]:
        household = self.household(known, context)
        not_in_future(self.accepted_on, context.today, "acceptance on", "接受日期")
        self.offer(known, self.job_offer_id)
        yield JobAccepted(
            job_offer_id=self.job_offer_id,
            person_id=self.person_id,
            household_id=HouseholdId(household.id),
            organisation_id=OrganisationId(household.organisation_id),
            occurred_on=self.accepted_on,
        )


class RefuseJob(JobCommand, frozen=True, kw_only=True):
    """Records that the person refused the work, why, and whether the cause is just [57 art. 34]."""

    job_offer_id: str
    just_cause: bool
    refused_on: date
    reason_given: str | None = None

    def decide(self, known: Known, context: Context) -> Iterable[Event]:
        household = self.household(known, context)
        not_in_future(self.refused_on, context.today, "refusal on", "拒绝日期")
        offer = self.offer(known, self.job_offer_id)
        counts = offer.suitable and not self.just_cause
        yield JobRefused(
            job_offer_id=self.job_offer_id,
            person_id=self.person_id,
            household_id=HouseholdId(household.id),
            organisation_id=OrganisationId(household.organisation_id),
            just_cause=self.just_cause,
            in_a_row=known.state(JobSearch, self.person_id).in_a_row + counts,
            reason_given=Private(tag(PersonId, self.person_id), self.reason_given)
            if self.reason_given
            else None,
            occurred_on=self.refused_on,
        )


class OwnShareCommand(EntitlementCommand, frozen=True, kw_only=True):
    """Base of decisions about one person's own share."""

    person_id: PersonId
    from_month: Month
    reason: str

    def more(self, entitlement: Entitlement, known: Known, context: Context) -> list[Facts]:
        return [JobSearch.facts(self.person_id), *assessing(entitlement, known, context)]

    def checked(self, known: Known, context: Context) -> Entitlement:
        """The entitlement, which counts the person and is paid in the month."""
        entitlement = self.entitlement(known, context)
        if self.person_id not in entitlement.file.counted:
            raise NotMember(person=self.person_id, day=context.today)
        first = month(self.from_month)
        if not entitlement.first_month <= first <= add_months(month_of(context.today), 1):
            raise BadMonth(
                month=first, why="neither a month of the cover nor the next one", why_zh="不在保障月份内"
            )
        return entitlement

    def adjusted(
        self, entitlement: Entitlement, decided: Event, known: Known, context: Context, article: str
    ) -> list[Event]:
        """The decision, and the amounts that follow from it month by month."""
        entitlement.evolve(decided)
        household = known.state(Household, entitlement.household_id)
        counted = counted_now(entitlement, household)
        by_month = amounts_by_month(entitlement, household, counted, known, context, month(self.from_month))
        of = self.of(entitlement)
        return [
            decided,
            *adjustments(entitlement, counted, by_month, reason=self.reason, article=article, of=of),
        ]


class ReduceOwnShare(OwnShareCommand, frozen=True, kw_only=True):
    """Reduces or stops the own share of a person who refused suitable work three times in a row; the others' stays [57 art. 34]."""

    withheld_permille: int
    article: str = "57 art. 34"

    def decide(self, known: Known, context: Context) -> Iterable[Event]:
        entitlement = self.checked(known, context)
        reasoned(self.reason, self.article)
        if not 1 <= self.withheld_permille <= 1000:
            raise ShareNotPermille(share=self.withheld_permille)
        refusals = known.state(JobSearch, self.person_id).in_a_row
        if refusals < REFUSALS:
            raise TooFewRefusals(count=refusals)
        if entitlement.withheld_in(month(self.from_month)).get(self.person_id) == self.withheld_permille:
            raise NothingChanges
        decided = OwnShareReduced(
            person_id=self.person_id,
            from_month=month(self.from_month),
            withheld_permille=self.withheld_permille,
            refusals=refusals,
            reason=self.reason,
            article=self.article,
            basis=Basis(rule=self.article),
            **self.of(entitlement),
        )
        yield from self.adjusted(entitlement, decided, known, context, self.article)


class RestoreOwnShare(OwnShareCommand, frozen=True, kw_only=True):
    """Pays a person's own share again, for instance since they took work [57 art. 34]."""

    def decide(self, known: Known, context: Context) -> Iterable[Event]:
        entitlement = self.checked(known, context)
        reasoned(self.reason, "57 art. 34")
        if self.person_id not in entitlement.withheld_in(month(self.from_month)):
            raise NothingChanges
        decided = OwnShareRestored(
            person_id=self.person_id,
            from_month=month(self.from_month),
            reason=self.reason,
            **self.of(entitlement),
        )
        yield from self.adjusted(entitlement, decided, known, context, "57 art. 34")
