"""Late facts and what they mean in money: the exact months paid too much or short, and from what that follows."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any

import anyio.to_thread
import strawberry

from graphql_api.context import Context, Info, Row, in_scope
from graphql_api.errors import bad_input, out_of_scope
from graphql_api.scalars import Month, Yuan, yuan
from graphql_api.types.common import (
    AFTER,
    FIRST,
    Connection,
    about,
    connect,
    decode_cursor,
    f,
    from_row,
    page_size,
)
from ledger.kernel import Recorded, month
from ledger.payments.differences import Difference, Differences, gather


@strawberry.type(description="An event something follows from. 依据事件。")
class BecauseOf:
    event_id: str = f("The event's id.", "事件编号。")
    position: int = f("Position in the log.", "台账位置。")
    kind: str = f("What happened.", "事件类型。")
    zh: str = f("The same in 中文.", "事件名称（中文）。")
    en: str = f("The same in English.", "事件名称（英文）。")
    occurred_on: date | None = f("When it was so.", "发生日期。")
    recorded_at: datetime = f("When it became known.", "登记时间。")


def because(recorded: Recorded | None) -> BecauseOf | None:
    """An event as an explanation."""
    if recorded is None:
        return None
    event = recorded.event
    zh, en = event.TITLE
    return BecauseOf(event_id=event.event_id, position=recorded.position, kind=type(event).__name__, zh=zh, en=en,
                     occurred_on=event.occurred_on, recorded_at=recorded.recorded_at)  # fmt: skip


@strawberry.type(
    description="One month and component that was paid too much or short. 某月某组成部分的多发或少发。"
)
class MonthDifference:
    month: Month = f("The month.", "月份。")
    component: str = f("base, supplement, care.", "组成部分。")
    organisation_id: str = f("The organisation that pays it.", "发放机构。")
    due: Yuan = f("Due by the decisions now in force.", "按现行决定应发。")
    instructed: Yuan = f("Instructed so far.", "已编制发放。")
    settled: Yuan = f("Settled so far.", "已发放成功。")
    short: Yuan = f("Still due.", "应补。")
    over: Yuan = f("Too much, and settled.", "多发（已到账）。")
    pending: Yuan = f("Too much, but the bank has not answered.", "多发（待银行回盘）。")
    recovering: Yuan = f("Under recovery.", "追缴中。")
    announced: Yuan = f("Announced as back-pay, not run yet.", "已确定补发、尚未编制。")
    debtor_id: str | None = f("Who drew the money.", "领款人。")
    kept_back: bool = f("Whether it was known more than three months after.", "是否超过三个月才知悉。")
    fact: BecauseOf | None = f("What became known late.", "迟知的事实。")
    decision: BecauseOf | None = f("The decision that says what is due now.", "确定现应发额的决定。")


def month_of_difference(found: Difference) -> MonthDifference:
    """A difference as the API shows it."""
    gap, why = found.gap, found.why
    return MonthDifference(
        month=Month(gap.month), component=gap.component.value, organisation_id=found.organisation_id, due=yuan(gap.due_fen),
        instructed=yuan(gap.paid.net_fen), settled=yuan(found.settled_fen), short=yuan(gap.short_fen),
        over=yuan(found.recoverable_fen), pending=yuan(found.pending_fen), recovering=yuan(found.recovering_fen),
        announced=yuan(found.announced_fen), debtor_id=found.debtor_id or None, kept_back=why.kept_back,
        fact=because(why.fact), decision=because(why.decision),
    )  # fmt: skip


@strawberry.type(
    description="What one entitlement was paid too much or short, in all and month by month. 某项待遇的多发少发。"
)
class EntitlementDifferences:
    entitlement_id: str = f("The entitlement.", "待遇编号。")
    household_id: str = f("The household.", "家庭编号。")
    programme: str = f("The programme.", "救助项目。")
    over: Yuan = f("Too much in all, and settled.", "多发合计（已到账）。")
    short: Yuan = f("Short in all.", "少发合计。")
    recovering: Yuan = f("Under recovery in all.", "追缴中合计。")
    unopened: Yuan = f("Too much and not under recovery yet.", "多发未追缴。")
    months: list[MonthDifference] = f("Month by month.", "逐月明细。")


def differences_of(mine: Differences) -> EntitlementDifferences:
    """One entitlement's differences as the API shows them."""
    found = mine.found()
    unopened = sum(max(d.recoverable_fen - d.recovering_fen, 0) for d in found)
    return EntitlementDifferences(
        entitlement_id=mine.id, household_id=mine.entitlement.household_id, programme=mine.entitlement.category,
        over=yuan(sum(d.recoverable_fen for d in found)), short=yuan(sum(d.gap.short_fen for d in found)),
        recovering=yuan(sum(mine.recovering.values())), unopened=yuan(unopened),
        months=[month_of_difference(d) for d in found],
    )  # fmt: skip


