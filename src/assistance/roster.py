"""Reading rosters: workbooks and CSV files (UTF-8 or GB18030), every cell checked, nothing recorded here."""

from __future__ import annotations

import csv
import difflib
import io
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

from assistance.roster_columns import BY_HEADER, COLUMNS, HEADER_OF, SHEETS
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

MOST_ROWS = 50_000
"""Rows a sheet may have: a regiment has a few thousand; more is another kind of file."""


class RawRow(NamedTuple):
    """One row as it stands in the file: its sheet, number, and text by field."""

    sheet: str
    row: int
    cells: dict[str, str]


class RawRoster(NamedTuple):
    """A file's rows, what is wrong with the file as a file, and the sheets that were not read."""

    rows: list[RawRow]
    problems: list[Problem]
    ignored: list[str]


def read_roster(path: Path) -> RawRoster:
    """Reads a roster file. A sheet or CSV is known by its name (低保, 特困 / dibao, tekun)."""
    found = RawRoster([], [], [])
    try:
        if is_workbook(path):
            _read_workbook(path, found)
        elif path.suffix.lower() in (".csv", ".txt"):
            _read_csv(path, found)
        else:
            raise NotReadable("an xlsx workbook or a CSV file", "应为 xlsx 工作簿或 CSV 文件")
    except NotReadable as fault:
        found.rows.clear()
        found.problems.append(_whole(path.name, fault.english, fault.chinese))
    return found


def _whole(sheet: str, english: str, chinese: str, column: str = "-", value: str = "") -> Problem:
    return Problem(sheet, 0, column, value, english, chinese)


def programme_of(sheet: str) -> str | None:
    """Which programme a sheet's or file's name speaks of."""
    for name, programme in SHEETS.items():
        if name in sheet or programme in sheet.lower():
            return programme
    return None


def _read_workbook(path: Path, found: RawRoster) -> None:
    with workbook(path, values=False) as book:
        used = 0
        for sheet in book.worksheets:
            if programme_of(sheet.title) is None:
                found.ignored.append(sheet.title)
                continue
            used += 1
            if merged_header(path, sheet):
                expected = ("the column names in row 1, no merged cells", "第1行应为列名，不得有合并单元格")
                found.problems.append(_whole(sheet.title, *expected, "表头"))
                continue
            _read_table(sheet.title, rows_of(sheet), found)
        if not used:
            names = "、".join(found.ignored)
            expected = ("a sheet named 低保 or 特困", "名为“低保”或“特困”的工作表")
            found.problems.append(_whole(path.name, *expected, "工作表", names))


def _read_csv(path: Path, found: RawRoster) -> None:
    text = decoded(path.read_bytes(), "gb18030")
    if text is None or "\0" in text:
        raise NotReadable("text in UTF-8 or GB18030", "UTF-8 或 GB18030 编码的文本")
    if programme_of(path.stem) is None:
        raise NotReadable("a file name with 低保 or 特困", "文件名含“低保”或“特困”")
    try:
        _read_table(path.stem, csv.reader(io.StringIO(text)), found)
    except csv.Error as error:
        raise NotReadable("a CSV file; a quote is never closed", "CSV 文件；引号未闭合") from error


def _read_table(sheet: str, rows: Iterable[Iterable[Any]], found: RawRoster) -> None:
    lines = iter(rows)
    header = [cell_text(cell) for cell in next(lines, ())]
    if not any(header):
        found.problems.append(_whole(sheet, "a sheet that is not empty", "工作表不得为空"))
        return
    faults = _header_faults(sheet, header)
    if faults:
        found.problems.extend(faults)
        return
    fields = [BY_HEADER[name].field if name in BY_HEADER else None for name in header]
    count, before = 0, len(found.rows)
    for row in _numbered(sheet, lines, fields, found):
        count += 1
        if count > MOST_ROWS:
            found.problems.append(
                _whole(sheet, f"at most {MOST_ROWS} rows; split the file", f"最多 {MOST_ROWS} 行，请拆分文件")
            )
            del found.rows[before:]
            return
        found.rows.append(row)
    if not count:
        found.problems.append(_whole(sheet, "at least one row", "至少一行数据"))


def _header_faults(sheet: str, header: list[str]) -> list[Problem]:
    """Columns that are missing (with the name in the file that looks most like it) or there twice."""
    strange = [name for name in header if name and name not in BY_HEADER]
    faults = []
    for name in (c.header for c in COLUMNS if c.needed and c.header not in header):
        close = (difflib.get_close_matches(name, strange, 1, 0.5) or [""])[0]
        faults.append(_whole(sheet, f"a column {name}", f"缺少“{name}”列", name, close))
    twice = sorted({name for name in header if name and header.count(name) > 1})
    return faults + [_whole(sheet, "each column once", "列名重复", name) for name in twice]


def _numbered(
    sheet: str, lines: Iterator[Iterable[Any]], fields: list[str | None], found: RawRoster
) -> Iterator[RawRow]:
    for number, line in enumerate(lines, 2):
        cells = {}
        for field, cell in zip(fields, line, strict=False):
            if field is None or cell is None:
                continue
            text = cell_text(cell)
            if text.startswith("="):
                expected = ("a value, not a formula", "应为数值，不得为公式")
                found.problems.append(Problem(sheet, number, HEADER_OF[field], text[:40], *expected))
                text = ""
            cells[field] = text
        if any(cells.values()):
            yield RawRow(sheet, number, cells)
