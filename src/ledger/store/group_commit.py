"""Group commit: callers who append at the same time share one transaction, each under its own condition."""

from __future__ import annotations

import select
import struct
import threading
from collections import deque
from collections.abc import Sequence
from datetime import timedelta
from weakref import WeakKeyDictionary

import psycopg
from eventsourcing.dcb.api import DCBAppendCondition, DCBEvent
from eventsourcing.persistence import IntegrityError
from psycopg.pq import ConnStatus, ExecStatus
from psycopg.pq.abc import PGresult

from ledger.store import binary
from ledger.store.appending import MAX_BYTES, Appended, VaultWrites
from ledger.store.conditions import asked_keys, condition_json, vault_json
from ledger.store.database import Connection, Database
from ledger.store.failures import is_lost, told
from ledger.store.leaves import EPOCH, POSTGRES_EPOCH_US, content_digest, tag_key

GROUP = 64
"""The most requests one transaction takes."""

_STATEMENT = b"ledger_append"
_APPEND = b"""SELECT last_positions, at FROM append_requests($1::integer, $2::text[], $3::bytea[], $4::bytea[],
    $5::text[], $6::integer[], $7::bigint[], $8::integer[], $9::integer[], $10::bigint[], $11::bigint[],
    $12::integer[], $13::integer[], $14::text[], $15::text[])"""


class Request:
    """One caller's events, condition and vault rows, packed before anyone waits for a lock."""

    __slots__ = (
        "after",
        "asked",
        "condition",
        "datas",
        "digests",
        "done",
        "failure",
        "key_counts",
        "keys",
        "leads",
        "own_keys",
        "result",
        "size",
        "tag_counts",
        "tags",
        "turn",
        "types",
        "vault",
        "weight",
    )

    def __init__(
        self, events: Sequence[DCBEvent], condition: DCBAppendCondition | None, vault: VaultWrites | None
    ) -> None:
        keys = [list(dict.fromkeys(map(tag_key, e.tags))) for e in events]
        self.size = len(events)
        self.types = binary.texts([e.type for e in events])
        self.datas = b"".join([binary.item(e.data) for e in events])
        self.digests = b"".join([binary.item(content_digest(e.type, e.tags, e.data)) for e in events])
        self.tags = binary.texts([t for e in events for t in e.tags])
        self.tag_counts = [len(e.tags) for e in events]
        self.own_keys = [key for each in keys for key in each]
        self.keys = binary.bigints(self.own_keys)
        self.key_counts = [len(each) for each in keys]
        self.after = None if condition is None else condition.after or 0
        self.asked = None if condition is None else asked_keys(condition)
        self.condition = None if condition is None else condition_json(condition)
        self.vault = vault_json(vault) if vault else None
        self.weight = sum(len(e.data) for e in events)
        self.turn = threading.Lock()
        self.turn.acquire()
        self.leads = self.done = False
        self.result: Appended | None = None
        self.failure: BaseException | None = None


class GroupCommit:
    """Whoever finds nobody committing becomes the leader and commits for all who wait; then the next one leads."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._waiting: deque[Request] = deque()
        self._mutex = threading.Lock()
        self._led = False
        self._connection: Connection | None = None

    def close(self) -> None:
        """Closes the connection that commits."""
        self._drop()

    def append(self, request: Request) -> Appended:
        """Commits `request` with whoever else waits.

        Raises ``IntegrityError`` when its condition fails, and what :mod:`ledger.store.failures` names.
        """
        with self._mutex:
            self._waiting.append(request)
            request.leads, self._led = not self._led, True
        if not request.leads:
            self._wait(request)
        if not request.done:
            self._lead()
        if request.failure is not None:
            raise request.failure
        assert request.result is not None
        return request.result

    def _wait(self, request: Request) -> None:
        """Until it was committed by another, or must lead itself. Who is interrupted leaves no gap in the line."""
        try:
            request.turn.acquire()
        except BaseException:
            with self._mutex:
                if request in self._waiting:
                    self._waiting.remove(request)
                if request.leads and not request.done:
                    self._name_successor()
            raise

    def _lead(self) -> None:
        with self._mutex:
            group = self._next_group()
        try:
            try:
                _commit(self._ready(), group)
            except Exception as error:
                self._after(error, group)
        except BaseException as error:
            for request in group:
                request.failure = told(psycopg.OperationalError(f"the commit was interrupted: {error!r}"))
            self._drop()
            raise
        finally:
            self._hand_over(group)

    def _after(self, error: Exception, group: Sequence[Request]) -> None:
        """A request that cannot be stored (a zero byte in a tag, say) must not sink the others.

        What was lost may have been committed, and what waited in vain would wait again: neither is tried anew.
        """
        if is_lost(error):
            self._drop()
        if len(group) == 1 or _shared(error):
            for request in group:
                request.failure = told(error)
            return
        for request in group:
            try:
                _commit(self._ready(), [request])
            except Exception as own:
                self._after(own, [request])

    def _hand_over(self, group: Sequence[Request]) -> None:
        """Those committed go on; whoever has waited longest leads next."""
        for request in group:
            request.done = True
            request.turn.release()
        with self._mutex:
            self._name_successor()

    def _name_successor(self) -> None:
        self._led = bool(self._waiting)
        if self._led:
            self._waiting[0].leads = True
            self._waiting[0].turn.release()

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

    def _ready(self) -> Connection:
        """The connection that commits; made anew when the server has closed it meanwhile."""
        connection = self._connection
        if connection is not None and _gone(connection):
            self._drop()
            connection = None
        if connection is None:
            connection = self._connection = self._database.connect()
        return connection

    def _drop(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.close()


def _gone(connection: Connection) -> bool:
    """Whether an idle connection was closed by the server, told without asking it."""
    if connection.closed:
        return True
    try:
        if _readable(connection.fileno()):
            connection.pgconn.consume_input()
    except (psycopg.OperationalError, OSError):
        return True
    return bool(connection.closed)


def _readable(descriptor: int) -> bool:
    if not hasattr(select, "poll"):  # Windows
        return bool(select.select([descriptor], [], [], 0)[0])
    poll = select.poll()
    poll.register(descriptor, select.POLLIN)
    return bool(poll.poll(0))


def _shared(error: Exception) -> bool:
    """Whether an error concerns the connection or the lock rather than one of the requests."""
    return is_lost(error) or isinstance(error, psycopg.errors.LockNotAvailable)


_divisions: WeakKeyDictionary[Connection, bytes] = WeakKeyDictionary()
"""Connections on which the statement is prepared, with the key of their division's lock."""


