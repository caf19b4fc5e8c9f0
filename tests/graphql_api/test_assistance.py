"""What departments ask: their programmes, referrals and rosters, and who is due what and has it not. One request each."""

from __future__ import annotations

import base64
from collections.abc import AsyncIterator, Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from graphql_api.types.common import encode_cursor
from ledger.assistance.delivering import DeliverAssistance, EndAssistance, ReportAssistance
from ledger.assistance.disasters import AssessHousing, DeclareDisaster
from ledger.assistance.events import DangerLevel, DisasterDeclared, Outcome
from ledger.assistance.reporting import ReportAid
from ledger.identification.listed import RecordListed
from ledger.kernel import Fen, HouseholdId, Named, PersonId, Role
from ledger.programmes.events import CoverLevel
from ledger.programmes.programme_commands import DefineProgramme
from ledger.programmes.programme_events import FieldKind, Offer, OwnField, Recurrence
from ledger.registry.events import Area, Attributes
from ledger.store.vault import DivisionKey
from projections.runner import Runner
from tests.conftest import fresh_division
from tests.graphql_api.conftest import Api, Small, opened
from tests.ledger.departments import accepted, asked, facts, grant, of, open_departments, person, place
from tests.ledger.test_assistance import _subsidies
from tests.scenario import ADMIN, CLERK, DIVISION, NOW, OTHER_CLERK, REGIMENT, REVIEWER, Scenario, id_number

TASKS = Path(__file__).resolve().parents[2] / "src" / "graphql_api" / "tasks" / "assistance.sql"
METER = OwnField(field="meter", named=Named(zh="表号", en="meter"), holds=FieldKind.TEXT)


@pytest.fixture(scope="module")
def built(
    postgres_url: str, division_key: DivisionKey, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Small, dict[str, Any]]]:
    """A division in which something of everything happened."""
    with fresh_division(
        postgres_url, "test_department_api", division_key, tmp_path_factory.mktemp("api")
    ) as division:
        scenario = Scenario(division)
        scenario.standards()
        open_departments(scenario)
        small, ids = _happened(scenario)
        with Runner(division.url, division.schema) as runner:
            runner.catch_up()
        yield small, ids


def _happened(s: Scenario) -> tuple[Small, dict[str, Any]]:
    ids: dict[str, Any] = {}
    house, people, entitlement = s.covered(1, 1, attributes=Attributes(schooling="high_school"))
    other, others = person(
        s, 51, clerk=OTHER_CLERK, schooling="college", disability_level=1, disability_type="physical"
    )
    ids["student"], ids["severe"] = people[0], others
    open_ = asked(s, other, [others], "jiaoyu_jiuzhu", "jy", by=OTHER_CLERK)
    ids["open"] = open_
    second, pupils, _ = s.covered(11, 1, attributes=Attributes(schooling="college"))
    granted = accepted(s, second, pupils, "jiaoyu_jiuzhu", "jy")
    grant(s, granted, of("jy"), "grant", 2_000_00, facts=facts(stage="college", school_year="2026"))
    ids["granted"] = granted
    _money(s, ids)
    _homes_and_disaster(s, ids)
    return Small(s, HouseholdId(house), people, entitlement, HouseholdId(other), [PersonId(others)]), ids


def _money(s: Scenario, ids: dict[str, Any]) -> None:
    _subsidies(s)
    for n, key in ((21, "running"), (31, "stopped")):
        house, people, _ = s.covered(
            n, 1, attributes=Attributes(disability_level=2, disability_type="mental")
        )
        case = accepted(s, house, people, "canji_huli_butie", "mz", owner=REVIEWER)
        grant(s, case, REVIEWER, "subsidy", facts=facts(certificate="是"))
        s.do(DeliverAssistance, CLERK, assistance_id=case, month="2026-10", delivered_on=date(2026, 11, 10))
        ids[key] = case
    s.do(
        EndAssistance,
        REVIEWER,
        assistance_id=ids["stopped"],
        reason="等级变更",
        last_month="2026-10",
        ended_on=date(2026, 11, 12),
    )
    house, people, _ = s.covered(
        61, 1, births=(date(1950, 1, 1),), attributes=Attributes(disability_level=3, disability_type="visual")
    )
    ids["elder"] = people[0]
    house, people, _ = s.covered(
        71, 1, births=(date(1950, 1, 1),), attributes=Attributes(disability_level=3, disability_type="visual")
    )
    works = accepted(s, house, people, "wuzhangai_gaizao", "mz", owner=REVIEWER)
    grant(s, works, REVIEWER, "works", facts=facts(works="扶手"))


