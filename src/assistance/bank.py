"""Files to and from the bank: one small layout file per bank, money as yuan with two decimals."""

from __future__ import annotations

import csv
import re
import tomllib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from importlib import resources
from pathlib import Path
from typing import Any, NamedTuple

import openpyxl

from assistance.reproducible import fix_times
from assistance.workbooks import NotReadable, cell_text, decoded, is_workbook, rows_of, workbook
from ledger.payments.reconcile import ReturnLine

_AMOUNT = re.compile(r"-?\d{1,13}(\.\d{1,2}0*)?", re.ASCII)
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


class BankFileError(ValueError):
    """The file is no file of this layout.

    文件不符合该银行格式。
    """


class BankLine(NamedTuple):
    """One line as the bank needs it, identity in clear: it exists only on its way into the file."""

    sequence: int
    holder: str
    account: str
    amount_fen: int
    summary: str
    payment_id: str


@dataclass(frozen=True)
class Layout:
    """A bank's columns, encoding and words, from ``bank_layouts/<name>.toml``."""

    name: str
    kind: str
    encoding: str
    suffix: str
    total_label: str
    columns: dict[str, str]
    outcome: dict[str, str]

    @classmethod
    def load(cls, name: str) -> Layout:
        """The layout of this name. Raises :class:`BankFileError` listing those there are."""
        if name not in layouts():
            raise BankFileError(f"no layout {name!r} 没有该格式; there are {', '.join(layouts())}")
        text = (
            resources.files("assistance").joinpath("bank_layouts", f"{name}.toml").read_text(encoding="utf-8")
        )
        return cls(**tomllib.loads(text))


def layouts() -> list[str]:
    """Names of the layouts there are."""
    folder = resources.files("assistance").joinpath("bank_layouts")
    return sorted(file.name.removesuffix(".toml") for file in folder.iterdir() if file.name.endswith(".toml"))


def yuan(amount_fen: int) -> str:
    """Fen as yuan with two decimals."""
    return f"{Decimal(amount_fen) / 100:.2f}"


def fen(text: object) -> int | None:
    """Yuan (text or number) as fen, None when it is no amount with at most two decimals."""
    plain = str(text).strip().replace(",", "")
    return int(Decimal(plain) * 100) if _AMOUNT.fullmatch(plain) else None


def neutral(text: str) -> str:
    """Text that no spreadsheet takes for a formula."""
    return f"'{text}" if text.startswith(_FORMULA_STARTS) else text


def write_file(layout: Layout, lines: Sequence[BankLine], path: Path) -> None:
    """Writes the lines and a total, in the bank's layout."""
    c = layout.columns
    header = [c["sequence"], c["holder"], c["account"], c["amount"], c["summary"], c["reference"]]
    rows = [
        [str(n.sequence), neutral(n.holder), n.account, yuan(n.amount_fen), neutral(n.summary), n.payment_id]
        for n in lines
    ]
    total = [layout.total_label, str(len(lines)), "", yuan(sum(n.amount_fen for n in lines)), "", ""]
    _write(layout, [header, *rows, total], path)


def _write(layout: Layout, rows: Iterable[Sequence[str]], path: Path) -> None:
    # Names and accounts in clear: for their owner alone, whatever the process makes otherwise.
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    path.touch(mode=0o600)
    path.chmod(0o600)
    if layout.kind == "xlsx":
        book = openpyxl.Workbook(write_only=True)
        stamp = datetime(2026, 1, 1)  # noqa: DTZ001 - a fixed stamp
        book.properties.created = book.properties.modified = stamp
        sheet = book.create_sheet("代发")
        for row in rows:
            sheet.append(list(row))
        book.save(path)
        fix_times(path, stamp)
        return
    with path.open("w", encoding=layout.encoding, newline="") as file:
        csv.writer(file, lineterminator="\r\n").writerows(rows)


class ReturnFile(NamedTuple):
    """A return file as read: its lines, and whether its end is missing or its totals disagree."""

    lines: list[ReturnLine]
    truncated: bool


