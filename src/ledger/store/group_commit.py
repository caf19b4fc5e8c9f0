"""Group commit: callers who append at the same time share one transaction, each under its own condition."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Sequence

import psycopg
from eventsourcing.dcb.api import DCBAppendCondition, DCBEvent
from eventsourcing.persistence import IntegrityError
from psycopg_pool import PoolTimeout

from ledger.store.appending import MAX_BYTES, Appended, VaultWrites
from ledger.store.conditions import condition_json, vault_json
from ledger.store.database import Connection, Database
from ledger.store.failures import is_lost, told
from ledger.store.leaves import content_digest, tag_key

GROUP = 64
"""The most requests one transaction takes."""


class Request:
    """One caller's events, condition and vault rows, encoded before anyone waits for a lock."""

    __slots__ = (
        "condition",
        "datas",
        "digests",
        "done",
        "failure",
        "keys",
        "result",
        "tag_counts",
        "tags",
        "types",
        "vault",
        "weight",
    )

    def __init__(
        self, events: Sequence[DCBEvent], condition: DCBAppendCondition | None, vault: VaultWrites | None
    ) -> None:
        self.types = [e.type for e in events]
        self.datas = [e.data for e in events]
        self.digests = [content_digest(e.type, e.tags, e.data) for e in events]
        self.tags = [t for e in events for t in e.tags]
        self.keys = [tag_key(t) for t in self.tags]
        self.tag_counts = [len(e.tags) for e in events]
        self.condition = None if condition is None else condition_json(condition)
        self.vault = vault_json(vault) if vault else None
        self.weight = sum(map(len, self.datas))
        self.done = False
        self.result: Appended | None = None
        self.failure: BaseException | None = None


class GroupCommit:
    """Whoever finds nobody committing becomes the leader and commits for all who wait."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._waiting: deque[Request] = deque()
        self._leader = threading.Lock()

    def append(self, request: Request) -> Appended:
        """Commits `request` with whoever else waits.

        Raises ``IntegrityError`` when its condition fails, and what :mod:`ledger.store.failures` names.
        """
        self._waiting.append(request)
        while not request.done:
            with self._leader:
                if not request.done:
                    self._lead()
        if request.failure is not None:
            raise request.failure
        assert request.result is not None
        return request.result

    def _lead(self) -> None:
        group = self._next_group()
        try:
            with self._database.connection() as connection:
                _commit(connection, group)
        except Exception as error:
            # A request that cannot be stored (a zero byte in a tag, say) must not sink the others. What was
            # lost may have been committed, and what waited in vain would wait again: neither is tried anew.
            if len(group) > 1 and not _shared(error):
                self._one_by_one(group)
            else:
                for request in group:
                    request.failure = told(error)
        except BaseException as error:
            for request in group:
                request.failure = told(psycopg.OperationalError(f"the commit was interrupted: {error!r}"))
            raise
        finally:
            for request in group:
                request.done = True

    def _next_group(self) -> list[Request]:
        """Those who have waited longest, as many as one transaction takes."""
        group: list[Request] = []
        weight = 0
        while self._waiting and len(group) < GROUP:
            weight += self._waiting[0].weight
            if group and weight > MAX_BYTES:
                break
            group.append(self._waiting.popleft())
        return group

    def _one_by_one(self, group: Sequence[Request]) -> None:
        for request in group:
            try:
                with self._database.connection() as connection:
                    _commit(connection, [request])
            except Exception as error:
                request.failure = told(error)


def _shared(error: Exception) -> bool:
    """Whether an error concerns the connection or the lock rather than one of the requests."""
    return is_lost(error) or isinstance(error, PoolTimeout | psycopg.errors.LockNotAvailable)


def _commit(connection: Connection, group: Sequence[Request]) -> None:
    row = connection.execute(
        "SELECT last_positions, at FROM append_requests(%b::text[], %b::bytea[], %b::bytea[], %b::text[], %b::bigint[],"
        " %b::integer[], %b::integer[], %b::jsonb[], %b::jsonb[])",
        (
            [t for r in group for t in r.types],
            [d for r in group for d in r.datas],
            [d for r in group for d in r.digests],
            [t for r in group for t in r.tags],
            [k for r in group for k in r.keys],
            [c for r in group for c in r.tag_counts],
            [len(r.types) for r in group],
            [r.condition for r in group],
            [r.vault for r in group],
        ),
        prepare=True,
    ).fetchone()
    assert row is not None
    lasts, at = row
    for request, last in zip(group, lasts, strict=True):
        if last == 0:
            request.failure = IntegrityError("an event inside the condition was recorded meanwhile")
        elif last < 0:
            request.failure = IntegrityError("an identity or key exists already")
        else:
            request.result = Appended(last - len(request.types) + 1, last, at)
