"""Tekun, 单人保, the edge, rigid spending, hardship and the two subsidies worked by hand; the figures are fen."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from ledger.identification.amounts import (
    assess_edge,
    assess_hardship,
    assess_rigid,
    assess_single,
    assess_subsidies,
    assess_tekun,
    without_labour,
)
from ledger.identification.refusals import NotEligible
from ledger.programmes.statutory_programmes import STATUTORY_EXCLUSIONS
from ledger.registry.changes import DeclareCircumstances, check_lines
from ledger.registry.events import Area, Discretion
from ledger.registry.refusals import BadDeclaration, NegativeAmount
from ledger.standards.refusals import BadValue, NoBasis, NoStandard, StandardExpired
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
    spent,
    wage,
)

OLD = date(1950, 1, 1)
CHILD = date(2015, 1, 1)

# --- tekun [43] ---

TEKUN: list[tuple[str, dict[str, Any], list[Any], int, tuple[Row, ...], tuple[int, ...] | None, str]] = [
    ("basic living alone", {}, [], 1, (), (104_000,), "urban standard; care of the full tier is 0"),
    ("land: the rural standard", {"contracted_land": True}, [], 1, (), (78_000,), "rural standard"),
    ("moved to a town: the urban standard", {"relocated_to_town": True, "contracted_land": True}, [], 1, (), (104_000,), "urban standard"),
    ("one item fails", {"self_care_failed": 1}, [], 1, (), (104_000, 30_000), "partial"),
    ("three items fail", {"self_care_failed": 3}, [], 1, (), (104_000, 30_000), "partial"),
    ("four items fail", {"self_care_failed": 4}, [], 1, (), (104_000, 60_000), "none left"),
    ("base pension is left out in any year", {}, [gift(2_000_000, "basic_pension")], 1, (), (104_000,), "0 < 960,000"),
    ("old-age allowance is left out", {}, [gift(960_000, "old_age_allowance")], 1, (), (104_000,), "0 < 960,000"),
    ("medical insurance is left out", {}, [gift(960_000, "social_insurance")], 1, (), (104_000,), "0 < 960,000"),
    ("a scholarship is not left out in tekun", {}, [gift(960_000, "scholarship")], 1, (), None, "960,000 = 960,000"),
    ("a fen a year below", {}, [wage(959_999)], 1, (), (104_000,), "959,999 < 960,000"),
    ("a share of what two have in common", {}, [wage(1_919_999)], 2, (), (104_000,), "1,919,999 < 2 × 960,000"),
    ("the same share at the line", {}, [wage(1_920_000)], 2, (), None, "1,920,000 = 2 × 960,000"),
    ("what is the other's own does not count", {}, [wage(5_000_000, 2)], 2, (), (104_000,), "p2's wage"),
    ("land: below the urban line is not below the rural", {"contracted_land": True}, [wage(720_000)], 1, (), None, "720,000 = 12 × 60,000"),
    ("property at the limit of tekun", {}, [owns("deposit", 3_000_000)], 1, (("property_limit", "tekun", None, None, 3_000_000),), (104_000,), "="),
    ("property above it", {}, [owns("deposit", 3_000_001)], 1, (("property_limit", "tekun", None, None, 3_000_000),), None, ">"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("what", "attributes", "lines", "members", "rows", "due", "how"), TEKUN, ids=[r[0] for r in TEKUN]
)
def test_tekun(
    what: str, attributes: dict[str, Any], lines: list[Any], members: int, rows: tuple[Row, ...],
    due: tuple[int, ...] | None, how: str,
) -> None:  # fmt: skip
    """43 art. 5–7, 19–22."""
    given_ = (member(birth=OLD, **attributes), said(*lines), members, Area.URBAN, book(*rows), LINEAGE, DAY)
    if due is None:
        with pytest.raises(NotEligible):
            assess_tekun(*given_)
    else:
        assert parts(assess_tekun(*given_)) == due, how


@pytest.mark.parametrize(
    ("obligors", "eligible"), [(None, True), ("none", True), ("unable", True), ("able", False)]
)
def test_tekun_asks_for_obligors_who_cannot_support(obligors: str | None, eligible: bool) -> None:
    """43 art. 4, 8: what was found of them is given; the six grounds are judged elsewhere."""
    given_ = (member(birth=OLD), said(), 1, Area.URBAN, book(), LINEAGE, DAY)
    if eligible:
        assert parts(assess_tekun(*given_, obligors=obligors)) == (104_000,)
    else:
        with pytest.raises(NotEligible, match="obligors"):
            assess_tekun(*given_, obligors=obligors)


@pytest.mark.parametrize(
    ("birth", "schooling", "continuing", "unable"),
    [
        (date(2010, 9, 18), None, False, False),  # sixteen on the day, new
        (date(2010, 9, 18), None, True, True),  # sixteen, supported already: to eighteen
        (date(2008, 9, 19), None, True, True),  # the day before eighteen
        (date(2008, 9, 18), None, True, False),  # eighteen on the day
        (date(2008, 9, 18), "high_school", True, True),  # at school
        (date(2008, 9, 18), "vocational", True, True),
        (date(2008, 9, 18), "college", True, False),
        (date(2008, 9, 18), "high_school", False, False),
    ],
)
def test_a_minor_in_tekun_goes_on_to_eighteen_or_through_school(
    birth: date, schooling: str | None, continuing: bool, unable: bool
) -> None:
    """43 art. 24."""
    assert without_labour(member(birth=birth, schooling=schooling), DAY, continuing=continuing) is unable


# --- 单人保 [57 art. 8; 83 一] ---

FULL: Row = ("single_rule", "dibao", None, None, 1)
SHARE: tuple[Row, ...] = (("single_rule", "dibao", None, None, 2), ("single_share", "dibao", None, None, 700))
LESS: Row = ("single_rule", "dibao", None, None, 3)
LIMIT: Row = ("property_limit", "dibao_bianyuan", None, None, 3_000_000)
# Three at the edge: 3 × 960,000 = 2,880,000 is dibao's line, 4,320,000 the edge's.
SEVERE = {"disability_level": 2, "disability_type": "physical"}

SINGLE: list[tuple[str, str, dict[str, Any], list[Any], tuple[Row, ...], tuple[int, ...] | None, str]] = [
    ("full standard", "severe_disability", SEVERE, [wage(3_000_000, 2)], (FULL,), (80_000, 8_000), "standard; supplement 80.00"),
    ("a share of it", "severe_disability", SEVERE, [wage(3_000_000, 2)], SHARE, (56_000, 8_000), "80,000 × 0.7"),
    ("a share, rounded up", "major_illness", {"illness": "major"}, [wage(3_000_000, 2)],
     (("single_rule", "dibao", None, None, 2), ("single_share", "dibao", None, None, 333), ("standard", "dibao", "urban", None, 80_005)),
     (26_642, 7_000), "80,005 × 0.333 = 26,641.665"),
    ("less own income", "severe_disability", SEVERE, [wage(3_000_000, 2), gift(240_000, None, 1)], (LESS,), (60_000, 8_000), "(960,000 − 240,000) / 12"),
    ("less an even third of what is nobody's own", "severe_disability", SEVERE, [wage(3_000_000, 2), gift(360_000, None)], (LESS,), (70_000, 8_000),
     "(960,000 − 120,000) / 12"),
    ("less a third that is no whole fen", "severe_disability", SEVERE, [wage(3_000_000, 2), gift(100, None)], (LESS,), (79_997, 8_000),
     "(960,000 − 33.33…) / 12 = 79,997.22"),
    ("own income at the standard", "severe_disability", SEVERE, [wage(3_000_000, 2), gift(960_000, None, 1)], (LESS,), None, "960,000 = 960,000"),
    ("level 3, mental", "severe_disability", {"disability_level": 3, "disability_type": "mental"}, [wage(3_000_000, 2)], (FULL,), (80_000,), "standard"),
    ("level 3, intellectual", "severe_disability", {"disability_level": 3, "disability_type": "intellectual"}, [wage(3_000_000, 2)], (FULL,), (80_000,), "standard"),
    ("level 3, physical: no ground", "severe_disability", {"disability_level": 3, "disability_type": "physical"}, [wage(3_000_000, 2)], (FULL,), None, "-"),
    ("chronic illness: no ground", "major_illness", {"illness": "chronic"}, [wage(3_000_000, 2)], (FULL,), None, "-"),
    ("a fen below the edge", "severe_disability", SEVERE, [wage(4_319_999, 2)], (FULL,), (80_000, 8_000), "4,319,999 < 4,320,000"),
    ("at the edge's line", "severe_disability", SEVERE, [wage(4_320_000, 2)], (FULL,), None, "4,320,000 = 4,320,000"),
    ("a household in dibao's own line", "severe_disability", SEVERE, [wage(2_879_999, 2)], (FULL,), None, "the household is due dibao"),
    ("at dibao's line", "severe_disability", SEVERE, [wage(2_880_000, 2)], (FULL,), (80_000, 8_000), "not below dibao's line"),
    ("property of the household above the edge's limit", "severe_disability", SEVERE, [wage(3_000_000, 2), owns("deposit", 9_000_001)], (FULL, LIMIT), None, "-"),
    ("like a household of one: own income and property only", "adult_unemployed_disabled", SEVERE,
     [wage(9_000_000, 2), owns("deposit", 90_000_000, n=2)], (("property_limit", "dibao", None, None, 2_000_000),), (80_000, 8_000), "nothing is p1's"),
    ("its own property at the limit", "adult_unemployed_disabled", SEVERE, [owns("deposit", 2_000_000, n=1)],
     (("property_limit", "dibao", None, None, 2_000_000),), (80_000, 8_000), "2,000,000"),
    ("its own property above it", "adult_unemployed_disabled", SEVERE, [owns("deposit", 2_000_001, n=1)],
     (("property_limit", "dibao", None, None, 2_000_000),), None, "2,000,001"),
    ("support from a sibling counts", "adult_unemployed_disabled", SEVERE, [given("sibling", 360_000)], (), (50_000, 8_000), "(960,000 − 360,000) / 12"),
    ("unless judged otherwise", "adult_unemployed_disabled", SEVERE, [given("sibling", 360_000), judged("support", 1)], (), (80_000, 8_000), "960,000 / 12"),
    ("support from a parent of sixty, judged", "adult_unemployed_disabled", SEVERE,
     [given("parent", 360_000, birth_date=date(1966, 9, 18)), judged("support", 1)], (), (80_000, 8_000), "960,000 / 12"),
    ("support from a parent a day younger, judged", "adult_unemployed_disabled", SEVERE,
     [given("parent", 360_000, birth_date=date(1966, 9, 19)), judged("support", 1)], (), (50_000, 8_000), "600,000 / 12"),
    ("judged of somebody else", "adult_unemployed_disabled", SEVERE, [given("sibling", 360_000), judged("support", 2)], (), (50_000, 8_000), "600,000 / 12"),
    ("who works is no household of one", "adult_unemployed_disabled", SEVERE | {"employment": "employed"}, [], (), None, "-"),
    ("clergy of three years", "religious_life", {"clergy_since": date(2023, 9, 18)}, [gift(240_000, None, 1)], (), (60_000,), "720,000 / 12"),
    ("clergy a day short", "religious_life", {"clergy_since": date(2023, 9, 19)}, [], (), None, "-"),
    ("no ground of the text", "poor", SEVERE, [], (), None, "-"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("what", "ground", "attributes", "lines", "rows", "due", "how"), SINGLE, ids=[r[0] for r in SINGLE]
)
def test_one_person_in_dibao_alone(
    what: str, ground: str, attributes: dict[str, Any], lines: list[Any], rows: tuple[Row, ...],
    due: tuple[int, ...] | None, how: str,
) -> None:  # fmt: skip
    """57 art. 8; 83 一(一), 一(四); S 三(一): by the place's rule, or like a household of one."""
    people = [member(1, **attributes), member(2), member(3)]
    given_ = (ground, people[0], people, said(*lines), Area.URBAN, book(*rows), LINEAGE, DAY)
    if due is None:
        with pytest.raises(NotEligible):
            assess_single(*given_)
    else:
        made = assess_single(*given_)
        assert parts(made) == due, how
        assert made.counted == ("p1",)


