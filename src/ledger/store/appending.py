"""What an append takes beside events, and what it answers."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple

MAX_APPEND = 5000
"""The most events one append may bring: a longer one would hold the writer lock too long."""

MAX_BYTES = 64 << 20
"""The most data one append may bring, for the same reason."""


@dataclass(slots=True)
class VaultWrites:
    """Vault rows stored in the same transaction as the events that need them.

    `keys` holds (subject tag, purpose, wrapped key), `lookups` (kind, keyed hash, subject tag).
    A key or hash that exists already is a conflict: someone else was first. `used` are the
    subjects whose stored keys sealed something in these events: one erased meanwhile is a conflict too.
    """

    keys: list[tuple[str, str, bytes]] = field(default_factory=list)
    lookups: list[tuple[str, bytes, str]] = field(default_factory=list)
    used: list[str] = field(default_factory=list)

    def __bool__(self) -> bool:
        return bool(self.keys or self.lookups or self.used)


class Appended(NamedTuple):
    """Where events were recorded: first and last position, and the one instant of recording (UTC)."""

    first: int
    last: int
    recorded_at: datetime


class TooLarge(ValueError):
    """One append may hold at most 5,000 events and 64 MiB; use chunks closed by a header event.

    一次最多登记 5000 个事件、64 MiB 数据，请分块提交。
    """
