"""What is wrong with a roster: sheet, row, column, value, and what was expected, in English and 中文."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

import openpyxl

from assistance.bank import neutral


class Problem(NamedTuple):
    """One thing wrong; row 0 speaks of the sheet or file as a whole. Values that identify people are masked."""

    sheet: str
    row: int
    column: str
    value: str
    expected_en: str
    expected_zh: str


@dataclass
class ImportReport:
    """What an import did: households and people recorded, rejected households, every problem."""

    file: str
    file_hash: str
    recorded: bool = False
    duplicate: bool = False
    rows: int = 0
    households: int = 0
    people: int = 0
    rejected: int = 0
    position: int = 0
    problems: list[Problem] = field(default_factory=list)
    ignored: list[str] = field(default_factory=list)
    """Sheets whose names speak of no programme; they were not read."""


def one_a_cell(problems: Iterable[Problem]) -> list[Problem]:
    """The first problem of each cell, row by row: a formula is also an empty value, but one remark mends both."""
    kept: dict[tuple[object, ...], Problem] = {}
    for problem in problems:
        cell = (problem.sheet, problem.row, problem.column) if problem.row else problem
        kept.setdefault(cell, problem)
    sheets = list(dict.fromkeys(problem.sheet for problem in kept.values()))
    return sorted(kept.values(), key=lambda problem: (sheets.index(problem.sheet), problem.row))


def lines(problems: Sequence[Problem], most: int = 50) -> list[str]:
    """The first problems for a terminal of any width: where, what is there, and what was expected, three lines each."""
    told = []
    for problem in problems[:most]:
        place = f"{problem.sheet}" + (f" row 第{problem.row}行" if problem.row else "")
        column = "" if problem.column == "-" else f" [{problem.column}]"
        value = f" = {problem.value!r}" if problem.value else ""
        told += [
            f"✗ {place}{column}{value}",
            f"    要求：{problem.expected_zh}",
            f"    expected: {problem.expected_en}",
        ]
    if len(problems) > most:
        rest = len(problems) - most
        told.append(
            f"… and {rest} more: write all of them with --report FILE 另有 {rest} 个，用 --report 文件名 导出全部"
        )
    return told


def write_workbook(found: Sequence[tuple[str, Problem]], path: Path) -> None:
    """All problems of some files, as (file, problem), in a workbook an office can work through."""
    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet("问题清单")
    sheet.append(["文件", "表", "行", "列", "值", "应为", "expected"])
    for file, p in found:
        place = [neutral(file), neutral(p.sheet), p.row or None, neutral(p.column)]
        sheet.append([*place, neutral(p.value), neutral(p.expected_zh), neutral(p.expected_en)])
    book.save(path)
