"""Questions about cases and tasks: each in one request, in scope, by the decision's own computation."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Iterator
from datetime import date
from typing import Any, NamedTuple

import pytest

from graphql_api.context import Context
from ledger.identification.case_events import ObligorMeans
from ledger.identification.coverification import RequestCoVerification
from ledger.identification.decisions import ConfirmCategory, RefuseCategory
from ledger.identification.documents import RegisterDocument
from ledger.identification.events import Amount, ApplicationSubmitted, Component
from ledger.identification.obligors import AuthoriseObligor, NameObligor, RecordObligorMeans
from ledger.identification.procedure import (
    AcceptApplication,
    AuthoriseCheck,
    GiveOpinion,
    RecordHomeVisit,
    RecordMeansCheck,
    StartPublicity,
    SubmitApplication,
)
from ledger.identification.procedure_inquiry import FileNearRelative
from ledger.kernel import Fen, FileHash, Refused, Role
from ledger.store.vault import DivisionKey
from tests.conftest import fresh_division
from tests.graphql_api.conftest import Api, opened, settled
from tests.ledger.test_county import lodge
from tests.scenario import CLERK, OTHER, REGIMENT, REVIEWER, Scenario


class Made(NamedTuple):
    """Cases at different stages, by id."""

    posted: str
    kin: str
    refused: str
    tekun: str


def on(day: int) -> date:
    return date(2026, 9, day)


def to_opinion(scenario: Scenario, first: int, category: str = "dibao", **more: Any) -> tuple[str, list[Any]]:
    house, people = scenario.household(first, **more)
    covered = tuple(people if category == "dibao" else people[:1])
    made = scenario.do(SubmitApplication, CLERK, household_id=house, category=category, applicant=people[0], covered=covered, submitted_on=on(3))  # fmt: skip
    case = next(e.case_id for e in made.events if isinstance(e, ApplicationSubmitted))
    scenario.do(AcceptApplication, CLERK, case_id=case, accepted_on=on(4))
    scenario.do(AuthoriseCheck, CLERK, case_id=case, authorised_by=covered, authorised_on=on(4))
    return case, [house, *people]


@pytest.fixture(scope="module")
def made(
    postgres_url: str, division_key: DivisionKey, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Any, Made]]:
    """A division with cases that are posted, blocked, refused and waiting for another organisation."""
    with fresh_division(
        postgres_url, f"test_{os.getpid()}_cases", division_key, tmp_path_factory.mktemp("cases")
    ) as division:
        scenario = Scenario(division)
        scenario.standards()
        posted, (house, *_) = to_opinion(scenario, 101)
        scenario.do(RegisterDocument, CLERK, household_id=house, case_id=posted, document_kind="application",
                    file_hash=FileHash("0f" * 32), location="3柜", pages=2)  # fmt: skip
        scenario.do(RecordMeansCheck, CLERK, case_id=posted, source="x", as_of=on(7), received_on=on(7))
        scenario.do(
            RecordHomeVisit, CLERK, case_id=posted, visitors=("甲", "乙"), signed=True, visited_on=on(8)
        )
        scenario.do(GiveOpinion, CLERK, case_id=posted, approve=True, reason="x", given_on=on(9),
                    proposed=(Amount(component=Component.BASE, amount_fen=Fen(110_000)),))  # fmt: skip
        scenario.do(StartPublicity, CLERK, case_id=posted, place="一连", shown_name="测**", started_on=on(10))
        kin_house, kin_people = scenario.household(111)
        kin = scenario.opinion(kin_house, kin_people)
        scenario.do(FileNearRelative, CLERK, case_id=kin, person_id=kin_people[0], kinship="弟", official="某干事", post="民政干事", filed_on=on(17))  # fmt: skip
        lodge(scenario, "api", kin_house, kin, on(18))
        rich_house, rich_people = scenario.household(121, income=9_000_000)
        refused = scenario.opinion(rich_house, rich_people)
        scenario.do(
            RefuseCategory,
            REVIEWER,
            case_id=refused,
            decided_on=on(18),
            reason="超标准",
            article="57 art. 21",
        )
        tekun, _ = to_opinion(scenario, 131, "tekun", count=1, births=(date(1950, 1, 1),), income=0)
        obligor = (
            scenario.do(NameObligor, CLERK, case_id=tekun, name="某子", kinship="子", named_on=on(4))
            .events[0]
            .obligor_id
        )  # type: ignore[attr-defined]
        scenario.do(
            AuthoriseObligor, CLERK, case_id=tekun, obligor_id=obligor, document="授", authorised_on=on(4)
        )
        scenario.do(
            RecordObligorMeans,
            CLERK,
            case_id=tekun,
            obligor_id=obligor,
            means=ObligorMeans(tekun=True),
            recorded_on=on(7),
        )
        scenario.do(
            RequestCoVerification, CLERK, case_id=tekun, asked_id=OTHER, matters=("居住",), requested_on=on(7)
        )
        yield settled(scenario), Made(posted, kin, refused, tekun)


@pytest.fixture
async def api(made: tuple[Any, Made]) -> AsyncIterator[Api]:
    async with opened(made[0]) as served:
        yield served


@pytest.fixture
def cases(made: tuple[Any, Made]) -> Made:
    return made[1]


CASE = """query($id: String!, $on: Date) { case(id: $id) { id status stage category dueOn household { number }
  steps { kind titleZh titleEn occurredOn actor { operatorId role } } parties { role personId kinship authorised able article name }
  documents { documentKind fileHash location pages } missingDocuments { code nameZh nameEn }
  deadlines(on: $on) { kind nameZh dueOn doneOn overdue } duties { kind nameZh nameEn role dueOn article }
  blockers(on: $on) { code messageZh messageEn article } coVerifications { askedId dueOn answeredOn } } }"""


async def test_one_request_tells_what_blocks_an_application(api: Api, cases: Made) -> None:
    """Question 3: blockers in both languages with their article, as the decision refuses."""
    found = (await api.data(CASE, id=cases.kin, on="2026-09-21"))["case"]
    assert [(b["code"], b["article"]) for b in found["blockers"]] == [("CountyVisitNeeded", "57 art. 20")] * 2
    assert "投诉举报" in found["blockers"][1]["messageZh"]
    with pytest.raises(Refused) as refusal:
        api.scenario.do(ConfirmCategory, REVIEWER, case_id=cases.kin, decided_on=on(21))
    assert refusal.value.english == found["blockers"][0]["messageEn"]
    assert (found["stage"], found["status"]) == ("reported", "submitted")


async def test_a_case_shows_steps_papers_parties_and_time_limits(api: Api, cases: Made) -> None:
    """57 art. 10, 15–22: what was done, what is on file and what is not, and by when the rest is due."""
    found = (await api.data(CASE, id=cases.posted, on="2026-10-23"))["case"]
    kinds = [
        "ApplicationSubmitted",
        "ApplicationAccepted",
        "CheckAuthorised",
        "MeansChecked",
        "HomeVisited",
        "OpinionGiven",
    ]
    assert [s["kind"] for s in found["steps"]] == [*kinds, "PublicityStarted"]
    assert [d["documentKind"] for d in found["documents"]] == ["application"]
    assert "application" not in {d["code"] for d in found["missingDocuments"]}
    assert "identity" in {d["code"] for d in found["missingDocuments"]}
    due = {d["kind"]: (d["dueOn"], d["overdue"]) for d in found["deadlines"]}
    assert due["case_start"] == ("2026-09-09", False)
    assert due["case_decide"] == (found["dueOn"], True)
    assert [d["kind"] for d in found["duties"]] == ["case_publicity_end"]
    assert {p["role"] for p in found["parties"]} == {"applicant", "covered"}
    assert all(p["name"] == "***" for p in found["parties"])


async def test_obligors_are_parties_with_the_ground_that_judged_them(api: Api, cases: Made) -> None:
    """43 art. 8, 10."""
    found = (await api.data(CASE, id=cases.tekun))["case"]
    obligor = next(p for p in found["parties"] if p["role"] == "obligor")
    assert (obligor["authorised"], obligor["able"], obligor["article"], obligor["name"]) == (
        True,
        False,
        "43 art. 8(一)",
        "***",
    )


async def test_cases_are_filtered_paged_and_blocked_without_a_statement_a_row(
    api: Api, cases: Made, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Design §8: no query per row."""
    counts: list[int] = []
    original = Context.rows

    async def rows(self: Context, sql: str, **parameters: Any) -> Any:
        counts.append(1)
        return await original(self, sql, **parameters)

    monkeypatch.setattr(Context, "rows", rows)
    query = """query($first: Int!, $after: String, $filter: CaseFilter) { cases(first: $first, after: $after, filter: $filter) {
      nodes { id status stage steps { kind } duties { kind } blockers { code } missingDocuments { code } }
      pageInfo { hasNextPage endCursor } } }"""
    seen, after, sizes = [], None, set()
    for first in (1, 200):
        counts.clear()
        page = (await api.data(query, first=first, after=after))["cases"]
        sizes.add(len(counts))
        seen += [n["id"] for n in page["nodes"]]
        after = page["pageInfo"]["endCursor"]
    assert len(seen) == len(set(seen)) == 5
    assert len(sizes) == 1
    for filter, expected in (({"status": "refused"}, {cases.refused}), ({"stage": "publicised"}, {cases.posted}),
                             ({"category": "tekun"}, {cases.tekun}), ({"organisationId": OTHER}, set()),
                             ({"overdueOn": "2026-10-31"}, {cases.posted, cases.kin, cases.tekun})):  # fmt: skip
        page = (await api.data(query, first=50, filter=filter))["cases"]
        assert {n["id"] for n in page["nodes"]} == expected, filter


