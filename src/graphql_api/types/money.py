"""Funds, runs and their lines."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, NamedTuple

import strawberry

from graphql_api.context import Context, Info, Row, in_scope
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
from graphql_api.types.households import PURPOSE

LINE_STATUS = Annotated[
    str | None, about("drafted, instructed, settled, returned, reissued, void.", "明细状态。")
]


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
    received: Yuan | None = f("Received; for those who stand for the division.", "到账（师市级可见）。")
    allocated: Yuan = f("Allocated to organisations in scope.", "已分配（本级及下级）。")
    committed: Yuan = f("Committed by runs.", "已占用。")
    paid: Yuan = f("Paid.", "已支付。")
    returned: Yuan = f("Returned by the bank.", "已退回。")
    available: Yuan = f("Allocated and still to commit.", "已分配可用。")
    unallocated: Yuan | None = f(
        "Received and not allocated yet; for those who stand for the division.", "未分配（师市级可见）。"
    )

    @strawberry.field(description="By organisation in scope. 按机构。")
    async def balances(self, info: Info) -> list[FundBalance]:
        rows = await info.context.batch("balances", load_balances).load(self.fund_id)
        return [
            FundBalance(
                organisation_id=row["organisation_id"],
                **{name: yuan(row[f"{name}_fen"]) for name in ("allocated", "committed", "paid", "returned")},
                available=yuan(row["allocated_fen"] - row["committed_fen"] + row["returned_fen"]),
            )
            for row in rows
        ]


async def load_balances(context: Context, fund_ids: list[str]) -> list[list[Row]]:
    """What organisations in scope have of each fund."""
    found: dict[str, list[Row]] = {fund_id: [] for fund_id in fund_ids}
    rows = await context.rows(
        "SELECT * FROM fund_balances WHERE fund_id = ANY(%(keys)s) AND organisation_id <> ''"
        f" AND {in_scope('organisation_id')} ORDER BY organisation_id",
        keys=fund_ids,
        scope=context.scope,
    )
    for row in rows:
        found[row["fund_id"]].append(row)
    return [found[fund_id] for fund_id in fund_ids]


FUNDS = f"""
SELECT f.*, b.*, (SELECT level = 'division' FROM organisations WHERE organisation_id = %(scope)s) AS whole
FROM funds f JOIN LATERAL (
    SELECT sum(received_fen)::bigint AS received_fen, sum(allocated_fen)::bigint AS allocated_fen,
           sum(committed_fen)::bigint AS committed_fen, sum(paid_fen)::bigint AS paid_fen,
           sum(returned_fen)::bigint AS returned_fen, count(*) FILTER (WHERE organisation_id <> '') AS organisations
    FROM fund_balances WHERE fund_id = f.fund_id AND (organisation_id = '' OR {in_scope("organisation_id")})
) b ON b.organisations > 0 OR (SELECT level = 'division' FROM organisations WHERE organisation_id = %(scope)s)
"""
"""Funds with their sums in scope: all for the division, elsewhere those the organisation has a part of."""


def fund_of(row: Row) -> Fund:
    """A fund from its row."""
    names = ("fund_id", "name", "source", "year", "uses", "document")
    sums = ("allocated", "committed", "paid", "returned")
    return Fund(
        **{name: row[name] for name in names},
        **{name: yuan(row[f"{name}_fen"]) for name in sums},
        received=yuan(row["received_fen"]) if row["whole"] else None,
        available=yuan(row["allocated_fen"] - row["committed_fen"] + row["returned_fen"]),
        unallocated=yuan(row["received_fen"] - row["allocated_fen"]) if row["whole"] else None,
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


LINE_CONDITIONS = {
    "household_id": "household_id = %(household_id)s",
    "month": "month = %(month)s",
    "status": "status = %(status)s",
}


async def payments_page(
    info: Info, filter: dict[str, str], first: int, after: str | None
) -> Connection[Payment]:
    """A page of lines in scope, in payment id order."""
    first = page_size(first)
    wheres = [
        *(LINE_CONDITIONS[name] for name in filter),
        in_scope("organisation_id"),
        "payment_id > %(after)s",
    ]
    rows = await info.context.rows(
        f"SELECT * FROM payments WHERE {' AND '.join(wheres)} ORDER BY payment_id LIMIT %(first)s",
        **filter,
        scope=info.context.scope,
        after=decode_cursor(after) or "",
        first=first + 1,
    )
    return connect(rows, first, after, "payment_id", payment_of)


class LinesPage(NamedTuple):
    """One page of one run's lines; pages that differ in the run only are read by one statement."""

    run_id: str
    first: int
    after: int
    status: str | None


async def load_lines(context: Context, pages: list[LinesPage]) -> list[list[Row]]:
    """The rows of many pages, in the order of the roster."""
    found: dict[LinesPage, list[Row]] = {page: [] for page in pages}
    groups: dict[tuple[Any, ...], list[LinesPage]] = {}
    for page in found:
        groups.setdefault(page[1:], []).append(page)
    for (first, after, status), alike in groups.items():
        rows = await context.rows(
            "SELECT x.* FROM unnest(%(keys)s::text[]) k(key) CROSS JOIN LATERAL (SELECT * FROM payments"
            " WHERE run_id = k.key AND sequence > %(after)s AND (%(status)s::text IS NULL OR status = %(status)s)"
            f" AND {in_scope('organisation_id')} ORDER BY sequence LIMIT %(first)s) x ORDER BY x.sequence",
            keys=[page.run_id for page in alike],
            first=first + 1,
            after=after,
            status=status,
            scope=context.scope,
        )
        by_run = {page.run_id: found[page] for page in alike}
        for row in rows:
            by_run[row["run_id"]].append(row)
    return [found[page] for page in pages]


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

    @strawberry.field(description="Its lines, in the order of the roster. 明细。")
    async def payments(
        self, info: Info, first: FIRST = 50, after: AFTER = None, status: LINE_STATUS = None
    ) -> Connection[Payment]:
        page = LinesPage(self.run_id, page_size(first), decode_position(after) or 0, status)
        rows = await info.context.batch("lines", load_lines).load(page)
        return connect(rows, page.first, after, "sequence", payment_of)


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
