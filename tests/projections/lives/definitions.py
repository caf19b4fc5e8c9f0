"""A division defines a category of its own now and then."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import TYPE_CHECKING

from ledger.kernel import Named, Role
from ledger.programmes.commands import DefineCategory
from ledger.programmes.events import CoverLevel, Rule

if TYPE_CHECKING:
    from tests.projections.histories import Life


def steps(life: Life) -> list[Callable[[], object]]:
    """One step: a category is defined, or defined anew."""

    def define() -> None:
        life.do(DefineCategory, Role.ADMIN, code=f"lei_{life.rng.randrange(3)}", named=Named(zh="某类", en="some"),
                cover_level=life.rng.choice(list(CoverLevel)), assessment=Rule.LISTED, from_date=date(2026, 10, 1),
                document="示范文件")  # fmt: skip

    return [define]
