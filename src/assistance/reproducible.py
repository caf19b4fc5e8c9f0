"""Workbooks whose bytes follow from their content alone, so that the same data is the same file."""

from __future__ import annotations

import zipfile
from datetime import datetime
from pathlib import Path


def fix_times(path: Path, stamp: datetime) -> None:
    """Rewrites a saved workbook with one fixed moment: archives note when each of their parts was written."""
    with zipfile.ZipFile(path) as archive:
        parts = [(info.filename, archive.read(info)) for info in archive.infolist()]
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts:
            if name == "docProps/core.xml":
                start, end = content.index(b"<dcterms:modified"), content.index(b"</dcterms:modified>")
                head = content[: content.index(b">", start) + 1]
                content = head + stamp.isoformat().encode() + b"Z" + content[end:]
            info = zipfile.ZipInfo(name, (stamp.year, stamp.month, stamp.day, 0, 0, 0))
            info.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(info, content)
