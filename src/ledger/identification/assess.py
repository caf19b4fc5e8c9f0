"""What a household or person is due under a category: the one entry to every rule of assessment. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from ledger.identification.amounts import Assessment, assess_dibao, assess_tekun
from ledger.identification.events import Category, CategoryCode
from ledger.identification.refusals import NotEligible
from ledger.registry.refusals import NotMember
from ledger.registry.states import Household
from ledger.standards.book import StandardBook


def assess(
    category: CategoryCode,
    household: Household,
    covered: Sequence[str],
    lineage: tuple[str, ...],
    book: StandardBook,
    day: date,
    rules_on: date | None = None,
) -> Assessment:
    """The amounts for those covered, by category: facts as of `day`, standards and ages as of `rules_on` (the same day).

    Raises ``NotEligible``, ``NoStandard``, ``NoBasis``, ``NotMember``.
    """
    rules_on = rules_on or day
    members = [m for m in household.present(day) if m.person_id in set(covered)]
    if len(members) != len(set(covered)):
        raise NotMember(person="?", day=day)
    if not members:
        raise NotEligible(why="nobody is left to be counted", why_zh="家庭已无可计算的成员")
    declared = household.declared_on(day)
    if category == Category.TEKUN:
        count = len(household.present(day))
        return assess_tekun(members[0], declared, count, household.area, book, lineage, rules_on)
    return assess_dibao(members, declared, household.area, book, lineage, rules_on)
