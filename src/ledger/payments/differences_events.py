"""What follows when facts become known late: what is due on top, and what was paid too much and is to be given back."""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import ClassVar

import msgspec

from ledger.identification.events import Component
from ledger.ids import RecoveryId
from ledger.kernel import (
    EntitlementId,
    Event,
    Fen,
    HouseholdId,
    Month,
    Named,
    OrganisationId,
    PersonId,
)


class RecoveryCause(StrEnum):
    """Why too much was paid 多发原因: nobody's fault, not declared, fraud [649 art. 68]."""

    NO_FAULT = "no_fault"
    UNDECLARED = "undeclared"
    FRAUD = "fraud"


class MonthAmount(msgspec.Struct, frozen=True, kw_only=True):
    """An amount of one month and component, in fen."""

    month: Month
    component: Component
    amount_fen: Fen


class LateEvent(Event, frozen=True, kw_only=True):
    """Base of what a late fact leads to; never stored itself."""

    entitlement_id: EntitlementId
    household_id: HouseholdId
    organisation_id: OrganisationId
    """The organisation that pays those months."""
    programme: str
    months: tuple[MonthAmount, ...]
    amount_fen: Fen
    """All months together."""
    fact_id: str | None = None
    """Event id of what became known late; None when only a decision changed."""
    fact_on: date | None = None
    """When it was so."""
    known_on: date | None = None
    """When it became known."""
    decision_id: str | None = None
    """Event id of the decision that says what is due now."""
    note: Named | None = None


class BackPayDue(LateEvent, frozen=True, kw_only=True):
    """Months already run are short by so much 应补发: the next run of the programme pays it."""

    TITLE: ClassVar = ("应补发", "Back-pay due")


class RecoveryOpened(LateEvent, frozen=True, kw_only=True):
    """Months were paid too much, and the debtor is to give it back 追缴 by `due_on` [649 art. 68]; never set off silently."""

    TITLE: ClassVar = ("发起追缴", "Recovery opened")

    recovery_id: RecoveryId
    person_id: PersonId
    """The debtor: who drew the money."""
    cause: RecoveryCause
    due_on: date
    breach: bool = False
    """A change was kept back for more than three months [83]."""


class RecoveryCancelled(Event, frozen=True, kw_only=True):
    """A later fact or decision took away what a recovery rested on; what is left of it is opened anew beside it."""

    TITLE: ClassVar = ("撤销追缴", "Recovery cancelled")

    recovery_id: RecoveryId
    entitlement_id: EntitlementId
    household_id: HouseholdId
    organisation_id: OrganisationId
    person_id: PersonId
    programme: str
    amount_fen: Fen
    decision_id: str | None = None
    note: Named | None = None
