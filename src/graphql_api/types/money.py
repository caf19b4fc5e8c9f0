"""Funds, runs and their lines."""

from __future__ import annotations

from datetime import date

import strawberry

from graphql_api.context import Info, Row, in_scope
from graphql_api.scalars import Month, Yuan, yuan
from graphql_api.types.common import Connection, connect, decode_cursor, f, page_size
from graphql_api.types.households import PURPOSE


@strawberry.type(description="What one organisation has of a fund. 机构资金余额。")
class FundBalance:
    organisation_id: str = f("The organisation.", "机构。")
    allocated: Yuan = f("Allocated.", "已分配。")
    committed: Yuan = f("Committed by runs.", "已占用。")
    paid: Yuan = f("Paid.", "已支付。")
    returned: Yuan = f("Returned by the bank.", "已退回。")
    available: Yuan = f("Still to commit.", "可用。")


@strawberry.type(description="Money received for named programmes. 资金。")
class Fund:
    fund_id: str = f("Its id.", "资金编号。")
    name: str = f("Its name.", "名称。")
    source: str = f("central, corps, division, lottery, charity.", "来源。")
    year: int = f("Year.", "年度。")
    uses: list[str] = f("Programmes it may pay.", "用途。")
    document: str = f("Document it came with.", "文号。")
    received: Yuan = f("Received.", "到账。")
    allocated: Yuan = f("Allocated to organisations.", "已分配。")
    committed: Yuan = f("Committed by runs.", "已占用。")
    paid: Yuan = f("Paid.", "已支付。")
    returned: Yuan = f("Returned by the bank.", "已退回。")
    available: Yuan = f("Allocated and still to commit.", "已分配可用。")
    unallocated: Yuan = f("Received and not allocated yet.", "未分配。")

    @strawberry.field(description="By organisation in scope. 按机构。")
    async def balances(self, info: Info) -> list[FundBalance]:
        rows = await info.context.rows(
            "SELECT * FROM fund_balances WHERE fund_id = %(key)s AND organisation_id <> ''"
            f" AND {in_scope('organisation_id')} ORDER BY organisation_id",
            key=self.fund_id,
            scope=info.context.scope,
        )
        return [
            FundBalance(
                organisation_id=row["organisation_id"],
                **{name: yuan(row[f"{name}_fen"]) for name in ("allocated", "committed", "paid", "returned")},
                available=yuan(row["allocated_fen"] - row["committed_fen"] + row["returned_fen"]),
            )
            for row in rows
        ]


FUNDS = (
    "SELECT f.*, b.* FROM funds f JOIN (SELECT fund_id AS id, sum(received_fen)::bigint AS received_fen,"
    " sum(allocated_fen)::bigint AS allocated_fen, sum(committed_fen)::bigint AS committed_fen,"
    " sum(paid_fen)::bigint AS paid_fen, sum(returned_fen)::bigint AS returned_fen FROM fund_balances GROUP BY 1) b"
    " ON b.id = f.fund_id"
)


def fund_of(row: Row) -> Fund:
    """A fund from its row."""
    names = ("fund_id", "name", "source", "year", "uses", "document")
    sums = ("received", "allocated", "committed", "paid", "returned")
    return Fund(
        **{name: row[name] for name in names},
        **{name: yuan(row[f"{name}_fen"]) for name in sums},
        available=yuan(row["allocated_fen"] - row["committed_fen"] + row["returned_fen"]),
        unallocated=yuan(row["received_fen"] - row["allocated_fen"]),
    )


@strawberry.type(description="How much of a run one fund bears. 资金分担。")
class Split:
    fund_id: str = f("The fund.", "资金。")
    amount: Yuan = f("How much.", "金额。")


