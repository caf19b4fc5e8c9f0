"""Rises of standards with their lists, and rosters of bulk subsidies."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any

import strawberry

from graphql_api.context import Info, in_scope
from graphql_api.scalars import Month, Yuan, yuan
from graphql_api.types.common import AFTER, FIRST, Connection, about, connect, decode_position, f, page_size
from ledger.kernel import Role

READERS = (Role.CLERK, Role.REVIEWER, Role.FINANCE, Role.AUDITOR)


def _money(row: dict[str, Any], *names: str) -> dict[str, Any]:
    """A row with its amounts in yuan, by their names without `_fen`."""
    shown = {name: value for name, value in row.items() if not name.endswith("_fen")}
    return shown | {name.removesuffix("_fen"): yuan(row[name]) for name in names}


@strawberry.type(description="A household's old and new amount. 提标前后金额。")
class RaiseLine:
    position: int = f("Position in the log.", "台账位置。")
    entitlement_id: str = f("The cover.", "待遇编号。")
    household_id: str = f("The household.", "家庭编号。")
    organisation_id: str = f("The organisation that pays it.", "发放机构。")
    from_month: Month = f("From which month.", "起始月份。")
    previous: Yuan = f("A month, before.", "原月金额。")
    amount: Yuan = f("A month, after.", "新月金额。")
    adjusted_position: int | None = f(
        "The adjustment in the log, once carried out.", "调整决定在台账中的位置。"
    )


@strawberry.type(description="Who gets nothing more by a rise, and why. 提标未调整的家庭。")
class RaiseException:
    position: int = f("Position in the log.", "台账位置。")
    entitlement_id: str = f("The cover.", "待遇编号。")
    household_id: str = f("The household.", "家庭编号。")
    organisation_id: str = f("The organisation that pays it.", "发放机构。")
    note_zh: str = f("Why, in 中文.", "原因（中文）。")
    note_en: str = f("Why, in English.", "原因（英文）。")


@strawberry.type(description="A refusal of the last year that would qualify now. 重新筛查后符合条件的家庭。")
class RaiseRefusal:
    position: int = f("Position in the log.", "台账位置。")
    case_id: str = f("The refused case.", "原申请编号。")
    household_id: str = f("The household.", "家庭编号。")
    organisation_id: str = f("The organisation in charge.", "机构编号。")
    category: str = f("The category.", "类别。")
    amount: Yuan = f("What would be due a month.", "测算月金额。")


PARTS: dict[str, tuple[str, Any]] = {
    "standard_raise_lines": ("previous_fen amount_fen", RaiseLine),
    "standard_raise_exceptions": ("", RaiseException),
    "standard_raise_refusals": ("amount_fen", RaiseRefusal),
}
COLUMNS = {
    "standard_raise_lines": "position, entitlement_id, household_id, organisation_id, from_month, previous_fen, amount_fen, adjusted_position",
    "standard_raise_exceptions": "position, entitlement_id, household_id, organisation_id, note_zh, note_en",
    "standard_raise_refusals": "position, case_id, household_id, organisation_id, category, amount_fen",
}


async def _part(info: Info, table: str, key: str, first: int, after: str | None) -> Connection[Any]:
    """A page of one of a rise's lists, in scope, in log order."""
    money, made = PARTS[table]
    first = page_size(first)
    rows = await info.context.rows(
        f"SELECT {COLUMNS[table]} FROM {table} WHERE raise_id = %(key)s AND position > %(after)s AND {in_scope('organisation_id')}"
        " ORDER BY position LIMIT %(first)s",
        key=key, after=decode_position(after) or 0, first=first + 1, scope=info.context.scope,
    )  # fmt: skip
    return connect(rows, first, after, "position", lambda row: made(**_money(row, *money.split())))


