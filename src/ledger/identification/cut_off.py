"""The month's changes are handed in by every organisation, or that there are none 月度变动上报."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar

from ledger.identification.life_events import CutOffDeclared, CutOffReopened
from ledger.identification.life_refusals import AlreadyClosed, NothingToReopen
from ledger.identification.refusals import BadMonth, ReasonNeeded
from ledger.kernel import (
    Boundary,
    Command,
    Context,
    Event,
    Facts,
    Known,
    Month,
    OrganisationId,
    Role,
    State,
    UnitId,
    month,
    month_of,
    tag,
)
from ledger.organisation.states import Organisation, require_open, require_scope
from ledger.registry.refusals import NegativeAmount


class Closing(State):
    """For which months an organisation has handed in its changes."""

    KIND = UnitId
    FOLDS: ClassVar = (CutOffDeclared, CutOffReopened)

    def __init__(self, subject_id: str) -> None:
        super().__init__(subject_id)
        self.closed: set[Month] = set()

    def evolve(self, event: Event) -> None:
        self.exists = True
        match event:
            case CutOffDeclared():
                self.closed.add(event.month)
            case CutOffReopened():
                self.closed.discard(event.month)


class CutOffCommand(Command, frozen=True, kw_only=True):
    """Base of what is said of an organisation's month."""

    organisation_id: OrganisationId
    month: Month

    def boundary(self, known: Known, context: Context) -> Boundary:
        """The organisation, and the months it has closed."""
        closing = Facts(types=Closing.FOLDS, tags=(tag(UnitId, self.organisation_id),))
        return (Organisation.facts(self.organisation_id), closing)

    def closed(self, known: Known, context: Context) -> bool:
        """Whether the month is closed at this organisation, which is in scope. Raises ``BadMonth`` for one to come."""
        require_scope(context.actor, require_open(known, self.organisation_id, context.today))
        if month(self.month) > month_of(context.today):
            raise BadMonth(month=self.month, why="it has not begun", why_zh="尚未到该月")
        return self.month in known.state(Closing, self.organisation_id).closed


class DeclareCutOff(CutOffCommand, frozen=True, kw_only=True):
    """Hands in an organisation's changes of a month: how many, 0 for none."""

    ROLES: ClassVar = frozenset({Role.CLERK})
    changes: int
    document: str | None = None

    def decide(self, known: Known, context: Context) -> Iterable[Event]:
        if self.closed(known, context):
            raise AlreadyClosed(month=self.month)
        if self.changes < 0:
            raise NegativeAmount(amount=self.changes)
        yield CutOffDeclared(
            organisation_id=UnitId(self.organisation_id),
            month=self.month,
            changes=self.changes,
            document=self.document,
        )


class ReopenCutOff(CutOffCommand, frozen=True, kw_only=True):
    """Sends a month back to an organisation: what it handed in was not all."""

    ROLES: ClassVar = frozenset({Role.REVIEWER})
    reason: str

    def decide(self, known: Known, context: Context) -> Iterable[Event]:
        if not self.closed(known, context):
            raise NothingToReopen(month=self.month)
        if not self.reason.strip():
            raise ReasonNeeded
        yield CutOffReopened(
            organisation_id=UnitId(self.organisation_id), month=self.month, reason=self.reason
        )