def test_the_discretion_is_frozen_with_reason_and_approver() -> None:
    """83 一(一): what was judged changes the amount, and the decision says by whom and why."""
    lines = [given("sibling", 360_000), judged("support", 1)]
    person = member(1, **SEVERE)
    made = assess_single(
        "adult_unemployed_disabled", person, [person], said(*lines), Area.URBAN, book(), LINEAGE, DAY
    )
    assert [(d.what, d.reason, d.judged_by) for d in made.frozen.discretions] == [
        ("support", "确有困难", "reviewer-1")
    ]
    assert ("83 一(一)", 360_000) in [(s.article, s.value) for s in made.frozen.working]


@pytest.mark.parametrize(
    ("rows", "refusal"), [((), NoStandard), ((("single_rule", "dibao", None, None, 4),), BadValue)]
)
def test_refuses_to_decide_alone_without_the_places_rule(
    rows: tuple[Row, ...], refusal: type[Exception]
) -> None:
    """S 三(一): the gap formula gives nothing here; the place must have said how the amount is made."""
    people = [member(1, **SEVERE), member(2), member(3)]
    with pytest.raises(refusal):
        assess_single(
            "severe_disability",
            people[0],
            people,
            said(wage(3_000_000, 2)),
            Area.URBAN,
            book(*rows),
            LINEAGE,
            DAY,
        )


