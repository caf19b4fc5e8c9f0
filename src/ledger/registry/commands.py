"""What may be done to households and their people."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import ClassVar

import msgspec

from ledger.kernel import (
    Boundary,
    Command,
    Context,
    Event,
    Facts,
    HouseholdId,
    HouseholdNumber,
    Known,
    OrganisationId,
    PersonId,
    Private,
    Role,
    tag,
)
from ledger.organisation.states import Organisation, require_open, require_scope
from ledger.registry.events import (
    Area,
    Attributes,
    HeadChanged,
    HouseholdRegistered,
    MemberJoined,
    MemberLeft,
    Relation,
    Sex,
)
from ledger.registry.identity import check_id_number
from ledger.registry.refusals import (
    AlreadyMember,
    BadDate,
    HouseholdMergedAway,
    HouseholdNumberTaken,
    HouseholdUnknown,
    NewHeadNeeded,
    NotMember,
    OneHeadNeeded,
    PersonDeceased,
    PersonTwice,
    TooManyMembers,
    WrongCompany,
)
from ledger.registry.states import Household, Membership
from ledger.registry.transients import free_from, homes_of, out_of_transients

LIMIT = 30
"""The most members one registration may name; more is a mistake in practice."""
STAFF: frozenset[Role] = frozenset({Role.CLERK, Role.REVIEWER})


class NewMember(msgspec.Struct, frozen=True, kw_only=True):
    """A person as a clerk enters them; birth date and sex come from the ID number."""

    id_number: str
    name: str
    relation: Relation
    phone: str | None = None
    attributes: Attributes = Attributes()


def not_in_future(day: date, today: date, what: str, what_zh: str) -> None:
    """Raises :class:`BadDate` for a day after today."""
    if day > today:
        raise BadDate(what=what, what_zh=what_zh, day=day, why="it lies in the future", why_zh="晚于今天")


def not_before_registration(household: Household, day: date, what: str, what_zh: str) -> None:
    """Raises :class:`BadDate` for a day on which the household was not registered yet."""
    if household.registered_on is not None and day < household.registered_on:
        raise BadDate(
            what=what,
            what_zh=what_zh,
            day=day,
            why="before the household was registered",
            why_zh="早于家庭登记日期",
        )


def join_event(
    member: NewMember,
    person_id: PersonId,
    household_id: HouseholdId,
    organisation_id: OrganisationId,
    reason: str,
    day: date,
) -> MemberJoined:
    """The event of one person joining, identity sealed under the person's own key. Checks the ID number."""
    birth_date, sex = check_id_number(member.id_number)
    if birth_date > day:
        raise BadDate(
            what="joining on", what_zh="加入日期", day=day, why="before birth", why_zh="早于出生日期"
        )
    subject = tag(PersonId, person_id)
    return MemberJoined(
        household_id=household_id,
        organisation_id=organisation_id,
        person_id=person_id,
        relation=member.relation,
        name=Private(subject, member.name),
        id_number=Private(subject, member.id_number),
        phone=Private(subject, member.phone) if member.phone else None,
        birth_date=birth_date,
        sex=Sex(sex),
        attributes=member.attributes,
        reason=reason,
        occurred_on=day,
    )


def must_be_free(known: Known, person_id: str, day: date, to: str = "") -> None:
    """Raises :class:`PersonDeceased` or :class:`AlreadyMember` unless the person may join a household on `day`.

    Who was only met in an emergency is free to be registered in another household than `to`.
    """
    membership = known.state(Membership, person_id)
    if membership.died_on is not None:
        raise PersonDeceased(person=person_id, day=membership.died_on)
    # Joining before the day of leaving another household would make a person a member of both for a while.
    elsewhere = membership.household_id is not None and not free_from(known, person_id, day, to)
    if elsewhere or (membership.left_on is not None and day < membership.left_on):
        raise AlreadyMember(person=person_id)


def known_household(known: Known, household_id: str) -> Household:
    """The household. Raises :class:`HouseholdUnknown` when there is none."""
    household = known.state(Household, household_id)
    if not household.exists:
        raise HouseholdUnknown(household=household_id)
    return household


def not_merged_away(household: Household) -> Household:
    """The household itself. Raises :class:`HouseholdMergedAway` when another took it in."""
    if household.merged is not None:
        raise HouseholdMergedAway(household=household.id, survivor=household.merged.survivor_id)
    return household


class HouseholdCommand(Command, frozen=True, kw_only=True):
    """Base of commands about one existing household of the operator's organisation."""

    ROLES: ClassVar = STAFF
    household_id: HouseholdId

    def boundary(self, known: Known, context: Context) -> Boundary:
        """The household and its organisation, and whatever else the command names."""
        facts = [Household.facts(self.household_id)]
        household = known.state(Household, self.household_id)
        if household.exists:
            facts.append(Organisation.facts(household.organisation_id))
        return (*facts, *self.more(known, context))

    def more(self, known: Known, context: Context) -> Boundary:
        """Further facts the decision needs."""
        return ()

    def household(self, known: Known, context: Context) -> Household:
        """The household, which must exist and be in the operator's scope."""
        household = known_household(known, self.household_id)
        require_scope(context.actor, known.state(Organisation, household.organisation_id))
        return not_merged_away(household)


