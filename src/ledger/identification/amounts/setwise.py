"""The parameters of dibao as rows, one a place and area, for an assessment of all households in one statement."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from ledger.identification.amounts.means import DEDUCTIONS, EXCLUDED, excluded_by
from ledger.identification.amounts.parameters import SUPPLEMENT_TIERS, Terms
from ledger.identification.events import Category, CategoryCode
from ledger.programmes.events import Rule
from ledger.registry.events import Area
from ledger.standards.book import StandardBook
from ledger.standards.refusals import NoStandard, StandardExpired


def rows_of(
    book: StandardBook, lineages: Iterable[tuple[str, ...]], day: date, variant: str,
    category: CategoryCode = Category.DIBAO,
) -> list[dict[str, Any]]:  # fmt: skip
    """What holds at each place in each area on a day; nothing for a place without a standard. Raises ``NoBasis``."""
    rows = []
    for lineage in lineages:
        for area in Area:
            terms = Terms.of(category, Rule.DIBAO, book, lineage, area, day)
            try:
                rows.append(
                    {"organisation_id": lineage[-1], "area": area.value, "variant": variant} | row_of(terms)
                )
            except (NoStandard, StandardExpired):
                continue
    return rows


def row_of(terms: Terms) -> dict[str, Any]:
    """Every parameter an assessment of dibao may look at. Raises ``NoStandard``, ``StandardExpired``, ``NoBasis``."""
    tiers = terms.optional("tiers", by_area=True)
    numbers = [str(n) for n in range(1, (tiers.value if tiers else 0) + 1)]
    row: dict[str, Any] = {
        "standard": terms.get("standard", by_area=True).value,
        "dibao_standard": terms.dibao_standard().value,
        "tiers": len(numbers),
        "tier_incomes": [terms.get("tier_income", n, by_area=True).value for n in numbers],
        "tier_amounts": [terms.get("tier_amount", n, by_area=True).value for n in numbers],
        "property_limit": _value(terms, "property_limit"),
        "left_out": sorted(s for s in _sources(terms) if excluded_by(s, terms)),
        "support_share": _value(terms, "support_share"),
        "support_floor": _value(terms, "support_floor"),
    }
    for name in ("property_limit", "property_count", "property_exempt"):
        row[f"{name}s"] = {
            tier: value for tier in terms.tiers(name) if (value := _value(terms, name, tier)) is not None
        }
    row |= {tier: _value(terms, "supplement", tier) or 0 for tier in SUPPLEMENT_TIERS}
    row |= {f"deduct_{tier}": _value(terms, "deduction", tier) or 0 for tier in DEDUCTIONS}
    for ability in ("full", "partial"):
        rate = terms.optional("labour_income", ability, by_area=True)
        row[f"labour_{ability}"] = rate.value if rate else 0
    return row


def _value(terms: Terms, name: str, tier: str | None = None) -> int | None:
    found = terms.optional(name, tier)
    return None if found is None else found.value


def _sources(terms: Terms) -> set[str]:
    return {*EXCLUDED[Category.DIBAO], *terms.tiers("income_excluded")}


def changed(book: StandardBook, changes: Mapping[str, int], day: date) -> StandardBook:
    """The book with the standard of some programmes so much higher (or lower) from a day on, wherever one is in force.

    Raises ``BadValue`` for one that would fall below zero.
    """
    return book.with_change("standard", changes, day)
