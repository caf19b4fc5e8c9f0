"""Building blocks of types: descriptions in two languages, pages with keyset cursors, enums."""

from __future__ import annotations

import base64
from collections.abc import Callable, Sequence
from enum import Enum
from typing import Annotated, Any, Generic, TypeVar

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


def about(english: str, chinese: str) -> Any:
    """An argument's description."""
    return strawberry.argument(description=say(english, chinese))


FIRST = Annotated[int, about(f"How many, 1 to {MOST}.", f"条数，1 至 {MOST}。")]
AFTER = Annotated[str | None, about("The cursor after which to begin.", "起始游标（不含）。")]


@strawberry.enum(description="A language. 语言。")
class Language(Enum):
    ZH = strawberry.enum_value("zh", description="Chinese. 中文。")
    EN = strawberry.enum_value("en", description="English. 英文。")


def encode_cursor(key: object) -> str:
    """A cursor is the sort key of an item, encoded."""
    return base64.urlsafe_b64encode(str(key).encode()).decode().rstrip("=")


def decode_cursor(cursor: str | None) -> str | None:
    """The sort key in a cursor. Raises ``ApiError`` for one that was not given out."""
    if cursor is None:
        return None
    try:
        padded = cursor + "=" * (-len(cursor) % 4)
        key = base64.b64decode(padded.encode("ascii"), altchars=b"-_", validate=True).decode()
        if not key or "\x00" in key:
            raise ValueError(cursor)
        return key
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
    rows: strawberry.Private[Sequence[dict[str, Any]]]
    make: strawberry.Private[Callable[[dict[str, Any]], Any]]
    key: strawberry.Private[str]
    page_info: PageInfo = f("Where the page ends.", "分页信息。")

    @strawberry.field(description="The items with their cursors. 列表项。")
    def edges(self) -> list[Edge[T]]:
        return [Edge(node=self.make(row), cursor=encode_cursor(row[self.key])) for row in self.rows]

    @strawberry.field(description="The items themselves. 内容列表。")
    def nodes(self) -> list[T]:
        return [self.make(row) for row in self.rows]


def connect(
    rows: Sequence[dict[str, Any]],
    first: int,
    after: str | None,
    key: str,
    make: Callable[[dict[str, Any]], Any],
) -> Connection[Any]:
    """A page from `first` + 1 rows that were read after a cursor; its items are made when they are asked for."""
    page = rows[:first]
    info = PageInfo(
        has_next_page=len(rows) > first,
        has_previous_page=after is not None,
        start_cursor=encode_cursor(page[0][key]) if page else None,
        end_cursor=encode_cursor(page[-1][key]) if page else None,
    )
    return Connection(rows=page, make=make, key=key, page_info=info)


def from_row(cls: type[T], row: dict[str, Any]) -> T:
    """An object whose fields are the columns of a row, without copying them one by one.

    For the long lists: the statement must name its columns as the type names its fields.
    """
    made = cls.__new__(cls)
    made.__dict__ = row
    return made
