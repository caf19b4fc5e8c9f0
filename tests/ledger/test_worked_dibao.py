"""Dibao worked by hand: what counts as income, property and members, by which dated rule; the figures are fen.

Each row says its arithmetic in words; the expected figure is that arithmetic done by hand, never by the code.
"""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from ledger.identification.amounts import assess_dibao
from ledger.identification.refusals import NotEligible
from ledger.kernel import Fen
from ledger.registry.events import Area, IncomeLine
from tests.ledger.assessing import (
    DAY,
    LINEAGE,
    Row,
    book,
    gift,
    given,
    judged,
    member,
    owns,
    parts,
    said,
    set_,
    wage,
)

BAN = date(1990, 3, 1)
LIMIT: Row = ("property_limit", "dibao", None, None, 2_000_000)
STUDENT = {"schooling": "college", "full_time": True}
LABOUR: tuple[Row, ...] = (
    ("labour_income", "dibao", "urban", "full", 90_000),
    ("labour_income", "dibao", "urban", "partial", 40_000),
)
SUPPORT: tuple[Row, ...] = (
    ("support_share", "dibao", None, None, 500),
    ("support_floor", "dibao", None, None, 2000),
)


def dibao(
    people: list[Any], lines: list[Any], rows: tuple[Row, ...] = (), day: date = DAY, less: int = 0
) -> tuple[int, ...]:
    return parts(assess_dibao(people, said(*lines, less=less), Area.URBAN, book(*rows), LINEAGE, day))


# --- income [57 art. 13] ---

INCOME = [
    # what, people, lines, extra parameters, expected, arithmetic
    ("base pension counts from 2026", DAY, [gift(120_000, "basic_pension")], (), (70_000,), "(960,000 − 120,000) / 12"),
    ("base pension on the last day of the plan", date(2025, 12, 31), [gift(120_000, "basic_pension")], (), (80_000,), "960,000 / 12"),
    ("base pension on the day after", date(2026, 1, 1), [gift(120_000, "basic_pension")], (), (70_000,), "840,000 / 12"),
    ("base pension before the plan began", date(2020, 12, 31), [gift(120_000, "basic_pension")], (), (70_000,), "840,000 / 12"),
    ("base pension left out by the place after 2025", DAY, [gift(120_000, "basic_pension")],
     (("income_excluded", "dibao", None, "basic_pension", 1),), (80_000,), "960,000 / 12"),
    ("scholarship", DAY, [wage(240_000), gift(600_000, "scholarship")], (), (60_000,), "(960,000 − 240,000) / 12"),
    ("scholarship counted by the place", DAY, [wage(240_000), gift(600_000, "scholarship")],
     (("income_excluded", "dibao", None, "scholarship", 0),), (10_000,), "(960,000 − 840,000) / 12"),
    ("preferential pension", DAY, [gift(500_000, "preferential_pension")], (), (80_000,), "960,000 / 12"),
    ("family planning award", DAY, [gift(96_000, "family_planning"), wage(96_000)], (), (72_000,), "864,000 / 12"),
    ("award for bravery", DAY, [gift(5_000_000, "bravery_award")], (), (80_000,), "960,000 / 12"),
    ("assistance in money", DAY, [gift(300_000, "assistance"), wage(1_200)], (), (79_900,), "(960,000 − 1,200) / 12"),
    ("old-age allowance counts in dibao", DAY, [gift(120_000, "old_age_allowance")], (), (70_000,), "840,000 / 12"),
    ("old-age allowance left out by the place", DAY, [gift(120_000, "old_age_allowance")],
     (("income_excluded", "dibao", None, "old_age_allowance", 1),), (80_000,), "960,000 / 12"),
    ("a source no rule knows counts", DAY, [gift(120_000, "lottery")], (), (70_000,), "840,000 / 12"),
    ("a flag does not leave out what the rule counts", DAY,
     [IncomeLine(kind="transfer", annual_fen=Fen(120_000), source="basic_pension", excluded=True)],
     (), (70_000,), "840,000 / 12"),
    ("exactly a fen a month below", DAY, [wage(959_988)], (), (1,), "12 / 12"),
    ("half a fen a month below", DAY, [wage(959_994)], (), (1,), "6 / 12 = 0.5, up"),
]  # fmt: skip


