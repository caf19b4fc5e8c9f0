"""What is asked about cover while it lasts [questions 12, 18, 44–48]: changes, refusals, suspensions, back-pay, certificates."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any

import anyio.to_thread
import strawberry

from graphql_api.context import Info, in_scope
from graphql_api.queries.definitions import today
from graphql_api.scalars import Month, Yuan, yuan
from graphql_api.types.common import (
    AFTER,
    FIRST,
    Connection,
    about,
    connect,
    decode_cursor,
    decode_position,
    f,
    page_size,
)
from ledger.identification.states import Entitlement
from ledger.kernel import Month as KernelMonth
from ledger.kernel import Role, add_months, month_of, months_between
from ledger.registry.identity import check_id_number
from ledger.store.execute import ID_NUMBER

READERS = (Role.CLERK, Role.REVIEWER, Role.FINANCE, Role.AUDITOR)
ORGANISATION = Annotated[str | None, about("At an organisation or below it.", "机构（含下级）。")]
MONTH = Annotated[Month | None, about("The month; this one when not given.", "月份，默认本月。")]


@strawberry.type(
    description="A change that was declared or became known, and no decision followed yet. 已申报未核查的变化。"
)
class UnreviewedChange:
    position: int = f("Position in the log.", "台账位置。")
    household_id: str = f("The household.", "家庭编号。")
    entitlement_id: str = f("The cover it may change.", "待遇编号。")
    organisation_id: str = f("The organisation that pays it.", "发放机构。")
    person_id: str | None = f("Whom it is about.", "涉及人员。")
    kind: str = f("What became known.", "变化事项。")
    occurred_on: date | None = f("When it was so.", "发生日期。")
    waiting_days: int = f("Days since it was recorded.", "登记至今天数。")


@strawberry.type(description="How often somebody refused work. 拒绝就业情况。")
class JobRefusals:
    person_id: str = f("The person.", "人员编号。")
    household_id: str = f("The household.", "家庭编号。")
    organisation_id: str = f("The organisation.", "机构编号。")
    offered: int = f("How often work was introduced.", "介绍次数。")
    refused: int = f("How often it was refused.", "拒绝次数。")
    in_a_row: int = f("Refusals that count, in a row by now.", "当前连续拒绝次数（计入的）。")
    last_refused_on: date | None = f("The last refusal.", "最近拒绝日期。")
    withheld_permille: int = f("Permille of the own share withheld now.", "本人份额现扣减千分数。")


@strawberry.type(description="What turns in a month. 下月到龄到期事项。")
class Turn:
    kind: str = f("turns_16, turns_18, turns_60, graduates, expires, taper_ends.", "事项。")
    person_id: str | None = f("The person.", "人员编号。")
    entitlement_id: str = f("The cover.", "待遇编号。")
    household_id: str = f("The household.", "家庭编号。")
    organisation_id: str = f("The organisation that pays it.", "发放机构。")
    category: str = f("The category.", "类别。")
    on: date = f("On which day, or the last of the month.", "日期，或当月末日。")


@strawberry.type(description="Cover that is suspended, and what is held. 暂停发放情况。")
class Suspended:
    entitlement_id: str = f("The cover.", "待遇编号。")
    household_id: str = f("The household.", "家庭编号。")
    organisation_id: str = f("The organisation that pays it.", "发放机构。")
    category: str = f("The category.", "类别。")
    from_month: Month = f("Since which month.", "暂停起始月份。")
    reason: str = f("Why.", "原因。")
    article: str = f("By which article.", "依据条款。")
    months: int = f("How many months so far.", "已暂停月数。")
    held: Yuan = f("What would be due for them.", "暂存金额。")


@strawberry.type(description="Back-pay by the decision that explains it. 补发及原因。")
class BackPay:
    cause: str = f(
        "increase, reduction, resumption, suspension, taper, own_share, stop; not_paid_before for none.",
        "原因。",
    )
    organisation_id: str = f("The organisation that paid.", "发放机构。")
    programme: str = f("The programme.", "救助项目。")
    lines: int = f("How many lines.", "笔数。")
    households: int = f("How many households.", "户数。")
    amount: Yuan = f("In all.", "合计。")


@strawberry.type(description="Whether somebody was covered on a day. 保障情况证明。")
class CoverCertificate:
    covered: bool = f("Whether they were.", "当日是否在保。")
    day: date = f("The day.", "日期。")
    category: str | None = f("In which category.", "类别。")
    suspended: bool = f("Whether payment was suspended then.", "当月是否暂停发放。")
    entitlement_id: str | None = f("By which cover.", "待遇编号。")
    decided_on: date | None = f("Day of the decision.", "决定日期。")
    from_month: Month | None = f("From which month.", "起始月份。")
    last_month: Month | None = f("Last month, where it ended.", "末月。")
    decision_position: int | None = f(
        "The decision in the log; inclusionProof proves it.", "决定在台账中的位置，可据此取得包含证明。"
    )


@strawberry.type(description="An organisation that has not handed in its month. 未上报月度变动的机构。")
class NotClosed:
    organisation_id: str = f("The organisation.", "机构编号。")
    name: str = f("Its name.", "名称。")
    month: Month = f("The month.", "月份。")
    reopened: bool = f("Whether it was sent back.", "是否被退回。")


CHANGES = f"""SELECT c.position, c.household_id, e.entitlement_id, e.organisation_id, c.person_id, c.kind, c.occurred_on,
        (%(today)s::date - (c.recorded_at AT TIME ZONE 'Asia/Shanghai')::date) AS waiting_days
    FROM entitlements e JOIN declared_changes c ON c.household_id = e.household_id AND c.position > e.position
    WHERE e.status <> 'ended' AND {in_scope("e.organisation_id")} AND c.position > %(after)s
      AND (%(organisation)s::text IS NULL OR e.organisation_id IN (SELECT o.organisation_id FROM organisations o
           WHERE o.organisation_id = %(organisation)s OR o.path @> ARRAY[%(organisation)s::text]))
    ORDER BY c.position, e.entitlement_id LIMIT %(first)s"""

REFUSALS = f"""SELECT * FROM (
        SELECT j.person_id, (array_agg(j.household_id ORDER BY j.position DESC))[1] AS household_id,
            (array_agg(j.organisation_id ORDER BY j.position DESC))[1] AS organisation_id, count(*)::int AS offered,
            (count(*) FILTER (WHERE j.outcome = 'refused'))::int AS refused,
            coalesce((array_agg(j.in_a_row ORDER BY j.outcome_position DESC) FILTER (WHERE j.outcome IS NOT NULL))[1], 0) AS in_a_row,
            max(j.outcome_on) FILTER (WHERE j.outcome = 'refused') AS last_refused_on,
            coalesce((SELECT s.withheld_permille FROM own_shares s WHERE s.person_id = j.person_id
                      ORDER BY s.position DESC LIMIT 1), 0) AS withheld_permille
        FROM job_offers j WHERE {in_scope("j.organisation_id")} GROUP BY j.person_id) x
    WHERE x.in_a_row >= %(least)s AND x.refused > 0 AND x.person_id > %(after)s ORDER BY x.person_id LIMIT %(first)s"""

TURNS = f"""WITH due AS (
        SELECT e.entitlement_id, e.household_id, e.organisation_id, e.category, e.counted, e.last_month, e.status
        FROM entitlements e WHERE e.status <> 'ended' AND {in_scope("e.organisation_id")}
          AND (e.last_month IS NULL OR e.last_month >= %(month)s)),
    people_due AS (SELECT d.*, p.person_id, p.birth_date, p.attributes->>'schooling' AS schooling
        FROM due d CROSS JOIN LATERAL unnest(d.counted) c(person_id) JOIN people p ON p.person_id = c.person_id
        WHERE p.died_on IS NULL)
    SELECT 'turns_' || a.age AS kind, d.person_id, d.entitlement_id, d.household_id, d.organisation_id, d.category,
        (d.birth_date + make_interval(years => a.age))::date AS "on"
    FROM people_due d JOIN (VALUES (16), (18), (60)) a(age)
        ON to_char(d.birth_date + make_interval(years => a.age), 'YYYY-MM') = %(month)s
    UNION ALL
    SELECT 'graduates', d.person_id, d.entitlement_id, d.household_id, d.organisation_id, d.category, %(last_day)s::date
    FROM people_due d JOIN (VALUES ('compulsory', 15), ('high_school', 18), ('vocational', 18), ('college', 22)) g(schooling, age)
        ON g.schooling = d.schooling AND d.birth_date + make_interval(years => g.age) <= (left(%(month)s, 4) || '-08-31')::date
    WHERE right(%(month)s, 2) = '07'
    UNION ALL
    SELECT CASE d.status WHEN 'tapering' THEN 'taper_ends' ELSE 'expires' END, NULL, d.entitlement_id, d.household_id, d.organisation_id,
        d.category, %(last_day)s::date
    FROM due d WHERE d.last_month = %(month)s"""

BACK_PAY = f"""SELECT coalesce(n.change, 'not_paid_before') AS cause, p.organisation_id, p.programme, count(*)::int AS lines,
        count(DISTINCT p.household_id)::int AS households, sum(p.amount_fen)::bigint AS amount_fen
    FROM payments p LEFT JOIN LATERAL (SELECT n.change FROM entitlement_notices n
        WHERE n.entitlement_id = p.entitlement_id AND n.position < p.instructed_position AND n.effective_month <= p.month
           OR n.entitlement_id = p.entitlement_id AND n.position < p.instructed_position AND n.change = 'resumption'
        ORDER BY n.position DESC LIMIT 1) n ON true
    JOIN payment_runs r USING (run_id)
    WHERE p.cause = 'back_pay' AND p.status IN ('instructed', 'settled') AND {in_scope("p.organisation_id")}
      AND r.month BETWEEN %(since)s AND %(until)s
    GROUP BY 1, 2, 3 ORDER BY 1, 2, 3"""

COVERS = f"""SELECT e.state::text AS state, e.decided_on, (SELECT min(h.position) FROM household_chain h WHERE h.household_id = e.household_id
        AND h.entitlement_id = e.entitlement_id AND h.kind IN ('CategoryConfirmed', 'PriorCoverRecorded', 'CategoryListed')) AS position
    FROM entitlements e
    WHERE e.household_id IN (SELECT m.household_id FROM household_members m WHERE m.person_id = %(person)s)
      AND {in_scope("e.organisation_id")} ORDER BY e.entitlement_id"""

NOT_CLOSED = f"""SELECT o.organisation_id, o.name, %(month)s AS month, coalesce(NOT c.handed_in, false) AS reopened FROM organisations o
    LEFT JOIN cut_offs c ON c.organisation_id = o.organisation_id AND c.month = %(month)s
    WHERE o.level IN ('regiment', 'street') AND o.closed_on IS NULL AND {in_scope("o.organisation_id")}
      AND NOT coalesce(c.handed_in, false) ORDER BY o.organisation_id"""


def _suspended(row: dict[str, Any]) -> Suspended:
    """With what would be due for the months held, by the decisions in force."""
    state = Entitlement.from_json(row["state"])
    months = months_between(row["suspended_from"], month_of(today()))
    held = sum(
        amount.amount_fen
        for each in months
        if state.file.last_month is None or each <= state.file.last_month
        for amount in state.amounts_in(each)
    )
    names = ("entitlement_id", "household_id", "organisation_id", "category")
    return Suspended(
        **{name: row[name] for name in names}, from_month=row["suspended_from"], reason=row["suspended_reason"],
        article=row["suspended_article"], months=len(months), held=yuan(held),
    )  # fmt: skip


def _back_pay(row: dict[str, Any]) -> BackPay:
    amount = yuan(row["amount_fen"])
    return BackPay(**{name: value for name, value in row.items() if name != "amount_fen"}, amount=amount)


@strawberry.type
class LifeQueries:
    """What is asked about cover while it lasts."""

    @strawberry.field(
        description="Declared changes no decision followed on yet, oldest first. 已申报未核查的变化。"
    )
    async def unreviewed_changes(
        self, info: Info, organisation_id: ORGANISATION = None, first: FIRST = 50, after: AFTER = None
    ) -> Connection[UnreviewedChange]:
        info.context.require(*READERS)
        first = page_size(first)
        rows = await info.context.rows(CHANGES, scope=info.context.scope, organisation=organisation_id, today=today(),
                                       first=first + 1, after=decode_position(after) or 0)  # fmt: skip
        return connect(rows, first, after, "position", lambda row: UnreviewedChange(**row))

    @strawberry.field(description="Who refused work how often. 拒绝就业次数。")
    async def job_refusals(
        self,
        info: Info,
        at_least: Annotated[int, about("So many in a row, or more.", "连续次数不少于。")] = 0,
        first: FIRST = 50,
        after: AFTER = None,
    ) -> Connection[JobRefusals]:
        info.context.require(*READERS, Role.DEPARTMENT)
        first = page_size(first)
        rows = await info.context.rows(REFUSALS, scope=info.context.scope, least=at_least, first=first + 1,
                                       after=decode_cursor(after) or "")  # fmt: skip
        return connect(rows, first, after, "person_id", lambda row: JobRefusals(**row))

    @strawberry.field(
        description="Who turns 16, 18 or 60, may graduate, expires or ends tapering in a month. 下月到龄、毕业、到期、渐退期满。"
    )
    async def turns_next_month(
        self,
        info: Info,
        month: Annotated[
            Month | None, about("The month; the next one when not given.", "月份，默认下月。")
        ] = None,
    ) -> list[Turn]:
        info.context.require(*READERS)
        wanted = KernelMonth(month) if month else add_months(month_of(today()), 1)
        following = add_months(wanted, 1)
        last = date.fromordinal(date(int(following[:4]), int(following[5:]), 1).toordinal() - 1)
        rows = await info.context.rows(TURNS, scope=info.context.scope, month=wanted, last_day=last)
        return [
            Turn(**row)
            for row in sorted(
                rows, key=lambda r: (r["kind"], r["on"], r["entitlement_id"], r["person_id"] or "")
            )
        ]

    @strawberry.field(
        description="Suspended cover: why, since when, and how much is held. 暂停发放及暂存金额。"
    )
    async def suspended_entitlements(
        self, info: Info, first: FIRST = 50, after: AFTER = None
    ) -> Connection[Suspended]:
        info.context.require(*READERS)
        first = page_size(first)
        rows = await info.context.rows(
            "SELECT entitlement_id, household_id, organisation_id, category, suspended_from, suspended_reason, suspended_article,"
            f" state::text AS state FROM entitlements WHERE status = 'suspended' AND {in_scope('organisation_id')}"
            " AND entitlement_id > %(after)s ORDER BY entitlement_id LIMIT %(first)s",
            scope=info.context.scope, first=first + 1, after=decode_cursor(after) or "",
        )  # fmt: skip
        return connect(rows, first, after, "entitlement_id", _suspended)

    @strawberry.field(description="Back-pay of runs, by the decision that explains it. 补发按原因汇总。")
    async def back_pay_by_cause(
        self,
        info: Info,
        since: Annotated[Month, about("From the runs of this month.", "批次月份起。")],
        until: Annotated[Month, about("To the runs of this month.", "批次月份止。")],
    ) -> list[BackPay]:
        info.context.require(*READERS)
        rows = await info.context.rows(BACK_PAY, scope=info.context.scope, since=since, until=until)
        return [_back_pay(row) for row in rows]

    @strawberry.field(
        description="Whether somebody was covered on a day, with the decision to prove it by. 某人某日是否在保证明。"
    )
    async def cover_certificate(
        self,
        info: Info,
        id_number: Annotated[str, about("Resident ID number.", "身份证号。")],
        day: Annotated[date, about("The day.", "日期。")],
    ) -> CoverCertificate:
        info.context.require(*READERS)
        check_id_number(id_number)
        vault = info.context.services.ledger.vault
        subject = await anyio.to_thread.run_sync(vault.lookup, ID_NUMBER, id_number)
        person = (subject or "").partition(":")[2]
        rows = await info.context.rows(COVERS, scope=info.context.scope, person=person)
        month = month_of(day)
        for row in rows:
            state = Entitlement.from_json(row["state"])
            last = state.file.last_month
            if (
                person in state.counted_in(month)
                and state.first_month <= month
                and (last is None or month <= last)
            ):
                return CoverCertificate(
                    covered=True, day=day, category=state.category, suspended=state.suspended_in(month), entitlement_id=state.id,
                    decided_on=row["decided_on"], from_month=Month(state.first_month),
                    last_month=Month(last) if last else None, decision_position=row["position"],
                )  # fmt: skip
        return CoverCertificate(covered=False, day=day, category=None, suspended=False, entitlement_id=None, decided_on=None,
                                from_month=None, last_month=None, decision_position=None)  # fmt: skip

    @strawberry.field(description="Organisations that have not handed in a month. 未上报月度变动的机构。")
    async def organisations_not_closed(self, info: Info, month: MONTH = None) -> list[NotClosed]:
        info.context.require(*READERS)
        rows = await info.context.rows(NOT_CLOSED, scope=info.context.scope, month=month or month_of(today()))
        return [NotClosed(**row) for row in rows]
