"""Rosters: good ones recorded once, bad ones reported cell by cell, nothing half recorded without saying so."""

from __future__ import annotations

import csv
import io
import re
import zipfile
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
from ledger.standards.commands import SetStandard
from ledger.standards.refusals import NoStandard
from projections.runner import Runner
from projections.verify import verify_views
from tests.scenario import ADMIN, CLERK, DIVISION, OTHER_CLERK, REGIMENT, Scenario, account_number, id_number

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
    ("base", "0", "月基本金额", "above zero"),
    ("base", "1e999999", "月基本金额", "amount in yuan"),
    ("base", "Infinity", "月基本金额", "two decimals"),
    ("wage", "=A1*12", "年工资性收入", "formula"),
    ("wage", "-0.01", "年工资性收入", "not negative"),
    ("care", "0.001", "月照料护理金额", "two decimals"),
    ("deposits", "很多", "存款", "amount in yuan"),
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


OLE = bytes.fromhex("d0cf11e0a1b11ae1") + bytes(512)


def archive(parts: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as made:
        for name, content in parts.items():
            made.writestr(name, content)
    return out.getvalue()


def edited(folder: Path, old: bytes, new: bytes) -> Path:
    """A good workbook with something replaced in its sheet."""
    part = "xl/worksheets/sheet1.xml"
    path = workbook(folder / "r.xlsx", rows())
    with zipfile.ZipFile(path) as book:
        parts = {name: book.read(name) for name in book.namelist()}
    assert old in parts[part]
    parts[part] = parts[part].replace(old, new)
    path.write_bytes(archive(parts))
    return path


def empty_sheet(folder: Path) -> Path:
    book = openpyxl.Workbook()
    book.active.title = "低保"
    book.save(folder / "r.xlsx")
    return folder / "r.xlsx"


def cut_off(folder: Path) -> Path:
    path = workbook(folder / "r.xlsx", rows())
    path.write_bytes(path.read_bytes()[:-400])
    return path


def damaged_inside(folder: Path) -> Path:
    return edited(folder, b"</row>", b"</rwo>")


def bomb(folder: Path) -> Path:
    return edited(folder, b"<sheetData>", b"<!--" + b" " * 210_000_000 + b"--><sheetData>")


def entity_bomb(folder: Path) -> Path:
    entities = b'<!ENTITY a0 "haha">' + b"".join(
        b'<!ENTITY a%d "%s">' % (n, b"&a%d;" % (n - 1) * 10) for n in range(1, 12)
    )
    path = workbook(folder / "r.xlsx", rows())
    with zipfile.ZipFile(path) as book:
        parts = {name: book.read(name) for name in book.namelist()}
    sheet = parts["xl/worksheets/sheet1.xml"].partition(b"<worksheet")
    filled = sheet[2].replace(
        b"</sheetData>", b'<row r="9"><c t="inlineStr"><is><t>&a11;</t></is></c></row></sheetData>'
    )
    parts["xl/worksheets/sheet1.xml"] = b"<!DOCTYPE x [" + entities + b"]>" + sheet[1] + filled
    path.write_bytes(archive(parts))
    return path


def misspelled(folder: Path) -> Path:
    return edited(folder, "审批文号".encode(), "审批的文号".encode())


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
        ("no workbook", raw("r.xlsx", b"hello"), "cut off or none"),
        ("broken workbook", raw("r.xlsx", b"PK\x03\x04" + b"x" * 100), "workbook"),
        ("binary csv", raw("低保.csv", bytes(range(256)) * 4), "UTF-8|text"),
        ("picture", raw("r.png", b"\x89PNG"), "an xlsx workbook or a CSV"),
        ("empty file", raw("r.xlsx", b""), "cut off or none"),
        ("empty csv", raw("低保.csv", b""), "not empty"),
        ("wholly empty sheet", empty_sheet, "not empty"),
        ("pdf", raw("低保.pdf", b"%PDF-1.7 x"), "this is a PDF"),
        ("pdf named xlsx", raw("r.xlsx", b"%PDF-1.7 x"), "this is a PDF"),
        ("old xls", raw("r.xls", OLE + b"W\0o\0r\0k\0b\0o\0o\0k\0"), "old .xls"),
        ("password", raw("r.xlsx", OLE + "EncryptedPackage".encode("utf-16-le")), "without a password"),
        ("other archive", raw("r.xlsx", archive({"a.txt": b"x"})), "another kind of archive"),
        ("hollow workbook", raw("r.xlsx", archive({"[Content_Types].xml": b"<x/>"})), "damaged"),
        ("cut off", cut_off, "cut off"),
        ("damaged inside", damaged_inside, "damaged"),
        ("bomb", bomb, "bearable size"),
        (
            "endless row numbers",
            lambda f: edited(f, b'<row r="3"', b'<row r="99999999999"'),
            "damaged|at most",
        ),
        ("entity bomb", entity_bomb, "damaged"),
        (
            "quote never closed",
            raw("低保.csv", ("户编号," + '"' + "x" * 200_000).encode()),
            "never closed|a column",
        ),
        ("misspelled column", misspelled, "审批文号"),
        (
            "column twice",
            lambda f: edited(f, "住址".encode(), "户编号".encode()),
            "each column once",
        ),
    ]


