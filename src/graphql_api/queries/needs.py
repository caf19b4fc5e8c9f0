"""Who should have a programme and has not: the departments' questions over people of low income, each in one statement."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any

import strawberry
from strawberry.scalars import JSON

from graphql_api.context import Info, Row, in_scope
from graphql_api.queries.definitions import today
from graphql_api.queries.programmes import scope_for
from graphql_api.scalars import Yuan, yuan
from graphql_api.types.assistance import AidedPerson, aided_of
from graphql_api.types.common import AFTER, FIRST, Connection, about, connect, decode_cursor, f, page_size

LOW = ["dibao", "tekun", "dibao_bianyuan", "gangxing_zhichu"]
"""The categories most of the plan's programmes are for [S 三(二)]."""
ALL_LOW = [*LOW, "fangfanpin", "qita_kunnan"]
HAS = "a.status NOT IN ('applied', 'referred', 'accepted', 'refused') AND a.outcome IS DISTINCT FROM 'not_given'"
GIVEN = [
    "AssistanceGranted",
    "AssistanceReported",
    "PaymentSettled",
    "EmergencyAidGiven",
    "DonationDelivered",
]
"""Entries of a chain that say something was given, whoever gave it."""


def low_income() -> str:
    """SQL: people of low income in reach, with their household and category; one row a person."""
    return (
        "low AS (SELECT DISTINCT ON (x.person_id) x.person_id, e.household_id, e.organisation_id, e.category"
        " FROM entitlements e CROSS JOIN LATERAL unnest(e.counted) x(person_id)"
        f" WHERE e.status <> 'ended' AND e.category = ANY(%(categories)s) AND {in_scope('e.organisation_id')}"
        " ORDER BY x.person_id, e.entitlement_id)"
    )


def without(programmes: str, also: str = "true") -> str:
    """SQL: nobody gave person p one of the programmes."""
    return (
        "NOT EXISTS (SELECT 1 FROM assisted_people b JOIN assistances a USING (assistance_id)"
        f" WHERE b.person_id = p.person_id AND a.programme = ANY({programmes}) AND {HAS} AND {also})"
    )


@strawberry.type(description="Somebody who may be due a programme and has not got it. 应享未享人员。")
class PersonInNeed:
    household_id: str | None = f("The household.", "家庭编号。")
    organisation_id: str | None = f("The regiment or street in charge.", "责任团场、街道。")
    category: str | None = f("The category they are in.", "对象类别。")
    why: JSON = f("What makes them due: schooling, disability, self-care.", "应享依据：就读、残疾、自理。")
    asked: bool = f("Whether it is applied for or referred already.", "是否已申请或转办。")
    row: strawberry.Private[Row]

    @strawberry.field(description="The person. 人员。")
    def person(self) -> AidedPerson:
        return aided_of(self.row)


def in_need(row: Row, *why: str) -> PersonInNeed:
    """A person from their row; of what is known of them, what makes them due alone."""
    shown: Any = {
        name: row["attributes"].get(name) for name in why if row["attributes"].get(name) is not None
    }
    return PersonInNeed(household_id=row["household_id"], organisation_id=row["organisation_id"], category=row["category"],
                        why=shown, asked=row["asked"], row=row)  # fmt: skip


async def people_in_need(
    info: Info, programme: str, needs: str, given: str, first: int, after: str | None, why: tuple[str, ...], *,
    everybody: bool = False, categories: list[str] = LOW, **parameters: Any,
) -> Connection[PersonInNeed]:  # fmt: skip
    """A page of people who need a programme and have it not; of low income, or (`everybody`) whoever lives in a household."""
    reach, first = await scope_for(info.context, programme), page_size(first)
    everyone = (
        "low AS (SELECT m.person_id, m.household_id, h.organisation_id, NULL::text AS category FROM people m"
        f" JOIN households h USING (household_id) WHERE {in_scope('h.organisation_id')})"
    )
    rows = await info.context.rows(
        f"WITH {everyone if everybody else low_income()} SELECT p.*, low.household_id, low.organisation_id, low.category,"
        " EXISTS (SELECT 1 FROM assisted_people b JOIN assistances a USING (assistance_id) WHERE b.person_id = p.person_id"
        " AND a.programme = %(programme)s AND a.status IN ('applied', 'referred', 'accepted')) AS asked"
        " FROM low JOIN people p USING (person_id)"
        f" WHERE p.died_on IS NULL AND p.person_id > %(key)s AND {needs} AND {given} ORDER BY p.person_id LIMIT %(first)s",
        scope=reach, categories=categories, programme=programme, key=decode_cursor(after) or "", first=first + 1, **parameters,
    )  # fmt: skip
    return connect(rows, first, after, "person_id", lambda row: in_need(row, *why))


