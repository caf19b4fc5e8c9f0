"""Departments' files: each record once, bad rows named cell by cell, nothing half recorded without saying so."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from assistance.report_import import ReportImport, import_assistance
from assistance.serving import Bulk
from ledger.assistance.disasters import DeclareDisaster
from ledger.assistance.events import (
    AssistanceReported,
    DisasterDeclared,
    ReportsBegun,
    ReportsImported,
    UnlistedAidReported,
)
from ledger.assistance.refusals import NotADepartment
from ledger.assistance.reporting import ReportAid
from ledger.identification.events import Category
from ledger.kernel import Actor, Fen, Named, NotAllowed, Role
from ledger.programmes.events import CoverLevel
from ledger.programmes.programme_commands import DefineProgramme
from ledger.programmes.programme_events import FieldKind, Offer, OwnField, Recurrence
from ledger.registry.changes import RecordDeath
from projections.runner import Runner
from projections.verify import verify_views
from tests.assistance.report_files import (
    PREMIUM_HEADERS,
    medical,
    people,
    premium,
    take,
    text,
    workbook,
)
from tests.ledger.departments import facts, of, open_departments, place
from tests.scenario import ADMIN, CLERK, DIVISION, NOW, REGIMENT, Scenario, id_number


@pytest.fixture
def s(scenario: Scenario) -> Scenario:
    open_departments(scenario, "yb", "jy", "yj", "cl")
    return scenario


def of_type(scenario: Scenario, *names: str) -> list[Any]:
    return [
        scenario.ledger.mapper.decode(e.type, bytes(e.data))
        for e in scenario.ledger.recorder.read_recorded()
        if e.type in names
    ]


def reported(scenario: Scenario) -> list[AssistanceReported]:
    return of_type(scenario, "AssistanceReported")


def test_a_good_workbook_is_recorded_row_by_row_between_its_headers(s: Scenario, tmp_path: Path) -> None:
    """S 二(一): what a department gave joins the chain of each household."""
    people(s, 3)
    report = take(s, workbook(tmp_path / "反馈.xlsx", [premium(n) for n in (1, 2)], [medical(3)]))
    assert (report.recorded, report.rows, report.taken, report.problems) == (True, 3, 3, [])
    assert report.amount_fen == 2 * 280_00 + 200_00
    events = reported(s)
    assert [e.programme for e in events] == ["canbao_zizhu", "canbao_zizhu", "yiliao_jiuzhu"]
    assert {(e.department, e.department_id, e.organisation_id) for e in events} == {
        ("医疗保障局", place("yb"), REGIMENT)
    }
    assert [(f.field, f.amount_fen) for f in events[2].facts if f.amount_fen] == [
        ("total_cost", 1000_00), ("basic_insurance", 600_00), ("major_insurance", 100_00), ("medical_aid", 200_00), ("own_payment", 100_00),
    ]  # fmt: skip
    assert events[0].origin is not None
    assert (events[0].origin.sheet, events[0].origin.row) == ("资助参保", 2)
    begun, closed = of_type(s, "ReportsBegun", "ReportsImported")
    assert isinstance(begun, ReportsBegun)
    assert isinstance(closed, ReportsImported)
    assert (closed.recorded, closed.rejected, closed.programmes) == (3, 0, ("canbao_zizhu", "yiliao_jiuzhu"))
    with Runner(s.division.url, s.division.schema) as runner:
        runner.catch_up()
        chain = runner.connection.execute(
            "SELECT department, programme, amount_fen, summary_zh FROM household_chain WHERE kind = 'AssistanceReported' ORDER BY position LIMIT 1"
        ).fetchone()
        files = runner.connection.execute(
            "SELECT rows, recorded, finished_on IS NOT NULL FROM department_files"
        ).fetchall()
    assert chain == ("医疗保障局", "canbao_zizhu", 280_00, "部门反馈：资助参保，280.00元，定额资助参保")
    assert files == [(3, 3, True)]
    assert [r.view for r in verify_views(s.division.url, s.division.schema) if not r.equal] == []


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_a_text_file_is_read_in_the_encodings_offices_use(s: Scenario, tmp_path: Path, encoding: str) -> None:
    people(s, 2)
    report = take(s, text(tmp_path / "2027年资助参保名单.csv", [premium(1), premium(2)], encoding))
    assert (report.recorded, report.taken) == (True, 2)


def test_the_same_file_and_the_same_record_twice_record_nothing_new(s: Scenario, tmp_path: Path) -> None:
    """S 二(一): idempotent by file and by the department's own record number."""
    people(s, 3)
    path = workbook(tmp_path / "a.xlsx", [premium(1), premium(2)])
    take(s, path)
    head = s.ledger.recorder.head()
    again = take(s, path)
    assert (again.duplicate, again.taken, s.ledger.recorder.head()) == (True, 2, head)
    longer = take(s, workbook(tmp_path / "b.xlsx", [premium(1), premium(2), premium(3)]))
    assert (longer.recorded, longer.repeated, longer.taken, longer.amount_fen) == (True, 2, 1, 280_00)
    assert len(reported(s)) == 3