class RegisterHousehold(Command, frozen=True, kw_only=True):
    """Registers a household with all its members, one of them its head [57 art. 4, 7]."""

    ROLES: ClassVar = STAFF
    number: HouseholdNumber
    organisation_id: OrganisationId
    company_id: str | None = None
    area: Area
    address: str | None = None
    consent_on: date | None = None
    members: tuple[NewMember, ...]
    registered_on: date | None = None

    def id_numbers(self) -> tuple[str, ...]:
        return tuple(m.id_number for m in self.members)

    def boundary(self, known: Known, context: Context) -> Boundary:
        facts = [
            Facts(types=(HouseholdRegistered,), tags=(tag(HouseholdNumber, self.number),)),
            Organisation.facts(self.organisation_id),
            *(Membership.facts(person) for person in sorted(set(context.people.values()))),
            *homes_of(known, context.people.values()),
        ]
        if self.company_id is not None:
            facts.append(Organisation.facts(self.company_id))
        return tuple(facts)

    def decide(self, known: Known, context: Context) -> Iterable[Event]:
        day = self.registered_on or context.today
        not_in_future(day, context.today, "registration on", "登记日期")
        if self.consent_on is not None:
            not_in_future(self.consent_on, context.today, "consent on", "授权日期")
        require_scope(context.actor, require_open(known, self.organisation_id, day))
        require_company(known, self.company_id, self.organisation_id, day)
        if any(r.number == self.number for r in known.events(HouseholdRegistered)):
            raise HouseholdNumberTaken(number=self.number)
        check_composition(self.members)
        household_id = context.new_id(HouseholdId)
        joined = []
        for member in self.members:
            event = join_event(
                member,
                context.people[member.id_number],
                household_id,
                self.organisation_id,
                "registered",
                day,
            )
            must_be_free(known, event.person_id, day)
            joined.append(event)
        address = Private(tag(HouseholdId, household_id), self.address) if self.address else None
        yield HouseholdRegistered(
            household_id=household_id,
            number=self.number,
            organisation_id=self.organisation_id,
            company_id=self.company_id,
            area=self.area,
            address=address,
            consent_on=self.consent_on,
            occurred_on=day,
        )
        left = out_of_transients(
            known, [e.person_id for e in joined], household_id, self.organisation_id, day
        )
        yield from [e for e in left if isinstance(e, MemberLeft)]
        yield from joined
        yield from [e for e in left if not isinstance(e, MemberLeft)]


def require_company(known: Known, company_id: str | None, organisation_id: str, day: date) -> None:
    """Raises ``OrganisationUnknown`` or :class:`WrongCompany` unless the company, if any, is open and stands below the organisation."""
    if company_id is None:
        return
    if organisation_id not in require_open(known, company_id, day).path:
        raise WrongCompany(company=company_id, organisation=organisation_id)


def check_composition(members: Iterable[NewMember]) -> None:
    """A registration names 1 to 30 different people, exactly one of them the head."""
    members = list(members)
    if not members or len(members) > LIMIT:
        raise TooManyMembers(count=len(members), limit=LIMIT)
    if len({m.id_number for m in members}) < len(members):
        raise PersonTwice
    heads = sum(m.relation is Relation.HEAD for m in members)
    if heads != 1:
        raise OneHeadNeeded(count=heads)


class JoinMember(HouseholdCommand, frozen=True, kw_only=True):
    """A person joins a household: birth, marriage, adoption, return."""

    member: NewMember
    reason: str
    joined_on: date

    def id_numbers(self) -> tuple[str, ...]:
        return (self.member.id_number,)

    def more(self, known: Known, context: Context) -> Boundary:
        person = context.people[self.member.id_number]
        return (Membership.facts(person), *homes_of(known, (person,)))

    def decide(self, known: Known, context: Context) -> Iterable[Event]:
        household = self.household(known, context)
        not_in_future(self.joined_on, context.today, "joining on", "加入日期")
        if self.member.relation is Relation.HEAD:
            raise OneHeadNeeded(count=2)
        if len(household.current()) >= LIMIT:
            raise TooManyMembers(count=len(household.current()) + 1, limit=LIMIT)
        person = context.people[self.member.id_number]
        must_be_free(known, person, self.joined_on, self.household_id)
        place = OrganisationId(household.organisation_id)
        left = out_of_transients(known, [person], self.household_id, place, self.joined_on)
        yield from [e for e in left if isinstance(e, MemberLeft)]
        yield join_event(self.member, person, self.household_id, place, self.reason, self.joined_on)
        yield from [e for e in left if not isinstance(e, MemberLeft)]


class LeaveMember(HouseholdCommand, frozen=True, kw_only=True):
    """A person leaves a household, with the reason [57 art. 7]; a head who leaves is replaced at once."""

    person_id: PersonId
    reason: str
    left_on: date
    new_head: PersonId | None = None

    def more(self, known: Known, context: Context) -> Boundary:
        return (Membership.facts(self.person_id),)

    def decide(self, known: Known, context: Context) -> Iterable[Event]:
        household = self.household(known, context)
        not_in_future(self.left_on, context.today, "leaving on", "离开日期")
        member = household.member(self.person_id)
        if member is None or self.left_on < member.joined_on:
            raise NotMember(person=self.person_id, day=self.left_on)
        yield MemberLeft(
            household_id=self.household_id,
            organisation_id=OrganisationId(household.organisation_id),
            person_id=self.person_id,
            reason=self.reason,
            occurred_on=self.left_on,
        )
        yield from succession(household, self.person_id, self.new_head, self.left_on)


def succession(household: Household, gone: str, new_head: PersonId | None, day: date) -> Iterable[Event]:
    """The change of head that must go with a head's leaving or death while others remain."""
    others = {m.person_id for m in household.current() if m.person_id != gone}
    if new_head is not None and new_head not in others:
        raise NotMember(person=new_head, day=day)
    if household.head() != gone or not others:
        return
    if new_head is None:
        raise NewHeadNeeded
    yield HeadChanged(
        household_id=HouseholdId(household.id),
        organisation_id=OrganisationId(household.organisation_id),
        person_id=new_head,
        previous_head=gone,
        occurred_on=day,
    )