@strawberry.type(description="A household in an unsafe home. 危房户。")
class UnsafeHome:
    household_id: str = f("The household.", "家庭编号。")
    household_number: str = f("The office's household number.", "户编号。")
    organisation_id: str = f("The regiment or street in charge.", "责任团场、街道。")
    area: str = f("urban or rural.", "城乡。")
    danger: str = f("c: dangerous in part, d: dangerous.", "危险等级。")
    assessed_on: date = f("Day of the assessment.", "鉴定日期。")
    category: str | None = f("The category somebody of it is in.", "对象类别。")
    asked: bool = f("Whether aid for housing is applied for or referred.", "是否已申请或转办住房救助。")


@strawberry.type(description="What somebody gave. 已给予的救助。")
class AidEntry:
    programme: str | None = f("The programme.", "救助项目。")
    department: str = f("Who gave it.", "部门。")
    kind: str = f("What happened.", "事件类型。")
    occurred_on: date | None = f("When.", "日期。")
    amount: Yuan | None = f("How much.", "金额。")


def entries(of: Any) -> list[AidEntry]:
    """What others gave, as a statement gathered it."""
    return [
        AidEntry(programme=e["programme"], department=e["department"], kind=e["kind"], amount=yuan(e["amount_fen"]),
                 occurred_on=date.fromisoformat(e["occurred_on"]) if e["occurred_on"] else None)
        for e in of or ()
    ]  # fmt: skip


ENTRIES = (
    "(SELECT json_agg(json_build_object('programme', c.programme, 'department', c.department, 'kind', c.kind,"
    " 'occurred_on', c.occurred_on, 'amount_fen', c.amount_fen) ORDER BY c.position)"
    " FROM household_chain c WHERE c.household_id = {household} AND c.kind = ANY(%(kinds)s) AND c.occurred_on >= {since}"
    " AND {other})"
)


@strawberry.type(
    description="A household a disaster struck, and what others gave it since. 受灾户及其他救助。"
)
class DisasterHousehold:
    household_id: str = f("The household.", "家庭编号。")
    organisation_id: str = f("The regiment or street in charge.", "责任团场、街道。")
    statuses: list[str] = f("How far aid for the disaster is.", "受灾救助状态。")
    given: Yuan = f("What was granted or given for the disaster.", "受灾救助金额。")
    elsewhere: list[AidEntry] = f("What other programmes gave since the disaster.", "灾后其他救助。")


@strawberry.type(description="A monitored household and the measures taken. 监测户及帮扶措施。")
class MonitoredHousehold:
    household_id: str = f("The household.", "家庭编号。")
    organisation_id: str = f("The regiment or street in charge.", "责任团场、街道。")
    kind: str | None = f("The kind of monitoring.", "监测类型。")
    since: str = f("Monitored from this month.", "监测起始月份。")
    last_measure_on: date | None = f("Day of the last measure.", "最近帮扶日期。")
    measures: list[AidEntry] = f("Measures since the day asked for.", "所查期间的帮扶措施。")


