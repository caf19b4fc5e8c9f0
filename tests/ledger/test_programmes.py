"""Programmes, forms and exclusions are data: a new one needs no release, a recorded one holds before the plan's."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from ledger.assistance.acting import CIVIL_AFFAIRS
from ledger.kernel import Named, NotAllowed
from ledger.programmes.book import Categories
from ledger.programmes.events import CoverLevel, Kind
from ledger.programmes.programme_book import ALL_PROGRAMMES, Programmes
from ledger.programmes.programme_commands import DefineExclusion, DefineForm, DefineProgramme
from ledger.programmes.programme_events import (
    AmountUse,
    FieldKind,
    Offer,
    OwnField,
    Recurrence,
    Sum,
    Who,
    Within,
)
from ledger.programmes.refusals import BadDefinition, DefinitionWithoutBasis, FormUnknown, ProgrammeUnknown
from ledger.programmes.statutory_programmes import DEPARTMENTS, STATUTORY_PROGRAMMES
from tests.scenario import ADMIN, CLERK, Scenario

DAY = date(2026, 11, 1)
NEW: dict[str, Any] = {
    "code": "ranqi_butie",
    "named": Named(zh="燃气补贴", en="gas subsidy"),
    "owners": ("zj",),
    "offers": (Offer(form="cash"),),
    "cover_level": CoverLevel.HOUSEHOLD,
    "recurrence": Recurrence.YEARLY,
    "from_date": date(2026, 10, 1),
    "document": "示范文件8号",
}
TEXT = OwnField(field="meter", named=Named(zh="表号", en="meter"), holds=FieldKind.TEXT)
COST = OwnField(field="cost", named=Named(zh="费用", en="cost"), holds=FieldKind.AMOUNT)


def book(scenario: Scenario) -> Programmes:
    return Programmes.of(scenario.ledger.read(ALL_PROGRAMMES))


def test_the_programmes_of_the_plan_are_there_with_owners_forms_and_basis() -> None:
    """S 三: each programme, who is responsible for it and who helps."""
    found = {p.code: p for p in Programmes(()).in_force(DAY)}
    assert len(found) == 24
    assert found["canbao_zizhu"].owners == ("yb", "wj")
    assert found["jiaoyu_jiuzhu"].owners == ("jy",)
    assert [o.form for o in found["zhufang_jiuzhu"].offers] == [
        "public_rental",
        "rent_subsidy",
        "house_repair",
    ]
    assert found["shouzai_jiuzhu"].disaster
    assert found["binzang_jiuzhu"].after_death
    assert all(p.basis is not None and p.basis.document and p.basis.rule for p in found.values())


def test_what_the_plan_says_is_valid_by_the_rules_for_what_a_division_defines(scenario: Scenario) -> None:
    """S 三: every programme of the plan could be recorded as it is."""
    for programme in STATUTORY_PROGRAMMES:
        fields = {
            name: getattr(programme, name)
            for name in DefineProgramme.__struct_fields__
            if hasattr(programme, name) and name != "command_id"
        }
        scenario.do(DefineProgramme, ADMIN, document="示范", **fields | {"from_date": date(2026, 1, 1)})
    for exclusion in Programmes(()).exclusions(DAY):
        scenario.do(DefineExclusion, ADMIN, code=exclusion.code, named=exclusion.named, aids=exclusion.aids, within=exclusion.within,
                    cover_level=exclusion.cover_level, from_date=date(2026, 1, 1), document="示范")  # fmt: skip
    codes = {c for p in STATUTORY_PROGRAMMES for c in (*p.owners, *p.cooperating)}
    assert codes <= DEPARTMENTS.keys()
    assert CIVIL_AFFAIRS in codes
    assert {c for p in STATUTORY_PROGRAMMES for w in p.who for c in w.categories} <= {
        c.code for c in Categories(()).in_force(DAY)
    }


def test_a_new_programme_form_and_exclusion_are_in_force_from_their_day(scenario: Scenario) -> None:
    """S 三(五): a programme is added by recording it, with no release."""
    scenario.do(DefineForm, ADMIN, code="youhui", named=Named(zh="优惠价", en="reduced price"), amount=AmountUse.POSSIBLE,
                from_date=date(2026, 10, 1), document="示范文件8号")  # fmt: skip
    scenario.do(DefineProgramme, ADMIN, **NEW | {"offers": (Offer(form="youhui"),), "fields": (TEXT,)})
    scenario.do(DefineExclusion, ADMIN, code="ran_nuan", named=Named(zh="燃气与取暖", en="gas and heating"), aids=("ranqi_butie", "dongji_qunuan"),
                cover_level=CoverLevel.HOUSEHOLD, within=Within.SAME_YEAR, from_date=date(2026, 10, 1), document="示范文件8号")  # fmt: skip
    found = book(scenario)
    assert found.get("ranqi_butie", DAY).fields == (TEXT,)
    assert found.form("youhui", DAY).named.zh == "优惠价"
    assert [(e.code, o) for e, o in found.exclusions_of("ranqi_butie", "youhui", DAY)] == [
        ("ran_nuan", ["dongji_qunuan"])
    ]
    with pytest.raises(ProgrammeUnknown):
        found.get("ranqi_butie", date(2026, 9, 30))
    with pytest.raises(FormUnknown):
        found.form("youhui", date(2026, 9, 30))
    assert found.exclusions_of("ranqi_butie", "youhui", date(2026, 9, 30)) == []


def test_a_later_definition_changes_a_programme_of_the_plan_and_leaves_the_past(scenario: Scenario) -> None:
    """S 三(二): a division may give aid for education a field of its own from a day on."""
    plan = Programmes(()).get("jiaoyu_jiuzhu", DAY)
    scenario.do(
        DefineProgramme,
        ADMIN,
        **NEW | {"code": "jiaoyu_jiuzhu", "named": plan.named, "owners": ("jy",), "fields": (TEXT,)},
    )
    found = book(scenario)
    assert found.get("jiaoyu_jiuzhu", date(2026, 9, 30)).fields == plan.fields
    assert found.get("jiaoyu_jiuzhu", DAY).fields == (TEXT,)


@pytest.mark.parametrize(
    ("wrong", "why"),
    [
        ({"code": "燃气"}, "lower-case"),
        ({"owners": ()}, "an owner"),
        ({"cooperating": ("zj",)}, "an owner"),
        ({"answer_days": 0}, "one working day"),
        ({"from_application": True}, "month of application"),
        ({"offers": ()}, "needs forms"),
        ({"offers": (Offer(form="cash"), Offer(form="cash"))}, "needs forms"),
        ({"offers": (Offer(form="gold"),)}, "no form"),
        ({"who": (Who(categories=("rich",)),)}, "no category"),
        ({"fields": (TEXT, TEXT)}, "name of its own"),
        ({"fields": (TEXT, OwnField(field="other", named=TEXT.named, holds=FieldKind.TEXT))}, "heading of its own"),
        ({"fields": (OwnField(field="1x", named=TEXT.named, holds=FieldKind.TEXT),)}, "needs a code"),
        ({"fields": (OwnField(field="way", named=TEXT.named, holds=FieldKind.CHOICE),)}, "choices"),
        ({"fields": (OwnField(field="way", named=TEXT.named, holds=FieldKind.TEXT, choices=(Kind(code="a", named=TEXT.named),)),)}, "choices"),
        ({"fields": (OwnField(field="way", named=TEXT.named, holds=FieldKind.TEXT, forms=("post",)),)}, "not given in"),
        ({"fields": (COST,), "sums": (Sum(total="cost", parts=("other",)),)}, "adds up"),
        ({"fields": (TEXT,), "sums": (Sum(total="meter", parts=("meter",)),)}, "adds up"),
    ],
)  # fmt: skip
def test_refuses_a_programme_that_cannot_be(scenario: Scenario, wrong: dict[str, Any], why: str) -> None:
    with pytest.raises(BadDefinition, match=why):
        scenario.do(DefineProgramme, ADMIN, **NEW | wrong)
    assert scenario.ledger.read(ALL_PROGRAMMES).recorded == []


@pytest.mark.parametrize(
    ("aids", "why"), [(("tekun",), "two aids"), (("tekun", "nothing"), "no programme"), (("tekun", "dibao/gold"), "in that form")]
)  # fmt: skip
def test_refuses_an_exclusion_of_what_is_nothing(scenario: Scenario, aids: tuple[str, ...], why: str) -> None:
    with pytest.raises(BadDefinition, match=why):
        scenario.do(DefineExclusion, ADMIN, code="x_y", named=Named(zh="互斥", en="x"), aids=aids, cover_level=CoverLevel.PERSON,
                    within=Within.SAME_MONTH, from_date=DAY, document="示范")  # fmt: skip


def test_refuses_a_definition_without_a_basis_and_one_by_a_clerk(scenario: Scenario) -> None:
    """S 一: a definition without its basis defines nothing."""
    with pytest.raises(DefinitionWithoutBasis):
        scenario.do(DefineProgramme, ADMIN, **NEW | {"document": " "})
    with pytest.raises(NotAllowed):
        scenario.do(DefineProgramme, CLERK, **NEW)
