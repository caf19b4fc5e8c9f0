"""Purchased services: planned by need, rendered by the contract's provider, accepted, and only then settled [S 三(四)]."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date
from typing import Any, ClassVar

from ledger.identification.refusals import ReasonNeeded
from ledger.ids import ContractId, ServiceId, ShiftId
from ledger.kernel import (
    Boundary,
    Command,
    Context,
    Event,
    Facts,
    Fen,
    Known,
    Named,
    OrganisationId,
    PersonId,
    Private,
    Role,
    month_of,
    tag,
)
from ledger.organisation.states import Organisation, require_scope
from ledger.programmes.contract_events import ServiceKind
from ledger.programmes.contracts import Contract, require_contract
from ledger.registry.commands import HouseholdCommand, not_in_future
from ledger.registry.events import PersonDied
from ledger.registry.states import Membership
from ledger.support.people import people_facts, require_fit
from ledger.support.services_events import (
    AcceptedBy,
    ServiceAccepted,
    ServiceDeclined,
    ServicePlanned,
    ServiceRendered,
    ServiceSettled,
    ServiceStopped,
)
from ledger.support.services_refusals import (
    BadPlan,
    BeyondCeiling,
    NothingAccepted,
    NotWhatWasAccepted,
    OutsidePlan,
    SameHand,
    ServiceUnknown,
    VisitImplausible,
    VisitUnknown,
)
from ledger.support.services_states import Service, Visit

PROGRAMME = "fuwu_jiuzhu"
"""The programme all purchased services belong to [S 三(四)]."""
NAMES = {
    ServiceKind.VISITING: Named(zh="访视随访", en="visiting"),
    ServiceKind.NURSING: Named(zh="照料服务", en="care"),
    ServiceKind.HOUSEWORK: Named(zh="家务服务", en="housework"),
    ServiceKind.COUNSELLING: Named(zh="心理疏导", en="counselling"),
    ServiceKind.LINKING: Named(zh="资源链接", en="linking with resources"),
    ServiceKind.ABILITY: Named(zh="能力提升", en="building abilities"),
    ServiceKind.INTEGRATION: Named(zh="社会融入", en="social integration"),
    ServiceKind.APPLYING: Named(zh="协助申请", en="help with applications"),
}
TIME = re.compile(r"^([01]\d|2[0-3]):[0-5]\d$")
MOST_A_MONTH = 93
"""Three visits a day: a plan of more is a slip of the pen."""
SHORTEST, LONGEST = 5, 12 * 60
"""Minutes of a visit: one of two minutes, or of a day and a night, was not so (check 31)."""


class PlanService(HouseholdCommand, frozen=True, kw_only=True):
    """Plans a service for a member of a household in difficulty, after the needs were assessed, under a contract."""

    person_id: PersonId
    contract_id: ContractId
    service: ServiceKind
    per_month: int
    from_date: date
    until_date: date
    needs: str

    def more(self, known: Known, context: Context) -> Boundary:
        return (*people_facts(self.person_id), Contract.facts(self.contract_id))

    def decide(self, known: Known, context: Context) -> Iterable[Event]:
        household = self.household(known, context)
        contract = known.state(Contract, self.contract_id)
        place = known.state(Organisation, household.organisation_id)
        for day in (self.from_date, self.until_date):
            require_contract(contract, place, self.service, day, context.actor)
        for wrong, why, why_zh in (
            (self.until_date < self.from_date, "it would end before it begins", "终止日期早于开始日期"),
            (not 1 <= self.per_month <= MOST_A_MONTH, f"1 to {MOST_A_MONTH} visits a month", f"每月次数应为1至{MOST_A_MONTH}次"),
            (not self.needs.strip(), "the needs were not assessed", "未填写需求评估"),
        ):  # fmt: skip
            if wrong:
                raise BadPlan(why=why, why_zh=why_zh)
        require_fit(known, household, self.person_id, PROGRAMME, "service", self.from_date)
        yield ServicePlanned(
            service_id=context.new_id(ServiceId), contract_id=self.contract_id, provider_id=contract.provider_id,  # type: ignore[arg-type]
            household_id=self.household_id, person_id=self.person_id,
            organisation_id=OrganisationId(household.organisation_id), programme=PROGRAMME, named=NAMES[self.service],
            service=self.service, per_month=self.per_month, from_date=self.from_date, until_date=self.until_date,
            needs=Private(tag(PersonId, self.person_id), self.needs),
            note=Named(zh=f"每月{self.per_month}次，{self.from_date}至{self.until_date}",
                       en=f"{self.per_month} a month, {self.from_date} to {self.until_date}"),
        )  # fmt: skip


class ServiceCommand(Command, frozen=True, kw_only=True):
    """Base of commands about one service, by its organisation or, where a step is the provider's, by the provider."""

    ROLES: ClassVar = frozenset({Role.CLERK, Role.REVIEWER})
    service_id: ServiceId

    def boundary(self, known: Known, context: Context) -> Boundary:
        """The service, its contract and organisation, a death of its person, and whatever else the command names."""
        facts = [Service.facts(self.service_id)]
        plan = known.state(Service, self.service_id).plan
        if plan is not None:
            facts += [
                Contract.facts(plan.contract_id), Organisation.facts(plan.organisation_id),
                Facts(types=(PersonDied,), tags=(tag(PersonId, plan.person_id),)), *self.more(plan),
            ]  # fmt: skip
        return tuple(facts)

    def more(self, plan: ServicePlanned) -> list[Facts]:
        """Further facts the decision needs."""
        return []

    def service(self, known: Known, context: Context) -> tuple[Service, ServicePlanned]:
        """The service with its plan, which must be the operator's: another provider's is as unknown as none."""
        service = known.state(Service, self.service_id)
        plan, actor = service.plan, context.actor
        if plan is None or (actor.role is Role.PROVIDER and actor.organisation_id != plan.provider_id):
            raise ServiceUnknown(service=self.service_id)
        if actor.role is not Role.PROVIDER:
            require_scope(actor, known.state(Organisation, plan.organisation_id))
        return service, plan


