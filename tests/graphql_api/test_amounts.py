"""The amount under today's and next month's standards, with its working; what a higher standard would do [§7 questions 4, 29]."""

from __future__ import annotations

from datetime import date

import pytest

from ledger.kernel import Fen, Role
from ledger.registry.changes import DeclareCircumstances
from ledger.registry.events import IncomeLine
from ledger.standards.commands import SetStandard
from tests.graphql_api.conftest import Api
from tests.scenario import ADMIN, CLERK, DIVISION, OTHER, REGIMENT

PREVIEW = """
query ($household: String, $supposing: SupposedHousehold, $category: String!, $on: Date, $alone: String) {
  amountPreview(householdId: $household, supposing: $supposing, category: $category, on: $on, alone: $alone) {
    now { ...at } nextMonth { ...at }
  }
}
fragment at on AmountAt {
  on eligible code reasonZh article total members perCapita parts { component amount }
  working { zh en article value parameter gives } standards { parameterId value fromDate basis }
}
"""
WHAT_IF = """
query ($change: Yuan!, $on: Month!, $place: String, $first: Int! = 50, $after: String) {
  whatIf(standard: {dibao: $change}, on: $on, organisationId: $place, first: $first, after: $after) {
    on covered households entering leaving before after difference
    organisations { organisationId organisation covered households people entering leaving omitted notEligible alone before after difference }
    enters { householdId organisationId members before after } leaves { householdId before after }
  }
}
"""


@pytest.mark.records
async def test_previews_a_registered_household_by_this_and_the_next_months_standards(api: Api) -> None:
    """57 art. 23: two heads, 6,000 yuan a year; 800 a head now, 850 from December."""
    api.scenario.do(SetStandard, ADMIN, name="standard", programme="dibao", organisation_id=DIVISION, area="urban", value=85_000,
                    unit="fen_per_month", from_date=date(2026, 12, 1), document="提标文件")  # fmt: skip
    found = await api.data(PREVIEW, Role.CLERK, household=api.household, category="dibao", on="2026-11-24")
    now, then = found["amountPreview"]["now"], found["amountPreview"]["nextMonth"]
    # (2 × 12 × 800 − 6,000) / 12 = 1,100; (2 × 12 × 850 − 6,000) / 12 = 1,200
    assert (now["on"], now["eligible"], now["total"], now["members"]) == ("2026-11-24", True, "1100.00", 2)
    assert (then["on"], then["total"], then["perCapita"]) == ("2026-12-01", "1200.00", "250.00")
    assert sum(float(s["value"]) for s in then["working"] if s["gives"] == "base") == 1200
    used = {s["parameterId"]: (s["value"], s["fromDate"], s["basis"]) for s in then["standards"]}
    assert used["standard/dibao/d12/urban/-"] == (85_000, "2026-12-01", "提标文件")
    assert all(step["article"] for step in then["working"])


async def test_previews_a_household_that_is_only_supposed(api: Api) -> None:
    """57 art. 7, 13, 27: a prisoner is not counted, base pension counts from 2026, the elder's supplement is added."""
    supposing = {
        "organisationId": REGIMENT, "area": "urban",
        "members": [{"birthDate": "1950-01-01"}, {"birthDate": "1980-01-01", "attributes": {"custody": "prison"}}],
        "income": [{"kind": "transfer", "annual": "1200.00", "source": "basic_pension", "personId": "1"},
                   {"kind": "wage", "annual": "90000.00", "personId": "2"}],
    }  # fmt: skip
    found = await api.data(PREVIEW, Role.CLERK, supposing=supposing, category="dibao", on="2026-11-24")
    now = found["amountPreview"]["now"]
    # (9,600 − 1,200) / 12 = 700; elderly 60
    assert (now["total"], now["members"]) == ("760.00", 1)
    assert [(p["component"], p["amount"]) for p in now["parts"]] == [
        ("base", "700.00"),
        ("supplement", "60.00"),
    ]
    last = await api.data(
        PREVIEW, Role.CLERK, supposing=supposing, category="dibao_bianyuan", on="2026-11-24"
    )
    refused = last["amountPreview"]["now"]
    assert (refused["eligible"], refused["code"], refused["article"]) == (False, "NotEligible", "57 art. 8")
    assert "应按低保办理" in refused["reasonZh"]