def _homes_and_disaster(s: Scenario, ids: dict[str, Any]) -> None:
    made = s.do(
        DeclareDisaster,
        of("yj"),
        organisation_ids=(REGIMENT,),
        kind="雪",
        named=Named(zh="雪灾", en="snow"),
        struck_on=date(2026, 10, 9),
    )
    ids["snow"] = next(e.disaster_id for e in made.events if isinstance(e, DisasterDeclared))
    house, who = person(s, 81, area=Area.RURAL)
    ids["unsafe"] = house
    s.do(AssessHousing, of("zj"), household_id=house, danger=DangerLevel.D, assessed_on=date(2026, 10, 8))
    safe, _ = person(s, 91, area=Area.RURAL)
    s.do(AssessHousing, of("zj"), household_id=safe, danger=DangerLevel.D, assessed_on=date(2026, 9, 8))
    s.do(AssessHousing, of("zj"), household_id=safe, danger=DangerLevel.A, assessed_on=date(2026, 10, 8))
    hit = accepted(s, house, [who], "shouzai_jiuzhu", "yj")
    grant(s, hit, of("yj"), "cash", 500_00, disaster_id=ids["snow"], facts=facts(relief="emergency"))
    s.do(ReportAssistance, of("yj"), assistance_id=hit, outcome=Outcome.GIVEN, reported_on=date(2026, 10, 20))
    s.do(ReportAid, of("yb"), id_number=id_number(81), programme="canbao_zizhu", record_number="YB1", form="premium_fixed", amount_fen=Fen(280_00),
         delivered_on=date(2026, 10, 25), facts=facts(insured_year="2027"))  # fmt: skip
    watched, member = person(s, 101, labour_ability="full")
    ids["watched"] = watched
    s.do(RecordListed, CLERK, household_id=watched, category="fangfanpin", category_kind="tufa_kunnan", covered=(member,), department="农业农村局",
         list_document="监测名单1号", listed_on=date(2026, 9, 10))  # fmt: skip
    post = accepted(s, watched, [member], "kaifa_gangwei", "nn")
    grant(s, post, of("nn"), "post", facts=facts(post="road", contract="岗1号"))
    alone, other = person(s, 111, labour_ability="full")
    ids["alone"] = alone
    s.do(RecordListed, CLERK, household_id=alone, category="fangfanpin", category_kind="tufa_kunnan", covered=(other,), department="农业农村局",
         list_document="监测名单1号", listed_on=date(2026, 9, 10))  # fmt: skip


@pytest.fixture
async def api(built: tuple[Small, dict[str, Any]]) -> AsyncIterator[Api]:
    head = built[0].scenario.ledger.recorder.head()
    async with opened(built[0]) as made:
        yield made
    assert built[0].scenario.ledger.recorder.head() == head


@pytest.fixture
def ids(built: tuple[Small, dict[str, Any]]) -> dict[str, Any]:
    return built[1]


def at(code: str) -> dict[str, Any]:
    return {"role": Role.DEPARTMENT, "organisation": place(code)}


async def nodes(api: Api, field: str, selection: str, **more: Any) -> list[Any]:
    found = (await api.data(f"{{ {field} {{ nodes {{ {selection} }} }} }}", **more))[field.split("(")[0]][
        "nodes"
    ]
    assert isinstance(found, list)
    return found


async def test_programmes_are_there_with_their_forms_fields_and_exclusions(api: Api) -> None:
    """S 三: what a department owns or helps with, as data."""
    query = "{ programmes(mine: true) { code nameZh owners forms { code nameZh amount } fields { field nameZh holds choices { code } } exclusions { code } basis recorded } assistanceForms { code } exclusions { code within } }"
    found = await api.data(query, **at("yb"))
    assert [p["code"] for p in found["programmes"]] == ["canbao_zizhu", "yiliao_jiuzhu", "jibing_yingji"]
    assert [e["code"] for e in found["programmes"][0]["exclusions"]] == ["canbao_quane_dinge"]
    assert {e["code"]: e["within"] for e in found["exclusions"]}["yiliao_yingji"] == "same_need"
    assert len((await api.data("{ programmes { code } }"))["programmes"]) == 24


