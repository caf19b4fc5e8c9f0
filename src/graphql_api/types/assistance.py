"""Assistances, and the people they are for: shown to whoever has a part in the programme, and nothing else of them."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import strawberry
from strawberry.scalars import JSON

from graphql_api.context import Context, Info, Row
from graphql_api.queries.programmes import programme_book
from graphql_api.scalars import Month, Yuan, yuan
from graphql_api.types.common import f
from graphql_api.types.households import PURPOSE, Household, Organisation, household_of, organisation_of


@strawberry.type(
    description="A person an aid is or might be for; names are masked unless a purpose is stated. 救助对象。"
)
class AidedPerson:
    person_id: str = f("The person.", "人员编号。")
    birth_date: date = f("Date of birth.", "出生日期。")
    sex: str = f("Sex.", "性别。")
    row: strawberry.Private[Row]

    @strawberry.field(description="Name. 姓名。")
    async def name(self, info: Info, purpose: PURPOSE = None) -> str | None:
        return await info.context.private(self.row["name"], "name", purpose)

    @strawberry.field(description="Resident ID number. 身份证号。")
    async def id_number(self, info: Info, purpose: PURPOSE = None) -> str | None:
        return await info.context.private(self.row["id_number"], "id_number", purpose)


def aided_of(row: Row) -> AidedPerson:
    """A person from their row."""
    return AidedPerson(person_id=row["person_id"], birth_date=row["birth_date"], sex=row["sex"], row=row)


async def _people(context: Context, keys: list[str]) -> list[Row | None]:
    """People by id, whoever asks: only what is shown already names them."""
    rows = await context.rows("SELECT * FROM people WHERE person_id = ANY(%(keys)s)", keys=keys)
    found = {row["person_id"]: row for row in rows}
    return [found.get(key) for key in keys]


@strawberry.type(name="Assistance", description="One assistance, from asking to its end. 救助事项。")
class AssistanceType:
    assistance_id: str = f("Its id.", "救助事项编号。")
    household_id: str | None = f("The household; none of somebody unlisted.", "家庭编号，未登记人员为空。")
    organisation_id: str = f("The regiment or street in charge.", "责任团场、街道。")
    person_ids: list[str] = f("For whom.", "救助对象编号。")
    programme: str = f("The programme.", "救助项目。")
    department_id: str = f("The organisation that handles it.", "办理机构。")
    status: str = f(
        "applied, referred, accepted, granted, refused, delivering, delivered, reported, ended.", "状态。"
    )
    form: str | None = f("The form.", "救助形式。")
    amount: Yuan | None = f(
        "What was granted or given; a month where it is monthly.", "金额，按月发放的为月金额。"
    )
    delivered: Yuan = f("What was handed over as far as known.", "已到位金额。")
    stages: int = f("In how many stages.", "分几期。")
    from_month: Month | None = f("First month.", "起始月份。")
    last_month: Month | None = f("Last month.", "末月。")
    year: int | None = f("The year it counts for.", "年度。")
    need: str | None = f("The one need it is for.", "所对应的需求。")
    disaster_id: str | None = f("The disaster it is for.", "灾害事件编号。")
    facts: JSON = f("The programme's own facts; amounts in fen.", "项目自有字段内容，金额以分计。")
    record_number: str | None = f("The department's own record number.", "部门记录号。")
    applied_on: date | None = f("Day of the application or referral.", "申请或转办日期。")
    referred_on: date | None = f("Day of the last referral.", "最近转办日期。")
    accepted_on: date | None = f("Day of acceptance.", "受理日期。")
    decided_on: date | None = f("Day of the decision.", "决定日期。")
    given_on: date | None = f("Day it was last given.", "最近给予日期。")
    reported_on: date | None = f("Day of the department's report.", "反馈日期。")
    ended_on: date | None = f("Day it ended.", "终止日期。")
    due_on: date | None = f("Last day of the step that is awaited.", "待办步骤的期限。")
    outcome: str | None = f("What the department reported.", "反馈结果。")
    reason: str | None = f("Why it was referred, refused or ended.", "理由。")
    overlaps: list[str] = f("What it stands beside for a stated reason.", "因故并存的救助。")
    recorded_at: datetime = f("When its last step was recorded.", "最近登记时间。")

    @strawberry.field(description="The programme's name in 中文. 救助项目名称。")
    async def programme_zh(self, info: Info) -> str:
        book = await programme_book(info.context)
        day = self.decided_on or self.given_on or self.applied_on or self.recorded_at.date()
        found = book.find(self.programme, day)
        return found.named.zh if found else self.programme

    @strawberry.field(description="The department that handles it. 办理机构。")
    async def department(self, info: Info) -> Organisation | None:
        row = await info.context.organisations.load(self.department_id)
        return organisation_of(row) if row else None

    @strawberry.field(description="The people it is for. 救助对象。")
    async def people(self, info: Info) -> list[AidedPerson]:
        rows = await info.context.batch("aided", _people).load_many(self.person_ids)
        return [aided_of(row) for row in rows if row]

    @strawberry.field(description="The household, where it is in scope. 家庭（在查看范围内时）。")
    async def household(self, info: Info) -> Household | None:
        row = await info.context.households.load(self.household_id) if self.household_id else None
        return household_of(row) if row else None


NAMES = (
    "assistance_id", "household_id", "organisation_id", "person_ids", "programme", "department_id", "status", "form", "stages",
    "from_month", "last_month", "year", "need", "disaster_id", "facts", "record_number", "applied_on", "referred_on", "accepted_on",
    "decided_on", "given_on", "reported_on", "ended_on", "due_on", "outcome", "reason", "recorded_at",
)  # fmt: skip


def assistance_of(row: Row) -> AssistanceType:
    """An assistance from its row."""
    plain: dict[str, Any] = {name: row[name] for name in NAMES}
    return AssistanceType(
        **plain,
        amount=yuan(row["amount_fen"]),
        delivered=yuan(row["delivered_fen"]),
        overlaps=row["overlapping"],
    )
