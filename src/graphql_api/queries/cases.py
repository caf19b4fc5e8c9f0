"""What is asked about cases: one, many, why one was refused, what is posted, kin of staff, co-verifications."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any

import strawberry

from graphql_api.context import Info, Row, in_scope, within
from graphql_api.errors import bad_input, out_of_scope
from graphql_api.scalars import Yuan, yuan
from graphql_api.types.cases import (
    CaseType,
    CoVerification,
    case_of,
    category_definition_of,
    co_verification_of,
)
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
from graphql_api.types.decisions import WhyRefused, why_of
from graphql_api.types.households import PURPOSE

UNIT = Annotated[str | None, about("In an organisation or below it.", "所属机构（含下级）。")]
STOPPING = ["CategoryRefused", "CategoryEnded", "EntitlementSuspended", "CaseAborted"]


@strawberry.input(description="Which cases. 申请筛选。")
class CaseFilter:
    organisation_id: str | None = f("In an organisation or below it.", "受理机构（含下级）。", default=None)
    category: str | None = f("Of a category.", "类别。", default=None)
    status: str | None = f("submitted, confirmed, refused, aborted.", "状态。", default=None)
    stage: str | None = f("Where it stands.", "所处环节。", default=None)
    household_id: str | None = f("Of a household.", "家庭。", default=None)
    overdue_on: date | None = f(
        "Undecided past its last day on this day.", "至该日逾期未办结。", default=None
    )


CONDITIONS = {
    "organisation_id": within("organisation_id", "organisation_id"),
    "category": "category = %(category)s",
    "status": "status = %(status)s",
    "stage": "stage = %(stage)s",
    "household_id": "household_id = %(household_id)s",
    "overdue_on": "status = 'submitted' AND due_on < %(overdue_on)s",
}


@strawberry.type(description="An opinion as it is posted: masked, and nothing more. 公示内容（隐去姓名）。")
class Posted:
    case_id: str = f("The case.", "申请编号。")
    organisation_id: str = f("The town or street.", "团场、街道。")
    category: str = f("The category.", "类别代码。")
    name: str = f("The applicant's surname and **.", "申请人姓氏加**。")
    members: int = f("How many members.", "家庭成员数。")
    amount: Yuan | None = f("The amount proposed a month.", "建议月保障金额。")
    place: str | None = f("Where it is posted.", "公示地点。")
    until: date | None = f("Last day.", "公示截止日期。")

    @strawberry.field(description="The category's name in 中文. 类别名称。")
    async def category_name(self, info: Info) -> str:
        definition = await category_definition_of(info, self.category, self.until or date.max)
        return definition.named.zh if definition else self.category


def posted_of(row: Row) -> Posted:
    """What was frozen when it was posted."""
    shown: dict[str, Any] = row["state"].get("shown") or {}
    return Posted(
        case_id=row["case_id"], organisation_id=row["organisation_id"], category=row["category"], name=shown.get("name", "***"),
        members=shown.get("members", len(row["covered"])), amount=yuan(shown.get("amount_fen")), place=row["state"].get("place"),
        until=row["publicity_until"],
    )  # fmt: skip


@strawberry.type(description="A filing of kin of staff. 近亲属备案。")
class NearRelativeFiling:
    case_id: str = f("The case.", "申请编号。")
    household_id: str = f("The household.", "家庭编号。")
    organisation_id: str = f("The town or street.", "团场、街道。")
    category: str = f("What is applied for.", "类别。")
    person_id: str = f("The member.", "成员编号。")
    kinship: str = f("How they are related.", "亲属关系。")
    post: str = f("The official's post.", "有关工作人员职务。")
    official_operator_id: str | None = f("The official's operator id.", "有关工作人员账号。")
    filed_on: date | None = f("When it was filed.", "备案日期。")
    filed_by: str = f("Who filed it.", "备案经办人。")
    status: str = f("How the case stands.", "申请状态。")
    county_visited_on: date | None = f("When the county visited.", "县级入户日期。")
    row: strawberry.Private[Row]

    @strawberry.field(description="The official's name. 有关工作人员姓名。")
    async def official(self, info: Info, purpose: PURPOSE = None) -> str | None:
        return await info.context.private(self.row["official"], "official", purpose)


def filing_of(row: Row) -> NearRelativeFiling:
    """A filing from its row."""
    names = ("case_id", "household_id", "organisation_id", "category", "person_id", "kinship", "post", "official_operator_id",
             "filed_on", "filed_by", "status", "county_visited_on")  # fmt: skip
    return NearRelativeFiling(row=row, **{n: row[n] for n in names})


@strawberry.type
class CaseQueries:
    """Cases and what hangs on them."""

    @strawberry.field(description="One case with all its steps, papers, time limits and blockers. 一件申请。")
    async def case(self, info: Info, id: Annotated[str, about("Its id.", "申请编号。")]) -> CaseType | None:
        row = await info.context.row(
            f"SELECT * FROM cases WHERE case_id = %(id)s AND {in_scope('organisation_id')}",
            id=id,
            scope=info.context.scope,
        )
        if row is None and await info.context.row("SELECT 1 AS x FROM cases WHERE case_id = %(id)s", id=id):
            raise out_of_scope()
        return case_of(row) if row else None

    @strawberry.field(description="Cases in scope. 申请列表。")
    async def cases(
        self, info: Info, first: FIRST = 50, after: AFTER = None,
        filter: Annotated[CaseFilter | None, about("Which of them.", "筛选。")] = None,
    ) -> Connection[CaseType]:  # fmt: skip
        first = page_size(first)
        given = {n: v for n, v in vars(filter).items() if v is not None} if filter else {}
        wheres = [in_scope("organisation_id"), "case_id > %(key)s", *(CONDITIONS[name] for name in given)]
        rows = await info.context.rows(
            f"SELECT * FROM cases WHERE {' AND '.join(wheres)} ORDER BY case_id LIMIT %(first)s",
            **given, scope=info.context.scope, key=decode_cursor(after) or "", first=first + 1,
        )  # fmt: skip
        return connect(rows, first, after, "case_id", case_of)

    @strawberry.field(
        description="Why a household, case or entitlement was refused, stopped or suspended: rule, facts, evidence. 为何不予确认或停发。"
    )
    async def why_refused(
        self, info: Info,
        household_id: Annotated[str | None, about("The household.", "家庭编号。")] = None,
        case_id: Annotated[str | None, about("The case.", "申请编号。")] = None,
        entitlement_id: Annotated[str | None, about("The entitlement.", "待遇编号。")] = None,
    ) -> list[WhyRefused]:  # fmt: skip
        given = {"household_id": household_id, "case_id": case_id, "entitlement_id": entitlement_id}
        asked = {name: value for name, value in given.items() if value is not None}
        if len(asked) != 1:
            raise bad_input(
                "Give one of householdId, caseId, entitlementId.", "请提供家庭、申请、待遇编号其一。"
            )
        name = next(iter(asked))
        rows = await info.context.rows(
            f"SELECT * FROM case_decisions WHERE {name} = %({name})s AND kind = ANY(%(kinds)s) AND {in_scope('organisation_id')}"
            " ORDER BY position DESC",
            **asked, kinds=STOPPING, scope=info.context.scope,
        )  # fmt: skip
        return [why_of(row) for row in rows]

    @strawberry.field(description="What is posted now, masked as it was frozen. 公示名单（隐去姓名）。")
    async def publicity_list(
        self, info: Info, organisation_id: UNIT = None, first: FIRST = 50, after: AFTER = None
    ) -> Connection[Posted]:
        first = page_size(first)
        rows = await info.context.rows(
            f"SELECT * FROM cases WHERE publicised AND {in_scope('organisation_id')} AND {within('organisation_id', 'unit')}"
            " AND case_id > %(key)s ORDER BY case_id LIMIT %(first)s",
            scope=info.context.scope, unit=organisation_id or info.context.scope, key=decode_cursor(after) or "", first=first + 1,
        )  # fmt: skip
        return connect(rows, first, after, "case_id", posted_of)

    @strawberry.field(description="The separate register of kin of staff. 近亲属备案登记。")
    async def near_relative_filings(
        self, info: Info, organisation_id: UNIT = None, first: FIRST = 50, after: AFTER = None
    ) -> Connection[NearRelativeFiling]:
        first = page_size(first)
        rows = await info.context.rows(
            "SELECT n.*, c.status, (c.state->>'county_visit_on')::date AS county_visited_on FROM near_relative_filings n"
            f" JOIN cases c USING (case_id) WHERE {in_scope('n.organisation_id')} AND {within('n.organisation_id', 'unit')}"
            " AND n.position > %(key)s ORDER BY n.position LIMIT %(first)s",
            scope=info.context.scope, unit=organisation_id or info.context.scope, key=decode_position(after) or 0, first=first + 1,
        )  # fmt: skip
        return connect(rows, first, after, "position", filing_of)

    @strawberry.field(description="Co-verifications this organisation is asked for. 收到的异地协查请求。")
    async def co_verifications(
        self, info: Info, first: FIRST = 50, after: AFTER = None,
        answered: Annotated[bool, about("Those answered already.", "已答复的。")] = False,
    ) -> Connection[CoVerification]:  # fmt: skip
        first = page_size(first)
        rows = await info.context.rows(
            "SELECT v.*, p.name AS applicant_name FROM co_verifications v JOIN cases c USING (case_id)"
            f" JOIN people p ON p.person_id = c.applicant_id WHERE {in_scope('v.asked_id')}"
            " AND (v.answered_on IS NOT NULL) = %(answered)s AND v.position > %(key)s ORDER BY v.position LIMIT %(first)s",
            scope=info.context.scope, answered=answered, key=decode_position(after) or 0, first=first + 1,
        )  # fmt: skip
        return connect(rows, first, after, "position", co_verification_of)
