"""Households that merge and part again, and whom a household is made up of afterwards: the chain stays one.

What a split or merge means for cover is decided afterwards by the county, never silently: an entitlement stays with the
household that has it; who left it is released by the next adjustment (``AdjustAmount``), and nobody is counted by another
entitlement before that (``AlreadyCovered``). Until then tasks say so. An application under way goes on with whom it
covers and who still lives there [57 art. 7]; where nobody or somebody else lives there it is refused at the decision and
must be stopped. A line already drawn is paid; what was too much is then recovered, never netted.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date

import msgspec

from ledger.kernel import (
    Basis,
    Boundary,
    Context,
    Event,
    Fen,
    HouseholdId,
    Known,
    Named,
    OrganisationId,
    PersonId,
)
from ledger.organisation.states import Organisation
from ledger.registry.commands import (
    LIMIT,
    HouseholdCommand,
    known_household,
    not_before_registration,
    not_in_future,
    not_merged_away,
)
from ledger.registry.events import (
    CircumstancesDeclared,
    HeadChanged,
    MemberJoined,
    MemberLeft,
    Relation,
)
from ledger.registry.lineage_events import HouseholdMergeWithdrawn, HouseholdsMerged
from ledger.registry.refusals import (
    BadDate,
    DocumentNeeded,
    MergeAcrossOrganisations,
    MergedWithItself,
    NewHeadNeeded,
    NobodyThere,
    NotMember,
    NotMergedInto,
    OneHeadNeeded,
    PersonTwice,
    TooManyMembers,
)
from ledger.registry.states import Household, Member


class Relative(msgspec.Struct, frozen=True, kw_only=True):
    """A member and their relation to the head of the household they come to."""

    person_id: PersonId
    relation: Relation


class MergeHouseholds(HouseholdCommand, frozen=True, kw_only=True):
    """Another household of the same organisation is taken into this one 并户: its members and what it declared come along, money goes to this one's account [57 art. 7, 31]."""

    absorbed_id: HouseholdId
    relations: tuple[Relative, ...] = ()
    """To this household's head; other for who is not named."""
    merged_on: date
    document: str

    def more(self, known: Known, context: Context) -> Boundary:
        absorbed = known.state(Household, self.absorbed_id)
        facts = (Household.facts(self.absorbed_id),)
        return (*facts, Organisation.facts(absorbed.organisation_id)) if absorbed.exists else facts

    def decide(self, known: Known, context: Context) -> Iterable[Event]:
        if self.absorbed_id == self.household_id:
            raise MergedWithItself
        household = self.household(known, context)
        absorbed = self._absorbed(household, known)
        for one in (household, absorbed):
            check_day(one, self.merged_on, context.today, self.document, "merger on", "合并日期")
            if not one.current():
                raise NobodyThere(household=one.id)
        coming = [here(absorbed, m.person_id, self.merged_on) for m in absorbed.current()]
        if not any(m.joined_on <= self.merged_on for m in household.current()):
            raise NobodyThere(household=household.id)
        count = len(household.current()) + len(coming)
        if count > LIMIT:
            raise TooManyMembers(count=count, limit=LIMIT)
        place = OrganisationId(household.organisation_id)
        yield HouseholdsMerged(
            household_ids=(self.household_id, self.absorbed_id), survivor_id=self.household_id,
            absorbed_id=self.absorbed_id, organisation_id=place, person_ids=tuple(m.person_id for m in coming),
            occurred_on=self.merged_on, basis=Basis(document=self.document, rule="57 art. 7"),
            note=Named(zh=f"并入{len(coming)}人", en=f"{len(coming)} members came along"),
        )  # fmt: skip
        yield from passage(
            known,
            absorbed,
            self.household_id,
            place,
            coming,
            self._relations(coming),
            "merged",
            self.merged_on,
        )
        yield from self._circumstances(household, absorbed, place)

    def _absorbed(self, household: Household, known: Known) -> Household:
        absorbed = not_merged_away(known_household(known, self.absorbed_id))
        if absorbed.organisation_id != household.organisation_id:
            raise MergeAcrossOrganisations(absorbed=absorbed.id, survivor=household.id)
        return absorbed

    def _relations(self, coming: Sequence[Member]) -> dict[PersonId, Relation]:
        named = {one.person_id: one.relation for one in self.relations}
        if len(named) < len(self.relations):
            raise PersonTwice
        people = {m.person_id for m in coming}
        for person, relation in named.items():
            if person not in people:
                raise NotMember(person=person, day=self.merged_on)
            if relation is Relation.HEAD:
                raise OneHeadNeeded(count=2)
        return {person: named.get(person, Relation.OTHER) for person in people}

    def _circumstances(
        self, household: Household, absorbed: Household, place: OrganisationId
    ) -> Iterable[Event]:
        """What both declared last is what the household has now."""
        ours, theirs = household.declared_on(self.merged_on), absorbed.declared_on(self.merged_on)
        if theirs is None:
            return
        first = ours or CircumstancesDeclared(
            household_id=self.household_id, organisation_id=place, income=()
        )
        yield msgspec.structs.replace(
            first, income=first.income + theirs.income, property=first.property + theirs.property,
            deductions_fen=Fen(first.deductions_fen + theirs.deductions_fen), spending=first.spending + theirs.spending,
            support=first.support + theirs.support, discretions=first.discretions + theirs.discretions,
            occurred_on=self.merged_on, **UNSTAMPED,
        )  # fmt: skip


