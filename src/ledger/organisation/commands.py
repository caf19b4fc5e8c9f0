"""What may be done to organisations."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import ClassVar

from ledger.kernel import Boundary, Command, Context, Event, Known, OrganisationId, Role, UnitId
from ledger.organisation.events import Level, OrganisationClosed, OrganisationOpened, OrganisationRenamed
from ledger.organisation.refusals import OrganisationExists, OrganisationUnknown, WrongLevel
from ledger.organisation.states import Organisation, require_open, require_scope

BELOW: dict[Level, frozenset[Level]] = {
    Level.DIVISION: frozenset({Level.REGIMENT, Level.STREET, Level.DEPARTMENT}),
    Level.REGIMENT: frozenset({Level.COMPANY, Level.COMMUNITY}),
    Level.STREET: frozenset({Level.COMMUNITY, Level.COMPANY}),
}
"""Which levels may stand directly under which 师市 → 团场(镇)/街道 → 连队/社区."""


class OpenOrganisation(Command, frozen=True, kw_only=True):
    """Opens an organisation under its parent, within the operator's own; the division has no parent."""

    ROLES: ClassVar = frozenset({Role.ADMIN})
    organisation_id: OrganisationId
    name: str
    level: Level
    parent_id: str | None = None
    code: str | None = None
    opened_on: date | None = None

    def boundary(self, known: Known, context: Context) -> Boundary:
        facts = [Organisation.facts(self.organisation_id)]
        if self.parent_id is not None:
            facts.append(Organisation.facts(self.parent_id))
        return tuple(facts)

    def decide(self, known: Known, context: Context) -> Iterable[Event]:
        if known.state(Organisation, self.organisation_id).exists:
            raise OrganisationExists(organisation=self.organisation_id)
        path: tuple[str, ...] = ()
        if self.parent_id is None:
            if self.level is not Level.DIVISION:
                raise WrongLevel(level=self.level.value, parent="-")
        else:
            parent = require_open(known, self.parent_id, context.today)
            require_scope(context.actor, parent)
            if self.level not in BELOW.get(parent.level, frozenset()):
                raise WrongLevel(level=self.level.value, parent=parent.level.value)
            path = parent.lineage
        yield OrganisationOpened(
            organisation_id=UnitId(self.organisation_id),
            name=self.name,
            level=self.level,
            parent_id=self.parent_id,
            path=path,
            code=self.code,
            occurred_on=self.opened_on,
        )


class RenameOrganisation(Command, frozen=True, kw_only=True):
    """Gives an organisation another name from today."""

    ROLES: ClassVar = frozenset({Role.ADMIN})
    organisation_id: OrganisationId
    name: str

    def boundary(self, known: Known, context: Context) -> Boundary:
        return (Organisation.facts(self.organisation_id),)

    def decide(self, known: Known, context: Context) -> Iterable[Event]:
        require_scope(context.actor, require_open(known, self.organisation_id, context.today))
        yield OrganisationRenamed(organisation_id=UnitId(self.organisation_id), name=self.name)


class CloseOrganisation(Command, frozen=True, kw_only=True):
    """Closes an organisation; it takes no new household afterwards."""

    ROLES: ClassVar = frozenset({Role.ADMIN})
    organisation_id: OrganisationId
    successor_id: str | None = None

    def boundary(self, known: Known, context: Context) -> Boundary:
        facts = [Organisation.facts(self.organisation_id)]
        if self.successor_id is not None:
            facts.append(Organisation.facts(self.successor_id))
        return tuple(facts)

    def decide(self, known: Known, context: Context) -> Iterable[Event]:
        require_scope(context.actor, require_open(known, self.organisation_id, context.today))
        if self.successor_id is not None:
            require_open(known, self.successor_id, context.today)
            if self.successor_id == self.organisation_id:
                raise OrganisationUnknown(organisation=self.successor_id)
        yield OrganisationClosed(organisation_id=UnitId(self.organisation_id), successor_id=self.successor_id)
