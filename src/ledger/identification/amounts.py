"""What a household or person is due, computed from frozen facts and the standards in force.

Pure. Every result carries its working: each step, the parameter used, the article. All money in
fen; yearly sums first, rounded once to the fen.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

from ledger.identification.events import Amount, Category, Component, FrozenFacts, StandardUsed, Step
from ledger.identification.refusals import NotEligible
from ledger.kernel import Facts, Fen
from ledger.registry.events import Area, CircumstancesDeclared
from ledger.registry.states import Member, age_on
from ledger.standards.book import Standard, StandardBook, facts_for

SUPPLEMENT_TIERS = ("elderly", "minor", "severe_disability", "serious_illness")
"""Who may get a supplement 分类施保 [57 art. 27]."""
CARE_TIERS = ("full", "partial", "none")
"""Self-care: has it, lost it in part, lost it wholly [43 art. 22]."""
ELDERLY_FROM = 60
ADULT_FROM = 18


class Assessment(NamedTuple):
    """An amount with everything it was computed from."""

    amounts: tuple[Amount, ...]
    frozen: FrozenFacts

    @property
    def total_fen(self) -> int:
        return sum(a.amount_fen for a in self.amounts)


def standards_needed(category: Category, lineage: Sequence[str], area: Area) -> list[Facts]:
    """The parameters an assessment reads."""
    facts = facts_for("standard", Category.DIBAO, lineage, area, None)
    if category is Category.TEKUN:
        facts += facts_for("standard", Category.TEKUN, lineage, area, None)
        for tier in CARE_TIERS:
            facts += facts_for("care", Category.TEKUN, lineage, None, tier)
    else:
        facts += facts_for("property_limit", Category.DIBAO, lineage, None, None)
        for tier in SUPPLEMENT_TIERS:
            facts += facts_for("supplement", Category.DIBAO, lineage, None, tier)
    return facts


def divide(total: int, parts: int) -> Fen:
    """Fen per part, rounded half up, once."""
    return Fen((2 * total + parts) // (2 * parts))


def counted_income(declared: CircumstancesDeclared | None) -> int:
    """Yearly income in fen that counts: all lines but the excluded ones, less deductions, never below zero [57 art. 13]."""
    if declared is None:
        return 0
    return max(
        sum(line.annual_fen for line in declared.income if not line.excluded) - declared.deductions_fen, 0
    )


def counted_property(declared: CircumstancesDeclared | None) -> int:
    """What the household owns that is not exempt, in fen [57 art. 14]."""
    return 0 if declared is None else sum(line.value_fen for line in declared.property if not line.exempt)


def supplement_tier(
    member: Member, day: date, book: StandardBook, lineage: tuple[str, ...]
) -> Standard | None:
    """The highest supplement a member may get on `day`, None for none; each person gets at most one [57 art. 27]."""
    tiers = []
    age = age_on(member.birth_date, day)
    if age >= ELDERLY_FROM:
        tiers.append("elderly")
    if age < ADULT_FROM:
        tiers.append("minor")
    if member.attributes.disability_level in (1, 2):
        tiers.append("severe_disability")
    if member.attributes.illness == "major":
        tiers.append("serious_illness")
    found = [book.find("supplement", Category.DIBAO, lineage, None, tier, day) for tier in tiers]
    return max((s for s in found if s is not None and s.basis), key=lambda s: s.value, default=None)


def used(*standards: Standard) -> tuple[StandardUsed, ...]:
    """Standards as a decision freezes them, each once."""
    frozen = {
        s.parameter_id: StandardUsed(
            parameter_id=s.parameter_id, value=s.value, unit=s.unit, from_date=s.from_date, basis=s.basis
        )
        for s in standards
    }
    return tuple(frozen.values())


def step(zh: str, en: str, article: str, value: int) -> Step:
    """One line of a working."""
    return Step(zh=zh, en=en, article=article, value=value)


def assess_dibao(
    members: Sequence[Member],
    declared: CircumstancesDeclared | None,
    area: Area,
    book: StandardBook,
    lineage: tuple[str, ...],
    day: date,
) -> Assessment:
    """The gap between the standard and what the household has, and its members' supplements [57 art. 23, 27].

    Raises ``NotEligible`` with the reason, ``NoStandard`` or ``NoBasis``.
    """
    standard = book.get("standard", Category.DIBAO, lineage, day, area=area)
    count, income, owned = len(members), counted_income(declared), counted_property(declared)
    standards = [standard]
    limit = book.find("property_limit", Category.DIBAO, lineage, None, None, day)
    if limit is not None and limit.basis:
        standards.append(limit)
        if owned > limit.value * count:
            raise NotEligible(
                why=f"property of {owned / 100:.2f} yuan is above {limit.value * count / 100:.2f}",
                why_zh=f"家庭财产{owned / 100:.2f}元超过限额{limit.value * count / 100:.2f}元",
            )
    gap = standard.value * 12 * count - income
    per_capita = divide(income, 12 * count)
    if gap <= 0:
        raise NotEligible(
            why=f"income of {per_capita / 100:.2f} yuan per head and month is not below the standard",
            why_zh=f"家庭月人均收入{per_capita / 100:.2f}元不低于低保标准",
        )
    base = divide(gap, 12)
    working = [
        step(
            f"年标准×{count}人",
            f"yearly standard × {count} members",
            "57 art. 23",
            standard.value * 12 * count,
        ),
        step("核算年收入", "counted yearly income", "57 art. 13", income),
        step("年补差", "yearly gap", "57 art. 23", gap),
        step("月补差（四舍五入到分）", "monthly gap, rounded once to the fen", "57 art. 23", base),
    ]
    amounts = [Amount(component=Component.BASE, amount_fen=base)]
    supplement = 0
    for member in members:
        tier = supplement_tier(member, day, book, lineage)
        if tier is not None:
            standards.append(tier)
            supplement += tier.value
            name = tier.parameter_id.rsplit("/", 1)[1]
            working.append(step(f"分类施保（{name}）", f"supplement ({name})", "57 art. 27", tier.value))
    if supplement:
        amounts.append(Amount(component=Component.SUPPLEMENT, amount_fen=Fen(supplement)))
    return Assessment(tuple(amounts), _frozen(count, declared, area, per_capita, used(*standards), working))


def care_tier(failed: int) -> str:
    """How much self-care is left when `failed` of the six items fail: 0 full, 1–3 partial, 4–6 none [43 art. 22]."""
    return "full" if failed == 0 else "partial" if failed <= 3 else "none"


def without_labour(member: Member, day: date) -> bool:
    """Whether a person counts as unable to work [43 art. 5]."""
    age, level, kind = (
        age_on(member.birth_date, day),
        member.attributes.disability_level,
        member.attributes.disability_type,
    )
    if age >= ELDERLY_FROM or age < 16:
        return True
    if level is None:
        return False
    limits = {"intellectual": 3, "mental": 3, "physical": 2, "visual": 1}
    return level <= limits.get(kind or "", 0)


def assess_tekun(
    person: Member,
    declared: CircumstancesDeclared | None,
    members: int,
    area: Area,
    book: StandardBook,
    lineage: tuple[str, ...],
    day: date,
) -> Assessment:
    """Basic living by the standard and care by self-care ability [43 art. 4–6, 19–22].

    Raises ``NotEligible`` with the reason, ``NoStandard`` or ``NoBasis``.
    """
    if not without_labour(person, day):
        raise NotEligible(why="the person is able to work", why_zh="本人具有劳动能力")
    dibao = book.get("standard", Category.DIBAO, lineage, day, area=area)
    per_capita = divide(counted_income(declared), 12 * max(members, 1))
    if per_capita >= dibao.value:
        raise NotEligible(
            why=f"income of {per_capita / 100:.2f} yuan a month is not below the dibao standard",
            why_zh=f"月收入{per_capita / 100:.2f}元不低于低保标准",
        )
    standard = book.get("standard", Category.TEKUN, lineage, day, area=area)
    tier = care_tier(person.attributes.self_care_failed or 0)
    care = book.get("care", Category.TEKUN, lineage, day, tier=tier)
    working = [
        step("特困基本生活标准", "basic living standard", "43 art. 19", standard.value),
        step(f"照料护理标准（{tier}）", f"care standard ({tier})", "43 art. 20–22", care.value),
    ]
    amounts = [Amount(component=Component.BASE, amount_fen=Fen(standard.value))]
    if care.value:
        amounts.append(Amount(component=Component.CARE, amount_fen=Fen(care.value)))
    return Assessment(
        tuple(amounts), _frozen(1, declared, area, per_capita, used(dibao, standard, care), working)
    )


def _frozen(
    count: int,
    declared: CircumstancesDeclared | None,
    area: Area,
    per_capita: Fen,
    standards: tuple[StandardUsed, ...],
    working: Sequence[Step],
) -> FrozenFacts:
    return FrozenFacts(
        members=count,
        income=declared.income if declared is not None else (),
        property=declared.property if declared is not None else (),
        deductions_fen=declared.deductions_fen if declared is not None else Fen(0),
        per_capita_monthly_fen=per_capita,
        area=area,
        standards=standards,
        working=tuple(working),
    )
