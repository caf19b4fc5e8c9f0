"""Corrections and what became of whoever made the error, as the API shows them; and events that others name."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any

import strawberry
from strawberry.scalars import JSON

from graphql_api.context import Context, Info, Row, in_scope
from graphql_api.types.common import f, say
from graphql_api.types.events import EventType, event_of
from ledger.kernel import EVENT_TYPES, Role

PURPOSE = Annotated[
    str | None, strawberry.argument(description=say("Why it is read; recorded.", "查阅目的，将被记录。"))
]
STAFF_MATTERS = (Role.REVIEWER, Role.AUDITOR)
"""Who may see how an error was judged, besides whoever made it."""


@strawberry.type(description="An event another one names, where it stands in the log. 所指事件。")
class LinkedEvent:
    position: int = f("Position in the log.", "台账位置。")
    event_id: str = f("Its id.", "事件编号。")
    type: str = f("What happened.", "事件类型。")
    title_zh: str = f("Its name in 中文.", "事件名称（中文）。")
    title_en: str = f("Its name in English.", "事件名称（英文）。")
    operator_id: str = f("Who recorded it.", "登记人。")
    recorded_on: date = f("When it was recorded.", "登记日期。")

    @strawberry.field(description="The event as it stands in the log, personal data masked. 台账事件原文。")
    async def event(self, info: Info) -> EventType | None:
        row = await info.context.events.load(self.position)
        return event_of(row) if row else None


def linked_of(link: Row) -> LinkedEvent:
    """An event from how another one names it, or from a view's row."""
    cls = EVENT_TYPES.get(link["type"])
    zh, en = cls.TITLE if cls is not None else (link["type"], link["type"])
    day = link["recorded_on"]
    return LinkedEvent(
        position=link["position"], event_id=link["event_id"], type=link["type"], title_zh=zh, title_en=en,
        operator_id=link["operator_id"], recorded_on=date.fromisoformat(day) if isinstance(day, str) else day,
    )  # fmt: skip


@strawberry.type(description="What became of someone who made an error. 容错认定结果。")
class ErrorOutcome:
    correction_id: str = f("The correction.", "更正编号。")
    operator_id: str = f("Who made the error.", "当事人。")
    outcome: str = f("exempt or accountable.", "结果：免责或问责。")
    decided_on: date = f("Decided on.", "决定日期。")
    decided_by: str = f("By whom.", "决定人。")
    in_time_until: date | None = f("Last day of a timely correction.", "及时纠正期限。")
    term: JSON | None = f("The term, with its basis.", "所适用的期限及依据。")
    measure: str | None = f("How held to account.", "问责措施。")
    reason: str = f("Why.", "理由。")
    article: str | None = f("By which article.", "依据条款。")
    decision_number: str = f("Number of the decision.", "决定文号。")
    row: strawberry.Private[Row]

    @strawberry.field(description="The correction it is about. 所涉更正。")
    async def correction(self, info: Info) -> Correction | None:
        found: Correction | None = await info.context.batch("corrections", load_corrections).load(
            self.correction_id
        )
        return found


def outcome_of(row: Row) -> ErrorOutcome:
    """An outcome from its row."""
    return ErrorOutcome(**{name: row[name] for name in ErrorOutcome.__annotations__ if name in row}, row=row)


@strawberry.type(description="One moment of an error's history. 时间线节点。")
class Moment:
    on: date = f("The day.", "日期。")
    what: str = f("recorded, discovered, corrected, assessed, exempt, accountable.", "节点。")
    zh: str = f("In 中文.", "说明（中文）。")
    en: str = f("In English.", "说明（英文）。")
    operator_id: str | None = f("Who acted.", "经办人。")
    position: int | None = f("Position in the log.", "台账位置。")