def test_a_record_reported_before_with_another_content_is_a_problem(s: Scenario, tmp_path: Path) -> None:
    people(s, 2)
    take(s, workbook(tmp_path / "a.xlsx", [premium(1)]))
    report = take(s, workbook(tmp_path / "b.xlsx", [premium(1, **{"金额（元）": "281"}), premium(2)]))
    assert (report.recorded, [(p.row, p.column) for p in report.problems]) == (False, [(2, "记录号")])


BAD: list[tuple[dict[str, Any], str, str]] = [
    ({"身份证号": "123"}, "身份证号", "18 digits"),
    ({"身份证号": None}, "身份证号", "a value"),
    ({"记录号": None}, "记录号", "a value"),
    ({"记录号": "YB00002"}, "记录号", "each record once"),
    ({"救助形式": "现金"}, "救助形式", "one of"),
    ({"救助形式": None}, "救助形式", "one of"),
    ({"发放日期": "去年"}, "发放日期", "2026-09-30"),
    ({"发放日期": "2026-02-30"}, "发放日期", "2026-09-30"),
    ({"发放日期": "2026-12-31"}, "发放日期", "not later"),
    ({"发放日期": "1979-01-01"}, "发放日期", "before birth"),
    ({"金额（元）": "一百"}, "金额（元）", "amount in yuan"),
    ({"金额（元）": "1.005"}, "金额（元）", "two decimals"),
    ({"金额（元）": "-5"}, "金额（元）", "not negative"),
    ({"金额（元）": None}, "金额（元）", "above zero"),
    ({"金额（元）": "=1+1"}, "金额（元）", "formula"),
    ({"参保年度": "二〇二七"}, "参保年度", "year like 2026"),
    ({"参保年度": None}, "参保年度", "a value"),
]


def test_every_bad_cell_is_named_and_nothing_is_recorded(s: Scenario, tmp_path: Path) -> None:
    """Sheet, row, column, value, and what was expected in both languages; identity masked."""
    people(s, len(BAD) + 2)
    lines = [premium(2)] + [premium(n + 3, **change) for n, (change, _, _) in enumerate(BAD)]
    head = s.ledger.recorder.head()
    report = take(s, workbook(tmp_path / "坏.xlsx", lines))
    assert s.ledger.recorder.head() == head
    assert not report.recorded
    assert report.rejected == len(BAD)
    for number, (_, column, expected) in enumerate(BAD):
        found = [p for p in report.problems if p.row == number + 3]
        assert [p.column for p in found] == [column], found
        assert expected in found[0].expected_en
        assert any("一" <= c <= "鿿" for c in found[0].expected_zh)
    assert not any(id_number(n) in str(report.problems) for n in range(1, len(BAD) + 3))


def test_the_good_rows_alone_are_taken_when_asked(s: Scenario, tmp_path: Path) -> None:
    people(s, 3)
    path = workbook(tmp_path / "a.xlsx", [premium(1), premium(2, **{"金额（元）": "x"}), premium(3)])
    report = take(s, path, accept_valid=True)
    assert (report.recorded, report.taken, report.rejected, len(report.problems)) == (True, 2, 1, 1)
    assert of_type(s, "ReportsImported")[0].rejected == 1


