"""What the division has defined: categories as they stand on a day, each with its basis."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Annotated, Any

import anyio.to_thread
import strawberry
from strawberry.scalars import JSON

from graphql_api.context import Info
from graphql_api.types.common import about, f, say
from ledger.kernel import CHINA
from ledger.programmes.book import ALL_CATEGORIES, Categories
from ledger.programmes.events import CategoryDefined, procedure_figures
from ledger.standards.book import basis_text


@strawberry.type(name="CategoryKind", description="A kind within a category. 类别内的类型。")
class KindType:
    code: str = f("Its code.", "代码。")
    name_zh: str = f("Its name in 中文.", "名称（中文）。")
    name_en: str = f("Its name in English.", "名称（英文）。")


@strawberry.type(name="Category", description="A category as defined, dated and with its basis. 对象类别。")
class CategoryType:
    code: str = f("Its code, as commands take it.", "代码。")
    name_zh: str = f("Its name in 中文.", "名称（中文）。")
    name_en: str = f("Its name in English.", "名称（英文）。")
    cover_level: str = f("household or person.", "对象层级：家庭或个人。")
    assessment: str = f("The rule that decides on it.", "认定规则。")
    pays: bool = f("Whether a monthly entitlement follows.", "是否按月发放。")
    kinds: list[KindType] = f("Kinds within it.", "类型。")
    excludes: list[str] = f("What nobody may have at the same time.", "互斥类别。")
    procedure: Any = strawberry.field(
        graphql_type=JSON,
        description=say("Steps and time limits; days are working days.", "程序与期限（工作日）。"),
    )
    from_date: date = f("In force from.", "生效日期。")
    until_date: date | None = f("Last day in force.", "失效日期。")
    basis: str = f("The document and article it rests on.", "依据。")
    recorded: bool = f(
        "Recorded by this division; otherwise as the statutes have it.", "本师市登记的定义；否则为法定定义。"
    )


def category_of(defined: CategoryDefined) -> CategoryType:
    """A category as the API shows it."""
    return CategoryType(
        code=defined.code, name_zh=defined.named.zh, name_en=defined.named.en, cover_level=defined.cover_level.value,
        assessment=defined.assessment.value, pays=defined.pays,
        kinds=[KindType(code=k.code, name_zh=k.named.zh, name_en=k.named.en) for k in defined.kinds],
        excludes=list(defined.excludes), procedure=procedure_figures(defined.procedure), from_date=defined.from_date,
        until_date=defined.until_date, basis=basis_text(defined.basis), recorded=bool(defined.event_id),
    )  # fmt: skip


def today() -> date:
    """The local date in Asia/Shanghai."""
    return datetime.now(UTC).astimezone(CHINA).date()


@strawberry.type
class DefinitionQueries:
    """What is defined."""

    @strawberry.field(description="Categories in force on a day. 对象类别。")
    async def categories(
        self,
        info: Info,
        on: Annotated[date | None, about("The day; today when not given.", "日期，默认当日。")] = None,
    ) -> list[CategoryType]:
        info.context.signed_in()
        known = await anyio.to_thread.run_sync(info.context.services.ledger.read, (ALL_CATEGORIES,))
        return [category_of(defined) for defined in Categories.of(known).in_force(on or today())]
