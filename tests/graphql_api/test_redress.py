"""What the API answers about complaints, reviews, corrections and exemptions, and to whom [questions 43, 51]."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest

import graphql_api
from ledger.complaints.events import ComplaintChannel, ComplaintFinding, ComplaintKind, ComplaintLodged
from ledger.identification.changes import SuspendEntitlement
from ledger.ids import OperatorId
from ledger.kernel import Actor, Fen, Month, Role
from ledger.redress.complaints import AnswerComplaint, AssignComplaint, InvestigateComplaint
from ledger.redress.corrections import AssessError, GrantExemption, MakeCorrection
from ledger.redress.events import FoundBy, Grounds
from ledger.redress.lodging import LodgeComplaint
from ledger.redress.reviews import AcceptReview, RequestReview
from ledger.registry.changes import DeclareCircumstances
from ledger.registry.events import IncomeLine
from ledger.standards.commands import SetStandard
from tests.graphql_api.conftest import Api
from tests.ledger.test_corrections import now, today
from tests.scenario import ADMIN, CLERK, DIVISION, OTHER, REGIMENT, REVIEWER

AUDITOR = Actor(operator_id="auditor-1", organisation_id=DIVISION, role=Role.AUDITOR)
DAY = date(2026, 11, 2)
ALL = """query($f: ComplaintFilter, $why: String) { complaints(filter: $f, on: "2026-12-01") { nodes {
    complaintId kind anonymous stage ageDays dueOn overdue handler subjectOperator householdId finding
    complainant(purpose: $why) contact(purpose: $why) text(purpose: $why) findings(purpose: $why) answer(purpose: $why) } } }"""


def lodge(api: Api, **fields: Any) -> ComplaintLodged:
    given: dict[str, Any] = {
        "organisation_id": DIVISION, "complaint_kind": ComplaintKind.REPORT, "channel": ComplaintChannel.HOTLINE,
        "complainant": "王五", "contact": "13900000000", "text": "邻居说他家有车", "entitlement_id": api.entitlement,
        "lodged_on": DAY,
    }  # fmt: skip
    made = api.scenario.do(LodgeComplaint, CLERK, **given | fields).events[0]
    assert isinstance(made, ComplaintLodged)
    return made


@pytest.mark.records
async def test_open_complaints_are_listed_with_age_term_and_stage_and_identity_for_those_who_must_know(
    api: Api,
) -> None:
    """Question 51; 649 art. 61: whoever is concerned reads neither who complained nor what was said."""
    lodged = lodge(api)
    api.scenario.do(
        AssignComplaint,
        REVIEWER,
        complaint_id=lodged.complaint_id,
        handler=OperatorId("auditor-1"),
        assigned_on=DAY,
    )
    lodge(
        api,
        entitlement_id=None,
        complainant=None,
        contact=None,
        subject_operator=OperatorId("reviewer-1"),
        text="吃拿卡要",
    )
    api.catch_up()
    why = {"why": "办理投诉举报"}

    seen = (await api.data(ALL, Role.AUDITOR, **why))["complaints"]["nodes"]
    assert [(c["stage"], c["ageDays"], c["dueOn"], c["overdue"]) for c in seen] == [
        ("assigned", 29, "2026-11-17", True), ("lodged", 29, "2026-11-17", True),
    ]  # fmt: skip
    assert [c["complainant"] for c in seen] == ["王五", None]
    assert seen[0]["text"] == "邻居说他家有车"
    assert (await api.data(ALL, Role.AUDITOR))["complaints"]["nodes"][0]["complainant"] == "***"

    # The reviewer confirmed the entitlement: concerned in the first, complained of in the second.
    mine = (await api.data(ALL, Role.REVIEWER, **why))["complaints"]["nodes"]
    assert [(c["complaintId"], c["complainant"], c["contact"], c["text"]) for c in mine] == [
        (lodged.complaint_id, "***", "***", "***")
    ]
    for role, place in ((Role.CLERK, REGIMENT), (Role.CLERK, OTHER)):
        assert (await api.data(ALL, role, organisation=place, **why))["complaints"]["nodes"] == []
    assert await api.refused(ALL, Role.FINANCE) == "FORBIDDEN"
    for filter, count in (({"open": True}, 2), ({"open": False}, 0), ({"stage": "lodged"}, 1), ({"overdue": False}, 0),
                          ({"householdId": api.household}, 1), ({"anonymous": True}, 1), ({"handler": "auditor-1"}, 1)):  # fmt: skip
        assert len((await api.data(ALL, Role.AUDITOR, f=filter))["complaints"]["nodes"]) == count, filter


@pytest.mark.records
async def test_a_complaint_about_an_officer_leaves_no_trace_on_the_chain(api: Api) -> None:
    """One about the case is an entry, without a word of who or what."""
    lodge(api, entitlement_id=None, household_id=api.household, subject_operator=OperatorId("clerk-1"))
    lodge(api)
    api.catch_up()
    chain = """query($id: String) { household(id: $id) { chain(first: 200, filter: {kind: ["ComplaintLodged"]}) {
        nodes { kind summary(language: ZH) person_ids: personIds } } } }"""
    nodes = (await api.data(chain, Role.CLERK, id=api.household))["household"]["chain"]["nodes"]
    assert nodes == [{"kind": "ComplaintLodged", "summary": "投诉举报登记，举报", "person_ids": []}]


@pytest.mark.records
async def test_the_log_tells_auditors_alone_what_is_complained_of_officers(api: Api) -> None:
    """649 art. 61, 63: a reviewer finds neither what was told of themselves nor of a colleague; the auditor finds all."""
    asked = '{ events(first: 200, filter: {types: ["ComplaintLodged"]}) { nodes { tags } } }'
    lodge(api)
    lodge(api, subject_operator=OperatorId("reviewer-1"))
    lodge(api, entitlement_id=None, subject_operator=OperatorId("clerk-1"))
    api.catch_up()
    assert len((await api.data(asked, Role.AUDITOR))["events"]["nodes"]) == 3
    (seen,) = (await api.data(asked, Role.REVIEWER))["events"]["nodes"]
    assert not any(tag.startswith("operator:") for tag in seen["tags"])
    assert len((await api.data(asked, Role.FINANCE))["events"]["nodes"]) == 2
    by_tag = f'{{ events(filter: {{tag: "household:{api.household}", types: ["ComplaintLodged"]}}) {{ nodes {{ tags }} }} }}'
    assert len((await api.data(by_tag, Role.REVIEWER))["events"]["nodes"]) == 1


@pytest.mark.records
async def test_a_complaint_about_an_officer_is_the_auditors_task_and_nobody_elses(api: Api) -> None:
    """649 art. 63: no colleague of the officer learns of it; one about a household is the clerk's."""
    lodge(api, entitlement_id=None, organisation_id=REGIMENT, subject_operator=OperatorId("clerk-1"))
    other = lodge(api, organisation_id=REGIMENT)
    api.catch_up()
    asked = 'query($r: String) { tasks(on: "2027-12-31", role: $r) { nodes { kind subjectId role dueOn } } }'

    async def complaints(role: Role, of: str | None = None) -> set[tuple[str, str]]:
        nodes = (await api.data(asked, role, r=of))["tasks"]["nodes"]
        return {(n["kind"], n["subjectId"]) for n in nodes if n["kind"].startswith("complaint")}

    mine = {("complaint_acknowledge", other.complaint_id), ("complaint_answer", other.complaint_id)}
    assert await complaints(Role.CLERK) == mine
    assert await complaints(Role.REVIEWER, "clerk") == mine
    assert await complaints(Role.REVIEWER) == set()
    assert len(await complaints(Role.AUDITOR)) >= 2
    assert len(await complaints(Role.AUDITOR, "auditor")) == 2