def test_costs_that_do_not_add_up_are_told_by_row(s: Scenario, tmp_path: Path) -> None:
    """649 art. 29(二), 31: three tiers and the patient's part come to the whole."""
    people(s, 2)
    report = take(
        s,
        workbook(
            tmp_path / "a.xlsx",
            [premium(1)],
            [medical(1, 个人负担=99), medical(2, 医疗救助支付=150, 个人负担=150)],
        ),
    )
    assert [(p.sheet, p.row, p.column) for p in report.problems] == [
        ("2026年医疗救助", 2, "医疗总费用"),
        ("2026年医疗救助", 3, "医疗救助支付"),
    ]


def test_strangers_are_problems_or_taken_as_unlisted_by_name(s: Scenario, tmp_path: Path) -> None:
    """S 三(三): people beyond the registered households, known by name and number alone, sealed."""
    people(s, 1)
    stranger = id_number(77, date(1990, 1, 2))
    path = workbook(
        tmp_path / "a.xlsx",
        [premium(1), premium(2, 身份证号=stranger), premium(3, 身份证号=id_number(79), 姓名=None)],
    )
    refused = take(s, path)
    assert [(p.row, p.column, p.value) for p in refused.problems] == [
        (3, "身份证号", "****"),
        (4, "身份证号", "****"),
    ]
    report = take(s, path, take_unlisted=True, accept_valid=True)
    assert (report.taken, report.unlisted, [(p.row, p.column) for p in report.problems]) == (
        2,
        1,
        [(4, "姓名")],
    )
    event = of_type(s, "UnlistedAidReported")[0]
    assert isinstance(event, UnlistedAidReported)
    assert s.ledger.vault.open(str(event.name.sealed)) == "测试2"
    assert s.ledger.vault.lookup("id_number", stranger) == f"person:{event.person_id}"


def test_overlaps_are_problems_unless_a_reason_is_given(s: Scenario, tmp_path: Path) -> None:
    """S 二(一): the same aid twice, in one file or across departments, is told before it is recorded."""
    people(s, 2)
    s.do(ReportAid, of("yb"), id_number=id_number(1), programme="canbao_zizhu", record_number="x", form="premium_full", amount_fen=Fen(1),
         delivered_on=date(2026, 10, 1), facts=facts(insured_year="2027"))  # fmt: skip
    path = workbook(tmp_path / "a.xlsx", [premium(1), premium(2), premium(3, 身份证号=id_number(2))])
    report = take(s, path)
    assert [(p.row, "资助参保" in p.expected_zh) for p in report.problems] == [(2, True), (4, True)]
    report = take(s, path, overlap_reason="系统迁移期间并存")
    assert (report.taken, report.overlapping) == (3, 2)
    assert [bool(e.overlaps) for e in reported(s)[1:]] == [True, False, True]


def test_a_category_that_excludes_an_aid_is_an_overlap(s: Scenario, tmp_path: Path) -> None:
    """国发〔2015〕52号 三(三): who is in tekun has no care subsidy."""
    s.covered(5, 1, Category.TEKUN, births=(date(1950, 1, 1),))
    headers = ("记录号", "身份证号", "发放日期", "金额（元）", "起始月份", "截止月份", "残疾人证")
    line = {"记录号": "C1", "身份证号": id_number(5, date(1950, 1, 1)), "发放日期": "2026-11-10", "金额（元）": "100", "起始月份": "2026-10",
            "截止月份": "2026年11月", "残疾人证": "是"}  # fmt: skip
    report = take(s, text(tmp_path / "重度残疾人护理补贴.csv", [line], headers=headers), actor=of("cl"))
    assert [(p.column, "同月" in p.expected_zh) for p in report.problems] == [("记录号", True)]


