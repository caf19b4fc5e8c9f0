"""Finding out who somebody unknown is, and taking that back [649 art. 50–51; S 三(三)]."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

import msgspec

from ledger.kernel import (
    Basis,
    Boundary,
    Context,
    Event,
    Facts,
    HouseholdId,
    Known,
    Named,
    OrganisationId,
    PersonId,
    tag,
)
from ledger.organisation.states import Organisation, require_scope
from ledger.registry.commands import (
    HouseholdCommand,
    NewMember,
    join_event,
    known_household,
    not_in_future,
    succession,
)
from ledger.registry.events import MemberJoined, MemberLeft, PersonDied, Relation
from ledger.registry.identity_events import PersonIdentificationWithdrawn, PersonIdentified
from ledger.registry.lineage_events import HouseholdMergeWithdrawn
from ledger.registry.refusals import (
    BadDate,
    DocumentNeeded,
    IdentityKnown,
    NotIdentified,
    NotMember,
    PersonDeceased,
)
from ledger.registry.states import Household, Member, Membership
from ledger.registry.transients import homes_of, taken_in


def identified_as(known: Known, person_id: str) -> PersonIdentified | None:
    """The identification of a person that holds, by what was read."""
    found: PersonIdentified | None = None
    for event in known.events(Event):
        if isinstance(event, PersonIdentified) and event.person_id == person_id:
            found = event
        elif isinstance(event, PersonIdentificationWithdrawn) and event.person_id == person_id:
            found = None
    return found


def identification_facts(person_id: str) -> Facts:
    """What must be read to know as whom a person was identified, or who was identified as them."""
    return Facts(types=(PersonIdentified, PersonIdentificationWithdrawn), tags=(tag(PersonId, person_id),))


class IdentifyPerson(HouseholdCommand, frozen=True, kw_only=True):
    """Somebody unknown is found to be the person of an ID number, registered or new; the chain becomes one [S 三(三)]."""

    person_id: PersonId
    known_person: NewMember
    """Who they are; the relation is the one they keep in the household."""
    new_head: PersonId | None = None
    """Head of the household where they were taken in, when they headed it and are registered elsewhere."""
    identified_on: date
    source: str
    document: str

    def id_numbers(self) -> tuple[str, ...]:
        return (self.known_person.id_number,)

    def more(self, known: Known, context: Context) -> Boundary:
        person = context.people[self.known_person.id_number]
        people = (person, self.person_id)
        return (
            *map(Membership.facts, people),
            *map(identification_facts, people),
            *homes_of(known, (person,)),
        )

    def decide(self, known: Known, context: Context) -> Iterable[Event]:
        household = self.household(known, context)
        not_in_future(self.identified_on, context.today, "identification on", "身份认定日期")
        if not self.document.strip() or not self.source.strip():
            raise DocumentNeeded
        met = self._met(household, known)
        person = context.people[self.known_person.id_number]
        place = OrganisationId(household.organisation_id)
        joined = join_event(
            self.known_person, person, self.household_id, place, "identified", self._since(met)
        )
        home = self._home(known, person, met)
        homes = (
            (self.household_id,)
            if home in (None, household.id)
            else (self.household_id, HouseholdId(str(home)))
        )
        yield PersonIdentified(
            person_id=self.person_id, known_as=person, household_ids=homes, organisation_id=place, source=self.source,
            occurred_on=self.identified_on, basis=Basis(document=self.document, rule="649 art. 50–51"),
            note=Named(zh="身份已查明", en="identity found out"),
        )  # fmt: skip
        if met.died_on is None:
            yield MemberLeft(household_id=self.household_id, organisation_id=place, person_id=self.person_id,
                             reason="identified", occurred_on=self.identified_on)  # fmt: skip
        if home is None:
            yield msgspec.structs.replace(joined, relation=met.relation, attributes=met.attributes)
            if met.died_on is not None:
                yield PersonDied(household_id=self.household_id, organisation_id=place, person_id=person,
                                 source=self.source, occurred_on=met.died_on)  # fmt: skip
        elif home != household.id:
            yield from self._elsewhere(household, known.state(Household, home))

    def _met(self, household: Household, known: Known) -> Member:
        """The stay of the unknown person, who must be one and not identified yet."""
        stay = next((m for m in reversed(household.members) if m.person_id == self.person_id), None)
        if stay is None:
            raise NotMember(person=self.person_id, day=self.identified_on)
        joins = [e for e in known.events(MemberJoined) if e.person_id == self.person_id]
        if any(e.identity_known for e in joins) or identified_as(known, self.person_id) is not None:
            raise IdentityKnown(person=self.person_id)
        if self.identified_on < stay.joined_on:
            raise BadDate(what="identification on", what_zh="身份认定日期", day=self.identified_on,
                          why="before the person was met", why_zh="早于发现该人员的日期")  # fmt: skip
        return stay

    def _since(self, met: Member) -> date:
        return self.identified_on if met.died_on is None else met.joined_on

    def _home(self, known: Known, person: str, met: Member) -> str | None:
        """Where the known person lives, who cannot have died before the unknown one was met."""
        membership = known.state(Membership, person)
        if membership.died_on is not None and membership.died_on < met.joined_on:
            raise PersonDeceased(person=person, day=membership.died_on)
        return membership.household_id

    def _elsewhere(self, household: Household, home: Household) -> Iterable[Event]:
        """Registered elsewhere: where nobody is left behind, the chain goes on there."""
        rest = [m for m in household.current() if m.person_id != self.person_id]
        if rest:
            yield from succession(household, self.person_id, self.new_head, self.identified_on)
        elif home.merged is None:
            place = OrganisationId(home.organisation_id)
            yield taken_in(household.id, HouseholdId(home.id), place, (), self.identified_on)


class WithdrawIdentification(HouseholdCommand, frozen=True, kw_only=True):
    """Takes back an identification that was wrong: the two are two again, and so are their chains."""

    person_id: PersonId
    reason: str
    document: str

    def more(self, known: Known, context: Context) -> Boundary:
        found = identified_as(known, self.person_id)
        facts = [Membership.facts(self.person_id), identification_facts(self.person_id)]
        return (*facts, Membership.facts(found.known_as)) if found is not None else tuple(facts)

    def decide(self, known: Known, context: Context) -> Iterable[Event]:
        household = known_household(known, self.household_id)
        require_scope(context.actor, known.state(Organisation, household.organisation_id))
        if not self.document.strip() or not self.reason.strip():
            raise DocumentNeeded
        found = identified_as(known, self.person_id)
        if found is None or self.household_id != found.household_ids[0]:
            raise NotIdentified(person=self.person_id)
        place = OrganisationId(household.organisation_id)
        yield PersonIdentificationWithdrawn(
            person_id=self.person_id, known_as=found.known_as, household_ids=found.household_ids, organisation_id=place,
            withdraws=found.event_id, reason=self.reason, basis=Basis(document=self.document),
            note=Named(zh="身份认定有误，恢复为身份不明", en="it was somebody else; unknown again"),
        )  # fmt: skip
        merge = household.merged
        if merge is not None:
            yield HouseholdMergeWithdrawn(
                household_ids=merge.household_ids, survivor_id=merge.survivor_id, absorbed_id=household.id,
                organisation_id=merge.organisation_id, person_ids=(), withdraws=merge.event_id, reason=self.reason,
                note=Named(zh="身份认定有误", en="the identification was wrong"),
            )  # fmt: skip
        yield from self._back(household, found, known)

    def _back(self, household: Household, found: PersonIdentified, known: Known) -> Iterable[Event]:
        """Who was taken for the unknown person goes, and the unknown one is there again, as if never gone."""
        day = found.occurred_on
        place = OrganisationId(household.organisation_id)
        came = [e for e in known.events(MemberJoined) if e.command_id == found.command_id]
        if came and household.member(found.known_as) is not None:
            yield MemberLeft(household_id=self.household_id, organisation_id=place, person_id=found.known_as,
                             reason="identification_withdrawn", occurred_on=day)  # fmt: skip
        membership = known.state(Membership, self.person_id)
        if membership.died_on is not None:
            return
        before = next(e for e in known.events(MemberJoined) if e.person_id == self.person_id)
        others = [m for m in household.current() if m.person_id != found.known_as]
        heads = household.head() not in (None, found.known_as)
        yield msgspec.structs.replace(
            before, reason="identification_withdrawn", event_id="", correlation_id="", basis=None,
            occurred_on=day, relation=Relation.OTHER if heads and others else before.relation,
        )  # fmt: skip