@strawberry.type(description="A rise of standards as a whole. 提标方案。")
class StandardRaise:
    raise_id: str = f("Its id.", "方案编号。")
    organisation_id: str = f("For the households below it.", "适用机构。")
    programme: str = f("The programme.", "救助项目。")
    from_month: Month = f("From which month.", "起始月份。")
    reason: str = f("Why.", "原因。")
    article: str = f("By which article.", "依据。")
    status: str = f("proposed, reviewed, approved, carried_out.", "状态。")
    households: int = f("How many households get more.", "调整户数。")
    previous: Yuan = f("All of them a month, before.", "调整前月合计。")
    raised: Yuan = f("And after.", "调整后月合计。")
    left_out: int = f("How many were left out when it was listed.", "列单时未调整户数。")
    rescreened: int = f("How many refusals would qualify now.", "重新筛查符合条件数。")
    roster_hash: str = f("SHA-256 of the list, to review and approve by.", "名单哈希，审核批准时使用。")
    read_at_position: int = f("The position of the log it was read at.", "名单读取时的台账位置。")
    proposed_on: date | None = f("Day it was proposed.", "提出日期。")
    proposed_by: str = f("Who proposed it.", "提出人。")
    reviewed_on: date | None = f("Day it was reviewed.", "审核日期。")
    reviewed_by: str | None = f("Who reviewed it.", "审核人。")
    approved_on: date | None = f("Day it was approved.", "批准日期。")
    approved_by: str | None = f("Who approved it.", "批准人。")
    carried_out_on: date | None = f("Day all of it was carried out.", "办结日期。")
    position: int = f("Position in the log.", "台账位置。")

    @strawberry.field(description="Old and new amount of every household. 逐户新旧金额。")
    async def lines(self, info: Info, first: FIRST = 50, after: AFTER = None) -> Connection[RaiseLine]:
        return await _part(info, "standard_raise_lines", self.raise_id, first, after)

    @strawberry.field(description="Who gets nothing more, and why. 未调整家庭及原因。")
    async def exceptions(
        self, info: Info, first: FIRST = 50, after: AFTER = None
    ) -> Connection[RaiseException]:
        return await _part(info, "standard_raise_exceptions", self.raise_id, first, after)

    @strawberry.field(description="Refusals that would qualify now. 重新筛查符合条件的原未通过家庭。")
    async def refusals(self, info: Info, first: FIRST = 50, after: AFTER = None) -> Connection[RaiseRefusal]:
        return await _part(info, "standard_raise_refusals", self.raise_id, first, after)


@strawberry.type(description="A household on a roster. 补贴名册明细。")
class SubsidyLine:
    position: int = f("Position in the log.", "台账位置。")
    household_id: str = f("The household.", "家庭编号。")
    entitlement_id: str = f("The cover it is on the roster by.", "待遇编号。")
    organisation_id: str = f("The organisation in charge.", "机构编号。")
    category: str = f("The category.", "类别。")
    person_ids: list[str] = f("The people covered on the day.", "在册人员。")
    amount: Yuan = f("What the household gets.", "补贴金额。")
    awarded_position: int | None = f("The award in the log.", "发放决定在台账中的位置。")