def read_return(layout: Layout, path: Path) -> ReturnFile:
    """Reads a return file 回盘. One bad line never stops it; a file of another layout raises :class:`BankFileError`."""
    rows = list(_rows(layout, path))
    if not any(any(row) for row in rows):
        raise BankFileError("the file is empty 文件为空")
    names = [cell_text(cell) for cell in rows[0]]
    c, o = layout.columns, layout.outcome
    needed = [c["reference"], c["amount"], o["status"]]
    missing = [name for name in needed if name not in names]
    if missing:
        raise BankFileError(f"columns are missing 缺少列: {', '.join(missing)}")
    where = {name: n for n, name in enumerate(names)}
    lines: list[ReturnLine] = []
    total: tuple[int, int | None] | None = None
    for number, row in enumerate(rows[1:], 2):
        cells = [cell_text(cell) for cell in row] + [""] * len(names)
        if cells[0] == layout.total_label:
            total = (int(cells[1]) if cells[1].isdecimal() else -1, fen(cells[where[c["amount"]]]))
            continue
        if any(cells):
            lines.append(_line(layout, where, cells, number))
    stated = (len(lines), sum(line.amount_fen or 0 for line in lines))
    return ReturnFile(lines, truncated=total != stated)


def _line(layout: Layout, where: dict[str, int], cells: Sequence[str], number: int) -> ReturnLine:
    def cell(name: str) -> str:
        return cells[where[name]] if name in where else ""

    o = layout.outcome
    status = cell(o["status"])
    return ReturnLine(
        row=number,
        payment_id=cell(layout.columns["reference"]),
        amount_fen=fen(cell(layout.columns["amount"])),
        # Any other word ("processing", or none where the line was cut off) says nothing: never "returned".
        succeeded={o["succeeded"]: True, o["failed"]: False}.get(status),
        reason=cell(o["reason"]) or None,
        reference=cell(o["bank_reference"]) or None,
    )


def _rows(layout: Layout, path: Path) -> Iterator[Sequence[Any]]:
    try:
        found = is_workbook(path)
        if layout.kind == "xlsx":
            with workbook(path, values=True) as book:
                if book.worksheets:
                    yield from rows_of(book.worksheets[0])
            return
    except NotReadable as error:
        raise BankFileError(str(error)) from error
    if found:
        raise BankFileError("a workbook, not a text file; another layout? 该文件是工作簿，请核对银行格式")
    raw = path.read_bytes()
    # A file cut off inside a character, or with one garbled line, still has its other lines.
    text = decoded(raw, layout.encoding) or raw.decode(layout.encoding, errors="replace")
    for line in re.split(r"\r\n|\r|\n", text):
        # One line at a time: a stray quote must not swallow the lines after it.
        try:
            yield next(csv.reader([line]), ())
        except csv.Error:
            yield (line[:100],)


def simulate_bank(layout: Layout, sent: Path, returned: Path, *, every: int = 150, seed: int = 7) -> None:
    """A bank for demos and tests: answers a sent file, sending about one line in `every` back, always the same ones."""
    reasons = ("户名不符", "账号不存在", "销户", "冻结", "睡眠户", "限额")
    rows = [[cell_text(cell) for cell in row] for row in _rows(layout, sent) if row]
    o = layout.outcome
    answered: list[list[str]] = [[*rows[0], o["status"], o["reason"], o["bank_reference"]]]
    reference = rows[0].index(layout.columns["reference"])
    for number, row in enumerate(rows[1:]):
        if row[0] == layout.total_label:
            answered.append([*row, "", "", ""])
            continue
        draw = int(row[reference].replace("-", "")[-8:], 16) + seed
        if draw % every == 0:
            answered.append([*row, o["failed"], reasons[draw // every % len(reasons)], ""])
        else:
            answered.append([*row, o["succeeded"], "", f"B{number:08d}"])
    _write(layout, answered, returned)
