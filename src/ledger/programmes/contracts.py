"""Contracts with providers: what is known of one, what may be done to it, and what it allows [S 二(三), 三(四)]."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import ClassVar

from ledger.ids import ContractId, ProviderId
from ledger.kernel import (
    Actor,
    Boundary,
    Command,
    Context,
    Event,
    Fen,
    Known,
    OrganisationId,
    OutOfScope,
    Role,
    State,
)
from ledger.organisation.states import Organisation, require_open, require_scope
from ledger.programmes.contract_events import ContractEnded, Price, ProviderContracted, ServiceKind
from ledger.programmes.contract_refusals import BadContract, ContractOver, ContractUnknown, OutsideContract


class Contract(State):
    """One contract: with whom, for what, at which prices, from when to when, and up to which sum."""

    KIND = ContractId
    FOLDS: ClassVar = (ProviderContracted, ContractEnded)

    def __init__(self, subject_id: str) -> None:
        super().__init__(subject_id)
        self.provider_id = self.organisation_id = ""
        self.prices: dict[ServiceKind, Fen] = {}
        self.ceiling_fen = Fen(0)
        self.from_date = self.until_date = date.min
        self.ended = False

    def evolve(self, event: Event) -> None:
        match event:
            case ProviderContracted():
                self.exists = True
                self.provider_id, self.organisation_id = event.provider_id, event.organisation_id
                self.prices = {price.service: price.price_fen for price in event.prices}
                self.ceiling_fen = event.ceiling_fen
                self.from_date, self.until_date = event.occurred_on or date.min, event.until_date
            case ContractEnded():
                self.until_date, self.ended = event.occurred_on or date.min, True

    def runs_on(self, day: date) -> bool:
        """Whether it is in force on a day."""
        return self.exists and self.from_date <= day <= self.until_date


def require_contract(
    contract: Contract, place: Organisation, service: ServiceKind, day: date, actor: Actor
) -> None:
    """The contract must be in force on `day`, allow the service, and hold for a household of `place`.

    A provider may use its own contracts only; anybody else must have the household in scope. Raises
    ``ContractUnknown``, ``OutsideContract`` or ``OutOfScope``.
    """
    if not contract.exists:
        raise ContractUnknown(contract=contract.id)
    if actor.role is not Role.PROVIDER:
        require_scope(actor, place)
    elif actor.organisation_id != contract.provider_id:
        # Not even whose it is: another provider's contract is as unknown as one that is none.
        raise ContractUnknown(contract=contract.id)
    if contract.organisation_id not in place.lineage:
        raise OutOfScope(organisation=place.id)
    if service not in contract.prices:
        raise OutsideContract(why=f"it is not for {service.value}", why_zh=f"合同不含服务{service.value}")
    if not contract.runs_on(day):
        raise OutsideContract(
            why=f"it runs from {contract.from_date} to {contract.until_date}, not on {day}",
            why_zh=f"合同期为{contract.from_date}至{contract.until_date}，不含{day}",
        )


class ContractProvider(Command, frozen=True, kw_only=True):
    """Registers a contract with a provider: services, price of an accepted visit, ceiling, document."""

    ROLES: ClassVar = frozenset({Role.REVIEWER})
    provider_id: ProviderId
    organisation_id: OrganisationId
    name: str
    prices: tuple[Price, ...]
    ceiling_fen: Fen
    from_date: date
    until_date: date
    document: str

    def boundary(self, known: Known, context: Context) -> Boundary:
        return (Organisation.facts(self.organisation_id), Organisation.facts(self.provider_id))

    def decide(self, known: Known, context: Context) -> Iterable[Event]:
        require_scope(context.actor, require_open(known, self.organisation_id, self.from_date))
        checks = (
            (not self.provider_id.strip() or not self.name.strip(), "it needs a provider with a name", "须写明服务机构及名称"),
            (known.state(Organisation, self.provider_id).exists,
             "an organisation of the ledger's own is no provider", "本系统内的机构不能作为服务机构"),
            (not self.document.strip(), "it needs its document", "须写明合同文号"),
            (self.until_date < self.from_date, "it would end before it begins", "终止日期早于开始日期"),
            (not self.prices, "it allows no service", "未列任何服务"),
            (len({p.service for p in self.prices}) < len(self.prices), "a service has two prices", "同一服务有两个价格"),
            (any(p.price_fen < 0 for p in self.prices) or self.ceiling_fen <= 0,
             "a price is negative, or the ceiling nothing", "单价为负或总价上限为零"),
        )  # fmt: skip
        for wrong, why, why_zh in checks:
            if wrong:
                raise BadContract(why=why, why_zh=why_zh)
        yield ProviderContracted(
            contract_id=context.new_id(ContractId), provider_id=self.provider_id, organisation_id=self.organisation_id,
            name=self.name, prices=self.prices, ceiling_fen=self.ceiling_fen, until_date=self.until_date,
            document=self.document, occurred_on=self.from_date,
        )  # fmt: skip


class EndContract(Command, frozen=True, kw_only=True):
    """Ends a contract early, with the reason; nothing is rendered after its last day."""

    ROLES: ClassVar = frozenset({Role.REVIEWER})
    contract_id: ContractId
    ended_on: date
    reason: str

    def boundary(self, known: Known, context: Context) -> Boundary:
        contract = known.state(Contract, self.contract_id)
        facts = [Contract.facts(self.contract_id)]
        if contract.exists:
            facts.append(Organisation.facts(contract.organisation_id))
        return tuple(facts)

    def decide(self, known: Known, context: Context) -> Iterable[Event]:
        contract = known.state(Contract, self.contract_id)
        if not contract.exists:
            raise ContractUnknown(contract=self.contract_id)
        require_scope(context.actor, known.state(Organisation, contract.organisation_id))
        if contract.ended or self.ended_on > contract.until_date:
            raise ContractOver(day=contract.until_date)
        if self.ended_on < contract.from_date:
            raise BadContract(why="it would end before it begins", why_zh="终止日期早于开始日期")
        yield ContractEnded(
            contract_id=self.contract_id, provider_id=ProviderId(contract.provider_id),
            organisation_id=OrganisationId(contract.organisation_id), reason=self.reason, occurred_on=self.ended_on,
        )  # fmt: skip
