"""What a household or person is due, computed from frozen facts and the standards in force.

Pure. Every result carries its working: each step, the parameter used, the article. All money in
fen; yearly sums first, rounded once to the fen.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

from ledger.identification.events import (
    Amount,
    Category,
    CategoryCode,
    Component,
    FrozenFacts,
    StandardUsed,
    Step,
)
from ledger.identification.refusals import NotEligible
from ledger.kernel import Facts, Fen, Known
from ledger.registry.events import Area, CircumstancesDeclared
from ledger.registry.states import Member, age_on
from ledger.standards.book import Standard, StandardBook, facts_for
from ledger.standards.events import StandardSet

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


def tiers_of(known: Known) -> int:
    """The most tiers 分档 any setting read so far has: how many further parameters must be read."""
    return max((e.value for e in known.events(StandardSet) if e.name == "tiers"), default=0)


def standards_needed(
    category: CategoryCode, lineage: Sequence[str], area: Area, tiers: int = 0
) -> list[Facts]:
    """The parameters an assessment reads; those of `tiers` tiers once it is known that there are any."""
    facts = facts_for("standard", Category.DIBAO, lineage, area, None)
    if category == Category.TEKUN:
        facts += facts_for("standard", Category.TEKUN, lineage, area, None)
        for tier in CARE_TIERS:
            facts += facts_for("care", Category.TEKUN, lineage, None, tier)
    else:
        facts += facts_for("property_limit", Category.DIBAO, lineage, None, None)
        for tier in SUPPLEMENT_TIERS:
            facts += facts_for("supplement", Category.DIBAO, lineage, None, tier)
        facts += facts_for("tiers", Category.DIBAO, lineage, area, None)
        for number in range(1, tiers + 1):
            facts += facts_for("tier_income", Category.DIBAO, lineage, area, str(number))
            facts += facts_for("tier_amount", Category.DIBAO, lineage, area, str(number))
    return facts


def divide(total: int, parts: int) -> Fen:
    """Fen per part, rounded half up, once."""
    return Fen((2 * total + parts) // (2 * parts))


def yuan(amount_fen: int) -> str:
    """Fen as yuan with two decimals, for people to read."""
    return f"{'-' if amount_fen < 0 else ''}{abs(amount_fen) // 100}.{abs(amount_fen) % 100:02d}"


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
    found = [book.optional("supplement", Category.DIBAO, lineage, day, tier=tier) for tier in tiers]
    return max((s for s in found if s is not None), key=lambda s: s.value, default=None)


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
    """The gap between the standard and what the household has, or its tier's amount, and its members' supplements.

    [57 art. 23, 27] Raises ``NotEligible`` with the reason, ``NoStandard`` or ``NoBasis``.
    """
    standard = book.get("standard", Category.DIBAO, lineage, day, area=area)
    count, income = len(members), counted_income(declared)
    standards = [standard, *_within_property_limit(declared, count, book, lineage, day)]
    per_capita = divide(income, 12 * count)
    if standard.value * 12 * count <= income:
        raise NotEligible(
            why=f"income of {yuan(per_capita)} yuan per head and month is not below the standard",
            why_zh=f"家庭月人均收入{yuan(per_capita)}元不低于低保标准",
        )
    tiers = book.optional("tiers", Category.DIBAO, lineage, day, area=area)
    if tiers is not None and tiers.value > 0:
        base, working, more = _by_tier(count, income, tiers, area, book, lineage, day)
        standards += more
    else:
        base, working = _by_gap(count, income, standard)
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


def _within_property_limit(
    declared: CircumstancesDeclared | None,
    count: int,
    book: StandardBook,
    lineage: tuple[str, ...],
    day: date,
) -> list[Standard]:
    """The limit per head that was looked at, if the place has one. Raises ``NotEligible`` above it [57 art. 14]."""
    limit, owned = book.optional("property_limit", Category.DIBAO, lineage, day), counted_property(declared)
    if limit is None:
        return []
    if owned > limit.value * count:
        raise NotEligible(
            why=f"property of {yuan(owned)} yuan is above {yuan(limit.value * count)}",
            why_zh=f"家庭财产{yuan(owned)}元超过限额{yuan(limit.value * count)}元",
        )
    return [limit]


def _by_gap(count: int, income: int, standard: Standard) -> tuple[Fen, list[Step]]:
    """差额: the year's standard of all members less the year's income, a twelfth of it rounded once to the fen."""
    gap = standard.value * 12 * count - income
    base = divide(gap, 12)
    year = standard.value * 12 * count
    return base, [
        step(f"年标准×{count}人", f"yearly standard × {count} members", "57 art. 23", year),
        step("核算年收入", "counted yearly income", "57 art. 13", income),
        step("年补差", "yearly gap", "57 art. 23", gap),
        step("月补差（四舍五入到分）", "monthly gap, rounded once to the fen", "57 art. 23", base),
    ]


def _by_tier(
    count: int,
    income: int,
    tiers: Standard,
    area: Area,
    book: StandardBook,
    lineage: tuple[str, ...],
    day: date,
) -> tuple[Fen, list[Step], list[Standard]]:
    """分档: tier 1 is the poorest; the first whose highest income per head is not passed says the amount per head.

    Above the last one's it is the last tier's: whoever is below the standard is covered.
    """
    read = [tiers]
    for number in range(1, tiers.value + 1):
        limit = book.get("tier_income", Category.DIBAO, lineage, day, area=area, tier=str(number))
        amount = book.get("tier_amount", Category.DIBAO, lineage, day, area=area, tier=str(number))
        read += [limit, amount]
        if income <= limit.value * 12 * count or number == tiers.value:
            break
    base = Fen(amount.value * count)
    working = [
        step("核算年收入", "counted yearly income", "57 art. 13", income),
        step(f"第{number}档每人月保障金", f"amount per head of tier {number}", "57 art. 23", amount.value),
        step(f"月保障金×{count}人", f"monthly amount × {count} members", "57 art. 23", base),
    ]
    return base, working, read


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
    income, year = counted_income(declared), 12 * max(members, 1)
    per_capita = divide(income, year)
    # Compared before rounding: half a fen below the standard is below it.
    if income >= dibao.value * year:
        raise NotEligible(
            why=f"income of {yuan(per_capita)} yuan a month is not below the dibao standard",
            why_zh=f"月收入{yuan(per_capita)}元不低于低保标准",
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