@pytest.mark.records
async def test_a_correction_stands_beside_its_original_and_an_exemption_shows_the_whole_timeline(
    api: Api,
) -> None:
    """Question 43; S 四(三)."""
    do = api.scenario.do
    do(SetStandard, ADMIN, name="error_correction_days", organisation_id=DIVISION, value=5, unit="days",
       from_date=date(2026, 1, 1), document="示范容错办法")  # fmt: skip
    wrong, right = (
        do(DeclareCircumstances, CLERK, now(), household_id=api.household, declared_on=DAY,
           income=(IncomeLine(kind="wage", annual_fen=Fen(fen)),))
        for fen in (6_000_000, 600_000)
    )  # fmt: skip
    made = do(MakeCorrection, CLERK, now(), organisation_id=REGIMENT, household_id=api.household,
              wrong_commands=(wrong.events[0].command_id,), correcting_commands=(right.events[0].command_id,), wrong="多录一个零",
              right="六千元", cause="笔误", found_by=FoundBy.SELF, discovered_on=today()).events[0]  # fmt: skip
    of = {"correction_id": made.correction_id}  # type: ignore[attr-defined]
    do(AssessError, AUDITOR, now(), **of, assessors=(OperatorId("auditor-1"), OperatorId("auditor-2")),
       grounds=Grounds(public_spirited=True, duty_done=True, objective_cause=True), opinion="无心之失", minutes="记录1号",
       assessment_on=today())  # fmt: skip
    do(GrantExemption, REVIEWER, now(), **of, operator_id=OperatorId("clerk-1"), reason="及时纠正", decision_number="免1号",
       decided_on=today())  # fmt: skip
    api.catch_up()
    chain = """query($id: String) { household(id: $id) { chain(first: 200) { nodes { position kind corrections {
        cause wrong(purpose: "核对更正") originals { position type event { data } } correctives { position } } } } } }"""
    nodes = (await api.data(chain, Role.CLERK, id=api.household))["household"]["chain"]["nodes"]
    corrected = [n for n in nodes if n["corrections"]]
    assert [n["position"] for n in corrected] == [wrong.position]
    (shown,) = corrected[0]["corrections"]
    assert shown["wrong"] == "多录一个零"
    assert [o["position"] for o in shown["originals"]] == [wrong.position]
    assert shown["originals"][0]["event"]["data"]["income"][0]["annual_fen"] == 6_000_000
    assert [c["position"] for c in shown["correctives"]] == [right.position]

    asked = """{ exemptions { nodes { operatorId outcome inTimeUntil term decisionNumber correction { foundBy
        timeline { on what operatorId position } } } } }"""
    (found,) = (await api.data(asked, Role.AUDITOR))["exemptions"]["nodes"]
    assert (found["operatorId"], found["outcome"]) == ("clerk-1", "exempt")
    assert found["inTimeUntil"] == str(today() + timedelta(days=5))
    steps = [(m["what"], m["operatorId"]) for m in found["correction"]["timeline"]]
    assert steps == [("recorded", "clerk-1"), ("discovered", None), ("corrected", "clerk-1"), ("assessed", "auditor-1"),
                     ("assessed", "auditor-2"), ("exempt", "clerk-1")]  # fmt: skip
    # Staff matters are told to overseers and to whom they concern, to nobody else.
    assert len((await api.data(asked, Role.CLERK))["exemptions"]["nodes"]) == 1
    assert (await api.data(asked, Role.FINANCE))["exemptions"]["nodes"] == []
    assert (await api.data(asked, Role.AUDITOR, organisation=OTHER))["exemptions"]["nodes"] == []
    listed = await api.data(
        'query { corrections(operatorId: "clerk-1") { nodes { correctionId outcomes { outcome } } } }',
        Role.FINANCE,
    )
    assert listed["corrections"]["nodes"] == [{"correctionId": made.correction_id, "outcomes": []}]  # type: ignore[attr-defined]
    events = await api.data(
        '{ events(filter: {types: ["CircumstancesDeclared"]}) { nodes { position corrections { cause } } } }',
        Role.AUDITOR,
    )
    assert {n["position"]: len(n["corrections"]) for n in events["events"]["nodes"]}[wrong.position] == 1