def of(plan: ServicePlanned) -> dict[str, Any]:
    """The fields every event of a service carries."""
    names = ("service_id", "contract_id", "provider_id", "household_id", "person_id", "organisation_id", "programme", "named")  # fmt: skip
    return {name: getattr(plan, name) for name in names}


class StopService(ServiceCommand, frozen=True, kw_only=True):
    """Ends a service early, with the reason; nothing is rendered after its last day."""

    ended_on: date
    reason: str

    def decide(self, known: Known, context: Context) -> Iterable[Event]:
        service, plan = self.service(known, context)
        if not self.reason.strip():
            raise ReasonNeeded
        if service.stopped or not plan.from_date <= self.ended_on <= service.until_date:
            raise OutsidePlan(
                why=f"it runs from {plan.from_date} to {service.until_date}",
                why_zh=f"服务期为{plan.from_date}至{service.until_date}",
            )
        yield ServiceStopped(reason=self.reason, occurred_on=self.ended_on, **of(plan))


class RecordService(ServiceCommand, frozen=True, kw_only=True):
    """The contract's provider records a visit: who, from when to when, what was done."""

    ROLES: ClassVar = frozenset({Role.PROVIDER})
    worker: str
    rendered_on: date
    from_time: str
    until_time: str
    done: str

    def more(self, plan: ServicePlanned) -> list[Facts]:
        return [Facts(types=(ServiceRendered,), tags=(tag(ShiftId, self._shift(plan)),))]

    def _shift(self, plan: ServicePlanned) -> str:
        return f"{plan.provider_id}/{self.worker}/{self.rendered_on}"

    def decide(self, known: Known, context: Context) -> Iterable[Event]:
        service, plan = self.service(known, context)
        not_in_future(self.rendered_on, context.today, "visit on", "服务日期")
        contract = known.state(Contract, plan.contract_id)
        place = known.state(Organisation, plan.organisation_id)
        require_contract(contract, place, plan.service, self.rendered_on, context.actor)
        self._planned(service, plan)
        self._plausible(known, service, plan)
        minutes = _minutes(self.until_time) - _minutes(self.from_time)
        yield ServiceRendered(
            visit=context.new_id(ServiceId, "visit"), shift_id=ShiftId(self._shift(plan)), worker=self.worker,
            from_time=self.from_time, until_time=self.until_time, done=Private(tag(PersonId, plan.person_id), self.done),
            note=Named(zh=f"{minutes}分钟", en=f"{minutes} minutes"), occurred_on=self.rendered_on, **of(plan),
        )  # fmt: skip

    def _planned(self, service: Service, plan: ServicePlanned) -> None:
        if not plan.from_date <= self.rendered_on <= service.until_date:
            raise OutsidePlan(
                why=f"it runs from {plan.from_date} to {service.until_date}, not on {self.rendered_on}",
                why_zh=f"服务期为{plan.from_date}至{service.until_date}，不含{self.rendered_on}",
            )
        month = month_of(self.rendered_on)
        kept = [v for v in service.visits.values() if month_of(v.day) == month and v.status != "declined"]
        if len(kept) >= plan.per_month:
            raise OutsidePlan(
                why=f"its {plan.per_month} visits of {month} were rendered",
                why_zh=f"{month}计划{plan.per_month}次已满",
            )

    def _plausible(self, known: Known, service: Service, plan: ServicePlanned) -> None:
        """Times that can be, a person alive, and nobody at two places at once. Raises ``VisitImplausible``."""
        if not self.worker.strip() or not self.done.strip():
            _implausible("say who was there and what was done", "须写明服务人员和服务内容")
        for time in (self.from_time, self.until_time):
            if not TIME.match(time):
                _implausible(f"{time} is no time like 09:30", f"{time}不是有效时刻（如09:30）")
        minutes = _minutes(self.until_time) - _minutes(self.from_time)
        if not SHORTEST <= minutes <= LONGEST:
            _implausible(
                f"it lasted {minutes} minutes, not {SHORTEST} to {LONGEST}",
                f"时长{minutes}分钟，不在{SHORTEST}至{LONGEST}分钟内",
            )
        died = known.state(Membership, plan.person_id).died_on
        if died is not None and self.rendered_on > died:
            _implausible(f"the person died on {died}", f"该人员已于{died}死亡")
        mine = [(v.from_time, v.until_time) for v in service.visits.values() if v.day == self.rendered_on]
        shift = [(e.from_time, e.until_time) for e in known.events(ServiceRendered)
                 if e.shift_id == self._shift(plan)]  # fmt: skip
        for start, end in (*mine, *shift):
            if self.from_time < end and start < self.until_time:
                _implausible(
                    f"it overlaps with one from {start} to {end}", f"与{start}至{end}的服务记录时间重叠"
                )


