"""Visits: the priority groups not covered yet, who was not visited for long, and what was planned and found."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Annotated, Any

import strawberry

from graphql_api.context import Info, Row, in_scope, within
from graphql_api.errors import bad_input
from graphql_api.mutations.inputs import enum_of
from graphql_api.queries.definitions import today
from graphql_api.queries.institutions import own
from graphql_api.types.common import AFTER, FIRST, Connection, about, connect, decode_cursor, f, page_size
from graphql_api.types.households import PURPOSE, Household, household_of
from ledger.support.visits_events import PriorityGroup

enum_of(PriorityGroup)

# What a household's living members say of it. Who is 16 to 59 and of whom nothing is known is taken for able to work.
MEMBERS = """
SELECT bool_or(p.attributes->>'disability_level' IS NOT NULL) AS disability,
       bool_or(p.attributes->>'illness' IS NOT NULL) AS long_illness,
       NOT bool_or(date_part('year', age(%(today)s::date, p.birth_date)) BETWEEN 16 AND 59
                   AND coalesce(p.attributes->>'labour_ability', 'full') = 'full') AS weak_labour
FROM people p WHERE p.household_id = h.household_id AND p.died_on IS NULL
"""
# An urgent event within a year: reported as an emergency or aided as one, or a visit was planned or made for it.
URGENT = """
EXISTS (SELECT 1 FROM household_chain c WHERE c.household_id = h.household_id AND c.occurred_on > %(today)s::date - 365
        AND (c.kind LIKE 'Emergency%%' OR c.programme = 'linshi_jiuzhu'))
OR EXISTS (SELECT 1 FROM visits v WHERE v.household_id = h.household_id AND v.priority = 'urgent_event' AND NOT v.called_off
           AND coalesce(v.visited_on, v.planned_on) > %(today)s::date - 365)
"""
SPECIAL = """
EXISTS (SELECT 1 FROM entitlements e WHERE e.household_id = h.household_id AND e.category = 'qita_kunnan' AND e.status <> 'ended')
OR EXISTS (SELECT 1 FROM visits v WHERE v.household_id = h.household_id AND v.priority = 'special' AND NOT v.called_off)
"""
PRIORITY = f"""
SELECT h.*, s.seen_on, array_remove(ARRAY[CASE WHEN m.disability THEN 'disability' END, CASE WHEN m.weak_labour THEN 'weak_labour' END,
       CASE WHEN m.long_illness THEN 'long_illness' END, CASE WHEN x.urgent_event THEN 'urgent_event' END, CASE WHEN x.special THEN 'special' END],
       NULL) AS groups
FROM households h CROSS JOIN LATERAL ({MEMBERS}) m
CROSS JOIN LATERAL (SELECT ({URGENT}) AS urgent_event, ({SPECIAL}) AS special) x
LEFT JOIN LATERAL (SELECT max(y.seen_on) AS seen_on FROM seen_at_home y WHERE y.household_id = h.household_id) s ON true
WHERE {in_scope("h.organisation_id")} AND h.member_count > 0
AND NOT EXISTS (SELECT 1 FROM entitlements e WHERE e.household_id = h.household_id AND e.category IN ('dibao', 'tekun')
                AND e.status <> 'ended')
