"""Which parameters an assessment rests on, and how it finds them: the category's own, else those of the one it builds on."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

from ledger.identification.events import Category, CategoryCode
from ledger.kernel import Facts, Known
from ledger.programmes.events import Rule
from ledger.registry.events import Area
from ledger.standards.book import Standard, StandardBook, book_facts, facts_for
from ledger.standards.events import StandardSet
from ledger.standards.refusals import NoStandard

EDGE, RIGID, HARDSHIP = "dibao_bianyuan", "gangxing_zhichu", "linshi_jiuzhu"
LIVING_SUBSIDY, CARE_SUBSIDY = "canji_shenghuo_butie", "canji_huli_butie"
SUPPLEMENT_TIERS = ("elderly", "minor", "severe_disability", "serious_illness")
"""Who may get a supplement 分类施保 [57 art. 27]."""
CARE_TIERS = ("full", "partial", "none")
"""Self-care: has it, lost it in part, lost it wholly [43 art. 22]."""
RULE_OF: dict[CategoryCode, Rule] = {
    Category.DIBAO: Rule.DIBAO,
    Category.TEKUN: Rule.TEKUN,
    EDGE: Rule.INCOME_LINE,
    RIGID: Rule.RIGID_SPENDING,
}
"""The rules of the law's own categories."""
BUILDS_ON: dict[Rule, tuple[CategoryCode, ...]] = {
    Rule.DIBAO: (Category.DIBAO,),
    Rule.TEKUN: (Category.TEKUN,),
    Rule.INCOME_LINE: (EDGE, Category.DIBAO),
    Rule.RIGID_SPENDING: (RIGID, EDGE, Category.DIBAO),
    Rule.LISTED: (),
}
"""Whose parameters hold where a category has none of its own, nearest first."""
STATUTORY = {
    "income_line": Standard(
        "income_line/-/-/-/-", "income_line", 1500, "permille", date(2021, 7, 1), "57 art. 8; 83 一(四)"
    )
}
"""Figures of the national texts, until a place sets its own."""


def rule_of(category: CategoryCode, rule: Rule | None) -> Rule:
    """The rule that assesses a category: the one its definition names, else the law's, else that of dibao."""
    return rule or RULE_OF.get(category, Rule.DIBAO)


class Terms(NamedTuple):
    """The parameters in force for one category at one place, in one area, on one day."""

    book: StandardBook
    lineage: tuple[str, ...]
    area: Area
    day: date
    programmes: tuple[str, ...]
    """The category, then those whose parameters it falls back on."""

    @classmethod
    def of(
        cls, category: CategoryCode, rule: Rule, book: StandardBook, lineage: tuple[str, ...], area: Area,
        day: date,
    ) -> Terms:  # fmt: skip
        """Of a category assessed by a rule."""
        return cls(book, lineage, area, day, tuple(dict.fromkeys((category, *BUILDS_ON[rule]))))

    def like(self, *programmes: str) -> Terms:
        """The same place and day, for other programmes."""
        return self._replace(programmes=programmes)

    def optional(self, name: str, tier: str | None = None, *, by_area: bool = False) -> Standard | None:
        """A parameter, or None where nobody set it. Raises ``NoBasis``."""
        area = self.area if by_area else None
        for programme in self.programmes:
            found = self.book.optional(name, programme, self.lineage, self.day, area=area, tier=tier)
            if found is not None:
                return found
        found = STATUTORY.get(name)
        return found if found is not None and found.from_date <= self.day else None

    def get(self, name: str, tier: str | None = None, *, by_area: bool = False) -> Standard:
        """A parameter. Raises ``NoStandard``, ``StandardExpired``, ``NoBasis``."""
        found = self.optional(name, tier, by_area=by_area)
        if found is not None:
            return found
        area = self.area if by_area else None
        return self.book.get(name, self.programmes[0], self.lineage, self.day, area=area, tier=tier)

    def dibao_standard(self) -> Standard:
        """The dibao standard of the area, which every other line is drawn from. Raises as `get` does."""
        return self.like(Category.DIBAO).get("standard", by_area=True)

    def disposable_income(self) -> Standard:
        """Last year's local disposable income a head and year, by area where it is told by area [RG art. 4].

        Raises ``NoStandard``, ``StandardExpired``, ``NoBasis``.
        """
        found = self.book.optional("disposable_income", None, self.lineage, self.day, area=self.area)
        return found or self.book.get("disposable_income", None, self.lineage, self.day)

    def tiers(self, name: str) -> list[str]:
        """Every tier a parameter has for these programmes."""
        found = [t for p in self.programmes for t in self.book.tiers(name, p, self.lineage)]
        return list(dict.fromkeys(found))


def tiers_of(known: Known) -> int:
    """The most tiers 分档 any setting read so far has: how many further parameters must be read."""
    return max((e.value for e in known.events(StandardSet) if e.name == "tiers"), default=0)


def standards_needed(
    category: CategoryCode, lineage: Sequence[str], area: Area, tiers: int = 0, rule: Rule | None = None, *,
    alone: bool = False,
) -> list[Facts]:  # fmt: skip
    """The parameters an assessment reads; those of `tiers` tiers once it is known that there are any.

    Whole books by programme and place, and one by one what was set before books had a tag of their own.
    """
    by = rule_of(category, rule)
    own = tuple(dict.fromkeys((category, *BUILDS_ON[by])))
    # Who stands alone is looked at within a household on the edge [57 art. 8].
    programmes = tuple(dict.fromkeys((*own, Category.DIBAO, *((EDGE,) if alone else ()))))
    facts = book_facts(programmes, lineage) + facts_for("standard", Category.DIBAO, lineage, area, None)
    if by is Rule.TEKUN:
        # Who has land, or was moved to a town, is looked at by the other area's standards [43 art. 19].
        for each in Area:
            facts += facts_for("standard", Category.DIBAO, lineage, each, None)
            facts += facts_for("standard", Category.TEKUN, lineage, each, None)
        for tier in CARE_TIERS:
            facts += facts_for("care", Category.TEKUN, lineage, None, tier)
        return facts
    facts += facts_for("property_limit", Category.DIBAO, lineage, None, None)
    if by is Rule.RIGID_SPENDING:
        facts += [
            f for each in (area, None) for f in facts_for("disposable_income", None, lineage, each, None)
        ]
        return facts
    for tier in SUPPLEMENT_TIERS:
        facts += facts_for("supplement", Category.DIBAO, lineage, None, tier)
    facts += facts_for("tiers", Category.DIBAO, lineage, area, None)
    for number in range(1, tiers + 1):
        facts += facts_for("tier_income", Category.DIBAO, lineage, area, str(number))
        facts += facts_for("tier_amount", Category.DIBAO, lineage, area, str(number))
    return facts


def missing(name: str, terms: Terms, tier: str | None = None) -> NoStandard:
    """The refusal that a parameter is not set."""
    return NoStandard(
        name=name, programme=terms.programmes[0], organisation=terms.lineage[-1], area="-", tier=tier or "-",
        day=terms.day,
    )  # fmt: skip
