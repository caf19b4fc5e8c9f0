"""Institutions of support: occupancy on a day, who stays there, months not confirmed, and what is due to whom."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import date
from typing import Annotated, Any

import anyio.to_thread
import strawberry

from graphql_api.context import Context, Info, Row, in_scope, within
from graphql_api.queries.definitions import today
from graphql_api.scalars import Month, Yuan, yuan
from graphql_api.types.common import AFTER, FIRST, Connection, about, connect, decode_cursor, f, page_size
from graphql_api.types.households import PURPOSE
from ledger.identification.states import Entitlement
from ledger.institutions.dues import Rules, Sojourn, rules_needed, share_of
from ledger.kernel import Month as KernelMonth
from ledger.kernel import Role, add_months, first_day, month
from ledger.organisation.states import Organisation
from ledger.payments.shares import Payee, divide
from ledger.standards.book import StandardBook

DAY = Annotated[date | None, about("The day; today when not given.", "日期，默认当日。")]

# Whoever acts for an institution sees that one alone; others those of their organisation, of those below it and above it.
SEEN = (
    f"(i.institution_id = %(own)s OR {in_scope('i.organisation_id')} OR i.organisation_id = ANY("
    "SELECT unnest(o.path) FROM organisations o WHERE o.organisation_id = %(scope)s))"
)
# Residents: one's own household's, or everybody of one's own institution.
RESIDENT = (
    f"({in_scope('s.organisation_id')} OR {in_scope('i.organisation_id')} OR i.institution_id = %(own)s)"
)
THERE = (
    "s.admitted_on <= %(day)s AND (s.until_date IS NULL OR %(day)s < s.until_date)"
    " AND (p.died_on IS NULL OR %(day)s <= p.died_on)"
)
INSTITUTIONS = f"""
SELECT i.*, t.name, t.licence, t.beds, t.kinds, %(day)s::date AS day, o.occupied, o.away FROM institutions i
CROSS JOIN LATERAL (SELECT * FROM institution_terms x WHERE x.institution_id = i.institution_id AND x.from_date <= %(day)s
                    ORDER BY x.from_date DESC, x.position DESC LIMIT 1) t
CROSS JOIN LATERAL (
    SELECT count(*)::int AS occupied, count(*) FILTER (WHERE EXISTS (SELECT 1 FROM stay_leaves l WHERE l.stay_id = s.stay_id
        AND l.from_date <= %(day)s AND (l.back_on IS NULL OR %(day)s < l.back_on)))::int AS away
    FROM stays s JOIN people p USING (person_id) WHERE s.institution_id = i.institution_id AND {THERE}) o
WHERE {SEEN} AND (i.closed_on IS NULL OR %(day)s <= i.closed_on)"""
STAYS = f"""
SELECT s.*, p.name AS person_name, p.died_on, (SELECT l.from_date FROM stay_leaves l WHERE l.stay_id = s.stay_id
       AND l.from_date <= %(day)s AND (l.back_on IS NULL OR %(day)s < l.back_on) ORDER BY l.position DESC LIMIT 1) AS away_since
FROM stays s JOIN institutions i USING (institution_id) JOIN people p USING (person_id)
WHERE s.institution_id = ANY(%(keys)s) AND {RESIDENT} AND {THERE} ORDER BY s.admitted_on, s.position"""
UNCONFIRMED = """
SELECT s.institution_id, to_char(g.first, 'YYYY-MM') AS month, count(*)::int AS stays
FROM stays s JOIN people p USING (person_id)
CROSS JOIN LATERAL generate_series(date_trunc('month', s.admitted_on), date_trunc('month', %(day)s::date) - interval '1 month',
                                   interval '1 month') g(first)
WHERE s.institution_id = ANY(%(keys)s)
AND greatest(s.admitted_on, g.first::date) < least(coalesce(s.until_date, 'infinity'), coalesce(p.died_on + 1, 'infinity'),
                                                   (g.first + interval '1 month')::date)
