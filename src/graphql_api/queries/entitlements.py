"""Entitlements as a list: who is covered, where, how, and since when."""

from __future__ import annotations

from typing import Annotated, Any

import strawberry

from graphql_api.context import Info, in_scope, within
from graphql_api.types.common import Connection, about, connect, decode_cursor, f, page_size
from graphql_api.types.households import EntitlementType, entitlement_of


@strawberry.input(description="Which entitlements. 待遇筛选。")
class EntitlementFilter:
    organisation_id: str | None = f(
        "Paid by an organisation or one below it.", "发放机构（含下级）。", default=None
    )
    category: str | None = f("dibao or tekun.", "类别。", default=None)
    status: str | None = f("active, suspended, ended.", "状态。", default=None)
    origin: str | None = f(
        "procedure, or prior: taken over from a roster.", "来源：程序审核或存量接收。", default=None
    )
    household_id: str | None = f("Of a household.", "家庭。", default=None)
    person_id: str | None = f("That covers a person.", "保障人员。", default=None)


ENTITLEMENT_FILTER = Annotated[EntitlementFilter | None, about("Which of them.", "筛选。")]

CONDITIONS = {
    "organisation_id": within("organisation_id", "organisation_id"),
    "category": "category = %(category)s",
    "status": "status = %(status)s",
    "origin": "origin = %(origin)s",
    "household_id": "household_id = %(household_id)s",
    # By the households the person ever lived in: those are indexed.
    "person_id": "household_id IN (SELECT m.household_id FROM household_members m WHERE m.person_id = %(person_id)s)"
    " AND %(person_id)s = ANY (counted)",
}


async def entitlements_page(
    info: Info, filter: EntitlementFilter | None, first: int, after: str | None
) -> Connection[EntitlementType]:
    """A page of the entitlements in scope, in the order of their ids."""
    first = page_size(first)
    given = {name: value for name, value in vars(filter).items() if value is not None} if filter else {}
    parameters: dict[str, Any] = {**given, "scope": info.context.scope, "first": first + 1}
    wheres = [in_scope("organisation_id"), *(CONDITIONS[name] for name in given)]
    key = decode_cursor(after)
    if key is not None:
        wheres.append("entitlement_id > %(key)s")
        parameters["key"] = key
    rows = await info.context.rows(
        f"SELECT * FROM entitlements WHERE {' AND '.join(wheres)} ORDER BY entitlement_id LIMIT %(first)s",
        **parameters,
    )
    return connect(rows, first, after, "entitlement_id", entitlement_of)