async def test_another_organisations_case_is_out_of_scope(api: Api, cases: Made) -> None:
    assert await api.refused(CASE, Role.CLERK, organisation=OTHER, id=cases.kin) == "OUT_OF_SCOPE"
    assert (await api.data("{ cases { nodes { id } } }", Role.CLERK, organisation=OTHER))["cases"][
        "nodes"
    ] == []
    assert (await api.data(CASE, id="nowhere"))["case"] is None


async def test_what_is_posted_is_masked_as_it_was_frozen(api: Api, cases: Made) -> None:
    """Question 7; 57 art. 19, 24: surname and **, members, amount, and nothing more."""
    query = "{ publicityList { nodes { caseId name members amount place until categoryName } } }"
    nodes = (await api.data(query, Role.CLERK))["publicityList"]["nodes"]
    assert nodes == [{"caseId": cases.posted, "name": "测**", "members": 2, "amount": "1100.00", "place": "一连",
                      "until": "2026-09-16", "categoryName": "最低生活保障"}]  # fmt: skip
    assert (await api.data(query, Role.CLERK, organisation=OTHER))["publicityList"]["nodes"] == []


async def test_kin_of_staff_are_a_register_of_their_own(api: Api, cases: Made) -> None:
    """Question 8; 57 art. 11, 20: who filed, and whether the county visited; the official's name for a purpose only."""
    query = "query($p: String) { nearRelativeFilings { nodes { caseId kinship post filedOn filedBy countyVisitedOn status official(purpose: $p) } } }"
    (node,) = (await api.data(query))["nearRelativeFilings"]["nodes"]
    assert node == {"caseId": cases.kin, "kinship": "弟", "post": "民政干事", "filedOn": "2026-09-17", "filedBy": "clerk-1",
                    "countyVisitedOn": None, "status": "submitted", "official": "***"}  # fmt: skip
    (node,) = (await api.data(query, p="备案核查"))["nearRelativeFilings"]["nodes"]
    assert node["official"] == "某干事"


