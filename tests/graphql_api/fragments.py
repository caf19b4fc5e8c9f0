"""The tasks one area's fragment finds on a day."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

from psycopg.rows import dict_row

import graphql_api
from projections.runner import Runner
from tests.scenario import Scenario

COLUMNS = ["kind", "zh", "en", "subject_kind", "subject_id", "household_id", "organisation_id", "role", "due_on", "since"]  # fmt: skip


def due(scenario: Scenario, area: str, today: date) -> list[dict[str, Any]]:
    """What an area's fragment answers, its columns those every fragment must have."""
    sql = Path(graphql_api.__path__[0], "tasks", f"{area}.sql").read_text(encoding="utf-8")
    with Runner(scenario.division.url, scenario.division.schema) as runner:
        cursor = runner.connection.cursor(row_factory=dict_row)
        found = cursor.execute(sql.encode(), {"today": today}).fetchall()
        assert [column.name for column in cursor.description or ()] == COLUMNS
    return found
