"""Visits of families in difficulty, by the office, the company or community, or a contracted provider [S 二(三)]."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import ClassVar

from ledger.identification.refusals import ReasonNeeded
from ledger.ids import ContractId, ProviderId, VisitId
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
    Private,
    Role,
    State,
    tag,
)
from ledger.organisation.states import Organisation, require_scope
from ledger.programmes.contract_events import ServiceKind
from ledger.programmes.contract_refusals import ContractUnknown
from ledger.programmes.contracts import Contract, require_contract
from ledger.programmes.programme_book import ALL_PROGRAMMES, Programmes
from ledger.registry.commands import HouseholdCommand, known_household, not_in_future
from ledger.registry.refusals import BadDate
from ledger.registry.states import Household
from ledger.support.visits_events import PriorityGroup, VisitCalledOff, VisitCompleted, VisitPlanned
from ledger.support.visits_refusals import NobodyLivesThere, NoVisitors, VisitNotOpen

GROUPS = {
    PriorityGroup.DISABILITY: Named(zh="残疾人家庭", en="family with a disabled member"),
    PriorityGroup.WEAK_LABOUR: Named(zh="无劳动力或弱劳动力家庭", en="family hardly able to work"),
    PriorityGroup.LONG_ILLNESS: Named(zh="重病或慢性病患者家庭", en="family with serious or chronic illness"),
    PriorityGroup.URGENT_EVENT: Named(zh="遇急难事项或意外事故家庭", en="family after an urgent event"),
    PriorityGroup.SPECIAL: Named(zh="其他特殊困难家庭", en="family in other special difficulty"),
}
"""What the priority groups are called."""


class HouseVisit(State):
    """One visit, from its plan to what came of it."""

    KIND = VisitId
    FOLDS: ClassVar = (VisitPlanned, VisitCompleted, VisitCalledOff)

    def __init__(self, subject_id: str) -> None:
        super().__init__(subject_id)
        self.household_id = ""
        self.group: PriorityGroup | None = None
        self.status = "unknown"

    def evolve(self, event: Event) -> None:
        self.exists = True
        match event:
            case VisitPlanned():
                self.household_id, self.group, self.status = event.household_id, event.group, "planned"
            case VisitCompleted():
                self.household_id, self.status = event.household_id, "completed"
            case VisitCalledOff():
                self.status = "called off"


class PlanVisit(HouseholdCommand, frozen=True, kw_only=True):
    """Plans a visit of a household by a day, as one of a priority group if it is one."""

    group: PriorityGroup | None = None
    due_on: date

    def decide(self, known: Known, context: Context) -> Iterable[Event]:
        household = self.household(known, context)
        if self.due_on < context.today:
            raise BadDate(
                what="visit by",
                what_zh="走访期限",
                day=self.due_on,
                why="it lies in the past",
                why_zh="早于今天",
            )
        if not household.current():
            raise NobodyLivesThere(day=context.today)
        group = GROUPS[self.group] if self.group is not None else None
        by = Named(zh=f"{self.due_on}前", en=f"by {self.due_on}")
        note = Named(zh=f"{group.zh}，{by.zh}", en=f"{group.en}, {by.en}") if group is not None else by
        yield VisitPlanned(
            visit_id=context.new_id(VisitId), household_id=self.household_id,
            organisation_id=OrganisationId(household.organisation_id), group=self.group, due_on=self.due_on, note=note,
        )  # fmt: skip


class CallOffVisit(HouseholdCommand, frozen=True, kw_only=True):
    """A planned visit is not made, with the reason."""

    visit_id: VisitId
    reason: str

    def more(self, known: Known, context: Context) -> Boundary:
        return (HouseVisit.facts(self.visit_id),)

    def decide(self, known: Known, context: Context) -> Iterable[Event]:
        household = self.household(known, context)
        require_planned(known, self.visit_id, self.household_id)
        if not self.reason.strip():
            raise ReasonNeeded
        yield VisitCalledOff(
            visit_id=self.visit_id, household_id=self.household_id,
            organisation_id=OrganisationId(household.organisation_id),
            note=Named(zh=f"原因：{self.reason}", en=f"reason: {self.reason}"),
        )  # fmt: skip


def require_planned(known: Known, visit_id: str, household_id: str) -> HouseVisit:
    """The visit, planned for this household and not made yet. Raises :class:`VisitNotOpen`."""
    visit = known.state(HouseVisit, visit_id)
    if visit.household_id != household_id or visit.status != "planned":
        raise VisitNotOpen(visit=visit_id)
    return visit


class RecordVisit(Command, frozen=True, kw_only=True):
    """Records a visit, planned or not: who went, what was found, what is needed; a provider by its contract for visiting."""

    ROLES: ClassVar = frozenset({Role.CLERK, Role.REVIEWER, Role.PROVIDER})
    household_id: HouseholdId
    visit_id: VisitId | None = None
    group: PriorityGroup | None = None
    contract_id: ContractId | None = None
    visited_on: date
    visitors: tuple[str, ...]
    findings: str
    needed: tuple[str, ...] = ()

    def boundary(self, known: Known, context: Context) -> Boundary:
        household = known.state(Household, self.household_id)
        facts: list[Facts] = [Household.facts(self.household_id), *(ALL_PROGRAMMES if self.needed else ())]
        if household.exists:
            facts.append(Organisation.facts(household.organisation_id))
        if self.visit_id is not None:
            facts.append(HouseVisit.facts(self.visit_id))
        if self.contract_id is not None:
            facts.append(Contract.facts(self.contract_id))
        return tuple(facts)

    def decide(self, known: Known, context: Context) -> Iterable[Event]:
        not_in_future(self.visited_on, context.today, "visit on", "走访日期")
        household, provider = self._household(known, context)
        if not household.present(self.visited_on):
            raise NobodyLivesThere(day=self.visited_on)
        names = {name.strip() for name in self.visitors}
        if not names or "" in names or len(names) < len(self.visitors) or not self.findings.strip():
            raise NoVisitors
        programmes = Programmes.of(known)
        wanted = [programmes.get(code, self.visited_on).named for code in self.needed]
        group = self.group
        if self.visit_id is not None:
            group = group or require_planned(known, self.visit_id, self.household_id).group
        yield VisitCompleted(
            visit_id=self.visit_id or context.new_id(VisitId), household_id=self.household_id,
            organisation_id=OrganisationId(household.organisation_id), group=group, visitors=self.visitors,
            findings=Private(tag(HouseholdId, self.household_id), self.findings), needed=self.needed,
            contract_id=self.contract_id, provider_id=provider, note=_note(len(names), wanted),
            occurred_on=self.visited_on,
        )  # fmt: skip

    def _household(self, known: Known, context: Context) -> tuple[Household, ProviderId | None]:
        """The household in the operator's scope, or that of the provider's contract, and the provider that went."""
        if context.actor.role is Role.PROVIDER and self.contract_id is None:
            raise ContractUnknown(contract="-")
        household = known_household(known, self.household_id)
        place = known.state(Organisation, household.organisation_id)
        if self.contract_id is None:
            require_scope(context.actor, place)
            return household, None
        contract = known.state(Contract, self.contract_id)
        require_contract(contract, place, ServiceKind.VISITING, self.visited_on, context.actor)
        return household, ProviderId(contract.provider_id)


def _note(visitors: int, wanted: list[Named]) -> Named:
    """How many went and what is needed, as a remark."""
    zh, en = f"{visitors}人走访", f"{visitors} visitor{'s' if visitors > 1 else ''}"
    if wanted:
        zh += "，需要" + "、".join(named.zh for named in wanted)
        en += ", needs " + ", ".join(named.en for named in wanted)
    return Named(zh=zh, en=en)