async def test_why_it_was_refused_names_rule_and_evidence(api: Api, cases: Made) -> None:
    """Question 10; 57 art. 21."""
    query = """query($id: String) { whyRefused(caseId: $id) { kind titleZh reason article decidedOn operatorId members
      evidence { kind titleZh occurredOn } } }"""
    (why,) = (await api.data(query, id=cases.refused))["whyRefused"]
    assert (why["kind"], why["reason"], why["article"], why["decidedOn"]) == (
        "CategoryRefused",
        "超标准",
        "57 art. 21",
        "2026-09-18",
    )
    assert {"MeansChecked", "HomeVisited", "OpinionGiven", "ReportedToCounty"} <= {
        e["kind"] for e in why["evidence"]
    }
    assert (await api.refused("{ whyRefused { kind } }")) == "BAD_INPUT"
    assert (await api.data(query, Role.CLERK, organisation=OTHER, id=cases.refused))["whyRefused"] == []


async def test_co_verifications_stand_with_the_organisation_that_is_asked(api: Api, cases: Made) -> None:
    """Question 52; 57 art. 15: the other organisation sees what it is asked, and nothing else of the case."""
    query = "query($p: String) { coVerifications { nodes { caseId organisationId matters dueOn answeredOn applicantName(purpose: $p) } } }"
    (node,) = (await api.data(query, Role.CLERK, organisation=OTHER))["coVerifications"]["nodes"]
    assert (node["caseId"], node["organisationId"], node["matters"], node["applicantName"]) == (
        cases.tekun,
        REGIMENT,
        ["居住"],
        "***",
    )
    (node,) = (await api.data(query, Role.CLERK, organisation=OTHER, p="协查"))["coVerifications"]["nodes"]
    assert node["applicantName"] == "测试131"
    assert (await api.data(query, Role.CLERK))["coVerifications"]["nodes"] == []


