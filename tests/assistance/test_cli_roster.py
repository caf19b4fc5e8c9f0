"""Rosters on the command line: what a clerk reads, what a program reads, and the exit code."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path

import openpyxl
import pytest

from ledger.organisation.commands import OpenOrganisation
from ledger.organisation.events import Level
from ledger.standards.commands import SetStandard
from tests.assistance.commands import Done, Office
from tests.assistance.test_roster import rows, workbook
from tests.scenario import ADMIN, DIVISION, REGIMENT, Scenario

AT = ("--operator", "clerk-1", "--organisation", REGIMENT, "--first-month", "2026-09")


@pytest.fixture
def office(scenario: Scenario, tmp_path: Path) -> Office:
    """An office before its cut-over, with one company."""
    scenario.do(OpenOrganisation, ADMIN, datetime(2026, 8, 20, tzinfo=UTC), organisation_id="c1", name="一连",
                level=Level.COMPANY, parent_id=REGIMENT, opened_on=date(2026, 1, 1))  # fmt: skip
    cut_over(scenario, 20_990_101)
    (tmp_path / "data" / "keys").mkdir(parents=True)
    (tmp_path / "data" / "keys" / "division.key").write_text(bytes(range(32)).hex())
    return Office(tmp_path / "data", scenario.division.schema, scenario.division.url)


def cut_over(scenario: Scenario, value: int) -> None:
    scenario.do(SetStandard, ADMIN, name="cut_over", organisation_id=DIVISION, value=value, unit="date",
                from_date=date(2026, 1, 1), document="示范文件1号")  # fmt: skip


def take(office: Office, *words: str) -> Done:
    return office.do("import", "roster", *words, *AT)


def test_a_good_roster_is_told_as_recorded_and_again_as_recorded_before(
    office: Office, tmp_path: Path
) -> None:
    path = str(workbook(tmp_path / "甲.xlsx", rows(2)))
    first = office.process("import", "roster", path, *AT)
    assert (first.code, "recorded 已登记" in first.out, "households 家庭 2" in first.out) == (
        0,
        True,
        True,
    ), first.err
    again = take(office, path)
    assert (again.code, "未重复登记" in again.out) == (0, True)


def test_a_clerk_reads_sheet_row_column_value_and_what_was_expected(office: Office, tmp_path: Path) -> None:
    lines = rows(2)
    lines[2] |= {"base": "1100.005", "decided_on": "2099-01-01"}
    done = take(office, str(workbook(tmp_path / "乙.xlsx", lines)), "--report", str(tmp_path / "问题.xlsx"))
    assert done.code == 1
    assert "NOT recorded 未登记" in done.out
    assert "✗ 低保 row 第4行 [月基本金额] = '1100.005'" in done.out
    assert "要求：最多两位小数" in done.out
    assert "expected: at most two decimals" in done.out
    assert "--accept-valid" in done.out
    assert all(len(line) <= 120 for line in done.out.splitlines())
    sheet = openpyxl.load_workbook(tmp_path / "问题.xlsx").worksheets[0]
    assert [cell.value for cell in sheet[2]][:5] == ["乙.xlsx", "低保", 4, "月基本金额", "1100.005"]
    assert sheet.max_row == 3


def test_several_files_are_one_object_and_one_report(office: Office, tmp_path: Path) -> None:
    bad = rows(1)
    bad[0] |= {"number": "B1", "id_number": "1"}
    paths = [str(workbook(tmp_path / "好.xlsx", rows(2))), str(workbook(tmp_path / "坏.xlsx", bad))]
    done = take(office, "--json", *paths, "--report", str(tmp_path / "p.xlsx"))
    files = done.facts["files"]
    assert done.code == 1
    assert [(f["file"], f["recorded"]) for f in files] == [("好.xlsx", True), ("坏.xlsx", False)]
    assert {p["column"] for p in files[1]["problems"]} >= {"身份证号"}
    sheet = openpyxl.load_workbook(tmp_path / "p.xlsx").worksheets[0]
    assert {row[0].value for row in sheet.iter_rows(min_row=2)} == {"坏.xlsx"}


def test_a_person_in_two_files_of_one_command_is_taken_once(office: Office, tmp_path: Path) -> None:
    second = [line | {"number": "S" + line["number"]} for line in rows(1)]
    paths = [str(workbook(tmp_path / "1.xlsx", rows(1))), str(workbook(tmp_path / "2.xlsx", second))]
    files = take(office, "--json", *paths).facts["files"]
    assert [f["recorded"] for f in files] == [True, False]


def test_fifty_problems_are_shown_and_the_rest_is_counted(office: Office, tmp_path: Path) -> None:
    lines = [line | {"base": "-1"} if "base" in line else line for line in rows(60)]
    done = take(office, str(workbook(tmp_path / "r.xlsx", lines)))
    assert done.out.count("✗") == 50
    assert "另有 10 个" in done.out


def test_no_name_and_no_whole_id_number_is_shown(office: Office, tmp_path: Path) -> None:
    lines = rows(1)
    wrong = lines[0]["id_number"][:-1] + ("1" if lines[0]["id_number"][-1] != "1" else "2")
    lines[0] |= {"id_number": wrong, "account": "1234", "name": "欧阳某某"}
    for done in (
        take(office, str(workbook(tmp_path / "r.xlsx", lines)), *more) for more in ((), ("--json",))
    ):
        for private in (wrong, "1234'", "欧阳某某"):
            assert private not in done.out + done.err


def test_an_unknown_organisation_and_a_past_cut_over_are_refused(
    office: Office, scenario: Scenario, tmp_path: Path
) -> None:
    path = str(workbook(tmp_path / "r.xlsx", rows(1)))
    head = scenario.ledger.recorder.head()
    words = ("--operator", "x", "--organisation", "d99", "--first-month", "2026-09", "--json")
    assert office.do("import", "roster", path, *words).facts["refused"] == "OrganisationUnknown"
    assert scenario.ledger.recorder.head() == head
    cut_over(scenario, 20_260_101)
    done = take(office, path, "--json")
    assert (done.code, done.facts["refused"], done.facts["article"]) == (1, "AfterCutOver", "57 art. 28")
