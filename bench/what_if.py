"""A higher standard for a whole division: every household assessed twice in one statement, beside a plain aggregate of the same rows."""

from __future__ import annotations

import json
import time
from datetime import date
from typing import Any

from bench import ground, sample
from bench.results import Result
from ledger.identification.amounts.setwise import rows_of
from ledger.kernel import Basis
from ledger.standards.book import StandardBook, parameter_id
from ledger.standards.events import StandardSet
from projections.definition import views
from projections.rebuild import build
from projections.runner import connect, create, drop, head
from projections.what_if import WHAT_IF

HOUSEHOLDS = 100_000
UNITS = 13
ROUNDS = 3
DAY = date(2027, 1, 1)
PLAIN = """
SELECT h.organisation_id, count(*), sum(m.heads), sum(i.fen) FROM assessables h
JOIN (SELECT household_id, count(*) AS heads FROM assessable_people GROUP BY 1) m USING (household_id)
LEFT JOIN (SELECT household_id, sum(fen) AS fen FROM assessable_lines GROUP BY 1) i USING (household_id)
LEFT JOIN (SELECT household_id, sum(total_fen) AS fen FROM entitlements GROUP BY 1) e USING (household_id)
GROUP BY 1
"""
"""The same rows read and summed, nothing decided."""


def book() -> StandardBook:
    """The standards of a division: urban and rural, supplements, a limit of property."""
    rows = [("standard", "urban", None, 80_000), ("standard", "rural", None, 60_000), ("property_limit", None, None, 2_000_000),
            ("supplement", None, "minor", 5_000), ("supplement", None, "elderly", 6_000)]  # fmt: skip
    return StandardBook(
        StandardSet(parameter_id=parameter_id(name, "dibao", "d06", area, tier), name=name, programme="dibao", applies_to="d06",
                    area=area, tier=tier, value=value, unit="fen", from_date=date(2020, 1, 1), basis=Basis(document="示范"))
        for name, area, tier, value in rows
    )  # fmt: skip


def division(url: str) -> Result:
    """The what-if over 100,000 households of thirteen regiments."""
    result = Result(f"What a higher standard does to {HOUSEHOLDS:,} households", "s")
    name = ground.schema(url)
    with ground.ours(url, name) as recorder:
        for numbers in sample.batches(range(HOUSEHOLDS), 800):
            recorder.append(
                [sample.stored(event, f"household/{n}", index)
                 for n in numbers for index, event in enumerate(sample.household(sample.number(n)))]
            )  # fmt: skip
    wanted = ["assessables", "entitlements"]
    with connect(url, name) as connection, connect(url, name) as beside:
        for view in wanted:
            drop(connection, views()[view], "")
            create(connection, views()[view], "")
        build(connection, wanted, "", head(connection), beside=beside)
        connection.execute("ANALYZE")
        began = time.perf_counter()
        standards = book()
        lineages = [("d06", f"d06-{100 + n}") for n in range(UNITS)]
        terms = rows_of(standards, lineages, DAY, "before")
        terms += rows_of(standards.with_change("standard", {"dibao": 5_000}, DAY), lineages, DAY, "after")
        reading = time.perf_counter() - began
        given: dict[str, Any] = {
            "terms": json.dumps(terms),
            "day": DAY,
            "category": "dibao",
            "first": 50,
            "after": "",
        }
        ours, plain, rows = [], [], []
        for _ in range(ROUNDS):
            began = time.perf_counter()
            rows = connection.execute(WHAT_IF.encode(), given).fetchall()
            ours.append(time.perf_counter() - began + reading)
            began = time.perf_counter()
            connection.execute(PLAIN.encode()).fetchall()
            plain.append(time.perf_counter() - began)
    covered = sum(row[3] for row in rows if row[0] == "organisation")
    if covered != HOUSEHOLDS:
        raise RuntimeError(f"{covered} households were assessed, not {HOUSEHOLDS}")
    result.figures |= {
        "what-if, standards to rows": sorted(ours)[1],
        "plain aggregate of the same rows": sorted(plain)[1],
    }
    result.ratio(
        "what-if / plain aggregate", sorted(a / b for a, b in zip(ours, plain, strict=True))[1], None
    )
    result.ratio("what-if / ten seconds", sorted(ours)[1] / 10, 1, at_most=True)
    return result
