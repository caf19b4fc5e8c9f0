"""Files as departments hand them in, and a small division to hand them to."""

from __future__ import annotations

import csv
import io
from datetime import date
from pathlib import Path
from typing import Any

import openpyxl

from assistance.report_import import DepartmentReport, ReportImport, import_assistance
from ledger.kernel import Actor
from tests.ledger.departments import of
from tests.scenario import NOW, Scenario, id_number

PREMIUM_HEADERS = ("记录号", "姓名", "身份证号", "救助形式", "发放日期", "金额（元）", "参保年度")
MEDICAL_HEADERS = (
    "记录号", "身份证号", "发放日期", "金额（元）", "对应需求", "就诊类别", "医药机构", "医疗总费用", "基本医保支付", "大病保险支付",
    "医疗救助支付", "个人负担",
)  # fmt: skip


def premium(n: int, **change: Any) -> dict[str, Any]:
    """A row of a premium paid for the n-th person."""
    return {
        "记录号": f"YB{n:05d}", "姓名": f"测试{n}", "身份证号": id_number(n), "救助形式": "定额资助参保", "发放日期": "2026-10-20",
        "金额（元）": "280.00", "参保年度": "2027",
    } | change  # fmt: skip


def medical(n: int, **change: Any) -> dict[str, Any]:
    """A row of medical costs settled for the n-th person."""
    return {
        "记录号": f"YL{n:05d}", "身份证号": id_number(n), "发放日期": "2026-10-21", "金额（元）": 200, "对应需求": f"结{n}", "就诊类别": "住院",
        "医药机构": "师医院", "医疗总费用": 1000, "基本医保支付": 600, "大病保险支付": 100, "医疗救助支付": 200, "个人负担": "100.00",
    } | change  # fmt: skip


def sheet(book: openpyxl.Workbook, name: str, headers: tuple[str, ...], lines: list[dict[str, Any]]) -> None:
    page = book.create_sheet(name)
    page.append(list(headers))
    for line in lines:
        page.append([line.get(header) for header in headers])


def workbook(
    path: Path, premiums: list[dict[str, Any]], medicals: list[dict[str, Any]] | None = None
) -> Path:
    book = openpyxl.Workbook()
    book.remove(book.active)
    sheet(book, "资助参保", PREMIUM_HEADERS, premiums)
    if medicals is not None:
        sheet(book, "2026年医疗救助", MEDICAL_HEADERS, medicals)
    book.save(path)
    return path


def text(
    path: Path,
    lines: list[dict[str, Any]],
    encoding: str = "utf-8",
    headers: tuple[str, ...] = PREMIUM_HEADERS,
) -> Path:
    out = io.StringIO()
    writer = csv.DictWriter(out, headers, extrasaction="ignore")
    writer.writeheader()
    writer.writerows(lines)
    path.write_bytes(out.getvalue().encode(encoding))
    return path


def take(scenario: Scenario, path: Path, *, actor: Actor | None = None, **options: Any) -> DepartmentReport:
    """What becomes of a file handed in by the medical-insurance bureau."""
    return import_assistance(scenario.division, ReportImport(path, **options), actor or of("yb"), NOW)


def people(scenario: Scenario, count: int, *, first: int = 1) -> None:
    """Households of up to thirty people with ID numbers 1, 2, 3…, all born on one day."""
    for start in range(first, first + count, 30):
        size = min(30, first + count - start)
        scenario.household(start, size, births=(date(1980, 5, 17),) * size, account=False)
