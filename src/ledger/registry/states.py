"""What is known of a household and of a person's membership: dated facts, never just the latest."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import ClassVar, NamedTuple

from ledger.kernel import Event, HouseholdId, HouseholdNumber, Month, PersonId, Private, State
from ledger.registry.events import (
    AccountNominated,
    Area,
    Attributes,
    CircumstancesDeclared,
    HeadChanged,
    HouseholdMoved,
    HouseholdRegistered,
    MemberJoined,
    MemberLeft,
    PersonDied,
    Relation,
    Sex,
)


@dataclass
class Member:
    """One person's time in a household."""

    person_id: PersonId
    relation: Relation
    birth_date: date
    sex: Sex
    attributes: Attributes
    joined_on: date
    left_on: date | None = None
    left_reason: str | None = None
    died_on: date | None = None

    def present_on(self, day: date) -> bool:
        """A member from the day of joining to the day of leaving or death."""
        # Who left, returned and died was no member in between: the earlier of the two days ends this stay.
        end = min((d for d in (self.left_on, self.died_on) if d is not None), default=None)
        return self.joined_on <= day and (end is None or day <= end)


class Account(NamedTuple):
    """Where a household's money goes from a day on."""

    from_date: date
    payee_id: str
    bank_code: str
    account: Private
    account_holder: Private
    account_key: str


class Household(State):
    """A household with its members, heads, organisations, circumstances and accounts over time."""

    KIND = HouseholdId
    FOLDS: ClassVar = (
        HouseholdRegistered,
        MemberJoined,
        MemberLeft,
        HeadChanged,
        HouseholdMoved,
        PersonDied,
        CircumstancesDeclared,
        AccountNominated,
    )

    def __init__(self, subject_id: str) -> None:
        super().__init__(subject_id)
        self.number = HouseholdNumber("")
        self.organisation_id = ""
        self.area = Area.RURAL
        self.consent_on: date | None = None
        self.members: list[Member] = []
        self.heads: list[tuple[date, str]] = []
        self.moves: list[tuple[Month, str, str]] = []
        """(last month here, from, to)."""
        self.circumstances: list[CircumstancesDeclared] = []
        self.accounts: list[Account] = []

    def evolve(self, event: Event) -> None:
        day = event.occurred_on or date.min
        match event:
            case HouseholdRegistered():
                self.exists = True
                self.number, self.organisation_id, self.area = event.number, event.organisation_id, event.area
                self.consent_on = event.consent_on
            case MemberJoined():
                self.members.append(
                    Member(
                        event.person_id, event.relation, event.birth_date, event.sex, event.attributes, day
                    )
                )
                if event.relation is Relation.HEAD:
                    self.heads.append((day, event.person_id))
            case MemberLeft():
                self._end(event.person_id, left_on=day, reason=event.reason)
            case PersonDied():
                self._end(event.person_id, died_on=day)
            case HeadChanged():
                self.heads.append((day, event.person_id))
            case HouseholdMoved():
                self.moves.append((event.last_month_here, event.from_id, event.to_id))
                self.organisation_id, self.area = event.to_id, event.area
            case CircumstancesDeclared():
                self.circumstances.append(event)
            case AccountNominated():
                self.accounts.append(
                    Account(
                        day,
                        event.person_id,
                        event.bank_code,
                        event.account,
                        event.account_holder,
                        event.account_key,
                    )
                )

    def _end(
        self,
        person_id: str,
        *,
        left_on: date | None = None,
        died_on: date | None = None,
        reason: str | None = None,
    ) -> None:
        for member in self.members:
            if (
                member.person_id == person_id
                and member.died_on is None
                and (member.left_on is None or died_on)
            ):
                member.left_on = member.left_on or left_on
                member.died_on = died_on
                member.left_reason = reason or member.left_reason

    def present(self, day: date) -> list[Member]:
        """Members alive and living in the household on `day`, as known now."""
        return [m for m in self.members if m.present_on(day)]

    def current(self) -> list[Member]:
        """Members who have neither left nor died."""
        return [m for m in self.members if m.left_on is None and m.died_on is None]

    def member(self, person_id: str) -> Member | None:
        """The person's present time in the household, None when not a member."""
        return next((m for m in self.current() if m.person_id == person_id), None)

    def head(self) -> str | None:
        """The present head's person id."""
        alive = {m.person_id for m in self.current()}
        return next((person for _, person in reversed(self.heads) if person in alive), None)

    def account_on(self, day: date) -> Account | None:
        """The account of the latest day on or before `day`; of one day, the last recorded."""
        before = [a for a in reversed(self.accounts) if a.from_date <= day]
        return max(before, key=lambda a: a.from_date) if before else None

    def declared_on(self, day: date) -> CircumstancesDeclared | None:
        """The latest declaration on or before `day`; of one day the last recorded, which corrects the others."""
        before = [c for c in reversed(self.circumstances) if (c.occurred_on or date.min) <= day]
        return max(before, key=lambda c: c.occurred_on or date.min) if before else None

    def organisation_in(self, month: Month) -> str:
        """The organisation in charge in a month, moves taken into account."""
        place = self.moves[0][1] if self.moves else self.organisation_id
        for last_month, _, to in self.moves:
            if month > last_month:
                place = to
        return place


class Membership(State):
    """Where one person lives: at most one household at a time, and whether they have died."""

    KIND = PersonId
    FOLDS: ClassVar = (MemberJoined, MemberLeft, PersonDied)

    def __init__(self, subject_id: str) -> None:
        super().__init__(subject_id)
        self.household_id: str | None = None
        self.birth_date: date | None = None
        self.died_on: date | None = None
        self.left_on: date | None = None

    def evolve(self, event: Event) -> None:
        self.exists = True
        match event:
            case MemberJoined():
                self.household_id, self.birth_date = event.household_id, event.birth_date
            case MemberLeft():
                self.household_id, self.left_on = None, event.occurred_on
            case PersonDied():
                self.household_id, self.died_on = None, event.occurred_on


def age_on(birth_date: date, day: date) -> int:
    """Completed years of age."""
    return day.year - birth_date.year - ((day.month, day.day) < (birth_date.month, birth_date.day))
