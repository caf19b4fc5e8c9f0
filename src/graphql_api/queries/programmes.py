"""Programmes, forms and exclusions as they stand on a day, each with its basis; and which of them a viewer has a part in."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any

import anyio.to_thread
import msgspec
import strawberry
from strawberry.scalars import JSON

from graphql_api.context import Context, Info
from graphql_api.errors import forbidden
from graphql_api.queries.definitions import KindType, today
from graphql_api.types.common import about, f, say
from ledger.assistance.acting import CIVIL_AFFAIRS
from ledger.programmes.programme_book import ALL_PROGRAMMES, Programmes
from ledger.programmes.programme_events import ExclusionDefined, FormDefined, OwnField, ProgrammeDefined
from ledger.standards.book import basis_text

ON = Annotated[date | None, about("The day; today when not given.", "日期，默认当日。")]


@strawberry.type(name="ProgrammeField", description="A fact of a programme's own. 项目自有字段。")
class FieldType:
    field: str = f("Its name, as commands take it.", "字段名。")
    name_zh: str = f(
        "Its name in 中文; the heading of its column in files.", "名称（中文），即导入文件的列名。"
    )
    name_en: str = f("Its name in English.", "名称（英文）。")
    holds: str = f("amount, number, day, month, year, choice, yes_no, text.", "字段类型。")
    required: bool = f("Whether it must be given.", "是否必填。")
    choices: list[KindType] = f("What may be chosen.", "选项。")
    forms: list[str] = f("For these forms alone; for every form when empty.", "适用的救助形式，空则全部。")


@strawberry.type(name="AssistanceForm", description="A form in which aid is given. 救助形式。")
class FormType:
    code: str = f("Its code.", "代码。")
    name_zh: str = f("Its name in 中文.", "名称（中文）。")
    name_en: str = f("Its name in English.", "名称（英文）。")
    amount: str = f("Whether it goes with an amount: needed, possible, none.", "金额要求。")
    from_date: date = f("In force from.", "生效日期。")
    until_date: date | None = f("Last day in force.", "失效日期。")
    basis: str = f("The document and article it rests on.", "依据。")
    recorded: bool = f("Recorded by this division.", "是否本师市登记。")


@strawberry.type(name="Exclusion", description="Aids that exclude each other. 互斥规则。")
class ExclusionType:
    code: str = f("Its code.", "代码。")
    name_zh: str = f("Its name in 中文.", "名称（中文）。")
    name_en: str = f("Its name in English.", "名称（英文）。")
    aids: list[str] = f("Programmes, programmes in a form, or categories.", "救助项目、项目/形式或对象类别。")
    cover_level: str = f("For a person or for a household.", "对象层级。")
    within: str = f("same_month, same_year, same_need, at_all.", "互斥期间。")
    from_date: date = f("In force from.", "生效日期。")
    until_date: date | None = f("Last day in force.", "失效日期。")
    basis: str = f("The document and article it rests on.", "依据。")
    recorded: bool = f("Recorded by this division.", "是否本师市登记。")


@strawberry.type(name="Programme", description="A programme as defined, dated and with its basis. 救助项目。")
class ProgrammeType:
    code: str = f("Its code, as commands take it.", "代码。")
    name_zh: str = f("Its name in 中文.", "名称（中文）。")
    name_en: str = f("Its name in English.", "名称（英文）。")
    owners: list[str] = f("Codes of the departments that decide on it.", "责任部门代码。")
    cooperating: list[str] = f("Codes of the departments that help.", "配合部门代码。")
    forms: list[FormType] = f("Forms it is given in.", "救助形式。")
    cover_level: str = f("household or person.", "对象层级：家庭或个人。")
    who: Any = strawberry.field(
        graphql_type=JSON, description=say("Who may get it: any one of these.", "对象条件，满足其一即可。")
    )
    offers: Any = strawberry.field(
        graphql_type=JSON, description=say("What each form asks for beside that.", "各形式的附加条件。")
    )
    recurrence: str = f("once, monthly, yearly, per_event.", "发放频次。")
    fields: list[FieldType] = f("Facts of its own.", "自有字段。")
    sums: Any = strawberry.field(
        graphql_type=JSON, description=say("Amounts that must add up.", "须相等的金额合计。")
    )
    disaster: bool = f("Whether it is given for a declared disaster.", "是否依灾害事件给予。")
    after_death: bool = f("Whether it is for someone who died.", "是否在身故后给予。")
    standard: str | None = f("The parameter that sets the amount.", "确定金额的参数。")
    from_application: bool = f("Whether it runs from the month of application.", "是否自申请之月计发。")
    answer_days: int = f("Working days to accept or refuse.", "受理或不予救助的工作日数。")
    feedback_days: int = f("Working days from the grant to the report.", "准予后反馈的工作日数。")
    exclusions: list[ExclusionType] = f("What excludes it.", "与之互斥的规则。")
    from_date: date = f("In force from.", "生效日期。")
    until_date: date | None = f("Last day in force.", "失效日期。")
    basis: str = f("The document and article it rests on.", "依据。")
    recorded: bool = f(
        "Recorded by this division; otherwise as the plan has it.", "本师市登记的定义；否则为方案所定。"
    )


def _field_of(own: OwnField) -> FieldType:
    return FieldType(
        field=own.field, name_zh=own.named.zh, name_en=own.named.en, holds=own.holds.value, required=own.required,
        choices=[KindType(code=k.code, name_zh=k.named.zh, name_en=k.named.en) for k in own.choices], forms=list(own.forms),
    )  # fmt: skip


def form_of(defined: FormDefined) -> FormType:
    """A form as the API shows it."""
    return FormType(
        code=defined.code, name_zh=defined.named.zh, name_en=defined.named.en, amount=defined.amount.value, from_date=defined.from_date,
        until_date=defined.until_date, basis=basis_text(defined.basis), recorded=bool(defined.event_id),
    )  # fmt: skip


def exclusion_of(defined: ExclusionDefined) -> ExclusionType:
    """An exclusion as the API shows it."""
    return ExclusionType(
        code=defined.code, name_zh=defined.named.zh, name_en=defined.named.en, aids=list(defined.aids),
        cover_level=defined.cover_level.value, within=defined.within.value, from_date=defined.from_date, until_date=defined.until_date,
        basis=basis_text(defined.basis), recorded=bool(defined.event_id),
    )  # fmt: skip


def programme_of(defined: ProgrammeDefined, programmes: Programmes, day: date) -> ProgrammeType:
    """A programme as the API shows it."""
    mine = {defined.code, *(f"{defined.code}/{offer.form}" for offer in defined.offers)}
    return ProgrammeType(
        code=defined.code, name_zh=defined.named.zh, name_en=defined.named.en, owners=list(defined.owners),
        cooperating=list(defined.cooperating), forms=[form_of(programmes.form(o.form, day)) for o in defined.offers],
        cover_level=defined.cover_level.value, who=msgspec.to_builtins(defined.who), offers=msgspec.to_builtins(defined.offers),
        recurrence=defined.recurrence.value, fields=[_field_of(own) for own in defined.fields], sums=msgspec.to_builtins(defined.sums),
        disaster=defined.disaster, after_death=defined.after_death, standard=defined.standard,
        from_application=defined.from_application, answer_days=defined.answer_days, feedback_days=defined.feedback_days,
        exclusions=[exclusion_of(e) for e in programmes.exclusions(day) if mine & set(e.aids)], from_date=defined.from_date,
        until_date=defined.until_date, basis=basis_text(defined.basis), recorded=bool(defined.event_id),
    )  # fmt: skip


async def programme_book(context: Context) -> Programmes:
    """All definitions, read once a request."""

    async def load(context: Context, keys: list[Any]) -> list[Any]:
        known = await anyio.to_thread.run_sync(context.services.ledger.read, ALL_PROGRAMMES)
        return [Programmes.of(known) for _ in keys]

    book: Programmes = await context.batch("programmes", load).load("all")
    return book


async def part_of_viewer(context: Context) -> tuple[str, str, list[str]]:
    """The code the viewer acts for, the organisation whose units are in reach, and the programmes they have a part in.

    A department reaches all units of its division, for the programmes it owns or helps with; everybody else reaches
    their own organisation, for every programme.
    """
    context.signed_in()
    row = await context.organisations.load(context.scope)
    book = await programme_book(context)
    if row is None or row["level"] != "department":
        return CIVIL_AFFAIRS, context.scope, [p.code for p in book.in_force(today())]
    code = row["code"] or ""
    return code, row["path"][0], book.of_department(code, today())


async def scope_for(context: Context, *programmes: str) -> str:
    """The organisation whose units the viewer may ask about for a programme. Raises ``ApiError`` for a department without a part."""
    _, reach, mine = await part_of_viewer(context)
    if not set(programmes) & set(mine):
        raise forbidden("Your department has no part in this programme.", "本部门不负责也不配合该救助项目。")
    return reach


@strawberry.type
class ProgrammeQueries:
    """What programmes there are."""

    @strawberry.field(
        description="Programmes in force on a day, with forms, fields and exclusions. 救助项目。"
    )
    async def programmes(
        self,
        info: Info,
        on: ON = None,
        owner: Annotated[str | None, about("Code of a department that owns it.", "责任部门代码。")] = None,
        mine: Annotated[
            bool, about("Those alone the viewer's department has a part in.", "仅本部门负责或配合的。")
        ] = False,
    ) -> list[ProgrammeType]:
        _, _, own = await part_of_viewer(info.context)
        book, day = await programme_book(info.context), on or today()
        found = [p for p in book.in_force(day) if owner is None or owner in p.owners]
        return [programme_of(p, book, day) for p in found if not mine or p.code in own]

    @strawberry.field(description="Forms of assistance in force on a day. 救助形式。")
    async def assistance_forms(self, info: Info, on: ON = None) -> list[FormType]:
        info.context.signed_in()
        return [form_of(form) for form in (await programme_book(info.context)).forms(on or today())]

    @strawberry.field(description="What excludes what on a day. 互斥规则。")
    async def exclusions(self, info: Info, on: ON = None) -> list[ExclusionType]:
        info.context.signed_in()
        return [exclusion_of(e) for e in (await programme_book(info.context)).exclusions(on or today())]
