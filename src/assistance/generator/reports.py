"""``python -m assistance.generator.reports``: what two departments hand in, made from the demo's rosters, always the same bytes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import click
import openpyxl

from assistance.reproducible import fix_times
from assistance.roster import read_roster

MOST = 300
"""Rows of one file."""
_STAMP = datetime(2026, 11, 18, tzinfo=UTC).replace(tzinfo=None)
PREMIUMS = ("记录号", "姓名", "身份证号", "救助形式", "发放日期", "金额（元）", "参保年度")
STUDENTS = ("记录号", "姓名", "身份证号", "救助形式", "发放日期", "金额（元）", "学段", "学年")
STAGES = {
    "学前": ("学前教育", "生活补助", "500.00"), "义务教育": ("义务教育", "生活补助", "625.00"), "普通高中": ("普通高中", "助学金", "1000.00"),
    "中职": ("中等职业教育", "助学金", "1000.00"), "大专及以上": ("普通高等教育", "助学金", "1650.00"),
}  # fmt: skip


def people(rosters: Path) -> Iterator[dict[str, str]]:
    """Everybody of the rosters, by cells, with the sheet they stand on."""
    for path in sorted(rosters.glob("*.xlsx")):
        for row in read_roster(path).rows:
            yield row.cells | {"sheet": row.sheet}


def premiums(everybody: Iterable[dict[str, str]]) -> Iterator[list[str]]:
    """The premium of 2027: paid in full for tekun, in part for dibao [S 三(二)]."""
    for n, person in enumerate(everybody, 1):
        full = person["sheet"] == "特困"
        day = date(2026, 11, 2) + timedelta(days=n % 10)
        yield [
            f"YB2027-{n:05d}", person["name"], person["id_number"], "全额资助参保" if full else "定额资助参保", day.isoformat(),
            "400.00" if full else "280.00", "2027",
        ]  # fmt: skip


def students(everybody: Iterable[dict[str, str]]) -> Iterator[list[str]]:
    """Aid for the school year 2026, by stage [S 三(二)]."""
    learning = (person for person in everybody if person.get("schooling") in STAGES)
    for n, person in enumerate(learning, 1):
        stage, form, amount = STAGES[person["schooling"]]
        day = date(2026, 10, 12) + timedelta(days=n % 5)
        yield [
            f"JY2026-{n:05d}",
            person["name"],
            person["id_number"],
            form,
            day.isoformat(),
            amount,
            stage,
            "2026",
        ]


def write(path: Path, sheet: str, headers: tuple[str, ...], rows: Iterator[list[str]]) -> Path:
    """One workbook of at most 300 rows."""
    book = openpyxl.Workbook(write_only=True)
    page = book.create_sheet(sheet)
    page.append(list(headers))
    for _, row in zip(range(MOST), rows, strict=False):
        page.append(row)
    book.properties.creator = "assistance.generator"
    book.properties.created = book.properties.modified = _STAMP
    book.save(path)
    fix_times(path, _STAMP)
    return path


def generate(rosters: Path, out: Path) -> list[Path]:
    """Writes the two departments' workbooks into `out`: every third of the insured, every student."""
    out.mkdir(parents=True, exist_ok=True)
    everybody = list(people(rosters))
    return [
        write(out / "d06-yb-资助参保2027.xlsx", "资助参保", PREMIUMS, premiums(everybody[::3])),
        write(out / "d06-jy-教育救助2026.xlsx", "教育救助", STUDENTS, students(everybody)),
    ]


@click.command()
@click.option("--rosters", type=click.Path(path_type=Path, exists=True), default=Path("examples/rosters"))
@click.option("--out", type=click.Path(path_type=Path), default=Path("examples/reports"))
def main(rosters: Path, out: Path) -> None:
    """Write what two departments of the demo division hand in."""
    for path in generate(rosters, out):
        click.echo(path)


if __name__ == "__main__":
    main()
