"""Reading what departments hand in: one sheet (or CSV) a programme, its columns those the programme's definition asks for."""

from __future__ import annotations

import csv
import difflib
import io
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from pathlib import Path
from typing import Any, NamedTuple

from assistance.roster_report import Problem
from assistance.workbooks import (
    NotReadable,
    cell_text,
    decoded,
    is_workbook,
    merged_header,
    rows_of,
    workbook,
)
from ledger.programmes.programme_book import Programmes
from ledger.programmes.programme_events import ProgrammeDefined

MOST_ROWS = 100_000
"""Rows a sheet may have."""
COLUMNS = {
    "record_number": "记录号", "name": "姓名", "id_number": "身份证号", "form": "救助形式", "given_on": "发放日期", "amount": "金额（元）",
    "from_month": "起始月份", "last_month": "截止月份", "need": "对应需求", "disaster_id": "灾害编号",
}  # fmt: skip
"""The columns of every programme, by field; its own fields follow under their names in 中文."""
NEEDED = ("record_number", "id_number", "given_on")
OWN = "own/"
"""Before the name of a programme's own field."""


class ReportRow(NamedTuple):
    """One row as it stands: its number and text by field."""

    row: int
    cells: dict[str, str]


class Sheet(NamedTuple):
    """One sheet of rows of one programme."""

    name: str
    programme: ProgrammeDefined
    rows: list[ReportRow]
    headers: dict[str, str]
    """Header by field."""


class ReportFile(NamedTuple):
    """A file's sheets, what is wrong with it as a file, and the sheets that were not read."""

    sheets: list[Sheet]
    problems: list[Problem]
    ignored: list[str]


def whole(sheet: str, english: str, chinese: str, column: str = "-", value: str = "") -> Problem:
    """A problem of a sheet or file as a whole."""
    return Problem(sheet, 0, column, value, english, chinese)


def headers_of(programme: ProgrammeDefined) -> dict[str, str]:
    """The header of every column a sheet of the programme may have, by field."""
    return COLUMNS | {f"{OWN}{own.field}": own.named.zh for own in programme.fields}


def needed_of(programme: ProgrammeDefined) -> list[str]:
    """Fields whose columns must be there."""
    needed = [*NEEDED]
    needed += ["form"] if len(programme.offers) > 1 else []
    needed += ["disaster_id"] if programme.disaster else []
    return needed + [f"{OWN}{own.field}" for own in programme.fields if own.required and not own.forms]


def read_reports(path: Path, programmes: Programmes, day: date) -> ReportFile:
    """Reads a department's file. A sheet or CSV is known by the programme's name or code in its own name."""
    found = ReportFile([], [], [])
    known = sorted(programmes.in_force(day), key=lambda p: -len(p.named.zh))
    try:
        if is_workbook(path):
            _read_workbook(path, known, found)
        elif path.suffix.lower() in (".csv", ".txt"):
            _read_csv(path, known, found)
        else:
            raise NotReadable("an xlsx workbook or a CSV file", "应为 xlsx 工作簿或 CSV 文件")
    except NotReadable as fault:
        found.sheets.clear()
        found.problems.append(whole(path.name, fault.english, fault.chinese))
    return found


def _programme_of(name: str, known: Sequence[ProgrammeDefined]) -> ProgrammeDefined | None:
    """The programme a sheet's or file's name speaks of; of two names one of which holds the other, the longer."""
    return next((p for p in known if p.named.zh in name or p.code in name.lower()), None)


def _read_workbook(path: Path, known: Sequence[ProgrammeDefined], found: ReportFile) -> None:
    with workbook(path, values=False) as book:
        used = 0
        for sheet in book.worksheets:
            programme = _programme_of(sheet.title, known)
            if programme is None:
                found.ignored.append(sheet.title)
                continue
            used += 1
            if merged_header(path, sheet):
                expected = ("the column names in row 1, no merged cells", "第1行应为列名，不得有合并单元格")
                found.problems.append(whole(sheet.title, *expected, "表头"))
                continue
            _read_table(sheet.title, programme, rows_of(sheet), found)
    if not used:
        expected = ("a sheet named after a programme", "以救助项目命名的工作表")
        found.problems.append(whole(path.name, *expected, "工作表", "、".join(found.ignored)))


def _read_csv(path: Path, known: Sequence[ProgrammeDefined], found: ReportFile) -> None:
    text = decoded(path.read_bytes(), "gb18030")
    if text is None or "\0" in text:
        raise NotReadable("text in UTF-8 or GB18030", "UTF-8 或 GB18030 编码的文本")
    programme = _programme_of(path.stem, known)
    if programme is None:
        raise NotReadable("a file name with a programme's name", "文件名含救助项目名称")
    try:
        _read_table(path.stem, programme, csv.reader(io.StringIO(text), strict=True), found)
    except csv.Error as error:
        raise NotReadable("a CSV file; a quote is never closed", "CSV 文件；引号未闭合") from error


def _read_table(
    sheet: str, programme: ProgrammeDefined, rows: Iterable[Iterable[Any]], found: ReportFile
) -> None:
    lines = iter(rows)
    header = [cell_text(cell) for cell in next(lines, ())]
    if not any(header):
        found.problems.append(whole(sheet, "a sheet that is not empty", "工作表不得为空"))
        return
    headers = headers_of(programme)
    faults = _header_faults(sheet, programme, header, headers)
    if faults:
        found.problems.extend(faults)
        return
    by_header = {name: field for field, name in headers.items()}
    fields = [by_header.get(name) for name in header]
    read: list[ReportRow] = []
    for row in _numbered(sheet, lines, fields, headers, found):
        if len(read) == MOST_ROWS:
            expected = f"at most {MOST_ROWS} rows; split the file", f"最多 {MOST_ROWS} 行，请拆分文件"
            found.problems.append(whole(sheet, *expected))
            return
        read.append(row)
    if not read:
        found.problems.append(whole(sheet, "at least one row", "至少一行数据"))
        return
    found.sheets.append(Sheet(sheet, programme, read, headers))


def _header_faults(
    sheet: str, programme: ProgrammeDefined, header: list[str], headers: dict[str, str]
) -> list[Problem]:
    """Columns that are missing (with the name in the file that looks most like it) or there twice."""
    strange = [name for name in header if name and name not in headers.values()]
    faults = []
    for name in (headers[field] for field in needed_of(programme) if headers[field] not in header):
        close = (difflib.get_close_matches(name, strange, 1, 0.5) or [""])[0]
        faults.append(whole(sheet, f"a column {name}", f"缺少“{name}”列", name, close))
    twice = sorted({name for name in header if name and header.count(name) > 1})
    return faults + [whole(sheet, "each column once", "列名重复", name) for name in twice]


def _numbered(
    sheet: str, lines: Iterator[Iterable[Any]], fields: list[str | None], headers: dict[str, str], found: ReportFile
) -> Iterator[ReportRow]:  # fmt: skip
    for number, line in enumerate(lines, 2):
        cells = {}
        for field, cell in zip(fields, line, strict=False):
            if field is None or cell is None:
                continue
            text = cell if type(cell) is str else cell_text(cell)
            text = text.strip()
            if not text:
                continue
            if text[0] == "=":
                expected = ("a value, not a formula", "应为数值，不得为公式")
                found.problems.append(Problem(sheet, number, headers[field], text[:40], *expected))
                continue
            cells[field] = text
        if cells:
            yield ReportRow(number, cells)
