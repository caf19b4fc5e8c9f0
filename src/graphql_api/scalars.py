"""Scalars: yuan as decimal strings, months as YYYY-MM."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from typing import Any, NewType

import strawberry

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


Yuan = NewType("Yuan", str)
Month = NewType("Month", str)

SCALARS: dict[object, Any] = {
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
