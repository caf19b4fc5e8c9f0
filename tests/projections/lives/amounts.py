"""Declarations with everything in them: sources, uses, support, spending, what was judged; and members held somewhere."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import TYPE_CHECKING

from ledger.kernel import Fen, HouseholdId, Role
from ledger.registry.changes import DeclareCircumstances
from ledger.registry.circumstances import ChangeAttributes
from ledger.registry.events import (
    Attributes,
    Discretion,
    IncomeLine,
    PropertyLine,
    SpendingLine,
    SupportLine,
)

if TYPE_CHECKING:
    from tests.projections.histories import Life


def steps(life: Life) -> list[Callable[[], object]]:
    """A full declaration, and a change of what rules need to know."""

    def fen() -> Fen:
        return Fen(life.rng.choice([0, 6, 100_000, 700_000]))

    def declare() -> None:
        household = life.household()
        if household is None:
            return
        who = life.any([None, *(m.person_id for m in household.current())])
        life.do(
            DeclareCircumstances, Role.CLERK, household_id=HouseholdId(household.id), declared_on=life.day(),
            income=(IncomeLine(kind="wage", annual_fen=fen(), person_id=who),
                    IncomeLine(kind="transfer", annual_fen=fen(), source="basic_pension")),
            property=(PropertyLine(kind="home", value_fen=fen(), use="living", person_id=who),),
            spending=(SpendingLine(kind="medical", spent_fen=fen(), person_id=who),),
            support=(SupportLine(kinship="sibling", annual_fen=fen(), person_id=who, birth_date=date(1950, 1, 1)),),
            discretions=(Discretion(what=life.rng.choice(["support", "labour"]), person_id=who, reason="视情", judged_by="x"),),
            deductions_fen=fen(),
        )  # fmt: skip

    def change() -> None:
        household = life.household()
        member = None if household is None else life.any(household.current())
        if household is None or member is None:
            return
        attributes = Attributes(
            disability_level=life.rng.choice([None, 1, 3]), illness=life.rng.choice([None, "major"]),
            custody=life.rng.choice([None, "prison", "detention"]), employment=life.rng.choice([None, "employed"]),
        )  # fmt: skip
        life.do(ChangeAttributes, Role.CLERK, household_id=HouseholdId(household.id), person_id=member.person_id,
                attributes=attributes, document="证明", changed_on=life.day())  # fmt: skip

    return [declare, change]
