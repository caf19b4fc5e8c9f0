"""An emergency is told of, anywhere, for anybody: registered, unlisted or of unknown identity [S 三(三); 649 art. 50–51, 60]."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from typing import ClassVar

import msgspec

from ledger.emergency.events import (
    EmergencyClosed,
    EmergencyKind,
    EmergencyOutcome,
    EmergencyReported,
    Reporter,
)
from ledger.emergency.refusals import EmergencyIncomplete, ReportedAlready, SeveralHouseholds
from ledger.ids import EmergencyId
from ledger.kernel import (
    Basis,
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
    Private,
    tag,
)
from ledger.organisation.states import Organisation, require_open, require_scope
from ledger.registry.commands import (
    LIMIT,
    STAFF,
    NewMember,
    join_event,
    known_household,
    not_in_future,
    not_merged_away,
)
from ledger.registry.events import Area, HouseholdRegistered, MemberJoined, Relation, Sex
from ledger.registry.refusals import (
    BadDate,
    NotMember,
    PersonDeceased,
    PersonTwice,
    TooManyMembers,
)
from ledger.registry.states import Household, Membership
from ledger.registry.transients import TRANSIENT, homes_of, transient_number

NAMES = {
    EmergencyKind.FIRE: ("火灾", "fire"), EmergencyKind.TRAFFIC: ("交通事故", "traffic accident"),
    EmergencyKind.ACCIDENT: ("其他意外事件", "other accident"), EmergencyKind.ILLNESS: ("突发重大疾病", "sudden major illness"),
    EmergencyKind.STRANDED: ("生活无着", "without means"), EmergencyKind.SPENDING: ("生活必需支出突增", "necessary spending"),
    EmergencyKind.OTHER: ("其他特殊困难", "other special difficulty"),
}  # fmt: skip


class Stricken(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody it hit: by ID number (registered anywhere, or nowhere), or without one as they appear 身份不明."""

    id_number: str | None = None
    name: str | None = None
    """Needed for whoever is registered nowhere; what they call themselves when that is all there is."""
    phone: str | None = None
    birth_date: date | None = None
    """About; of somebody without an ID number."""
    sex: Sex | None = None


