"""What is due, to whom, and by when: one question over every area's own statement in ``tasks/``."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Annotated

import strawberry

from graphql_api.context import Info, Row, in_scope, within
from graphql_api.errors import forbidden
from graphql_api.queries.definitions import today
from graphql_api.types.common import AFTER, FIRST, Connection, about, connect, decode_cursor, f, page_size
from ledger.kernel import Role

FRAGMENTS = tuple(sorted((Path(__file__).parents[1] / "tasks").glob("*.sql")))
"""One statement an area, each answering the same columns."""
COLUMNS = "kind, zh, en, subject_kind, subject_id, household_id, organisation_id, role, due_on, since"
ALL = "\nUNION ALL\n".join(f"({path.read_text(encoding='utf-8')})" for path in FRAGMENTS)
STAFF = frozenset({"clerk", "reviewer", "finance", "department"})
SEEN: dict[Role, frozenset[str]] = {
    Role.CLERK: frozenset({"clerk"}),
    Role.REVIEWER: frozenset({"reviewer", "clerk"}),
    Role.FINANCE: frozenset({"finance"}),
    Role.DEPARTMENT: frozenset({"department"}),
    Role.PROVIDER: frozenset({"provider"}),
    Role.AUDITOR: STAFF | {"auditor", "provider"},
    Role.ADMIN: STAFF,
}
"""Whose tasks each role may see; an officer's complaints are the auditor's alone."""


@strawberry.type(description="Something that is due. 待办事项。")
class Task:
    kind: str = f("What, as a code.", "事项代码。")
    name_zh: str = f("What, in 中文.", "事项（中文）。")
    name_en: str = f("What, in English.", "事项（英文）。")
    subject_kind: str = f("What it is about: case, complaint, …", "对象类型。")
    subject_id: str = f("Its id.", "对象编号。")
    household_id: str | None = f("The household.", "家庭编号。")
    organisation_id: str | None = f("Whose it is: the organisation.", "责任机构。")
    role: str = f("Whose it is: the role.", "责任角色。")
    due_on: date | None = f("The last day; none where the text sets none.", "截止日期，未规定的为空。")
    since: date | None = f("Since when it is waiting.", "起始日期。")
    overdue: bool = f("Whether it is past on the day asked about.", "是否逾期。")


@strawberry.type
class TaskQueries:
    """Tasks of every area."""

    @strawberry.field(
        description="What is due on a day or before, and what has no day set: to the viewer's role, in scope, the oldest day first. 我的待办。"
    )
    async def tasks(
        self, info: Info, first: FIRST = 50, after: AFTER = None,
        on: Annotated[date | None, about("The day; today when not given.", "日期，默认当日。")] = None,
        organisation: Annotated[str | None, about("Of an organisation or one below it.", "责任机构（含下级）。")] = None,
        role: Annotated[str | None, about("Of another role the viewer oversees.", "其他角色的待办（限可监督的）。")] = None,
        kind: Annotated[str | None, about("Of one kind.", "某类事项。")] = None,
        later: Annotated[bool, about("Also what is due later.", "包括尚未到期的。")] = False,
    ) -> Connection[Task]:  # fmt: skip
        viewer, day, first = info.context.viewer, on or today(), page_size(first)
        seen = SEEN[viewer.role]
        if role is not None and role not in seen:
            raise forbidden()
        mine = [role] if role else sorted(seen & {viewer.role.value}) or sorted(seen)
        wheres = ["t.role = ANY(%(roles)s)", in_scope("t.organisation_id"), "t.key > %(key)s"]
        if organisation is not None:
            wheres.append(within("t.organisation_id", "unit"))
        if kind is not None:
            wheres.append("t.kind = %(kind)s")
        if not later:
            wheres.append("(t.due_on IS NULL OR t.due_on <= %(today)s)")
        rows = await info.context.rows(
            f"SELECT * FROM (SELECT {COLUMNS}, concat_ws('|', coalesce(due_on, '9999-12-31'), kind, subject_kind, subject_id, role,"
            f" since) AS key FROM ({ALL}) x) t WHERE {' AND '.join(wheres)} ORDER BY t.key LIMIT %(first)s",
            today=day, roles=mine, scope=info.context.scope, unit=organisation, kind=kind, key=decode_cursor(after) or "",
            first=first + 1,
        )  # fmt: skip

        def task_of(row: Row) -> Task:
            names = (
                "kind",
                "subject_kind",
                "subject_id",
                "household_id",
                "organisation_id",
                "role",
                "due_on",
                "since",
            )
            overdue = row["due_on"] is not None and row["due_on"] < day
            return Task(name_zh=row["zh"], name_en=row["en"], overdue=overdue, **{n: row[n] for n in names})

        return connect(rows, first, after, "key", task_of)
