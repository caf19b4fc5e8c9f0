"""Subscriptions that survive a lost connection and miss nothing.

Positions are dense and in commit order, so "everything after the last one seen" is complete
whenever it is asked; notices only make the asking prompt.
"""

from __future__ import annotations

import time
from collections import deque
from typing import TYPE_CHECKING, Any

import psycopg
from eventsourcing.dcb.api import DCBEvent, DCBQuery, DCBSequencedEvent, DCBSubscription
from psycopg_pool import PoolTimeout

from ledger.store.database import Connection
from ledger.store.reading import read_page

if TYPE_CHECKING:
    from ledger.store.recorder import SealedRecorder

PAGE = 1_000
LOOK_EVERY = 1.0
"""Seconds after which a subscriber looks by itself, notice or not."""
_SLICE = 0.2


class Subscription(DCBSubscription[Any]):
    """An endless iterator over matching events; ends after :meth:`stop`."""

    def __init__(self, recorder: SealedRecorder, query: DCBQuery | None, after: int | None) -> None:
        super().__init__(recorder, query, after)
        self._database = recorder.database
        self._page: deque[DCBSequencedEvent] = deque()
        self._connection: Connection | None = None
        self._patience = 0.05
        self._seen_all_to = 0

    def __exit__(self, *args: object, **kwargs: Any) -> None:
        super().__exit__(*args, **kwargs)
        self._disconnect()

    def __next__(self) -> DCBSequencedEvent:
        """The next matching event; waits for it. Raises ``StopIteration`` once stopped."""
        while not self._page:
            if self._has_been_stopped:
                raise StopIteration
            try:
                self._fill()
                self._patience = 0.05
            except (psycopg.OperationalError, psycopg.InterfaceError, PoolTimeout):
                self._disconnect()
                time.sleep(self._patience)
                self._patience = min(self._patience * 2, 2.0)
        if self._has_been_stopped:
            raise StopIteration
        event = self._page.popleft()
        self._last_position = event.position
        return event

    def _fill(self) -> None:
        if self._connection is None:
            self._connection = self._database.connect()
            channel = psycopg.sql.Identifier(self._database.channel)
            self._connection.execute(psycopg.sql.SQL("LISTEN {}").format(channel))
        # Up to a head that was read, all is there: what did not match need never be looked at again,
        # which is what keeps waiting for a rare event cheap in a long log.
        row = self._connection.execute("SELECT size FROM log_head", prepare=True).fetchone()
        assert row is not None
        head, after = int(row[0]), max(self._last_position or 0, self._seen_all_to)
        if head <= after:
            self._wait(self._connection)
            return
        rows = read_page(self._connection, self._query, after, head, PAGE)
        if len(rows) < PAGE:
            self._seen_all_to = head
        self._page.extend(
            DCBSequencedEvent(DCBEvent(row.type, bytes(row.data), row.tags), row.position) for row in rows
        )

    def _wait(self, connection: Connection) -> None:
        until = time.monotonic() + LOOK_EVERY
        while not self._has_been_stopped and time.monotonic() < until:
            if next(iter(connection.notifies(timeout=_SLICE, stop_after=1)), None) is not None:
                return

    def _disconnect(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None
