"""What can happen to a visit 走访: planned, done with what was found and needed, or called off [S 二(三)]."""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import ClassVar

from ledger.ids import ContractId, ProviderId, VisitId
from ledger.kernel import Event, HouseholdId, Named, OrganisationId, Private


class PriorityGroup(StrEnum):
    """The five groups visited first among those not in dibao or tekun 重点走访对象 [S 二(三)]."""

    DISABILITY = "disability"
    """Families with a disabled member 残疾人家庭."""
    WEAK_LABOUR = "weak_labour"
    """Nobody able to work, or hardly 无劳动力或弱劳动力家庭."""
    LONG_ILLNESS = "long_illness"
    """Serious or chronic illness 重病患者或慢性病人家庭."""
    URGENT_EVENT = "urgent_event"
    """An urgent event or an accident 急难事项或意外事故."""
    SPECIAL = "special"
    """Other special difficulties 其他特殊困难."""


class VisitEvent(Event, frozen=True, kw_only=True):
    """Base of what happens to one visit of a household; never stored itself."""

    visit_id: VisitId
    household_id: HouseholdId
    organisation_id: OrganisationId


class VisitPlanned(VisitEvent, frozen=True, kw_only=True):
    """Somebody is to visit the household by a day, as one of a priority group or for another reason."""

    TITLE: ClassVar = ("走访安排", "Visit planned")

    group: PriorityGroup | None = None
    due_on: date
    note: Named


class VisitCompleted(VisitEvent, frozen=True, kw_only=True):
    """The household was visited on `occurred_on`: by whom, what was found, and which programmes it needs."""

    TITLE: ClassVar = ("走访记录", "Visit completed")

    group: PriorityGroup | None = None
    visitors: tuple[str, ...]
    findings: Private
    needed: tuple[str, ...] = ()
    """Codes of programmes the family seems to need."""
    contract_id: ContractId | None = None
    """The contract by which a provider visited."""
    provider_id: ProviderId | None = None
    note: Named


class VisitCalledOff(VisitEvent, frozen=True, kw_only=True):
    """A planned visit is not made, for the reason given."""

    TITLE: ClassVar = ("取消走访", "Visit called off")

    note: Named