class ReportEmergency(Command, frozen=True, kw_only=True):
    """Records an emergency at the place where it happened; no hukou, residence or registration is asked for [S 三(三)].

    Either of a registered household, or of people: who is registered is found by ID number, wherever; who is not is
    taken in there and then.
    """

    ROLES: ClassVar = STAFF
    organisation_id: OrganisationId
    household_id: HouseholdId | None = None
    person_ids: tuple[PersonId, ...] = ()
    """Whom of the household it hit; all when none is named."""
    stricken: tuple[Stricken, ...] = ()
    area: Area = Area.URBAN
    """Of the place, for who is taken in there."""
    emergency_kind: EmergencyKind
    happened_on: date
    told_on: date
    reporter_kind: Reporter
    reporter: str | None = None
    happened_at: str | None = None
    what_happened: str

    def id_numbers(self) -> tuple[str, ...]:
        return tuple(s.id_number for s in self.stricken if s.id_number)

    def boundary(self, known: Known, context: Context) -> Boundary:
        facts = [Organisation.facts(self.organisation_id)]
        people = sorted(set(context.people.values()))
        facts += [Membership.facts(person) for person in people] + homes_of(known, people)
        homes = self._homes(known, context)
        if self.household_id is not None:
            facts.append(Household.facts(self.household_id))
        types = (EmergencyReported, EmergencyClosed)
        return (*facts, *(Facts(types=types, tags=(tag(HouseholdId, home),)) for home in homes))

    def decide(self, known: Known, context: Context) -> Iterable[Event]:
        self._check(context)
        require_scope(context.actor, require_open(known, self.organisation_id, context.today))
        if len(set(self.id_numbers())) < len(self.id_numbers()):
            raise PersonTwice
        for person in context.people.values():
            died_on = known.state(Membership, person).died_on
            if died_on is not None and died_on < self.happened_on:
                raise PersonDeceased(person=person, day=died_on)
        homes = self._homes(known, context)
        unlisted = [s for s in self.stricken if not self._home(s, known, context)]
        if len(homes) + bool(unlisted) > 1:
            raise SeveralHouseholds(count=len(homes) + bool(unlisted))
        if homes:
            household, people = self._household(homes[0], known), self._people(homes[0], known, context)
            self._only_once(household.id, known)
            yield self._report(HouseholdId(household.id), people, self._unknown(people, known), context)
        else:
            yield from self._taken_in(context)

    def _check(self, context: Context) -> None:
        for day, what, zh in (
            (self.happened_on, "emergency on", "急难发生日期"),
            (self.told_on, "report on", "报告日期"),
        ):
            not_in_future(day, context.today, what, zh)
        if self.told_on < self.happened_on:
            raise BadDate(
                what="report on",
                what_zh="报告日期",
                day=self.told_on,
                why="before it happened",
                why_zh="早于发生日期",
            )
        checks = (
            ((self.household_id is None) == (not self.stricken),
             "name either a household or the people it hit", "请填报家庭或受困人员其一"),
            (bool(self.person_ids) and self.household_id is None, "members are named with their household", "成员须与家庭一并填报"),
            (not self.what_happened.strip(), "say what happened", "须写明急难情况"),
        )  # fmt: skip
        for wrong, why, why_zh in checks:
            if wrong:
                raise EmergencyIncomplete(why=why, why_zh=why_zh)
        if len(self.stricken) > LIMIT:
            raise TooManyMembers(count=len(self.stricken), limit=LIMIT)

    def _home(self, one: Stricken, known: Known, context: Context) -> str | None:
        return (
            None
            if one.id_number is None
            else known.state(Membership, context.people[one.id_number]).household_id
        )

    def _homes(self, known: Known, context: Context) -> list[str]:
        """The households of those who are known."""
        if self.household_id is not None:
            return [self.household_id]
        found = (self._home(one, known, context) for one in self.stricken)
        return list(dict.fromkeys(home for home in found if home is not None))

    def _household(self, home: str, known: Known) -> Household:
        return not_merged_away(known_household(known, home))

    def _people(self, home: str, known: Known, context: Context) -> tuple[PersonId, ...]:
        present = {m.person_id for m in known.state(Household, home).current()}
        named = self.person_ids or tuple(sorted(set(context.people.values())))
        for person in named:
            if person not in present:
                raise NotMember(person=person, day=self.happened_on)
        people = named or tuple(sorted(present))
        if not people:
            raise EmergencyIncomplete(why="nobody lives in the household", why_zh="该家庭已无成员")
        return tuple(people)

    @staticmethod
    def _unknown(people: Sequence[str], known: Known) -> tuple[str, ...]:
        joins = {e.person_id: e.identity_known for e in known.events(MemberJoined)}
        return tuple(person for person in people if not joins.get(PersonId(person), True))

    def _only_once(self, home: str, known: Known) -> None:
        """The same thing of the same day is reported, and so aided, once [649 art. 47; TA 二(四)]."""
        gone = {
            e.emergency_id for e in known.events(EmergencyClosed) if e.outcome is not EmergencyOutcome.AIDED
        }
        for event in known.events(EmergencyReported):
            same = event.kind is self.emergency_kind and event.occurred_on == self.happened_on
            if event.household_id == home and same and event.emergency_id not in gone:
                raise ReportedAlready(
                    kind=event.kind.value, day=self.happened_on, emergency=event.emergency_id
                )

    def _taken_in(self, context: Context) -> Iterable[Event]:
        """People registered nowhere become a transient household at the place of the emergency."""
        household_id = context.new_id(HouseholdId)
        yield HouseholdRegistered(
            household_id=household_id, number=transient_number(household_id), organisation_id=self.organisation_id,
            area=self.area, kind=TRANSIENT, occurred_on=self.happened_on, basis=Basis(rule="S 三(三); 649 art. 50"),
        )  # fmt: skip
        joined = [self._joined(n, one, household_id, context) for n, one in enumerate(self.stricken)]
        yield from joined
        people = tuple(event.person_id for event in joined)
        unknown = tuple(event.person_id for event in joined if not event.identity_known)
        yield self._report(household_id, people, unknown, context)

    def _joined(self, n: int, one: Stricken, household_id: HouseholdId, context: Context) -> MemberJoined:
        relation = Relation.OTHER if n else Relation.HEAD
        name = (one.name or "").strip()
        if one.id_number:
            if not name:
                raise EmergencyIncomplete(
                    why="a person registered nowhere needs a name", why_zh="未登记人员须填写姓名"
                )
            member = NewMember(id_number=one.id_number, name=name, relation=relation, phone=one.phone)
            return join_event(member, context.people[one.id_number], household_id, self.organisation_id, "emergency",
                              self.happened_on)  # fmt: skip
        if one.birth_date is None or one.sex is None:
            raise EmergencyIncomplete(why="somebody without an ID number needs a sex and about when they were born",
                                      why_zh="身份不明人员须填写性别和估计的出生日期")  # fmt: skip
        if one.birth_date > self.happened_on:
            raise BadDate(
                what="joining on",
                what_zh="加入日期",
                day=self.happened_on,
                why="before birth",
                why_zh="早于出生日期",
            )
        person_id = context.new_id(PersonId, f"stricken/{n}")
        subject = tag(PersonId, person_id)
        return MemberJoined(
            household_id=household_id, organisation_id=self.organisation_id, person_id=person_id, relation=relation,
            name=Private(subject, name or "身份不明"), phone=Private(subject, one.phone) if one.phone else None,
            birth_date=one.birth_date, sex=one.sex, reason="emergency", identity_known=False, occurred_on=self.happened_on,
        )  # fmt: skip

    def _report(
        self,
        household_id: HouseholdId,
        people: tuple[PersonId, ...],
        unknown: tuple[str, ...],
        context: Context,
    ) -> EmergencyReported:
        subject = tag(HouseholdId, household_id)
        zh, en = NAMES[self.emergency_kind]
        return EmergencyReported(
            emergency_id=context.new_id(EmergencyId), household_id=household_id, organisation_id=self.organisation_id,
            person_ids=people, kind=self.emergency_kind, reported_on=self.told_on, reporter_kind=self.reporter_kind,
            reporter=Private(subject, self.reporter) if self.reporter else None,
            place=Private(subject, self.happened_at) if self.happened_at else None,
            account=Private(subject, self.what_happened), unknown=unknown, occurred_on=self.happened_on,
            note=Named(zh=zh + ("，身份不明" if unknown else ""), en=en + (", identity unknown" if unknown else "")),
        )  # fmt: skip