@strawberry.type(description="Events that were wrong and the events that corrected them. 更正。")
class Correction:
    correction_id: str = f("Its id.", "更正编号。")
    organisation_id: str = f("Where it was made.", "更正机构。")
    household_id: str | None = f("The household it concerns.", "所涉家庭。")
    complaint_id: str | None = f("The complaint that led to it.", "所由投诉举报。")
    cause: str = f("Why it went wrong.", "差错原因。")
    found_by: str = f("self, colleague, superior, complaint, check, audit.", "发现途径。")
    found_by_operator: str | None = f("The operator who found it.", "发现人。")
    operators: list[str] = f("Who recorded what was wrong.", "差错当事人。")
    discovered_on: date = f("Discovered on.", "发现日期。")
    corrected_on: date = f("Corrected on, by the ledger's clock.", "纠正日期（以台账登记为准）。")
    recorded_by: str = f("Who recorded the correction.", "更正登记人。")
    row: strawberry.Private[Row]

    @strawberry.field(description="What was wrong. 差错内容。")
    async def wrong(self, info: Info, purpose: PURPOSE = None) -> str | None:
        return await info.context.private(self.row["wrong_text"], "wrong", purpose)

    @strawberry.field(description="What is right. 正确内容。")
    async def right(self, info: Info, purpose: PURPOSE = None) -> str | None:
        return await info.context.private(self.row["right_text"], "right", purpose)

    @strawberry.field(description="The events that were wrong; they stay as they are. 原登记。")
    async def originals(self, info: Info) -> list[LinkedEvent]:
        return [linked_of(row) for row in await self._events(info) if row["side"] == "original"]

    @strawberry.field(description="The events that corrected them. 纠正登记。")
    async def correctives(self, info: Info) -> list[LinkedEvent]:
        return [linked_of(row) for row in await self._events(info) if row["side"] == "corrective"]

    @strawberry.field(description="What became of each who made it; for overseers and themselves. 认定结果。")
    async def outcomes(self, info: Info) -> list[ErrorOutcome]:
        viewer = info.context.viewer
        rows = await info.context.batch("outcomes", _load_outcomes).load(self.correction_id)
        return [
            outcome_of(r)
            for r in rows
            if viewer.role in STAFF_MATTERS or r["operator_id"] == viewer.operator_id
        ]

    @strawberry.field(description="From the error to its judgment, in order. 时间线。")
    async def timeline(self, info: Info) -> list[Moment]:
        moments = [
            Moment(on=link.recorded_on, what="recorded" if row["side"] == "original" else "corrected", zh=link.title_zh,
                   en=link.title_en, operator_id=link.operator_id, position=link.position)
            for row in await self._events(info) if (link := linked_of(row))
        ]  # fmt: skip
        moments.append(
            Moment(on=self.discovered_on, what="discovered", zh="发现差错", en="Error discovered",
                   operator_id=self.found_by_operator, position=None)
        )  # fmt: skip
        viewer = info.context.viewer
        if self.row["assessed_on"] and (viewer.role in STAFF_MATTERS or viewer.operator_id in self.operators):
            moments += [
                Moment(on=self.row["assessed_on"], what="assessed", zh="容错评估", en="Error assessed",
                       operator_id=assessor, position=None)
                for assessor in self.row["assessors"]
            ]  # fmt: skip
        for outcome in await self.outcomes(info):
            exempt = outcome.outcome == "exempt"
            moments.append(
                Moment(on=outcome.decided_on, what=outcome.outcome, zh="免于问责" if exempt else "问责",
                       en="Exemption granted" if exempt else "Held accountable", operator_id=outcome.operator_id,
                       position=outcome.row["position"])
            )  # fmt: skip
        order = ("recorded", "discovered", "corrected", "assessed", "exempt", "accountable")
        return sorted(moments, key=lambda m: (order.index(m.what), m.on, m.position or 0))

    async def _events(self, info: Info) -> list[Row]:
        rows: list[Row] = await info.context.batch("correction_events", _load_events).load(self.correction_id)
        return rows


def correction_of(row: Row) -> Correction:
    """A correction from its row."""
    return Correction(**{name: row[name] for name in Correction.__annotations__ if name in row}, row=row)


VISIBLE = (
    f"({in_scope('c.organisation_id')} OR EXISTS (SELECT 1 FROM households h WHERE h.household_id = c.household_id"
    f" AND {in_scope('h.organisation_id')}))"
)
"""A correction is seen where it was made, and where the household it concerns is."""


async def load_corrections(context: Context, keys: list[str]) -> list[Correction | None]:
    """Corrections in scope, by id."""
    rows = await context.rows(
        f"SELECT * FROM corrections c WHERE c.correction_id = ANY(%(keys)s) AND {VISIBLE}",
        keys=keys,
        scope=context.scope,
    )
    found = {row["correction_id"]: correction_of(row) for row in rows}
    return [found.get(key) for key in keys]


async def load_corrections_at(context: Context, positions: list[int]) -> list[list[Correction]]:
    """The corrections in scope of the events at these positions, in the order they were made."""
    rows = await context.rows(
        f"SELECT e.event_position, c.* FROM correction_events e JOIN corrections c USING (correction_id)"
        f" WHERE e.event_position = ANY(%(keys)s) AND e.side = 'original' AND {VISIBLE} ORDER BY c.made_position",
        keys=positions,
        scope=context.scope,
    )
    return [[correction_of(row) for row in rows if row["event_position"] == key] for key in positions]


async def _load_events(context: Context, keys: list[str]) -> list[list[Row]]:
    rows = await context.rows(
        "SELECT *, event_position AS position FROM correction_events WHERE correction_id = ANY(%(keys)s) ORDER BY event_position",
        keys=keys,
    )
    return [[row for row in rows if row["correction_id"] == key] for key in keys]


async def _load_outcomes(context: Context, keys: list[str]) -> list[list[Row]]:
    rows = await context.rows(
        "SELECT * FROM correction_outcomes WHERE correction_id = ANY(%(keys)s) ORDER BY position", keys=keys
    )
    return [[row for row in rows if row["correction_id"] == key] for key in keys]


async def corrections_at(info: Info, position: int) -> list[Any]:
    """The corrections of the event at a position, read for many at once."""
    found: list[Any] = await info.context.batch("corrections_at", load_corrections_at).load(position)
    return found
