"""Amounts against tables worked out by hand: gap and tiers, supplements by birthdays, tekun, one rounding."""

from __future__ import annotations

from datetime import date

import pytest

from ledger.identification.amounts import assess_dibao, assess_tekun, divide, without_labour, yuan
from ledger.identification.events import Component
from ledger.identification.refusals import NotEligible
from ledger.kernel import Basis, Event, Fen, PersonId
from ledger.registry.events import (
    Area,
    Attributes,
    CircumstancesDeclared,
    IncomeLine,
    PropertyLine,
    Relation,
    Sex,
)
from ledger.registry.states import Member
from ledger.standards.book import StandardBook, parameter_id
from ledger.standards.events import StandardSet
from ledger.standards.refusals import NoBasis, NoStandard

DAY = date(2026, 9, 18)
LINEAGE = ("d12", "d12-104")
BASIS = Basis(document="示范文件1号")
GAP = (
    ("standard", "dibao", "urban", None, 80_000),
    ("standard", "tekun", "urban", None, 104_000),
    ("care", "tekun", None, "full", 0),
    ("care", "tekun", None, "partial", 30_000),
    ("care", "tekun", None, "none", 60_000),
    ("supplement", "dibao", None, "minor", 5_000),
    ("supplement", "dibao", None, "elderly", 6_000),
    ("supplement", "dibao", None, "severe_disability", 8_000),
    ("supplement", "dibao", None, "serious_illness", 7_000),
)
TIERS = (
    ("tiers", "dibao", "urban", None, 3),
    ("tier_income", "dibao", "urban", "1", 20_000),
    ("tier_amount", "dibao", "urban", "1", 70_000),
    ("tier_income", "dibao", "urban", "2", 50_000),
    ("tier_amount", "dibao", "urban", "2", 45_000),
    ("tier_income", "dibao", "urban", "3", 70_000),
    ("tier_amount", "dibao", "urban", "3", 20_000),
)


def setting(
    name: str, programme: str | None, area: str | None, tier: str | None, value: int, *,
    place: str = "d12", start: date = date(2026, 1, 1), basis: Basis | None = BASIS,
) -> StandardSet:  # fmt: skip
    return StandardSet(
        parameter_id=parameter_id(name, programme, place, area, tier), name=name, programme=programme,
        applies_to=place, area=area, tier=tier, value=value, unit="fen_per_month", from_date=start, basis=basis,
    )  # fmt: skip


def book(
    *rows: tuple[str, str, str | None, str | None, int], more: tuple[StandardSet, ...] = ()
) -> StandardBook:
    events: list[Event] = [setting(*row) for row in rows]
    return StandardBook([*events, *more])


def member(n: int = 1, birth: date = date(1980, 5, 17), **attributes: object) -> Member:
    made = Attributes(**attributes)  # type: ignore[arg-type]
    return Member(PersonId(f"p{n}"), Relation.OTHER, birth, Sex.MALE, made, date(2026, 9, 1))


def declared(
    *income: int | IncomeLine, owned: tuple[PropertyLine, ...] = (), less: int = 0
) -> CircumstancesDeclared:
    lines = [
        line if isinstance(line, IncomeLine) else IncomeLine(kind="wage", annual_fen=Fen(line))
        for line in income
    ]
    return CircumstancesDeclared(
        household_id="h",
        organisation_id="d12-104",
        income=tuple(lines),
        property=owned,
        deductions_fen=Fen(less),
    )  # type: ignore[arg-type]


def dibao(
    count: int, facts: CircumstancesDeclared | None, of: StandardBook | None = None, day: date = DAY
) -> dict[Component, int]:
    people = [member(n) for n in range(count)]
    made = assess_dibao(people, facts, Area.URBAN, of or book(*GAP), LINEAGE, day)
    return {a.component: a.amount_fen for a in made.amounts}