# --- the edge [57 art. 8; 83 一(四)] ---

EDGE: list[tuple[str, list[Any], tuple[Row, ...], bool, str]] = [
    ("at dibao's line", [wage(1_920_000)], (), True, "2 × 960,000, not below"),
    ("a fen below dibao's line", [wage(1_919_999)], (), False, "is due dibao"),
    ("a fen below one and a half", [wage(2_879_999)], (), True, "2 × 1,440,000 = 2,880,000"),
    ("at one and a half", [wage(2_880_000)], (), False, "="),
    ("the place draws it at twice", [wage(3_839_999)], (("income_line", "dibao_bianyuan", None, None, 2000),), True, "2 × 1,920,000"),
    ("twice, at it", [wage(3_840_000)], (("income_line", "dibao_bianyuan", None, None, 2000),), False, "="),
    ("poor, but owns more than dibao allows", [wage(100), owns("deposit", 5_000_000)],
     (("property_limit", "dibao", None, None, 2_000_000), ("property_limit", "dibao_bianyuan", None, None, 3_000_000)), True, "5,000,000 ≤ 2 × 3,000,000"),
    ("owns more than the edge allows", [wage(2_000_000), owns("deposit", 6_000_001)],
     (("property_limit", "dibao_bianyuan", None, None, 3_000_000),), False, "> 6,000,000"),
]  # fmt: skip


