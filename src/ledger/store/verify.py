"""Verifying the log: every leaf, tile, tag, the frontier and every checkpoint, recomputed and compared.

Nothing stored is trusted; memory stays flat; what differs is named by position and column.
"""

from __future__ import annotations

import hashlib
import struct
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, NamedTuple

import psycopg
from psycopg.types.numeric import Int8BinaryLoader

from ledger.store.appending import MAX_APPEND
from ledger.store.checkpoint import InvalidCheckpoint, Verifier, parse
from ledger.store.database import Connection, Database
from ledger.store.leaves import EPOCH, POSTGRES_EPOCH_US, content_digest, tag_key
from ledger.store.merkle import Frontier, subtree_root

PAGE = 5_000
_ENTRY = struct.Struct(">BBqq32s")
"""PostgreSQL counts microseconds from 2000, the leaves from 1970."""


class Difference(NamedTuple):
    """Something stored that is not what it should be: where, which column, and what was expected."""

    table: str
    position: int
    column: str
    expected: str
    found: str

    def __str__(self) -> str:
        return f"{self.table} {self.position} {self.column}: expected {self.expected}, found {self.found}"


@dataclass
class LogReport:
    """What a verification found: how many events, the recomputed root, and every difference."""

    events: int = 0
    root: bytes = b""
    differences: list[Difference] = field(default_factory=list)

    def differs(self, table: str, position: int, column: str, expected: object, found: object) -> None:
        self.differences.append(Difference(table, position, column, str(expected), str(found)))


class TagIndex:
    """The stored tag index, streamed once beside the events and compared row by row.

    Its rows lie about in the order the events were appended, so only what is out of step is held: rows of the index
    are bytes as COPY sends them, a span of events that share a tag counts as one row for each.
    """

    def __init__(self, connection: Connection, spans: Connection) -> None:
        self._singles = self._stream(connection)
        self._spans = self._spread(spans)
        self._ahead: dict[str, bytes] = {}
        self._missing: set[bytes] = set()
        self._extra: set[bytes] = set()

    @staticmethod
    def _stream(connection: Connection) -> Iterator[bytes]:
        """Binary COPY rows, 26 bytes each: 2 fields, length 8, key, length 8, position."""
        rest = b""
        header = True
        with connection.cursor().copy("COPY event_tags (tag, position) TO STDOUT (FORMAT BINARY)") as copy:
            for block in copy:
                rest += bytes(block)
                if header:
                    rest, header = rest[19:], False
                whole = len(rest) // 26 * 26
                for start in range(0, whole, 26):
                    yield rest[start : start + 26]
                rest = rest[whole:]

    @staticmethod
    def _spread(connection: Connection) -> Iterator[bytes]:
        """The rows that the spans stand for."""
        cursor = connection.cursor(name="spans")
        cursor.execute("SELECT tag, first, last FROM event_tag_spans", binary=True)
        while rows := cursor.fetchmany(PAGE):
            for tag, first, last in rows:
                start = _TWO_FIELDS + tag.to_bytes(8, "big", signed=True) + _LENGTH
                for position in range(first, min(last, first + MAX_APPEND) + 1):
                    yield start + position.to_bytes(8, "big", signed=True)

    def expect(self, position: int, tags: list[str]) -> None:
        """The event at `position` carries these tags."""
        where = _LENGTH + position.to_bytes(8, "big", signed=True)
        for key in {tag_key(item) for item in tags}:
            row = _TWO_FIELDS + key.to_bytes(8, "big", signed=True) + where
            if row in self._extra:
                self._extra.discard(row)
            else:
                self._missing.add(row)

    def compare(self, upto: int) -> None:
        """Crosses off what the index holds up to about a position."""
        last = upto.to_bytes(8, "big", signed=True)
        self._cross_off("singles", self._singles, last)
        self._cross_off("spans", self._spans, last)

    def _cross_off(self, name: str, rows: Iterator[bytes], last: bytes) -> None:
        """Takes rows until one lies beyond `last`; that one is the first of the next call."""
        missing, extra = self._missing, self._extra
        row = self._ahead.pop(name, None) or next(rows, None)
        while row is not None:
            if row[18:] > last:
                self._ahead[name] = row
                return
            if row in missing:
                missing.discard(row)
            else:
                extra.add(row)
            row = next(rows, None)

    def report(self, report: LogReport) -> None:
        """Names every row that is missing or should not be there."""
        self.compare(-1)  # whose bytes are the greatest: to the end
        for rows, expected in ((self._missing, True), (self._extra, False)):
            for row in sorted(rows, key=lambda item: item[18:]):
                key = int.from_bytes(row[6:14], "big", signed=True)
                position = int.from_bytes(row[18:26], "big", signed=True)
                texts = (f"tag key {key}", "none")
                report.differs("event_tags", position, "row", texts[not expected], texts[expected])