async def test_question_13_a_department_sees_its_open_referrals_of_all_regiments(
    api: Api, ids: dict[str, Any]
) -> None:
    """S 二(四), 三: pushed to whom it belongs, wherever the household lives."""
    found = await nodes(
        api,
        "openReferrals",
        "assistanceId status dueOn organisationId household { key } people { personId name }",
        **at("jy"),
    )
    assert [(r["assistanceId"], r["status"], r["household"], r["people"][0]["name"]) for r in found] == [
        (ids["open"], "applied", None, "***")
    ]
    assert await nodes(api, "openReferrals", "assistanceId", **at("zj")) == []


async def test_a_department_sees_its_programmes_in_every_regiment_and_nothing_else(
    api: Api, ids: dict[str, Any]
) -> None:
    """S 二(一), 四(二); clause 10: only the addressee sees it."""
    mine = await nodes(api, "assistances", "assistanceId programme organisationId", **at("jy"))
    assert {m["programme"] for m in mine} == {"jiaoyu_jiuzhu"}
    assert len({m["organisationId"] for m in mine}) == 2
    assert await nodes(api, "households", "number", **at("jy")) == []
    query = "query($id: String!) { assistance(id: $id) { status department { name } programmeZh } }"
    assert (await api.data(query, id=ids["open"], **at("jy")))["assistance"]["department"]["name"] == "教育局"
    assert await api.refused(query, id=ids["open"], **at("zj")) == "OUT_OF_SCOPE"
    assert await api.refused(query, Role.CLERK, id=ids["open"]) == "OUT_OF_SCOPE"  # the other regiment's
    assert await api.refused(query, None, id=ids["open"]) == "UNAUTHENTICATED"
    assert (await api.data(query, id="nothing"))["assistance"] is None


async def test_names_are_shown_for_a_purpose_alone_and_the_reading_is_recorded(
    api: Api, ids: dict[str, Any]
) -> None:
    query = 'query($id: String!) { assistance(id: $id) { people { name(purpose: "核实学籍") idNumber } } }'
    before = api.scenario.division.readings
    found = await api.data(query, id=ids["open"], **at("jy"))
    assert found["assistance"]["people"][0] == {"name": "甲51", "idNumber": "***"}
    assert before is not None


async def test_assistances_are_filtered_and_paged(api: Api, ids: dict[str, Any]) -> None:
    status = await nodes(
        api,
        'assistances(filter: {programme: "jiaoyu_jiuzhu", status: ["granted"], year: 2026})',
        "assistanceId amount facts",
    )
    assert [(r["assistanceId"], r["amount"]) for r in status] == [(ids["granted"], "2000.00")]
    for condition in (
        f'personId: "{ids["severe"]}"',
        f'departmentId: "{place("jy")}", status: ["applied"]',
        'dueBefore: "2026-12-31", status: ["applied"]',
    ):
        assert [
            r["assistanceId"]
            for r in await nodes(api, f"assistances(filter: {{{condition}}})", "assistanceId")
        ] == [ids["open"]]
    assert len(await nodes(api, f'assistances(filter: {{disasterId: "{ids["snow"]}"}})', "form")) == 1
    for condition in ('organisationId: "d12-sp"', f'householdId: "{api.other}"'):
        assert len(await nodes(api, f"assistances(filter: {{{condition}}})", "form")) == 1
    first = await api.data(
        "{ assistances(first: 2) { nodes { assistanceId } pageInfo { endCursor hasNextPage } } }"
    )
    after = first["assistances"]["pageInfo"]["endCursor"]
    rest = await nodes(api, f'assistances(first: 200, after: "{after}")', "assistanceId")
    assert not {r["assistanceId"] for r in rest} & {r["assistanceId"] for r in first["assistances"]["nodes"]}


async def test_question_14_a_roster_on_a_day_and_what_changed_since(api: Api, ids: dict[str, Any]) -> None:
    """Clause 12: who had the care subsidy in October, and who has left since."""
    query = """{ departmentRoster(programme: "canji_huli_butie", on: "2026-10-31") { count people amount
        entries { nodes { assistanceId } } changes { nodes { change assistance { assistanceId reason } } } } }"""
    found = (await api.data(query))["departmentRoster"]
    assert (found["count"], found["people"], found["amount"]) == (2, 2, "200.00")
    assert {e["assistanceId"] for e in found["entries"]["nodes"]} == {ids["running"], ids["stopped"]}
    assert [
        (c["change"], c["assistance"]["assistanceId"], c["assistance"]["reason"])
        for c in found["changes"]["nodes"]
    ] == [("left", ids["stopped"], "等级变更")]
    earlier = (await api.data(query.replace("2026-10-31", "2026-09-30")))["departmentRoster"]
    assert (earlier["count"], [c["change"] for c in earlier["changes"]["nodes"]]) == (0, ["entered"])
    assert await api.refused(query, **at("jy")) == "FORBIDDEN"


