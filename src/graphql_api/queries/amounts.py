"""What a household is due today and next month, with the working; what a change of a standard would do to a division."""

from __future__ import annotations

import json
from datetime import date
from functools import partial
from typing import Annotated, Any

import anyio.to_thread
import strawberry

from graphql_api.context import Context, Info, in_scope, within
from graphql_api.errors import bad_input, out_of_scope
from graphql_api.mutations.inputs import input_of, to_struct
from graphql_api.queries.definitions import today
from graphql_api.scalars import Month, Yuan, yuan
from graphql_api.types.common import AFTER, FIRST, about, decode_cursor, f, page_size
from ledger.identification.amounts import Assessment, standards_needed, tiers_of
from ledger.identification.amounts.setwise import rows_of
from ledger.identification.assess import assess
from ledger.identification.events import Category
from ledger.kernel import (
    Fen,
    HouseholdId,
    Known,
    OrganisationId,
    PersonId,
    Refused,
    add_months,
    first_day,
    month,
    month_of,
)
from ledger.organisation.states import Organisation
from ledger.programmes.book import Categories, category_facts
from ledger.programmes.events import Rule
from ledger.registry.events import (
    Area,
    Attributes,
    CircumstancesDeclared,
    Discretion,
    IncomeLine,
    PropertyLine,
    Relation,
    Sex,
    SpendingLine,
    SupportLine,
)
from ledger.registry.states import Household, Member
from ledger.standards.book import StandardBook
from ledger.standards.events import StandardSet
from ledger.standards.refusals import BadValue
from ledger.store.mapper import Mapper
from projections.what_if import what_if

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


def supposed(given: SupposedHousehold) -> Household:
    """The household somebody asks about, as if it had been registered. Raises ``ApiError``."""
    house = Household("supposed")
    house.exists, house.organisation_id = True, given.organisation_id
    if given.area not in list(Area):
        raise bad_input("'area' is urban or rural.", "area 应为 urban 或 rural。")
    if not 1 <= len(given.members) <= MOST_MEMBERS:
        raise bad_input(f"1 to {MOST_MEMBERS} members.", f"成员数应为 1 至 {MOST_MEMBERS}。")
    house.area = Area(given.area)
    for number, one in enumerate(given.members, 1):
        attributes = to_struct(Attributes, one.attributes) if one.attributes else Attributes()
        person = PersonId(one.person_id or str(number))
        house.members.append(
            Member(person, Relation.OTHER, one.birth_date, Sex.FEMALE, attributes, date.min, dated=[(date.min, attributes)])
        )  # fmt: skip
    lines: dict[str, Any] = {
        name: tuple(to_struct(struct, line) for line in getattr(given, name) or ())
        for name, struct in (
            ("income", IncomeLine), ("property", PropertyLine), ("spending", SpendingLine), ("support", SupportLine),
            ("discretions", Discretion),
        )
    }  # fmt: skip
    house.circumstances.append(
        CircumstancesDeclared(
            household_id=HouseholdId("supposed"), organisation_id=OrganisationId(given.organisation_id),
            deductions_fen=Fen(int(given.deductions or 0)), **lines,
        )
    )  # fmt: skip
    return house


def preview(
    context: Context,
    household: Household,
    category: str,
    alone: str | None,
    covered: list[str] | None,
    on: date,
) -> AmountPreview:
    """Assesses by the standards of a day and of the next month's first; reads what a decision would read."""
    ledger = context.services.ledger
    first = ledger.read((Organisation.facts(household.organisation_id), category_facts(category)))
    lineage = first.state(Organisation, household.organisation_id).lineage
    defined = Categories.of(first).find(category, on)
    if defined is None:
        raise bad_input(f"No category {category} is in force on {on}.", f"{on}没有类别{category}。")
    rule, known = defined.assessment, Known()
    while True:
        needed = standards_needed(
            category, lineage, household.area, tiers_of(known), rule, alone=alone is not None
        )
        more = ledger.read(tuple(dict.fromkeys(needed)))
        if len(more.recorded) == len(known.recorded):
            break
        known = more
    book, day = StandardBook(known.events()), min(on, today())
    people = covered or [m.person_id for m in household.present(day)]
    people = people[:1] if alone or rule is Rule.TEKUN else people

    def at(rules_on: date) -> AmountAt:
        try:
            return amount_at(
                rules_on,
                assess(category, household, people, lineage, book, day, rules_on, rule=rule, alone=alone),
            )
        except Refused as refusal:
            return amount_at(rules_on, refusal)

    return AmountPreview(category=category, now=at(on), next_month=at(first_day(add_months(month_of(on), 1))))


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


async def standards_of(context: Context) -> StandardBook:
    """Every standard ever set, as far as the views have got."""
    rows = await context.rows(
        "SELECT e.data FROM event_index i JOIN events e USING (position) WHERE i.type = 'StandardSet' ORDER BY position"
    )
    return StandardBook(Mapper.decode(StandardSet.__name__, bytes(row["data"])) for row in rows)


