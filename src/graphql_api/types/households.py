"""Households, people, and their one chain of assistance."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any

import strawberry
from strawberry.relay import Node, NodeID
from strawberry.scalars import JSON

from graphql_api.completion import plain
from graphql_api.context import Info, Row, in_scope
from graphql_api.errors import out_of_scope
from graphql_api.queries.chains import ALONE, CHAIN_FILTER, AsOf, chain_of
from graphql_api.queries.lineage import LineageLink, links_of
from graphql_api.queries.replay import household_as_of
from graphql_api.scalars import Month, Yuan, yuan
from graphql_api.types.common import AFTER, FIRST, Connection, Language, f, from_row, say
from graphql_api.types.corrections import Correction, corrections_at
from graphql_api.types.events import ActorType, EventType, event_of

PURPOSE = Annotated[
    str | None, strawberry.argument(description=say("Why it is read; recorded.", "查阅目的，将被记录。"))
]


@strawberry.type(description="An organisation. 机构。")
class Organisation(Node):
    organisation_id: NodeID[str] = f("Its id.", "机构编号。")
    code: str = f("Its id, as commands take it.", "机构编号。")
    name: str = f("Its name.", "名称。")
    level: str = f("division, regiment, street, company, community, department.", "层级。")
    parent_id: str | None = f("The organisation above.", "上级机构。")
    closed_on: date | None = f("When it was closed.", "撤销日期。")

    @classmethod
    async def resolve_nodes(cls, *, info: Info, node_ids: Any, required: bool = False) -> Any:
        rows = [await info.context.organisations.load(node_id) for node_id in node_ids if info.context.viewer]
        return [organisation_of(row) if row else None for row in rows]


def organisation_of(row: Row) -> Organisation:
    """An organisation from its row."""
    return Organisation(
        organisation_id=row["organisation_id"],
        code=row["organisation_id"],
        name=row["name"],
        level=row["level"],
        parent_id=row["parent_id"],
        closed_on=row["closed_on"],
    )


@strawberry.type(description="A person. Direct identifiers are masked unless a purpose is stated. 人员。")
class Person(Node):
    person_id: NodeID[str] = f("Its id.", "人员编号。")
    key: str = f("Its id, as commands take it.", "人员编号。")
    birth_date: date = f("Date of birth.", "出生日期。")
    sex: str = f("Sex.", "性别。")
    died_on: date | None = f("Day of death.", "死亡日期。")
    attributes: JSON = f(
        "Disability, illness, labour ability, schooling.", "残疾、疾病、劳动能力、就读情况。"
    )
    as_of: strawberry.Private[AsOf | None]
    row: strawberry.Private[Row]

    @strawberry.field(description="Name. 姓名。")
    async def name(self, info: Info, purpose: PURPOSE = None) -> str | None:
        return await info.context.private(self.row["name"], "name", purpose)

    @strawberry.field(description="Resident ID number. 身份证号。")
    async def id_number(self, info: Info, purpose: PURPOSE = None) -> str | None:
        return await info.context.private(self.row["id_number"], "id_number", purpose)

    @strawberry.field(description="Telephone. 联系电话。")
    async def phone(self, info: Info, purpose: PURPOSE = None) -> str | None:
        return await info.context.private(self.row["phone"], "phone", purpose)

    @strawberry.field(description="The household the person lives in now. 现所在家庭。")
    async def household(self, info: Info) -> Household | None:
        if self.row["household_id"] is None:
            return None
        row = await info.context.households.load(self.row["household_id"])
        if row is not None and self.as_of is not None:
            row = await household_as_of(info, row, self.as_of)
        return household_of(row, self.as_of) if row else None

    @strawberry.field(description="Everything decided about or given to this person, in order. 个人救助链。")
    async def chain(
        self, info: Info, first: FIRST = 50, after: AFTER = None, filter: CHAIN_FILTER = None
    ) -> Connection[ChainEntry]:
        return await chain_of(info, "person", self.key, first, after, filter, self.as_of, entry_of)

    @strawberry.field(description="Whom they were found to be, or who was found to be them. 身份认定沿革。")
    async def lineage(self, info: Info) -> list[LineageLink]:
        return await links_of(info, self.key, self.as_of, self.row.get("until"))

    @classmethod
    async def resolve_nodes(cls, *, info: Info, node_ids: Any, required: bool = False) -> Any:
        rows = [await info.context.people.load(node_id) for node_id in node_ids]
        return [person_of(row) if row else None for row in rows]


def person_of(row: Row, as_of: AsOf | None = None) -> Person:
    """A person from their row."""
    return Person(
        person_id=row["person_id"],
        key=row["person_id"],
        birth_date=row["birth_date"],
        sex=row["sex"],
        died_on=row["died_on"],
        attributes=row["attributes"],
        as_of=as_of,
        row=row,
    )


@strawberry.type(description="One person's time in a household. 家庭成员。")
class Member:
    person_id: str = f("The person.", "人员编号。")
    relation: str = f("Relation to the head.", "与户主关系。")
    joined_on: date = f("From when.", "加入日期。")
    left_on: date | None = f("Until when.", "离开日期。")
    left_reason: str | None = f("Why it ended.", "离开原因。")
    as_of: strawberry.Private[AsOf | None] = None
    then: strawberry.Private[Row | None] = None
    """What was different of the person as of then."""

    @strawberry.field(description="The person. 人员。")
    async def person(self, info: Info) -> Person | None:
        row = await info.context.people.load(self.person_id)
        return person_of(row | (self.then or {}), self.as_of) if row else None


@strawberry.type(description="An account nominated for payments. 收款账户。")
class AccountType:
    nominated_on: date = f("From when.", "指定日期。")
    payee_id: str = f("Who draws the money.", "领款人。")
    payee_kind: str = f("member, guardian, collector, institution.", "领款人类型。")
    bank_code: str = f("CNAPS code of the bank.", "行号。")
    until: date | None = f("Until another held.", "使用至。")
    authority: str | None = f(
        "Document that lets someone who is no member collect.", "非成员领款的依据文件。"
    )
    nominated_by: str = f("The operator who recorded it.", "登记经办人。")
    payments: int | None = f("Lines paid to it; of the present only.", "通过该账户发放的笔数（仅当前）。")
    paid: Yuan | None = f("What was paid to it; of the present only.", "通过该账户发放的金额（仅当前）。")
    row: strawberry.Private[Row]

    @strawberry.field(description="Account number. 账号。")
    async def account(self, info: Info, purpose: PURPOSE = None) -> str | None:
        return await info.context.private(self.row["account"], "account", purpose)

    @strawberry.field(description="Account holder. 户名。")
    async def holder(self, info: Info, purpose: PURPOSE = None) -> str | None:
        return await info.context.private(self.row["account_holder"], "account_holder", purpose)


@strawberry.type(description="What a household or person is entitled to. 保障待遇。")
class EntitlementType:
    entitlement_id: str = f("Its id.", "待遇编号。")
    household_id: str = f("The household.", "家庭编号。")
    category: str = f("dibao or tekun.", "类别。")
    status: str = f("active, suspended, ended.", "状态。")
    organisation_id: str = f("The organisation that pays it now.", "发放机构。")
    from_month: Month = f("First month this ledger pays.", "起发月份。")
    last_month: Month | None = f("Last payable month.", "末月。")
    base: Yuan = f("Base a month.", "月基本金额。")
    supplement: Yuan = f("Supplements a month.", "月分类施保金额。")
    care: Yuan = f("Care a month.", "月照料护理金额。")
    total: Yuan = f("In all a month.", "月合计。")
    decided_on: date | None = f("Day of the decision.", "决定日期。")
    origin: str = f("procedure, or prior: taken over from a roster.", "来源：程序审核或存量接收。")
    counted: list[str] = f("People it covers.", "保障人员。")

    @strawberry.field(description="The household, where it is in scope. 家庭（在查看范围内时）。")
    async def household(self, info: Info) -> Household | None:
        row = await info.context.households.load(self.household_id)
        return household_of(row) if row else None


def entitlement_of(row: Row) -> EntitlementType:
    """An entitlement from its row."""
    names = ("entitlement_id", "household_id", "category", "status", "organisation_id", "from_month", "last_month", "decided_on",
             "origin", "counted")  # fmt: skip
    amounts = {name: yuan(row[f"{name}_fen"]) for name in ("base", "supplement", "care", "total")}
    return EntitlementType(**{name: row[name] for name in names}, **amounts)


@strawberry.type(description="One entry of a chain. 救助链条目。")
class ChainEntry:
    """Its columns are those of ``queries.chains.COLUMNS``, by the same names; days and instants come as text."""

    position: int = f("Position in the log.", "台账位置。")
    kind: str = f("What happened.", "事件类型。")
    programme: str | None = f("Programme.", "救助项目。")
    department: str = f("Department.", "部门。")
    occurred_on: date | None = f("When it was so.", "发生日期。")
    recorded_at: datetime = f("When it was recorded.", "登记时间。")
    amount: Yuan | None = f("Amount, a month for decisions.", "金额。")
    organisation_id: str | None = f("Organisation in charge.", "责任机构。")
    household_id: str = f("The household.", "家庭。")
    person_ids: list[str] = f("People it is about.", "涉及人员。")
    case_id: str | None = f("The case.", "申请编号。")
    entitlement_id: str | None = f("The entitlement.", "待遇编号。")
    run_id: str | None = f("The run.", "发放批次。")
    payment_id: str | None = f("The line.", "发放明细。")
    summary_zh: strawberry.Private[str]
    summary_en: strawberry.Private[str]
    operator_id: strawberry.Private[str]
    operator_organisation_id: strawberry.Private[str]
    operator_role: strawberry.Private[str]

    @strawberry.field(description="Who acted. 经办人。")
    @plain
    def actor(self) -> ActorType:
        return ActorType(
            operator_id=self.operator_id,
            organisation_id=self.operator_organisation_id,
            role=self.operator_role,
        )

    @strawberry.field(description="What happened, in words, without personal data. 摘要。")
    @plain
    def summary(
        self,
        language: Annotated[
            Language, strawberry.argument(description="In which language. 语言。")
        ] = Language.ZH,
    ) -> str:
        return self.summary_zh if language is Language.ZH else self.summary_en

    @strawberry.field(description="The people it is about. 涉及人员。")
    async def people(self, info: Info) -> list[Person]:
        rows = await info.context.people.load_many(self.person_ids)
        return [person_of(row) for row in rows if row]

    @strawberry.field(description="Corrections of it; the entry itself stays as it is. 对其作出的更正。")
    async def corrections(self, info: Info) -> list[Correction]:
        return await corrections_at(info, self.position)

    @strawberry.field(description="The sealed event behind it. 对应台账事件。")
    async def event(self, info: Info) -> EventType:
        row = await info.context.events.load(self.position)
        assert row is not None
        return event_of(row)


def entry_of(row: Row) -> ChainEntry:
    """A chain entry from its row."""
    return from_row(ChainEntry, row)


@strawberry.type(description="A household and its one chain of assistance. 家庭及其救助链。")
class Household(Node):
    household_id: NodeID[str] = f("Its id.", "家庭编号。")
    key: str = f("Its id, as commands take it.", "家庭编号。")
    number: str = f("The office's household number.", "户编号。")
    area: str = f("urban or rural.", "城乡。")
    member_count: int = f("How many members.", "成员数。")
    registered_on: date | None = f("Registered on.", "登记日期。")
    income_annual: Yuan | None = f("Declared income a year.", "申报年收入。")
    merged_into: str | None = f("The household that took it in.", "并入的家庭。")
    as_of: strawberry.Private[AsOf | None]
    until: strawberry.Private[int | None]
    """For who was in charge once: the position of the log at which they no longer were."""
    row: strawberry.Private[Row]

    @strawberry.field(description="The organisation in charge. 责任机构。")
    async def organisation(self, info: Info) -> Organisation | None:
        row = await info.context.organisations.load(self.row["organisation_id"])
        return organisation_of(row) if row else None

    @strawberry.field(description="The head. 户主。")
    async def head(self, info: Info) -> Person | None:
        row = await info.context.people.load(self.row["head_id"]) if self.row["head_id"] else None
        return person_of(row | self.row.get("head", {}), self.as_of) if row else None

    @strawberry.field(description="Address. 住址。")
    async def address(self, info: Info, purpose: PURPOSE = None) -> str | None:
        return await info.context.private(self.row["address"], "address", purpose)

    @strawberry.field(description="Members, past ones included. 家庭成员（含历史）。")
    async def members(self, info: Info) -> list[Member]:
        rows = self.row.get("members")
        if rows is None:
            rows = await info.context.members.load(self.key)
        names = ("person_id", "relation", "joined_on", "left_on", "left_reason")
        return [
            Member(**{name: row[name] for name in names}, as_of=self.as_of, then=row.get("then"))
            for row in rows
        ]

    @strawberry.field(description="Accounts, past ones included. 收款账户（含历史）。")
    async def accounts(self, info: Info) -> list[AccountType]:
        rows = self.row.get("accounts")
        if rows is None:
            rows = await info.context.accounts.load(self.key)
        names = ("nominated_on", "payee_id", "payee_kind", "bank_code", "until", "authority", "payments")
        return [
            AccountType(
                **{name: row[name] for name in names},
                nominated_by=row["operator_id"],
                paid=yuan(row["paid_fen"]),
                row=row,
            )
            for row in rows
        ]

    @strawberry.field(description="The company or community. 所属连队（社区）。")
    async def company(self, info: Info) -> Organisation | None:
        row = (
            await info.context.organisations.load(self.row["company_id"]) if self.row["company_id"] else None
        )
        return organisation_of(row) if row else None

    @strawberry.field(
        description="Which households it came from, split into, took in or was taken into. 分户、并户沿革。"
    )
    async def lineage(self, info: Info) -> list[LineageLink]:
        return await links_of(info, self.key, self.as_of, self.until)

    @strawberry.field(description="Entitlements. 保障待遇。")
    async def entitlements(self, info: Info) -> list[EntitlementType]:
        rows = self.row.get("entitlements")
        if rows is None:
            rows = await info.context.entitlements.load(self.key)
        return [entitlement_of(row) for row in rows]

    @strawberry.field(
        description="Everything decided about or given to this household, in order. 一户一条救助链。"
    )
    async def chain(
        self, info: Info, first: FIRST = 50, after: AFTER = None, filter: CHAIN_FILTER = None
    ) -> Connection[ChainEntry]:
        subject = "household" if self.row["linked"] else ALONE
        return await chain_of(info, subject, self.key, first, after, filter, self.as_of, entry_of, self.until)

    @classmethod
    async def resolve_nodes(cls, *, info: Info, node_ids: Any, required: bool = False) -> Any:
        rows = [await info.context.households.load(node_id) for node_id in node_ids]
        return [household_of(row) if row else None for row in rows]


def household_of(row: Row, as_of: AsOf | None = None, until: int | None = None) -> Household:
    """A household from its row, as all of it or up to a position."""
    return Household(
        household_id=row["household_id"],
        key=row["household_id"],
        number=row["number"],
        area=row["area"],
        member_count=row["member_count"],
        registered_on=row["registered_on"],
        income_annual=yuan(row["income_annual_fen"]),
        merged_into=row["merged_into"],
        as_of=as_of,
        until=until,
        row=row,
    )


async def find_household(
    info: Info, key: str | None, number: str | None, as_of: AsOf | None
) -> Household | None:
    """A household by id or number, as it stands or as of a moment; as it was when it moved away, for who was in charge then.

    Raises ``ApiError`` when it is another organisation's and always was.
    """
    column, value = ("household_id", key) if key is not None else ("number", number)
    row = await info.context.row(
        f"SELECT h.*, {in_scope('h.organisation_id')} AS visible, (SELECT max(l.until_position) FROM household_places l"
        f" WHERE l.household_id IN (h.household_id, h.lives_on_as) AND {in_scope('l.organisation_id')}) AS until"
        f" FROM households h WHERE {column} = %(value)s",
        value=value,
        scope=info.context.scope,
    )
    if row is None:
        return None
    until = None if row["visible"] else row["until"]
    if not row["visible"] and until is None:
        raise out_of_scope()
    if as_of is not None or until is not None:
        row = await household_as_of(info, row, as_of, until)
        if row is None:
            return None
    return household_of(row, as_of, until)