async def test_question_16_students_of_low_income_without_aid(api: Api, ids: dict[str, Any]) -> None:
    """S 三(二): who goes to school, is of low income, and has no aid for this school year."""
    found = await nodes(
        api, "studentsWithoutAid(year: 2026)", "why category asked person { personId name }", **at("jy")
    )
    assert [(f["person"]["personId"], f["why"], f["category"], f["person"]["name"]) for f in found] == [
        (ids["student"], {"schooling": "high_school"}, "dibao", "***")
    ]
    assert len(await nodes(api, "studentsWithoutAid(year: 2025)", "category")) == 2
    assert (
        await nodes(
            api, "studentsWithoutAid", "category", role=Role.CLERK, organisation=OTHER_CLERK.organisation_id
        )
        == []
    )
    assert await api.refused("{ studentsWithoutAid { nodes { category } } }", **at("zj")) == "FORBIDDEN"


async def test_question_17_severe_disability_without_the_care_subsidy(api: Api, ids: dict[str, Any]) -> None:
    """国发〔2015〕52号 二(二): levels 1 and 2, of whatever income; one whose subsidy ended is due again."""
    found = await nodes(api, "severelyDisabledWithoutCare", "why person { personId }", **at("cl"))
    assert {f["why"]["disability_level"] for f in found} == {1, 2}
    assert ids["severe"] in {f["person"]["personId"] for f in found}
    assert len(found) == 2


async def test_question_19_unsafe_homes_not_repaired(api: Api, ids: dict[str, Any]) -> None:
    """S 三(二): the last assessment counts."""
    found = await nodes(api, "unsafeHomes", "householdId danger asked area category", **at("zj"))
    assert [(f["householdId"], f["danger"], f["asked"]) for f in found] == [(ids["unsafe"], "d", False)]
    assert await nodes(api, "unsafeHomes(lowIncomeOnly: true)", "danger") == []


async def test_question_20_disaster_hit_and_aided_elsewhere(api: Api, ids: dict[str, Any]) -> None:
    """S 三(二): what others gave those whom the snow struck."""
    field = f'disasterHit(disasterId: "{ids["snow"]}", aidedElsewhere: true)'
    found = await nodes(
        api, field, "householdId given elsewhere { programme department amount occurredOn }", **at("yj")
    )
    assert [(f["householdId"], f["given"]) for f in found] == [(ids["unsafe"], "500.00")]
    assert found[0]["elsewhere"] == [
        {
            "programme": "canbao_zizhu",
            "department": "医疗保障局",
            "amount": "280.00",
            "occurredOn": "2026-10-25",
        }
    ]


async def test_question_21_disabled_elders_without_works(api: Api, ids: dict[str, Any]) -> None:
    """S 三(五): disabled, sixty or older, of low income, the home as it was."""
    found = await nodes(api, "disabledEldersWithoutWorks", "person { personId } why")
    assert [f["person"]["personId"] for f in found] == [ids["elder"]]


async def test_question_22_measures_of_monitored_people(api: Api, ids: dict[str, Any]) -> None:
    """S 三(七); check 36: who is monitored, what was done for them, and for whom nothing."""
    found = await nodes(
        api,
        'monitoredMeasures(since: "2026-10-01")',
        "householdId kind since lastMeasureOn measures { programme department }",
        **at("nn"),
    )
    by_house = {f["householdId"]: f for f in found}
    assert by_house[ids["watched"]]["measures"] == [
        {"programme": "kaifa_gangwei", "department": "农业农村局"}
    ]
    assert (by_house[ids["watched"]]["kind"], by_house[ids["watched"]]["lastMeasureOn"]) == (
        "tufa_kunnan",
        "2026-10-12",
    )
    without = await nodes(api, 'monitoredMeasures(since: "2026-10-01", withoutMeasure: true)', "householdId")
    assert [f["householdId"] for f in without] == [ids["alone"]]


