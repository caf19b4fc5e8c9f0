"""What an amount, its working and a what-if look like."""

from __future__ import annotations

from datetime import date
from typing import Any

import strawberry

from graphql_api.mutations.inputs import input_of
from graphql_api.scalars import Yuan, yuan
from graphql_api.types.common import f
from ledger.identification.amounts import Assessment
from ledger.kernel import Refused
from ledger.registry.events import Attributes, Discretion, IncomeLine, PropertyLine, SpendingLine, SupportLine

AttributesInput: Any = input_of(Attributes)
IncomeInput: Any = input_of(IncomeLine)
PropertyInput: Any = input_of(PropertyLine)
SpendingInput: Any = input_of(SpendingLine)
SupportInput: Any = input_of(SupportLine)
DiscretionInput: Any = input_of(Discretion)
MOST_MEMBERS = 30


@strawberry.input(description="Somebody of a household that is only asked about. 假设家庭的成员。")
class SupposedMember:
    birth_date: date = f("Day of birth.", "出生日期。")
    person_id: str | None = f(
        "What lines call them; 1, 2, 3… when not given.", "明细中的成员编号，默认按顺序。", default=None
    )
    attributes: AttributesInput | None = f(
        "What rules need to know of them.", "规则所需的人员情况。", default=None
    )


@strawberry.input(
    description="A household that is only asked about; nothing of it is recorded. 假设的家庭，不作登记。"
)
class SupposedHousehold:
    organisation_id: str = f("Where it lives.", "所属机构。")
    area: str = f("urban or rural.", "城乡。")
    members: list[SupposedMember] = f("Its members, the applicant first.", "成员，申请人在前。")
    income: list[IncomeInput] | None = f("Income a year, line by line.", "年收入明细。", default=None)
    property: list[PropertyInput] | None = f("What it owns.", "财产明细。", default=None)
    spending: list[SpendingInput] | None = f("What it had to spend.", "刚性支出明细。", default=None)
    support: list[SupportInput] | None = f("What others give.", "供养费。", default=None)
    discretions: list[DiscretionInput] | None = f("What was judged.", "视情认定。", default=None)
    deductions: Yuan | None = f("Yearly deductions.", "年扣减额。", default=None)


@strawberry.type(name="WorkingStep", description="One step of a working. 计算步骤。")
class StepType:
    zh: str = f("What, in 中文.", "步骤（中文）。")
    en: str = f("What, in English.", "步骤（英文）。")
    article: str = f("By which article.", "依据条款。")
    value: Yuan = f("The figure; of numbers of things, hundredths of it.", "数额（元）；件数为其百分之一。")
    parameter: str | None = f("The parameter it rests on.", "所用参数。")
    gives: str | None = f("The part of the amount it adds to.", "计入的金额组成。")


@strawberry.type(name="StandardVersion", description="A parameter as it stood. 所用标准版本。")
class StandardType:
    parameter_id: str = f("name/programme/organisation/area/tier.", "参数编号。")
    value: int = f("Its value, in its unit.", "数值。")
    unit: str = f("fen, permille, count…", "单位。")
    from_date: date = f("In force from.", "生效日期。")
    basis: str = f("What it rests on.", "依据。")


@strawberry.type(name="AmountPart", description="A part of an amount. 金额组成。")
class PartType:
    component: str = f("base, supplement, care.", "组成。")
    amount: Yuan = f("Yuan a month.", "月金额（元）。")


@strawberry.type(name="AmountAt", description="What is due by the standards of one day. 某日标准下的金额。")
class AmountAt:
    on: date = f("The day of standards, ages and certificates.", "标准与年龄日期。")
    eligible: bool = f("Whether the conditions are met.", "是否符合条件。")
    code: str | None = f("Why not: the rule's name.", "不符合的规则。")
    reason_zh: str | None = f("Why not, in 中文.", "原因（中文）。")
    reason_en: str | None = f("Why not, in English.", "原因（英文）。")
    article: str | None = f("By which article not.", "依据条款。")
    parts: list[PartType] = f("The parts of the amount.", "金额组成。")
    total: Yuan = f("Yuan a month.", "月合计（元）。")
    members: int = f("How many are counted.", "计入人数。")
    per_capita: Yuan | None = f("Counted income a head and month.", "月人均收入（元）。")
    working: list[StepType] = f("Every step.", "计算过程。")
    standards: list[StandardType] = f("Every parameter, in the version used.", "所用标准。")


@strawberry.type(
    name="AmountPreview", description="The amount under a day's and the next month's standards. 金额预览。"
)
class AmountPreview:
    category: str = f("The category.", "对象类别。")
    now: AmountAt = f("By the standards of the day.", "当日标准。")
    next_month: AmountAt = f("By those of the first of the next month.", "次月标准。")


