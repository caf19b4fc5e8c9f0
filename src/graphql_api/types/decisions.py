"""Decisions that refused, stopped or suspended, with what they rest on."""

from __future__ import annotations

from datetime import date
from typing import Any

import strawberry

from graphql_api.context import Info, Row
from graphql_api.scalars import Yuan, yuan
from graphql_api.types.cases import CaseStep, grouped, step_of
from graphql_api.types.common import f


@strawberry.type(description="A parameter a decision used. 所用标准。")
class StandardOfDecision:
    parameter_id: str = f("Which.", "参数编号。")
    value: int = f("Its value, in its unit (fen are hundredths of a yuan).", "数值（按其单位，fen为分）。")
    unit: str = f("Its unit.", "单位。")
    from_date: date = f("In force from.", "生效日期。")
    basis: str = f("What it rests on.", "依据。")


@strawberry.type(
    description="Why something was refused, stopped or suspended, and on what evidence. 不予确认、停发的理由与证据。"
)
class WhyRefused:
    position: int = f("Position in the log.", "在台账中的位置。")
    kind: str = f("What was decided.", "决定类型。")
    title_zh: str = f("Its name in 中文.", "名称（中文）。")
    title_en: str = f("Its name in English.", "名称（英文）。")
    category: str = f("The category.", "类别。")
    household_id: str = f("The household.", "家庭编号。")
    case_id: str | None = f("The case.", "申请编号。")
    entitlement_id: str | None = f("The entitlement.", "待遇编号。")
    decided_on: date | None = f("When.", "决定日期。")
    reason: str | None = f("Why.", "理由。")
    article: str | None = f("The rule.", "依据条款。")
    operator_id: str = f("Who decided.", "决定人。")
    members: int | None = f("How many were counted.", "计算人数。")
    per_capita: Yuan | None = f("Income a head and month it was based on.", "人均月收入。")
    standards: list[StandardOfDecision] = f("Parameters it used.", "所用标准。")
    row: strawberry.Private[Row]

    @strawberry.field(description="The steps of the case it rests on. 所依据的程序步骤。")
    async def evidence(self, info: Info) -> list[CaseStep]:
        named = set((self.row["frozen"] or {}).get("evidence", ()))
        if self.case_id is None or not named:
            return []
        rows = await info.context.batch("case steps", grouped("case_steps", "position")).load(self.case_id)
        return [step_of(row) for row in rows if row["event_id"] in named]


def why_of(row: Row) -> WhyRefused:
    """A decision with what was frozen in it."""
    frozen: dict[str, Any] = row["frozen"] or {}
    names = (
        "position",
        "kind",
        "title_zh",
        "title_en",
        "category",
        "household_id",
        "case_id",
        "entitlement_id",
        "reason",
        "article",
        "operator_id",
    )
    return WhyRefused(
        decided_on=row["occurred_on"], members=frozen.get("members"), per_capita=yuan(frozen.get("per_capita_monthly_fen")),
        standards=[
            StandardOfDecision(parameter_id=s["parameter_id"], value=s["value"], unit=s["unit"],
                               from_date=date.fromisoformat(s["from_date"]), basis=s["basis"])
            for s in frozen.get("standards", ())
        ],
        row=row, **{n: row[n] for n in names},
    )  # fmt: skip