@pytest.mark.parametrize(
    ("count", "income", "monthly"),
    [
        (1, 0, 80_000),  # the whole standard
        (1, 959_999, 0),  # a year short of 960,000 by 1 fen: 1/12 fen, rounds to nothing
        (1, 959_994, 1),  # short by 6 fen a year: half a fen, rounded up
        (1, 959_995, 0),  # short by 5 fen a year: less than half a fen
        (3, 1_000_000, 156_667),  # (2,880,000 - 1,000,000) / 12 = 156,666.67
        (3, 1_000_004, 156_666),  # 1,879,996 / 12 = 156,666.33
        (2, 600_000, 110_000),  # (1,920,000 - 600,000) / 12
        (7, 1, 560_000),  # 6,719,999 / 12 = 559,999.92
    ],
)
def test_dibao_by_the_gap_of_the_year_rounded_once(count: int, income: int, monthly: int) -> None:
    """57 art. 23; the annual sum first and rounded once to the fen: a monthly income rounded first differs."""
    assert dibao(count, declared(income)) == {Component.BASE: monthly}


def test_one_rounding_is_not_a_rounding_per_head_nor_per_month() -> None:
    """Three people, 1,000,000 fen a year: 27,777.78 a head; 80,000 less 27,778 times three would be 156,666."""
    assert dibao(3, declared(1_000_000))[Component.BASE] == 156_667 != 3 * (80_000 - 27_778)


def test_half_a_fen_is_rounded_up_once() -> None:
    assert [divide(total, 12) for total in (0, 5, 6, 17, 18, 30)] == [0, 0, 1, 1, 2, 3]
    assert [yuan(f) for f in (0, 5, 105, 110_000, -250)] == ["0.00", "0.05", "1.05", "1100.00", "-2.50"]


@pytest.mark.parametrize(
    ("facts", "monthly"),
    [
        (None, 160_000),
        (declared(600_000, IncomeLine(kind="transfer", annual_fen=Fen(240_000), excluded=True)), 110_000),
        (declared(600_000, less=120_000), 120_000),
        (declared(600_000, less=900_000), 160_000),  # never below zero
        (declared(600_000, IncomeLine(kind="business", annual_fen=Fen(-360_000))), 140_000),
    ],
)
def test_what_counts_as_income(facts: CircumstancesDeclared | None, monthly: int) -> None:
    """57 art. 13: excluded lines do not count, deductions do, a loss of a business counts against other income."""
    assert dibao(2, facts) == {Component.BASE: monthly}


@pytest.mark.parametrize(("income", "eligible"), [(1_919_999, True), (1_920_000, False), (1_920_001, False)])
def test_income_at_the_standard_is_not_below_it(income: int, eligible: bool) -> None:
    """57 art. 2: below the standard, compared before anything is rounded."""
    if eligible:
        dibao(2, declared(income))
    else:
        with pytest.raises(NotEligible):
            dibao(2, declared(income))


@pytest.mark.parametrize(("owned", "eligible"), [(4_000_000, True), (4_000_001, False)])
def test_property_up_to_the_limit_per_head(owned: int, eligible: bool) -> None:
    """57 art. 14."""
    limited = book(*GAP, ("property_limit", "dibao", None, None, 2_000_000))
    facts = declared(0, owned=(PropertyLine(kind="deposit", value_fen=Fen(owned)),))
    if eligible:
        assert dibao(2, facts, limited) == {Component.BASE: 160_000}
    else:
        with pytest.raises(NotEligible, match="property"):
            dibao(2, facts, limited)


@pytest.mark.parametrize(
    ("count", "income", "monthly"),
    [
        (2, 0, 140_000),
        (2, 480_000, 140_000),  # 200.00 a head and month: the first tier's highest
        (2, 480_001, 90_000),
        (2, 1_200_000, 90_000),  # 500.00
        (2, 1_200_001, 40_000),
        (2, 1_900_000, 40_000),  # above the last tier's, below the standard: the last tier's
        (1, 0, 70_000),
    ],
)
def test_dibao_by_tiers_where_a_place_has_them(count: int, income: int, monthly: int) -> None:
    """57 art. 23: or by tiers 分档, the amount per head of the household's tier."""
    assert dibao(count, declared(income), book(*GAP, *TIERS)) == {Component.BASE: monthly}


