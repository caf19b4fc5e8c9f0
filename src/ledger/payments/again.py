"""Returned lines: how much of each is due again, by the decisions now in force. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from ledger.identification.events import Component
from ledger.identification.states import Entitlement
from ledger.kernel import Fen, Month
from ledger.payments.draw import Paid, Slot
from ledger.payments.events import PaymentInstructed
from ledger.payments.shares import Shares, divide


def due_again(
    returned: Iterable[PaymentInstructed],
    entitlements: Mapping[str, Entitlement],
    paid: Mapping[Slot, Paid],
    last_payable: Mapping[str, Month],
    shares: Shares | None = None,
) -> list[tuple[PaymentInstructed, Fen]]:
    """Returned lines with what of each is due again, lines of which nothing is left out.

    A returned line counts as paid until it is paid again. Where the decisions now in force make less due than
    when it was drawn (a death or an end known late), only that much is paid, never more in all than is due.
    """
    lines = list(returned)
    room: dict[tuple[str, ...], int] = {}
    for line in lines:
        key = _purse(line, shares or {})
        if key not in room:
            room[key] = _room(key, line, entitlements, paid, last_payable, shares or {})
        room[key] += line.amount_fen
    again = []
    for line in lines:
        key = _purse(line, shares or {})
        part = min(line.amount_fen, room[key])
        if part > 0:
            room[key] -= part
            again.append((line, Fen(part)))
    return again


def _purse(line: PaymentInstructed, shares: Shares) -> tuple[str, ...]:
    """What a returned line is measured against: its slot; of a shared month, what its payee is due."""
    share = shares.get((line.entitlement_id, line.month))
    if share is None:
        return (line.entitlement_id, line.month, line.component)
    to_part = any(part.payee.payee_id == line.payee_id for part in share.parts)
    return (
        line.entitlement_id,
        line.month,
        line.component if to_part else Component.OWN,
        line.payee_id or "" if to_part else "",
    )


def _room(
    key: tuple[str, ...],
    line: PaymentInstructed,
    entitlements: Mapping[str, Entitlement],
    paid: Mapping[Slot, Paid],
    last_payable: Mapping[str, Month],
    shares: Shares,
) -> int:
    """What is due and was not paid; below nothing where a line came back that counts as paid."""
    entitlement, last = entitlements.get(line.entitlement_id), last_payable.get(line.entitlement_id)
    payable = entitlement is not None and (last is None or line.month <= last)
    due = entitlement.due(line.month) if entitlement is not None and payable else {}
    share = shares.get((line.entitlement_id, line.month))
    so_far = {c: paid.get((line.entitlement_id, line.month, c), Paid(0, False)).net_fen for c in Component}
    if share is None:
        return due.get(line.component, 0) - so_far[line.component]
    if share.held is not None:
        return -sum(so_far.values())
    divided = divide(due, share)
    for part, amounts in zip(share.parts, divided.parts, strict=True):
        if part.payee.payee_id == key[-1]:
            return amounts.get(line.component, 0) - part.paid.get(line.component, 0)
    return divided.own - (sum(so_far.values()) - sum(sum(part.paid.values()) for part in share.parts))
