"""Dibao_bianyuan 低保边缘: above dibao, below a multiple of its standard, property within limits of its own [57 art. 8; 83 一(四)]."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from ledger.identification.amounts.means import Means, check_property, income_of
from ledger.identification.amounts.members import counted_members
from ledger.identification.amounts.parameters import EDGE, Terms
from ledger.identification.amounts.working import Assessment, Sheet, divide, yuan
from ledger.identification.events import Category, CategoryCode, Component
from ledger.identification.refusals import NotEligible
from ledger.programmes.events import Rule
from ledger.registry.events import Area, CircumstancesDeclared
from ledger.registry.states import Member
from ledger.standards.book import StandardBook


def assess_edge(
    members: Sequence[Member],
    declared: CircumstancesDeclared | None,
    area: Area,
    book: StandardBook,
    lineage: tuple[str, ...],
    day: date,
    category: CategoryCode = EDGE,
) -> Assessment:
    """Whether a household is below the line of a category, and what that pays, if anything.

    Raises ``NotEligible`` with the reason, ``NoStandard``, ``StandardExpired`` or ``NoBasis``.
    """
    terms, sheet = Terms.of(category, Rule.INCOME_LINE, book, lineage, area, day), Sheet()
    counted = counted_members(members, day, sheet)
    means = below_line(members, counted, declared, terms, sheet)
    flat(category, len(counted), terms, sheet)
    per_capita = divide(means.income, 12 * means.heads)
    return sheet.result([m.person_id for m in counted], declared, area, per_capita)


def flat(category: CategoryCode, people: int, terms: Terms, sheet: Sheet) -> None:
    """What a category pays a head where it is paid at all: its own parameter ``monthly``."""
    rate = terms.like(category).optional("monthly", by_area=True) or terms.like(category).optional("monthly")
    if rate is not None:
        sheet.step(f"每人每月标准×{people}人", f"monthly rate × {people}", rate.basis, rate.value * people, rate, Component.BASE)  # fmt: skip


def below_line(
    members: Sequence[Member], counted: Sequence[Member], declared: CircumstancesDeclared | None, terms: Terms,
    sheet: Sheet,
) -> Means:  # fmt: skip
    """The household's means, which must lie below the line and the limits, and not within those of dibao. Raises ``NotEligible``."""
    if not counted:
        raise NotEligible(
            why="nobody is left to be counted", why_zh="家庭已无可计算的成员", article="57 art. 7"
        )
    left_out = [m for m in members if m not in counted]
    standard, line = sheet.use(terms.dibao_standard()), sheet.use(terms.get("income_line"))
    check_property(declared, len(counted), terms, sheet, left_out=left_out)
    means = income_of(declared, counted, terms, sheet, left_out)
    year = standard.value * 12 * means.heads
    sheet.step(
        f"收入线：年标准×{line.value}‰", f"line: yearly standard × {line.value} permille", "57 art. 8",
        year * line.value // 1000, line,
    )  # fmt: skip
    if means.income * 1000 >= year * line.value:
        raise NotEligible(
            why=f"income of {yuan(divide(means.income, 12 * means.heads))} yuan per head and month is not below the line",
            why_zh=f"家庭月人均收入{yuan(divide(means.income, 12 * means.heads))}元不低于收入线",
            article="57 art. 8",
        )
    if _within_dibao(counted, left_out, declared, terms):
        raise NotEligible(
            why="the household meets the conditions of dibao itself", why_zh="家庭符合低保条件，应按低保办理",
            article="57 art. 8",
        )  # fmt: skip
    return means


def _within_dibao(
    counted: Sequence[Member],
    left_out: Sequence[Member],
    declared: CircumstancesDeclared | None,
    terms: Terms,
) -> bool:
    mine, aside = terms.like(Category.DIBAO), Sheet()
    means = income_of(declared, counted, mine, aside, left_out)
    if means.income >= mine.dibao_standard().value * 12 * means.heads:
        return False
    try:
        check_property(declared, len(counted), mine, aside, left_out=left_out)
    except NotEligible:
        return False
    return True
