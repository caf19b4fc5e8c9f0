"""What is known of an organisation."""

from __future__ import annotations

from datetime import date
from typing import ClassVar

from ledger.kernel import Actor, Event, Known, OutOfScope, State, UnitId
from ledger.organisation.events import Level, OrganisationClosed, OrganisationOpened, OrganisationRenamed
from ledger.organisation.refusals import OrganisationUnknown


class Organisation(State):
    """One organisation: its names by date, level, ancestors (the division first) and whether it is closed."""

    KIND = UnitId
    FOLDS: ClassVar = (OrganisationOpened, OrganisationRenamed, OrganisationClosed)

    def __init__(self, subject_id: str) -> None:
        super().__init__(subject_id)
        self.level = Level.DIVISION
        self.path: tuple[str, ...] = ()
        self.names: list[tuple[date, str]] = []
        self.code: str | None = None
        self.opened_on: date | None = None
        self.closed_on: date | None = None

    def evolve(self, event: Event) -> None:
        match event:
            case OrganisationOpened():
                self.exists = True
                self.level, self.path, self.opened_on = event.level, event.path, event.occurred_on
                self.code = event.code
                self.names.append((event.occurred_on or date.min, event.name))
            case OrganisationRenamed():
                self.names.append((event.occurred_on or date.min, event.name))
            case OrganisationClosed():
                self.closed_on = event.occurred_on

    def open_on(self, day: date) -> bool:
        """Whether it takes households on that day."""
        return self.exists and (self.closed_on is None or day <= self.closed_on)

    @property
    def name(self) -> str:
        """The name of the latest day; of one day, the one recorded last."""
        return max(reversed(self.names), key=lambda item: item[0])[1] if self.names else self.id

    @property
    def lineage(self) -> tuple[str, ...]:
        """Its ancestors and itself, the division first."""
        return (*self.path, self.id)


def require_scope(actor: Actor, organisation: Organisation) -> None:
    """Raises ``OutOfScope`` unless the actor's organisation is this one or stands above it."""
    if actor.organisation_id not in organisation.lineage:
        raise OutOfScope(organisation=organisation.id)


def require_open(known: Known, organisation_id: str, day: date) -> Organisation:
    """The organisation, which must exist and be open on that day, or ``OrganisationUnknown``."""
    organisation = known.state(Organisation, organisation_id)
    if not organisation.open_on(day):
        raise OrganisationUnknown(organisation=organisation_id)
    return organisation
