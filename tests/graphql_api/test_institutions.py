"""Institutions in one request: occupancy on a day, who stays, months not confirmed, what is due to whom; who sees which."""

from __future__ import annotations

from datetime import date

import pytest

from ledger.institutions.events import DischargeReason, LeaveReason
from ledger.institutions.stays import DischargeResident, StartLeave
from ledger.kernel import OrganisationId, Role
from ledger.registry.changes import RecordDeath
from tests.graphql_api.conftest import Api
from tests.graphql_api.fragments import due
from tests.ledger.homes import admit, attended, elder, home, pocket_money
from tests.scenario import CLERK, DIVISION, OTHER, REGIMENT

OCCUPANCY = """query($on: Date, $p: String) { institutions(on: $on) { nodes { name beds occupied freeBeds away organisationId
  residents { personId kind awaySince name(purpose: $p) attendance { month days corrected confirmedBy } }
  unconfirmed { month stays } } } }"""
DUES = """query($i: String!, $m: Month!) { institutionDues(institutionId: $i, month: $m) {
  personId month held days base care own steps { zh value } } }"""


@pytest.mark.records
async def test_occupancy_on_a_day_in_one_request(api: Api) -> None:
    """Question 49: beds, residents, free beds and months without confirmed attendance, as of a day."""
    s = api.scenario
    place = home(s)
    one, two, three = (elder(s, n) for n in (61, 62, 63))
    stay = admit(s, place, one)
    gone = admit(s, place, two)
    s.do(
        DischargeResident,
        CLERK,
        stay_id=gone,
        left_for=DischargeReason.OWN_WISH,
        discharged_on=date(2026, 10, 11),
    )
    admit(s, place, three, admitted_on=date(2026, 11, 3))
    s.do(StartLeave, CLERK, stay_id=stay, away_for=LeaveReason.HOSPITAL, from_day=date(2026, 11, 20),
         expected_on=date(2026, 11, 22))  # fmt: skip
    api.catch_up()

    async def on(day: str | None, **more: object) -> dict[str, object]:
        return (await api.data(OCCUPANCY, on=day, **more))["institutions"]["nodes"][0]  # type: ignore[no-any-return]

    october = await on("2026-10-10")
    assert (october["beds"], october["occupied"], october["freeBeds"], october["away"]) == (2, 2, 0, 0)
    assert october["unconfirmed"] == []
    now = await on("2026-11-24")
    assert (now["occupied"], now["freeBeds"], now["away"]) == (2, 0, 1)
    assert now["unconfirmed"] == [{"month": "2026-10", "stays": 2}]
    shown = {r["personId"]: (r["awaySince"], r["name"]) for r in now["residents"]}  # type: ignore[attr-defined]
    assert shown == {one[1]: ("2026-11-20", "***"), three[1]: (None, "***")}
    assert "测试61" in str(await on("2026-11-24", p="年度核查"))
    attended(s, place, "2026-10", {stay: 31, gone: 10})
    api.catch_up()
    now = await on("2026-11-24")
    assert now["unconfirmed"] == []
    assert now["residents"][0]["attendance"] == [  # type: ignore[index]
        {"month": "2026-10", "days": 31, "corrected": False, "confirmedBy": "reviewer-2"}
    ]
    assert (await api.data(OCCUPANCY, on="2026-08-01"))["institutions"]["nodes"] == []


@pytest.mark.records
async def test_what_is_due_to_whom_with_its_working(api: Api) -> None:
    """practice 集中供养: held until confirmed and until pocket money has a parameter; then by days, worked step by step."""
    s = api.scenario
    place, who = home(s), elder(s, 61)
    stay = admit(s, place, who, admitted_on=date(2026, 10, 16))
    api.catch_up()
    asked = {"i": place, "m": "2026-10"}
    assert [d["held"] for d in (await api.data(DUES, **asked))["institutionDues"]] == ["attendance"]
    attended(s, place, "2026-10", {stay: 16})
    api.catch_up()
    assert [d["held"] for d in (await api.data(DUES, **asked))["institutionDues"]] == ["pocket_money"]
    pocket_money(s)
    (found,) = (await api.data(DUES, **asked))["institutionDues"]
    # (1,040 − 100) × 16 ÷ 31 = 485.16; the rest of 1,040 is the person's.
    assert (found["held"], found["days"], found["base"], found["care"], found["own"]) == (
        None,
        16,
        "485.16",
        "0.00",
        "554.84",
    )
    assert {"zh": "零用金", "value": 10_000} in found["steps"]
    assert (await api.data(DUES, i=place, m="2026-09"))["institutionDues"] == []


