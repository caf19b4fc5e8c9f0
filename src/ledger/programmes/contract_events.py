"""What can happen to a contract with a provider of purchased services 政府购买社会救助服务 [S 二(三), 三(四)]."""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import ClassVar

import msgspec

from ledger.ids import ContractId, ProviderId
from ledger.kernel import Event, Fen, OrganisationId


class ServiceKind(StrEnum):
    """What a provider may be asked for [S 二(三), 三(四)]."""

    VISITING = "visiting"
    """Regular visits 访视、随访."""
    NURSING = "nursing"
    """Care for people who cannot look after themselves 照料."""
    HOUSEWORK = "housework"
    """Help in the household 家务."""
    COUNSELLING = "counselling"
    """Psychological counselling 心理疏导."""
    LINKING = "linking"
    """Linking with resources 资源链接."""
    ABILITY = "ability"
    """Building abilities 能力提升."""
    INTEGRATION = "integration"
    """Taking part in society 社会融入."""
    APPLYING = "applying"
    """Help with applications 协助申请."""


class Price(msgspec.Struct, frozen=True, kw_only=True):
    """One service a contract allows, and what one accepted visit of it costs."""

    service: ServiceKind
    price_fen: Fen


class ProviderContracted(Event, frozen=True, kw_only=True):
    """An organisation contracted a provider from `occurred_on` to `until_date`: what for, at which prices, up to which sum.

    Whoever signs in for the provider acts for `provider_id`, and is seen and let do what the contract says alone.
    """

    TITLE: ClassVar = ("签订购买服务合同", "Provider contracted")

    contract_id: ContractId
    provider_id: ProviderId
    organisation_id: OrganisationId
    """The organisation that buys; the contract holds for its households and those of units below it."""
    name: str
    """The provider's name: an organisation, no person."""
    prices: tuple[Price, ...]
    ceiling_fen: Fen
    """The most that is paid for the whole contract."""
    until_date: date
    document: str


class ContractEnded(Event, frozen=True, kw_only=True):
    """The contract ends early: `occurred_on` is its last day."""

    TITLE: ClassVar = ("终止购买服务合同", "Contract ended")

    contract_id: ContractId
    provider_id: ProviderId
    organisation_id: OrganisationId
    reason: str
