"""Building blocks of types: descriptions in two languages, pages with keyset cursors, enums."""

from __future__ import annotations

import base64
from collections.abc import Callable, Sequence
from enum import Enum
from typing import Any, Generic, TypeVar

import strawberry

from graphql_api.errors import bad_input

T = TypeVar("T")
MOST = 200
"""The largest page."""


def say(english: str, chinese: str) -> str:
    """A description in both languages."""
    return f"{english} {chinese}"


def f(english: str, chinese: str, **options: Any) -> Any:
    """A plain field with its description."""
    return strawberry.field(description=say(english, chinese), **options)


@strawberry.enum(description="A language. 语言。")
class Language(Enum):
    ZH = "zh"
    EN = "en"


def encode_cursor(key: object) -> str:
    """A cursor is the sort key of an item, encoded."""
    return base64.urlsafe_b64encode(str(key).encode()).decode().rstrip("=")


def decode_cursor(cursor: str | None) -> str | None:
    """The sort key in a cursor. Raises ``ApiError`` for one that was not given out."""
    if cursor is None:
        return None
    try:
        return base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)).decode()
    except ValueError:
        raise bad_input("The cursor is not one of this list.", "游标无效。") from None


def decode_position(cursor: str | None) -> int | None:
    """The position in a cursor of a list in log order."""
    text = decode_cursor(cursor)
    if text is None:
        return None
    if not text.isascii() or not text.isdigit() or len(text) > 18:
        raise bad_input("The cursor is not one of this list.", "游标无效。")
    return int(text)


def page_size(first: int) -> int:
    """A page size within bounds. Raises ``ApiError``."""
    if not 1 <= first <= MOST:
        raise bad_input(f"'first' must lie between 1 and {MOST}.", f"first 应在 1 至 {MOST} 之间。")
    return first


@strawberry.type(description="Where a page ends. 分页信息。")
class PageInfo:
    has_next_page: bool = f("Whether more items follow.", "是否还有下一页。")
    has_previous_page: bool = f("Whether items come before.", "是否有上一页。")
    start_cursor: str | None = f("Cursor of the first item.", "首项游标。")
    end_cursor: str | None = f("Cursor of the last item.", "末项游标。")


@strawberry.type(description="An item with its cursor. 列表项及其游标。")
class Edge(Generic[T]):
    node: T = f("The item.", "内容。")
    cursor: str = f("Where it stands; stable.", "游标（稳定）。")


@strawberry.type(description="A page of items in a stable order. 分页列表。")
class Connection(Generic[T]):
    edges: list[Edge[T]] = f("The items with their cursors.", "列表项。")
    page_info: PageInfo = f("Where the page ends.", "分页信息。")

    @strawberry.field(description="The items themselves. 内容列表。")
    def nodes(self) -> list[T]:
        return [edge.node for edge in self.edges]


def connect(
    rows: Sequence[dict[str, Any]],
    first: int,
    after: str | None,
    key: str,
    make: Callable[[dict[str, Any]], Any],
) -> Connection[Any]:
    """A page from `first` + 1 rows that were read after a cursor."""
    page = rows[:first]
    edges = [Edge(node=make(row), cursor=encode_cursor(row[key])) for row in page]
    info = PageInfo(
        has_next_page=len(rows) > first,
        has_previous_page=after is not None,
        start_cursor=edges[0].cursor if edges else None,
        end_cursor=edges[-1].cursor if edges else None,
    )
    return Connection(edges=edges, page_info=info)