class WithdrawMerge(HouseholdCommand, frozen=True, kw_only=True):
    """Takes back a merger that was wrong: who came with it and lives there still goes back, as of the day of the merger. Of several mergers one upon the other the last goes first; a split in error is mended by merging the two."""

    absorbed_id: HouseholdId
    new_head: PersonId | None = None
    """Who heads this household, when its head goes back."""
    absorbed_head: PersonId | None = None
    """Who heads the one that is its own again, when its head does not come back."""
    reason: str
    document: str

    def more(self, known: Known, context: Context) -> Boundary:
        return (Household.facts(self.absorbed_id),)

    def decide(self, known: Known, context: Context) -> Iterable[Event]:
        household = self.household(known, context)
        absorbed = known.state(Household, self.absorbed_id)
        merge = absorbed.merged
        if merge is None or merge.survivor_id != self.household_id:
            raise NotMergedInto(absorbed=self.absorbed_id, survivor=self.household_id)
        if not self.document.strip() or not self.reason.strip():
            raise DocumentNeeded
        day = merge.occurred_on or context.today
        back = self._back(household, merge, known)
        place = OrganisationId(household.organisation_id)
        yield HouseholdMergeWithdrawn(
            household_ids=merge.household_ids, survivor_id=self.household_id, absorbed_id=self.absorbed_id,
            organisation_id=place, person_ids=tuple(m.person_id for m in back), withdraws=merge.event_id,
            reason=self.reason, basis=Basis(document=self.document),
            note=Named(zh=f"{len(back)}人恢复原户", en=f"{len(back)} members went back"),
        )  # fmt: skip
        own = OrganisationId(absorbed.organisation_id)
        yield from passage(
            known,
            household,
            self.absorbed_id,
            own,
            back,
            self._relations(absorbed, back),
            "merge_withdrawn",
            day,
        )
        yield from heading(household, [m.person_id for m in back], self.new_head, day)
        yield from self._declared_before(household, merge, day)

    @staticmethod
    def _back(household: Household, merge: HouseholdsMerged, known: Known) -> list[Member]:
        """Who came with the merger and lives there still; who left and came again did so of their own accord."""
        reasons = {
            e.person_id: e.reason for e in known.events(MemberJoined) if e.household_id == household.id
        }
        came = [m for m in household.current() if m.person_id in merge.person_ids]
        return [m for m in came if reasons[m.person_id] in ("merged", "merge_withdrawn")]

    def _relations(self, absorbed: Household, back: Sequence[Member]) -> dict[PersonId, Relation]:
        """As they were, with the head it had, or the one named when that one does not come back."""
        before = {m.person_id: m.relation for m in absorbed.members}
        people = {m.person_id for m in back}
        if not people:
            return {}
        heads = [person for _, person in reversed(absorbed.heads) if person in people]
        head = self.absorbed_head or next(iter(heads), None)
        if head is None:
            raise NewHeadNeeded
        if head not in people:
            raise NotMember(person=head, day=absorbed.registered_on)
        others = {p: Relation.OTHER if before[p] is Relation.HEAD else before[p] for p in people}
        return others | {PersonId(head): Relation.HEAD}

    @staticmethod
    def _declared_before(household: Household, merge: HouseholdsMerged, day: date) -> Iterable[Event]:
        """What the household had declared before, unless it has declared since."""
        last = household.declared_on(date.max)
        if last is None or last.command_id != merge.command_id:
            return
        before = [c for c in household.circumstances if c.command_id != merge.command_id]
        earlier = max(before, key=lambda c: c.occurred_on or date.min, default=None)
        income = earlier.income if earlier is not None else ()
        kept = earlier or msgspec.structs.replace(
            last, income=income, property=(), deductions_fen=Fen(0), spending=(), support=(), discretions=()
        )
        yield msgspec.structs.replace(kept, occurred_on=day, **UNSTAMPED)