def amount_at(on: date, found: Assessment | Refused) -> AmountAt:
    """An assessment, or why there is none, as the API shows it."""
    if isinstance(found, Refused):
        return AmountAt(
            on=on, eligible=False, code=found.code, reason_zh=found.chinese, reason_en=found.english,
            article=str(found.facts.get("article") or found.ARTICLE) or None, parts=[], total=yuan(0), members=0,
            per_capita=None, working=[], standards=[],
        )  # fmt: skip
    frozen = found.frozen
    return AmountAt(
        on=on, eligible=True, code=None, reason_zh=None, reason_en=None, article=None,
        parts=[PartType(component=a.component.value, amount=yuan(a.amount_fen)) for a in found.amounts],
        total=yuan(found.total_fen), members=frozen.members, per_capita=yuan(frozen.per_capita_monthly_fen),
        working=[
            StepType(zh=s.zh, en=s.en, article=s.article, value=yuan(s.value), parameter=s.parameter, gives=s.gives and s.gives.value)
            for s in frozen.working
        ],
        standards=[
            StandardType(parameter_id=s.parameter_id, value=s.value, unit=s.unit, from_date=s.from_date, basis=s.basis)
            for s in frozen.standards
        ],
    )  # fmt: skip


@strawberry.input(
    description="How much higher (or lower) monthly standards would be, in yuan. 标准增减（元/月）。"
)
class StandardChange:
    dibao: Yuan = f("The dibao standard.", "低保标准。")


@strawberry.type(name="OrganisationEffect", description="What would change in one organisation. 机构影响。")
class OrganisationEffect:
    organisation_id: str = f("The organisation.", "机构编号。")
    organisation: str = f("Its name.", "机构名称。")
    covered: int = f("Households covered now.", "现有保障户数。")
    households: int = f("Households covered then.", "调整后保障户数。")
    people: int = f("People in them.", "调整后保障人数。")
    entering: int = f("Households that would become eligible.", "新增符合户数。")
    leaving: int = f("Households that would no longer be.", "不再符合户数。")
    omitted: int = f("Eligible already and not covered.", "现已符合而未保障户数。")
    not_eligible: int = f("Covered, and not eligible by what is declared.", "已保障而按申报不符合户数。")
    alone: int = f("Covered as single persons; not computed here.", "单人保户数，未计入。")
    before: Yuan = f("Yuan a month by the standards without the change.", "调整前月金额（元）。")
    after: Yuan = f("Yuan a month with it.", "调整后月金额（元）。")
    difference: Yuan = f("Yuan a month more.", "月增减额（元）。")


@strawberry.type(name="HouseholdEffect", description="A household that would enter or leave. 进出家庭。")
class HouseholdEffect:
    household_id: str = f("The household.", "家庭编号。")
    organisation_id: str = f("Where it lives.", "所属机构。")
    members: int = f("How many are counted.", "计入人数。")
    before: Yuan | None = f("Yuan a month without the change.", "调整前月金额（元）。")
    after: Yuan | None = f("Yuan a month with it.", "调整后月金额（元）。")


@strawberry.type(
    name="WhatIf",
    description="A change of standards, computed for everybody and recorded for nobody. 提标测算。",
)
class WhatIf:
    on: date = f("The day of the standards.", "标准日期。")
    covered: int = f("Households covered now.", "现有保障户数。")
    households: int = f("Households covered then.", "调整后保障户数。")
    entering: int = f("Households that would become eligible.", "新增符合户数。")
    leaving: int = f("Households that would no longer be.", "不再符合户数。")
    before: Yuan = f("Yuan a month without the change.", "调整前月金额（元）。")
    after: Yuan = f("Yuan a month with it.", "调整后月金额（元）。")
    difference: Yuan = f("Yuan a month more.", "月增减额（元）。")
    organisations: list[OrganisationEffect] = f("By organisation.", "按机构。")
    enters: list[HouseholdEffect] = f("Who enters, in the order of their ids.", "新增家庭。")
    leaves: list[HouseholdEffect] = f("Who leaves.", "退出家庭。")


def effect_of(row: dict[str, Any]) -> OrganisationEffect:
    """One organisation's part of a what-if."""
    counts = ("covered", "households", "people", "entering", "leaving", "omitted", "not_eligible", "alone")
    return OrganisationEffect(
        organisation_id=row["organisation_id"], organisation=row["name"], **{name: row[name] for name in counts},
        before=yuan(row["before_fen"]), after=yuan(row["after_fen"]), difference=yuan(row["after_fen"] - row["before_fen"]),
    )  # fmt: skip
