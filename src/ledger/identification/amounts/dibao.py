"""Dibao by gap or by tiers, with dated supplements per person [57 art. 23, 27]."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from ledger.identification.amounts.means import Means, check_property, income_of
from ledger.identification.amounts.members import ADULT_FROM, ELDERLY_FROM, counted_members
from ledger.identification.amounts.parameters import Terms
from ledger.identification.amounts.working import Assessment, Sheet, divide, yuan
from ledger.identification.events import Category, CategoryCode, Component
from ledger.identification.refusals import NotEligible
from ledger.kernel import Fen
from ledger.programmes.events import Rule
from ledger.registry.events import Area, Attributes, CircumstancesDeclared
from ledger.registry.states import Member, age_on
from ledger.standards.book import Standard, StandardBook


def assess_dibao(
    members: Sequence[Member],
    declared: CircumstancesDeclared | None,
    area: Area,
    book: StandardBook,
    lineage: tuple[str, ...],
    day: date,
    category: CategoryCode = Category.DIBAO,
) -> Assessment:
    """The gap between the standard and what the household has, or its tier's amount, and its members' supplements.

    [57 art. 23, 27] Raises ``NotEligible`` with the reason, ``NoStandard``, ``StandardExpired`` or ``NoBasis``.
    """
    terms, sheet = Terms.of(category, Rule.DIBAO, book, lineage, area, day), Sheet()
    counted = counted_members(members, day, sheet)
    left_out = [m for m in members if m not in counted]
    standard = sheet.use(terms.get("standard", by_area=True))
    require_somebody(counted)
    check_property(declared, len(counted), terms, sheet, left_out=left_out)
    means = income_of(declared, counted, terms, sheet, left_out)
    per_capita = pay(means, len(counted), standard, terms, sheet)
    for member in counted:
        supplement(member, terms, sheet)
    return sheet.result([m.person_id for m in counted], declared, area, per_capita)


def require_somebody(counted: Sequence[Member]) -> None:
    """Raises ``NotEligible`` when nobody is left to be counted."""
    if not counted:
        raise NotEligible(
            why="nobody is left to be counted", why_zh="家庭已无可计算的成员", article="57 art. 7"
        )


def pay(means: Means, people: int, standard: Standard, terms: Terms, sheet: Sheet) -> Fen:
    """Writes down the base of so many people, by gap or tiers; answers the income a head and month. Raises ``NotEligible``."""
    per_capita = divide(means.income, 12 * means.heads)
    if standard.value * 12 * means.heads <= means.income:
        raise NotEligible(
            why=f"income of {yuan(per_capita)} yuan per head and month is not below the standard",
            why_zh=f"家庭月人均收入{yuan(per_capita)}元不低于低保标准",
            article="57 art. 23",
        )
    tiers = terms.optional("tiers", by_area=True)
    if tiers is not None and tiers.value > 0:
        _by_tier(means, people, tiers, terms, sheet)
    else:
        _by_gap(means, people, standard, sheet)
    return per_capita


def _by_gap(means: Means, people: int, standard: Standard, sheet: Sheet) -> None:
    """差额: the year's standard of all members less the year's income, a twelfth of it rounded once to the fen."""
    year = standard.value * 12 * means.heads
    sheet.step(
        f"年标准×{means.heads}人", f"yearly standard × {means.heads} members", "57 art. 23", year, standard
    )
    gap = sheet.step("年补差", "yearly gap", "57 art. 23", year - means.income)
    # Of who is assessed alone, means and line are taken `heads` times each: the gap is shared out again here.
    base = divide(gap * people, 12 * means.heads)
    sheet.step(
        "月补差（四舍五入到分）",
        "monthly gap, rounded once to the fen",
        "57 art. 23",
        base,
        gives=Component.BASE,
    )


def _by_tier(means: Means, people: int, tiers: Standard, terms: Terms, sheet: Sheet) -> None:
    """分档: tier 1 is the poorest; the first whose highest income per head is not passed says the amount per head.

    Above the last one's it is the last tier's: whoever is below the standard is covered.
    """
    sheet.use(tiers)
    for number in range(1, tiers.value + 1):
        limit = sheet.use(terms.get("tier_income", str(number), by_area=True))
        amount = sheet.use(terms.get("tier_amount", str(number), by_area=True))
        if means.income <= limit.value * 12 * means.heads or number == tiers.value:
            break
    sheet.step(
        f"第{number}档每人月保障金", f"amount per head of tier {number}", "57 art. 23", amount.value, amount
    )
    sheet.step(
        f"月保障金×{people}人", f"monthly amount × {people} members", "57 art. 23", amount.value * people,
        gives=Component.BASE,
    )  # fmt: skip


def supplement_tiers(attributes: Attributes, age: int) -> list[str]:
    """The supplements a person of an age may get [57 art. 27, 649 art. 12]."""
    return [
        tier
        for tier, due in (
            ("elderly", age >= ELDERLY_FROM),
            ("minor", age < ADULT_FROM),
            ("severe_disability", attributes.disability_level in (1, 2)),
            ("serious_illness", attributes.illness == "major"),
        )
        if due
    ]


def supplement(member: Member, terms: Terms, sheet: Sheet) -> None:
    """Writes down the highest supplement a member may get on the day; each person gets at most one [57 art. 27]."""
    tiers = supplement_tiers(member.attributes, age_on(member.birth_date, terms.day))
    found = [terms.optional("supplement", tier) for tier in tiers]
    best = max((s for s in found if s is not None), key=lambda s: s.value, default=None)
    if best is not None:
        name = best.parameter_id.rsplit("/", 1)[1]
        sheet.step(
            f"分类施保（{name}）",
            f"supplement ({name})",
            "57 art. 27",
            best.value,
            best,
            Component.SUPPLEMENT,
        )
