"""Rosters: good ones recorded once, bad ones reported cell by cell, nothing half recorded without saying so."""

from __future__ import annotations

import csv
import io
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from assistance.generator.__main__ import generate
from assistance.roster import read_roster
from assistance.roster_columns import COLUMNS, HEADER_OF
from assistance.roster_import import ImportReport, RosterImport, import_roster
from assistance.roster_report import Problem, write_workbook
from ledger.identification.refusals import AfterCutOver
from ledger.kernel import Month, OrganisationId, OutOfScope
from ledger.organisation.commands import OpenOrganisation
from ledger.organisation.events import Level
from projections.runner import Runner
from projections.verify import verify_views
from tests.scenario import ADMIN, CLERK, OTHER_CLERK, REGIMENT, Scenario, account_number, id_number

ROOT = Path(__file__).resolve().parents[2]
IN_TIME, CUT_OVER = datetime(2026, 8, 25, 2, tzinfo=UTC), date(2026, 9, 1)


@pytest.fixture
def company(scenario: Scenario) -> Scenario:
    now = datetime(2026, 8, 20, tzinfo=UTC)
    scenario.do(OpenOrganisation, ADMIN, now, organisation_id="c1", name="一连", level=Level.COMPANY, parent_id=REGIMENT,
                opened_on=date(2026, 1, 1))  # fmt: skip
    return scenario


def rows(count: int = 2) -> list[dict[str, Any]]:
    """Households of two: a head with the household's facts, and a child."""
    made = []
    for n in range(count):
        head, child = id_number(2 * n + 1), id_number(2 * n + 2, date(2015, 3, 4))
        common = {"number": f"R{n:04d}", "counted": "是"}
        made.append(common | {
            "company": "一连", "area": "农村", "address": "1栋", "relation": "户主", "name": "甲某", "id_number": head,
            "sex": "男", "birth_date": "1980-05-17", "labour": "有", "wage": "6000.00", "business": "0", "property_income": "0",
            "transfer": "0", "base": "1100.00", "supplement": "60.00", "bank_code": "102881002345",
            "account": account_number(n), "account_holder": "甲某", "decided_on": "2024-05-06", "document": "六师民低保〔2024〕1号",
        })  # fmt: skip
        made.append(
            common
            | {
                "relation": "子女",
                "name": "乙某",
                "id_number": child,
                "sex": "女",
                "birth_date": "2015-03-04",
            }
        )
    return made


def workbook(
    path: Path, lines: list[dict[str, Any]], sheet: str = "低保", without: str = "", **more: Any
) -> Path:
    book = openpyxl.Workbook()
    page = book.active
    page.title = sheet
    columns = [c for c in COLUMNS if c.field != without]
    page.append([c.header for c in columns])
    for line in lines:
        page.append([line.get(c.field) for c in columns])
    if more.get("merge"):
        page.merge_cells("A1:B1")
    book.save(path)
    return path


def take(scenario: Scenario, path: Path, accept_valid: bool = False, **more: Any) -> ImportReport:
    asked = RosterImport(path, more.pop("organisation", REGIMENT), Month("2026-09"), accept_valid)
    return import_roster(
        scenario.division,
        asked,
        more.pop("actor", CLERK),
        more.pop("now", IN_TIME),
        cut_over=CUT_OVER,
        **more,
    )


def test_a_good_roster_is_recorded_as_what_it_is(company: Scenario, tmp_path: Path) -> None:
    report = take(company, workbook(tmp_path / "r.xlsx", rows(3)))
    assert (report.recorded, report.households, report.people, report.problems) == (True, 3, 6, [])
    with Runner(company.division.url, company.division.schema) as runner:
        runner.catch_up()
        found = runner.connection.execute(
            "SELECT origin, total_fen, from_month, status FROM entitlements"
        ).fetchall()
        kinds = runner.connection.execute(
            "SELECT DISTINCT type FROM event_index WHERE type IN ('ApplicationSubmitted', 'CategoryConfirmed')"
        ).fetchall()
    assert found == [("prior", 116_000, "2026-09", "active")] * 3
    assert kinds == []
    assert [r.view for r in verify_views(company.division.url, company.division.schema) if not r.equal] == []


