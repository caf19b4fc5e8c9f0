"""A month shared between institutions that look after somebody and the person: who is due what, and what is still open.

Pure. The institution is due base and care for the days it confirmed; pocket money, and what falls on days elsewhere, is
the person's own. Nothing is due to anybody for a month without confirmed attendance: it is held, not lost.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from ledger.identification.events import Component, Step
from ledger.kernel import Fen, Month

SHARED = (Component.BASE, Component.CARE)
"""What an institution is paid of; the rest of the month is the person's own."""


class Payee(NamedTuple):
    """Where a household's money goes: beneficiary (the head), payee, and the account, sealed as stored."""

    beneficiary_id: str
    payee_id: str | None = None
    bank_code: str | None = None
    account: str | None = None
    account_holder: str | None = None
    account_key: str | None = None


class Part(NamedTuple):
    """One institution's days in a month, its account, and what it was paid for the month so far, by component."""

    payee: Payee
    days: int
    paid: Mapping[str, int] = {}


class Share(NamedTuple):
    """How one month of an entitlement is shared."""

    parts: tuple[Part, ...]
    of_days: int
    """Days of the month, those after a death left out."""
    pocket_fen: int
    full_days: int | None = None
    """From so many days present on the whole month is the institution's; None: by days alone."""
    held: str | None = None
    """Why nothing may be paid yet: ``attendance``, or ``pocket_money`` where no parameter says how much it is."""
    own: Payee | None = None
    """The person's own account; that of the household when None."""


class Divided(NamedTuple):
    """What a month gives each institution, by component, and the person; together exactly what is due."""

    parts: tuple[dict[Component, Fen], ...]
    own: Fen
    steps: tuple[Step, ...]


def divide(due: Mapping[Component, Fen], share: Share) -> Divided:
    """Divides what the decisions in force make due for a month; every fen goes to somebody, part fen to the person."""
    present = sum(part.days for part in share.parts)
    whole = share.full_days is not None and present >= share.full_days and present > 0
    of_days = present if whole else share.of_days
    base, care = due.get(Component.BASE, 0), due.get(Component.CARE, 0)
    pocket = min(share.pocket_fen, base)
    parts: list[dict[Component, Fen]] = []
    for part in share.parts:
        days = min(part.days, of_days)
        found = {
            Component.BASE: Fen((base - pocket) * days // of_days if of_days else 0),
            Component.CARE: Fen(care * days // of_days if of_days else 0),
        }
        parts.append({component: amount for component, amount in found.items() if amount})
    given = sum(sum(part.values()) for part in parts)
    own = Fen(sum(due.values()) - given)
    counted = "足月" if whole else "按日"
    steps = (
        Step(zh="基本生活标准", en="base due", article="43 art. 19", value=base),
        Step(zh="照料护理标准", en="care due", article="43 art. 20", value=care),
        Step(zh="确认在院天数（天）", en="days present as confirmed (days)", article="practice 集中供养", value=present),
        Step(zh=f"计算天数（天，{counted}）", en="days they are counted against (days)", article="practice 集中供养", value=of_days),
        Step(zh="零用金", en="pocket money", article="practice 集中供养", value=pocket),
        Step(zh="机构应得", en="due to institutions", article="649 art. 19", value=given),
        Step(zh="本人应得", en="the person's own", article="649 art. 19", value=own),
    )  # fmt: skip
    return Divided(tuple(parts), own, steps)


class Open(NamedTuple):
    """What is still to be paid of a shared month (positive), or was paid too much (negative), by component and payee."""

    component: Component
    amount_fen: int
    payee: Payee | None
    """The institution; None for the person."""


def still_open(due: Mapping[Component, Fen], share: Share, paid: Mapping[Component, int]) -> Iterator[Open]:
    """What of a shared month is open, the person's own first; in all never more than is due and not paid yet.

    `paid` is what was paid by component in all; of that each institution had its part, the rest went to the person. What
    one side had too much is told, and never taken from the other.
    """
    divided = divide(due, share)
    room = sum(due.values()) - sum(paid.values())
    to_parts = sum(sum(part.paid.values()) for part in share.parts)
    wanted = [Open(Component.OWN, divided.own - (sum(paid.values()) - to_parts), None)]
    for part, amounts in zip(share.parts, divided.parts, strict=True):
        wanted += [Open(c, amounts.get(c, 0) - part.paid.get(c, 0), part.payee) for c in SHARED]
    for item in wanted:
        amount = min(item.amount_fen, max(room, 0)) if item.amount_fen > 0 else item.amount_fen
        if amount > 0:
            room -= amount
        if amount:
            yield item._replace(amount_fen=amount)


Shares = Mapping[tuple[str, Month], Share]
"""(entitlement, month) → how it is shared; what is not here goes to the household alone."""
