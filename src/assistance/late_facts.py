"""Opening what late facts lead to for a whole organisation: found from the views, decided from the log, in chunks."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from eventsourcing.persistence import IntegrityError

from assistance.payment_rows import Rows, read_rows
from assistance.wiring import Division
from ledger.identification.states import Entitlement
from ledger.kernel import (
    Actor,
    CommandId,
    Context,
    Event,
    Fen,
    Month,
    NotAllowed,
    OrganisationId,
    Role,
    derived_id,
)
from ledger.organisation.states import Organisation, require_scope
from ledger.payments.differences import gather
from ledger.payments.differences_commands import check_evidence
from ledger.payments.differences_events import BackPayDue, RecoveryCancelled, RecoveryCause, RecoveryOpened
from ledger.payments.differences_opening import open_differences
from ledger.payments.draw import gaps
from ledger.store.execute import Busy, Ledger

CHUNK = 50
"""Entitlements decided and recorded together."""
ATTEMPTS = 20
OPENERS = frozenset({Role.REVIEWER})


class OpenLateFacts(NamedTuple):
    """What the bureau asks for: everything an organisation's months of a programme up to one were paid too much or short."""

    command_id: CommandId
    organisation_id: OrganisationId
    programme: str
    upto: Month
    cause: RecoveryCause = RecoveryCause.NO_FAULT
    document: str | None = None


class Opened(NamedTuple):
    """What was opened, in events and fen, and the last position recorded."""

    position: int
    recoveries: int
    recovered_fen: Fen
    back_pays: int
    back_pay_fen: Fen
    cancelled: int


def open_late_facts(division: Division, command: OpenLateFacts, actor: Actor, now: datetime) -> Opened:
    """Opens what is not open yet. Asked again, or after it was cut off, it goes on with what is left, and with nothing twice.

    Raises ``NotAllowed``, ``OutOfScope``, ``EvidenceNeeded``, ``NoStandard``, and ``Busy`` when decisions keep landing.
    """
    if actor.role not in OPENERS:
        raise NotAllowed(role=actor.role.value)
    check_evidence(command.cause, command.document)
    known = division.ledger.read((Organisation.facts(command.organisation_id),))
    require_scope(actor, known.state(Organisation, command.organisation_id))
    rows = read_rows(division, command.organisation_id, command.programme, command.upto)
    wanted = _differing(rows, command)
    events: list[Event] = []
    for start in range(0, len(wanted), CHUNK):
        events += _chunk(division.ledger, command, wanted[start : start + CHUNK], actor, now)
    recoveries = [e for e in events if isinstance(e, RecoveryOpened)]
    back = [e for e in events if isinstance(e, BackPayDue)]
    return Opened(
        division.ledger.recorder.head(), len(recoveries), Fen(sum(e.amount_fen for e in recoveries)), len(back),
        Fen(sum(e.amount_fen for e in back)), sum(isinstance(e, RecoveryCancelled) for e in events),
    )  # fmt: skip


def _differing(rows: Rows, command: OpenLateFacts) -> list[str]:
    """Entitlements of which a month already run was paid too much or short, or is under recovery."""
    run = sorted({Month(m) for _, m, _ in rows.paid if m <= command.upto})

    def differs(entitlement: Entitlement) -> bool:
        months = [
            m
            for m in run
            if m >= entitlement.first_month
            and entitlement.organisation_for(m) == command.organisation_id
            and (entitlement.id, m) not in rows.shares
        ]
        found = gaps(entitlement, months, rows.paid, rows.last_payable.get(entitlement.id))
        return entitlement.id in special or next(found, None) is not None

    # Who is or was in an institution is looked at more closely.
    special = rows.recovering | {entitlement for entitlement, _ in rows.shares}
    return [e.id for e in rows.entitlements if differs(e)]


def _chunk(
    ledger: Ledger, command: OpenLateFacts, entitlements: Sequence[str], actor: Actor, now: datetime
) -> list[Event]:
    """Decides some entitlements from the log and records what follows, if nothing they rest on landed meanwhile."""
    for _ in range(ATTEMPTS):
        known, boundary, head = gather(ledger.read_with_head, entitlements)
        number = CommandId(derived_id(command.command_id, f"{entitlements[0]}/{head}"))
        context = Context(actor=actor, now=now, command_id=number)
        events = [
            event
            for entitlement in entitlements
            for event in open_differences(
                known,
                context,
                entitlement,
                command.cause,
                command.document,
                command.upto,
                command.organisation_id,
            )
        ]
        if not events:
            return []
        try:
            ledger.append_bulk(
                events, actor=actor, now=now, command_id=number, condition=boundary, after=head
            )
        except IntegrityError:
            continue
        return events
    raise Busy