AND (m.disability OR m.weak_labour OR m.long_illness OR x.urgent_event OR x.special)"""
UNSEEN = f"""
SELECT h.*, s.seen_on, '{{}}'::text[] AS groups FROM households h
LEFT JOIN LATERAL (SELECT max(y.seen_on) AS seen_on FROM seen_at_home y WHERE y.household_id = h.household_id) s ON true
WHERE {in_scope("h.organisation_id")} AND h.member_count > 0"""


@strawberry.type(description="A household to be visited. 待走访家庭。")
class ToVisit:
    number: str = f("The office's household number.", "户编号。")
    groups: list[PriorityGroup] = f("Priority groups it belongs to.", "所属重点走访类别。")
    seen_on: date | None = f("Last day somebody was there, by a visit or in a procedure.", "最近走访或入户日期。")  # fmt: skip
    days_since: int | None = f("Days since then; nothing where never.", "距今天数，从未走访则为空。")
    row: strawberry.Private[Row]

    @strawberry.field(description="The household. 家庭。")
    async def household(self) -> Household:
        return household_of(self.row)


def to_visit(row: Row) -> ToVisit:
    """A household to be visited from its row."""
    seen = row["seen_on"]
    return ToVisit(
        number=row["number"], groups=[PriorityGroup(g) for g in row["groups"]], seen_on=seen,
        days_since=(today() - seen).days if seen is not None else None, row=row,
    )  # fmt: skip


@strawberry.type(description="A visit, planned or made. 走访。")
class VisitType:
    visit_id: str = f("Its id.", "走访编号。")
    household_id: str = f("The household.", "家庭编号。")
    organisation_id: str = f("The organisation.", "机构编号。")
    priority: PriorityGroup | None = f("The priority group.", "重点走访类别。")
    planned_on: date | None = f("Day it was planned.", "安排日期。")
    due_on: date | None = f("Last day for it.", "期限。")
    visited_on: date | None = f("Day it was made.", "走访日期。")
    visitors: list[str] = f("Who went.", "走访人员。")
    needed: list[str] = f("Codes of programmes needed.", "所需救助项目。")
    provider_id: str | None = f("The provider that went.", "服务机构。")
    called_off: bool = f("Whether it was called off.", "是否取消。")
    row: strawberry.Private[Row]

    @strawberry.field(description="What was found. 走访情况。")
    async def findings(self, info: Info, purpose: PURPOSE = None) -> str | None:
        return await info.context.private(self.row["findings"], "findings", purpose)


def visit_of(row: Row) -> VisitType:
    """A visit from its row."""
    names = ("visit_id", "household_id", "organisation_id", "planned_on", "due_on", "visited_on", "visitors", "needed",
             "provider_id", "called_off")  # fmt: skip
    group = PriorityGroup(row["priority"]) if row["priority"] else None
    return VisitType(**{name: row[name] for name in names}, priority=group, row=row)


@dataclass
class Page:
    """A statement of households with what its page depends on."""

    sql: str
    parameters: dict[str, Any]

    def among(self, organisation_id: str | None) -> None:
        """Only those of an organisation or one below it."""
        if organisation_id is not None:
            self.sql += " AND " + within("h.organisation_id", "unit")
            self.parameters["unit"] = organisation_id

    def unseen(self, days: int | None) -> None:
        """Only those nobody visited for so many days."""
        if days is not None:
            if not 0 <= days <= 36_500:
                raise bad_input("'days' must lie between 0 and 36500.", "days 应在 0 至 36500 之间。")
            self.sql += " AND (s.seen_on IS NULL OR s.seen_on <= %(before)s)"
            self.parameters["before"] = today() - timedelta(days=days)

    async def read(self, info: Info, first: int, after: str | None) -> Connection[ToVisit]:
        """The page, in the order of household numbers."""
        first = page_size(first)
        key = decode_cursor(after)
        if key is not None:
            self.sql += " AND h.number > %(key)s"
            self.parameters["key"] = key
        rows = await info.context.rows(
            f"{self.sql} ORDER BY h.number LIMIT %(first)s", first=first + 1, **self.parameters
        )
        return connect(rows, first, after, "number", to_visit)


ORGANISATION = Annotated[str | None, about("In this organisation or one below it.", "所属机构（含下级）。")]
DAYS = Annotated[int | None, about("Not visited for so many days.", "多少天未走访。")]


@strawberry.type
class VisitQueries:
    """Visits."""

    @strawberry.field(
        description="Households of the five priority groups not covered by dibao or tekun. 未纳入低保或特困的五类重点走访家庭。"
    )
    async def priority_households(
        self,
        info: Info,
        group: Annotated[PriorityGroup | None, about("Of this group.", "类别。")] = None,
        organisation_id: ORGANISATION = None,
        not_visited_days: DAYS = None,
        first: FIRST = 50,
        after: AFTER = None,
    ) -> Connection[ToVisit]:
        page = Page(PRIORITY, {"scope": info.context.scope, "today": today()})
        page.among(organisation_id)
        page.unseen(not_visited_days)
        if group is not None:
            column = f"x.{group.value}" if group.value in ("urgent_event", "special") else f"m.{group.value}"
            page.sql += f" AND {column}"
        return await page.read(info, first, after)

    @strawberry.field(
        description="Households nobody visited for so many days, home visits of a procedure counted. 多日未走访家庭。"
    )
    async def households_not_visited(
        self,
        info: Info,
        days: Annotated[int, about("For so many days.", "天数。")],
        organisation_id: ORGANISATION = None,
        category: Annotated[str | None, about("With such an entitlement.", "保障类别。")] = None,
        first: FIRST = 50,
        after: AFTER = None,
    ) -> Connection[ToVisit]:
        page = Page(UNSEEN, {"scope": info.context.scope})
        page.among(organisation_id)
        page.unseen(days)
        if category is not None:
            page.sql += (
                " AND EXISTS (SELECT 1 FROM entitlements e WHERE e.household_id = h.household_id"
                " AND e.category = %(category)s AND e.status <> 'ended')"
            )
            page.parameters["category"] = category
        return await page.read(info, first, after)

    @strawberry.field(description="Visits in scope, planned and made. 走访列表。")
    async def visits(
        self,
        info: Info,
        household_id: Annotated[str | None, about("Of a household.", "家庭编号。")] = None,
        open: Annotated[bool | None, about("Planned and not made yet, or made.", "是否待走访。")] = None,
        first: FIRST = 50,
        after: AFTER = None,
    ) -> Connection[VisitType]:
        first = page_size(first)
        wheres = [f"({in_scope('organisation_id')} OR (provider_id = %(own)s AND %(own)s <> ''))"]
        parameters: dict[str, Any] = {"scope": info.context.scope, "own": own(info.context)}
        if household_id is not None:
            wheres.append("household_id = %(household)s")
            parameters["household"] = household_id
        if open is not None:
            wheres.append("(visited_on IS NULL AND NOT called_off) = %(open)s")
            parameters["open"] = open
        key = decode_cursor(after)
        if key is not None:
            wheres.append("visit_id > %(key)s")
            parameters["key"] = key
        rows = await info.context.rows(
            f"SELECT * FROM visits WHERE {' AND '.join(wheres)} ORDER BY visit_id LIMIT %(first)s",
            first=first + 1, **parameters,
        )  # fmt: skip
        return connect(rows, first, after, "visit_id", visit_of)
