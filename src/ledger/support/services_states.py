"""What is known of one service: its plan, and every visit with what was said of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import ClassVar

from ledger.ids import ServiceId
from ledger.kernel import Event, State
from ledger.support.services_events import (
    ServiceAccepted,
    ServiceDeclined,
    ServicePlanned,
    ServiceRendered,
    ServiceSettled,
    ServiceStopped,
)


@dataclass
class Visit:
    """One visit: when, and whether it was accepted, declined or settled."""

    visit: str
    day: date
    from_time: str
    until_time: str
    status: str = "rendered"
    accepted_by: str = ""
    """The operator who recorded the acceptance."""


class Service(State):
    """One service for one person."""

    KIND = ServiceId
    FOLDS: ClassVar = (
        ServicePlanned,
        ServiceStopped,
        ServiceRendered,
        ServiceAccepted,
        ServiceDeclined,
        ServiceSettled,
    )

    def __init__(self, subject_id: str) -> None:
        super().__init__(subject_id)
        self.plan: ServicePlanned | None = None
        self.until_date = date.min
        self.stopped = False
        self.visits: dict[str, Visit] = {}

    def evolve(self, event: Event) -> None:
        day = event.occurred_on or date.min
        match event:
            case ServicePlanned():
                self.exists, self.plan, self.until_date = True, event, event.until_date
            case ServiceStopped():
                self.until_date, self.stopped = day, True
            case ServiceRendered():
                self.visits[event.visit] = Visit(event.visit, day, event.from_time, event.until_time)
            case ServiceAccepted():
                self.visits[event.visit].status = "accepted"
                self.visits[event.visit].accepted_by = event.actor.operator_id
            case ServiceDeclined():
                self.visits[event.visit].status = "declined"
            case ServiceSettled():
                for visit in event.visits:
                    self.visits[visit].status = "settled"
