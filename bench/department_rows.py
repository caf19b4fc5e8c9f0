"""What a department hands in: 50,000 rows of one file, from the file to committed and visible, beside a bare COPY of them."""

from __future__ import annotations

import csv
import time
from datetime import UTC, date, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

import openpyxl
import psycopg
from stdnum.cn import ric

from assistance.demo import Demo, at
from assistance.report_import import ReportImport, import_assistance
from bench import sample
from bench.appending import BARE_TABLE
from bench.results import Result, median_of_ratios
from bench.work import division
from ledger.kernel import (
    Actor,
    CommandId,
    Event,
    HouseholdId,
    HouseholdNumber,
    OrganisationId,
    PersonId,
    Private,
    Role,
    derived_id,
)
from ledger.organisation.commands import OpenOrganisation
from ledger.organisation.events import Level
from ledger.registry.events import Area, HouseholdRegistered, MemberJoined, Relation, Sex
from projections.runner import Runner

ROWS = 50_000
ROUNDS = 3
MOST_SECONDS = 30
UNIT = OrganisationId("659004001")
BUREAU = OrganisationId("d06-bench")
NOW = datetime(2026, 11, 20, 4, tzinfo=UTC)
HEADERS = ("记录号", "姓名", "身份证号", "救助形式", "发放日期", "金额（元）", "参保年度")


def id_number(n: int) -> str:
    """The ID number of the n-th person: right in form, nobody's."""
    birth = date(1940 + n % 60, 1 + n // 60 % 12, 1 + n // 720 % 28)
    body = f"650103{birth:%Y%m%d}{n // 20_160:03d}"
    return body + ric.calc_check_digit(body + "0")


def people(demo: Demo) -> None:
    """Fifty thousand people in households of five, their identities in the vault."""
    demo.do("bench/bureau", OpenOrganisation, demo.admin, date(2026, 8, 20), organisation_id=BUREAU, name="医疗保障局",
            level=Level.DEPARTMENT, parent_id="d06", code="yb")  # fmt: skip
    for start in range(0, ROWS, 2_500):
        events: list[Event] = []
        known: dict[str, PersonId] = {}
        for n in range(start, start + 2_500):
            house = HouseholdId(derived_id("", f"bench/household/{n // 5}"))
            if n % 5 == 0:
                events.append(HouseholdRegistered(household_id=house, number=HouseholdNumber(f"B{n // 5:06d}"), organisation_id=UNIT,
                                                  area=Area.URBAN, address=Private(f"household:{house}", "某路1号")))  # fmt: skip
            number, person = id_number(n), PersonId(derived_id("", f"bench/person/{n}"))
            known[number] = person
            events.append(MemberJoined(
                household_id=house, organisation_id=UNIT, person_id=person, relation=Relation.CHILD if n % 5 else Relation.HEAD,
                name=Private(f"person:{person}", "示例"), id_number=Private(f"person:{person}", number),
                birth_date=ric.get_birth_date(number), sex=Sex.MALE if int(number[16]) % 2 else Sex.FEMALE,
            ))  # fmt: skip
        demo.ledger.append_bulk(events, actor=demo.clerk(UNIT), now=at(date(2026, 8, 25)),
                                command_id=CommandId(derived_id("", f"bench/people/{start}")), people=known)  # fmt: skip


def rows(year: int) -> list[list[str]]:
    """A premium of one insured year for everybody."""
    return [
        [f"YB{year}{n:06d}", "示例", id_number(n), "定额资助参保", "2026-11-10", "280.00", str(year)]
        for n in range(ROWS)
    ]


def write(path: Path, year: int) -> Path:
    """The file as CSV (GB18030) or workbook."""
    if path.suffix == ".csv":
        with path.open("w", encoding="gb18030", newline="") as file:
            csv.writer(file).writerows([HEADERS, *rows(year)])
        return path
    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet("资助参保")
    for line in [list(HEADERS), *rows(year)]:
        sheet.append(line)
    book.save(path)
    return path


def imported(url: str) -> Result:
    """The same department's file of three insured years as CSV, and one as a workbook; each recorded row by row."""
    result = Result(f"A department's file of {ROWS:,} rows, from the file to committed", "rows/s")
    actor = Actor(operator_id="yb-1", organisation_id=BUREAU, role=Role.DEPARTMENT)
    with division(url) as demo, Runner(url, demo.division.schema) as runner, TemporaryDirectory() as folder:
        people(demo)
        runner.catch_up()
        rates, bare, slowest = [], [], 0.0
        for round_ in range(ROUNDS + 1):
            name = "资助参保.csv" if round_ < ROUNDS else "工作簿.xlsx"
            path = write(Path(folder) / f"{round_}{name}", 2021 + round_)
            before = demo.ledger.recorder.head()
            began = time.perf_counter()
            report = import_assistance(demo.division, ReportImport(path), actor, NOW)
            seconds = time.perf_counter() - began
            if report.taken != ROWS or report.problems:
                raise RuntimeError(f"{report.taken} rows were recorded: {report.problems[:1]}")
            slowest = max(slowest, seconds)
            began = time.perf_counter()
            runner.catch_up()
            visible = ROWS / (time.perf_counter() - began + seconds)
            if round_ < ROUNDS:
                rates.append(ROWS / seconds)
                bare.append(_bare(url, demo.division.schema, before))
                result.figures["from CSV (GB18030)"] = rates[-1]
                result.figures["from CSV, committed and visible"] = visible
            else:
                result.figures["from a workbook"] = ROWS / seconds
    result.figures["bare COPY of the same rows"] = bare[-1]
    result.ratio("from CSV : bare COPY of the same rows", median_of_ratios(rates, bare), None)
    result.ratio(
        "seconds for the slowest file : the 30 seconds asked for", slowest / MOST_SECONDS, 1.0, at_most=True
    )
    return result


def _bare(url: str, schema: str, after: int) -> float:
    """Rows a second of a bare COPY of what was just recorded, packed beforehand, into a table with the same columns and key."""
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(f"SET search_path TO {schema}".encode())
        with connection.cursor().copy(
            f"COPY (SELECT position, recorded_at, type, tags, data, leaf_hash FROM events WHERE position > {after}"
            " AND type = 'AssistanceReported' ORDER BY position) TO STDOUT (FORMAT BINARY)".encode()
        ) as copy:
            packed = [bytes(block) for block in copy]
        connection.execute(BARE_TABLE.format("bench_bare_rows").encode())
        began = time.perf_counter()
        with connection.cursor().copy(b"COPY bench_bare_rows FROM STDIN (FORMAT BINARY)") as copy:
            for part in sample.batches(packed, 1_000):
                copy.write(b"".join(part))
        seconds = time.perf_counter() - began
        connection.execute(b"DROP TABLE bench_bare_rows")
    return ROWS / seconds