def test_lives_places_and_disasters_are_checked(s: Scenario, tmp_path: Path) -> None:
    """§4: nothing after death; 649 art. 20: aid after a disaster names one that struck there."""
    household, members = s.household(1, 2)
    s.do(
        RecordDeath,
        CLERK,
        household_id=household,
        person_id=members[1],
        died_on=date(2026, 10, 10),
        source="公安",
    )
    head = id_number(1)
    dead = id_number(2, date(1981, 5, 17))
    late = take(s, workbook(tmp_path / "a.xlsx", [premium(1, 身份证号=dead)]))
    assert [(p.column, p.value) for p in late.problems] == [("发放日期", "2026-10-20")]
    made = s.do(
        DeclareDisaster,
        of("yj"),
        organisation_ids=(REGIMENT,),
        kind="雪",
        named=Named(zh="雪灾", en="snow"),
        struck_on=date(2026, 10, 1),
    )
    snow = next(e.disaster_id for e in made.events if isinstance(e, DisasterDeclared))
    headers = ("记录号", "身份证号", "救助形式", "发放日期", "金额（元）", "灾害编号", "救助类型")
    lines = [{"记录号": f"Z{n}", "身份证号": head, "救助形式": "现金", "发放日期": day, "金额（元）": "500", "灾害编号": of_, "救助类型": "应急救助"}
             for n, (day, of_) in enumerate((("2026-09-30", snow), ("2026-10-02", "没有"), ("2026-10-02", snow)))]  # fmt: skip
    report = take(
        s, text(tmp_path / "受灾人员救助.csv", lines, headers=headers), actor=of("yj"), accept_valid=True
    )
    assert [(p.row, p.column) for p in report.problems] == [(2, "灾害编号"), (3, "灾害编号")]
    assert report.taken == 1


def test_a_new_programme_with_facts_of_its_own_is_imported_with_no_release(
    s: Scenario, tmp_path: Path
) -> None:
    """S 三(五): defined today, handed in today."""
    people(s, 1)
    field = OwnField(field="meter", named=Named(zh="表号", en="meter"), holds=FieldKind.TEXT)
    s.do(DefineProgramme, ADMIN, code="ranqi_butie", named=Named(zh="燃气补贴", en="gas subsidy"), owners=("yb",), offers=(Offer(form="cash"),),
         cover_level=CoverLevel.HOUSEHOLD, recurrence=Recurrence.YEARLY, fields=(field,), from_date=date(2026, 10, 1), document="示范")  # fmt: skip
    line = {
        "记录号": "R1",
        "身份证号": id_number(1),
        "发放日期": "2026-11-10",
        "金额（元）": "60",
        "表号": "12-3",
    }
    report = take(
        s,
        text(
            tmp_path / "燃气补贴.csv",
            [line],
            headers=("记录号", "身份证号", "发放日期", "金额（元）", "表号"),
        ),
    )
    assert (report.recorded, report.taken) == (True, 1)
    assert reported(s)[0].facts[0].content == "12-3"


@pytest.mark.parametrize(
    ("name", "content", "expected"),
    [
        ("资助参保.csv", "记录号,身份证号\n1,2\n", "a column"),
        ("资助参保.csv", "", "not empty"),
        ("资助参保.csv", ",".join(PREMIUM_HEADERS) + "\n", "at least one row"),
        ("资助参保.csv", ",".join((*PREMIUM_HEADERS, "记录号")) + "\n1\n", "each column once"),
        ("资助参保.csv", ",".join(PREMIUM_HEADERS) + '\n"1,2\n', "quote"),
        ("名单.csv", "记录号\n1\n", "a programme's name"),
        ("资助参保.doc", "x", "workbook or a CSV"),
        ("资助参保.xlsx", "x", "cut off"),
        ("教育救助.csv", "记录号,身份证号,救助形式,发放日期,学段,学年\n1,2,3,4,5,6\n", "neither owns nor helps"),
    ],
)  # fmt: skip
def test_a_file_that_cannot_be_is_told_as_a_whole(
    s: Scenario, tmp_path: Path, name: str, content: str, expected: str
) -> None:
    path = tmp_path / name
    path.write_text(content, encoding="utf-8")
    head = s.ledger.recorder.head()
    report = take(s, path)
    assert any(expected in p.expected_en and p.row == 0 for p in report.problems), report.problems
    assert (report.recorded, s.ledger.recorder.head()) == (False, head)