UNSTAMPED = {"event_id": "", "correlation_id": "", "basis": None, "origin": None}
"""The envelope of a declaration that is made again."""


def check_day(household: Household, day: date, today: date, document: str, what: str, what_zh: str) -> None:
    """Raises ``BadDate`` for a day after today or before registration, ``DocumentNeeded`` without a document."""
    not_in_future(day, today, what, what_zh)
    not_before_registration(household, day, what, what_zh)
    if household.moves and day < household.moved_on[-1]:
        raise BadDate(what=what, what_zh=what_zh, day=day, why="before the last move", why_zh="早于上次迁移")
    if not document.strip():
        raise DocumentNeeded


def here(household: Household, person: str, day: date) -> Member:
    """The person's stay in the household, which must have begun by a day and last still. Raises ``NotMember``."""
    member = household.member(person)
    if member is None or day < member.joined_on:
        raise NotMember(person=person, day=day)
    return member


def passage(
    known: Known,
    household: Household,
    to: HouseholdId,
    place: OrganisationId,
    people: Sequence[Member],
    relations: dict[PersonId, Relation],
    reason: str,
    day: date,
) -> Iterable[Event]:
    """People leave one household and join another on the same day; who they are goes along as it was sealed."""
    for member in people:
        yield MemberLeft(
            household_id=HouseholdId(household.id), organisation_id=OrganisationId(household.organisation_id),
            person_id=member.person_id, reason=reason, occurred_on=max(day, member.joined_on),
        )  # fmt: skip
    joined = {e.person_id: e for e in known.events(MemberJoined) if e.household_id == household.id}
    for member in people:
        yield msgspec.structs.replace(
            joined[member.person_id], household_id=to, organisation_id=place, relation=relations[member.person_id],
            attributes=member.attributes, attributes_since=member.attributes_since, reason=reason, occurred_on=day,
            event_id="", correlation_id="", basis=None,
        )  # fmt: skip


def heading(
    household: Household, gone: Sequence[str], new_head: PersonId | None, day: date
) -> Iterable[Event]:
    """The change of head that goes with the head's leaving while others stay."""
    others = {m.person_id for m in household.current() if m.person_id not in gone}
    if new_head is not None and new_head not in others:
        raise NotMember(person=new_head, day=day)
    if household.head() not in gone or not others:
        return
    if new_head is None:
        raise NewHeadNeeded
    yield HeadChanged(
        household_id=HouseholdId(household.id), organisation_id=OrganisationId(household.organisation_id),
        person_id=new_head, previous_head=household.head(), occurred_on=day,
    )  # fmt: skip
