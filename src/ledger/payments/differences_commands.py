"""Opening what a late fact leads to, for one entitlement."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar

from ledger.identification.refusals import EntitlementUnknown
from ledger.identification.states import Entitlement
from ledger.kernel import Boundary, Command, Context, EntitlementId, Event, Known, Role
from ledger.organisation.states import Organisation, require_scope
from ledger.payments.differences import Differences, facts_of
from ledger.payments.differences_events import RecoveryCause
from ledger.payments.differences_opening import open_differences
from ledger.payments.differences_refusals import EvidenceNeeded, NothingToOpen


class OpenDifferences(Command, frozen=True, kw_only=True):
    """Opens what months already run were paid too much or short by the decisions now in force: recoveries by cause, back-pay, each with the late fact it follows from [649 art. 68, 83]."""

    ROLES: ClassVar = frozenset({Role.REVIEWER})
    entitlement_id: EntitlementId
    cause: RecoveryCause = RecoveryCause.NO_FAULT
    document: str | None = None

    def boundary(self, known: Known, context: Context) -> Boundary:
        return tuple(dict.fromkeys(facts_of(known, self.entitlement_id)))

    def decide(self, known: Known, context: Context) -> Iterable[Event]:
        entitlement = known.state(Entitlement, self.entitlement_id)
        if not entitlement.exists:
            raise EntitlementUnknown(entitlement=self.entitlement_id)
        require_scope(context.actor, known.state(Organisation, entitlement.file.places[-1][1]))
        check_evidence(self.cause, self.document)
        events = open_differences(known, context, self.entitlement_id, self.cause, self.document)
        if not events:
            mine = Differences(known, self.entitlement_id)
            raise NothingToOpen(
                open_fen=sum(mine.recovering.values()), pending_fen=sum(d.pending_fen for d in mine.found())
            )
        for event in events:
            place: str = getattr(event, "organisation_id", "")
            require_scope(context.actor, known.state(Organisation, place))
        yield from events


def check_evidence(cause: RecoveryCause, document: str | None) -> None:
    """Raises ``EvidenceNeeded`` when somebody is blamed without a document [649 art. 68]."""
    if cause is not RecoveryCause.NO_FAULT and not (document or "").strip():
        raise EvidenceNeeded
