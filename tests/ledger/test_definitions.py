"""Categories are data: what holds on a day is the definition recorded for it, and else the statutory one."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from ledger.kernel import Named, NotAllowed
from ledger.programmes.book import ALL_CATEGORIES, Categories
from ledger.programmes.commands import DefineCategory
from ledger.programmes.events import CategoryDefined, CoverLevel, Procedure, Rule
from ledger.programmes.refusals import BadDefinition, CategoryUnknown, DefinitionWithoutBasis
from tests.scenario import ADMIN, CLERK, Scenario

DAY = date(2026, 11, 1)
NEW: dict[str, Any] = {
    "code": "zhichu_xing",
    "named": Named(zh="支出型困难家庭", en="families in difficulty through spending"),
    "cover_level": CoverLevel.HOUSEHOLD,
    "assessment": Rule.LISTED,
    "from_date": date(2026, 10, 1),
    "document": "示范文件7号",
}


def known(scenario: Scenario) -> Categories:
    return Categories.of(scenario.ledger.read((ALL_CATEGORIES,)))


def test_the_six_categories_of_the_plan_are_there_each_with_its_basis() -> None:
    """S 一: dibao, tekun, monitored people of three kinds, the edge of dibao, rigid spending, others."""
    found = {c.code: c for c in Categories(()).in_force(DAY)}
    assert list(found) == ["dibao", "tekun", "fangfanpin", "dibao_bianyuan", "gangxing_zhichu", "qita_kunnan"]
    assert [c.code for c in found.values() if c.cover_level is CoverLevel.PERSON] == ["tekun", "qita_kunnan"]
    assert [k.code for k in found["fangfanpin"].kinds] == [
        "tuopin_buwending",
        "bianyuan_yizhipin",
        "tufa_kunnan",
    ]
    assert all(c.basis is not None and c.basis.document and c.basis.rule for c in found.values())
    assert found["gangxing_zhichu"].procedure.valid_months == 12


def test_a_new_category_is_in_force_from_its_day_and_not_before(scenario: Scenario) -> None:
    scenario.do(DefineCategory, ADMIN, **NEW)
    book = known(scenario)
    assert book.get("zhichu_xing", DAY).named.zh == "支出型困难家庭"
    with pytest.raises(CategoryUnknown):
        book.get("zhichu_xing", date(2026, 9, 30))


def test_a_later_definition_changes_a_category_from_its_day_and_leaves_the_past(scenario: Scenario) -> None:
    """43 art. 15: a division may ask for a longer publicity from a day on."""
    scenario.do(DefineCategory, ADMIN, **NEW | {"code": "dibao", "procedure": Procedure(publicity_days=10), "pays": True,
                                                "assessment": Rule.DIBAO})  # fmt: skip
    book = known(scenario)
    assert book.get("dibao", date(2026, 9, 30)).procedure.publicity_days == 7
    assert book.get("dibao", DAY).procedure.publicity_days == 10


def test_a_category_may_end(scenario: Scenario) -> None:
    scenario.do(DefineCategory, ADMIN, **NEW | {"until_date": date(2026, 10, 31)})
    book = known(scenario)
    assert book.find("zhichu_xing", date(2026, 10, 31)) is not None
    assert book.find("zhichu_xing", DAY) is None


@pytest.mark.parametrize(
    ("wrong", "why"),
    [
        ({"code": "低保"}, "lower-case"),
        ({"named": Named(zh=" ", en="x")}, "both languages"),
        ({"until_date": date(2026, 9, 1)}, "before it begins"),
        ({"excludes": ("nothing",)}, "no other category"),
        ({"excludes": ("zhichu_xing",)}, "no other category"),
        ({"pays": True}, "pays nothing"),
    ],
)
def test_refuses_a_definition_that_cannot_be(scenario: Scenario, wrong: dict[str, Any], why: str) -> None:
    with pytest.raises(BadDefinition, match=why):
        scenario.do(DefineCategory, ADMIN, **NEW | wrong)
    assert scenario.ledger.read((ALL_CATEGORIES,)).recorded == []


def test_refuses_a_definition_without_a_basis_and_one_by_a_clerk(scenario: Scenario) -> None:
    with pytest.raises(DefinitionWithoutBasis):
        scenario.do(DefineCategory, ADMIN, **NEW | {"document": " "})
    with pytest.raises(NotAllowed):
        scenario.do(DefineCategory, CLERK, **NEW)


def test_statutory_definitions_are_valid_definitions() -> None:
    for definition in Categories(()).in_force(DAY):
        assert isinstance(definition, CategoryDefined)
        assert set(definition.excludes) <= {c.code for c in Categories(()).in_force(DAY)}