AND NOT EXISTS (SELECT 1 FROM attendance a WHERE a.stay_id = s.stay_id AND a.month = to_char(g.first, 'YYYY-MM'))
GROUP BY 1, 2 ORDER BY 2"""


def own(context: Context) -> str:
    """The institution the viewer acts for; nothing for everybody else."""
    return context.viewer.organisation_id if context.viewer.role is Role.PROVIDER else ""


@strawberry.type(description="Days of a stay in one month, as confirmed last. 在院天数。")
class Attended:
    month: Month = f("The month.", "月份。")
    days: int = f("Days present.", "在院天数。")
    confirmed_by: str = f("Who confirmed it.", "确认人。")
    corrected: bool = f("Corrected after it was confirmed.", "是否经更正。")


@strawberry.type(description="A month of an institution nobody confirmed. 未确认月份。")
class UnconfirmedMonth:
    month: Month = f("The month.", "月份。")
    stays: int = f("How many residents it concerns.", "涉及人数。")


@strawberry.type(description="Somebody's stay in an institution. 入住记录。")
class StayType:
    stay_id: str = f("Its id.", "入住记录编号。")
    institution_id: str = f("The institution.", "供养服务机构编号。")
    household_id: str = f("The household.", "家庭编号。")
    person_id: str = f("The person.", "人员编号。")
    kind: str = f("tekun, elders, disabled, day_care.", "入住类型。")
    entitlement_id: str | None = f("The entitlement it is paid from.", "待遇编号。")
    agreement: str = f("Number of the agreement.", "协议编号。")
    admitted_on: date = f("Since when.", "入住日期。")
    away_since: date | None = f("On leave since.", "请假起始日期。")
    row: strawberry.Private[Row]

    @strawberry.field(description="The resident's name. 姓名。")
    async def name(self, info: Info, purpose: PURPOSE = None) -> str | None:
        return await info.context.private(self.row["person_name"], "name", purpose)

    @strawberry.field(description="Months confirmed. 已确认月份。")
    async def attendance(self, info: Info) -> list[Attended]:
        rows: list[Row] = await info.context.batch("attendance", _attendance).load(self.stay_id)
        names = ("month", "days", "confirmed_by", "corrected")
        return [Attended(**{name: row[name] for name in names}) for row in rows]


@strawberry.type(description="An institution of support on a day. 供养服务机构。")
class InstitutionType:
    institution_id: str = f("Its id.", "编号。")
    organisation_id: str = f("The organisation in charge.", "主管机构。")
    name: str = f("Its name then.", "名称。")
    licence: str = f("Its licence then.", "登记或备案证号。")
    kinds: list[str] = f("Whom it takes.", "接收类型。")
    registered_on: date = f("Since when.", "登记日期。")
    closed_on: date | None = f("Its last day.", "注销日期。")
    beds: int = f("Beds on the day.", "床位数。")
    occupied: int = f("Residents on the day.", "在住人数。")
    free_beds: int = f("Beds free on the day.", "空余床位。")
    away: int = f("Residents on leave on the day.", "请假外出人数。")
    row: strawberry.Private[Row]

    @strawberry.field(
        description="Who stays there on the day, of one's own households. 在住人员（查看范围内）。"
    )
    async def residents(self, info: Info) -> list[StayType]:
        load = info.context.batch(f"residents/{self.row['day']}", _residents(self.row["day"]))
        rows: list[Row] = await load.load(self.institution_id)
        return [stay_of(row) for row in rows]

    @strawberry.field(
        description="Months that are over and not confirmed for everybody. 未确认在院天数的月份。"
    )
    async def unconfirmed(self, info: Info) -> list[UnconfirmedMonth]:
        load = info.context.batch(f"unconfirmed/{self.row['day']}", _unconfirmed(self.row["day"]))
        rows: list[Row] = await load.load(self.institution_id)
        return [UnconfirmedMonth(month=row["month"], stays=row["stays"]) for row in rows]


def stay_of(row: Row) -> StayType:
    """A stay from its row."""
    names = ("stay_id", "institution_id", "household_id", "person_id", "kind", "entitlement_id", "agreement", "admitted_on",
             "away_since")  # fmt: skip
    return StayType(**{name: row[name] for name in names}, row=row)


def institution_of(row: Row) -> InstitutionType:
    """An institution from its row."""
    names = ("institution_id", "organisation_id", "name", "licence", "kinds", "registered_on", "closed_on", "beds", "occupied", "away")  # fmt: skip
    return InstitutionType(
        **{name: row[name] for name in names}, free_beds=row["beds"] - row["occupied"], row=row
    )


def _grouped(rows: Sequence[Row], key: str, keys: Sequence[str]) -> list[list[Row]]:
    groups: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        groups[row[key]].append(row)
    return [groups[item] for item in keys]


async def _attendance(context: Context, keys: list[str]) -> list[list[Row]]:
    rows = await context.rows(
        "SELECT * FROM attendance WHERE stay_id = ANY(%(keys)s) ORDER BY month", keys=keys
    )
    return _grouped(rows, "stay_id", keys)


def _residents(day: date) -> Any:
    async def load(context: Context, keys: list[str]) -> list[list[Row]]:
        rows = await context.rows(STAYS, keys=keys, day=day, scope=context.scope, own=own(context))
        return _grouped(rows, "institution_id", keys)

    return load


def _unconfirmed(day: date) -> Any:
    async def load(context: Context, keys: list[str]) -> list[list[Row]]:
        return _grouped(await context.rows(UNCONFIRMED, keys=keys, day=day), "institution_id", keys)

    return load


# --- what is due to whom ---


@strawberry.type(description="One step of a working. 计算步骤。")
class DueStep:
    zh: str = f("What, in 中文.", "内容（中文）。")
    en: str = f("What, in English.", "内容（英文）。")
    article: str = f("By which article or practice.", "依据。")
    value: int = f("The figure: fen, or days where it says so.", "数值（分，或注明的天数）。")


@strawberry.type(
    description="What a month of a resident in tekun gives the institution and the person. 当月应发。"
)
class StayDue:
    stay_id: str = f("The stay.", "入住记录编号。")
    person_id: str = f("The person.", "人员编号。")
    month: Month = f("The month.", "月份。")
    held: str | None = f(
        "Why nothing may be paid yet: attendance, pocket_money.", "暂缓原因：未确认在院天数、未定零用金标准。"
    )
    days: int = f("Days present, as confirmed.", "确认在院天数。")
    base: Yuan = f("Base due to this institution.", "应付本机构基本生活费。")
    care: Yuan = f("Care due to this institution.", "应付本机构照料护理费。")
    own: Yuan = f("The person's own: pocket money and days elsewhere.", "本人部分（零用金及不在院日数）。")
    steps: list[DueStep] = f("The working.", "计算过程。")


DUES = f"""
SELECT s.*, p.died_on, e.state::text AS state, e.category, e.organisation_id AS pays, x.confirmed,
       s.institution_id = %(id)s AS here
