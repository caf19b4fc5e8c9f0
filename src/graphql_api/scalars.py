"""Scalars: yuan as decimal strings, months as YYYY-MM, days and instants in ISO 8601."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any, NewType

import strawberry
from strawberry.scalars import JSON

from ledger.kernel import month


def yuan(amount_fen: int | None) -> Any:
    """Fen as yuan with two decimals, as text; None for nothing."""
    if amount_fen is None:
        return None
    sign, fen = ("-", -amount_fen) if amount_fen < 0 else ("", amount_fen)
    return f"{sign}{fen // 100}.{fen % 100:02d}"


def parse_yuan(value: Any) -> int:
    """Yuan as fen. Raises ``ValueError`` unless it is an amount with at most two decimals."""
    if isinstance(value, float | bool):
        raise ValueError('give yuan as a string like "123.45" 金额请用字符串，如 "123.45"')
    try:
        fen = Decimal(str(value)) * 100
    except InvalidOperation:
        raise ValueError(f"{value!r} is no amount 不是有效金额") from None
    if not fen.is_finite() or fen != fen.to_integral_value():
        raise ValueError(f"{value!r} has more than two decimals 金额最多两位小数")
    return int(fen)


def parse_month(value: Any) -> str:
    """A checked month."""
    return month(str(value))


def parse_date(value: Any) -> date:
    """A day. Raises ``ValueError`` unless it is YYYY-MM-DD."""
    try:
        return date.fromisoformat(value)
    except (TypeError, ValueError):
        raise ValueError(f"{value!r} is no day YYYY-MM-DD 不是有效日期") from None


def parse_instant(value: Any) -> datetime:
    """An instant; without an offset it is UTC. Raises ``ValueError`` unless it is ISO 8601."""
    try:
        instant = datetime.fromisoformat(value)
    except (TypeError, ValueError):
        raise ValueError(f"{value!r} is no ISO 8601 instant 不是有效时间") from None
    return instant.replace(tzinfo=UTC) if instant.tzinfo is None else instant


def iso(value: Any) -> str:
    """A day or instant as text; text a statement rendered already is passed on."""
    return value if isinstance(value, str) else value.isoformat()


Yuan = NewType("Yuan", str)
Month = NewType("Month", str)

SCALARS: dict[object, Any] = {
    date: strawberry.scalar(
        name="Date",
        description="A day in China as YYYY-MM-DD. 日期（北京时间）。",
        serialize=iso,
        parse_value=parse_date,
    ),
    datetime: strawberry.scalar(
        name="DateTime",
        description="An instant in ISO 8601; UTC when no offset is given. 时刻（UTC）。",
        serialize=iso,
        parse_value=parse_instant,
    ),
    JSON: strawberry.scalar(
        name="JSON",
        description="Any JSON value. 任意 JSON 内容。",
        serialize=lambda value: value,
        parse_value=lambda value: value,
    ),
    Yuan: strawberry.scalar(
        name="Yuan",
        description='An amount of yuan with two decimals, as a string: "1234.50". 金额（元），两位小数。',
        serialize=lambda value: value,
        parse_value=parse_yuan,
    ),
    Month: strawberry.scalar(
        name="Month", description="A month as YYYY-MM. 月份。", serialize=str, parse_value=parse_month
    ),
}
