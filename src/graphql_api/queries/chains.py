"""Reading chains: one statement for a page of every household (or person) asked for, however long the chains.

A chain is one, from whichever side it is read: a household that was taken into another, and a person who was found to be
another, go on as that one; its past is that of all who came into it, and up to a split that of the household it came from.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from typing import Annotated, Any, NamedTuple

import strawberry

from graphql_api.context import Context, Info, Row, in_scope
from graphql_api.types.common import Connection, about, connect, decode_position, f, page_size


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
    recorded_from: datetime | None = f("Recorded from.", "登记时间起。", default=None)
    recorded_to: datetime | None = f("Recorded to.", "登记时间止。", default=None)


AS_OF = Annotated[AsOf | None, about("As it was, on either clock.", "双时点。")]
CHAIN_FILTER = Annotated[ChainFilter | None, about("Which of them.", "筛选。")]


class ChainPage(NamedTuple):
    """One page of one chain; pages that differ in `key` only are read by one statement."""

    key: str
    subject: str
    first: int
    after: int
    until: int
    filter: tuple[tuple[str, Any], ...]


COLUMNS = """c.position, c.kind, c.programme, c.department, to_char(c.occurred_on, 'YYYY-MM-DD') AS occurred_on,
    to_char(c.recorded_at, 'YYYY-MM-DD"T"HH24:MI:SS.US"+00:00"') AS recorded_at,
    to_char(c.amount_fen / 100.0, 'FM9999999999999990.00') AS amount, c.organisation_id, c.household_id, c.person_ids,
    c.case_id, c.entitlement_id, c.run_id, c.payment_id, c.operator_id, c.operator_organisation_id, c.operator_role,
    c.summary_zh, c.summary_en"""
"""Named as ``ChainEntry`` names its fields; money, days and instants (the session is in UTC) are rendered here."""

MOST = 2**62
"""Behind every position of the log."""

ALONE = "alone"
"""A household that never split or merged: its chain is its own entries, and no more is looked for."""

SOURCES = {
    ALONE: "household_chain c WHERE c.household_id = k.key",
    "household": "household_chain c WHERE c.household_id = s.id",
    # A person may have lived in several households; of those in scope all is seen here, of those that were what was
    # recorded until they moved.
    "person": "person_chain p JOIN household_chain c USING (household_id, position) JOIN households h USING (household_id)"
    f" WHERE p.person_id = s.id AND p.position > %(after)s AND p.position <= s.upto AND ({in_scope('h.organisation_id')}"
    " OR EXISTS (SELECT 1 FROM household_places l WHERE l.household_id = c.household_id"
    f" AND c.position <= l.until_position AND {in_scope('l.organisation_id')}))",
}

SPANS = """WITH RECURSIVE ahead(id) AS (
        SELECT k.key UNION SELECT l.to_id FROM ahead a JOIN lineage l ON l.from_id = a.id WHERE l.kind <> 'split' AND {known}
    ), spans(id, upto) AS (
        SELECT id, %(until)s::bigint FROM ahead
        UNION SELECT l.from_id, CASE l.kind WHEN 'split' THEN least(s.upto, l.position) ELSE s.upto END
        FROM spans s JOIN lineage l ON l.to_id = s.id WHERE l.position <= s.upto AND {known}
    ) SELECT id, max(upto) AS upto FROM spans GROUP BY id"""
"""Whose entries, up to which position, make up the chain of ``k.key``."""

CONDITIONS = {
    "programme": "c.programme = %(programme)s",
    "department": "c.department = %(department)s",
    "kind": "c.kind = ANY(%(kind)s)",
    "occurred_from": "c.occurred_on >= %(occurred_from)s",
    "occurred_to": "c.occurred_on <= %(occurred_to)s",
    "recorded_from": "c.recorded_at >= %(recorded_from)s",
    "recorded_to": "c.recorded_at <= %(recorded_to)s",
    "as_of_occurred": "c.occurred_on <= %(as_of_occurred)s",
    "as_of_recorded": "c.recorded_at <= %(as_of_recorded)s",
}

LINKS = {
    "as_of_occurred": "l.occurred_on <= %(as_of_occurred)s",
    "as_of_recorded": "l.recorded_at <= %(as_of_recorded)s"
    " AND (l.withdrawn_at IS NULL OR l.withdrawn_at > %(as_of_recorded)s)",
}
"""Which links of the lineage count, as of a moment."""


async def chain_of(
    info: Info, subject: str, key: str, first: int, after: str | None, filter: ChainFilter | None, as_of: AsOf | None,
    make: Callable[[Row], Any], until: int | None = None,
) -> Connection[Any]:  # fmt: skip
    """A page of a household's or person's chain, in log order; up to a position, for who is no longer in charge."""
    given = {name: value for name, value in vars(filter).items() if value is not None} if filter else {}
    if as_of is not None:
        given |= {"as_of_occurred": as_of.occurred, "as_of_recorded": as_of.recorded}
    conditions = tuple(
        (name, tuple(value) if isinstance(value, list) else value)
        for name, value in given.items()
        if value is not None
    )
    page = ChainPage(key, subject, page_size(first), decode_position(after) or 0, until or MOST, conditions)
    rows = await info.context.batch("chains", load_chains).load(page)
    return connect(rows, page.first, after, "position", make)


async def load_chains(context: Context, pages: list[ChainPage]) -> list[list[Row]]:
    """The rows of many pages: one statement for all that are asked in the same way."""
    found: dict[ChainPage, list[Row]] = {page: [] for page in pages}
    groups: dict[tuple[Any, ...], list[ChainPage]] = {}
    for page in found:
        groups.setdefault(page[1:], []).append(page)
    for (subject, first, after, until, filter), alike in groups.items():
        asked = {name for name, _ in filter}
        conditions = [CONDITIONS[name] for name, _ in filter]
        given = {name: list(value) if isinstance(value, tuple) else value for name, value in filter}
        rows = await context.rows(
            f"SELECT k.key, x.* FROM unnest(%(keys)s::text[]) k(key) CROSS JOIN LATERAL"
            f" ({statement(subject, conditions, asked)}) x ORDER BY x.position",
            keys=[page.key for page in alike],
            first=first + 1,
            after=after,
            until=until,
            scope=context.scope,
            **given,
        )
        by_key = {page.key: found[page] for page in alike}
        for row in rows:
            by_key[row["key"]].append(row)
    return [found[page] for page in pages]


def statement(subject: str, conditions: list[str], asked: set[str]) -> str:
    """The statement for one page of the chain of ``k.key``, filtered, as of what `asked` names."""
    own = ["c.position > %(after)s", *conditions]
    if subject == ALONE:
        where = " AND ".join([*own, "c.position <= %(until)s"])
        return f"SELECT {COLUMNS} FROM {SOURCES[subject]} AND {where} ORDER BY c.position LIMIT %(first)s"
    known = [condition for name, condition in LINKS.items() if name in asked]
    if "as_of_recorded" not in asked:
        known.append("(l.withdrawn_position IS NULL OR l.withdrawn_position > %(until)s)")
    where = " AND ".join([*own, "c.position <= s.upto"])
    return (
        f"SELECT DISTINCT ON (y.position) y.* FROM ({SPANS.format(known=' AND '.join(known))}) s CROSS JOIN LATERAL"
        f" (SELECT {COLUMNS} FROM {SOURCES[subject]} AND {where} ORDER BY c.position LIMIT %(first)s) y"
        " ORDER BY y.position, y.household_id = k.key DESC LIMIT %(first)s"
    )
