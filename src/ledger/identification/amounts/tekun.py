"""Tekun: basic living and care by self-care ability, for who can neither work nor live by themselves [43 art. 4–6, 19–24]."""

from __future__ import annotations

from datetime import date

from ledger.identification.amounts.means import check_property, own_income
from ledger.identification.amounts.members import ADULT_FROM, ELDERLY_FROM, WORKING_FROM, not_counted
from ledger.identification.amounts.parameters import Terms
from ledger.identification.amounts.working import Assessment, Sheet, divide, yuan
from ledger.identification.events import Category, CategoryCode, Component
from ledger.identification.refusals import NotEligible
from ledger.programmes.events import Rule
from ledger.registry.events import Area, Attributes, CircumstancesDeclared
from ledger.registry.states import Member, age_on
from ledger.standards.book import StandardBook

STILL_AT_SCHOOL = ("compulsory", "high_school", "vocational")
"""Who goes on being supported at 18 [43 art. 24]."""


def care_tier(failed: int) -> str:
    """How much self-care is left when `failed` of the six items fail: 0 full, 1–3 partial, 4–6 none [43 art. 22]."""
    return "full" if failed == 0 else "partial" if failed <= 3 else "none"


def without_labour(member: Member, day: date, *, continuing: bool = False) -> bool:
    """Whether a person counts as unable to work [43 art. 5]; who was supported as a minor goes on to 18, at school longer [43 art. 24]."""
    age, level, kind = (
        age_on(member.birth_date, day),
        member.attributes.disability_level,
        member.attributes.disability_type,
    )
    if age >= ELDERLY_FROM or age < WORKING_FROM:
        return True
    if continuing and (age < ADULT_FROM or member.attributes.schooling in STILL_AT_SCHOOL):
        return True
    if level is None:
        return False
    limits = {"intellectual": 3, "mental": 3, "physical": 2, "visual": 1}
    return level <= limits.get(kind or "", 0)


def area_of(attributes: Attributes, area: Area) -> tuple[Area, str]:
    """城 or 乡: which standard a person gets, and why: moved to a town, else land or a collective's income, else where they live."""
    if attributes.relocated_to_town:
        return Area.URBAN, "易地扶贫搬迁至城镇"
    if attributes.contracted_land:
        return Area.RURAL, "承包土地或集体收益分配"
    return area, ""


def assess_tekun(
    person: Member,
    declared: CircumstancesDeclared | None,
    members: int,
    area: Area,
    book: StandardBook,
    lineage: tuple[str, ...],
    day: date,
    category: CategoryCode = Category.TEKUN,
    *,
    obligors: str | None = None,
    continuing: bool = False,
) -> Assessment:
    """Basic living by the standard and care by self-care ability [43 art. 4–6, 19–22].

    `members` live in the household; `obligors` says what was found of those legally bound to support: ``none``,
    ``unable``, ``able``, None where others look into it. `continuing`: tekun already.
    Raises ``NotEligible`` with the reason, ``NoStandard``, ``StandardExpired`` or ``NoBasis``.
    """
    area, chosen = area_of(person.attributes, area)
    terms, sheet = Terms.of(category, Rule.TEKUN, book, lineage, area, day), Sheet()
    why = not_counted(person.attributes, day)
    if why is not None and person.attributes.clergy_since is None:
        raise NotEligible(why=why[1], why_zh=why[0], article="43 art. 24")
    if not without_labour(person, day, continuing=continuing):
        raise NotEligible(why="the person is able to work", why_zh="本人具有劳动能力", article="43 art. 5")
    if obligors == "able":
        raise NotEligible(
            why="legal obligors are able to support",
            why_zh="有具备履行义务能力的法定义务人",
            article="43 art. 4, 8",
        )
    dibao = sheet.use(terms.dibao_standard())
    heads = max(members, 1)
    check_property(declared, heads, terms, sheet, of=person.person_id)
    means = own_income(person, declared, heads, terms, sheet)
    per_capita = divide(means.income, 12 * heads)
    # Compared before rounding: half a fen below the standard is below it.
    if means.income >= dibao.value * 12 * heads:
        raise NotEligible(
            why=f"income of {yuan(per_capita)} yuan a month is not below the dibao standard",
            why_zh=f"月收入{yuan(per_capita)}元不低于低保标准",
            article="43 art. 6",
        )
    standard = terms.get("standard", by_area=True)
    if chosen:
        sheet.step(
            f"城乡标准：{chosen}",
            f"standard of the {area.value} area",
            "43 art. 19",
            standard.value,
            standard,
        )
    sheet.step(
        "特困基本生活标准", "basic living standard", "43 art. 19", standard.value, standard, Component.BASE
    )
    tier = care_tier(person.attributes.self_care_failed or 0)
    care = terms.get("care", tier)
    sheet.step(
        f"照料护理标准（{tier}）",
        f"care standard ({tier})",
        "43 art. 20–22",
        care.value,
        care,
        Component.CARE,
    )
    return sheet.result([person.person_id], declared, area, per_capita)