@strawberry.type(description="A bulk subsidy and its roster. 批量补贴及名册。")
class BulkSubsidy:
    roster_id: str = f("Its id.", "名册编号。")
    organisation_id: str = f("For who is covered below it.", "适用机构。")
    subsidy: str = f("price_subsidy, holiday_subsidy, heating_subsidy, power_subsidy.", "补贴种类。")
    named_zh: str = f("Its name in 中文.", "名称（中文）。")
    named_en: str = f("Its name in English.", "名称（英文）。")
    day: date = f("The day it was frozen on.", "冻结日期。")
    month: Month = f("For which month.", "所属月份。")
    unit: str = f("per_person or per_household.", "发放单位。")
    each: Yuan = f("The one amount.", "标准。")
    categories: list[str] = f("The categories chosen.", "所选类别。")
    households: int = f("How many households.", "户数。")
    people: int = f("How many people.", "人数。")
    total: Yuan = f("In all.", "合计。")
    roster_hash: str = f("SHA-256 of the roster.", "名册哈希。")
    document: str | None = f("The document that grants it.", "文件依据。")
    granted_on: date | None = f("Day it was granted.", "登记日期。")
    granted_by: str = f("Who granted it.", "经办人。")
    position: int = f("Position in the log.", "台账位置。")

    @strawberry.field(description="The households on it. 名册明细。")
    async def lines(self, info: Info, first: FIRST = 50, after: AFTER = None) -> Connection[SubsidyLine]:
        first = page_size(first)
        rows = await info.context.rows(
            "SELECT position, household_id, entitlement_id, organisation_id, category, person_ids, amount_fen, awarded_position"
            f" FROM bulk_subsidy_lines WHERE roster_id = %(key)s AND position > %(after)s AND {in_scope('organisation_id')}"
            " ORDER BY position LIMIT %(first)s",
            key=self.roster_id, after=decode_position(after) or 0, first=first + 1, scope=info.context.scope,
        )  # fmt: skip
        return connect(rows, first, after, "position", lambda row: SubsidyLine(**_money(row, "amount_fen")))


STATUS = """CASE WHEN carried_out_on IS NOT NULL THEN 'carried_out' WHEN approved_on IS NOT NULL THEN 'approved'
    WHEN reviewed_on IS NOT NULL THEN 'reviewed' ELSE 'proposed' END AS status"""
SEEN = f"""(%(scope)s <> '' AND ({in_scope("organisation_id")} OR organisation_id IN (SELECT unnest(o.path) FROM organisations o
    WHERE o.organisation_id = %(scope)s)))"""
"""A list made above one's organisation is seen too: of its lines only those in scope."""


@strawberry.type
class FrozenListQueries:
    """Lists that were frozen before anything followed from them."""

    @strawberry.field(description="A rise of standards with its list. 提标方案及名单。")
    async def standard_raise(
        self, info: Info, raise_id: Annotated[str, about("The rise.", "方案编号。")]
    ) -> StandardRaise | None:
        info.context.require(*READERS)
        row = await info.context.row(
            f"SELECT *, {STATUS} FROM standard_raises WHERE raise_id = %(id)s AND {SEEN}",
            id=raise_id,
            scope=info.context.scope,
        )
        return None if row is None else StandardRaise(**_money(row, "previous_fen", "raised_fen"))

    @strawberry.field(description="Rises of standards, the earliest first. 提标方案列表。")
    async def standard_raises(
        self, info: Info, first: FIRST = 50, after: AFTER = None
    ) -> Connection[StandardRaise]:
        info.context.require(*READERS)
        first = page_size(first)
        rows = await info.context.rows(
            f"SELECT *, {STATUS} FROM standard_raises WHERE position > %(after)s AND {SEEN} ORDER BY position LIMIT %(first)s",
            after=decode_position(after) or 0, first=first + 1, scope=info.context.scope,
        )  # fmt: skip
        return connect(
            rows,
            first,
            after,
            "position",
            lambda row: StandardRaise(**_money(row, "previous_fen", "raised_fen")),
        )

    @strawberry.field(description="Bulk subsidies with their rosters, the earliest first. 批量补贴及名册。")
    async def bulk_subsidies(
        self,
        info: Info,
        month: Annotated[Month | None, about("For this month.", "所属月份。")] = None,
        first: FIRST = 50,
        after: AFTER = None,
    ) -> Connection[BulkSubsidy]:
        info.context.require(*READERS)
        first = page_size(first)
        rows = await info.context.rows(
            f"SELECT * FROM bulk_subsidies WHERE position > %(after)s AND {SEEN} AND (%(month)s::text IS NULL OR month = %(month)s)"
            " ORDER BY position LIMIT %(first)s",
            after=decode_position(after) or 0, first=first + 1, scope=info.context.scope, month=month,
        )  # fmt: skip
        return connect(
            rows, first, after, "position", lambda row: BulkSubsidy(**_money(row, "each_fen", "total_fen"))
        )
