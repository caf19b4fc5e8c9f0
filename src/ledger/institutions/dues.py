"""What is due to an institution and to the person for a month: days as confirmed, rules as dated parameters. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import NamedTuple

from ledger.institutions.states import days_of
from ledger.kernel import Facts, Month, add_months, first_day, month_of, months_between
from ledger.payments.shares import Part, Payee, Share
from ledger.standards.book import Standard, StandardBook, facts_for

POCKET_MONEY = "pocket_money"
"""Fen a month that go to a resident in tekun 零用金, whatever the institution is paid."""
FULL_DAYS = "institution_full_days"
"""From so many days present on, the whole month is the institution's; by days alone where it is not set."""


class Sojourn(NamedTuple):
    """One stay in tekun with what is confirmed of it: what a month's share follows from."""

    payee: Payee
    admitted_on: date
    until: date | None
    confirmed: Mapping[str, int]
    """Month → days present, as confirmed last."""
    paid: Mapping[str, Mapping[str, int]] = {}
    """Month → what the institution was paid for it, by component."""


def rules_needed(programme: str, lineage: Sequence[str]) -> tuple[Facts, ...]:
    """What must be read to know the parameters of sharing a month."""
    return tuple(
        f for name in (POCKET_MONEY, FULL_DAYS) for f in facts_for(name, programme, lineage, None, None)
    )


class Rules(NamedTuple):
    """The parameters in force on a day; None where none is set."""

    pocket_money: Standard | None
    full_days: Standard | None

    @classmethod
    def on(cls, book: StandardBook, programme: str, lineage: tuple[str, ...], day: date) -> Rules:
        """As they stand on a day. Raises ``NoBasis`` when one rests on nothing."""
        return cls(
            book.optional(POCKET_MONEY, programme, lineage, day),
            book.optional(FULL_DAYS, programme, lineage, day),
        )


def months_shared(stays: Sequence[Sojourn], died_on: date | None, upto: Month) -> list[Month]:
    """Every month up to one in which the person stayed a day or more in an institution."""
    found = {
        month
        for stay in stays
        for month in months_between(month_of(stay.admitted_on), min(upto, month_of(stay.until)) if stay.until else upto)
        if days_of(month, stay.admitted_on, stay.until, died_on)
    }  # fmt: skip
    return sorted(found)


def share_of(
    month: Month, stays: Sequence[Sojourn], died_on: date | None, rules: Rules, own: Payee | None = None
) -> Share:
    """How a month is shared. Confirmed days never count beyond the days the person was there, as known now."""
    parts: dict[str | None, Part] = {}
    unconfirmed = False
    for stay in stays:
        days = len(days_of(month, stay.admitted_on, stay.until, died_on))
        paid = stay.paid.get(month, {})
        # A stay moved out of the month by what became known later still holds what it was paid for it.
        if not days and not paid:
            continue
        unconfirmed |= bool(days) and month not in stay.confirmed
        # Who comes back to an institution within a month has one part of it there.
        before = parts.get(stay.payee.payee_id, Part(stay.payee, 0, paid))
        parts[stay.payee.payee_id] = before._replace(
            days=before.days + min(stay.confirmed.get(month, 0), days)
        )
    held = None
    if rules.pocket_money is None:
        held = "pocket_money"
    if unconfirmed:
        held = "attendance"
    return Share(
        parts=tuple(parts.values()),
        of_days=len(days_of(month, first_day(month), first_day(add_months(month, 1)), died_on)),
        pocket_fen=rules.pocket_money.value if rules.pocket_money is not None else 0,
        full_days=rules.full_days.value if rules.full_days is not None else None,
        held=held,
        own=own,
    )