@pytest.mark.parametrize(("what", "day", "lines", "rows", "due", "how"), INCOME, ids=[r[0] for r in INCOME])
def test_income_counts_by_dated_rules(
    what: str, day: date, lines: list[Any], rows: tuple[Row, ...], due: tuple[int, ...], how: str
) -> None:
    """57 art. 13: what is left out, by which rule, from when until when; the place's own rule first."""
    assert dibao([member()], lines, rows, day) == due, how


DEDUCTED: list[tuple[str, list[Any], list[Any], tuple[Row, ...], int, tuple[int, ...], str]] = [
    ("declared", [member()], [wage(600_000)], (), 120_000, (40_000,), "(960,000 − (600,000 − 120,000)) / 12"),
    ("declared, more than there is", [member()], [wage(60_000)], (), 120_000, (80_000,), "income not below 0: 960,000 / 12"),
    ("disability of level 1", [member(disability_level=1)], [wage(600_000)], (("deduction", "dibao", None, "disability", 10_000),), 0,
     (40_000, 8_000), "(960,000 − (600,000 − 12 × 10,000)) / 12; supplement 80.00"),
    ("disability of level 3, mental", [member(disability_level=3, disability_type="mental")], [wage(600_000)],
     (("deduction", "dibao", None, "disability", 10_000),), 0, (40_000,), "480,000 / 12"),
    ("disability of level 3, physical: none", [member(disability_level=3, disability_type="physical")], [wage(600_000)],
     (("deduction", "dibao", None, "disability", 10_000),), 0, (30_000,), "360,000 / 12"),
    ("major illness of one of two", [member(illness="major"), member(2)], [wage(1_200_000)],
     (("deduction", "dibao", None, "illness", 20_000),), 0, (80_000, 7_000), "(1,920,000 − (1,200,000 − 240,000)) / 12"),
    ("cost of work of two", [member(employment="employed"), member(2, employment="employed")], [wage(1_500_000)],
     (("deduction", "dibao", None, "work_cost", 15_000),), 0, (65_000,), "(1,920,000 − (1,500,000 − 2 × 180,000)) / 12"),
    ("cost of work up to the wages alone", [member(employment="employed")], [wage(100_000), gift(300_000, None)],
     (("deduction", "dibao", None, "work_cost", 15_000),), 0, (55_000,), "(960,000 − (400,000 − 100,000)) / 12"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("what", "people", "lines", "rows", "less", "due", "how"), DEDUCTED, ids=[r[0] for r in DEDUCTED]
)
def test_deductions_are_taken_from_income(
    what: str,
    people: list[Any],
    lines: list[Any],
    rows: tuple[Row, ...],
    less: int,
    due: tuple[int, ...],
    how: str,
) -> None:
    """57 art. 13: disability, major illness, the necessary cost of work, as the place sets it."""
    assert dibao(people, lines, rows, less=less) == due, how


# --- ability to work and support [83 一(一), 57 art. 13] ---

EXPECTED: list[tuple[str, list[Any], list[Any], tuple[Row, ...], tuple[int, ...], str]] = [
    ("no coefficient where none is set", [member(), member(2)], [], (), (160_000,), "1,920,000 / 12"),
    ("one able, one student", [member(), member(2, date(2006, 1, 1), **STUDENT)], [], LABOUR, (70_000,), "(1,920,000 − 12 × 90,000) / 12"),
    ("a student in part-time study is able", [member(labour_ability="none"), member(2, date(2006, 1, 1), schooling="college", full_time=False)],
     [], LABOUR, (70_000,), "(1,920,000 − 1,080,000) / 12"),
    ("a postgraduate is able", [member(labour_ability="none"), member(2, date(2000, 1, 1), schooling="postgraduate")], [], LABOUR,
     (70_000,), "(1,920,000 − 1,080,000) / 12"),
    ("ability in part", [member(labour_ability="partial")], [], LABOUR, (40_000,), "(960,000 − 12 × 40,000) / 12"),
    ("earned more than expected", [member(labour_ability="partial")], [wage(600_000)], LABOUR, (30_000,), "(960,000 − 600,000) / 12"),
    ("earned less than expected", [member(labour_ability="partial")], [wage(400_000)], LABOUR, (40_000,), "expected 480,000"),
    ("other income comes on top", [member(labour_ability="partial")], [gift(120_000, None)], LABOUR, (30_000,), "(960,000 − 480,000 − 120,000) / 12"),
    ("fifteen: not expected", [member(labour_ability="none"), member(2, date(2010, 9, 19))], [], LABOUR, (160_000, 5_000), "1,920,000 / 12"),
    ("sixteen on the day: expected", [member(labour_ability="none"), member(2, date(2010, 9, 18))], [], LABOUR, (70_000, 5_000),
     "(1,920,000 − 1,080,000) / 12"),
    ("sixty on the day: not expected", [member(birth=date(1966, 9, 18))], [], LABOUR, (80_000, 6_000), "960,000 / 12"),
    ("judged to find no work", [member(labour_ability="partial")], [judged("labour", 1)], LABOUR, (80_000,), "960,000 / 12"),
    ("judged of somebody else", [member(labour_ability="partial"), member(2, labour_ability="none")], [judged("labour", 2)], LABOUR,
     (120_000,), "(1,920,000 − 480,000) / 12"),
    ("support as agreed", [member()], [given("child", 360_000)], (), (50_000,), "(960,000 − 360,000) / 12"),
    ("support computed", [member()], [given("child", payer_income_fen=6_000_000, payer_members=3)], SUPPORT, (70_000,),
     "payer above 2 × 80,000 × 12 × 3 = 5,760,000 by 240,000, half 120,000; 840,000 / 12"),
    ("support computed, two households supported", [member()], [given("child", payer_income_fen=6_000_000, payer_members=3, supported=2)],
     SUPPORT, (75_000,), "60,000 each; 900,000 / 12"),
    ("support of a payer at the floor", [member()], [given("child", payer_income_fen=5_760_000, payer_members=3)], SUPPORT, (80_000,), "nothing above"),
    ("support is not computed without a rule", [member()], [given("child", payer_income_fen=9_000_000)], (), (80_000,), "960,000 / 12"),
    ("a judgment stands before the computation", [member()], [given("child", 120_000, payer_income_fen=9_000_000)], SUPPORT, (70_000,), "840,000 / 12"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("what", "people", "lines", "rows", "due", "how"), EXPECTED, ids=[r[0] for r in EXPECTED]
)
def test_ability_to_work_and_support(
    what: str, people: list[Any], lines: list[Any], rows: tuple[Row, ...], due: tuple[int, ...], how: str
) -> None:
    """83 一(一): the coefficient, not for who cannot find work; 57 art. 13(四): support, agreed or computed."""
    assert dibao(people, lines, rows) == due, how


# --- members [57 art. 7] ---

COUNTED: list[tuple[str, list[Any], list[Any], tuple[int, ...], str]] = [
    ("in prison", [member(), member(2, custody="prison")], [wage(600_000)], (30_000,), "one counted: (960,000 − 600,000) / 12"),
    ("in compulsory treatment", [member(), member(2, custody="compulsory_treatment")], [], (80_000,), "960,000 / 12"),
    ("detained alone: counted", [member(), member(2, custody="detention")], [wage(600_000)], (110_000,), "(1,920,000 − 600,000) / 12"),
    ("declared missing", [member(), member(2, declared_missing=True)], [], (80_000,), "960,000 / 12"),
    ("clergy for three years on the day", [member(), member(2, clergy_since=date(2023, 9, 18))], [], (80_000,), "960,000 / 12"),
    ("clergy a day short of three years", [member(), member(2, clergy_since=date(2023, 9, 19))], [], (160_000,), "1,920,000 / 12"),
    ("by a rule of the province", [member(), member(2, uncounted_by="省规1号")], [], (80_000,), "960,000 / 12"),
    ("income of who is not counted", [member(), member(2, custody="prison")], [wage(600_000, 2), wage(240_000, 1)], (60_000,),
     "p2's wage left out: (960,000 − 240,000) / 12"),
    ("support for who is not counted", [member(), member(2, custody="prison")], [given("child", 600_000, 2)], (80_000,), "960,000 / 12"),
    ("no supplement for who is not counted", [member(), member(2, date(1950, 1, 1), custody="prison")], [], (80_000,), "no 60.00 for p2"),
    ("a grown student is counted", [member(), member(2, date(2005, 1, 1), **STUDENT)], [wage(600_000)], (110_000,), "1,320,000 / 12"),
]  # fmt: skip


@pytest.mark.parametrize(("what", "people", "lines", "due", "how"), COUNTED, ids=[r[0] for r in COUNTED])
def test_who_is_counted(
    what: str, people: list[Any], lines: list[Any], due: tuple[int, ...], how: str
) -> None:
    """57 art. 7: prison, compulsory treatment, declared missing, three years' clergy are not; detention alone is."""
    assert dibao(people, lines) == due, how


def test_nobody_left_to_be_counted_is_not_eligible() -> None:
    with pytest.raises(NotEligible, match="nobody"):
        dibao([member(custody="prison")], [])


# --- property [57 art. 14] ---

OWNED: list[tuple[str, list[Any], tuple[Row, ...], bool, str]] = [
    ("at the limit of two heads", [owns("deposit", 4_000_000)], (LIMIT,), True, "2 × 2,000,000"),
    ("a fen above", [owns("deposit", 4_000_001)], (LIMIT,), False, "4,000,001 > 4,000,000"),
    ("exempt line", [owns("deposit", 4_000_000), owns("home", 30_000_000, exempt=True)], (LIMIT,), True, "the home is exempt"),
    ("a home to live in, exempt up to its limit", [owns("deposit", 4_000_000), owns("home", 30_000_000, "living")],
     (LIMIT, ("property_exempt", "dibao", None, "living", 30_000_000)), True, "34,000,000 − 30,000,000 = 4,000,000"),
    ("a home worth a fen more than is exempt", [owns("deposit", 4_000_000), owns("home", 30_000_001, "living")],
     (LIMIT, ("property_exempt", "dibao", None, "living", 30_000_000)), False, "4,000,001 > 4,000,000"),
    ("tools to work with", [owns("machine", 5_000_000, "production")], (LIMIT, ("property_exempt", "dibao", None, "production", 2_000_000)), True,
     "5,000,000 − 2,000,000 = 3,000,000"),
    ("a use without a rule is not exempt", [owns("machine", 5_000_000, "production")], (LIMIT,), False, "5,000,000 > 4,000,000"),
    ("no vehicle", [owns("vehicle", 100)], (("property_count", "dibao", None, "vehicle", 0),), False, "1 > 0"),
    ("a vehicle for who cannot walk is exempt", [owns("vehicle", 100, exempt=True)], (("property_count", "dibao", None, "vehicle", 0),), True, "exempt"),
    ("one home", [owns("home", 100)], (("property_count", "dibao", None, "home", 1),), True, "1 = 1"),
    ("a second home", [owns("home", 100), owns("home", 100)], (("property_count", "dibao", None, "home", 1),), False, "2 > 1"),
    ("deposits at their own limit", [owns("deposit", 500_000), owns("deposit", 500_000)], (("property_limit", "dibao", None, "deposit", 1_000_000),),
     True, "1,000,000"),
    ("deposits above it", [owns("deposit", 500_000), owns("deposit", 500_001)], (("property_limit", "dibao", None, "deposit", 1_000_000),), False,
     "1,000,001"),
]  # fmt: skip


@pytest.mark.parametrize(("what", "lines", "rows", "eligible", "how"), OWNED, ids=[r[0] for r in OWNED])
def test_property_within_limits(
    what: str, lines: list[Any], rows: tuple[Row, ...], eligible: bool, how: str
) -> None:
    """57 art. 14: in all per head, of a kind, of a kind's number; what is needed to live and to work is exempt."""
    people = [member(), member(2)]
    if eligible:
        assert dibao(people, lines, rows) == (160_000,), how
    else:
        with pytest.raises(NotEligible):
            dibao(people, lines, rows)


# --- birthdays at the borders of months, and more than one supplement [57 art. 27] ---

BIRTHDAYS = [
    ("sixty on the first", date(1966, 10, 1), date(2026, 10, 1), {}, (80_000, 6_000)),
    ("sixty on the second", date(1966, 10, 2), date(2026, 10, 1), {}, (80_000,)),
    ("sixty on the last of the month before", date(1966, 9, 30), date(2026, 10, 1), {}, (80_000, 6_000)),
    ("eighteen on the first", date(2008, 10, 1), date(2026, 10, 1), {}, (80_000,)),
    ("eighteen on the second", date(2008, 10, 2), date(2026, 10, 1), {}, (80_000, 5_000)),
    ("born on a leap day, sixty in a common year", date(1966, 3, 1), date(2026, 2, 28), {}, (80_000,)),
    ("born on a leap day, the day before", date(1964, 2, 29), date(2024, 2, 28), {}, (80_000,)),
    ("born on a leap day, on it", date(1964, 2, 29), date(2024, 2, 29), {}, (80_000, 6_000)),
    ("old and severely disabled: the higher", date(1950, 1, 1), DAY, {"disability_level": 2}, (80_000, 8_000)),
    ("minor and severely ill: the higher", date(2015, 1, 1), DAY, {"illness": "major"}, (80_000, 7_000)),
    ("all three: the highest", date(1950, 1, 1), DAY, {"illness": "major", "disability_level": 1}, (80_000, 8_000)),
]  # fmt: skip


@pytest.mark.parametrize(
    ("what", "birth", "day", "attributes", "due"), BIRTHDAYS, ids=[r[0] for r in BIRTHDAYS]
)
def test_supplements_change_with_birthdays(
    what: str, birth: date, day: date, attributes: dict[str, Any], due: tuple[int, ...]
) -> None:
    """57 art. 27; 649 art. 12."""
    assert dibao([member(birth=birth, **attributes)], [], (), day) == due


def test_a_category_of_the_divisions_own_goes_by_its_own_parameters_and_else_by_those_of_dibao() -> None:
    """57 art. 13(四): the same rule with another standard; supplements are dibao's where it sets none."""
    rows: tuple[Row, ...] = (("standard", "lei", "urban", None, 100_000),)
    old = [member(birth=date(1950, 1, 1))]
    made = assess_dibao(old, said(), Area.URBAN, book(*rows), LINEAGE, DAY, "lei")
    assert parts(made) == (100_000, 6_000)  # 1,200,000 / 12; elderly 60.00
    own = book(*rows, ("supplement", "lei", None, "elderly", 1_000))
    assert parts(assess_dibao(old, said(), Area.URBAN, own, LINEAGE, DAY, "lei")) == (100_000, 1_000)
    rural = assess_dibao(old, said(), Area.RURAL, own, LINEAGE, DAY, "lei")
    assert parts(rural) == (60_000, 1_000)  # no rural standard of its own: dibao's


def test_every_step_of_a_working_names_parameter_and_article() -> None:
    """The version of a parameter is frozen with it: its day and its basis."""
    later = set_("standard", "dibao", "urban", None, 90_000, start=date(2026, 7, 1))
    made = assess_dibao(
        [member(birth=date(1950, 1, 1))], said(wage(120_000)), Area.URBAN, book(more=(later,)), LINEAGE, DAY
    )
    assert parts(made) == (80_000, 6_000)  # (1,080,000 − 120,000) / 12
    assert [(s.parameter, s.article, s.value) for s in made.frozen.working if s.parameter or s.gives] == [
        ("standard/dibao/d12/urban/-", "57 art. 23", 1_080_000),
        (None, "57 art. 23", 80_000),
        ("supplement/dibao/d12/-/elderly", "57 art. 27", 6_000),
    ]
    versions = {s.parameter_id: (s.from_date, s.basis) for s in made.frozen.standards}
    assert versions["standard/dibao/d12/urban/-"] == (date(2026, 7, 1), "示范文件1号")
