"""Calendar months as text."""

from __future__ import annotations

import re
from datetime import date
from typing import NewType

Month = NewType("Month", str)
"""A calendar month as ``YYYY-MM``; months compare as text."""

_MONTH = re.compile(r"^\d{4}-(0[1-9]|1[0-2])$")


def month(text: str) -> Month:
    """A checked month. Raises ``ValueError`` unless `text` is ``YYYY-MM``."""
    if not _MONTH.match(text):
        raise ValueError(f"{text!r} is not a month like 2026-11")
    return Month(text)


def month_of(day: date) -> Month:
    """The month a local date lies in."""
    return Month(f"{day.year:04d}-{day.month:02d}")


def first_day(of: Month) -> date:
    """The first day of a month."""
    return date(int(of[:4]), int(of[5:]), 1)


def add_months(start: Month, count: int) -> Month:
    """The month `count` months after (before, when negative) `start`."""
    index = int(start[:4]) * 12 + int(start[5:]) - 1 + count
    return Month(f"{index // 12:04d}-{index % 12 + 1:02d}")


def months_between(first: Month, last: Month) -> list[Month]:
    """Every month from `first` to `last`, both included; empty when `last` is earlier."""
    count = (int(last[:4]) - int(first[:4])) * 12 + int(last[5:]) - int(first[5:])
    return [add_months(first, n) for n in range(count + 1)]


def day_after_months(day: date, count: int) -> date:
    """The same day `count` months later; the last one of a shorter month."""
    target = add_months(month_of(day), count)
    length = (first_day(add_months(target, 1)) - first_day(target)).days
    return first_day(target).replace(day=min(day.day, length))
