"""Emergencies with what is still to be put on paper, and until when."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Annotated, Any

import strawberry

from graphql_api.context import Context, Info, Row, in_scope, within
from graphql_api.errors import out_of_scope
from graphql_api.queries.definitions import today
from graphql_api.scalars import Yuan, yuan
from graphql_api.types.common import AFTER, FIRST, Connection, about, connect, decode_cursor, f, page_size
from graphql_api.types.households import PURPOSE, Household, Person, household_of, person_of
from ledger.emergency.events import Paper
from ledger.emergency.paperwork import NAMES
from ledger.identification.calendar import is_working_day

SEEN = f"({in_scope('e.organisation_id')} OR {in_scope('h.organisation_id')})"
"""Seen where it happened, and where the household is registered."""
FROM = "FROM emergencies e JOIN households h USING (household_id)"


@strawberry.type(name="EmergencyPaper", description="Something to be on file. 一项材料或手续。")
class PaperType:
    code: str = f("Its code.", "代码。")
    name_zh: str = f("Its name in 中文.", "名称（中文）。")
    name_en: str = f("Its name in English.", "名称（英文）。")
    reference: str | None = f("Where it is on file.", "编号或存放处。")
    filed_on: date | None = f("Since when.", "归档日期。")


@strawberry.type(name="EmergencySupply", description="Things given. 实物。")
class SupplyType:
    item: str = f("What it is.", "名称。")
    quantity: int = f("How many.", "数量。")
    measure_unit: str = f("Unit of measure.", "计量单位。")
    value: Yuan = f("Their worth.", "价值。")


@strawberry.type(name="EmergencyAid", description="Aid that was given. 一次救助。")
class AidType:
    given_on: date = f("Day.", "日期。")
    stage: int = f("Which time.", "期次。")
    form: str = f("cash, supplies, handover.", "方式。")
    amount: Yuan = f("Amount, supplies by their worth.", "金额（实物按价值）。")
    recipient: str = f("Person id of who took it.", "领取人编号。")
    supplies: list[SupplyType] = f("Things given.", "实物。")
    handed_to: str | None = f("Whom they were handed on to.", "转介对象。")
    imprest_id: str | None = f("The imprest it came from.", "备用金编号。")
    fund_id: str | None = f("The fund it is bound on.", "资金编号。")
    receipt: str | None = f("Receipt.", "收据编号。")
    operator_id: str = f("Who gave it.", "经办人。")


@strawberry.type(name="EmergencyApproval", description="An approval. 审批。")
class ApprovalType:
    decided_on: date = f("Day.", "日期。")
    approved: Yuan = f("Total.", "批准总额。")
    stages: int = f("In how many stages.", "分期数。")
    approved_by: str = f("town, county, meeting.", "审批主体。")
    meeting_id: str | None = f("The meeting.", "会议编号。")
    operator_id: str = f("Who recorded it.", "经办人。")


@strawberry.type(name="EmergencyMeeting", description="A meeting on this one matter. 一事一议会议。")
class MeetingType:
    meeting_id: str = f("Its id.", "会议编号。")
    held_on: date = f("Day.", "日期。")
    present: list[str] = f("Posts of who took part.", "到会人员（职务）。")
    quorum: int = f("How many were needed.", "法定人数。")
    in_favour: int = f("In favour.", "赞成。")
    against: int = f("Against.", "反对。")
    carried: bool = f("Whether it carried.", "是否通过。")
    decided: Yuan = f("What was voted on.", "表决金额。")
    minutes: str = f("Number of the minutes.", "会议纪要文号。")


@strawberry.type(name="FoundIdentity", description="Who somebody unknown was found to be. 身份认定结果。")
class IdentityType:
    person_id: str = f("Under which they were met.", "原人员编号。")
    known_as: str | None = f("Who they are; none while unknown.", "查明的人员编号，未查明为空。")
    identified_on: date | None = f("Since when that is known.", "身份认定日期。")


@strawberry.type(name="Emergency", description="An emergency, from its report to its closing. 急难。")
class EmergencyType:
    emergency_id: str = f("Its id.", "急难编号。")
    household_id: str = f("The household.", "家庭编号。")
    organisation_id: str = f("Where it happened.", "急难发生地机构。")
    person_ids: list[str] = f("Whom it hit.", "受困人员编号。")
    kind: str = f("What happened.", "急难情形。")
    status: str = f("reported, graded, approved, aided, paperwork_due, regularised, closed.", "状态。")
    aid_type: str | None = f("urgent, spending.", "急难型或支出型。")
    grade: str | None = f("light, heavy.", "急难程度。")
    tier: int | None = f("Tier of difficulty.", "困难档次。")
    happened_on: date = f("When it happened.", "发生日期。")
    reported_on: date = f("When it was told of.", "报告日期。")
    reporter_kind: str = f("Who told of it.", "报告人类型。")
    case_id: str | None = f("The application, of the spending type.", "申请编号（支出型）。")
    standard: Yuan | None = f("The most by the standard.", "救助标准。")
    small_limit: Yuan | None = f("What may be given first without approval.", "小金额先行救助上限。")
    town_limit: Yuan | None = f("What the town may approve.", "团场（镇）街道审批额度。")
    approved: Yuan = f("Approved in all.", "批准总额。")
    given: Yuan = f("Given in all.", "已给予总额。")
    aided_on: date | None = f("Day of the first aid.", "首次救助日期。")
    eased_on: date | None = f("Day the worst was over.", "急难缓解日期。")
    due_on: date | None = f("Last day to put on paper what is left.", "补齐手续期限。")
    days_left: int | None = f("Days until then; negative when overdue.", "剩余天数，逾期为负。")
    working_days_left: int | None = f(
        "Working days until then; negative when overdue.", "剩余工作日，逾期为负。"
    )
    overdue: bool = f("Whether something is missing after the last day.", "是否逾期未补。")
    missing: list[PaperType] = f("Exactly what is missing.", "尚缺的材料和手续。")
    on_file: list[PaperType] = f("What is on file.", "已归档的材料和手续。")
    regularised_on: date | None = f("Day everything was complete.", "补齐日期。")
    late_reason: str | None = f("Why it was late.", "逾期原因。")
    closed_on: date | None = f("Day it was closed.", "办结日期。")
    outcome: str | None = f("aided, withdrawn, not_so.", "办结情况。")
    aid: list[AidType] = f("What was given.", "救助记录。")
    approvals: list[ApprovalType] = f("Approvals.", "审批记录。")
    meetings: list[MeetingType] = f("Meetings on it.", "一事一议会议。")
    row: strawberry.Private[Row]

    @strawberry.field(description="The household, for who may see it. 家庭（有权查看时）。")
    async def household(self, info: Info) -> Household | None:
        found = await info.context.households.load(self.household_id)
        return household_of(found) if found else None

    @strawberry.field(description="Whom it hit, for who may see them. 受困人员（有权查看时）。")
    async def people(self, info: Info) -> list[Person]:
        found = await info.context.people.load_many(self.person_ids)
        return [person_of(one) for one in found if one]

    @strawberry.field(
        description="Those whose identity was unknown, and who they were found to be. 身份不明人员及认定结果。"
    )
    async def unknown(self, info: Info) -> list[IdentityType]:
        found = await info.context.batch("identities", load_identities).load_many(self.row["unknown_ids"])
        return [IdentityType(**one) for one in found]

    @strawberry.field(description="What happened, in words. 急难情况。")
    async def what_happened(self, info: Info, purpose: PURPOSE = None) -> str | None:
        return await info.context.private(self.row["state"]["account"], "account", purpose)

    @strawberry.field(description="Where it happened. 发生地点。")
    async def happened_at(self, info: Info, purpose: PURPOSE = None) -> str | None:
        return await info.context.private(self.row["state"].get("place"), "place", purpose)

    @strawberry.field(description="Name of who told of it. 报告人姓名。")
    async def reporter(self, info: Info, purpose: PURPOSE = None) -> str | None:
        return await info.context.private(self.row["state"].get("reporter"), "reporter", purpose)


async def load_identities(context: Context, people: list[str]) -> list[Row]:
    """As whom people were identified, that holds: one statement."""
    rows = await context.rows(
        "SELECT from_id, to_id, occurred_on FROM lineage WHERE from_id = ANY(%(keys)s) AND kind = 'identified'"
        " AND withdrawn_position IS NULL",
        keys=people,
    )
    found = {row["from_id"]: row for row in rows}
    return [
        {
            "person_id": one, "known_as": found[one]["to_id"] if one in found else None,
            "identified_on": found[one]["occurred_on"] if one in found else None,
        }
        for one in people
    ]  # fmt: skip


def paper_of(code: str, reference: str | None = None, filed_on: date | None = None) -> PaperType:
    """Something to be on file, with its names."""
    zh, en = NAMES[Paper(code)]
    return PaperType(code=code, name_zh=zh, name_en=en, reference=reference, filed_on=filed_on)


def working_days(start: date, end: date) -> int:
    """Working days after `start` up to `end`; negative when `end` lies before it."""
    first, last, sign = (start, end, 1) if end >= start else (end, start, -1)
    days = (first + timedelta(days=n) for n in range(1, (last - first).days + 1))
    return sign * sum(map(is_working_day, days))


def day_of(text: str | None) -> date | None:
    """A day as a state stores it."""
    return date.fromisoformat(text) if text else None


def emergency_of(row: Row) -> EmergencyType:
    """An emergency from its row."""
    state, now, due, waiting = row["state"], today(), row["due_on"], row["status"] == "paperwork_due"
    names = (
        "emergency_id", "household_id", "organisation_id", "person_ids", "kind", "status", "aid_type", "grade", "happened_on",
        "reported_on", "aided_on", "due_on", "regularised_on", "closed_on",
    )  # fmt: skip
    graded = state.get("graded_on") is not None
    return EmergencyType(
        **{name: row[name] for name in names}, tier=state.get("tier"), reporter_kind=state["reporter_kind"], row=row,
        case_id=state.get("case_id"), standard=yuan(state.get("standard_fen")) if graded else None,
        small_limit=yuan(state.get("small_limit_fen")), town_limit=yuan(state.get("town_limit_fen")) if graded else None,
        approved=yuan(row["approved_fen"]), given=yuan(row["given_fen"]), eased_on=day_of(state.get("eased_on")),
        days_left=(due - now).days if waiting else None, working_days_left=working_days(now, due) if waiting else None,
        overdue=waiting and due < now, missing=[paper_of(code) for code in row["missing"]],
        on_file=[paper_of(p["paper"], p["reference"], day_of(p["day"])) for p in state.get("filed", [])],
        late_reason=state.get("late_reason"), outcome=state.get("outcome"), aid=[aid_of(one) for one in state.get("given", [])],
        approvals=[
            ApprovalType(decided_on=date.fromisoformat(a["day"]), approved=yuan(a["approved_fen"]), stages=a["stages"],
                         approved_by=a["approved_by"], meeting_id=a["meeting_id"], operator_id=a["operator_id"])
            for a in state.get("approvals", [])
        ],
        meetings=[
            MeetingType(meeting_id=m["meeting_id"], held_on=date.fromisoformat(m["day"]), present=m["present"], quorum=m["quorum"],
                        in_favour=m["in_favour"], against=m["against"], carried=m["carried"], decided=yuan(m["decided_fen"]),
                        minutes=m["document"])
            for m in state.get("meetings", [])
        ],
    )  # fmt: skip


def aid_of(one: dict[str, Any]) -> AidType:
    """Aid from what the state stores of it."""
    supplies = [
        SupplyType(
            item=s["item"], quantity=s["quantity"], measure_unit=s["measure_unit"], value=yuan(s["value_fen"])
        )
        for s in one["supplies"]
    ]
    return AidType(
        given_on=date.fromisoformat(one["day"]), stage=one["stage"], form=one["form"], amount=yuan(one["amount_fen"]),
        recipient=one["recipient"], supplies=supplies, handed_to=one["handed_to"], imprest_id=one["imprest_id"],
        fund_id=one["fund_id"], receipt=one["receipt"], operator_id=one["operator_id"],
    )  # fmt: skip


@strawberry.input(description="Which emergencies. 急难筛选。")
class EmergencyFilter:
    organisation_id: str | None = f(
        "At an organisation or below it.", "急难发生地机构（含下级）。", default=None
    )
    household_id: str | None = f("Of a household.", "家庭编号。", default=None)
    person_id: str | None = f("Of a person.", "人员编号。", default=None)
    status: str | None = f("Of this status.", "状态。", default=None)
    kind: str | None = f("Of this kind.", "急难情形。", default=None)
    aid_type: str | None = f("Of this type.", "急难型或支出型。", default=None)
    grade: str | None = f("Of this grade.", "急难程度。", default=None)
    overdue: bool | None = f("Whether paperwork is overdue.", "手续是否逾期。", default=None)
    unknown: bool | None = f(
        "Whether somebody's identity is unknown still.", "是否仍有身份不明人员。", default=None
    )


CONDITIONS = {
    "organisation_id": within("e.organisation_id", "organisation_id"), "household_id": "e.household_id = %(household_id)s",
    "person_id": "e.person_ids @> ARRAY[%(person_id)s::text]", "status": "e.status = %(status)s", "kind": "e.kind = %(kind)s",
    "aid_type": "e.aid_type = %(aid_type)s", "grade": "e.grade = %(grade)s",
    "overdue": "(e.status = 'paperwork_due' AND e.due_on < %(today)s) = %(overdue)s",
    "unknown": "EXISTS (SELECT 1 FROM unnest(e.unknown_ids) u(id) WHERE NOT EXISTS (SELECT 1 FROM lineage l"
    " WHERE l.from_id = u.id AND l.kind = 'identified' AND l.withdrawn_position IS NULL)) = %(unknown)s",
}  # fmt: skip


@strawberry.type
class EmergencyQueries:
    """What may be asked about emergencies."""

    @strawberry.field(
        description="One emergency, seen where it happened and where the household is registered. 急难。"
    )
    async def emergency(
        self, info: Info, id: Annotated[str, about("Its id.", "急难编号。")]
    ) -> EmergencyType | None:
        row = await info.context.row(
            f"SELECT e.* {FROM} WHERE e.emergency_id = %(id)s AND {SEEN}", id=id, scope=info.context.scope
        )
        if row is None and await info.context.row(
            "SELECT 1 AS x FROM emergencies WHERE emergency_id = %(id)s", id=id
        ):
            raise out_of_scope()
        return emergency_of(row) if row else None

    @strawberry.field(description="Emergencies in scope, the oldest first. 急难列表。")
    async def emergencies(
        self, info: Info, first: FIRST = 50, after: AFTER = None,
        filter: Annotated[EmergencyFilter | None, about("Which of them.", "筛选。")] = None,
    ) -> Connection[EmergencyType]:  # fmt: skip
        first = page_size(first)
        given = {name: value for name, value in vars(filter).items() if value is not None} if filter else {}
        wheres = [SEEN, *(CONDITIONS[name] for name in given)]
        parameters: dict[str, Any] = given | {
            "scope": info.context.scope,
            "first": first + 1,
            "today": today(),
        }
        key = decode_cursor(after)
        if key is not None:
            wheres.append("e.emergency_id > %(key)s")
            parameters["key"] = key
        rows = await info.context.rows(
            f"SELECT e.* {FROM} WHERE {' AND '.join(wheres)} ORDER BY e.emergency_id LIMIT %(first)s",
            **parameters,
        )
        return connect(rows, first, after, "emergency_id", emergency_of)

    @strawberry.field(
        description="What is still to be put on paper after emergencies, by its last day. 急难救助手续倒计时。"
    )
    async def emergency_paperwork(
        self, info: Info, first: FIRST = 50, after: AFTER = None,
        organisation_id: Annotated[str | None, about("At an organisation or below it.", "机构（含下级）。")] = None,
    ) -> Connection[EmergencyType]:  # fmt: skip
        first = page_size(first)
        wheres = ["e.status = 'paperwork_due'", in_scope("e.organisation_id")]
        parameters: dict[str, Any] = {"scope": info.context.scope, "first": first + 1}
        if organisation_id is not None:
            wheres.append(within("e.organisation_id", "organisation_id"))
            parameters["organisation_id"] = organisation_id
        key = decode_cursor(after)
        if key is not None:
            wheres.append("e.due_on::text || '/' || e.emergency_id > %(key)s")
            parameters["key"] = key
        rows = await info.context.rows(
            f"SELECT e.*, e.due_on::text || '/' || e.emergency_id AS due_key FROM emergencies e WHERE {' AND '.join(wheres)}"
            " ORDER BY e.due_on, e.emergency_id LIMIT %(first)s",
            **parameters,
        )
        return connect(rows, first, after, "due_key", emergency_of)
