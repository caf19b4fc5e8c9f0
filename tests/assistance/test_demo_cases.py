"""The demo's cases stand at every stage, in every category, some of them late; loading them twice records nothing."""

from __future__ import annotations

import csv
from pathlib import Path

from assistance.demo import Demo, open_division
from assistance.demo_cases import cases
from assistance.wiring import Division
from projections.runner import Runner

STAGES = {"submitted", "supplement", "accepted", "checking", "opinion", "publicised", "objection", "reported"}


def test_the_demo_has_cases_of_every_category_at_every_stage(division: Division) -> None:
    demo = Demo(division)
    with Path("examples/organisations.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    units = [o["organisation_id"] for o in rows if o["level"] in ("regiment", "street")]
    open_division(demo, rows, lambda _: None)
    cases(demo, units, lambda *_: lambda _: None)
    head = division.ledger.recorder.head()
    cases(demo, units, lambda *_: lambda _: None)
    assert division.ledger.recorder.head() == head
    with Runner(division.url, division.schema) as runner:
        runner.catch_up()
        stages = set(runner.connection.execute("SELECT category, stage FROM cases").fetchall())
        held = runner.connection.execute("SELECT DISTINCT category FROM entitlements").fetchall()
        late = runner.connection.execute(
            "SELECT DISTINCT kind FROM case_duties WHERE due_on < '2026-11-24'"
        ).fetchall()
    assert {stage for category, stage in stages if category == "dibao"} == STAGES
    assert {category for category, _ in stages} == {
        "dibao",
        "tekun",
        "dibao_bianyuan",
        "gangxing_zhichu",
        "qita_kunnan",
    }
    assert {("tekun",), ("qita_kunnan",), ("fangfanpin",)} <= set(held)
    assert {("case_co_verification",), ("case_decide",), ("case_county_visit",), ("case_objection",)} <= set(
        late
    )
