"""What can happen to a service for somebody: planned, rendered visit by visit, accepted or not, settled [S 三(四)]."""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import ClassVar

from ledger.ids import ContractId, ProviderId, ServiceId, ShiftId
from ledger.kernel import Event, Fen, HouseholdId, Named, OrganisationId, PersonId, Private
from ledger.programmes.contract_events import ServiceKind


class AcceptedBy(StrEnum):
    """Who says that a visit was as agreed 验收人."""

    BENEFICIARY = "beneficiary"
    OFFICE = "office"


class ServiceEvent(Event, frozen=True, kw_only=True):
    """Base of what happens to one service for one person; never stored itself."""

    service_id: ServiceId
    contract_id: ContractId
    provider_id: ProviderId
    household_id: HouseholdId
    person_id: PersonId
    organisation_id: OrganisationId
    programme: str
    named: Named
    """Which service it is."""


class ServicePlanned(ServiceEvent, frozen=True, kw_only=True):
    """A service is planned after the needs were assessed: how often, from when to when, by which contract."""

    TITLE: ClassVar = ("服务计划", "Service planned")

    service: ServiceKind
    per_month: int
    from_date: date
    until_date: date
    needs: Private
    """The needs as assessed."""
    note: Named


class ServiceStopped(ServiceEvent, frozen=True, kw_only=True):
    """The service ends early: `occurred_on` is its last day."""

    TITLE: ClassVar = ("服务终止", "Service stopped")

    reason: str


class VisitEvent(ServiceEvent, frozen=True, kw_only=True):
    """Base of what is said of one visit of a service; never stored itself."""

    visit: str
    """The visit's own number within the service."""


class ServiceRendered(VisitEvent, frozen=True, kw_only=True):
    """The provider was there on `occurred_on`: who, from when to when, and what was done."""

    TITLE: ClassVar = ("服务记录", "Service rendered")

    shift_id: ShiftId
    worker: str
    from_time: str
    until_time: str
    """Local times, ``HH:MM``."""
    done: Private
    note: Named


class ServiceAccepted(VisitEvent, frozen=True, kw_only=True):
    """The household, or the office for it, says the visit was as agreed 验收."""

    TITLE: ClassVar = ("服务验收", "Service accepted")

    accepted_by: AcceptedBy


class ServiceDeclined(VisitEvent, frozen=True, kw_only=True):
    """The visit was not as agreed: it is never paid."""

    TITLE: ClassVar = ("服务验收不合格", "Service declined")

    reason: str


class ServiceSettled(ServiceEvent, frozen=True, kw_only=True):
    """Accepted visits are settled with the provider at the contract's price 结算."""

    TITLE: ClassVar = ("服务结算", "Service settled")

    visits: tuple[str, ...]
    price_fen: Fen
    amount_fen: Fen
    invoice: str
    note: Named
