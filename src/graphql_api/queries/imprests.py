"""Imprests with what is in hand, their statement and their counts (question 50)."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any

import strawberry

from graphql_api.context import Info, Row, in_scope, within
from graphql_api.errors import out_of_scope
from graphql_api.queries.definitions import today
from graphql_api.scalars import Month, Yuan, yuan
from graphql_api.types.common import about, f
from ledger.emergency.imprests import last_day
from ledger.kernel import month


@strawberry.type(name="ImprestMovement", description="Money in or out of an imprest. 备用金收支。")
class MovementType:
    day: date = f("Day.", "日期。")
    kind: str = f("advanced, spent, replenished, returned.", "收支类型。")
    amount: Yuan = f("Amount.", "金额。")
    balance: Yuan = f("What should be in hand after it.", "余额。")
    receipt: str | None = f("Receipt.", "收据编号。")
    emergency_id: str | None = f("The emergency it was spent on.", "急难编号。")
    operator_id: str = f("Who recorded it.", "经办人。")


@strawberry.type(name="ImprestDifference", description="A difference that was named. 账实差额。")
class DifferenceType:
    amount: Yuan = f("Missing money is positive.", "短缺为正。")
    reason: str = f("Why.", "原因。")


@strawberry.type(name="ImprestCount", description="The count of a month. 备用金月度核对。")
class CountType:
    month: Month = f("The month.", "月份。")
    counted_on: date = f("Day of the count.", "核对日期。")
    cash: Yuan = f("Cash counted.", "盘点现金。")
    difference: Yuan = f("What differs.", "账实差额。")
    differences: list[DifferenceType] = f("Why.", "差额原因。")
    operator_id: str = f("Who counted.", "核对人。")


@strawberry.type(
    name="Imprest",
    description="A regiment's imprest: advance = cash + receipts − replenishments + returned. 备用金。",
)
class ImprestType:
    imprest_id: str = f("Its id.", "备用金编号。")
    organisation_id: str = f("Who keeps it.", "保管机构。")
    fund_id: str = f("The fund it comes from.", "资金编号。")
    document: str = f("The document that allows it.", "设立文号。")
    opened_on: date = f("Since when.", "设立日期。")
    ceiling: Yuan = f("The most it may hold.", "限额。")
    balance: Yuan = f("What should be in hand.", "余额。")
    advanced: Yuan = f("Advanced in all.", "累计拨付。")
    spent: Yuan = f("Spent against receipts in all.", "累计凭据支出。")
    replenished: Yuan = f("Replenished in all.", "累计补足。")
    returned: Yuan = f("Returned in all.", "累计缴回。")
    to_replenish: Yuan = f("Receipts not made up for yet.", "尚未补足的收据金额。")
    next_month: Month = f("The next month to count.", "下一个应核对的月份。")
    count_due_on: date = f("Until when.", "核对期限。")
    count_overdue: bool = f("Whether that is past.", "核对是否逾期。")
    counts: list[CountType] = f("Counts, month by month.", "各月核对结果。")
    row: strawberry.Private[Row]

    @strawberry.field(description="Money in and out, in order, with the balance after each. 收支明细。")
    def statement(
        self,
        month: Annotated[
            Month | None, about("Of this month; all when not given.", "月份，默认全部。")
        ] = None,
    ) -> list[MovementType]:
        return statement_of(self.row["state"], month)


def statement_of(state: dict[str, Any], of: str | None) -> list[MovementType]:
    """Movements by day, with what should be in hand after each."""
    rows, cash = [], 0
    until = last_day(month(of)) if of else date.max
    for one in sorted(state.get("movements", []), key=lambda m: str(m["day"])):
        cash += one["amount_fen"] if one["kind"] in ("advanced", "replenished") else -one["amount_fen"]
        day = date.fromisoformat(one["day"])
        if of is None or (day <= until and one["day"].startswith(of)):
            rows.append(MovementType(day=day, kind=one["kind"], amount=yuan(one["amount_fen"]), balance=yuan(cash),
                                     receipt=one["receipt"], emergency_id=one["emergency_id"], operator_id=one["operator_id"]))  # fmt: skip
    return rows


def imprest_of(row: Row) -> ImprestType:
    """An imprest from its row."""
    state = row["state"]
    counts = [
        CountType(month=c["month"], counted_on=date.fromisoformat(c["day"]), cash=yuan(c["cash_fen"]),
                  difference=yuan(c["difference_fen"]), operator_id=c["operator_id"],
                  differences=[DifferenceType(amount=yuan(d["amount_fen"]), reason=d["reason"]) for d in c["differences"]])
        for c in state.get("reconciled", [])
    ]  # fmt: skip
    return ImprestType(
        **{name: row[name] for name in ("imprest_id", "organisation_id", "fund_id", "opened_on", "next_month")},
        **{name: yuan(row[f"{name}_fen"]) for name in ("ceiling", "advanced", "spent", "replenished", "returned")},
        balance=yuan(row["cash_fen"]), to_replenish=yuan(row["spent_fen"] - row["replenished_fen"]), document=state["document"],
        count_due_on=row["due_on"], count_overdue=row["due_on"] < today(), counts=counts, row=row,
    )  # fmt: skip


@strawberry.type
class ImprestQueries:
    """What may be asked about imprests."""

    @strawberry.field(description="One imprest. 备用金。")
    async def imprest(
        self, info: Info, id: Annotated[str, about("Its id.", "备用金编号。")]
    ) -> ImprestType | None:
        row = await info.context.row(
            f"SELECT * FROM imprests WHERE imprest_id = %(id)s AND {in_scope('organisation_id')}",
            id=id, scope=info.context.scope,
        )  # fmt: skip
        if row is None and await info.context.row(
            "SELECT 1 AS x FROM imprests WHERE imprest_id = %(id)s", id=id
        ):
            raise out_of_scope()
        return imprest_of(row) if row else None

    @strawberry.field(description="Imprests in scope. 备用金列表。")
    async def imprests(
        self,
        info: Info,
        organisation_id: Annotated[
            str | None, about("Of an organisation or below it.", "机构（含下级）。")
        ] = None,
    ) -> list[ImprestType]:
        wheres = [in_scope("organisation_id")]
        if organisation_id is not None:
            wheres.append(within("organisation_id", "organisation_id"))
        rows = await info.context.rows(
            f"SELECT * FROM imprests WHERE {' AND '.join(wheres)} ORDER BY organisation_id, imprest_id",
            scope=info.context.scope, organisation_id=organisation_id,
        )  # fmt: skip
        return [imprest_of(row) for row in rows]