async def test_every_question_takes_a_cursor_and_one_statement_for_its_rows(
    api: Api, ids: dict[str, Any]
) -> None:
    """design §8: no query per row, keyset pages."""
    end = encode_cursor("zzzz")
    for field in (
        "openReferrals(",
        "assistances(",
        "studentsWithoutAid(",
        "severelyDisabledWithoutCare(",
        "unsafeHomes(",
        "disabledEldersWithoutWorks(",
        f'disasterHit(disasterId: "{ids["snow"]}", ',
        'monitoredMeasures(since: "2026-10-01", ',
    ):
        assert await nodes(api, f'{field}after: "{end}", first: 5)', "__typename") == []
        assert (
            await api.refused(f'{{ {field}after: "!", first: 5) {{ nodes {{ __typename }} }} }}')
            == "BAD_INPUT"
        )


async def test_what_departments_owe_is_a_task(
    built: tuple[Small, dict[str, Any]], ids: dict[str, Any]
) -> None:
    """S 二(一): an answer, a decision, a report: to whom and by when."""
    with built[0].scenario.division.database.connection() as connection:
        cursor = connection.execute(TASKS.read_text(encoding="utf-8").encode(), {"today": NOW.date()})
        names = [column.name for column in cursor.description or ()]
        tasks = [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
    assert names == [
        "kind",
        "zh",
        "en",
        "subject_kind",
        "subject_id",
        "household_id",
        "organisation_id",
        "role",
        "due_on",
        "since",
    ]
    answer = next(t for t in tasks if t["kind"] == "assistance_answer")
    assert (answer["subject_id"], answer["organisation_id"], answer["role"]) == (
        ids["open"],
        place("jy"),
        "department",
    )
    feedback = {t["subject_id"]: t for t in tasks if t["kind"] == "assistance_feedback"}
    assert feedback[ids["granted"]]["organisation_id"] == place("jy")
    assert feedback[ids["running"]]["role"] == "reviewer"


# --- what is recorded ---


@pytest.mark.records
async def test_a_new_programme_is_defined_asked_for_and_handed_in_with_no_release(scenario: Scenario) -> None:
    """S 三(五): recorded this minute, in GraphQL this minute, its own facts checked and imported."""
    open_departments(scenario, "zj")
    covered = scenario.covered(1)
    small = Small(scenario, *covered, *person(scenario, 51, clerk=OTHER_CLERK))  # type: ignore[arg-type]
    async with opened(small) as api:
        api.catch_up()
        scenario.do(DefineProgramme, ADMIN, code="ranqi_butie", named=Named(zh="燃气补贴", en="gas subsidy"), owners=("zj",), offers=(Offer(form="cash"),),
                    cover_level=CoverLevel.HOUSEHOLD, recurrence=Recurrence.YEARLY, fields=(METER,), from_date=date(2026, 10, 1), document="示范")  # fmt: skip
        found = (await api.data('{ programmes(owner: "zj") { code recorded fields { nameZh } } }'))[
            "programmes"
        ]
        assert {"code": "ranqi_butie", "recorded": True, "fields": [{"nameZh": "表号"}]} in found
        text = f"记录号,身份证号,发放日期,金额（元）,表号\nR1,{id_number(1)},2026-11-10,60,12-3\nR2,{id_number(7)},2026-11-10,60,12-4\n"
        mutation = """mutation($content: String!, $valid: Boolean!) { importAssistance(fileName: "燃气补贴.csv", content: $content, acceptValid: $valid) {
            ... on FileReport { recorded taken rejected amount problems { row column expectedZh } } ... on Refusal { code } } }"""
        given = {"content": base64.b64encode(text.encode()).decode(), **at("zj")}
        first = (await api.data(mutation, valid=False, **given))["importAssistance"]
        assert (first["recorded"], first["problems"][0]["row"], first["problems"][0]["column"]) == (
            False,
            3,
            "身份证号",
        )
        done = (await api.data(mutation, valid=True, **given))["importAssistance"]
        assert (done["recorded"], done["taken"], done["rejected"], done["amount"]) == (True, 1, 1, "60.00")
        refused = (
            await api.data(
                mutation, valid=True, role=Role.DEPARTMENT, organisation=DIVISION, content=given["content"]
            )
        )["importAssistance"]
        assert refused == {"code": "NotADepartment"}
        api.catch_up()
        chain = (
            await api.data(
                'query($id: String!) { household(id: $id) { chain(filter: {programme: "ranqi_butie"}) { nodes { department amount summary } } } }',
                id=small.household,
            )
        )["household"]["chain"]["nodes"]
        assert [(c["department"], c["amount"]) for c in chain] == [("住房和城乡建设局", "60.00")]