async def weigh(
    context: Context, change: int, on: str, place: str, first: int, after: str | None
) -> tuple[date, list[dict[str, Any]], dict[str, str]]:
    """The rows of the what-if, and the names of the organisations in reach. Raises ``ApiError``."""
    day = first_day(month(on))
    units = await context.rows(
        f"SELECT organisation_id, path, name FROM organisations WHERE {in_scope('organisation_id')} AND {within('organisation_id', 'place')}",
        scope=context.scope, place=place,
    )  # fmt: skip
    if not units:
        raise out_of_scope()
    book = await standards_of(context)
    try:
        then = book.with_change("standard", {Category.DIBAO: change}, day)
    except BadValue as refusal:
        raise bad_input(refusal.english, refusal.chinese) from None
    lineages = [(*unit["path"], unit["organisation_id"]) for unit in units]
    terms = rows_of(book, lineages, day, "before") + rows_of(then, lineages, day, "after")
    condition = f"{in_scope('a.organisation_id')} AND {within('a.organisation_id', 'place')}"
    rows = await context.rows(
        what_if(condition), terms=json.dumps(terms), day=day, category=Category.DIBAO.value, scope=context.scope, place=place,
        first=first, after=decode_cursor(after) or "",
    )  # fmt: skip
    return day, rows, {unit["organisation_id"]: unit["name"] for unit in units}


@strawberry.type
class AmountQueries:
    """What is due, and what would be."""

    @strawberry.field(
        description="The amount under a day's and the next month's standards, with its working; of a registered household or of one that is only supposed. 金额预览。"
    )
    async def amount_preview(
        self,
        info: Info,
        category: Annotated[str, about("The category.", "对象类别。")],
        household_id: Annotated[str | None, about("A registered household.", "已登记家庭编号。")] = None,
        supposing: Annotated[SupposedHousehold | None, about("Or one that is only supposed.", "或假设的家庭。")] = None,
        alone: Annotated[str | None, about("The ground on which the first stands alone.", "单人保情形。")] = None,
        covered: Annotated[list[str] | None, about("Person ids; everybody when not given.", "计入人员，默认全部。")] = None,
        on: Annotated[date | None, about("The day; today when not given.", "日期，默认当日。")] = None,
    ) -> AmountPreview:  # fmt: skip
        info.context.signed_in()
        if (household_id is None) == (supposing is None):
            raise bad_input("Give householdId or supposing.", "householdId 与 supposing 须二选一。")
        if supposing is not None:
            household = supposed(supposing)
            place = await info.context.rows(
                f"SELECT 1 FROM organisations WHERE organisation_id = %(place)s AND {in_scope('organisation_id')}",
                place=supposing.organisation_id, scope=info.context.scope,
            )  # fmt: skip
            if not place:
                raise out_of_scope()
        else:
            if household_id is None or await info.context.households.load(household_id) is None:
                raise out_of_scope()
            known = await anyio.to_thread.run_sync(
                info.context.services.ledger.read, (Household.facts(household_id),)
            )
            household = known.state(Household, household_id)
        return await anyio.to_thread.run_sync(
            partial(preview, info.context, household, category, alone, covered, on or today())
        )

    @strawberry.field(
        description="What a change of the dibao standard would do: households and yuan per organisation, who enters, who leaves. 提标测算。"
    )
    async def what_if(
        self,
        info: Info,
        standard: Annotated[StandardChange, about("The change.", "标准增减。")],
        on: Annotated[Month, about("From which month.", "起始月份。")],
        organisation_id: Annotated[str | None, about("For one organisation and those below it.", "机构（含下级）。")] = None,
        first: FIRST = 50,
        after: AFTER = None,
    ) -> WhatIf:  # fmt: skip
        info.context.signed_in()
        place = organisation_id or info.context.scope
        day, rows, names = await weigh(info.context, int(standard.dibao), on, place, page_size(first), after)
        units = [
            row | {"name": names[row["organisation_id"]]} for row in rows if row["row"] == "organisation"
        ]
        total = {name: sum(row[name] for row in units) for name in ("covered", "households", "entering", "leaving", "before_fen", "after_fen")}  # fmt: skip
        homes = {
            kind: [
                HouseholdEffect(
                    household_id=row["household_id"], organisation_id=row["organisation_id"], members=row["people"],
                    before=yuan(row["before_fen"]), after=yuan(row["after_fen"]),
                )
                for row in rows
                if row["row"] == kind
            ]
            for kind in ("enters", "leaves")
        }  # fmt: skip
        return WhatIf(
            on=day, covered=total["covered"], households=total["households"], entering=total["entering"],
            leaving=total["leaving"], before=yuan(total["before_fen"]), after=yuan(total["after_fen"]),
            difference=yuan(total["after_fen"] - total["before_fen"]), organisations=[effect_of(row) for row in units],
            enters=homes["enters"], leaves=homes["leaves"],
        )  # fmt: skip