def _implausible(why: str, why_zh: str) -> None:
    raise VisitImplausible(why=why, why_zh=why_zh)


def _minutes(time: str) -> int:
    return int(time[:2]) * 60 + int(time[3:])


class AcceptService(ServiceCommand, frozen=True, kw_only=True):
    """The household accepts a visit as agreed, or the office for it; never the provider itself."""

    visit: str
    accepted_by: AcceptedBy
    accepted_on: date

    def decide(self, known: Known, context: Context) -> Iterable[Event]:
        service, plan = self.service(known, context)
        waiting(service, self.visit, self.accepted_on, context.today)
        yield ServiceAccepted(
            visit=self.visit, accepted_by=self.accepted_by, occurred_on=self.accepted_on, **of(plan)
        )


class DeclineService(ServiceCommand, frozen=True, kw_only=True):
    """A visit was not as agreed, with the reason: it is never paid, and may be rendered again."""

    visit: str
    reason: str
    declined_on: date

    def decide(self, known: Known, context: Context) -> Iterable[Event]:
        service, plan = self.service(known, context)
        waiting(service, self.visit, self.declined_on, context.today)
        if not self.reason.strip():
            raise ReasonNeeded
        yield ServiceDeclined(visit=self.visit, reason=self.reason, occurred_on=self.declined_on, **of(plan))


def waiting(service: Service, visit: str, day: date, today: date) -> Visit:
    """A visit that was neither accepted nor declined. Raises ``VisitUnknown``, ``BadDate``, ``VisitImplausible``."""
    not_in_future(day, today, "acceptance on", "验收日期")
    found = service.visits.get(visit)
    if found is None or found.status != "rendered":
        raise VisitUnknown(visit=visit)
    if day < found.day:
        _implausible(f"it was on {found.day} only", f"服务日期为{found.day}")
    return found


class SettleService(ServiceCommand, frozen=True, kw_only=True):
    """Settles all accepted visits of a service up to a day at the contract's price: neither more nor beyond its ceiling."""

    ROLES: ClassVar = frozenset({Role.REVIEWER, Role.FINANCE})
    until_date: date
    claimed_fen: Fen
    invoice: str

    def more(self, plan: ServicePlanned) -> list[Facts]:
        return [Facts(types=(ServiceSettled,), tags=(tag(ContractId, plan.contract_id),))]

    def decide(self, known: Known, context: Context) -> Iterable[Event]:
        service, plan = self.service(known, context)
        visits = [v for v in service.visits.values() if v.status == "accepted" and v.day <= self.until_date]
        if not visits:
            raise NothingAccepted
        if any(v.accepted_by == context.actor.operator_id for v in visits):
            raise SameHand
        died = known.state(Membership, plan.person_id).died_on
        if died is not None and any(v.day > died for v in visits):
            _implausible(f"the person died on {died}", f"该人员已于{died}死亡")
        contract = known.state(Contract, plan.contract_id)
        price = contract.prices[plan.service]
        amount = Fen(price * len(visits))
        if self.claimed_fen != amount or not self.invoice.strip():
            raise NotWhatWasAccepted(claimed=self.claimed_fen, visits=len(visits), due=amount)
        before = sum(e.amount_fen for e in known.events(ServiceSettled) if e.contract_id == plan.contract_id)
        if before + amount > contract.ceiling_fen:
            raise BeyondCeiling(total=before + amount, ceiling=contract.ceiling_fen)
        yield ServiceSettled(
            visits=tuple(v.visit for v in visits), price_fen=price, amount_fen=amount, invoice=self.invoice,
            note=Named(zh=f"{len(visits)}次", en=f"{len(visits)} visits"), **of(plan),
        )  # fmt: skip