def test_tiers_hold_from_their_day_and_are_frozen_into_the_decision() -> None:
    later = tuple(setting(*row, start=date(2026, 10, 1)) for row in TIERS)
    both = book(*GAP, more=later)
    assert dibao(2, declared(600_000), both) == {Component.BASE: 110_000}
    assert dibao(2, declared(600_000), both, date(2026, 10, 1)) == {Component.BASE: 90_000}
    made = assess_dibao([member()], declared(0), Area.URBAN, both, LINEAGE, date(2026, 10, 1))
    assert {s.parameter_id.split("/")[0] for s in made.frozen.standards} == {
        "standard", "tiers", "tier_income", "tier_amount",
    }  # fmt: skip
    back = setting("tiers", "dibao", "urban", None, 0, start=date(2026, 11, 1))
    assert dibao(2, declared(600_000), book(*GAP, more=(*later, back)), date(2026, 11, 1)) == {
        Component.BASE: 110_000
    }


def test_income_above_the_standard_is_in_no_tier() -> None:
    with pytest.raises(NotEligible):
        dibao(1, declared(960_000), book(*GAP, *TIERS))


def test_refuses_tiers_that_are_not_all_set() -> None:
    with pytest.raises(NoStandard):
        dibao(2, declared(480_001), book(*GAP, *TIERS[:3]))


@pytest.mark.parametrize(
    ("birth", "attributes", "supplement"),
    [
        (date(1966, 9, 18), {}, 6_000),  # turns 60 on the day
        (date(1966, 9, 19), {}, 0),  # the day before turning 60
        (date(2008, 9, 18), {}, 0),  # turns 18 on the day
        (date(2008, 9, 19), {}, 5_000),  # the day before
        (date(2026, 9, 18), {}, 5_000),  # born on the day
        (date(1980, 5, 17), {"disability_level": 1}, 8_000),
        (date(1980, 5, 17), {"disability_level": 2}, 8_000),
        (date(1980, 5, 17), {"disability_level": 3}, 0),
        (date(1980, 5, 17), {"illness": "major"}, 7_000),
        (date(1980, 5, 17), {"illness": "chronic"}, 0),
        (date(1950, 1, 1), {"disability_level": 1, "illness": "major"}, 8_000),  # the highest, once
        (date(2015, 1, 1), {"illness": "major"}, 7_000),
        (date(1964, 2, 29), {}, 6_000),
    ],
)
def test_supplements_by_birthday_and_certificate(
    birth: date, attributes: dict[str, object], supplement: int
) -> None:
    """57 art. 27, 649 art. 12: the highest of those a person may get, at most one."""
    people = [member(1), member(2, birth, **attributes)]
    made = assess_dibao(people, declared(600_000), Area.URBAN, book(*GAP), LINEAGE, DAY)
    amounts = {a.component: a.amount_fen for a in made.amounts}
    assert amounts == {Component.BASE: 110_000} | ({Component.SUPPLEMENT: supplement} if supplement else {})
    assert made.total_fen == 110_000 + supplement


def test_supplements_of_several_members_add_up() -> None:
    people = [
        member(1, date(1950, 1, 1)),
        member(2, date(1951, 1, 1)),
        member(3, date(2015, 1, 1)),
        member(4),
    ]
    made = assess_dibao(people, declared(0), Area.URBAN, book(*GAP), LINEAGE, DAY)
    assert {a.component: a.amount_fen for a in made.amounts} == {
        Component.BASE: 320_000,
        Component.SUPPLEMENT: 17_000,
    }


