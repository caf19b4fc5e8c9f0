"""Gangxing_zhichu 刚性支出困难: income below last year's disposable income, a year's rigid spending above a share of it [RG art. 4–5]."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date

from ledger.identification.amounts.edge import flat
from ledger.identification.amounts.means import Means, check_property, income_of
from ledger.identification.amounts.members import counted_members
from ledger.identification.amounts.parameters import EDGE, RIGID, Terms
from ledger.identification.amounts.working import Assessment, Sheet, divide, yuan
from ledger.identification.events import Category, CategoryCode
from ledger.identification.refusals import NotEligible
from ledger.programmes.events import Rule
from ledger.registry.events import Area, CircumstancesDeclared, SpendingLine
from ledger.registry.states import Member, age_on
from ledger.standards.book import StandardBook

KINDS = ("living", "medical", "education", "rehabilitation", "other")
OTHERS = (Category.DIBAO, Category.TEKUN, EDGE)
"""Whoever is in one of these is not recognised for rigid spending [RG art. 4(一)]."""


def assess_rigid(
    members: Sequence[Member],
    declared: CircumstancesDeclared | None,
    area: Area,
    book: StandardBook,
    lineage: tuple[str, ...],
    day: date,
    category: CategoryCode = RIGID,
    *,
    statuses: Collection[CategoryCode] = (),
    applied_on: date | None = None,
) -> Assessment:
    """Whether a household meets the four conditions, and what that pays, if anything.

    `statuses`: the categories its members are in; `applied_on`: the twelve months end before it, else before the
    declaration. Raises ``NotEligible`` with the reason, ``NoStandard``, ``StandardExpired`` or ``NoBasis``.
    """
    terms, sheet = Terms.of(category, Rule.RIGID_SPENDING, book, lineage, area, day), Sheet()
    counted = counted_members(members, day, sheet)
    if not counted:
        raise NotEligible(
            why="nobody is left to be counted", why_zh="家庭已无可计算的成员", article="57 art. 7"
        )
    already = sorted(set(statuses) & set(OTHERS))
    if already:
        raise NotEligible(
            why=f"already in {', '.join(already)}",
            why_zh=f"已纳入{'、'.join(already)}",
            article="RG art. 4(一)",
        )
    until = applied_on or (declared.occurred_on if declared else None) or day
    left_out = [m for m in members if m not in counted]
    means = below_disposable(counted, left_out, declared, terms, sheet, "RG art. 4(二)")
    check_property(declared, len(counted), terms, sheet, left_out=left_out)
    spends_above_share(counted, declared, means, until, terms, sheet, "RG art. 4(四)")
    flat(category, len(counted), terms, sheet)
    return sheet.result(
        [m.person_id for m in counted], declared, area, divide(means.income, 12 * means.heads)
    )


def below_disposable(
    counted: Sequence[Member], left_out: Sequence[Member], declared: CircumstancesDeclared | None, terms: Terms,
    sheet: Sheet, article: str,
) -> Means:  # fmt: skip
    """The household's means, which must lie below last year's disposable income a head. Raises ``NotEligible``."""
    line = terms.disposable_income()
    means = income_of(declared, counted, terms, sheet, left_out)
    sheet.step(
        f"上年人均可支配收入×{means.heads}人", f"last year's disposable income × {means.heads}", article,
        line.value * means.heads, line,
    )  # fmt: skip
    if means.income >= line.value * means.heads:
        raise NotEligible(
            why=f"income of {yuan(divide(means.income, means.heads))} yuan a head and year is not below {yuan(line.value)}",
            why_zh=f"家庭年人均收入{yuan(divide(means.income, means.heads))}元不低于{yuan(line.value)}元",
            article=article,
        )
    return means


def spends_above_share(
    counted: Sequence[Member], declared: CircumstancesDeclared | None, means: Means, until: date, terms: Terms,
    sheet: Sheet, article: str,
) -> int:  # fmt: skip
    """A year's rigid spending, which must be above the place's share of all income. Raises ``NotEligible``."""
    share = terms.get("rigid_share")
    spent = spending_of(counted, declared, until, terms, sheet)
    total = max(means.total, 0)
    sheet.step("家庭总收入", "all income", article, total)
    sheet.step(f"占比线：{share.value}‰", f"line: {share.value} permille of it", article, total * share.value // 1000, share)  # fmt: skip
    if spent * 1000 <= total * share.value:
        raise NotEligible(
            why=f"rigid spending of {yuan(spent)} yuan is not above {share.value} permille of {yuan(total)}",
            why_zh=f"刚性支出{yuan(spent)}元未超过总收入{yuan(total)}元的{share.value}‰",
            article=article,
        )
    return spent


def spending_of(
    counted: Sequence[Member], declared: CircumstancesDeclared | None, until: date, terms: Terms, sheet: Sheet
) -> int:
    """What counts of twelve months' spending before a day: by the five lines, each capped a head where the place caps it [RG art. 5]."""
    total = 0
    for kind in KINDS:
        lines = [line for line in (declared.spending if declared else ()) if line.kind == kind]
        spent = sum(spent_of(line, counted, until) for line in lines)
        cap = terms.optional("spending_cap", kind)
        if cap is not None and lines:
            spent = min(spent, sheet.use(cap).value * len(counted))
        if lines:
            total += sheet.step(f"刚性支出（{kind}）", f"rigid spending ({kind})", "RG art. 5", spent)
    return sheet.step("刚性支出合计", "rigid spending in all", "RG art. 4(四)", total)


def spent_of(line: SpendingLine, counted: Sequence[Member], until: date) -> int:
    """What counts of one line: after insurance and aid, education at the public rate, other lines where the county recognised them."""
    if line.paid_on is not None and not (line.paid_on < until and age_on(line.paid_on, until) == 0):
        return 0
    person = next((m for m in counted if m.person_id == line.person_id), None)
    if line.person_id is not None and person is None:
        return 0
    own = max(line.spent_fen - line.covered_fen, 0)
    if line.kind == "education" and line.public_rate_fen is not None:
        return min(own, line.public_rate_fen)
    if line.kind == "rehabilitation" and person is not None and person.attributes.disability_level is None:
        return 0
    if line.kind == "other" and not (line.recognised_by or "").strip():
        return 0
    return own
