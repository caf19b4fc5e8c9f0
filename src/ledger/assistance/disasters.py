"""What aid after a disaster and aid for housing rest on: disasters that were declared, homes that were assessed."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import ClassVar

from ledger.assistance.acting import acting_for, department_names, require_part, require_reach
from ledger.assistance.events import DangerLevel, DisasterDeclared, HousingAssessed
from ledger.assistance.refusals import NobodyNamed, NotTheOwner
from ledger.assistance.steps import DECIDERS
from ledger.ids import DisasterId
from ledger.kernel import Boundary, Command, Context, Event, HouseholdId, Known, Named, OrganisationId, Role
from ledger.organisation.states import Organisation, require_open
from ledger.programmes.programme_book import ALL_PROGRAMMES, Programmes
from ledger.registry.commands import known_household, not_in_future
from ledger.registry.refusals import BadDate
from ledger.registry.states import Household

HOUSING = "zhufang_jiuzhu"
"""The programme whose departments assess homes."""
DANGERS = {
    DangerLevel.A: Named(zh="A级（安全）", en="A (safe)"),
    DangerLevel.B: Named(zh="B级（基本安全）", en="B (safe on the whole)"),
    DangerLevel.C: Named(zh="C级（局部危险）", en="C (dangerous in part)"),
    DangerLevel.D: Named(zh="D级（整体危险）", en="D (dangerous)"),
}


class DeclareDisaster(Command, frozen=True, kw_only=True):
    """Declares that a disaster struck organisations of the division, by a department that aids after disasters."""

    ROLES: ClassVar = DECIDERS
    organisation_ids: tuple[OrganisationId, ...]
    kind: str
    named: Named
    struck_on: date
    ended_on: date | None = None

    def boundary(self, known: Known, context: Context) -> Boundary:
        places = [Organisation.facts(place) for place in self.organisation_ids]
        return (*ALL_PROGRAMMES, Organisation.facts(context.actor.organisation_id), *places)

    def decide(self, known: Known, context: Context) -> Iterable[Event]:
        not_in_future(self.struck_on, context.today, "disaster on", "受灾日期")
        if self.ended_on is not None and self.ended_on < self.struck_on:
            raise BadDate(what="end on", what_zh="结束日期", day=self.ended_on, why="before the disaster", why_zh="早于受灾日期")  # fmt: skip
        acting = acting_for(known, context)
        programmes = [p for p in Programmes.of(known).in_force(self.struck_on) if p.disaster]
        owners = tuple(dict.fromkeys(code for p in programmes for code in p.owners))
        if not acting.civil_affairs and acting.code not in owners:
            names, names_zh = department_names(owners)
            raise NotTheOwner(department=acting.name, programme="aid after a disaster", programme_zh="受灾人员救助",
                              owners=names, owners_zh=names_zh)  # fmt: skip
        if not self.organisation_ids or not self.kind.strip():
            raise NobodyNamed(why="name what struck whom", why_zh="须写明灾种和受灾机构")
        for place in self.organisation_ids:
            require_open(known, place, context.today)
            require_reach(known, context, acting, place)
        yield DisasterDeclared(
            disaster_id=context.new_id(DisasterId), organisation_ids=self.organisation_ids, kind=self.kind,
            named=self.named, ended_on=self.ended_on, occurred_on=self.struck_on,
        )  # fmt: skip


class AssessHousing(Command, frozen=True, kw_only=True):
    """Records how safe a household's home was found to be 房屋安全鉴定, by a department of aid for housing."""

    ROLES: ClassVar = frozenset({Role.CLERK, Role.REVIEWER, Role.DEPARTMENT})
    household_id: HouseholdId
    danger: DangerLevel
    assessed_on: date

    def boundary(self, known: Known, context: Context) -> Boundary:
        household = known.state(Household, self.household_id)
        places = {household.organisation_id, context.actor.organisation_id} - {""}
        return (*ALL_PROGRAMMES, Household.facts(self.household_id), *map(Organisation.facts, sorted(places)))

    def decide(self, known: Known, context: Context) -> Iterable[Event]:
        not_in_future(self.assessed_on, context.today, "assessment on", "鉴定日期")
        acting = acting_for(known, context)
        require_part(acting, Programmes.of(known).get(HOUSING, self.assessed_on))
        household = known_household(known, self.household_id)
        require_reach(known, context, acting, household.organisation_id)
        yield HousingAssessed(
            household_id=self.household_id, organisation_id=OrganisationId(household.organisation_id), danger=self.danger,
            named=Named(zh="住房安全", en="safety of the home"), department=acting.name,
            department_id=acting.organisation_id, note=DANGERS[self.danger], occurred_on=self.assessed_on,
        )  # fmt: skip
