"""单人保: one person of a household in dibao alone, by an amount rule of its own; and who stands like a household of one.

The gap formula gives nothing to a member of a household above the standard, so the place sets how the amount is made:
parameter ``single_rule``: 1 the full standard, 2 a share of it (``single_share``, permille), 3 the standard less what
the person has alone [57 art. 8; 83 一(一), 一(四); S 三(一)].
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from ledger.identification.amounts.dibao import pay, supplement
from ledger.identification.amounts.edge import below_line
from ledger.identification.amounts.means import check_property, is_unemployed_disabled, own_income
from ledger.identification.amounts.members import counted_members, heavily_disabled, not_counted
from ledger.identification.amounts.parameters import EDGE, Terms
from ledger.identification.amounts.working import Assessment, Sheet, divide, yuan
from ledger.identification.events import Category, Component
from ledger.identification.refusals import NotEligible
from ledger.kernel import Fen
from ledger.programmes.events import Rule
from ledger.registry.events import Area, CircumstancesDeclared
from ledger.registry.states import Member
from ledger.standards.book import Standard, StandardBook
from ledger.standards.refusals import BadValue

SEVERE, ILL, UNEMPLOYED = "severe_disability", "major_illness", "adult_unemployed_disabled"
CLERGY, COUNTY = "religious_life", "county_rule"
GROUNDS = (SEVERE, ILL, UNEMPLOYED, CLERGY, COUNTY)
"""Why one person may be in dibao alone [57 art. 8; 83 一(一)]."""
FULL, SHARE, LESS_OWN = 1, 2, 3


def assess_single(
    ground: str,
    person: Member,
    members: Sequence[Member],
    declared: CircumstancesDeclared | None,
    area: Area,
    book: StandardBook,
    lineage: tuple[str, ...],
    day: date,
) -> Assessment:
    """What one of a household's members is due alone, on a ground of the text.

    Raises ``NotEligible`` with the reason, ``NoStandard``, ``StandardExpired``, ``NoBasis`` or ``BadValue``.
    """
    terms, sheet = Terms.of(Category.DIBAO, Rule.DIBAO, book, lineage, area, day), Sheet()
    standard = sheet.use(terms.dibao_standard())
    away = ground == CLERGY
    why = None if away else not_counted(person.attributes, day)
    if why is not None:
        raise NotEligible(why=why[1], why_zh=why[0], article="57 art. 7")
    _require_ground(ground, person, day)
    others = counted_members([m for m in members if m.person_id != person.person_id], day)
    share_of = 1 if away else 1 + len(others)
    if ground in (SEVERE, ILL):
        edge = Terms.of(EDGE, Rule.INCOME_LINE, book, lineage, area, day)
        below_line(members, [person, *others], declared, edge, sheet)
        per_capita = _by_rule(person, declared, share_of, standard, terms, sheet)
    else:
        check_property(declared, share_of, terms, sheet, of=person.person_id)
        means = own_income(person, declared, share_of, terms, sheet)
        per_capita = pay(means, 1, standard, terms, sheet)
    supplement(person, terms, sheet)
    return sheet.result([person.person_id], declared, area, per_capita)


def _require_ground(ground: str, person: Member, day: date) -> None:
    attributes = person.attributes
    holds, why, why_zh = {
        SEVERE: (heavily_disabled(attributes), "the disability is not of level 1–2, or 3 intellectual or mental",
                 "不属一、二级残疾或三级智力、精神残疾"),
        ILL: (attributes.illness == "major", "no major illness is recognised", "未认定重特大疾病"),
        UNEMPLOYED: (is_unemployed_disabled(person, day), "they are not adult, without work and severely disabled",
                     "不属成年无业重度残疾人"),
        CLERGY: (not_counted(attributes, day) is not None and attributes.clergy_since is not None,
                 "they have not lived three years in a place of religion", "在宗教场所居住不满三年"),
        COUNTY: (True, "", ""),
    }.get(ground, (False, f"{ground} is no ground to stand alone", f"{ground}不是单独申请的情形"))  # fmt: skip
    if not holds:
        raise NotEligible(why=why, why_zh=why_zh, article="57 art. 8; 83 一(一)")


def _by_rule(
    person: Member, declared: CircumstancesDeclared | None, share_of: int, standard: Standard, terms: Terms, sheet: Sheet
) -> Fen:  # fmt: skip
    """Writes down the amount by the place's rule; answers the person's own income a month."""
    rule = sheet.use(terms.get("single_rule"))
    means = own_income(person, declared, share_of, terms, sheet)
    article, base = "57 art. 8", Component.BASE
    if rule.value == FULL:
        sheet.step("单人保：全额标准", "alone: the full standard", article, standard.value, rule, base)
    elif rule.value == SHARE:
        share = terms.get("single_share")
        value = divide(standard.value * share.value, 1000)
        sheet.step(f"单人保：标准×{share.value}‰", f"alone: standard × {share.value} permille", article, value, share, base)  # fmt: skip
    elif rule.value == LESS_OWN:
        year = standard.value * 12 * means.heads
        if means.income >= year:
            own = yuan(divide(means.income, 12 * means.heads))
            raise NotEligible(
                why=f"own income of {own} yuan a month is not below the standard",
                why_zh=f"本人月收入{own}元不低于低保标准",
                article=article,
            )
        value = divide(year - means.income, 12 * means.heads)
        sheet.step("单人保：标准减本人收入", "alone: standard less own income", article, value, rule, base)
    else:
        raise BadValue(name="single_rule", value=rule.value)
    return divide(means.income, 12 * means.heads)
