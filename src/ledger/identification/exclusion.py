"""Who may be in which categories at once: what the definitions exclude, and the one person who may stand apart."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from ledger.identification.events import CategoryCode
from ledger.identification.refusals import AlreadyCovered
from ledger.identification.states import Cover
from ledger.kernel import Facts, Known, Month, first_day
from ledger.programmes.book import Categories, category_facts
from ledger.programmes.events import CategoryDefined, CoverLevel


def exclusion_facts(known: Known, people: Iterable[str]) -> list[Facts]:
    """What must be read to know who is covered by what, and what those categories exclude."""
    facts = []
    categories: dict[str, None] = {}
    for person in people:
        facts.append(Cover.facts(person))
        categories |= {category: None for category, _, _ in known.state(Cover, person).covers.values()}
    return [*facts, *(category_facts(category) for category in categories)]


def excluded(
    mine: CategoryDefined,
    alone: bool,
    other: CategoryCode,
    theirs: CategoryDefined | None,
    theirs_alone: bool,
) -> bool:
    """Whether one person may not be in both categories at once.

    Nobody is in one category twice, nor in two of which either excludes the other. One exception: who is in dibao
    alone 单人保 stands beside the status of the household they live in, where that status pays nothing: such a status
    is what art. 8 asks of them [57 art. 8; 83 一(四)].
    """
    if mine.code == other:
        return True
    if alone != theirs_alone:
        status = theirs if alone else mine
        if status is not None and status.cover_level is CoverLevel.HOUSEHOLD and not status.pays:
            return False
    return other in mine.excludes or (theirs is not None and mine.code in theirs.excludes)


def none_covered(
    known: Known, people: Iterable[str], month: Month, *, category: CategoryCode, day: date | None = None,
    alone: bool = False, but: str = "",
) -> None:  # fmt: skip
    """Raises ``AlreadyCovered`` when one of the people is, in `month` or later, in a category that excludes this one.

    `but` is the entitlement that is being decided on; `day` is the one the definitions are looked up for.
    """
    categories = Categories.of(known)
    on = day or first_day(month)
    mine = categories.get(category, on)
    for person in people:
        cover = known.state(Cover, person)
        for entitlement, other in cover.all_from(month, but=but):
            if excluded(mine, alone, other, categories.find(other, on), entitlement in cover.single):
                raise AlreadyCovered(person=person, category=other)