def test_the_same_file_twice_records_nothing_new(company: Scenario, tmp_path: Path) -> None:
    path = workbook(tmp_path / "r.xlsx", rows())
    take(company, path)
    head = company.ledger.recorder.head()
    assert take(company, path).duplicate
    assert company.ledger.recorder.head() == head


def test_the_same_people_in_another_file_are_reported(company: Scenario, tmp_path: Path) -> None:
    take(company, workbook(tmp_path / "r.xlsx", rows()))
    changed = rows()
    for line in changed:
        line["number"] = "S" + line["number"]
    head = company.ledger.recorder.head()
    report = take(company, workbook(tmp_path / "s.xlsx", changed))
    assert (report.recorded, {p.column for p in report.problems}) == (False, {"身份证号"})
    assert company.ledger.recorder.head() == head


BAD: list[tuple[str, Any, str, str]] = [
    ("id_number", id_number(1)[:-1] + ("0" if id_number(1)[-1] != "0" else "1"), "身份证号", "check digit"),
    ("id_number", "123", "身份证号", "18 digits"),
    ("company", "九十九连", "连队（社区）", "company"),
    ("base", "1100.005", "月基本金额", "two decimals"),
    ("base", "-5", "月基本金额", "not negative"),
    ("base", "一千", "月基本金额", "amount"),
    ("base", "=1+1", "月基本金额", "formula"),
    ("decided_on", "2026-12-31", "批准日期", "not later"),
    ("decided_on", "2024-02-30", "批准日期", "calendar"),
    ("decided_on", "去年", "批准日期", "2026-09-30"),
    ("birth_date", "1980-05-18", "出生日期", "ID number"),
    ("sex", "女", "性别", "ID number"),
    ("sex", "其他", "性别", "one of"),
    ("relation", "邻居", "与户主关系", "one of"),
    ("counted", "否", "是否保障对象", "whole household"),
    (
        "account",
        account_number(0)[:-1] + str((int(account_number(0)[-1]) + 1) % 10),
        "银行账号",
        "check digit",
    ),
    ("bank_code", "12", "银行账号", "12 digits"),
    ("document", "", "审批文号", "a value"),
    ("name", "", "姓名", "a value"),
]


@pytest.mark.parametrize(
    ("field", "value", "column", "expected"), BAD, ids=[f"{b[0]}={b[1]}"[:30] for b in BAD]
)
def test_a_bad_cell_is_named_and_nothing_is_recorded_but_by_wish(
    company: Scenario, tmp_path: Path, field: str, value: Any, column: str, expected: str
) -> None:
    lines = rows(2)
    lines[0][field] = value
    path = workbook(tmp_path / "r.xlsx", lines)
    head = company.ledger.recorder.head()
    report = take(company, path)
    assert not report.recorded
    assert company.ledger.recorder.head() == head
    problem = next(p for p in report.problems if p.column == column)
    assert (problem.sheet, problem.row) == ("低保", 2)
    assert expected in problem.expected_en
    assert any("一" <= c <= "鿿" for c in problem.expected_zh)
    if field == "id_number":
        assert value not in str(report.problems)
    accepted = take(company, path, accept_valid=True)
    assert (accepted.recorded, accepted.households, accepted.rejected) == (True, 1, 1)


def test_a_person_twice_in_a_file_is_reported_with_both_rows(company: Scenario, tmp_path: Path) -> None:
    lines = rows(2)
    lines[3] |= {"id_number": lines[1]["id_number"]}
    report = take(company, workbook(tmp_path / "r.xlsx", lines))
    assert [(p.row, "row 3" in p.expected_en) for p in report.problems] == [(5, True)]


