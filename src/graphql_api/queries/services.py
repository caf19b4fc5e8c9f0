"""Purchased services and development assistance: contracts with what is left of them, services with their visits."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from datetime import date
from typing import Annotated, Any

import strawberry

from graphql_api.context import Context, Info, Row, in_scope
from graphql_api.queries.institutions import own
from graphql_api.scalars import Yuan, yuan
from graphql_api.types.common import AFTER, FIRST, Connection, about, connect, decode_cursor, f, page_size
from graphql_api.types.households import PURPOSE

# A provider sees its own alone, and nothing by scope; everybody else by scope.
MINE = f"({in_scope('organisation_id')} OR (provider_id = %(own)s AND %(own)s <> ''))"


@strawberry.type(description="A service a contract allows, and its price. 合同服务及单价。")
class PriceType:
    service: str = f("Which service.", "服务种类。")
    price: Yuan = f("Price of one accepted visit.", "每次单价（元）。")


@strawberry.type(description="A contract with a provider of purchased services. 购买服务合同。")
class ContractType:
    contract_id: str = f("Its id.", "合同编号。")
    provider_id: str = f("The provider.", "服务机构编号。")
    organisation_id: str = f("The organisation that buys.", "购买机构。")
    name: str = f("The provider's name.", "服务机构名称。")
    document: str = f("Its document.", "合同文号。")
    from_date: date = f("First day.", "开始日期。")
    until_date: date = f("Last day.", "终止日期。")
    ended: bool = f("Whether it ended early.", "是否提前终止。")
    ceiling: Yuan = f("The most that is paid in all.", "合同总价上限（元）。")
    settled: Yuan = f("Settled so far.", "已结算（元）。")
    left: Yuan = f("What may still be settled.", "剩余额度（元）。")
    prices: list[PriceType] = f("Services and prices.", "服务及单价。")


def contract_of(row: Row) -> ContractType:
    """A contract from its row."""
    names = ("contract_id", "provider_id", "organisation_id", "name", "document", "from_date", "until_date", "ended")  # fmt: skip
    return ContractType(
        **{name: row[name] for name in names}, ceiling=yuan(row["ceiling_fen"]), settled=yuan(row["settled_fen"]),
        left=yuan(row["ceiling_fen"] - row["settled_fen"]),
        prices=[PriceType(service=p["service"], price=yuan(p["price_fen"])) for p in row["prices"]],
    )  # fmt: skip


@strawberry.type(description="One visit of a service. 服务记录。")
class ServiceVisit:
    visit: str = f("Its id.", "服务记录编号。")
    rendered_on: date = f("Day of the visit.", "服务日期。")
    worker: str = f("Who was there for the provider.", "服务人员。")
    from_time: str = f("From when.", "开始时刻。")
    until_time: str = f("Until when.", "结束时刻。")
    status: str = f("rendered, accepted, declined, settled.", "状态：待验收、已验收、不合格、已结算。")
    accepted_by: str | None = f("beneficiary or office.", "验收人。")
    reason: str | None = f("Why it was declined.", "不合格原因。")
    row: strawberry.Private[Row]

    @strawberry.field(description="What was done. 服务内容。")
    async def done(self, info: Info, purpose: PURPOSE = None) -> str | None:
        return await info.context.private(self.row["done"], "done", purpose)


@strawberry.type(description="A purchased service for one person. 服务。")
class ServiceType:
    service_id: str = f("Its id.", "服务编号。")
    contract_id: str = f("The contract.", "合同编号。")
    provider_id: str = f("The provider.", "服务机构编号。")
    household_id: str = f("The household.", "家庭编号。")
    person_id: str = f("The person.", "人员编号。")
    service: str = f("Which service.", "服务种类。")
    per_month: int = f("Visits a month.", "每月次数。")
    from_date: date = f("First day.", "开始日期。")
    until_date: date = f("Last day.", "终止日期。")
    stopped: bool = f("Whether it ended early.", "是否提前终止。")
    row: strawberry.Private[Row]

    @strawberry.field(description="The person's name. 姓名。")
    async def name(self, info: Info, purpose: PURPOSE = None) -> str | None:
        return await info.context.private(self.row["person_name"], "name", purpose)

    @strawberry.field(description="The needs as assessed. 需求评估。")
    async def needs(self, info: Info, purpose: PURPOSE = None) -> str | None:
        return await info.context.private(self.row["needs"], "needs", purpose)

    @strawberry.field(description="Its visits. 服务记录。")
    async def visits(self, info: Info) -> list[ServiceVisit]:
        rows: list[Row] = await info.context.batch("service_visits", _visits).load(self.service_id)
        names = (
            "visit",
            "rendered_on",
            "worker",
            "from_time",
            "until_time",
            "status",
            "accepted_by",
            "reason",
        )
        return [ServiceVisit(**{name: row[name] for name in names}, row=row) for row in rows]


async def _visits(context: Context, keys: list[str]) -> list[list[Row]]:
    return await _grouped(context, "SELECT * FROM service_visits WHERE service_id = ANY(%(keys)s) ORDER BY rendered_on, position",
                          "service_id", keys)  # fmt: skip


async def _grouped(context: Context, sql: str, key: str, keys: Sequence[str]) -> list[list[Row]]:
    groups: dict[str, list[Row]] = defaultdict(list)
    for row in await context.rows(sql, keys=list(keys)):
        groups[row[key]].append(row)
    return [groups[item] for item in keys]


def service_of(row: Row) -> ServiceType:
    """A service from its row."""
    names = ("service_id", "contract_id", "provider_id", "household_id", "person_id", "service", "per_month", "from_date",
             "until_date", "stopped")  # fmt: skip
    return ServiceType(**{name: row[name] for name in names}, row=row)


@strawberry.type(description="Interest paid on a loan. 贴息记录。")
class InterestType:
    from_date: date = f("First day.", "起始日期。")
    until_date: date = f("Last day.", "截止日期。")
    rate_bp: int = f("Yearly rate it was reckoned by, in basis points.", "计息年利率（基点）。")
    amount: Yuan = f("What was paid.", "贴息金额（元）。")
    department: str = f("Who paid.", "部门。")


@strawberry.type(description="A micro-loan with the interest paid on it. 小额信贷。")
class LoanType:
    loan_id: str = f("Its id.", "贷款编号。")
    household_id: str = f("The household.", "家庭编号。")
    person_id: str = f("The person.", "人员编号。")
    department: str = f("Who registered it.", "登记部门。")
    lender: str = f("Who lends.", "贷款机构。")
    contract: str = f("Number of the contract.", "合同编号。")
    principal: Yuan = f("Principal.", "本金（元）。")
    rate_bp: int = f("Yearly rate in basis points.", "年利率（基点）。")
    from_date: date = f("First day.", "贷款日期。")
    until_date: date = f("Last day.", "到期日期。")

    @strawberry.field(description="Interest paid. 贴息。")
    async def interest(self, info: Info) -> list[InterestType]:
        rows: list[Row] = await info.context.batch("loan_interest", _interest).load(self.loan_id)
        names = ("from_date", "until_date", "rate_bp", "department")
        return [InterestType(**{n: row[n] for n in names}, amount=yuan(row["amount_fen"])) for row in rows]


async def _interest(context: Context, keys: list[str]) -> list[list[Row]]:
    return await _grouped(context, "SELECT * FROM loan_interest WHERE loan_id = ANY(%(keys)s) ORDER BY from_date, position",
                          "loan_id", keys)  # fmt: skip


def loan_of(row: Row) -> LoanType:
    """A loan from its row."""
    names = ("loan_id", "household_id", "person_id", "department", "lender", "contract", "rate_bp", "from_date", "until_date")  # fmt: skip
    return LoanType(**{name: row[name] for name in names}, principal=yuan(row["principal_fen"]))


@strawberry.type(description="A training of one person. 培训。")
class TrainingType:
    training_id: str = f("Its id.", "培训编号。")
    household_id: str = f("The household.", "家庭编号。")
    person_id: str = f("The person.", "人员编号。")
    department: str = f("Who arranged it.", "部门。")
    course: str = f("What is taught.", "培训项目。")
    trainer: str = f("Who teaches it.", "培训机构。")
    employer: str | None = f("The employer it is for.", "用工企业。")
    from_date: date = f("First day.", "开始日期。")
    until_date: date = f("Last day.", "结束日期。")
    completed_on: date | None = f("Day it was over.", "完成日期。")
    hours: int | None = f("Hours attended.", "学时。")
    passed: bool | None = f("Whether it was passed.", "是否合格。")


@strawberry.type(description="A public-interest post of one person. 公益性岗位。")
class PostType:
    post_id: str = f("Its id.", "岗位安置编号。")
    household_id: str = f("The household.", "家庭编号。")
    person_id: str = f("The person.", "人员编号。")
    department: str = f("Who placed the person.", "部门。")
    post: str = f("forest, road, cleaning, guard, other.", "岗位种类。")
    employer: str = f("The employer.", "用人单位。")
    paid_by: str = f("Who pays the wage.", "工资发放单位。")
    contract: str = f("Number of the contract.", "合同编号。")
    wage: Yuan = f("Wage a month.", "月工资（元）。")
    placed_on: date = f("First day.", "上岗日期。")
    until_date: date | None = f("Last day.", "终止日期。")
    end_reason: str | None = f("Why it ended.", "终止原因。")


def training_of(row: Row) -> TrainingType:
    """A training from its row."""
    names = [field for field in TrainingType.__annotations__ if field in row]
    return TrainingType(**{name: row[name] for name in names})


def post_of(row: Row) -> PostType:
    """A post from its row."""
    names = [field for field in PostType.__annotations__ if field in row]
    return PostType(**{name: row[name] for name in names}, wage=yuan(row["wage_fen"]))


async def _page(
    info: Info, sql: str, key: str, make: Callable[[Row], Any], first: int, after: str | None, household_id: str | None
) -> Connection[Any]:  # fmt: skip
    """A page of what a statement finds, in the order of a key."""
    first = page_size(first)
    parameters: dict[str, Any] = {"scope": info.context.scope, "own": own(info.context)}
    if household_id is not None:
        sql += " AND household_id = %(household)s"
        parameters["household"] = household_id
    cursor = decode_cursor(after)
    if cursor is not None:
        sql += f" AND {key} > %(key)s"
        parameters["key"] = cursor
    rows = await info.context.rows(f"{sql} ORDER BY {key} LIMIT %(first)s", first=first + 1, **parameters)
    return connect(rows, first, after, key, make)


HOUSEHOLD = Annotated[str | None, about("Of a household.", "家庭编号。")]


@strawberry.type
class ServiceQueries:
    """Purchased services and development assistance."""

    @strawberry.field(description="Contracts with providers; a provider sees its own. 购买服务合同。")
    async def contracts(self, info: Info, first: FIRST = 50, after: AFTER = None) -> Connection[ContractType]:
        sql = (
            "SELECT c.*, coalesce((SELECT sum(s.amount_fen) FROM service_settlements s WHERE s.contract_id = c.contract_id), 0)"
            f"::bigint AS settled_fen FROM contracts c WHERE {MINE}"
        )
        return await _page(info, sql, "contract_id", contract_of, first, after, None)

    @strawberry.field(description="Purchased services; a provider sees its own people's. 服务列表。")
    async def services(
        self, info: Info, household_id: HOUSEHOLD = None, first: FIRST = 50, after: AFTER = None
    ) -> Connection[ServiceType]:
        sql = (
            "SELECT * FROM (SELECT s.*, p.name AS person_name FROM services s JOIN people p USING (person_id)) x"
            f" WHERE {MINE}"
        )
        return await _page(info, sql, "service_id", service_of, first, after, household_id)

    @strawberry.field(description="Trainings in scope. 培训列表。")
    async def trainings(
        self, info: Info, household_id: HOUSEHOLD = None, first: FIRST = 50, after: AFTER = None
    ) -> Connection[TrainingType]:
        sql = f"SELECT * FROM trainings WHERE {in_scope('organisation_id')}"
        return await _page(info, sql, "training_id", training_of, first, after, household_id)

    @strawberry.field(description="Public-interest posts in scope. 公益性岗位列表。")
    async def posts(
        self, info: Info, household_id: HOUSEHOLD = None, first: FIRST = 50, after: AFTER = None
    ) -> Connection[PostType]:
        sql = f"SELECT * FROM posts WHERE {in_scope('organisation_id')}"
        return await _page(info, sql, "post_id", post_of, first, after, household_id)

    @strawberry.field(description="Micro-loans in scope. 小额信贷列表。")
    async def loans(
        self, info: Info, household_id: HOUSEHOLD = None, first: FIRST = 50, after: AFTER = None
    ) -> Connection[LoanType]:
        sql = f"SELECT * FROM loans WHERE {in_scope('organisation_id')}"
        return await _page(info, sql, "loan_id", loan_of, first, after, household_id)