async def load_differences(context: Context, households: list[str]) -> list[list[EntitlementDifferences]]:
    """Every entitlement's differences of many households: their facts are read together."""
    rows = await context.rows(
        "SELECT entitlement_id, household_id FROM entitlements WHERE household_id = ANY(%(keys)s) ORDER BY entitlement_id",
        keys=households,
    )
    ids = [row["entitlement_id"] for row in rows]
    ledger = context.services.ledger

    def read() -> list[EntitlementDifferences]:
        known, _, _ = gather(ledger.read_with_head, ids)
        return [differences_of(Differences(known, key)) for key in ids]

    found = await anyio.to_thread.run_sync(read) if ids else []
    return [[d for d in found if d.household_id == household] for household in households]


@strawberry.type(description="Something that became known in a later month than it was so. 迟知的事实。")
class LateFact:
    """Its columns are those of the statement below, by the same names."""

    position: int = f("Position in the log.", "台账位置。")
    kind: str = f("What happened.", "事件类型。")
    household_id: str = f("The household.", "家庭编号。")
    person_ids: list[str] = f("People it is about.", "涉及人员。")
    occurred_on: date = f("When it was so.", "发生日期。")
    recorded_at: datetime = f("When it became known.", "登记时间。")
    event_id: str = f("The event's id.", "事件编号。")
    months_late: int = f("Months between.", "相隔月数。")

    @strawberry.field(
        description="What the household was paid too much or short, as of now. 该家庭目前的多发少发。"
    )
    async def differences(self, info: Info) -> list[EntitlementDifferences]:
        found: list[EntitlementDifferences] = await info.context.batch("differences", load_differences).load(
            self.household_id
        )
        return found


def late_fact_of(row: Row) -> LateFact:
    """A late fact from its row."""
    return from_row(LateFact, row)


@strawberry.type
class DifferenceQueries:
    """What was paid too much or short."""

    @strawberry.field(
        description="What a household's entitlements were paid too much or short by what is known now, with explanation. 家庭多发少发及其原因。"
    )
    async def differences(
        self, info: Info, household_id: Annotated[str, about("The household.", "家庭编号。")]
    ) -> list[EntitlementDifferences]:
        row = await info.context.row(
            f"SELECT {in_scope('organisation_id')} AS visible FROM households WHERE household_id = %(id)s",
            id=household_id, scope=info.context.scope,
        )  # fmt: skip
        if row is None:
            return []
        if not row["visible"]:
            raise out_of_scope()
        found: list[EntitlementDifferences] = await info.context.batch("differences", load_differences).load(
            household_id
        )
        return found

    @strawberry.field(
        name="lateFacts",
        description="What became known in a month of earlier ones, with what it means in money. 某月登记的此前事实及其资金影响。",
    )
    async def late_facts(
        self,
        info: Info,
        known_month: Annotated[
            Month, strawberry.argument(name="month", description="The month it became known. 登记月份。")
        ],
        first: FIRST = 50,
        after: AFTER = None,
    ) -> Connection[LateFact]:
        first = page_size(first)
        position, _, behind = (decode_cursor(after) or "0/").partition("/")
        if not position.isdecimal() or not position.isascii() or len(position) > 18:
            raise bad_input("The cursor is not one of this list.", "游标无效。")
        given: dict[str, Any] = {
            "after": int(position),
            "behind": behind,
            "month": month(known_month),
            "scope": info.context.scope,
            "first": first + 1,
        }
        rows = await info.context.rows(
            "SELECT l.position || '/' || l.household_id AS place, l.position, l.kind, l.household_id, l.person_ids, l.occurred_on, l.recorded_at, l.event_id,"
            " ((left(l.known_month, 4)::int * 12 + right(l.known_month, 2)::int)"
            " - (extract(year FROM l.occurred_on)::int * 12 + extract(month FROM l.occurred_on)::int)) AS months_late"
            " FROM late_facts l JOIN households h USING (household_id)"
            f" WHERE l.known_month = %(month)s AND (l.position, l.household_id) > (%(after)s, %(behind)s) AND {in_scope('h.organisation_id')}"
            " ORDER BY l.position, l.household_id LIMIT %(first)s",
            **given,
        )  # fmt: skip
        return connect(rows, first, after, "place", late_fact_of)
