"""Complaints, reviews and lawsuits, as the API shows them."""

from __future__ import annotations

from datetime import date

import strawberry
from strawberry.scalars import JSON

from graphql_api.context import MASK, Context, Info, Row
from graphql_api.types.common import f
from graphql_api.types.corrections import (
    PURPOSE,
    STAFF_MATTERS,
    Correction,
    LinkedEvent,
    linked_of,
    load_corrections,
)


@strawberry.type(description="A complaint, report or appeal. 投诉、举报、申诉。")
class Complaint:
    complaint_id: str = f("Its id.", "投诉举报编号。")
    kind: str = f("complaint, report, appeal.", "种类：投诉、举报、申诉。")
    channel: str = f("How it reached the office.", "来源渠道。")
    anonymous: bool = f("Whether nobody gave a name.", "是否匿名。")
    stage: str = f(
        "lodged, acknowledged, assigned, investigated, remedy_due, closed, withdrawn.",
        "阶段：已登记、已受理、已交办、已核查、待整改、已办结、已撤回。",
    )
    organisation_id: str = f("Where it is handled.", "办理机构。")
    household_id: str | None = f("The household it concerns.", "所涉家庭。")
    case_id: str | None = f("The case it is about.", "所涉申请。")
    payment_id: str | None = f("The payment it is about.", "所涉发放明细。")
    entitlement_id: str | None = f("The entitlement it is about.", "所涉待遇。")
    subject_operator: str | None = f("The officer complained of.", "被投诉举报人。")
    lodged_on: date = f("Lodged on.", "登记日期。")
    age_days: int = f("Days since it was lodged, until it was answered.", "已历时（天）。")
    acknowledge_by: date = f("To be acknowledged by.", "受理告知期限。")
    acknowledged_on: date | None = f("Acknowledged on.", "受理告知日期。")
    answer_by: date = f("To be answered by.", "答复期限。")
    answered_on: date | None = f("Answered on.", "答复日期。")
    due_on: date | None = f("The next day something is due, none when closed.", "下一办理期限。")
    overdue: bool = f("Whether that day is past, or the answer came after its term.", "是否逾期。")
    handler: str | None = f("Who handles it.", "承办人。")
    assigned_on: date | None = f("Assigned on.", "交办日期。")
    finding: str | None = f("upheld, partly_upheld, not_upheld.", "核查结论。")
    evidence: list[str] = f("Documents it rests on.", "证据材料。")
    investigated_on: date | None = f("Investigated on.", "核查日期。")
    extension_reason: str | None = f("Why the term was extended.", "延期理由。")
    remedied_on: date | None = f("Put right on.", "整改日期。")
    terms: JSON = f("The terms it is due by, with their basis.", "所适用的期限及依据。")
    row: strawberry.Private[Row]

    @strawberry.field(description="Who lodged it; never to whoever is concerned. 投诉举报人。")
    async def complainant(self, info: Info, purpose: PURPOSE = None) -> str | None:
        return await self._told(info, "complainant", purpose, identity=True)

    @strawberry.field(description="How to reach them; never to whoever is concerned. 联系方式。")
    async def contact(self, info: Info, purpose: PURPOSE = None) -> str | None:
        return await self._told(info, "contact", purpose, identity=True)

    @strawberry.field(description="What it says; never to whoever is concerned. 投诉举报内容。")
    async def text(self, info: Info, purpose: PURPOSE = None) -> str | None:
        return await self._told(info, "text", purpose)

    @strawberry.field(description="What was found; never to whoever is concerned. 核查情况。")
    async def findings(self, info: Info, purpose: PURPOSE = None) -> str | None:
        return await self._told(info, "findings", purpose)

    @strawberry.field(description="The answer; never to whoever is concerned. 答复内容。")
    async def answer(self, info: Info, purpose: PURPOSE = None) -> str | None:
        return await self._told(info, "answer", purpose)

    @strawberry.field(description="The correction it led to. 所致更正。")
    async def correction(self, info: Info) -> Correction | None:
        if self.row["correction_id"] is None:
            return None
        found: Correction | None = await info.context.batch("corrections", load_corrections).load(
            self.row["correction_id"]
        )
        return found

    @strawberry.field(description="The events that put it right. 整改事项。")
    def remedies(self) -> list[LinkedEvent]:
        return [linked_of(link) for link in self.row["remedies"] or []]

    async def _told(
        self, info: Info, name: str, purpose: str | None, *, identity: bool = False
    ) -> str | None:
        """A sealed text: masked for whoever is concerned; who complained, for anyone but those who must know."""
        viewer = info.context.viewer
        mine = viewer.operator_id in (self.row["handler"], self.row["lodged_by"])
        if self.row[name] is None:
            return None
        if self.row["viewer_concerned"] or (identity and not mine and viewer.role not in STAFF_MATTERS):
            return MASK
        return await info.context.private(self.row[name], name, purpose)


def complaint_of(row: Row) -> Complaint:
    """A complaint from its row."""
    plain = {
        name: row[name] for name in Complaint.__annotations__ if name in row and name not in ("evidence",)
    }
    return Complaint(**plain, evidence=row["evidence"] or [], row=row)