@strawberry.type(description="One line of a run. 发放明细。")
class Payment:
    payment_id: str = f("Its id; the bank's reference.", "流水号。")
    run_id: str = f("Its run.", "批次。")
    household_id: str = f("The household.", "家庭。")
    person_id: str = f("The beneficiary.", "补贴对象。")
    entitlement_id: str = f("The entitlement.", "待遇。")
    programme: str = f("Programme.", "项目。")
    month: Month = f("The month it is due for.", "所属月份。")
    component: str = f("base, supplement, care.", "组成。")
    cause: str = f("regular, back_pay, correction.", "原因。")
    amount: Yuan = f("Amount.", "金额。")
    status: str = f("drafted, instructed, settled, returned, reissued, void.", "状态。")
    return_reason: str | None = f("Why the bank sent it back.", "退回原因。")
    outcome_on: date | None = f("When the bank answered.", "结果日期。")
    bank_reference: str | None = f("The bank's number.", "银行流水。")
    sequence: int = f("Its number in the run.", "序号。")
    row: strawberry.Private[Row]

    @strawberry.field(description="Account number. 账号。")
    async def account(self, info: Info, purpose: PURPOSE = None) -> str | None:
        return await info.context.private(self.row["account"], "account", purpose)


def payment_of(row: Row) -> Payment:
    """A line from its row."""
    names = ("payment_id", "run_id", "household_id", "person_id", "entitlement_id", "programme", "month", "component",
             "cause", "status", "return_reason", "outcome_on", "bank_reference", "sequence")  # fmt: skip
    return Payment(**{name: row[name] for name in names}, amount=yuan(row["amount_fen"]), row=row)


async def payments_page(
    info: Info, wheres: list[str], parameters: dict[str, object], first: int, after: str | None
) -> Connection[Payment]:
    """A page of lines in scope, in payment id order."""
    first = page_size(first)
    wheres = [*wheres, in_scope("organisation_id")]
    key = decode_cursor(after)
    if key is not None:
        wheres.append("payment_id > %(key)s")
        parameters["key"] = key
    rows = await info.context.rows(
        f"SELECT * FROM payments WHERE {' AND '.join(wheres)} ORDER BY payment_id LIMIT %(first)s",
        **parameters,
        scope=info.context.scope,
        first=first + 1,
    )
    return connect(rows, first, after, "payment_id", payment_of)


@strawberry.type(description="One month's payments of a programme and organisation. 发放批次。")
class PaymentRun:
    run_id: str = f("Its id.", "批次编号。")
    organisation_id: str = f("The organisation.", "机构。")
    programme: str = f("Programme.", "项目。")
    month: Month = f("Month.", "月份。")
    status: str = f("drawn, reviewed, approved, sent, reconciled, abandoned.", "状态。")
    lines: int = f("How many lines.", "明细数。")
    total: Yuan = f("Issued.", "应发合计。")
    settled: Yuan = f("Settled.", "成功金额。")
    returned: Yuan = f("Returned.", "退回金额。")
    pending: Yuan = f("Neither yet: issued = settled + returned + pending.", "待确认金额。")
    settled_lines: int = f("Lines settled.", "成功笔数。")
    returned_lines: int = f("Lines returned.", "退回笔数。")
    roster_hash: str = f("SHA-256 of the roster.", "名册哈希。")
    file_hash: str | None = f("SHA-256 of the bank's file.", "银行文件哈希。")
    corrects: str | None = f("The run whose returned lines it pays again.", "更正的批次。")
    prepared_by: str = f("Who prepared it.", "编制人。")
    reviewed_by: str | None = f("Who reviewed it.", "审核人。")
    approved_by: str | None = f("Who approved it.", "批准人。")
    splits: list[Split] = f("Funds that bear it.", "资金分担。")

    @strawberry.field(description="Its lines. 明细。")
    async def payments(
        self, info: Info, first: int = 50, after: str | None = None, status: str | None = None
    ) -> Connection[Payment]:
        wheres, parameters = ["run_id = %(run)s"], {"run": self.run_id}
        if status is not None:
            wheres.append("status = %(status)s")
            parameters["status"] = status
        return await payments_page(info, wheres, dict(parameters), first, after)


def run_of(row: Row) -> PaymentRun:
    """A run from its row."""
    names = ("run_id", "organisation_id", "programme", "month", "status", "lines", "roster_hash", "file_hash", "corrects",
             "prepared_by", "reviewed_by", "approved_by")  # fmt: skip
    return PaymentRun(
        **{name: row[name] for name in names},
        **{name: yuan(row[f"{name}_fen"]) for name in ("total", "settled", "returned")},
        pending=yuan(row["total_fen"] - row["settled_fen"] - row["returned_fen"]),
        settled_lines=row["settled"],
        returned_lines=row["returned"],
        splits=[Split(fund_id=s["fund_id"], amount=yuan(s["amount_fen"])) for s in row["splits"]],
    )
