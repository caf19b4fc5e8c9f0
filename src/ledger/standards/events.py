"""What can happen to a standard."""

from __future__ import annotations

from datetime import date
from typing import ClassVar

from ledger.kernel import Event, ParameterId


class StandardSet(Event, frozen=True, kw_only=True):
    """A parameter has `value` from `from_date` on, on the basis in the envelope.

    Keyed by name, programme, organisation (its units inherit it), area 城/乡 and tier.
    `value` is an integer in `unit`: ``fen``, ``months``, ``days``, ``permille``, ``fen_per_month``.
    """

    TITLE: ClassVar = ("标准制定", "Standard set")

    parameter_id: ParameterId
    """``name/programme/organisation/area/tier`` with ``-`` for what does not apply."""
    name: str
    programme: str | None = None
    applies_to: str
    """The organisation it holds for, with everything under it."""
    area: str | None = None
    tier: str | None = None
    value: int
    unit: str
    from_date: date
    until_date: date | None = None
    """Last day in force; without one until another is set."""
    book_id: ParameterId | None = None
    """``book/programme/organisation``: all settings of a programme at a place are found together by it."""
