"""Where households and people come from, and what they live on as."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, NamedTuple

import strawberry

from graphql_api.context import Context, Info, Row
from graphql_api.queries.chains import MOST, AsOf
from graphql_api.types.common import f


@strawberry.type(
    description="One change that links two households, or two identities of a person. 户（人）沿革。"
)
class LineageLink:
    kind: str = f("split, merged, identified.", "分户、并户、身份认定。")
    from_id: str = f("Whose past it is.", "原家庭（人员）。")
    to_id: str = f("Whose it is from there on.", "后续家庭（人员）。")
    person_ids: list[str] = f("Who went.", "涉及人员。")
    occurred_on: date = f("When it was so.", "发生日期。")
    recorded_at: datetime = f("When it was recorded.", "登记时间。")
    position: int = f("Position in the log.", "台账位置。")
    withdrawn_on: date | None = f("When it was taken back.", "撤销日期。")
    withdrawn_at: datetime | None = f("When that was recorded.", "撤销登记时间。")


class Asked(NamedTuple):
    """Whose links, as of which moment on either clock, up to which position."""

    key: str
    occurred: date | None
    recorded: datetime | None
    until: int


async def links_of(info: Info, key: str, as_of: AsOf | None, until: int | None) -> list[LineageLink]:
    """The links of a household or person, those taken back included, in log order."""
    asked = Asked(key, as_of.occurred if as_of else None, as_of.recorded if as_of else None, until or MOST)
    rows = await info.context.batch("lineage", load_links).load(asked)
    return [LineageLink(**row) for row in rows]


async def load_links(context: Context, asked: list[Asked]) -> list[list[Row]]:
    """The links of many: one statement."""
    rows: list[dict[str, Any]] = await context.rows(
        "SELECT k.nth, l.kind, l.from_id, l.to_id, l.person_ids, l.occurred_on, l.recorded_at, l.position,"
        " CASE WHEN w.known THEN l.withdrawn_on END AS withdrawn_on, CASE WHEN w.known THEN l.withdrawn_at END AS withdrawn_at"
        " FROM unnest(%(keys)s::text[], %(occurred)s::date[], %(recorded)s::timestamptz[], %(until)s::bigint[])"
        " WITH ORDINALITY k(key, occurred, recorded, until, nth) JOIN lineage l ON l.from_id = k.key OR l.to_id = k.key"
        " CROSS JOIN LATERAL (SELECT l.withdrawn_position <= k.until AND (k.recorded IS NULL OR l.withdrawn_at <= k.recorded)"
        " AND (k.occurred IS NULL OR l.withdrawn_on <= k.occurred) AS known) w"
        " WHERE l.position <= k.until AND (k.occurred IS NULL OR l.occurred_on <= k.occurred)"
        " AND (k.recorded IS NULL OR l.recorded_at <= k.recorded) ORDER BY l.position",
        keys=[a.key for a in asked], occurred=[a.occurred for a in asked], recorded=[a.recorded for a in asked],
        until=[a.until for a in asked],
    )  # fmt: skip
    found: list[list[Row]] = [[] for _ in asked]
    for row in rows:
        found[row.pop("nth") - 1].append(row)
    return found
