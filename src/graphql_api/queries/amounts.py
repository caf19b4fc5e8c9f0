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
from graphql_api.mutations.inputs import to_struct
from graphql_api.queries.definitions import today
from graphql_api.scalars import Month, yuan
from graphql_api.types.amounts import (
    MOST_MEMBERS,
    AmountAt,
    AmountPreview,
    HouseholdEffect,
    StandardChange,
    SupposedHousehold,
    WhatIf,
    amount_at,
    effect_of,
)
from graphql_api.types.common import AFTER, FIRST, about, decode_cursor, page_size
from ledger.identification.amounts import standards_needed, tiers_of
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
from projections.what_if import WHAT_IF


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
    rows = await context.rows(
        WHAT_IF, terms=json.dumps(terms), day=day, category=Category.DIBAO.value,
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