@pytest.mark.parametrize(("what", "lines", "rows", "eligible", "how"), EDGE, ids=[r[0] for r in EDGE])
def test_who_is_on_the_edge_of_dibao(
    what: str, lines: list[Any], rows: tuple[Row, ...], eligible: bool, how: str
) -> None:
    given_ = ([member(), member(2)], said(*lines), Area.URBAN, book(*rows), LINEAGE, DAY)
    if eligible:
        made = assess_edge(*given_)
        assert made.amounts == (), how
        assert made.counted == ("p1", "p2")
    else:
        with pytest.raises(NotEligible):
            assess_edge(*given_)


def test_the_line_of_the_text_is_frozen_as_what_it_rests_on() -> None:
    made = assess_edge([member()], said(wage(1_000_000)), Area.URBAN, book(), LINEAGE, DAY)
    assert [(s.value, s.basis) for s in made.frozen.standards if s.unit == "permille"] == [
        (1500, "57 art. 8; 83 一(四)")
    ]


def test_a_category_on_the_edge_that_pays_has_its_own_rate() -> None:
    """A division's category assessed by an income line, with a rate a head of its own."""
    rows: tuple[Row, ...] = (("monthly", "lei", None, None, 12_345), ("income_line", "lei", None, None, 1200))
    made = assess_edge(
        [member(), member(2)], said(wage(2_000_000)), Area.URBAN, book(*rows), LINEAGE, DAY, "lei"
    )
    assert parts(made) == (24_690,)  # 2 × 12,345
    with pytest.raises(NotEligible):  # 2 × 960,000 × 1.2 = 2,304,000
        assess_edge(
            [member(), member(2)], said(wage(2_304_000)), Area.URBAN, book(*rows), LINEAGE, DAY, "lei"
        )


# --- rigid spending [RG art. 4–5] ---

