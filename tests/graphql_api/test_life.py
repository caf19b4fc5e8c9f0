"""What the API answers about cover while it lasts [questions 12, 18, 44–48], rises and subsidies."""

from __future__ import annotations

from datetime import date

import pytest

from assistance.raising import ProposeRaise, carry_out_raise, propose_raise
from assistance.subsidies import grant_subsidy
from ledger.assistance.bulk import Subsidy
from ledger.assistance.bulk_events import SubsidyKind, SubsidyUnit
from ledger.identification.changes import SuspendEntitlement
from ledger.identification.changes_work import OfferJob, RefuseJob
from ledger.identification.cut_off import DeclareCutOff
from ledger.identification.raising import ApproveRaise, ReviewRaise
from ledger.kernel import Fen, Month, Role
from ledger.registry.changes import DeclareCircumstances
from ledger.registry.circumstances import ChangeAttributes
from ledger.registry.events import Attributes
from ledger.standards.commands import SetStandard
from projections.runner import Runner
from tests.assistance.test_raising import SECOND
from tests.graphql_api.conftest import Api
from tests.scenario import ADMIN, CLERK, DIVISION, FINANCE, NOW, OTHER, REGIMENT, REVIEWER, id_number

ALL = """query($number: String!) {
  unreviewedChanges { nodes { householdId entitlementId kind waitingDays } }
  jobRefusals { nodes { personId offered refused inARow } }
  turnsNextMonth(month: "2040-05") { kind personId on }
  suspendedEntitlements { nodes { entitlementId fromMonth months held reason } }
  backPayByCause(since: "2026-10", until: "2026-12") { cause lines amount }
  yes: coverCertificate(idNumber: $number, day: "2026-11-05") { covered category decisionPosition }
  no: coverCertificate(idNumber: $number, day: "2026-09-05") { covered }
  organisationsNotClosed(month: "2026-11") { organisationId }
  standardRaises { nodes { status households previous raised lines { nodes { previous amount adjustedPosition } } exceptions { nodes { noteZh } } refusals { nodes { amount } } } }
  bulkSubsidies { nodes { subsidy people total lines { nodes { householdId amount awardedPosition } } } }
  tasks(on: "2026-12-31", role: "clerk", first: 200) { nodes { kind } }
}"""


@pytest.mark.records
async def test_what_happens_to_cover_is_asked_in_one_request(api: Api) -> None:
    """Questions 12, 18, 44, 45, 46, 47, 48; 提标 and bulk subsidies with their lists."""
    scenario = api.scenario
    person = api.people[0]
    scenario.do(SetStandard, ADMIN, name="standard", programme="dibao", organisation_id=DIVISION, area="urban", tier=None,
                value=85_000, unit="fen_per_month", from_date=date(2026, 10, 1), document="提标文件")  # fmt: skip
    asked = ProposeRaise(scenario.command_id(), DIVISION, "dibao", Month("2026-10"), "提标", "57 art. 23")
    found = propose_raise(scenario.division, asked, REVIEWER, NOW).header
    for command, actor in ((ReviewRaise, FINANCE), (ApproveRaise, SECOND)):
        scenario.do(command, actor, raise_id=found.raise_id, roster_hash=found.roster_hash)  # type: ignore[arg-type]
    carry_out_raise(scenario.division, found.raise_id, REVIEWER, NOW)
    subsidy = Subsidy(
        DIVISION,
        SubsidyKind.HOLIDAY,
        date(2026, 11, 1),
        Month("2026-11"),
        SubsidyUnit.PERSON,
        Fen(10_000),
        ("dibao",),
        "节慰1号",
    )
    grant_subsidy(scenario.division, scenario.command_id(), subsidy, REVIEWER, NOW)
    scenario.do(
        SuspendEntitlement,
        REVIEWER,
        entitlement_id=api.entitlement,
        from_month="2026-11",
        reason="未配合核查",
        article="57 art. 29",
    )
    scenario.do(ChangeAttributes, CLERK, household_id=api.household, person_id=person, attributes=Attributes(labour_ability="full"),
                changed_on=date(2026, 11, 2), document="鉴定")  # fmt: skip
    offer = scenario.do(
        OfferJob,
        CLERK,
        person_id=person,
        introduced_by="人社局",
        work="保洁",
        suitable=True,
        offered_on=date(2026, 11, 3),
    ).events[0]
    scenario.do(
        RefuseJob,
        CLERK,
        person_id=person,
        job_offer_id=offer.job_offer_id,
        just_cause=False,
        refused_on=date(2026, 11, 4),
    )  # type: ignore[attr-defined]
    scenario.do(
        DeclareCircumstances, CLERK, household_id=api.household, declared_on=date(2026, 11, 20), income=()
    )
    scenario.do(DeclareCutOff, CLERK, organisation_id=REGIMENT, month="2026-11", changes=0)
    with Runner(scenario.division.url, scenario.division.schema) as runner:
        runner.catch_up()
    data = await api.data(ALL, Role.REVIEWER, number=id_number(1, date(1980, 5, 17)))
    kinds = [change["kind"] for change in data["unreviewedChanges"]["nodes"]]
    assert kinds == ["AttributesChanged", "CircumstancesDeclared"]
    assert data["jobRefusals"]["nodes"] == [{"personId": person, "offered": 1, "refused": 1, "inARow": 1}]
    assert data["turnsNextMonth"] == [{"kind": "turns_60", "personId": person, "on": "2040-05-17"}]
    held = data["suspendedEntitlements"]["nodes"][0]
    assert (held["entitlementId"], held["fromMonth"], held["reason"]) == (
        api.entitlement,
        "2026-11",
        "未配合核查",
    )
    assert data["backPayByCause"] == []
    assert (data["yes"]["covered"], data["yes"]["category"], data["no"]["covered"]) == (True, "dibao", False)
    assert data["yes"]["decisionPosition"] > 0
    assert [o["organisationId"] for o in data["organisationsNotClosed"]] == [OTHER]
    rise = data["standardRaises"]["nodes"][0]
    assert (rise["status"], rise["households"], rise["lines"]["nodes"][0]["adjustedPosition"] > 0) == (
        "carried_out",
        1,
        True,
    )
    paid = data["bulkSubsidies"]["nodes"][0]
    assert (paid["people"], paid["total"], paid["lines"]["nodes"][0]["amount"]) == (2, "200.00", "200.00")
    told = {task["kind"] for task in data["tasks"]["nodes"]}
    assert {"notice_due", "cut_off_due"} <= told
