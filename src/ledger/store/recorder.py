"""The sealed recorder: the library's DCB interface on PostgreSQL, every event a leaf of the log's Merkle tree."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from eventsourcing.dcb.api import (
    DCBAppendCondition,
    DCBEvent,
    DCBQuery,
    DCBReadResponse,
    DCBRecorder,
    DCBSequencedEvent,
)
from eventsourcing.persistence import ProgrammingError

from ledger.store.appending import MAX_APPEND, MAX_BYTES, Appended, TooLarge, VaultWrites
from ledger.store.copying import Prepared, append_batch
from ledger.store.database import Database
from ledger.store.failures import telling
from ledger.store.group_commit import GroupCommit, Request
from ledger.store.notifying import Notifier
from ledger.store.reading import StoredEvent, read_page, read_pages, read_with_head
from ledger.store.subscription import Subscription

COPY_FROM = 48
"""From this many events on, a batch is copied in a transaction of its own."""


class ReadResponse(DCBReadResponse):
    """Events in log order; `head` is the log's head when the read began, or the last event of a limited read."""

    def __init__(self, events: Iterator[DCBSequencedEvent], head: int | None) -> None:
        self._events = events
        self._head = head

    @property
    def head(self) -> int | None:
        return self._head

    def __next__(self) -> DCBSequencedEvent:
        return next(self._events)


class SealedRecorder(DCBRecorder):
    """Appends and reads one division's log. Safe to share between threads; several processes may append.

    Positions are 1, 2, 3… in commit order without gaps, so everything up to a position that was
    read is all there ever will be up to it.
    """

    def __init__(self, database: Database) -> None:
        self.database = database
        self._group = GroupCommit(database)
        self._notifier = Notifier(database)

    def close(self) -> None:
        """Ends the notifying thread. The database stays open."""
        self._notifier.close()
        self._group.close()

    # --- the library's interface ---

    def read(
        self, query: DCBQuery | None = None, *, after: int | None = None, limit: int | None = None
    ) -> DCBReadResponse:
        """Matching events after a position, as the library defines it."""
        start = after or 0
        if limit is not None:
            with self.database.connection() as connection:
                page = read_page(connection, query, start, None, limit) if limit > 0 else []
            return ReadResponse(map(_sequenced, page), page[-1].position if page else None)
        head = self.head()
        return ReadResponse(map(_sequenced, self.read_recorded(query, after=start, upto=head)), head or None)

    def append(self, events: Sequence[DCBEvent], condition: DCBAppendCondition | None = None) -> int:
        """Appends events unless the condition fails (``IntegrityError``); returns the last position."""
        return self.append_sealed(events, condition, None).last

    def subscribe(self, query: DCBQuery | None = None, *, after: int | None = None) -> Subscription:
        """Matching events after a position, then those to come, for ever; misses none."""
        return Subscription(self, query, after)

    # --- more ---

    def head(self) -> int:
        """The last position, 0 for an empty log."""
        with self.database.connection() as connection:
            row = connection.execute("SELECT size FROM log_head", prepare=True).fetchone()
        assert row is not None
        return int(row[0])

    def append_sealed(
        self, events: Sequence[DCBEvent], condition: DCBAppendCondition | None, vault: VaultWrites | None
    ) -> Appended:
        """Appends events with the vault rows they need, all or nothing.

        Raises the library's ``IntegrityError`` when an event inside the condition was recorded
        after its position, or an identity or key exists already; :class:`TooLarge`; ``WriterStuck``
        when nothing could be recorded in time; ``ConnectionLost`` when nobody can say what was.
        """
        if not events:
            raise ProgrammingError("nothing to append")
        if len(events) > MAX_APPEND:
            raise TooLarge(
                f"{len(events)} events in one append, at most {MAX_APPEND} 一次最多 {MAX_APPEND} 个事件"
            )
        size = sum(len(e.data) for e in events)
        if size > MAX_BYTES:
            raise TooLarge(f"{size} bytes in one append, at most {MAX_BYTES} 一次最多 {MAX_BYTES} 字节")
        if len(events) < COPY_FROM:
            appended = self._group.append(Request(events, condition, vault))
        else:
            prepared = Prepared(events)
            with telling(), self.database.connection() as connection:
                appended = append_batch(connection, prepared, condition, vault)
        self._notifier.appended(appended.last)
        return appended

    def read_recorded(
        self,
        query: DCBQuery | None = None,
        *,
        after: int = 0,
        upto: int | None = None,
        limit: int | None = None,
    ) -> Iterator[StoredEvent]:
        """Matching rows of the log after one position, up to another (the head by default), memory flat."""
        last = self.head() if upto is None else upto
        with self.database.connection() as connection:
            yield from read_pages(connection, query, after, last, limit)

    def read_with_head(self, query: DCBQuery) -> tuple[list[StoredEvent], int]:
        """All matching rows and the head of the log, as of one moment: what a decision is taken from."""
        with self.database.connection() as connection:
            return read_with_head(connection, query)


def _sequenced(stored: StoredEvent) -> DCBSequencedEvent:
    return DCBSequencedEvent(DCBEvent(stored.type, bytes(stored.data), stored.tags), stored.position)
