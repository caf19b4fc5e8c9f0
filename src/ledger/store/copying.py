"""Bulk appends: one transaction, hand-packed binary COPY, everything that can be done before the lock done before it."""

from __future__ import annotations

import hashlib
import struct
from collections.abc import Sequence
from datetime import timedelta

from eventsourcing.dcb.api import DCBAppendCondition, DCBEvent
from eventsourcing.persistence import IntegrityError

from ledger.store.appending import Appended, VaultWrites
from ledger.store.conditions import condition_json, vault_json
from ledger.store.database import Connection
from ledger.store.leaves import EPOCH, content_digest, tag_key
from ledger.store.merkle import Frontier, subtree_root

_HEADER = b"PGCOPY\n\xff\r\n\x00" + bytes(8)
_TRAILER = b"\xff\xff"
_POSTGRES_EPOCH_US = 946_684_800_000_000
_TAG_PREFIX = struct.pack(">hi", 2, 8)
_EIGHT = struct.pack(">i", 8)
_POSITION = struct.Struct(">q")
_ENTRY_PREFIX = b"\x00\x01"
_CHUNK = 1 << 20


class Prepared:
    """The parts of a batch that do not depend on where in the log it will stand."""

    def __init__(self, events: Sequence[DCBEvent]) -> None:
        self.count = len(events)
        self.digests = [content_digest(e.type, e.tags, e.data) for e in events]
        self.bodies = [_event_body(e) for e in events]
        # Sorted by key, the rows of one batch reach the index's pages in order.
        keyed = {(_POSITION.pack(tag_key(item)), n) for n, event in enumerate(events) for item in event.tags}
        self.keys = sorted(keyed)


def _event_body(event: DCBEvent) -> bytes:
    """Binary COPY of type, tags and data."""
    kind = event.type.encode()
    tags = [item.encode() for item in event.tags]
    if tags:
        array = struct.pack(">iiiii", 1, 0, 25, len(tags), 1) + b"".join(
            len(item).to_bytes(4, "big") + item for item in tags
        )
    else:
        array = struct.pack(">iii", 0, 0, 25)
    return b"".join(
        (
            len(kind).to_bytes(4, "big"),
            kind,
            len(array).to_bytes(4, "big"),
            array,
            len(event.data).to_bytes(4, "big"),
            event.data,
        )
    )


def append_batch(
    connection: Connection,
    prepared: Prepared,
    condition: DCBAppendCondition | None,
    vault: VaultWrites | None,
) -> Appended:
    """Appends a prepared batch in one transaction. Raises ``IntegrityError`` on a conflict, recording nothing."""
    with connection.transaction():
        connection.execute("SELECT lock_writer()")
        row = connection.execute(
            "SELECT size, frontier, (extract(epoch FROM greatest(clock_timestamp(), recorded_at)) * 1000000)::bigint"
            " FROM log_head"
        ).fetchone()
        assert row is not None
        size, frontier, at_us = row[0], bytes(row[1]), row[2]
        _check(connection, condition, vault)
        leaves = _copy_events(connection, prepared, size, at_us)
        _copy_tags(connection, prepared, size)
        tree = Frontier(size, frontier)
        _grow(connection, tree, leaves)
        at = EPOCH + timedelta(microseconds=at_us)
        connection.execute(
            "UPDATE log_head SET size = %s, frontier = %s, recorded_at = %s", (tree.size, tree.hashes, at)
        )
    return Appended(size + 1, tree.size, at)


def _check(connection: Connection, condition: DCBAppendCondition | None, vault: VaultWrites | None) -> None:
    if condition is not None:
        asked = condition_json(condition)
        fails = connection.execute(
            "SELECT condition_fails(%s::jsonb->'i', (%s::jsonb->>'a')::bigint)", (asked, asked)
        ).fetchone()
        if fails is not None and fails[0]:
            raise IntegrityError("an event inside the condition was recorded meanwhile")
    if vault:
        stored = connection.execute("SELECT vault_store(%s::jsonb)", (vault_json(vault),)).fetchone()
        if stored is None or not stored[0]:
            raise IntegrityError("an identity or key exists already")


def _copy_events(connection: Connection, prepared: Prepared, size: int, at_us: int) -> list[bytes]:
    """Copies the events and returns their leaf hashes."""
    sha256, pack = hashlib.sha256, _POSITION.pack
    stamp = pack(at_us)
    fields, eight, leaf_length = struct.pack(">h", 6), _EIGHT, struct.pack(">i", 32)
    recorded = eight + pack(at_us - _POSTGRES_EPOCH_US)
    leaves, rows = [], [_HEADER]
    with connection.cursor().copy(
        "COPY events (position, recorded_at, type, tags, data, leaf_hash) FROM STDIN (FORMAT BINARY)"
    ) as copy:
        length = 0
        for number, (digest, body) in enumerate(
            zip(prepared.digests, prepared.bodies, strict=True), size + 1
        ):
            position = pack(number)
            leaf = sha256(_ENTRY_PREFIX + position + stamp + digest).digest()
            leaves.append(leaf)
            rows.append(fields + eight + position + recorded + body + leaf_length + leaf)
            length += len(body)
            if length > _CHUNK:
                copy.write(b"".join(rows))
                rows, length = [], 0
        rows.append(_TRAILER)
        copy.write(b"".join(rows))
    return leaves


def _copy_tags(connection: Connection, prepared: Prepared, size: int) -> None:
    first, prefix, eight = size + 1, _TAG_PREFIX, _EIGHT
    positions = [eight + _POSITION.pack(first + n) for n in range(prepared.count)]
    body = b"".join([prefix + key + positions[n] for key, n in prepared.keys])
    with connection.cursor().copy("COPY event_tags (tag, position) FROM STDIN (FORMAT BINARY)") as copy:
        copy.write(_HEADER + body + _TRAILER)


def _grow(connection: Connection, tree: Frontier, leaves: Sequence[bytes]) -> None:
    """Adds the leaves to the tree, storing every tile they fill."""
    taken = 0
    while taken < len(leaves):
        room = 256 - tree.size % 256
        part = leaves[taken : taken + room]
        old = tree.size
        tree.extend(part)
        taken += len(part)
        if tree.size % 256 == 0:
            _store_tile(connection, tree.size, b"".join(part) if old % 256 == 0 else None)


def _store_tile(connection: Connection, last: int, hashes: bytes | None) -> None:
    if hashes is None or last % 65_536 == 0:
        # The tile began in an earlier transaction, or completes a higher one: let SQL gather it.
        connection.execute("SELECT store_tiles(%s)", (last,))
        return
    connection.execute(
        "INSERT INTO tiles VALUES (0, %s, %s, %s)",
        (last // 256 - 1, hashes, subtree_root(hashes)),
        prepare=True,
    )