@pytest.mark.parametrize(
    ("name", "make", "expected"), whole_file_problems(), ids=[w[0] for w in whole_file_problems()]
)
def test_files_of_every_kind_are_read_or_refused_in_words(
    company: Scenario, tmp_path: Path, name: str, make: Any, expected: str
) -> None:
    report = take(company, make(tmp_path))
    if not expected:
        assert (report.recorded, report.households) == (True, 2)
    else:
        assert not report.recorded
        assert any(re.search(expected, p.expected_en + p.column + p.expected_zh) for p in report.problems), (
            report.problems
        )


def test_a_missing_column_is_told_with_the_header_that_looks_like_it(
    company: Scenario, tmp_path: Path
) -> None:
    problem = take(company, misspelled(tmp_path)).problems[0]
    assert (problem.column, problem.value) == ("审批文号", "审批的文号")


def test_a_wrongly_stated_sheet_size_hides_no_row(company: Scenario, tmp_path: Path) -> None:
    path = workbook(tmp_path / "r.xlsx", rows())
    with zipfile.ZipFile(path) as book:
        stated = re.search(rb'<dimension ref="[^"]*"', book.read("xl/worksheets/sheet1.xml"))
    assert stated is not None
    report = take(company, edited(tmp_path, stated.group(), b'<dimension ref="A1"'))
    assert (report.recorded, report.households) == (True, 2)


def test_sheets_that_were_not_read_are_named(company: Scenario, tmp_path: Path) -> None:
    path = workbook(tmp_path / "r.xlsx", rows())
    book = openpyxl.load_workbook(path)
    book.create_sheet("说明")
    book.save(path)
    report = take(company, path)
    assert (report.recorded, report.ignored) == (True, ["说明"])


def test_a_person_on_both_sheets_is_reported_with_the_other_sheet(company: Scenario, tmp_path: Path) -> None:
    path = workbook(tmp_path / "r.xlsx", rows(1))
    book = openpyxl.load_workbook(path)
    page = book.create_sheet("特困")
    page.append([c.header for c in COLUMNS])
    head = rows(1)[0] | {"number": "T0001"}
    page.append([head.get(c.field) for c in COLUMNS])
    book.save(path)
    report = take(company, path)
    assert [(p.sheet, p.row, p.column) for p in report.problems] == [("特困", 2, "身份证号")]
    assert "低保 row 2" in report.problems[0].expected_en
    assert "“低保”第2行" in report.problems[0].expected_zh


def test_a_person_the_ledger_knows_from_elsewhere_is_reported(company: Scenario, tmp_path: Path) -> None:
    company.household(1)
    report = take(company, workbook(tmp_path / "r.xlsx", rows()), accept_valid=True)
    assert (report.recorded, report.households) == (True, 1)
    assert [(p.column, p.row) for p in report.problems] == [("身份证号", 2)]


def test_one_remark_a_cell_is_enough(company: Scenario, tmp_path: Path) -> None:
    lines = rows(1)
    lines[0]["base"] = "=1+1"
    report = take(company, workbook(tmp_path / "r.xlsx", lines))
    assert [(p.column, p.row) for p in report.problems] == [("月基本金额", 2)]


def test_the_same_file_again_under_another_name_or_after_accept_valid_records_nothing(
    company: Scenario, tmp_path: Path
) -> None:
    lines = rows(2)
    lines[0]["base"] = "-1"
    path = workbook(tmp_path / "r.xlsx", lines)
    assert take(company, path, accept_valid=True).households == 1
    head = company.ledger.recorder.head()
    renamed = tmp_path / "改名.xlsx"
    renamed.write_bytes(path.read_bytes())
    for again in (path, renamed):
        for accept_valid in (False, True):
            assert take(company, again, accept_valid=accept_valid).duplicate
    assert company.ledger.recorder.head() == head


