"""Cases as the API shows them: steps, parties, papers, time limits, and what blocks them."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Annotated, Any

import anyio.to_thread
import msgspec
import strawberry

from graphql_api.context import Context, Info, Row
from graphql_api.queries.definitions import today
from graphql_api.types.common import about, f
from graphql_api.types.events import ActorType
from graphql_api.types.households import PURPOSE, Household, household_of
from ledger.identification.blockers import blockers
from ledger.identification.case import Case
from ledger.identification.case_events import PathDeclared
from ledger.identification.documents import missing_documents
from ledger.identification.duties import WORDS
from ledger.identification.events import CategoryConfirmed, CategoryRefused, OpinionGiven, RefusalNotified
from ledger.kernel import CommandId, Refused
from ledger.kernel import Context as Deciding
from ledger.programmes.book import ALL_CATEGORIES, Categories
from ledger.programmes.events import CategoryDefined

ON = Annotated[date | None, about("The day; today when not given.", "日期，默认当日。")]


@strawberry.type(description="What stands in the way of a decision, as it would be refused. 办理障碍。")
class Blocker:
    code: str = f("The rule's name.", "规则代码。")
    message_en: str = f("What is missing, in English.", "英文说明。")
    message_zh: str = f("What is missing, in 中文.", "中文说明。")
    article: str | None = f("The article it comes from.", "依据条款。")


def blocker_of(refusal: Refused) -> Blocker:
    """A refusal that a decision would raise."""
    article = refusal.facts.get("article") or refusal.ARTICLE
    return Blocker(
        code=refusal.code,
        message_en=refusal.english,
        message_zh=refusal.chinese,
        article=str(article) if article else None,
    )


@strawberry.type(description="One step of a case. 程序步骤。")
class CaseStep:
    position: int = f("Position in the log.", "在台账中的位置。")
    event_id: str = f("The event.", "事件编号。")
    kind: str = f("What was done.", "步骤类型。")
    title_zh: str = f("Its name in 中文.", "名称（中文）。")
    title_en: str = f("Its name in English.", "名称（英文）。")
    occurred_on: date | None = f("When it was so.", "发生日期。")
    recorded_at: datetime = f("When it was recorded.", "登记时间。")
    actor: ActorType = f("Who did it.", "经办人。")


def step_of(row: Row) -> CaseStep:
    """A step from its row."""
    return CaseStep(
        position=row["position"], event_id=row["event_id"], kind=row["kind"], title_zh=row["title_zh"],
        title_en=row["title_en"], occurred_on=row["occurred_on"], recorded_at=row["recorded_at"],
        actor=ActorType(operator_id=row["operator_id"], organisation_id=row["operator_organisation_id"], role=row["operator_role"]),
    )  # fmt: skip


@strawberry.type(description="Somebody who has a part in a case. 当事人。")
class CaseParty:
    role: str = f("applicant, covered, obligor.", "身份：申请人、拟保障人、法定义务人。")
    person_id: str | None = f("The person, when the ledger knows them.", "人员编号。")
    obligor_id: str | None = f("The obligor's id in this case.", "法定义务人编号。")
    kinship: str | None = f("How an obligor is related.", "亲属关系。")
    authorised: bool = f("Whether they authorised the check.", "是否已授权核对。")
    able: bool | None = f("Whether an obligor was found able to support.", "法定义务人有无履行能力。")
    article: str | None = f("By which ground.", "依据条款。")
    sealed: strawberry.Private[str | None]

    @strawberry.field(description="Name. 姓名。")
    async def name(self, info: Info, purpose: PURPOSE = None) -> str | None:
        sealed = self.sealed
        if sealed is None and self.person_id is not None:
            row = await info.context.people.load(self.person_id)
            sealed = row["name"] if row else None
        return await info.context.private(sealed, "name", purpose)


@strawberry.type(description="A document on file. 档案材料。")
class CaseDocument:
    document_id: str = f("Its id.", "材料编号。")
    document_kind: str = f("Its type.", "材料类型。")
    file_hash: str = f("SHA-256 of the scan.", "扫描件哈希。")
    location: str = f("Where the paper lies.", "纸质存放位置。")
    pages: int | None = f("Number of pages.", "页数。")
    registered_on: date | None = f("When it was registered.", "登记日期。")


def document_of(row: Row) -> CaseDocument:
    """A document from its row."""
    return CaseDocument(
        **{
            n: row[n]
            for n in ("document_id", "document_kind", "file_hash", "location", "pages", "registered_on")
        }
    )


@strawberry.type(description="A type of document a complete file holds. 应有材料。")
class DocumentKind:
    code: str = f("Its code.", "代码。")
    name_zh: str = f("Its name in 中文.", "名称（中文）。")
    name_en: str = f("Its name in English.", "名称（英文）。")


@strawberry.type(description="A time limit of a case. 办理期限。")
class Deadline:
    kind: str = f("Which.", "种类。")
    name_zh: str = f("Its name in 中文.", "名称（中文）。")
    name_en: str = f("Its name in English.", "名称（英文）。")
    due_on: date = f("The last day.", "截止日期。")
    done_on: date | None = f("When it was done.", "完成日期。")
    overdue: bool = f("Whether it is past on the day asked about, and was not done in time.", "是否逾期。")


@strawberry.type(description="What is due next in a case. 待办。")
class CaseDuty:
    kind: str = f("What.", "事项代码。")
    name_zh: str = f("In 中文.", "事项（中文）。")
    name_en: str = f("In English.", "事项（英文）。")
    role: str = f("Whose it is.", "责任角色。")
    due_on: date | None = f("The last day.", "截止日期。")
    article: str = f("The article it comes from.", "依据条款。")


@strawberry.type(description="A request for co-verification. 异地协查请求。")
class CoVerification:
    id: str = f("Its id, as commands take it.", "协查请求编号。")
    case_id: str = f("The case.", "申请编号。")
    organisation_id: str = f("Who asks.", "请求机构。")
    asked_id: str = f("Who is asked.", "受请求机构。")
    matters: list[str] = f("What is to be found out.", "协查事项。")
    requested_on: date | None = f("When it was asked.", "请求日期。")
    due_on: date = f("The last day for the answer.", "答复期限。")
    answered_on: date | None = f("When it was answered.", "答复日期。")
    confirmed: bool | None = f("Whether it is so.", "是否属实。")
    row: strawberry.Private[Row]

    @strawberry.field(description="What was found. 协查情况。")
    async def findings(self, info: Info, purpose: PURPOSE = None) -> str | None:
        return await info.context.private(self.row["findings"], "findings", purpose)

    @strawberry.field(
        description="Name of the applicant, whom the asked organisation must find. 申请人姓名。"
    )
    async def applicant_name(self, info: Info, purpose: PURPOSE = None) -> str | None:
        return await info.context.private(self.row["applicant_name"], "name", purpose)


def co_verification_of(row: Row) -> CoVerification:
    """A request from its row."""
    names = (
        "case_id",
        "organisation_id",
        "asked_id",
        "matters",
        "requested_on",
        "due_on",
        "answered_on",
        "confirmed",
    )
    return CoVerification(id=row["co_verification_id"], row=row, **{n: row[n] for n in names})


async def _blockers(context: Context, keys: list[tuple[str, date]]) -> list[list[Blocker]]:
    """What blocks the cases of a page, each weighed as its decision would: their facts are read together."""
    found: dict[tuple[str, date], list[Blocker]] = {}
    at = Deciding(actor=context.viewer, now=datetime.now(UTC), command_id=CommandId(""))
    for day in dict.fromkeys(day for _, day in keys):
        cases = [case for case, on in keys if on == day]
        read = context.services.ledger.read
        for case, refusals in (await anyio.to_thread.run_sync(blockers, read, cases, day, at)).items():
            found[case, day] = [blocker_of(refusal) for refusal in refusals]
    return [found.get(key, []) for key in keys]


def grouped(table: str, order: str) -> Any:
    async def load(context: Context, keys: list[str]) -> list[list[Row]]:
        groups: dict[str, list[Row]] = {key: [] for key in keys}
        for row in await context.rows(
            f"SELECT * FROM {table} WHERE case_id = ANY(%(keys)s) ORDER BY {order}", keys=keys
        ):
            groups[row["case_id"]].append(row)
        return [groups[key] for key in keys]

    return load


async def _definitions(context: Context, keys: list[str]) -> list[Categories]:
    known = await anyio.to_thread.run_sync(context.services.ledger.read, (ALL_CATEGORIES,))
    return [Categories.of(known)] * len(keys)


async def category_definition_of(info: Info, code: str, day: date) -> CategoryDefined | None:
    """What a category was on a day; all are read once a request."""
    categories: Categories = await info.context.batch("categories", _definitions).load("all")
    return categories.find(code, day)


@strawberry.type(name="Case", description="One application, from its first step to its last. 一件申请。")
class CaseType:
    id: str = f("Its id, as commands take it.", "申请编号。")
    household_id: str = f("The household.", "家庭编号。")
    organisation_id: str = f("The town or street that handles it.", "受理机构。")
    category: str = f("What is applied for.", "申请类别。")
    category_kind: str | None = f("The kind within the category.", "类型。")
    status: str = f("submitted, confirmed, refused, aborted.", "状态。")
    stage: str = f("Where it stands.", "所处环节。")
    submitted_on: date = f("Day of the application.", "申请日期。")
    accepted_on: date | None = f("Day of acceptance.", "受理日期。")
    due_on: date | None = f("Last day for the decision.", "办结期限。")
    decided_on: date | None = f("Day of the decision.", "决定日期。")
    path: str | None = f("The simplified or emergency path, when declared.", "简化或急难程序。")
    single_person: str | None = f("Why one person applies alone.", "单独申请情形。")
    breaches: int = f("Promises that proved false.", "承诺不实次数。")
    recheck: str | None = f("undrawn, drawn, not_drawn, upheld, not_upheld.", "随机抽查情况。")
    entitlement_id: str | None = f("What followed from its confirmation.", "待遇编号。")
    row: strawberry.Private[Row]
    case: strawberry.Private[Case]

    @strawberry.field(description="The household. 家庭。")
    async def household(self, info: Info) -> Household | None:
        row = await info.context.households.load(self.household_id)
        return household_of(row) if row else None

    @strawberry.field(description="Every step taken, in order. 已办步骤。")
    async def steps(self, info: Info) -> list[CaseStep]:
        rows = await info.context.batch("case steps", grouped("case_steps", "position")).load(self.id)
        return [step_of(row) for row in rows]

    @strawberry.field(description="Applicant, those to be covered, legal obligors. 当事人。")
    async def parties(self, info: Info) -> list[CaseParty]:
        file = self.case.file
        people = [
            CaseParty(role=role, person_id=person, obligor_id=None, kinship=None, authorised=person in file.signed,
                      able=None, article=None, sealed=None)
            for role, person in (("applicant", file.applicant), *(("covered", p) for p in file.covered))
        ]  # fmt: skip
        rows = await info.context.batch("case obligors", grouped("case_obligors", "position")).load(self.id)
        for row in rows:
            judged = file.obligors[row["obligor_id"]]
            people.append(CaseParty(
                role="obligor", person_id=row["person_id"], obligor_id=row["obligor_id"], kinship=row["kinship"],
                authorised=judged.authorised, able=judged.able, article=judged.article or None, sealed=row["name"],
            ))  # fmt: skip
        return people

    @strawberry.field(description="Documents on file. 已有档案材料。")
    async def documents(self, info: Info) -> list[CaseDocument]:
        rows = await info.context.batch("case documents", grouped("case_documents", "position")).load(self.id)
        return [document_of(row) for row in rows]

    @strawberry.field(description="What a complete file holds and this one does not. 尚缺材料。")
    async def missing_documents(self, info: Info) -> list[DocumentKind]:
        definition = await category_definition_of(info, self.category, self.submitted_on)
        kinds = missing_documents(self.case, definition) if definition else []
        return [DocumentKind(code=k.code, name_zh=k.named.zh, name_en=k.named.en) for k in kinds]

    @strawberry.field(description="Supplements that are owed still. 尚欠补正。")
    def owed(self) -> list[str]:
        return list(self.case.file.missing)

    @strawberry.field(description="Its time limits, and whether they were kept. 办理期限。")
    def deadlines(self, on: ON = None) -> list[Deadline]:
        return deadlines_of(self.case, on or today())

    @strawberry.field(description="What is due next. 待办事项。")
    async def duties(self, info: Info) -> list[CaseDuty]:
        rows = await info.context.batch("case duties", grouped("case_duties", "kind, subject_id")).load(
            self.id
        )
        return [
            CaseDuty(
                kind=r["kind"],
                name_zh=r["zh"],
                name_en=r["en"],
                role=r["role"],
                due_on=r["due_on"],
                article=r["article"],
            )
            for r in rows
        ]

    @strawberry.field(
        description="What its confirmation would be refused for, by the decision's own computation; none when it is closed. 办理障碍。"
    )
    async def blockers(self, info: Info, on: ON = None) -> list[Blocker]:
        found: list[Blocker] = await info.context.batch("case blockers", _blockers).load(
            (self.id, on or today())
        )
        return found

    @strawberry.field(description="Co-verifications asked for. 异地协查。")
    async def co_verifications(self, info: Info) -> list[CoVerification]:
        rows = await info.context.batch("case co-verifications", grouped(
            "(SELECT v.*, p.name AS applicant_name FROM co_verifications v JOIN cases c USING (case_id)"
            " JOIN people p ON p.person_id = c.applicant_id) v", "position")).load(self.id)  # fmt: skip
        return [co_verification_of(row) for row in rows]


def case_of(row: Row) -> CaseType:
    """A case from its row; what the row's columns do not say its state does."""
    case = Case.from_json(msgspec.json.encode(row["state"]))
    names = ("household_id", "organisation_id", "category", "category_kind", "status", "stage", "submitted_on", "accepted_on",
             "due_on", "decided_on", "entitlement_id")  # fmt: skip
    file = case.file
    return CaseType(
        id=row["case_id"], row=row, case=case, path=file.path, single_person=file.single_person, breaches=file.breaches,
        recheck=file.recheck, **{n: row[n] for n in names},
    )  # fmt: skip


def deadlines_of(case: Case, day: date) -> list[Deadline]:
    """The time limits that run in a case, in order; done or not, in time or not."""
    file = case.file
    decided = case.day_of(CategoryConfirmed) or case.day_of(CategoryRefused)
    made_up = set(file.skipped) <= set(file.made_up)
    rows = (
        ("case_start", file.start_by, file.started_on),
        ("case_means_check", file.check_by, file.started_on and case.day_of(OpinionGiven)),
        ("case_opinion", file.opinion_by, case.day_of(OpinionGiven)),
        ("case_objection", file.objection_by, None if case.objection_open else case.day_of(OpinionGiven)),
        ("case_decide", min((d for d in (file.county_by, file.due_on) if d), default=None), decided),
        ("case_notify", file.notice_by, case.day_of(RefusalNotified)),
        ("case_make_up", file.follow_up_by, case.day_of(PathDeclared) if made_up else None),
    )
    open_still = case.status in ("submitted", "refused", "confirmed")
    return [
        Deadline(kind=kind, name_zh=WORDS[kind][0], name_en=WORDS[kind][1], due_on=due, done_on=done,
                 overdue=done > due if done else open_still and day > due)
        for kind, due, done in rows
        if due is not None
    ]  # fmt: skip