@strawberry.type
class NeedQueries:
    """Who is due and has not got it."""

    @strawberry.field(description="Students of low income without aid for education in a school year. 未获教育救助的困难学生。")  # fmt: skip
    async def students_without_aid(
        self, info: Info, first: FIRST = 50, after: AFTER = None,
        year: Annotated[int | None, about("The school year; this one when not given.", "学年，默认当年。")] = None,
    ) -> Connection[PersonInNeed]:  # fmt: skip
        return await people_in_need(
            info, "jiaoyu_jiuzhu", "p.attributes->>'schooling' IS NOT NULL", without("ARRAY['jiaoyu_jiuzhu']", "a.year = %(year)s"),
            first, after, ("schooling",), year=year or today().year,
        )  # fmt: skip

    @strawberry.field(description="People with severe disability without the care subsidy, tekun left out. 未享护理补贴的重度残疾人。")  # fmt: skip
    async def severely_disabled_without_care(
        self, info: Info, first: FIRST = 50, after: AFTER = None
    ) -> Connection[PersonInNeed]:
        month = f"{today():%Y-%m}"
        other = (
            " AND NOT EXISTS (SELECT 1 FROM entitlements e WHERE e.household_id = low.household_id AND e.category = 'tekun'"
            " AND e.status <> 'ended' AND p.person_id = ANY (e.counted))"
        )
        still = "(a.last_month IS NULL OR a.last_month >= %(month)s) AND a.status <> 'ended'"
        return await people_in_need(
            info, "canji_huli_butie", "(p.attributes->>'disability_level')::integer IN (1, 2)" + other,
            without("ARRAY['canji_huli_butie']", still), first, after, ("disability_type", "disability_level"), everybody=True,
            month=month,
        )  # fmt: skip

    @strawberry.field(description="Disabled elders of low income whose home has no barrier-free works. 家庭未无障碍改造的残疾老年人。")  # fmt: skip
    async def disabled_elders_without_works(
        self, info: Info, first: FIRST = 50, after: AFTER = None
    ) -> Connection[PersonInNeed]:
        # The works are of the home: whoever of the household got them, all have them.
        home = (
            "NOT EXISTS (SELECT 1 FROM assistances a WHERE a.household_id = low.household_id AND a.programme = 'wuzhangai_gaizao'"
            f" AND {HAS})"
        )
        old = "p.birth_date <= (%(day)s::date - interval '60 years')::date AND ((p.attributes->>'disability_level') IS NOT NULL OR (p.attributes->>'self_care_failed')::integer > 0)"  # fmt: skip
        return await people_in_need(
            info, "wuzhangai_gaizao", old, home, first, after, ("disability_type", "disability_level", "self_care_failed"),
            categories=ALL_LOW, day=today(),
        )  # fmt: skip

    @strawberry.field(
        description="Households in unsafe homes not repaired since the assessment. 未改造的危房户。"
    )
    async def unsafe_homes(
        self, info: Info, first: FIRST = 50, after: AFTER = None,
        low_income_only: Annotated[bool, about("Those of low income alone.", "仅低收入家庭。")] = False,
    ) -> Connection[UnsafeHome]:  # fmt: skip
        reach, first = await scope_for(info.context, "zhufang_jiuzhu"), page_size(first)
        rows = await info.context.rows(
            "SELECT o.household_id, h.number AS household_number, h.organisation_id, h.area, o.danger, o.assessed_on, e.category,"
            " EXISTS (SELECT 1 FROM assistances a WHERE a.household_id = o.household_id AND a.programme = 'zhufang_jiuzhu'"
            " AND a.status IN ('applied', 'referred', 'accepted')) AS asked"
            " FROM homes o JOIN households h USING (household_id) LEFT JOIN LATERAL (SELECT e.category FROM entitlements e"
            " WHERE e.household_id = o.household_id AND e.status <> 'ended' AND e.category = ANY(%(categories)s)"
            " ORDER BY e.entitlement_id LIMIT 1) e ON true"
            f" WHERE o.danger IN ('c', 'd') AND {in_scope('h.organisation_id')} AND o.household_id > %(key)s"
            " AND (NOT %(low)s OR e.category IS NOT NULL)"
            " AND NOT EXISTS (SELECT 1 FROM assistances a WHERE a.household_id = o.household_id AND a.programme = 'zhufang_jiuzhu'"
            f" AND a.form = 'house_repair' AND {HAS} AND coalesce(a.given_on, a.decided_on) >= o.assessed_on)"
            " ORDER BY o.household_id LIMIT %(first)s",
            scope=reach, categories=ALL_LOW, low=low_income_only, key=decode_cursor(after) or "", first=first + 1,
        )  # fmt: skip
        return connect(rows, first, after, "household_id", lambda row: UnsafeHome(**row))

    @strawberry.field(description="Households a disaster struck that asked for or got aid, and what others gave them since. 受灾户及其他部门救助。")  # fmt: skip
    async def disaster_hit(
        self, info: Info, disaster_id: Annotated[str, about("The disaster.", "灾害事件编号。")],
        first: FIRST = 50, after: AFTER = None,
        aided_elsewhere: Annotated[bool, about("Those alone whom others aided.", "仅另获其他救助的。")] = False,
    ) -> Connection[DisasterHousehold]:  # fmt: skip
        reach, first = await scope_for(info.context, "shouzai_jiuzhu"), page_size(first)
        elsewhere = ENTRIES.format(household="x.household_id", since="x.struck_on", other="c.programme IS DISTINCT FROM 'shouzai_jiuzhu'")  # fmt: skip
        rows = await info.context.rows(
            "WITH hit AS MATERIALIZED (SELECT a.household_id, max(a.organisation_id) AS organisation_id, d.struck_on,"
            " array_agg(DISTINCT a.status) AS statuses, coalesce(sum(a.amount_fen), 0)::bigint AS given_fen"
            " FROM disasters d JOIN assistances a USING (disaster_id)"
            f" WHERE d.disaster_id = %(disaster)s AND a.household_id > %(key)s AND {in_scope('a.organisation_id')}"
            " GROUP BY a.household_id, d.struck_on)"
            f" SELECT * FROM (SELECT x.*, {elsewhere} AS elsewhere FROM hit x) y WHERE NOT %(only)s OR elsewhere IS NOT NULL"
            " ORDER BY household_id LIMIT %(first)s",
            scope=reach, disaster=disaster_id, key=decode_cursor(after) or "", kinds=GIVEN, only=aided_elsewhere, first=first + 1,
        )  # fmt: skip
        return connect(rows, first, after, "household_id", lambda row: DisasterHousehold(
            household_id=row["household_id"], organisation_id=row["organisation_id"], statuses=row["statuses"],
            given=yuan(row["given_fen"]), elsewhere=entries(row["elsewhere"]),
        ))  # fmt: skip

    @strawberry.field(
        description="Monitored households and the measures taken for them since a day. 监测对象帮扶措施。"
    )
    async def monitored_measures(
        self, info: Info, since: Annotated[date, about("From this day.", "起始日期。")], first: FIRST = 50, after: AFTER = None,
        without_measure: Annotated[bool, about("Those alone without any since.", "仅其间无帮扶措施的。")] = False,
    ) -> Connection[MonitoredHousehold]:  # fmt: skip
        scope = await scope_for(info.context, "kaifa_peixun", "kaifa_gangwei", "kaifa_tiexi")
        first = page_size(first)
        taken = ENTRIES.format(household="e.household_id", since="%(since)s", other="true")
        rows = await info.context.rows(
            "SELECT * FROM (SELECT DISTINCT ON (e.household_id) e.household_id, e.organisation_id, e.state->>'category_kind' AS kind,"
            f" e.from_month AS since, {taken} AS measures, (SELECT max(c.occurred_on) FROM household_chain c"
            " WHERE c.household_id = e.household_id AND c.kind = ANY(%(kinds)s)) AS last_measure_on"
            " FROM entitlements e WHERE e.category = 'fangfanpin' AND e.status <> 'ended' AND e.household_id > %(key)s"
            f" AND {in_scope('e.organisation_id')} ORDER BY e.household_id, e.entitlement_id) x"
            " WHERE NOT %(without)s OR measures IS NULL ORDER BY household_id LIMIT %(first)s",
            scope=scope, since=since, key=decode_cursor(after) or "", kinds=GIVEN, without=without_measure, first=first + 1,
        )  # fmt: skip
        return connect(rows, first, after, "household_id", lambda row: MonitoredHousehold(
            household_id=row["household_id"], organisation_id=row["organisation_id"], kind=row["kind"], since=row["since"],
            last_measure_on=row["last_measure_on"], measures=entries(row["measures"]),
        ))  # fmt: skip