def _division(connection: Connection) -> bytes:
    found = _divisions.get(connection)
    if found is None:
        # The function's statements are planned once. A plan made for each call's values costs more than the call,
        # and one made while the tables were small must not read them whole when they have grown.
        connection.execute("SET plan_cache_mode = force_generic_plan")
        connection.execute("SET enable_seqscan = off")
        row = connection.execute(
            "SELECT (oid::bigint % 2147483648)::integer FROM pg_namespace WHERE nspname = current_schema()"
        ).fetchone()
        assert row is not None
        prepared = connection.pgconn.prepare(_STATEMENT, _APPEND)
        if prepared.status != ExecStatus.COMMAND_OK:
            raise _failure(connection, prepared)
        found = _divisions[connection] = struct.pack(">i", row[0])
    return found


def _failure(connection: Connection, answer: PGresult) -> psycopg.Error:
    """What the server said went wrong, or that the connection broke before it said anything."""
    error = psycopg.errors.error_from_result(answer, encoding="utf-8")
    if error.sqlstate is None and connection.pgconn.status != ConnStatus.OK:
        return psycopg.OperationalError(str(error))
    return error


def _suspects(group: Sequence[Request]) -> list[int]:
    """Requests (from 1) whose condition the tag index of the log before this call cannot settle alone."""
    found, brought = [], set[int]()
    for number, request in enumerate(group, 1):
        if request.after is not None and (request.asked is None or not brought.isdisjoint(request.asked)):
            found.append(number)
        brought.update(request.own_keys)
    return found


def _commit(connection: Connection, group: Sequence[Request]) -> None:
    """One call for the whole group, past the driver's dumping of values: the arrays are packed already."""
    division = _division(connection)
    counts = [r.size for r in group]
    events, tags = sum(counts), [c for r in group for c in r.tag_counts]
    keys = [c for r in group for c in r.key_counts]
    asked = [(key, number) for number, r in enumerate(group, 1) for key in r.asked or ()]
    suspects = _suspects(group)
    array, integers = binary.array, binary.integers
    values = [
        division,
        array(binary.TEXT, events, b"".join([r.types for r in group])),
        array(binary.BYTEA, events, b"".join([r.datas for r in group])),
        array(binary.BYTEA, events, b"".join([r.digests for r in group])),
        array(binary.TEXT, sum(tags), b"".join([r.tags for r in group])),
        array(binary.INTEGER, events, integers(tags)),
        array(binary.BIGINT, sum(keys), b"".join([r.keys for r in group])),
        array(binary.INTEGER, events, integers(keys)),
        array(binary.INTEGER, len(group), integers(counts)),
        array(binary.BIGINT, len(group), binary.bigints([r.after for r in group])),
        array(binary.BIGINT, len(asked), binary.bigints([key for key, _ in asked])),
        array(binary.INTEGER, len(asked), integers([number for _, number in asked])),
        array(binary.INTEGER, len(suspects), integers(suspects)),
        array(binary.TEXT, len(group), binary.texts([r.condition for r in group])),
        array(binary.TEXT, len(group), binary.texts([r.vault for r in group])),
    ]
    answer = connection.pgconn.exec_prepared(_STATEMENT, values, [1] * len(values), 1)
    if answer.status != ExecStatus.TUPLES_OK:
        raise _failure(connection, answer)
    lasts, at = answer.get_value(0, 0), answer.get_value(0, 1)
    assert lasts is not None
    assert at is not None
    recorded_at = EPOCH + timedelta(microseconds=int.from_bytes(at, "big", signed=True) + POSTGRES_EPOCH_US)
    for request, last in zip(group, binary.read_bigints(lasts), strict=True):
        if last == 0:
            request.failure = IntegrityError("an event inside the condition was recorded meanwhile")
        elif last < 0:
            request.failure = IntegrityError("an identity or key exists already")
        else:
            request.result = Appended(last - request.size + 1, last, recorded_at)