_TWO_FIELDS = struct.pack(">hi", 2, 8)
_LENGTH = struct.pack(">i", 8)


class _Run:
    """One pass over the log, keeping only the frontier and one tile per level."""

    def __init__(
        self, connection: Connection, tags: TagIndex, report: LogReport, verifier: Verifier | None
    ) -> None:
        self.connection = connection
        self.verifier = verifier
        self.tags = tags
        self.report = report
        self.tree = Frontier()
        self.previous_us = -(1 << 62)
        self.tile: list[bytes] = []
        self.roots: dict[int, list[bytes]] = {}
        self.checkpoints = _checkpoints(connection)
        if 0 in self.checkpoints:
            self._checkpoint(0, *self.checkpoints.pop(0))

    def page(self, rows: list[Any]) -> None:
        """Checks one page of consecutive rows."""
        sha256, pack = hashlib.sha256, _ENTRY.pack
        for position, recorded_at, kind, tags, data, leaf in rows:
            if position != self.tree.size + 1:
                self.report.differs("events", position, "position", self.tree.size + 1, position)
            at_us = recorded_at + POSTGRES_EPOCH_US
            if at_us < self.previous_us:
                self.report.differs(
                    "events", position, "recorded_at", "no earlier than the event before", _instant(at_us)
                )
            self.previous_us = max(at_us, self.previous_us)
            try:
                computed = sha256(pack(0, 1, position, at_us, content_digest(kind, tags, data))).digest()
            except (AttributeError, OverflowError, TypeError, struct.error):
                computed = b""  # what is stored there could never have been appended
            if computed != leaf:
                # Which of the hashed columns was changed cannot be told from a hash alone, but whether the
                # stored leaf is still the one the tree was built from can: then a content column was.
                self._name_leaf(position, computed, bytes(leaf))
            self.tags.expect(position, [item for item in tags if isinstance(item, str)])
            self._grow(bytes(leaf))
        self.tags.compare(self.tree.size)

    def _name_leaf(self, position: int, computed: bytes, stored: bytes) -> None:
        tile = self.connection.execute(
            "SELECT substr(hashes, %s, 32) FROM tiles WHERE level = 0 AND index = %s",
            ((position - 1) % 256 * 32 + 1, (position - 1) // 256),
            binary=True,
        ).fetchone()
        column = (
            "leaf_hash"
            if tile is not None and bytes(tile[0]) == computed
            else "recorded_at, type, tags or data"
        )
        if tile is None:
            column = "recorded_at, type, tags, data or leaf_hash"
        self.report.differs("events", position, column, f"leaf {computed.hex()}", f"leaf {stored.hex()}")

    def _grow(self, leaf: bytes) -> None:
        self.tree.append(leaf)
        self.tile.append(leaf)
        size = self.tree.size
        if len(self.tile) == 256:
            self._full_tile(0, size // 256 - 1, b"".join(self.tile))
            self.tile = []
        if size in self.checkpoints:
            root, note = self.checkpoints.pop(size)
            self._checkpoint(size, root, note)

    def _full_tile(self, level: int, index: int, hashes: bytes) -> None:
        root = subtree_root(hashes)
        row = self.connection.execute(
            "SELECT hashes, root FROM tiles WHERE level = %s AND index = %s",
            (level, index),
            binary=True,
            prepare=True,
        ).fetchone()
        name = f"tiles level {level}"
        if row is None:
            self.report.differs(name, index, "row", "a full tile", "none")
        else:
            if bytes(row[0]) != hashes:
                self.report.differs(name, index, "hashes", "the leaves' hashes", "others")
            if bytes(row[1]) != root:
                self.report.differs(name, index, "root", root.hex(), bytes(row[1]).hex())
        above = self.roots.setdefault(level + 1, [])
        above.append(root)
        if len(above) == 256:
            self.roots[level + 1] = []
            self._full_tile(level + 1, (index + 1) // 256 - 1, b"".join(above))

    def _checkpoint(self, size: int, root: bytes, note: str) -> None:
        if root != self.tree.root:
            self.report.differs("checkpoints", size, "root", self.tree.root.hex(), root.hex())
        try:
            stated = parse(note) if self.verifier is None else self.verifier.verify(note)
        except InvalidCheckpoint as error:
            self.report.differs("checkpoints", size, "note", "a signed checkpoint", error)
            return
        if stated.size != size and stated.root == root:
            self.report.differs("checkpoints", size, "size or note", stated.size, size)
        elif (stated.size, stated.root) != (size, self.tree.root):
            self.report.differs("checkpoints", size, "note", f"{size} {self.tree.root.hex()}", stated)


def _checkpoints(connection: Connection) -> dict[int, tuple[bytes, str]]:
    return {
        size: (bytes(root), note)
        for size, root, note in connection.execute("SELECT size, root, note FROM checkpoints")
    }


def verify_log(
    database: Database,
    *,
    verifier: Verifier | None = None,
    on_progress: Callable[[int], object] | None = None,
) -> LogReport:
    """Recomputes the whole log as of one moment and reports every difference. Memory is flat.

    With the log's `verifier` the signature of every stored checkpoint is checked as well.
    """
    report = LogReport()
    connection, second = database.connect(), database.connect()
    try:
        # Instants as the integers they are stored as: some that could be put there are no `datetime`.
        connection.adapters.register_loader("timestamptz", Int8BinaryLoader)
        connection.execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
        row = connection.execute("SELECT pg_export_snapshot()").fetchone()
        assert row is not None
        # From the first row on, whoever else is reading: the comparison holds only what is out of step.
        second.execute("SET synchronize_seqscans TO off")
        second.execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
        second.execute(psycopg.sql.SQL("SET TRANSACTION SNAPSHOT {}").format(row[0]))
        run = _Run(connection, TagIndex(second, connection), report, verifier)
        for rows in _pages(connection):
            run.page(rows)
            if on_progress is not None:
                on_progress(run.tree.size)
        report.events, report.root = run.tree.size, run.tree.root
        _finish(connection, run)
    finally:
        connection.close()
        second.close()
    return report


def _instant(at_us: int) -> str:
    try:
        return (EPOCH + timedelta(microseconds=at_us)).isoformat()
    except OverflowError:
        return f"{at_us} µs since 1970"


def _pages(connection: Connection) -> Iterator[list[Any]]:
    cursor = connection.cursor(name="verify")
    cursor.execute(
        "SELECT position, recorded_at, type, tags, data, leaf_hash FROM events ORDER BY position", binary=True
    )
    while rows := cursor.fetchmany(PAGE):
        yield rows


def _finish(connection: Connection, run: _Run) -> None:
    """What the log says of itself as a whole: head, tiles and checkpoints beyond its end, stray tags."""
    report, tree = run.report, run.tree
    row = connection.execute("SELECT size, frontier, recorded_at FROM log_head", binary=True).fetchone()
    if row is None:
        report.differs("log_head", 0, "row", "one row", "none")
        return
    if row[0] != tree.size:
        report.differs("log_head", 0, "size", tree.size, row[0])
    if bytes(row[1]) != tree.hashes:
        report.differs("log_head", 0, "frontier", tree.hashes.hex(), bytes(row[1]).hex())
    at_us = row[2] + POSTGRES_EPOCH_US
    if tree.size and at_us != run.previous_us:
        report.differs("log_head", 0, "recorded_at", _instant(run.previous_us), _instant(at_us))
    for size in sorted(run.checkpoints):
        report.differs("checkpoints", size, "size", f"at most {tree.size}", size)
    run.tags.report(report)
    expected = {level: tree.size >> (8 * (level + 1)) for level in range(8)}
    for level, index in connection.execute("SELECT level, index FROM tiles"):
        if index < 0 or index >= expected.get(level, 0):
            report.differs(f"tiles level {level}", index, "row", "none", "a tile beyond the log")