RIGID: tuple[Row, ...] = (
    ("disposable_income", None, None, None, 3_600_000),
    ("rigid_share", "gangxing_zhichu", None, None, 600),
)
TEN = 10_000_000
SPENT: list[tuple[str, list[Any], tuple[Row, ...], bool, str]] = [
    ("exactly at the share", [wage(5_000_000), spent("medical", 3_000_000)], (), False, "3,000,000 = 0.6 × 5,000,000"),
    ("a fen above it", [wage(5_000_000), spent("medical", 3_000_001)], (), True, ">"),
    ("after insurance", [wage(5_000_000), spent("medical", TEN, 7_000_000)], (), False, "10,000,000 − 7,000,000 = 3,000,000"),
    ("after insurance, a fen more", [wage(5_000_000), spent("medical", TEN, 6_999_999)], (), True, "3,000,001"),
    ("covered more than spent is nothing", [wage(5_000_000), spent("medical", 100, 900), spent("living", 3_000_001)], (), True, "0 + 3,000,001"),
    ("education at the public rate", [wage(5_000_000), spent("education", TEN, public_rate_fen=600_000), spent("living", 2_400_000)], (), False, "600,000 + 2,400,000"),
    ("education below the public rate", [wage(5_000_000), spent("education", 600_001, public_rate_fen=900_000), spent("living", 2_400_000)], (), True, "3,000,001"),
    ("rehabilitation of who is disabled", [wage(5_000_000), spent("rehabilitation", 3_000_001, person_id="p1")], (), True, "p1 is disabled"),
    ("rehabilitation of who is not", [wage(5_000_000), spent("rehabilitation", 3_000_001, person_id="p2")], (), False, "0"),
    ("other spending the county recognised", [wage(5_000_000), spent("other", 3_000_001, recognised_by="民办1号")], (), True, "3,000,001"),
    ("other spending it did not", [wage(5_000_000), spent("other", 3_000_001)], (), False, "0"),
    ("living capped a head", [wage(5_000_000), spent("living", TEN)], (("spending_cap", "gangxing_zhichu", None, "living", 1_500_000),), False, "2 × 1,500,000"),
    ("living capped a head, with a fen of medicine", [wage(5_000_000), spent("living", TEN), spent("medical", 1)],
     (("spending_cap", "gangxing_zhichu", None, "living", 1_500_000),), True, "3,000,001"),
    ("a year before, to the day", [wage(5_000_000), spent("medical", 3_000_001, paid_on=date(2025, 9, 18))], (), False, "12 months before 2026-09-18 begin on the 19th"),
    ("a year before less a day", [wage(5_000_000), spent("medical", 3_000_001, paid_on=date(2025, 9, 19))], (), True, "within"),
    ("on the day itself", [wage(5_000_000), spent("medical", 3_000_001, paid_on=date(2026, 9, 18))], (), False, "before the application"),
    ("of who is no member", [wage(5_000_000), spent("medical", 3_000_001, person_id="p9")], (), False, "0"),
    ("no income at all", [spent("medical", 1)], (), True, "1 > 0"),
    ("neither income nor spending", [], (), False, "0 = 0"),
    ("income at last year's disposable income", [wage(7_200_000), spent("medical", TEN)], (), False, "2 × 3,600,000"),
    ("a fen below it", [wage(7_199_999), spent("medical", TEN)], (), True, "7,199,999"),
    ("the disposable income of the area", [wage(7_200_000), spent("medical", TEN)], (("disposable_income", None, "urban", None, 3_600_001),), True, "2 × 3,600,001"),
    ("excluded income is no income", [wage(5_000_000), gift(5_000_000, "scholarship"), spent("medical", 3_000_001)], (), True, "0.6 × 5,000,000"),
    ("deductions do not lessen all income", [wage(5_000_000), spent("medical", 3_000_000)], (("deduction", "dibao", None, "disability", 10_000),), False, "0.6 × 5,000,000"),
    ("property above the limit", [spent("medical", 1), owns("deposit", 6_000_001)], (("property_limit", "dibao_bianyuan", None, None, 3_000_000),), False, "> 6,000,000"),
    ("its own limit is wider", [spent("medical", 1), owns("deposit", 6_000_001)],
     (("property_limit", "dibao_bianyuan", None, None, 3_000_000), ("property_limit", "gangxing_zhichu", None, None, 4_000_000)), True, "≤ 8,000,000"),
]  # fmt: skip


@pytest.mark.parametrize(("what", "lines", "rows", "eligible", "how"), SPENT, ids=[r[0] for r in SPENT])
def test_rigid_spending(what: str, lines: list[Any], rows: tuple[Row, ...], eligible: bool, how: str) -> None:
    """RG art. 4–5: the share is of all income, before deductions."""
    given_ = (
        [member(1, disability_level=2), member(2)],
        said(*lines),
        Area.URBAN,
        book(*RIGID, *rows),
        LINEAGE,
        DAY,
    )
    if eligible:
        assert assess_rigid(*given_).amounts == (), how
    else:
        with pytest.raises(NotEligible):
            assess_rigid(*given_)