@pytest.mark.records
async def test_an_institution_sees_its_own_people_and_nobody_elses(api: Api) -> None:
    """S 二(三): who is contracted, or looks after people, sees those alone."""
    s = api.scenario
    place, other = home(s), home(s)
    one = elder(s, 61)
    admit(s, place, one)
    admit(s, other, elder(s, 62))
    api.catch_up()
    own = (await api.data(OCCUPANCY, Role.PROVIDER, organisation=place, p="入住登记"))["institutions"][
        "nodes"
    ]
    assert [[r["personId"] for r in i["residents"]] for i in own] == [[one[1]]]
    assert "测试61" in str(own)
    assert (await api.data(DUES, Role.PROVIDER, organisation=other, i=place, m="2026-10"))[
        "institutionDues"
    ] == []
    household = "query($h: String!) { household(id: $h) { key } }"
    assert await api.refused(household, Role.PROVIDER, organisation=place, h=one[0]) == "OUT_OF_SCOPE"
    every = "{ households { nodes { key } } entitlements { nodes { entitlementId } } payments { nodes { paymentId } } }"
    seen = await api.data(every, Role.PROVIDER, organisation=REGIMENT)
    assert [part["nodes"] for part in seen.values()] == [[], [], []]
    assert (await api.data(OCCUPANCY, Role.CLERK, organisation=OTHER))["institutions"]["nodes"] == []
    mine = (await api.data(OCCUPANCY, Role.CLERK, organisation=REGIMENT))["institutions"]["nodes"]
    assert len(mine) == 2
    # The division's own institution is known to its regiments, its residents to their own regiment only.
    above = home(s, organisation_id=OrganisationId(DIVISION), name="师市福利院")
    admit(s, above, elder(s, 63))
    api.catch_up()
    for unit, seen in ((OTHER, 0), (REGIMENT, 1)):
        found = (await api.data(OCCUPANCY, Role.CLERK, organisation=unit))["institutions"]["nodes"]
        (it,) = [i for i in found if i["name"] == "师市福利院"]
        assert (it["occupied"], len(it["residents"])) == (1, seen)


@pytest.mark.records
async def test_a_page_of_institutions_takes_as_many_statements_as_one(api: Api) -> None:
    s = api.scenario
    for n in (61, 62):
        admit(s, home(s), elder(s, n))
    api.catch_up()
    from graphql_api.context import Context

    counts, rows = [], Context.rows

    async def counted(self: Context, sql: str, **parameters: object) -> list[dict[str, object]]:
        counts.append(sql)
        return await rows(self, sql, **parameters)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Context, "rows", counted)
        await api.data(OCCUPANCY)
    assert len(counts) == 4  # institutions, residents, their attendance, unconfirmed months


@pytest.mark.records
async def test_what_is_due_in_institutions_is_a_task(api: Api) -> None:
    """A month to be confirmed by the 5th, a death without discharge, a leave that is over: each tells to whom and when."""
    s = api.scenario
    place, who = home(s), elder(s, 61)
    stay = admit(s, place, who)
    away = admit(s, place, elder(s, 62))
    s.do(
        StartLeave,
        CLERK,
        stay_id=away,
        away_for=LeaveReason.FAMILY,
        from_day=date(2026, 11, 1),
        expected_on=date(2026, 11, 5),
    )
    s.do(RecordDeath, CLERK, household_id=who[0], person_id=who[1], died_on=date(2026, 11, 9), source="公安")
    api.catch_up()
    found = [
        (t["kind"], t["subject_id"], str(t["due_on"])) for t in due(s, "institutions", date(2026, 11, 24))
    ]
    assert sorted(found) == sorted([
        ("attendance_unconfirmed", place, "2026-11-05"), ("discharge_due", stay, "2026-11-09"),
        ("leave_overdue", away, "2026-11-05"),
    ])  # fmt: skip
    attended(s, place, "2026-10", {stay: 31, away: 31})
    s.do(
        DischargeResident,
        CLERK,
        stay_id=stay,
        left_for=DischargeReason.DEATH,
        discharged_on=date(2026, 11, 9),
    )
    api.catch_up()
    assert [t["kind"] for t in due(s, "institutions", date(2026, 11, 24))] == ["leave_overdue"]
