"""What worked cases are made of: standards with a basis, members, declarations, and what came out."""

from __future__ import annotations

from datetime import date
from typing import Any

from ledger.identification.amounts import Assessment
from ledger.kernel import Basis, Fen, HouseholdId, OrganisationId, PersonId
from ledger.registry.events import (
    Attributes,
    CircumstancesDeclared,
    Discretion,
    IncomeLine,
    PropertyLine,
    Relation,
    Sex,
    SpendingLine,
    SupportLine,
)
from ledger.registry.states import Member
from ledger.standards.book import StandardBook, parameter_id
from ledger.standards.events import StandardSet

DAY = date(2026, 9, 18)
LINEAGE = ("d12", "d12-104")
BASIS = Basis(document="示范文件1号")
Row = tuple[str, str | None, str | None, str | None, int]

BASIC: tuple[Row, ...] = (
    ("standard", "dibao", "urban", None, 80_000),
    ("standard", "dibao", "rural", None, 60_000),
    ("standard", "tekun", "urban", None, 104_000),
    ("standard", "tekun", "rural", None, 78_000),
    ("care", "tekun", None, "full", 0),
    ("care", "tekun", None, "partial", 30_000),
    ("care", "tekun", None, "none", 60_000),
    ("supplement", "dibao", None, "minor", 5_000),
    ("supplement", "dibao", None, "elderly", 6_000),
    ("supplement", "dibao", None, "severe_disability", 8_000),
    ("supplement", "dibao", None, "serious_illness", 7_000),
)


def set_(
    name: str, programme: str | None, area: str | None, tier: str | None, value: int, *, start: date = date(2020, 1, 1),
    until: date | None = None, basis: Basis | None = BASIS, place: str = "d12",
) -> StandardSet:  # fmt: skip
    """One parameter of the division."""
    return StandardSet(
        parameter_id=parameter_id(name, programme, place, area, tier), name=name, programme=programme, applies_to=place,
        area=area, tier=tier, value=value, unit="fen", from_date=start, until_date=until, basis=basis,
    )  # fmt: skip


def book(*rows: Row, more: tuple[StandardSet, ...] = ()) -> StandardBook:
    """The basic parameters with some more."""
    return StandardBook([*(set_(*row) for row in (*BASIC, *rows)), *more])


def member(n: int = 1, birth: date = date(1980, 5, 17), **attributes: Any) -> Member:
    """The n-th member; in their forties unless it says otherwise."""
    return Member(
        PersonId(f"p{n}"), Relation.OTHER, birth, Sex.FEMALE, Attributes(**attributes), date(2026, 1, 1)
    )


def wage(annual: int, n: int | None = None) -> IncomeLine:
    return IncomeLine(kind="wage", annual_fen=Fen(annual), person_id=f"p{n}" if n else None)


def gift(annual: int, source: str | None, n: int | None = None) -> IncomeLine:
    """Transferred income of a source."""
    return IncomeLine(
        kind="transfer", annual_fen=Fen(annual), source=source, person_id=f"p{n}" if n else None
    )


def owns(
    kind: str, value: int, use: str | None = None, n: int | None = None, exempt: bool = False
) -> PropertyLine:
    return PropertyLine(
        kind=kind, value_fen=Fen(value), use=use, person_id=f"p{n}" if n else None, exempt=exempt
    )


def spent(kind: str, amount: int, covered: int = 0, **more: Any) -> SpendingLine:
    return SpendingLine(kind=kind, spent_fen=Fen(amount), covered_fen=Fen(covered), **more)


def given(kinship: str, annual: int | None = None, n: int = 1, **more: Any) -> SupportLine:
    """Support from somebody to the n-th member."""
    return SupportLine(
        kinship=kinship, annual_fen=None if annual is None else Fen(annual), person_id=f"p{n}", **more
    )


def judged(what: str, n: int | None = None) -> Discretion:
    return Discretion(what=what, person_id=f"p{n}" if n else None, reason="确有困难", judged_by="reviewer-1")


def said(*lines: Any, less: int = 0, on: date = DAY) -> CircumstancesDeclared:
    """A declaration of any lines."""
    of = {
        kind: tuple(line for line in lines if isinstance(line, cls))
        for kind, cls in (
            ("income", IncomeLine), ("property", PropertyLine), ("spending", SpendingLine), ("support", SupportLine),
            ("discretions", Discretion),
        )
    }  # fmt: skip
    return CircumstancesDeclared(
        household_id=HouseholdId("h"),
        organisation_id=OrganisationId("d12-104"),
        deductions_fen=Fen(less),
        occurred_on=on,
        **of,
    )


def parts(made: Assessment) -> tuple[int, ...]:
    """Base, then supplement or care where there is one; what the working's steps give must be the same."""
    by_steps: dict[str, int] = {}
    for step in made.frozen.working:
        if step.gives is not None:
            by_steps[step.gives] = by_steps.get(step.gives, 0) + step.value
    assert {a.component: a.amount_fen for a in made.amounts} == {
        c: v for c, v in by_steps.items() if v or c == "base"
    }
    used = {s.parameter_id for s in made.frozen.standards}
    assert {s.parameter for s in made.frozen.working if s.parameter} <= used
    assert all(s.article for s in made.frozen.working)
    return tuple(int(a.amount_fen) for a in made.amounts)