@pytest.mark.parametrize("status", ["dibao", "tekun", "dibao_bianyuan"])
def test_rigid_spending_is_for_who_is_in_no_other(status: str) -> None:
    """RG art. 4(一)."""
    with pytest.raises(NotEligible, match="already"):
        assess_rigid(
            [member()], said(spent("medical", 1)), Area.URBAN, book(*RIGID), LINEAGE, DAY, statuses=(status,)
        )


def test_the_twelve_months_end_before_the_application() -> None:
    """RG art. 4(四): before the application, not before the decision."""
    lines = said(spent("medical", 1, paid_on=date(2025, 9, 1)))
    given_ = ([member()], lines, Area.URBAN, book(*RIGID), LINEAGE, date(2026, 11, 1))
    assert assess_rigid(*given_, applied_on=date(2026, 8, 31)).amounts == ()
    with pytest.raises(NotEligible):
        assess_rigid(*given_, applied_on=date(2026, 9, 2))


# --- hardship [TA 二(一)] ---

TA: tuple[Row, ...] = (
    ("disposable_income", None, None, None, 3_600_000),
    ("rigid_share", "linshi_jiuzhu", None, None, 500),
)


@pytest.mark.parametrize(
    ("lines", "statuses", "eligible"),
    [
        ([wage(3_000_000), spent("education", 1_500_000)], (), False),  # 1,500,000 = 0.5 × 3,000,000
        ([wage(3_000_000), spent("education", 1_500_001)], (), True),
        ([wage(3_600_000), spent("medical", 9_000_000)], (), False),  # at the disposable income
        ([wage(3_600_000), spent("medical", 9_000_000)], ("dibao",), True),  # only the spending is looked at
        ([wage(3_600_000), spent("medical", 1_800_000)], ("dibao",), False),  # 0.5 × 3,600,000
        ([owns("deposit", 3_000_001), spent("medical", 1)], (), False),
        ([owns("deposit", 3_000_001), spent("medical", 1)], ("tekun",), True),
    ],
)
def test_hardship_by_spending(lines: list[Any], statuses: tuple[str, ...], eligible: bool) -> None:
    """TA 二(一)–(二): income below last year's disposable income, property, spending beyond what can be borne."""
    rows = (*TA, ("property_limit", "dibao_bianyuan", None, None, 3_000_000))
    given_ = ([member()], said(*lines), Area.URBAN, book(*rows), LINEAGE, DAY)
    if eligible:
        assert assess_hardship(*given_, statuses=statuses).amounts == ()
    else:
        with pytest.raises(NotEligible):
            assess_hardship(*given_, statuses=statuses)


# --- the two subsidies [国发〔2015〕52号] ---

LIVING, CARE = "canji_shenghuo_butie", "canji_huli_butie"
RATES: tuple[Row, ...] = (
    ("subsidy", LIVING, None, None, 11_000), ("subsidy", CARE, None, "1", 15_000), ("subsidy", CARE, None, None, 10_000),
)  # fmt: skip
SUBSIDIES: list[tuple[str, dict[str, Any], tuple[str, ...], tuple[Row, ...], dict[str, int]]] = [
    ("level 1 in dibao: both", {"disability_level": 1}, ("dibao",), (), {LIVING: 11_000, CARE: 15_000}),
    ("level 2 in dibao: both, the general rate", {"disability_level": 2}, ("dibao",), (), {LIVING: 11_000, CARE: 10_000}),
    ("level 4 in dibao: living", {"disability_level": 4}, ("dibao",), (), {LIVING: 11_000}),
    ("level 1 in nothing: care", {"disability_level": 1}, (), (), {CARE: 15_000}),
    ("level 3 mental: no care", {"disability_level": 3, "disability_type": "mental"}, (), (), {}),
    ("level 3 mental where the place takes it in", {"disability_level": 3, "disability_type": "mental"}, (), (("level_3", CARE, None, "mental", 1),), {CARE: 10_000}),
    ("level 3 intellectual is another kind", {"disability_level": 3, "disability_type": "intellectual"}, (), (("level_3", CARE, None, "mental", 1),), {}),
    ("level 3 physical never", {"disability_level": 3, "disability_type": "physical"}, (), (("level_3", CARE, None, "physical", 1),), {}),
    ("on the edge: no living", {"disability_level": 3}, ("dibao_bianyuan",), (), {}),
    ("on the edge where the place takes it in", {"disability_level": 3}, ("dibao_bianyuan",), (("for_category", LIVING, None, "dibao_bianyuan", 1),), {LIVING: 11_000}),
    ("tekun excludes both", {"disability_level": 1}, ("dibao", "tekun"), (), {}),
    ("no certificate", {}, ("dibao",), (), {}),
]  # fmt: skip


