"""Assistances in reach: one, a list, a department's open referrals, its roster on a day and what changed since."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any

import strawberry

from graphql_api.context import Info, Row, in_scope, within
from graphql_api.errors import out_of_scope
from graphql_api.queries.definitions import today
from graphql_api.queries.programmes import part_of_viewer, scope_for
from graphql_api.scalars import Yuan, yuan
from graphql_api.types.assistance import AssistanceType, assistance_of
from graphql_api.types.common import AFTER, FIRST, Connection, about, connect, decode_cursor, f, page_size

OPEN = "('applied', 'referred', 'accepted')"
VISIBLE = f"programme = ANY(%(mine)s) AND ({in_scope('organisation_id')} OR department_id = %(viewer)s)"
"""What a viewer may see: of the programmes they have a part in, those of units in reach (somebody unlisted is no unit's)."""


def in_force(day: str) -> str:
    """SQL: begun by a day and not over: of monthly aid, a month it is given for; of other aid, the year it counts for."""
    month = f"to_char({day}::date, 'YYYY-MM')"
    return (
        "(form IS NOT NULL AND status NOT IN ('applied', 'referred', 'accepted', 'refused')"
        " AND outcome IS DISTINCT FROM 'not_given' AND (status <> 'ended' OR delivered > 0 OR outcome IS NOT NULL)"
        f" AND CASE WHEN from_month IS NULL THEN coalesce(decided_on, given_on) <= {day}::date"
        f" AND year = extract(year FROM {day}::date) AND (ended_on IS NULL OR ended_on >= {day}::date)"
        f" ELSE from_month <= {month} AND (last_month IS NULL OR last_month >= {month}) END)"
    )


@strawberry.input(description="Which assistances. 救助事项筛选。")
class AssistanceFilter:
    programme: str | None = f("Of a programme.", "救助项目。", default=None)
    form: str | None = f("In a form.", "救助形式。", default=None)
    status: list[str] | None = f("Of these statuses.", "状态。", default=None)
    organisation_id: str | None = f("In an organisation or below it.", "所属机构（含下级）。", default=None)
    department_id: str | None = f("Handled by an organisation.", "办理机构。", default=None)
    household_id: str | None = f("Of a household.", "家庭。", default=None)
    person_id: str | None = f("For a person.", "救助对象。", default=None)
    disaster_id: str | None = f("For a disaster.", "灾害事件。", default=None)
    year: int | None = f("Of a year.", "年度。", default=None)
    in_force_on: date | None = f("In force on a day.", "某日在享。", default=None)
    due_before: date | None = f("Awaiting a step due before a day.", "待办期限早于。", default=None)


CONDITIONS = {
    "programme": "programme = %(programme)s",
    "form": "form = %(form)s",
    "status": "status = ANY(%(status)s)",
    "organisation_id": within("organisation_id", "organisation_id"),
    "department_id": "department_id = %(department_id)s",
    "household_id": "household_id = %(household_id)s",
    "person_id": "assistance_id IN (SELECT a.assistance_id FROM assisted_people a WHERE a.person_id = %(person_id)s)",
    "disaster_id": "disaster_id = %(disaster_id)s",
    "year": "year = %(year)s",
    "in_force_on": in_force("%(in_force_on)s"),
    "due_before": "due_on < %(due_before)s",
}


async def assistances_page(
    info: Info, wheres: list[str], given: dict[str, Any], first: int, after: str | None
) -> Connection[AssistanceType]:
    """A page of the assistances in reach, in the order of their ids."""
    _, reach, mine = await part_of_viewer(info.context)
    first = page_size(first)
    parameters = {**given, "scope": reach, "mine": mine, "viewer": info.context.scope, "first": first + 1}
    key = decode_cursor(after)
    if key is not None:
        wheres = [*wheres, "assistance_id > %(key)s"]
        parameters["key"] = key
    rows = await info.context.rows(
        f"SELECT * FROM assistances WHERE {' AND '.join([VISIBLE, *wheres])} ORDER BY assistance_id LIMIT %(first)s",
        **parameters,
    )
    return connect(rows, first, after, "assistance_id", assistance_of)


@strawberry.type(description="Somebody who entered or left a roster after its day. 名册变动。")
class RosterChange:
    change: str = f("entered or left.", "新增或退出。")
    row: strawberry.Private[Row]

    @strawberry.field(description="The assistance. 救助事项。")
    def assistance(self) -> AssistanceType:
        return assistance_of(self.row)


@strawberry.type(
    description="A department's roster of a programme on a day, and what changed since. 部门名册。"
)
class DepartmentRoster:
    programme: str = f("The programme.", "救助项目。")
    on: date = f("The day.", "日期。")
    count: int = f("How many aids were in force.", "在享事项数。")
    people: int = f("How many people.", "在享人数。")
    amount: Yuan = f("What they came to; of monthly aid, a month.", "金额合计，按月发放的为月金额。")

    @strawberry.field(description="The roster on that day. 当日名册。")
    async def entries(self, info: Info, first: FIRST = 50, after: AFTER = None) -> Connection[AssistanceType]:
        wheres = ["programme = %(programme)s", in_force("%(day)s")]
        return await assistances_page(info, wheres, {"programme": self.programme, "day": self.on}, first, after)  # fmt: skip

    @strawberry.field(description="Who entered or left since that day. 其后变动。")
    async def changes(self, info: Info, first: FIRST = 50, after: AFTER = None) -> Connection[RosterChange]:
        reach, first = await scope_for(info.context, self.programme), page_size(first)
        then, now = in_force("%(day)s"), in_force("%(now)s")
        rows = await info.context.rows(
            f"SELECT *, CASE WHEN {now} THEN 'entered' ELSE 'left' END AS change FROM assistances"
            f" WHERE {VISIBLE} AND programme = %(programme)s AND coalesce({then}, false) <> coalesce({now}, false)"
            " AND assistance_id > %(key)s ORDER BY assistance_id LIMIT %(first)s",
            scope=reach, mine=[self.programme], viewer=info.context.scope, programme=self.programme, day=self.on, now=today(),
            key=decode_cursor(after) or "", first=first + 1,
        )  # fmt: skip
        return connect(rows, first, after, "assistance_id", lambda row: RosterChange(change=row["change"], row=row))  # fmt: skip


@strawberry.type
class AssistanceQueries:
    """What was asked for and given, whoever gave it."""

    @strawberry.field(description="One assistance in reach. 救助事项。")
    async def assistance(
        self, info: Info, id: Annotated[str, about("Its id.", "救助事项编号。")]
    ) -> AssistanceType | None:
        _, reach, mine = await part_of_viewer(info.context)
        row = await info.context.row(
            f"SELECT a.*, {VISIBLE} AS visible FROM assistances a WHERE assistance_id = %(id)s",
            id=id, scope=reach, mine=mine, viewer=info.context.scope,
        )  # fmt: skip
        if row is not None and not row["visible"]:
            raise out_of_scope()
        return assistance_of(row) if row else None

    @strawberry.field(
        description="Assistances in reach: a department sees those of its programmes in all units. 救助事项列表。"
    )
    async def assistances(
        self,
        info: Info,
        first: FIRST = 50,
        after: AFTER = None,
        filter: Annotated[AssistanceFilter | None, about("Which of them.", "筛选。")] = None,
    ) -> Connection[AssistanceType]:
        given = {name: value for name, value in vars(filter).items() if value is not None} if filter else {}
        return await assistances_page(info, [CONDITIONS[name] for name in given], given, first, after)

    @strawberry.field(
        description="What was applied for or referred to the viewer's department and is not decided, the most urgent"
        " first as they come. 本部门待办转办与申请。"
    )
    async def open_referrals(
        self, info: Info, first: FIRST = 50, after: AFTER = None
    ) -> Connection[AssistanceType]:
        _, reach, mine = await part_of_viewer(info.context)
        row = await info.context.organisations.load(info.context.scope)
        handler = info.context.scope if row is None or row["level"] == "department" else (row["path"] or [reach])[0]  # fmt: skip
        first, key = page_size(first), decode_cursor(after)
        rows = await info.context.rows(
            "SELECT *, due_on || '/' || assistance_id AS urgency FROM assistances"
            f" WHERE department_id = %(handler)s AND {VISIBLE} AND status IN {OPEN}"
            " AND due_on || '/' || assistance_id > %(key)s ORDER BY due_on || '/' || assistance_id LIMIT %(first)s",
            handler=handler, scope=reach, mine=mine, viewer=info.context.scope, key=key or "", first=first + 1,
        )  # fmt: skip
        return connect(rows, first, after, "urgency", assistance_of)

    @strawberry.field(description="A roster of a programme on a day, and changes since. 某日名册及其后变动。")
    async def department_roster(
        self,
        info: Info,
        programme: Annotated[str, about("The programme.", "救助项目。")],
        on: Annotated[date | None, about("The day; today when not given.", "日期，默认当日。")] = None,
    ) -> DepartmentRoster:
        reach, day = await scope_for(info.context, programme), on or today()
        row = await info.context.row(
            "WITH here AS MATERIALIZED (SELECT person_ids, amount_fen FROM assistances"
            f" WHERE {VISIBLE} AND programme = %(programme)s AND {in_force('%(day)s')})"
            " SELECT (SELECT count(*) FROM here) AS count, (SELECT coalesce(sum(amount_fen), 0)::bigint FROM here) AS amount_fen,"
            " (SELECT count(DISTINCT person) FROM here, unnest(person_ids) person) AS people",
            scope=reach, mine=[programme], viewer=info.context.scope, programme=programme, day=day,
        ) or {"count": 0, "people": 0, "amount_fen": 0}  # fmt: skip
        return DepartmentRoster(
            programme=programme,
            on=day,
            count=row["count"],
            people=row["people"],
            amount=yuan(row["amount_fen"]),
        )
