"""What is known of a household and of a person's membership: dated facts, never just the latest."""

from __future__ import annotations

from dataclasses import dataclass, field
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
from ledger.registry.lineage_events import (
    AttributesChanged,
    CompanyChanged,
    HouseholdMergeWithdrawn,
    HouseholdsMerged,
)


@dataclass
class Member:
    """One person's time in a household."""

    person_id: PersonId
    relation: Relation
    birth_date: date
    sex: Sex
    attributes: Attributes
    """As of the latest day known."""
    joined_on: date
    left_on: date | None = None
    left_reason: str | None = None
    died_on: date | None = None
    never_was: bool = False
    """The stay came of a merger that was taken back."""
    dated: list[tuple[date, Attributes]] = field(default_factory=list)
    """(from day, attributes), in the order they were recorded; what was known on joining holds from ever."""

    def present_on(self, day: date) -> bool:
        """A member from the day of joining to the day of leaving or death; never in a stay that came of a wrong merger."""
        if self.never_was:
            return False
        # Who left, returned and died was no member in between: the earlier of the two days ends this stay.
        end = min((d for d in (self.left_on, self.died_on) if d is not None), default=None)
        return self.joined_on <= day and (end is None or day <= end)

    def attributes_on(self, day: date) -> Attributes:
        """What rules need to know of the person on a day: the change of the latest day on or before it, of one day the last
        recorded; before the first one, what was known first."""
        reached = [item for item in self.dated if item[0] <= day] or self.dated[:1]
        return (
            max(enumerate(reached), key=lambda item: (item[1][0], item[0]))[1][1]
            if reached
            else self.attributes
        )

    def changed(self, day: date, attributes: Attributes) -> None:
        """Places what became known, possibly late, among what is known already."""
        self.dated.append((day, attributes))
        self.attributes = self.attributes_on(date.max)

    @property
    def attributes_since(self) -> date | None:
        """From when the latest attributes are so; None when they were never otherwise."""
        since = max((day for day, _ in self.dated), default=date.min)
        return None if since == date.min else since


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
        CompanyChanged,
        AttributesChanged,
        HouseholdsMerged,
        HouseholdMergeWithdrawn,
    )

    def __init__(self, subject_id: str) -> None:
        super().__init__(subject_id)
        self.number = HouseholdNumber("")
        self.organisation_id = ""
        self.company_id: str | None = None
        self.area = Area.RURAL
        self.kind = "household"
        self.registered_on: date | None = None
        self.merged: HouseholdsMerged | None = None
        """The merge that took this household into another, unless it was withdrawn."""
        self.took_in: dict[str, date] = {}
        """Mergers that brought other households here: event id → day."""
        self.consent_on: date | None = None
        self.members: list[Member] = []
        self.heads: list[tuple[date, str]] = []
        self.moves: list[tuple[Month, str, str]] = []
        """(last month here, from, to)."""
        self.moved_on: list[date] = []
        self.circumstances: list[CircumstancesDeclared] = []
        self.accounts: list[Account] = []

    def evolve(self, event: Event) -> None:
        day = event.occurred_on or date.min
        match event:
            case HouseholdRegistered():
                self.exists = True
                self.number, self.organisation_id, self.area = event.number, event.organisation_id, event.area
                self.kind = event.kind
                self.consent_on, self.company_id, self.registered_on = event.consent_on, event.company_id, day
            case MemberJoined():
                known = [(event.attributes_since or date.min, event.attributes)]
                self.members.append(
                    Member(
                        event.person_id,
                        event.relation,
                        event.birth_date,
                        event.sex,
                        event.attributes,
                        day,
                        dated=known,
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
                self.moved_on.append(day)
                self.organisation_id, self.area, self.company_id = event.to_id, event.area, event.company_id
            case CompanyChanged():
                self.company_id = event.company_id
            case AttributesChanged():
                stays = [m for m in self.members if m.person_id == event.person_id]
                if stays:
                    stays[-1].changed(day, event.attributes)
            case HouseholdsMerged() if event.absorbed_id == self.id:
                self.merged = event
            case HouseholdsMerged():
                self.took_in[event.event_id] = day
            case HouseholdMergeWithdrawn() if event.absorbed_id == self.id:
                self.merged = None
            case HouseholdMergeWithdrawn():
                for member in self.members:
                    since = member.joined_on >= self.took_in.get(event.withdraws, day)
                    member.never_was |= since and member.person_id in event.person_ids
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
        """Members alive and living in the household on `day`, as known now; each once, by the latest stay."""
        return list({m.person_id: m for m in self.members if m.present_on(day)}.values())

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