def test_the_corrected_file_takes_the_households_that_were_left_out(
    company: Scenario, tmp_path: Path
) -> None:
    lines = rows(3)
    lines[0]["base"] = "-1"
    take(company, workbook(tmp_path / "r.xlsx", lines), accept_valid=True)
    report = take(company, workbook(tmp_path / "s.xlsx", rows(3)), accept_valid=True)
    assert (report.recorded, report.households, report.rejected) == (True, 1, 2)
    assert {p.column for p in report.problems} == {"户编号"}


def test_nothing_is_recorded_when_no_household_is_good(company: Scenario, tmp_path: Path) -> None:
    lines = rows(1)
    lines[0]["base"] = ""
    head = company.ledger.recorder.head()
    assert not take(company, workbook(tmp_path / "r.xlsx", lines), accept_valid=True).recorded
    assert company.ledger.recorder.head() == head


def test_two_hundred_thousand_rows_of_a_workbook_are_refused_too(tmp_path: Path) -> None:
    more = b"".join(
        b'<row r="%d"><c r="A%d" t="inlineStr"><is><t>X%d</t></is></c></row>' % (n, n, n)
        for n in range(100, 200_100)
    )
    found = read_roster(edited(tmp_path, b"</sheetData>", more + b"</sheetData>"))
    assert found.rows == []
    assert "at most 50000 rows" in found.problems[0].expected_en


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


def test_the_cut_over_in_force_holds_whatever_is_asked(company: Scenario, tmp_path: Path) -> None:
    """57 art. 28: a dated parameter with its basis; without any nothing is imported."""
    path = workbook(tmp_path / "r.xlsx", rows())
    asked = RosterImport(path, REGIMENT, Month("2026-09"))
    with pytest.raises(NoStandard):
        import_roster(company.division, asked, CLERK, IN_TIME)
    company.do(SetStandard, ADMIN, name="cut_over", organisation_id=DIVISION, value=20_260_825, unit="date",
               from_date=date(2026, 1, 1), document="示范4号")  # fmt: skip
    for given in (None, date(2027, 1, 1)):
        with pytest.raises(AfterCutOver):
            import_roster(company.division, asked, CLERK, IN_TIME, cut_over=given)
    company.do(SetStandard, ADMIN, name="cut_over", organisation_id=REGIMENT, value=20_260_826, unit="date",
               from_date=date(2026, 1, 1), document="示范5号")  # fmt: skip
    assert import_roster(company.division, asked, CLERK, IN_TIME).recorded


def test_a_report_for_an_office_neutralises_formulas(tmp_path: Path) -> None:
    problem = Problem("低保", 2, "姓名", '=HYPERLINK("x")', "a value", "应为数值")
    write_workbook([("低保.xlsx", problem)], tmp_path / "p.xlsx")
    sheet = openpyxl.load_workbook(tmp_path / "p.xlsx").worksheets[0]
    assert sheet.cell(2, 1).value == "低保.xlsx"
    assert sheet.cell(2, 5).value == '\'=HYPERLINK("x")'
    assert HEADER_OF["name"] == "姓名"


def test_the_demo_rosters_are_made_byte_for_byte_again(tmp_path: Path) -> None:
    made = generate(ROOT / "examples" / "organisations.csv", tmp_path)
    for path in made:
        assert path.read_bytes() == (ROOT / "examples" / "rosters" / path.name).read_bytes(), path.name
    assert len(made) == 13


def test_companies_are_found_in_the_view_and_behind_it(company: Scenario) -> None:
    """One opened before the view last looked, one after, one of another regiment."""
    from assistance.roster_known import companies_of

    with Runner(company.division.url, company.division.schema) as runner:
        runner.catch_up()
    assert companies_of(company.division, REGIMENT) == {"一连": "c1"}
    for number, parent in ((2, REGIMENT), (3, "d12-sp")):
        company.do(
            OpenOrganisation,
            ADMIN,
            organisation_id=f"c{number}",
            name=f"{number}连",
            level=Level.COMPANY,
            parent_id=parent,
        )
    assert companies_of(company.division, REGIMENT) == {"一连": "c1", "2连": "c2"}
