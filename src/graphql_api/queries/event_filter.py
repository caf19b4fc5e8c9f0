"""Which events of the log are asked for, and the statement that finds them by whatever index fits."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import strawberry

from graphql_api.types.common import f
from ledger.kernel import Actor, Role
from ledger.store.leaves import tag_key


@strawberry.input(description="Which events. 事件筛选。")
class EventFilter:
    types: list[str] | None = f("Of these types.", "类型。", default=None)
    tag: str | None = f("That concern this, like household:…", "标签。", default=None)
    operator_id: str | None = f("By this operator.", "经办人。", default=None)
    recorded_from: datetime | None = f("Recorded from.", "登记时间起。", default=None)
    recorded_to: datetime | None = f("Recorded to.", "登记时间止。", default=None)


ABOUT_OFFICERS = (
    "(i.type NOT LIKE 'Complaint%%' OR (NOT e.tags @> ARRAY['operator:' || %(viewer)s::text]"
    " AND EXISTS (SELECT 1 FROM unnest(e.tags) t(tag) WHERE t.tag LIKE 'household:%%')))"
)
"""Leaves out what was complained of officers alone, and of whoever asks: it is told to auditors only."""


def events_sql(filter: EventFilter, viewer: Actor) -> tuple[str, dict[str, Any]]:
    """Events by whatever index fits: tags from the log itself, the rest from the event index."""
    wheres: list[str] = []
    parameters: dict[str, Any] = {}
    if viewer.role is not Role.AUDITOR:
        wheres.append(ABOUT_OFFICERS)
        parameters["viewer"] = viewer.operator_id
    for name, condition in (
        ("types", "i.type = ANY(%(types)s)"),
        ("operator_id", "i.operator_id = %(operator_id)s"),
        ("recorded_from", "i.recorded_at >= %(recorded_from)s"),
        ("recorded_to", "i.recorded_at <= %(recorded_to)s"),
    ):
        if getattr(filter, name) is not None:
            wheres.append(condition)
            parameters[name] = getattr(filter, name)
    columns = "e.position, e.recorded_at, e.type, e.tags, e.data, e.leaf_hash"
    rows = f"SELECT {columns} FROM event_index i JOIN events e USING (position)"
    if filter.tag is None:
        also = " AND ".join(["i.position > %(after)s", *wheres])
        return f"{rows} WHERE {also} ORDER BY i.position LIMIT %(first)s", parameters
    # The log's tag index holds a position, or a span of positions that share the tag.
    also = " AND ".join(["e.tags @> ARRAY[%(tag)s::text]", *wheres])
    alone = (
        f"{rows} JOIN event_tags t USING (position) WHERE t.tag = %(tag_key)s AND t.position > %(after)s AND {also}"
        " ORDER BY t.position LIMIT %(first)s"
    )
    spans = (
        f"SELECT x.* FROM event_tag_spans s CROSS JOIN LATERAL ({rows} WHERE i.position BETWEEN"
        f" greatest(s.first, %(after)s + 1) AND s.last AND {also} ORDER BY i.position LIMIT %(first)s) x"
        " WHERE s.tag = %(tag_key)s AND s.last > %(after)s ORDER BY s.last, x.position LIMIT %(first)s"
    )
    parameters |= {"tag": filter.tag, "tag_key": tag_key(filter.tag)}
    return f"SELECT * FROM (({alone}) UNION ALL ({spans})) u ORDER BY position LIMIT %(first)s", parameters