def whole_file_problems() -> list[tuple[str, Any, str]]:
    def text(encoding: str, name: str) -> Any:
        def make(folder: Path) -> Path:
            path = folder / name
            out = io.StringIO()
            writer = csv.writer(out)
            writer.writerow([c.header for c in COLUMNS])
            writer.writerows([[line.get(c.field, "") for c in COLUMNS] for line in rows(2)])
            path.write_bytes(out.getvalue().encode(encoding))
            return path

        return make

    def raw(name: str, content: bytes) -> Any:
        def make(folder: Path) -> Path:
            (folder / name).write_bytes(content)
            return folder / name

        return make

    return [
        ("gb18030", text("gb18030", "低保.csv"), ""),
        ("utf-8", text("utf-8-sig", "低保.csv"), ""),
        ("utf-16", text("utf-16", "低保.csv"), "UTF-8 or GB18030|text file"),
        ("missing column", lambda f: workbook(f / "r.xlsx", rows(), without="document"), "审批文号"),
        ("merged header", lambda f: workbook(f / "r.xlsx", rows(), merge=True), "merged"),
        ("empty sheet", lambda f: workbook(f / "r.xlsx", []), "at least one row"),
        ("no such sheet", lambda f: workbook(f / "r.xlsx", rows(), sheet="Sheet1"), "低保"),
        ("no workbook", raw("r.xlsx", b"hello"), "not a workbook"),
        ("broken workbook", raw("r.xlsx", b"PK\x03\x04" + b"x" * 100), "workbook"),
        ("binary csv", raw("低保.csv", bytes(range(256)) * 4), "UTF-8|text"),
        ("picture", raw("r.png", b"\x89PNG"), "not a workbook"),
    ]


@pytest.mark.parametrize(
    ("name", "make", "expected"), whole_file_problems(), ids=[w[0] for w in whole_file_problems()]
)
def test_files_of_every_kind_are_read_or_refused_in_words(
    company: Scenario, tmp_path: Path, name: str, make: Any, expected: str
) -> None:
    import re

    report = take(company, make(tmp_path))
    if not expected:
        assert (report.recorded, report.households) == (True, 2)
    else:
        assert not report.recorded
        assert any(re.search(expected, p.expected_en + p.column + p.expected_zh) for p in report.problems), (
            report.problems
        )


def test_two_hundred_thousand_rows_are_refused_before_they_are_all_read(
    company: Scenario, tmp_path: Path
) -> None:
    path = tmp_path / "低保.csv"
    with path.open("w", encoding="utf-8") as file:
        file.write(",".join(c.header for c in COLUMNS) + "\n")
        for n in range(200_000):
            file.write(f"X{n}" + "," * (len(COLUMNS) - 1) + "\n")
    found = read_roster(path)
    assert found.rows == []
    assert "at most 50000 rows" in found.problems[0].expected_en


def test_an_import_cut_off_between_chunks_goes_on_and_doubles_nothing(
    company: Scenario, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import assistance.roster_import as module

    monkeypatch.setattr(module, "EVENTS", 10)
    path = workbook(tmp_path / "r.xlsx", rows(6))

    def stop(done: int, total: int) -> None:
        if done >= 4:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        take(company, path, progress=stop)
    report = take(company, path)
    assert (report.recorded, report.households) == (True, 6)
    with Runner(company.division.url, company.division.schema) as runner:
        runner.catch_up()
        assert runner.connection.execute(
            "SELECT count(*), count(DISTINCT number) FROM households"
        ).fetchone() == (6, 6)
        assert runner.connection.execute("SELECT count(*) FROM people").fetchone() == (12,)


def test_refuses_after_the_cut_over_and_for_another_organisation(company: Scenario, tmp_path: Path) -> None:
    path = workbook(tmp_path / "r.xlsx", rows())
    with pytest.raises(AfterCutOver):
        take(company, path, now=datetime(2026, 9, 1, 2, tzinfo=UTC))
    with pytest.raises(OutOfScope):
        take(company, path, actor=OTHER_CLERK)
    with pytest.raises(OutOfScope):
        take(company, path, organisation=OrganisationId("d12-sp"))


def test_a_report_for_an_office_neutralises_formulas(tmp_path: Path) -> None:
    write_workbook(
        [Problem("低保", 2, "姓名", '=HYPERLINK("x")', "a value", "应为数值")], tmp_path / "p.xlsx"
    )
    sheet = openpyxl.load_workbook(tmp_path / "p.xlsx").worksheets[0]
    assert sheet.cell(2, 4).value == '\'=HYPERLINK("x")'
    assert HEADER_OF["name"] == "姓名"


def test_the_demo_rosters_are_made_byte_for_byte_again(tmp_path: Path) -> None:
    made = generate(ROOT / "examples" / "organisations.csv", tmp_path)
    for path in made:
        assert path.read_bytes() == (ROOT / "examples" / "rosters" / path.name).read_bytes(), path.name
    assert len(made) == 13