@pytest.mark.parametrize(
    ("failed", "amounts"),
    [
        (None, {Component.BASE: 104_000}),
        (0, {Component.BASE: 104_000}),
        (1, {Component.BASE: 104_000, Component.CARE: 30_000}),
        (3, {Component.BASE: 104_000, Component.CARE: 30_000}),
        (4, {Component.BASE: 104_000, Component.CARE: 60_000}),
        (6, {Component.BASE: 104_000, Component.CARE: 60_000}),
    ],
)
def test_tekun_is_basic_living_and_care(failed: int | None, amounts: dict[Component, int]) -> None:
    """43 art. 19–22: 0 of six items failed full self-care, 1–3 partial, 4 and more none."""
    person = member(1, date(1950, 1, 1), self_care_failed=failed)
    made = assess_tekun(person, declared(0), 1, Area.URBAN, book(*GAP), LINEAGE, DAY)
    assert {a.component: a.amount_fen for a in made.amounts} == amounts


@pytest.mark.parametrize(("income", "eligible"), [(959_999, True), (960_000, False)])
def test_tekun_income_is_compared_before_rounding(income: int, eligible: bool) -> None:
    """43 art. 6: 79,999.92 fen a month is below 80,000, though it rounds to it."""
    given = (member(1, date(1950, 1, 1)), declared(income), 1, Area.URBAN, book(*GAP), LINEAGE, DAY)
    if eligible:
        assert assess_tekun(*given).total_fen == 104_000
    else:
        with pytest.raises(NotEligible):
            assess_tekun(*given)


@pytest.mark.parametrize(
    ("birth", "attributes", "unable"),
    [
        (date(1966, 9, 18), {}, True),
        (date(1966, 9, 19), {}, False),
        (date(2010, 9, 19), {}, True),  # fifteen
        (date(2010, 9, 18), {}, False),  # sixteen on the day
        (date(1980, 1, 1), {"disability_type": "intellectual", "disability_level": 3}, True),
        (date(1980, 1, 1), {"disability_type": "intellectual", "disability_level": 4}, False),
        (date(1980, 1, 1), {"disability_type": "mental", "disability_level": 3}, True),
        (date(1980, 1, 1), {"disability_type": "physical", "disability_level": 2}, True),
        (date(1980, 1, 1), {"disability_type": "physical", "disability_level": 3}, False),
        (date(1980, 1, 1), {"disability_type": "visual", "disability_level": 1}, True),
        (date(1980, 1, 1), {"disability_type": "visual", "disability_level": 2}, False),
        (date(1980, 1, 1), {"disability_type": "hearing", "disability_level": 1}, False),
    ],
)
def test_who_is_unable_to_work(birth: date, attributes: dict[str, object], unable: bool) -> None:
    """43 art. 5."""
    assert without_labour(member(1, birth, **attributes), DAY) is unable


@pytest.mark.parametrize(
    ("name", "area", "tier"),
    [
        ("standard", "urban", None),
        ("supplement", None, "minor"),
        ("property_limit", None, None),
        ("tiers", "urban", None),
        ("tier_amount", "urban", "1"),
    ],
)
def test_refuses_to_compute_with_any_parameter_without_a_basis(
    name: str, area: str | None, tier: str | None
) -> None:
    """A parameter without a basis computes nothing, optional ones included: it is not passed over silently."""
    bare = setting(name, "dibao", area, tier, 1, start=date(2026, 2, 1), basis=None)
    people = [member(1), member(2, date(2015, 1, 1))]
    tiers = TIERS if name == "tier_amount" else ()
    with pytest.raises(NoBasis):
        assess_dibao(people, declared(0), Area.URBAN, book(*GAP, *tiers, more=(bare,)), LINEAGE, DAY)


def test_the_standard_is_the_nearest_places_of_the_latest_day_recorded_last() -> None:
    more = (
        setting("standard", "dibao", "urban", None, 90_000, place="d12-104", start=date(2026, 3, 1)),
        setting("standard", "dibao", "urban", None, 91_000, place="d12-104", start=date(2026, 3, 1)),
        setting("standard", "dibao", "urban", None, 99_000, place="d12-104", start=date(2026, 9, 19)),
        setting("standard", "dibao", "urban", None, 95_000, start=date(2026, 9, 1)),
        setting("standard", "dibao", "rural", None, 10_000, place="d12-104"),
    )
    assert dibao(1, declared(0), book(*GAP, more=more)) == {Component.BASE: 91_000}
