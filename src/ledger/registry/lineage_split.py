"""Households that split: the past up to there is the past of both."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any, TypeVar

import msgspec

from ledger.kernel import (
    Basis,
    Boundary,
    Context,
    Event,
    Facts,
    Fen,
    HouseholdId,
    HouseholdNumber,
    Known,
    Named,
    OrganisationId,
    PersonId,
    Private,
    tag,
)
from ledger.organisation.states import Organisation, require_open
from ledger.registry.commands import HouseholdCommand, require_company
from ledger.registry.events import (
    Area,
    CircumstancesDeclared,
    HouseholdRegistered,
    IncomeLine,
    PropertyLine,
    Relation,
)
from ledger.registry.lineage import UNSTAMPED, Relative, check_day, heading, here, passage
from ledger.registry.lineage_events import HouseholdSplit
from ledger.registry.refusals import (
    HouseholdNumberTaken,
    NotDeclared,
    OneHeadNeeded,
    PersonTwice,
    SplitOfEverybody,
    SplitOfNobody,
)
from ledger.registry.states import Household, Member

Line = TypeVar("Line", IncomeLine, PropertyLine)


class SplitHousehold(HouseholdCommand, frozen=True, kw_only=True):
    """Some members become a household of their own 分户, with one of them as head and what they had declared; the old household keeps the rest and its entitlements [57 art. 7, 31]."""

    number: HouseholdNumber
    leaving: tuple[Relative, ...]
    new_head: PersonId | None = None
    """Who heads those that stay, when the head leaves."""
    organisation_id: OrganisationId | None = None
    """Where the new household lives; with the old one's organisation when not given."""
    company_id: str | None = None
    area: Area
    address: str | None = None
    income: tuple[IncomeLine, ...] | None = None
    """Lines of the last declaration that go along; those of the people who leave when not given."""
    property: tuple[PropertyLine, ...] = ()
    deductions_fen: Fen = Fen(0)
    split_on: date
    document: str

    def more(self, known: Known, context: Context) -> Boundary:
        places = [p for p in (self.organisation_id, self.company_id) if p is not None]
        return (
            Facts(types=(HouseholdRegistered,), tags=(tag(HouseholdNumber, self.number),)),
            *(Organisation.facts(place) for place in places),
        )

    def decide(self, known: Known, context: Context) -> Iterable[Event]:
        household = self.household(known, context)
        day = self.split_on
        check_day(household, day, context.today, self.document, "split on", "分户日期")
        place = self.organisation_id or OrganisationId(household.organisation_id)
        require_open(known, place, day)
        require_company(known, self.company_id, place, day)
        if any(r.number == self.number for r in known.events(HouseholdRegistered)):
            raise HouseholdNumberTaken(number=self.number)
        leaving = self._leaving(household)
        new = HouseholdId(context.new_id(HouseholdId))
        basis = Basis(document=self.document, rule="57 art. 7")
        yield HouseholdSplit(
            household_ids=(self.household_id, new), from_id=self.household_id, to_id=new,
            organisation_ids=(OrganisationId(household.organisation_id), place),
            person_ids=tuple(m.person_id for m in leaving), occurred_on=day, basis=basis,
            note=Named(zh=f"分出{len(leaving)}人", en=f"{len(leaving)} members became a household of their own"),
        )  # fmt: skip
        yield HouseholdRegistered(
            household_id=new, number=self.number, organisation_id=place, company_id=self.company_id, area=self.area,
            address=Private(tag(HouseholdId, new), self.address) if self.address else None,
            consent_on=household.consent_on, occurred_on=day, basis=basis,
        )  # fmt: skip
        relations = {one.person_id: one.relation for one in self.leaving}
        yield from passage(known, household, new, place, leaving, relations, "split", day)
        yield from heading(household, [m.person_id for m in leaving], self.new_head, day)
        yield from self._circumstances(household, new, place)

    def _leaving(self, household: Household) -> list[Member]:
        people = [one.person_id for one in self.leaving]
        if not people:
            raise SplitOfNobody
        if len(set(people)) < len(people):
            raise PersonTwice
        leaving = [here(household, person, self.split_on) for person in people]
        if len(leaving) == len(household.current()):
            raise SplitOfEverybody(count=len(leaving))
        heads = sum(one.relation is Relation.HEAD for one in self.leaving)
        if heads != 1:
            raise OneHeadNeeded(count=heads)
        return leaving

    def _circumstances(
        self, household: Household, new: HouseholdId, place: OrganisationId
    ) -> Iterable[Event]:
        """The last declaration, each line of it with one of the two households."""
        declared = household.declared_on(self.split_on)
        if declared is None:
            if self.income or self.property or self.deductions_fen:
                raise NotDeclared(what="nothing was declared 未申报")
            return
        people = {one.person_id for one in self.leaving}
        given = self.income
        taken = tuple(n for n in declared.income if n.person_id in people) if given is None else given
        if not 0 <= self.deductions_fen <= declared.deductions_fen:
            raise NotDeclared(what="deductions 刚性支出")
        # What is said of one person goes with that person; the household's own stays.
        named: dict[str, Any] = {
            name: tuple(line for line in getattr(declared, name) if line.person_id in people)
            for name in ("spending", "support", "discretions")
        }
        stays = {
            name: tuple(n for n in getattr(declared, name) if n not in lines) for name, lines in named.items()
        }
        yield msgspec.structs.replace(
            declared, income=without(declared.income, taken), property=without(declared.property, self.property),
            deductions_fen=Fen(declared.deductions_fen - self.deductions_fen), occurred_on=self.split_on, **stays, **UNSTAMPED,
        )  # fmt: skip
        yield CircumstancesDeclared(
            household_id=new, organisation_id=place, income=taken, property=self.property,
            deductions_fen=self.deductions_fen, occurred_on=self.split_on, **named,
        )  # fmt: skip


def without(lines: tuple[Line, ...], taken: tuple[Line, ...]) -> tuple[Line, ...]:
    """The lines that stay when some are taken along. Raises ``NotDeclared`` for one that is not there."""
    rest = list(lines)
    for line in taken:
        if line not in rest:
            raise NotDeclared(what=line.kind)
        rest.remove(line)
    return tuple(rest)