def test_refuses_a_file_from_whoever_is_no_department(s: Scenario, tmp_path: Path) -> None:
    """S 四(二): a department hands in its own."""
    path = workbook(tmp_path / "a.xlsx", [premium(1)])
    with pytest.raises(NotADepartment):
        take(s, path, actor=of("mz"))
    with pytest.raises(NotAllowed):
        take(s, path, actor=Actor(operator_id="f", organisation_id=DIVISION, role=Role.FINANCE))


def test_what_happens_while_rows_are_recorded_is_taken_into_account(
    s: Scenario, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A death, and the same record reported singly, land between the look at the views and the first chunk."""
    people(s, 3)
    household = of_type(s, "HouseholdRegistered")[0].household_id
    dead = s.ledger.vault.lookup("id_number", id_number(2))
    assert dead is not None
    from assistance import report_import

    opening = report_import.Writer._open

    def meanwhile(writer: Any) -> None:
        opening(writer)
        s.do(
            RecordDeath,
            CLERK,
            household_id=household,
            person_id=dead.partition(":")[2],
            died_on=date(2026, 10, 1),
            source="公安",
        )
        s.do(ReportAid, of("yb"), id_number=id_number(3), programme="canbao_zizhu", record_number="YB00003", form="premium_fixed",
             amount_fen=Fen(280_00), delivered_on=date(2026, 10, 20), facts=facts(insured_year="2027"))  # fmt: skip
        s.household(40, 1)  # concerns nobody here

    monkeypatch.setattr(report_import.Writer, "_open", meanwhile)
    report = take(s, workbook(tmp_path / "a.xlsx", [premium(n) for n in (1, 2, 3)]))
    assert (report.recorded, report.taken, report.rejected) == (True, 1, 2)
    assert sorted((p.row, p.column) for p in report.problems) == [(3, "发放日期"), (4, "记录号")]
    assert len(reported(s)) == 2


def test_an_import_cut_off_goes_on_where_it_was(
    s: Scenario, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What an earlier try recorded is told, counted once, and closed."""
    people(s, 5)
    from assistance import report_import

    monkeypatch.setattr(report_import, "CHUNK", 2)
    path = workbook(tmp_path / "a.xlsx", [premium(n) for n in range(1, 6)])

    def stop(done: int, total: int) -> None:
        if done == 4:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        import_assistance(s.division, ReportImport(path), of("yb"), NOW, progress=stop)
    assert (len(reported(s)), len(of_type(s, "ReportsImported"))) == (4, 0)
    report = take(s, path)
    assert (report.recorded, report.taken, report.resumed, report.amount_fen) == (True, 5, 4, 5 * 280_00)
    assert (len(reported(s)), len(of_type(s, "ReportsBegun")), len(of_type(s, "ReportsImported"))) == (
        5,
        1,
        1,
    )
    assert of_type(s, "ReportsImported")[0].recorded == 5


def test_the_api_takes_a_file_by_the_same_way(s: Scenario) -> None:
    people(s, 1)
    content = ",".join(PREMIUM_HEADERS) + "\n" + ",".join(str(premium(1)[h]) for h in PREMIUM_HEADERS) + "\n"
    done = Bulk(s.division).import_assistance("资助参保.csv", content.encode(), False, False, None, of("yb"))
    assert (done.recorded, done.taken, done.amount_fen) == (True, 1, 280_00)


def test_the_examples_departments_hand_in_are_what_the_rosters_give(tmp_path: Path) -> None:
    """Invented people alone, always the same bytes, at most 300 rows a file."""
    from assistance.generator.reports import generate

    root = Path(__file__).resolve().parents[2] / "examples"
    made = generate(root / "rosters", tmp_path)
    assert [path.name for path in made] == ["d06-yb-资助参保2027.xlsx", "d06-jy-教育救助2026.xlsx"]
    assert [path.read_bytes() == (root / "reports" / path.name).read_bytes() for path in made] == [True, True]
