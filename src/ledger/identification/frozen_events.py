"""What decisions carry within them: amounts, the standards used, each step of the working, the facts they rest on."""

from __future__ import annotations

from datetime import date
from enum import StrEnum

import msgspec

from ledger.kernel import Fen
from ledger.registry.events import Area, Discretion, IncomeLine, PropertyLine, SpendingLine, SupportLine


class Component(StrEnum):
    """What an amount is made of: base 基本, supplements 分类施保, care 照料护理."""

    BASE = "base"
    SUPPLEMENT = "supplement"
    CARE = "care"
    OWN = "own"
    """Of a month in an institution, what goes to the person: pocket money 零用金, and days elsewhere. Paid, never decided."""


DECIDED = (Component.BASE, Component.SUPPLEMENT, Component.CARE)
"""What decisions give amounts of."""


class Amount(msgspec.Struct, frozen=True, kw_only=True):
    """A monthly amount of one component, in fen."""

    component: Component
    amount_fen: Fen


class StandardUsed(msgspec.Struct, frozen=True, kw_only=True):
    """A parameter as it stood when a decision used it."""

    parameter_id: str
    value: int
    unit: str
    from_date: date
    basis: str


class Step(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One step of a working: what, by which article, the figure it gave (fen unless it says)."""

    zh: str
    en: str
    article: str
    value: int
    parameter: str | None = None
    """The parameter it rests on; its version is among the frozen standards."""
    gives: Component | None = None
    """The component of the amount this step adds its figure to."""


class FrozenFacts(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What a decision was based on, as known when it was made."""

    members: int
    income: tuple[IncomeLine, ...] = ()
    property: tuple[PropertyLine, ...] = ()
    deductions_fen: Fen = Fen(0)
    per_capita_monthly_fen: Fen | None = None
    area: Area | None = None
    standards: tuple[StandardUsed, ...] = ()
    working: tuple[Step, ...] = ()
    evidence: tuple[str, ...] = ()
    """Events of the case it rests on, by event id."""
    spending: tuple[SpendingLine, ...] = ()
    support: tuple[SupportLine, ...] = ()
    discretions: tuple[Discretion, ...] = ()