@pytest.mark.records
async def test_reviews_show_what_is_challenged_and_tasks_say_what_is_due(api: Api) -> None:
    """57 art. 38; every fragment of tasks gives the columns the list of tasks is made of."""
    do = api.scenario.do
    do(
        SuspendEntitlement,
        REVIEWER,
        entitlement_id=api.entitlement,
        from_month=Month("2026-12"),
        reason="未申报",
        article="57 art. 32",
    )
    requested = do(RequestReview, CLERK, household_id=api.household, applicant=api.people[0], organ="某市人民政府",
                   known_on=date(2026, 11, 24), requested_on=date(2026, 11, 24), grounds="已申报", entitlement_id=api.entitlement)  # fmt: skip
    review = requested.events[0].review_id  # type: ignore[attr-defined]
    do(AcceptReview, CLERK, review_id=review, accepted_on=date(2026, 11, 24))
    lodged = lodge(api)
    do(
        AssignComplaint,
        REVIEWER,
        complaint_id=lodged.complaint_id,
        handler=OperatorId("auditor-1"),
        assigned_on=DAY,
    )
    do(InvestigateComplaint, AUDITOR, complaint_id=lodged.complaint_id, finding=ComplaintFinding.UPHELD, findings="有车",
       evidence=("登记证",), investigated_on=DAY)  # fmt: skip
    do(AnswerComplaint, AUDITOR, complaint_id=lodged.complaint_id, answer="属实", answered_on=DAY)
    api.catch_up()
    asked = """{ reviews { nodes { reviewId stage decideBy grounds(purpose: "办理复议") challenged { type } lawsuits { court } } }
        lawsuits { nodes { court } } }"""
    data = await api.data(asked, Role.REVIEWER)
    assert data["lawsuits"]["nodes"] == []
    assert data["reviews"]["nodes"] == [
        {"reviewId": review, "stage": "accepted", "decideBy": "2027-01-23", "grounds": "已申报",
         "challenged": {"type": "EntitlementSuspended"}, "lawsuits": []}
    ]  # fmt: skip
    assert (await api.data("{ reviews { nodes { reviewId } } }", Role.CLERK, organisation=OTHER))["reviews"][
        "nodes"
    ] == []
    sql = (Path(graphql_api.__file__).parent / "tasks" / "redress.sql").read_text(encoding="utf-8")
    with psycopg.connect(api.scenario.division.url) as connection:
        connection.execute(f"SET search_path TO {api.scenario.division.schema}".encode())
        cursor = connection.execute(sql.encode(), {"today": today()})
        assert [c.name for c in cursor.description or ()] == [
            "kind", "zh", "en", "subject_kind", "subject_id", "household_id", "organisation_id", "role", "due_on", "since",
        ]  # fmt: skip
        assert sorted((row[0], row[7], str(row[8])) for row in cursor) == [
            ("complaint_remedy", "clerk", "2027-01-01"), ("review_decision", "reviewer", "2027-01-23"),
        ]  # fmt: skip