async def test_a_preview_is_for_who_is_in_charge_and_of_one_household(api: Api) -> None:
    assert await api.refused(PREVIEW, Role.CLERK, household=api.other, category="dibao") == "OUT_OF_SCOPE"
    assert await api.refused(PREVIEW, Role.CLERK, category="dibao") == "BAD_INPUT"
    assert await api.refused(PREVIEW, Role.CLERK, household=api.household, category="nothing") == "BAD_INPUT"
    elsewhere = {"organisationId": OTHER, "area": "urban", "members": [{"birthDate": "1980-01-01"}]}
    assert await api.refused(PREVIEW, Role.CLERK, supposing=elsewhere, category="dibao") == "OUT_OF_SCOPE"
    nobody = {"organisationId": REGIMENT, "area": "urban", "members": []}
    assert await api.refused(PREVIEW, Role.CLERK, supposing=nobody, category="dibao") == "BAD_INPUT"
    assert await api.refused(PREVIEW, None, household=api.household, category="dibao") == "UNAUTHENTICATED"


@pytest.mark.records
async def test_what_if_tells_households_and_yuan_per_organisation_and_who_enters_and_leaves(api: Api) -> None:
    """§7 question 29. The covered two: (2 × 9,600 − 6,000) / 12 = 1,100; with 50 more 1,200.

    The other regiment's household of two has 19,800 yuan a year: above 2 × 9,600 = 19,200, below 2 × 10,200 = 20,400.
    With 50 more it is due (20,400 − 19,800) / 12 = 50.
    """
    api.scenario.do(DeclareCircumstances, CLERK.__class__(operator_id="c", organisation_id=OTHER, role=Role.CLERK),
                    household_id=api.other, declared_on=date(2026, 10, 1),
                    income=(IncomeLine(kind="wage", annual_fen=Fen(1_980_000)),))  # fmt: skip
    api.catch_up()
    found = (await api.data(WHAT_IF, change="50", on="2027-01"))["whatIf"]
    assert (found["on"], found["covered"], found["households"]) == ("2027-01-01", 1, 2)
    assert (found["before"], found["after"], found["difference"]) == ("1100.00", "1250.00", "150.00")
    rows = {o["organisationId"]: o for o in found["organisations"]}
    assert (rows[REGIMENT]["before"], rows[REGIMENT]["after"], rows[REGIMENT]["people"]) == (
        "1100.00",
        "1200.00",
        2,
    )
    assert (rows[OTHER]["entering"], rows[OTHER]["before"], rows[OTHER]["after"]) == (1, "0.00", "50.00")
    assert rows[OTHER]["organisation"] == "三坪农场"
    assert found["enters"] == [
        {"householdId": api.other, "organisationId": OTHER, "members": 2, "before": None, "after": "50.00"}
    ]
    lower = (await api.data(WHAT_IF, change="-550", on="2027-01"))["whatIf"]
    # 2 × 12 × 250 = 6,000 is not above 6,000
    assert lower["leaves"] == [{"householdId": api.household, "before": "1100.00", "after": None}]
    assert (lower["households"], lower["after"], lower["leaving"]) == (0, "0.00", 1)
    mine = (await api.data(WHAT_IF, Role.CLERK, change="50", on="2027-01"))["whatIf"]
    assert [o["organisationId"] for o in mine["organisations"]] == [REGIMENT]
    assert mine["enters"] == []


async def test_what_if_refuses_what_cannot_be(api: Api) -> None:
    assert await api.refused(WHAT_IF, change="-801", on="2027-01") == "BAD_INPUT"
    assert await api.refused(WHAT_IF, Role.CLERK, change="50", on="2027-01", place=OTHER) == "OUT_OF_SCOPE"
    assert await api.refused(WHAT_IF, None, change="50", on="2027-01") == "UNAUTHENTICATED"
