"""What is wrong with a roster: sheet, row, column, value, and what was expected, in English and 中文."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import openpyxl
from rich.table import Table

from assistance.bank import neutral


class Problem(NamedTuple):
    """One thing wrong; row 0 speaks of the sheet or file as a whole. Values that identify people are masked."""

    sheet: str
    row: int
    column: str
    value: str
    expected_en: str
    expected_zh: str


def table(problems: list[Problem], most: int = 50) -> Table:
    """The first problems as a table for a terminal."""
    shown = Table(
        "sheet 表",
        "row 行",
        "column 列",
        "value 值",
        "expected",
        "应为",
        title=f"{len(problems)} problem(s) 个问题",
    )
    for problem in problems[:most]:
        shown.add_row(problem.sheet, str(problem.row or "-"), *problem[2:])
    return shown


def write_workbook(problems: list[Problem], path: Path) -> None:
    """All problems as a workbook an office can work through."""
    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet("问题清单")
    sheet.append(["表", "行", "列", "值", "应为", "expected"])
    for p in problems:
        sheet.append([p.sheet, p.row or None, p.column, neutral(p.value), p.expected_zh, p.expected_en])
    book.save(path)