@strawberry.type(description="A lawsuit about a decision. 行政诉讼。")
class Lawsuit:
    lawsuit_id: str = f("Its id.", "行政诉讼编号。")
    review_id: str | None = f("The review before it.", "此前的行政复议。")
    household_id: str = f("The household.", "家庭编号。")
    organisation_id: str = f("Whose decision it is.", "被诉机构。")
    case_id: str | None = f("The case.", "申请编号。")
    entitlement_id: str | None = f("The entitlement.", "待遇编号。")
    person_id: str = f("Who sued.", "起诉人编号。")
    stage: str = f("filed, to_carry_out, closed.", "阶段：已起诉、待履行、已办结。")
    court: str = f("The court.", "受诉法院。")
    docket: str = f("Docket number.", "案号。")
    filed_on: date = f("Filed on.", "起诉日期。")
    result: str | None = f("What was decided; none when taken back.", "裁判结果；撤诉则空。")
    judgment: str | None = f("Number of the judgment.", "裁判文书号。")
    concluded_on: date | None = f("Concluded on.", "结案日期。")
    carry_out_by: date | None = f("To be carried out by.", "履行期限。")
    carried_out_on: date | None = f("Carried out on.", "履行日期。")
    row: strawberry.Private[Row]

    @strawberry.field(description="The decision that is challenged. 被诉决定。")
    def challenged(self) -> LinkedEvent:
        return linked_of(self.row["challenged"])

    @strawberry.field(description="The events that carried the judgment out. 履行事项。")
    def remedies(self) -> list[LinkedEvent]:
        return [linked_of(link) for link in self.row["remedies"] or []]


def lawsuit_of(row: Row) -> Lawsuit:
    """A lawsuit from its row."""
    return Lawsuit(**{name: row[name] for name in Lawsuit.__annotations__ if name in row}, row=row)


@strawberry.type(description="A review of a decision by another organ. 行政复议。")
class Review:
    review_id: str = f("Its id.", "行政复议编号。")
    household_id: str = f("The household.", "家庭编号。")
    organisation_id: str = f("Whose decision it is.", "作出决定的机构。")
    case_id: str | None = f("The case.", "申请编号。")
    entitlement_id: str | None = f("The entitlement.", "待遇编号。")
    person_id: str = f("The applicant.", "申请人编号。")
    stage: str = f(
        "requested, accepted, not_accepted, withdrawn, to_carry_out, closed.",
        "阶段：已申请、已受理、不予受理、已撤回、待履行、已办结。",
    )
    organ: str = f("The organ of review.", "行政复议机关。")
    known_on: date = f("When the applicant knew of the decision.", "知道决定的日期。")
    requested_on: date = f("Requested on.", "申请日期。")
    request_by: date = f("Last day to ask.", "申请期限。")
    accept_by: date = f("To be taken up by.", "受理期限。")
    accepted_on: date | None = f("Taken up on.", "受理日期。")
    decide_by: date | None = f("To be decided by.", "决定期限。")
    not_accepted_reason: str | None = f("Why it was not taken up.", "不予受理理由。")
    result: str | None = f("What was decided.", "复议结果。")
    reason: str | None = f("Why.", "理由。")
    article: str | None = f("By which article.", "依据条款。")
    decision_number: str | None = f("Number of the decision.", "决定文号。")
    decided_on: date | None = f("Decided on.", "决定日期。")
    served_on: date | None = f("Served on.", "送达日期。")
    sue_by: date | None = f("Last day to go to court.", "起诉期限。")
    carry_out_by: date | None = f("To be carried out by.", "履行期限。")
    carried_out_on: date | None = f("Carried out on.", "履行日期。")
    terms: JSON = f("The terms it is due by, with their basis.", "所适用的期限及依据。")
    row: strawberry.Private[Row]

    @strawberry.field(description="The decision that is challenged. 被申请复议的决定。")
    def challenged(self) -> LinkedEvent:
        return linked_of(self.row["challenged"])

    @strawberry.field(description="The grounds. 复议理由。")
    async def grounds(self, info: Info, purpose: PURPOSE = None) -> str | None:
        return await info.context.private(self.row["grounds"], "grounds", purpose)

    @strawberry.field(description="The events that carried the decision out. 履行事项。")
    def remedies(self) -> list[LinkedEvent]:
        return [linked_of(link) for link in self.row["remedies"] or []]

    @strawberry.field(description="Lawsuits after it. 其后的行政诉讼。")
    async def lawsuits(self, info: Info) -> list[Lawsuit]:
        rows = await info.context.batch("lawsuits", _load_lawsuits).load(self.review_id)
        return [lawsuit_of(row) for row in rows]


LAWSUIT_STAGE = """CASE WHEN l.concluded_on IS NULL THEN 'filed' WHEN l.carried_out_on IS NOT NULL OR l.result IS NULL
    OR l.result IN ('uphold', 'dismiss') THEN 'closed' ELSE 'to_carry_out' END"""


async def _load_lawsuits(context: Context, keys: list[str]) -> list[list[Row]]:
    rows = await context.rows(
        f"SELECT l.*, {LAWSUIT_STAGE} AS stage FROM lawsuits l WHERE l.review_id = ANY(%(keys)s) ORDER BY l.filed_position",
        keys=keys,
    )
    return [[row for row in rows if row["review_id"] == key] for key in keys]


def review_of(row: Row) -> Review:
    """A review from its row."""
    return Review(**{name: row[name] for name in Review.__annotations__ if name in row}, row=row)
