"""``python -m assistance.generator --out examples/rosters``: writes the demo division's rosters, always the same bytes."""

from __future__ import annotations

import csv
from datetime import UTC, date, datetime
from pathlib import Path

import click
import openpyxl

from assistance.bank import yuan
from assistance.generator.people import Household, Inventor, Person
from assistance.reproducible import fix_times
from assistance.roster_columns import COLUMNS, LEVELS

SEED = 649
TODAY = date(2026, 8, 20)
DIBAO, TEKUN = 4_700, 850
_LEVEL_NAMES = {number: name for name, number in LEVELS.items()}
_STAMP = datetime(2026, 8, 20, tzinfo=UTC).replace(tzinfo=None)


def units(organisations: Path) -> list[tuple[str, str, list[str]]]:
    """Regiments and streets with their companies or communities: (id, name, names below)."""
    rows = list(csv.DictReader(organisations.open(encoding="utf-8")))
    return [
        (r["organisation_id"], r["name"], [c["name"] for c in rows if c["parent_id"] == r["organisation_id"]])
        for r in rows
        if r["level"] in ("regiment", "street")
    ]


def share(total: int, parts: int) -> list[int]:
    """Uneven but fixed shares that sum to `total`."""
    weights = [3 + (n * 7) % 5 for n in range(parts)]
    shares = [total * w // sum(weights) for w in weights]
    shares[0] += total - sum(shares)
    return shares


def cells(household: Household, person: Person, *, first: bool, counted: bool) -> dict[str, str]:
    """One row by field; household facts on the head's row only."""
    row = {
        "number": household.number,
        "relation": person.relation,
        "name": person.name,
        "id_number": person.id_number,
        "sex": person.sex,
        "birth_date": person.birth.isoformat(),
        "disability_type": person.disability_type,
        "disability_level": _LEVEL_NAMES.get(person.disability_level, ""),
        "illness": person.illness,
        "labour": person.labour,
        "schooling": person.schooling,
        "self_care": "" if person.self_care is None else str(person.self_care),
        "counted": "是" if counted else "否",
    }
    if first:
        income = household.income
        row |= {
            "company": household.company,
            "area": household.area,
            "address": household.address,
            "phone": household.phone,
            "wage": yuan(income.get("wage", 0)),
            "business": yuan(income.get("business", 0)),
            "property_income": "0.00",
            "transfer": yuan(income.get("transfer", 0)),
            "deposits": yuan(household.deposits),
            "base": yuan(household.base),
            "supplement": yuan(household.supplement),
            "care": yuan(household.care),
            "bank_code": household.bank,
            "account": household.account,
            "account_holder": person.name,
            "decided_on": household.decided.isoformat(),
            "document": f"六师民低保〔{household.decided.year}〕{int(household.number[-4:])}号",
        }
    return row


def write_roster(path: Path, dibao: list[Household], tekun: list[Household]) -> None:
    """One unit's workbook: a sheet 低保 and a sheet 特困."""
    book = openpyxl.Workbook(write_only=True)
    for title, households in (("低保", dibao), ("特困", tekun)):
        sheet = book.create_sheet(title)
        sheet.append([column.header for column in COLUMNS])
        for household in households:
            for n, person in enumerate(household.people):
                row = cells(household, person, first=n == 0, counted=True)
                sheet.append([row.get(column.field) or None for column in COLUMNS])
    book.properties.creator = "assistance.generator"
    book.properties.created = book.properties.modified = _STAMP
    book.save(path)
    fix_times(path, _STAMP)


def generate(organisations: Path, out: Path, *, scale: float = 1.0) -> list[Path]:
    """Writes one workbook per unit into `out` and returns their paths; `scale` shrinks the division for tests."""
    out.mkdir(parents=True, exist_ok=True)
    inventor, written = Inventor(SEED, TODAY), []
    places = units(organisations)
    dibao, tekun = share(int(DIBAO * scale), len(places)), share(int(TEKUN * scale), len(places))
    for index, (code, name, companies) in enumerate(places):
        area = "城镇" if name.endswith("街道") else "农村"
        first = [
            inventor.household(f"{code}{n:05d}", companies[n % len(companies)], area)
            for n in range(1, dibao[index] + 1)
        ]
        second = [
            inventor.tekun(f"{code}9{n:04d}", companies[n % len(companies)], area)
            for n in range(1, tekun[index] + 1)
        ]
        path = out / f"{code}-{name}.xlsx"
        write_roster(path, first, second)
        written.append(path)
    return written


@click.command()
@click.option("--out", type=click.Path(path_type=Path), required=True)
@click.option(
    "--organisations",
    type=click.Path(path_type=Path, exists=True),
    default=Path("examples/organisations.csv"),
)
def main(out: Path, organisations: Path) -> None:
    """Write the demo division's rosters."""
    for path in generate(organisations, out):
        click.echo(path)


if __name__ == "__main__":
    main()