@pytest.mark.parametrize(
    ("what", "attributes", "categories", "rows", "due"), SUBSIDIES, ids=[r[0] for r in SUBSIDIES]
)
def test_the_two_disability_subsidies(
    what: str,
    attributes: dict[str, Any],
    categories: tuple[str, ...],
    rows: tuple[Row, ...],
    due: dict[str, int],
) -> None:
    """国发〔2015〕52号 二, 三: from the month of the application; what excludes them is data."""
    found = assess_subsidies(
        member(**attributes), Area.URBAN, book(*RATES, *rows), LINEAGE, DAY, categories=categories,
        exclusions=STATUTORY_EXCLUSIONS, applied_on=date(2026, 8, 31),
    )  # fmt: skip
    assert {s.programme: s.assessed.total_fen for s in found} == due
    assert {s.from_month for s in found} <= {"2026-08"}


# --- standards: expired, without basis [57 art. 28] ---


@pytest.mark.parametrize(
    ("setting", "refusal"),
    [
        (
            set_("standard", "dibao", "urban", None, 90_000, start=date(2026, 1, 1), until=date(2026, 9, 17)),
            StandardExpired,
        ),
        (set_("standard", "dibao", "urban", None, 90_000, start=date(2026, 1, 1), basis=None), NoBasis),
    ],
)
def test_refuses_an_amount_by_an_expired_standard_or_one_without_basis(
    setting: Any, refusal: type[Exception]
) -> None:
    with pytest.raises(refusal):
        assess_edge([member()], said(wage(1_000_000)), Area.URBAN, book(more=(setting,)), LINEAGE, DAY)
    with pytest.raises(refusal):
        assess_tekun(member(birth=OLD), said(), 1, Area.URBAN, book(more=(setting,)), LINEAGE, DAY)


def test_a_standard_holds_on_its_last_day_and_the_divisions_after_the_regiments_ended() -> None:
    last = set_("standard", "tekun", "urban", None, 99_000, start=date(2026, 1, 1), until=DAY)
    assert parts(
        assess_tekun(member(birth=OLD), said(), 1, Area.URBAN, book(more=(last,)), LINEAGE, DAY)
    ) == (99_000,)
    local = set_("standard", "tekun", "urban", None, 99_000, until=date(2026, 9, 17), place="d12-104")
    assert parts(
        assess_tekun(member(birth=OLD), said(), 1, Area.URBAN, book(more=(local,)), LINEAGE, DAY)
    ) == (104_000,)


# --- what may be declared ---


@pytest.mark.parametrize(
    ("fields", "refusal"),
    [
        ({"spending": (spent("travel", 1),)}, BadDeclaration),
        ({"support": (given("child", payer_members=0),)}, BadDeclaration),
        ({"discretions": (judged("kindness", 1),)}, BadDeclaration),
        ({"discretions": (Discretion(what="support", reason=" ", judged_by="reviewer-1"),)}, BadDeclaration),
        ({"discretions": (Discretion(what="support", reason="视情", judged_by=""),)}, BadDeclaration),
        ({"spending": (spent("medical", -1),)}, NegativeAmount),
        ({"support": (given("child", -1),)}, NegativeAmount),
    ],
)
def test_refuses_a_line_that_cannot_be_declared(fields: dict[str, Any], refusal: type[Exception]) -> None:
    """RG art. 5; 83 一(一): five kinds of spending; a discretion has a reason and somebody who approved it."""
    of: dict[str, Any] = {"command_id": "c", "household_id": "h", "declared_on": DAY, "income": ()}
    with pytest.raises(refusal):
        check_lines(DeclareCircumstances(**of, **fields))
