"""The demo's emergencies: what a visitor finds in a regiment that had each of them."""

from __future__ import annotations

import csv
from pathlib import Path

from assistance.demo import Demo, open_division
from assistance.demo_emergency import emergencies
from assistance.wiring import Division
from projections.runner import Runner

ROOT = Path(__file__).parents[2]


def quiet(_: str, __: int | None) -> object:
    return lambda done: done


def test_the_story_has_every_kind_of_emergency_and_is_told_once(division: Division) -> None:
    """S 三(三), TA: light, heavy, 支出型, somebody unknown found out, one overdue, an imprest with a counted month."""
    demo = Demo(division)
    organisations = list(csv.DictReader((ROOT / "examples" / "organisations.csv").open(encoding="utf-8")))
    units = [o["organisation_id"] for o in organisations if o["level"] in ("regiment", "street")]
    open_division(demo, organisations, lambda done: done)
    emergencies(demo, units, quiet)  # type: ignore[arg-type]
    head = division.ledger.recorder.head()
    emergencies(demo, units, quiet)  # type: ignore[arg-type]
    assert division.ledger.recorder.head() == head
    with Runner(division.url, division.schema) as runner:
        runner.catch_up()
        rows = runner.connection.execute(
            "SELECT kind, status, coalesce(grade, aid_type), given_fen, due_on::text, missing FROM emergencies ORDER BY emergency_id"
        ).fetchall()
        found = runner.connection.execute("SELECT count(*) FROM lineage WHERE kind = 'identified'").fetchone()
        imprest = runner.connection.execute(
            "SELECT cash_fen, spent_fen, replenished_fen, next_month FROM imprests"
        ).fetchone()
        sums = runner.connection.execute("SELECT sum(amount_fen) FROM postings").fetchone()
    assert {(row[0], row[1], row[2], row[3]) for row in rows} == {
        ("fire", "closed", "light", 40_000), ("traffic", "regularised", "heavy", 790_000), ("stranded", "regularised", "light", 30_000),
        ("spending", "closed", "spending", 300_000), ("illness", "paperwork_due", "heavy", 80_000),
    }  # fmt: skip
    overdue = next(row for row in rows if row[1] == "paperwork_due")
    assert (overdue[4], overdue[5]) == ("2026-11-16", ["materials", "handler_signature", "seal"])
    assert found == (1,)
    assert imprest == (500_000, 270_000, 270_000, "2026-11")
    assert sums == (0,)