FROM stays s JOIN entitlements e USING (entitlement_id) JOIN people p ON p.person_id = s.person_id
JOIN institutions i ON i.institution_id = s.institution_id
CROSS JOIN LATERAL (SELECT coalesce(jsonb_object_agg(a.month, a.days), '{{}}') AS confirmed FROM attendance a
                    WHERE a.stay_id = s.stay_id) x
WHERE s.kind = 'tekun' AND s.entitlement_id IN (SELECT y.entitlement_id FROM stays y WHERE y.institution_id = %(id)s
    AND y.admitted_on < %(end)s AND (y.until_date IS NULL OR y.until_date > %(first)s)) AND {RESIDENT}
AND s.admitted_on < %(end)s AND (s.until_date IS NULL OR s.until_date > %(first)s) ORDER BY s.admitted_on, s.position"""


async def dues_of(info: Info, institution_id: str, of: KernelMonth) -> list[StayDue]:
    """What is due to whom for a month, resident by resident, by the function runs are drawn with."""
    first, end = first_day(of), first_day(add_months(of, 1))
    context = info.context
    rows = await context.rows(DUES, id=institution_id, first=first, end=end, scope=context.scope, own=own(context))  # fmt: skip
    if not rows:
        return []
    places = {(row["category"], row["pays"]) for row in rows}
    rules = await anyio.to_thread.run_sync(_rules, info, places, first)
    by_entitlement: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        by_entitlement[row["entitlement_id"]].append(row)
    return [
        due
        for mine in by_entitlement.values()
        for due in _dues(mine, of, rules[mine[0]["category"], mine[0]["pays"]])
    ]


def _rules(info: Info, places: set[tuple[str, str]], day: date) -> dict[tuple[str, str], Rules]:
    ledger = info.context.services.ledger
    found = {}
    for programme, organisation in places:
        known = ledger.read((Organisation.facts(organisation),))
        lineage = known.state(Organisation, organisation).lineage
        book = StandardBook(ledger.read(rules_needed(programme, lineage)).events())
        found[programme, organisation] = Rules.on(book, programme, lineage, day)
    return found


def _dues(rows: list[Row], of: KernelMonth, rules: Rules) -> list[StayDue]:
    """One entitlement's month: a row for each of its stays here, the person's own with the last of them."""
    stays = [Sojourn(Payee(r["person_id"], r["institution_id"]), r["admitted_on"], r["until_date"], r["confirmed"]) for r in rows]  # fmt: skip
    share = share_of(of, stays, rows[0]["died_on"], rules)
    divided = divide(Entitlement.from_json(rows[0]["state"]).due(of), share)
    by_place = {
        part.payee.payee_id: amounts for part, amounts in zip(share.parts, divided.parts, strict=True)
    }
    here = {row["institution_id"]: row for row in rows if row["here"]}
    steps = [DueStep(zh=s.zh, en=s.en, article=s.article, value=s.value) for s in divided.steps]
    made = []
    for place, row in here.items():
        amounts = {} if share.held else {c.value: a for c, a in by_place.get(place, {}).items()}
        days = next((part.days for part in share.parts if part.payee.payee_id == place), 0)
        made.append(
            StayDue(
                stay_id=row["stay_id"], person_id=row["person_id"], month=of, held=share.held, days=days,  # type: ignore[arg-type]
                base=yuan(amounts.get("base", 0)), care=yuan(amounts.get("care", 0)),
                own=yuan(0 if share.held else divided.own), steps=[] if share.held else steps,
            )
        )  # fmt: skip
    return made


@strawberry.type
class InstitutionQueries:
    """Institutions of support."""

    @strawberry.field(
        description="Institutions of support with their occupancy on a day. 供养服务机构及某日入住情况。"
    )
    async def institutions(
        self,
        info: Info,
        on: DAY = None,
        organisation_id: Annotated[
            str | None, about("In charge: this organisation or one below it.", "主管机构（含下级）。")
        ] = None,
        first: FIRST = 50,
        after: AFTER = None,
    ) -> Connection[InstitutionType]:
        first = page_size(first)
        parameters: dict[str, Any] = {"day": on or today(), "scope": info.context.scope, "own": own(info.context)}  # fmt: skip
        wheres = [INSTITUTIONS]
        if organisation_id is not None:
            wheres.append(within("i.organisation_id", "unit"))
            parameters["unit"] = organisation_id
        key = decode_cursor(after)
        if key is not None:
            wheres.append("i.institution_id > %(key)s")
            parameters["key"] = key
        rows = await info.context.rows(
            " AND ".join(wheres) + " ORDER BY i.institution_id LIMIT %(first)s", first=first + 1, **parameters
        )
        return connect(rows, first, after, "institution_id", institution_of)

    @strawberry.field(
        description="What is due for a month to an institution and to its residents in tekun. 机构当月应发。"
    )
    async def institution_dues(
        self,
        info: Info,
        institution_id: Annotated[str, about("The institution.", "供养服务机构编号。")],
        month: Annotated[Month, about("The month.", "月份。")],
    ) -> list[StayDue]:
        info.context.signed_in()
        return await dues_of(info, institution_id, _month(month))


def _month(text: Any) -> KernelMonth:
    return month(str(text))
