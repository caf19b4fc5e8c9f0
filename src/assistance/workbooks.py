"""Opening files other people made: workbooks and text, kept from hanging or filling memory, their faults in words."""

from __future__ import annotations

import contextlib
import re
import zipfile
from collections.abc import Iterator, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any

import openpyxl

MOST_BYTES = 64 * 1024 * 1024
"""A file may be this large; a division's rosters together are a few megabytes."""
MOST_UNPACKED = 200 * 1024 * 1024
"""What a workbook may unpack to: a small archive that unpacks to gigabytes is an attack, not a roster."""
MOST_LINES = 1_048_576
"""The last row a workbook can have; a row that claims a higher number would be counted up to for ever."""
_MERGE = re.compile(rb'<mergeCell ref="([A-Z]+)(\d+):')
_OLE = bytes.fromhex("d0cf11e0a1b11ae1")
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")


class NotReadable(Exception):
    """The file cannot be read as what it should be; says what was expected in both languages.

    文件无法按要求读取。
    """

    def __init__(self, english: str, chinese: str) -> None:
        self.english, self.chinese = english, chinese
        super().__init__(f"{english} {chinese}")


def is_workbook(path: Path) -> bool:
    """Whether a file is a workbook, or was one before it was damaged. Raises :class:`NotReadable` for what no one reads."""
    if path.stat().st_size > MOST_BYTES:
        most = MOST_BYTES // 1024 // 1024
        raise NotReadable(f"a file of at most {most} MB", f"文件不超过 {most} MB")
    with path.open("rb") as file:
        head = file.read(8)
    if head == _OLE:
        if _ENCRYPTED in path.read_bytes():
            raise NotReadable(
                "a workbook without a password: remove it and save again",
                "不带密码的工作簿，请取消密码后另存",
            )
        raise NotReadable("an .xlsx workbook; this is an old .xls: save it as .xlsx", "应为 .xlsx 工作簿；旧版 .xls 请另存为 .xlsx")  # fmt: skip
    if head.startswith(b"%PDF"):
        raise NotReadable(
            "an xlsx workbook or CSV file; this is a PDF", "应为 xlsx 工作簿或 CSV 文件，而非 PDF"
        )
    return head.startswith(b"PK\x03\x04") or path.suffix.lower() in (".xlsx", ".xlsm")


@contextlib.contextmanager
def workbook(path: Path, *, values: bool) -> Iterator[Any]:
    """An open workbook (with `values`, what its formulas came to). Raises :class:`NotReadable`."""
    _check_archive(path)
    try:
        book = openpyxl.load_workbook(path, read_only=True, data_only=values)
    except Exception as error:
        raise _damaged() from error
    try:
        yield book
    finally:
        book.close()


def _damaged() -> NotReadable:
    return NotReadable("a readable xlsx workbook; this one is damaged", "可读取的 xlsx 工作簿；该文件已损坏")


def _check_archive(path: Path) -> None:
    if not zipfile.is_zipfile(path):
        raise NotReadable(
            "a whole xlsx workbook; this one is cut off or none",
            "完整的 xlsx 工作簿；该文件不完整或不是工作簿",
        )
    with zipfile.ZipFile(path) as archive:
        parts = archive.infolist()
    if "[Content_Types].xml" not in {part.filename for part in parts}:
        raise NotReadable("an xlsx workbook; this is another kind of archive", "应为 xlsx 工作簿，而非压缩包")
    # The stated sizes bind: the archive's reader gives no more than they say.
    if len(parts) > 5_000 or sum(part.file_size for part in parts) > MOST_UNPACKED:
        raise NotReadable("a workbook of a bearable size", "工作簿解压后过大")


def merged_header(path: Path, sheet: Any) -> bool:
    """Whether merged cells begin in the sheet's first row: a streaming reader does not tell."""
    rest = b""
    with zipfile.ZipFile(path) as archive, archive.open(sheet._worksheet_path) as file:
        while block := file.read(1 << 20):
            rest = rest[-100:] + block
            if any(int(merge.group(2)) == 1 for merge in _MERGE.finditer(rest)):
                return True
    return False


def rows_of(sheet: Any) -> Iterator[Sequence[Any]]:
    """A sheet's rows, blank ones included. Raises :class:`NotReadable` where the file breaks off."""
    # Some programs state a sheet's size wrongly; it is then cut short unless the statement is forgotten.
    sheet.reset_dimensions()
    lines = sheet.iter_rows(values_only=True)
    for _ in range(MOST_LINES):
        try:
            line = next(lines, None)
        except Exception as error:
            raise _damaged() from error
        if line is None:
            return
        yield line
    raise NotReadable(f"at most {MOST_LINES} lines", f"最多 {MOST_LINES} 行")


def decoded(raw: bytes, encoding: str) -> str | None:
    """Text in UTF-8 (with or without its mark) or else in `encoding`; None when it is neither."""
    for name in ("utf-8-sig", encoding):
        with contextlib.suppress(UnicodeDecodeError):
            return raw.decode(name)
    return None


def cell_text(cell: object) -> str:
    """A cell as text: dates as YYYY-MM-DD, whole numbers without a point, blanks trimmed."""
    if isinstance(cell, datetime):
        return cell.date().isoformat()
    if isinstance(cell, date):
        return cell.isoformat()
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() else repr(cell)
    return "" if cell is None else str(cell).strip()
