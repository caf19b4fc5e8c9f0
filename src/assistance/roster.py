"""Reading rosters: workbooks and CSV files (UTF-8 or GB18030), every cell checked, nothing recorded here."""

from __future__ import annotations

import csv
import io
import re
import zipfile
from collections.abc import Iterable, Iterator
from datetime import date, datetime
from pathlib import Path
from typing import Any, NamedTuple

import openpyxl

from assistance.roster_columns import BY_HEADER, COLUMNS, SHEETS
from assistance.roster_report import Problem

MOST_ROWS = 50_000
"""Rows a sheet may have: a regiment has a few thousand; more is another kind of file."""
_MERGE = re.compile(rb'<mergeCell ref="([A-Z]+)(\d+):')


class RawRow(NamedTuple):
    """One row as it stands in the file: its sheet, number, and text by field."""

    sheet: str
    row: int
    cells: dict[str, str]


class RawRoster(NamedTuple):
    """A file's rows, and what is wrong with the file as a file."""

    rows: list[RawRow]
    problems: list[Problem]


def read_roster(path: Path) -> RawRoster:
    """Reads a roster file. A sheet or CSV is known by its name (低保, 特困 / dibao, tekun)."""
    if zipfile.is_zipfile(path):
        return _read_workbook(path)
    if path.suffix.lower() in (".csv", ".txt"):
        return _read_csv(path)
    return RawRoster(
        [], [_whole(path.name, "not a workbook or CSV file", "应为 xlsx 工作簿或 CSV 文件", "-")]
    )


def _whole(sheet: str, english: str, chinese: str, column: str = "-", value: str = "") -> Problem:
    return Problem(sheet, 0, column, value, english, chinese)


def programme_of(sheet: str) -> str | None:
    """Which programme a sheet's or file's name speaks of."""
    for name, programme in SHEETS.items():
        if name in sheet or programme in sheet.lower():
            return programme
    return None


def _read_workbook(path: Path) -> RawRoster:
    found = RawRoster([], [])
    try:
        book = openpyxl.load_workbook(path, read_only=True, data_only=False)
    except Exception:
        return RawRoster([], [_whole(path.name, "a readable xlsx workbook", "可读取的 xlsx 工作簿")])
    merged = _merged_rows(path)
    used = 0
    for number, sheet in enumerate(book.worksheets, 1):
        if programme_of(sheet.title) is None:
            continue
        used += 1
        if 1 in merged.get(number, set()):
            found.problems.append(
                _whole(sheet.title, "a header without merged cells", "表头不得有合并单元格", "表头")
            )
            continue
        _read_table(sheet.title, sheet.iter_rows(values_only=True), found)
    book.close()
    if not used:
        expected = ("a sheet named 低保 or 特困", "名为“低保”或“特困”的工作表")
        found.problems.append(_whole(path.name, *expected))
    return found


def _merged_rows(path: Path) -> dict[int, set[int]]:
    """By sheet number, the rows in which merged cells begin: a streaming reader does not tell."""
    merged: dict[int, set[int]] = {}
    with zipfile.ZipFile(path) as archive:
        for name in archive.namelist():
            match = re.fullmatch(r"xl/worksheets/sheet(\d+)\.xml", name)
            if match is None:
                continue
            rest = b""
            with archive.open(name) as file:
                while block := file.read(1 << 20):
                    rest = rest[-100:] + block
                    for merge in _MERGE.finditer(rest):
                        merged.setdefault(int(match.group(1)), set()).add(int(merge.group(2)))
    return merged


def _read_csv(path: Path) -> RawRoster:
    found = RawRoster([], [])
    raw = path.read_bytes()
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            text = raw.decode(encoding)
            break
        except UnicodeDecodeError:
            continue
    else:
        return RawRoster([], [_whole(path.name, "text in UTF-8 or GB18030", "UTF-8 或 GB18030 编码的文本")])
    if "\0" in text:
        return RawRoster([], [_whole(path.name, "a text file", "文本文件")])
    if programme_of(path.stem) is None:
        return RawRoster([], [_whole(path.name, "a file name with 低保 or 特困", "文件名含“低保”或“特困”")])
    _read_table(path.stem, csv.reader(io.StringIO(text)), found)
    return found


def _read_table(sheet: str, rows: Iterable[Iterable[Any]], found: RawRoster) -> None:
    lines = iter(rows)
    header = [_text(cell) for cell in next(lines, ())]
    if not any(header):
        found.problems.append(_whole(sheet, "a sheet that is not empty", "工作表不得为空"))
        return
    missing = [c.header for c in COLUMNS if c.needed and c.header not in header]
    twice = {name for name in header if name and header.count(name) > 1}
    for name in missing:
        found.problems.append(_whole(sheet, f"a column {name}", f"缺少“{name}”列", name))
    for name in sorted(twice):
        found.problems.append(_whole(sheet, "each column once", "列名重复", name))
    if missing or twice:
        return
    fields = [BY_HEADER[name].field if name in BY_HEADER else None for name in header]
    count = 0
    for row in _numbered(sheet, lines, fields, found):
        count += 1
        if count > MOST_ROWS:
            found.problems.append(
                _whole(sheet, f"at most {MOST_ROWS} rows; split the file", f"最多 {MOST_ROWS} 行，请拆分文件")
            )
            found.rows.clear()
            return
        found.rows.append(row)
    if not count:
        found.problems.append(_whole(sheet, "at least one row", "至少一行数据"))


def _numbered(
    sheet: str, lines: Iterator[Iterable[Any]], fields: list[str | None], found: RawRoster
) -> Iterator[RawRow]:
    for number, line in enumerate(lines, 2):
        cells = {}
        for field, cell in zip(fields, line, strict=False):
            if field is None or cell is None:
                continue
            text = _text(cell)
            if text.startswith("="):
                header = next(c.header for c in COLUMNS if c.field == field)
                found.problems.append(
                    Problem(
                        sheet, number, header, text[:40], "a value, not a formula", "应为数值，不得为公式"
                    )
                )
                text = ""
            cells[field] = text
        if any(cells.values()):
            yield RawRow(sheet, number, cells)


def _text(cell: object) -> str:
    """A cell as text: dates as YYYY-MM-DD, whole numbers without a point, blanks trimmed."""
    if isinstance(cell, datetime):
        return cell.date().isoformat()
    if isinstance(cell, date):
        return cell.isoformat()
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() else repr(cell)
    return "" if cell is None else str(cell).strip()
