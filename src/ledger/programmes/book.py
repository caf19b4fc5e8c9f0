"""The definitions in force: those recorded, else the statutory ones, by code and day."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from ledger.ids import DefinitionId
from ledger.kernel import Basis, Event, Facts, Known, Named, tag
from ledger.programmes.events import CATEGORIES, CategoryDefined, CoverLevel, Kind, Procedure, Rule
from ledger.programmes.refusals import CategoryUnknown

STANDARD = Procedure()
"""The procedure of [57]."""


def category_definition(
    *, code: str, named: Named, cover_level: CoverLevel, assessment: Rule, pays: bool, procedure: Procedure = STANDARD,
    kinds: tuple[Kind, ...] = (), excludes: tuple[str, ...] = (), from_date: date, until_date: date | None = None,
    basis: Basis | None = None,
) -> CategoryDefined:  # fmt: skip
    """A definition with the tags it is found by."""
    return CategoryDefined(
        definition_ids=(DefinitionId(f"category/{code}"), CATEGORIES), code=code, named=named, cover_level=cover_level, assessment=assessment,
        pays=pays, procedure=procedure, kinds=kinds, excludes=excludes, from_date=from_date, until_date=until_date,
        basis=basis,
    )  # fmt: skip


def category_facts(code: str) -> Facts:
    """What must be read to know one category."""
    return Facts(types=(CategoryDefined,), tags=(tag(DefinitionId, f"category/{code}"),))


ALL_CATEGORIES = Facts(types=(CategoryDefined,), tags=(tag(DefinitionId, CATEGORIES),))
"""What must be read to know every category."""


class Categories:
    """The categories by what was read: the latest definition not after a day holds; recorded ones before statutory ones."""

    def __init__(self, events: Iterable[Event]) -> None:
        from ledger.programmes.statutory import CATEGORIES as STATUTORY

        self._definitions: dict[str, list[CategoryDefined]] = {}
        for event in (*STATUTORY, *events):
            if isinstance(event, CategoryDefined):
                self._definitions.setdefault(event.code, []).append(event)

    @classmethod
    def of(cls, known: Known) -> Categories:
        """From what a decision has read."""
        return cls(known.events(CategoryDefined))

    def find(self, code: str, day: date) -> CategoryDefined | None:
        """The definition in force on a day, or None."""
        begun = [d for d in self._definitions.get(code, []) if d.from_date <= day]
        if not begun:
            return None
        latest = max(enumerate(begun), key=lambda item: (item[1].from_date, item[0]))[1]
        return latest if latest.until_date is None or day <= latest.until_date else None

    def get(self, code: str, day: date) -> CategoryDefined:
        """The definition in force on a day. Raises ``CategoryUnknown``."""
        found = self.find(code, day)
        if found is None:
            raise CategoryUnknown(category=code, day=day)
        return found

    def in_force(self, day: date) -> list[CategoryDefined]:
        """Every category in force on a day, in the order they were defined first."""
        found = (self.find(code, day) for code in self._definitions)
        return [definition for definition in found if definition is not None]
