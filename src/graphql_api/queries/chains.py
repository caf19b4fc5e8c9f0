"""Reading chains: one statement a page, however long the chain."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from typing import Any

import strawberry

from graphql_api.context import Info, in_scope
from graphql_api.types.common import Connection, connect, decode_position, f, page_size


@strawberry.input(description="A moment on both clocks. 双时点。")
class AsOf:
    occurred: date | None = f("What was so on this day.", "发生日期截至。", default=None)
    recorded: datetime | None = f("As known at this instant.", "登记时间截至。", default=None)


@strawberry.input(description="Which entries of a chain. 救助链筛选。")
class ChainFilter:
    programme: str | None = f("Of a programme.", "救助项目。", default=None)
    department: str | None = f("Of a department.", "部门。", default=None)
    kind: list[str] | None = f("Of these kinds.", "事件类型。", default=None)
    occurred_from: date | None = f("From this day.", "发生日期起。", default=None)
    occurred_to: date | None = f("To this day.", "发生日期止。", default=None)


async def chain_of(
    info: Info, subject: str, key: str, first: int, after: str | None, filter: ChainFilter | None, as_of: AsOf | None,
    make: Callable[[dict[str, Any]], Any],
) -> Connection[Any]:  # fmt: skip
    """A page of a household's or person's chain, in log order."""
    first = page_size(first)
    wheres = ["c.position > %(after)s"]
    parameters: dict[str, Any] = {"after": decode_position(after) or 0, "key": key, "first": first + 1}
    if subject == "household":
        source = "household_chain c"
        wheres.append("c.household_id = %(key)s")
    else:
        # A person may have lived in several households; only entries of those in scope are theirs to see here.
        source = "person_chain p JOIN household_chain c USING (household_id, position) JOIN households h USING (household_id)"
        wheres += ["p.person_id = %(key)s", "p.position > %(after)s", in_scope("h.organisation_id")]
        parameters["scope"] = info.context.scope
    if filter is not None:
        for name, condition in (
            ("programme", "c.programme = %(programme)s"),
            ("department", "c.department = %(department)s"),
            ("kind", "c.kind = ANY(%(kind)s)"),
            ("occurred_from", "c.occurred_on >= %(occurred_from)s"),
            ("occurred_to", "c.occurred_on <= %(occurred_to)s"),
        ):
            if getattr(filter, name) is not None:
                wheres.append(condition)
                parameters[name] = getattr(filter, name)
    if as_of is not None and as_of.occurred is not None:
        wheres.append("c.occurred_on <= %(occurred)s")
        parameters["occurred"] = as_of.occurred
    if as_of is not None and as_of.recorded is not None:
        wheres.append("c.recorded_at <= %(recorded)s")
        parameters["recorded"] = as_of.recorded
    rows = await info.context.rows(
        f"SELECT c.* FROM {source} WHERE {' AND '.join(wheres)} ORDER BY c.position LIMIT %(first)s",
        **parameters,
    )
    return connect(rows, first, after, "position", make)