TASKS = """query($on: Date, $organisation: String, $whose: String, $first: Int = 50, $after: String, $later: Boolean = false) {
  tasks(on: $on, organisation: $organisation, role: $whose, first: $first, after: $after, later: $later) {
    nodes { kind nameZh nameEn subjectId organisationId role dueOn since overdue } pageInfo { hasNextPage endCursor } } }"""


async def test_tasks_are_told_by_role_scope_and_day(api: Api, cases: Made) -> None:
    """Question 2: what is due to whom and when, over every area, in one request."""
    clerk = (await api.data(TASKS, Role.CLERK, on="2026-09-17"))["tasks"]["nodes"]
    mine = {(t["kind"], t["subjectId"]): t for t in clerk if t["kind"].startswith("case_")}
    assert mine[("case_publicity_end", cases.posted)]["dueOn"] == "2026-09-17"
    assert not mine[("case_publicity_end", cases.posted)]["overdue"]
    assert {t["role"] for t in clerk} == {"clerk"}
    assert ("case_notify", cases.refused) not in mine  # due on the 22nd
    late = (await api.data(TASKS, Role.CLERK, on="2026-09-23"))["tasks"]["nodes"]
    assert any(t["kind"] == "case_notify" and t["overdue"] for t in late)
    asked = (await api.data(TASKS, Role.CLERK, organisation=OTHER, on="2026-12-31"))["tasks"]["nodes"]
    assert [t["kind"] for t in asked if t["kind"].startswith("case_")] == ["case_co_verification"]
    county = (await api.data(TASKS, Role.REVIEWER, on="2026-12-31"))["tasks"]["nodes"]
    assert ("case_county_visit", cases.kin) in {(t["kind"], t["subjectId"]) for t in county}
    assert {t["role"] for t in county} == {"reviewer"}
    assert await api.refused(TASKS, Role.CLERK, whose="reviewer") == "FORBIDDEN"


async def test_pages_of_tasks_join_without_gap_or_overlap_oldest_first(api: Api) -> None:
    whole = (await api.data(TASKS, Role.REVIEWER, whose="clerk", on="2027-12-31"))["tasks"]["nodes"]
    pages, after = [], None
    while True:
        page = (await api.data(TASKS, Role.REVIEWER, whose="clerk", on="2027-12-31", first=2, after=after))[
            "tasks"
        ]
        pages += page["nodes"]
        after = page["pageInfo"]["endCursor"]
        if not page["pageInfo"]["hasNextPage"]:
            break
    assert pages == whole
    days = [t["dueOn"] or "9999" for t in whole]
    assert days == sorted(days)


@pytest.mark.records
async def test_a_publicity_takes_the_surname_from_the_register_and_the_reading_is_recorded(
    scenario: Scenario,
) -> None:
    """57 art. 19, 24: surname and ** only; whoever reads a name leaves a record of it."""
    case, _ = to_opinion(scenario, 101)
    scenario.do(RecordMeansCheck, CLERK, case_id=case, source="x", as_of=on(7), received_on=on(7))
    scenario.do(RecordHomeVisit, CLERK, case_id=case, visitors=("甲", "乙"), signed=True, visited_on=on(8))
    scenario.do(GiveOpinion, CLERK, case_id=case, approve=True, reason="x", given_on=on(9))
    async with opened(settled(scenario)) as api:
        given = {
            "commandId": "0199c000-0000-7000-8000-000000000001",
            "caseId": case,
            "place": "一连",
            "startedOn": "2026-09-10",
        }
        query = "mutation($input: StartPublicityInput!) { startPublicity(input: $input) { __typename ... on Refusal { code } } }"
        before = api.scenario.division.readings._ledger.recorder.head()
        outside = await api.data(query, Role.CLERK, organisation=OTHER, input=given)
        assert outside["startPublicity"]["code"] == "OutOfScope"
        assert api.scenario.division.readings._ledger.recorder.head() == before
        for _ in range(2):  # given again it answers as it did
            assert (await api.data(query, Role.CLERK, input=given))["startPublicity"][
                "__typename"
            ] == "Recorded"
        assert api.scenario.division.readings._ledger.recorder.head() > before
        api.catch_up()
        nodes = (await api.data("{ publicityList { nodes { name members amount } } }"))["publicityList"][
            "nodes"
        ]
        assert nodes == [{"name": "测**", "members": 2, "amount": None}]
