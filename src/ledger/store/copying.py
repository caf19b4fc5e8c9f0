"""Bulk appends: one transaction of hand-packed binary COPY.

What does not depend on the batch's place in the log is made before the writer's lock is taken; the rest is packed and
hashed on another thread while PostgreSQL takes in what was sent before.
"""

from __future__ import annotations

import hashlib
import struct
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from itertools import chain
from typing import Any, NamedTuple

from eventsourcing.dcb.api import DCBAppendCondition, DCBEvent
from eventsourcing.persistence import IntegrityError
from xxhash import xxh3_64_digest

from ledger.store.appending import Appended, VaultWrites
from ledger.store.conditions import condition_json, vault_json
from ledger.store.database import HOLD_WRITER, Connection
from ledger.store.leaves import EPOCH, POSTGRES_EPOCH_US, text_form
from ledger.store.merkle import Frontier, subtree_root

HEADER = b"PGCOPY\n\xff\r\n\x00" + bytes(8)
TRAILER = b"\xff\xff"
_EIGHT = struct.pack(">i", 8)
_POSITION = struct.Struct(">q")
_ARRAY = struct.Struct(">iiiii")
_NO_TAGS = struct.pack(">iii", 0, 0, 25)
_ENTRY_PREFIX = b"\x00\x01"
_CHUNK = 1 << 19
_TILE = 256

_packers = ThreadPoolExecutor(4, thread_name_prefix="ledger-packer")


Stretch = tuple[bytes, int, int]
"""A tag's key, and the first and last of consecutive events (numbered from 0) that carry it. A plain tuple: a batch
makes some ten thousand."""


class Prepared:
    """The parts of a batch that do not depend on where in the log it will stand.

    `digests` are the events' content digests, `bodies` their binary COPY of type, tags and data, `stretches` what
    the tag index gains.
    """

    def __init__(self, events: Sequence[DCBEvent]) -> None:
        self.digests: list[bytes] = []
        self.bodies: list[bytes] = []
        known: dict[str, list[Any]] = {}  # by tag: text, key, first and last event of the stretch it is in
        ended: list[Stretch] = []
        for number, event in enumerate(events):
            texts = []
            for item in event.tags:
                found = known.get(item)
                if found is None:
                    raw = item.encode()
                    text = len(raw).to_bytes(2, "big") + raw
                    known[item] = [text, xxh3_64_digest(raw), number, number]
                    texts.append(text)
                    continue
                texts.append(found[0])
                if found[3] < number - 1:
                    ended.append((found[1], found[2], found[3]))
                    found[2] = number
                found[3] = number
            self._add_event(event, texts)
        ended += [(key, first, last) for _, key, first, last in known.values()]
        if len({found[1] for found in known.values()}) < len(known):
            ended = _disentangled(ended)
        # In order of their keys, the rows of one batch reach the index's pages one after the other. Thirty bits
        # are order enough, and small integers sort fastest.
        order = [int.from_bytes(s[0][:4], "big") >> 2 for s in ended]
        self.stretches = [ended[n] for n in sorted(range(len(ended)), key=order.__getitem__)]

    def _add_event(self, event: DCBEvent, tags: list[bytes]) -> None:
        """Content and COPY row share their parts: texts with a length of two bytes, data with one of four."""
        kind = text_form(event.type)
        data = len(event.data).to_bytes(4, "big") + event.data
        content = b"".join((kind, len(tags).to_bytes(2, "big"), *tags, data))
        self.digests.append(hashlib.sha256(content).digest())
        array = _NO_TAGS
        if tags:
            array = _ARRAY.pack(1, 0, 25, len(tags), 1) + b"\0\0" + b"\0\0".join(tags)
        self.bodies.append(b"".join((b"\0\0", kind, len(array).to_bytes(4, "big"), array, data)))


def _disentangled(stretches: Sequence[Stretch]) -> list[Stretch]:
    """The same with two tags of one key: each event once, since the index holds a key once for an event."""
    alone = {(key, number) for key, first, last in stretches for number in range(first, last + 1)}
    return [(key, number, number) for key, number in alone]


class Placed(NamedTuple):
    """A batch at its place in the log: its leaf hashes, and the COPY of its events in blocks."""

    leaves: list[bytes]
    blocks: list[bytes]


def append_batch(
    connection: Connection,
    prepared: Prepared,
    condition: DCBAppendCondition | None,
    vault: VaultWrites | None,
) -> Appended:
    """Appends a prepared batch in one transaction. Raises ``IntegrityError`` on a conflict, recording nothing."""
    with connection.transaction():
        connection.execute(HOLD_WRITER)
        row = connection.execute(
            "SELECT size, frontier, (extract(epoch FROM greatest(clock_timestamp(), recorded_at)) * 1000000)::bigint"
            " FROM log_head"
        ).fetchone()
        assert row is not None
        size, tree, at_us = row[0], Frontier(row[0], bytes(row[1])), row[2]
        _check(connection, condition, vault)
        placing = _packers.submit(_place, prepared, size, at_us)
        _copy(connection, "event_tags (tag, position)", [_singles(prepared, size)])
        _copy(connection, "event_tag_spans (tag, first, last)", [_spans(prepared, size)])
        leaves, blocks = placing.result()
        growing = _packers.submit(_grow, tree, leaves)
        _copy(connection, "events (position, recorded_at, type, tags, data, leaf_hash)", blocks)
        _store_tiles(connection, growing.result())
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


def _copy(connection: Connection, table: str, blocks: Sequence[bytes]) -> None:
    with connection.cursor().copy(f"COPY {table} FROM STDIN (FORMAT BINARY)".encode()) as copy:
        for block in blocks:
            copy.write(block)


def _place(prepared: Prepared, size: int, at_us: int) -> Placed:
    """The leaf hashes and COPY rows of a batch that follows `size` events."""
    sha256, pack = hashlib.sha256, _POSITION.pack
    before = struct.pack(">hi", 6, 8)
    recorded = _EIGHT + pack(at_us - POSTGRES_EPOCH_US)
    prefix, stamp, leaf_length = _ENTRY_PREFIX, pack(at_us), struct.pack(">i", 32)
    leaves, blocks, rows, length = [], [], [HEADER], 0
    for number, (digest, body) in enumerate(zip(prepared.digests, prepared.bodies, strict=True), size + 1):
        position = pack(number)
        leaf = sha256(prefix + position + stamp + digest).digest()
        leaves.append(leaf)
        rows += (before, position, recorded, body, leaf_length, leaf)
        length += len(body)
        if length > _CHUNK:
            blocks.append(b"".join(rows))
            rows, length = [], 0
    return Placed(leaves, [*blocks, b"".join([*rows, TRAILER])])


def _singles(prepared: Prepared, size: int) -> bytes:
    """COPY of the tags that stand alone."""
    before, eight, pack, first = struct.pack(">hi", 2, 8), _EIGHT, _POSITION.pack, size + 1
    rows = [(before, key, eight, pack(first + n)) for key, n, last in prepared.stretches if n == last]
    return b"".join(chain([HEADER], chain.from_iterable(rows), [TRAILER]))


def _spans(prepared: Prepared, size: int) -> bytes:
    """COPY of the tags that consecutive events share."""
    before, eight, pack, first = struct.pack(">hi", 3, 8), _EIGHT, _POSITION.pack, size + 1
    rows = [
        (before, key, eight, pack(first + n), eight, pack(first + last))
        for key, n, last in prepared.stretches
        if n != last
    ]
    return b"".join(chain([HEADER], chain.from_iterable(rows), [TRAILER]))


class FullTile(NamedTuple):
    """A level-0 tile that ends at position `last`; its hashes and root are known when it began in this batch."""

    last: int
    hashes: bytes | None = None
    root: bytes | None = None


def _grow(tree: Frontier, leaves: Sequence[bytes]) -> list[FullTile]:
    """Adds the leaves to the tree; answers the tiles they fill."""
    taken, tiles = 0, []
    while taken < len(leaves):
        room = _TILE - tree.size % _TILE
        part = leaves[taken : taken + room]
        taken += len(part)
        if len(part) == _TILE:
            hashes = b"".join(part)
            root = subtree_root(hashes)
            tree.append_subtree(8, root)
            tiles.append(FullTile(tree.size, hashes, root))
        else:
            tree.extend(part)
            if tree.size % _TILE == 0:
                tiles.append(FullTile(tree.size))
    return tiles


def _store_tiles(connection: Connection, tiles: Sequence[FullTile]) -> None:
    """Stores tiles known whole at once; SQL gathers one that began earlier, or that completes a higher tile."""
    gathered = [t for t in tiles if t.hashes is None or t.last % (_TILE * _TILE) == 0]
    whole = [t for t in tiles if t not in gathered]
    if whole:
        connection.execute(
            "INSERT INTO tiles SELECT 0, * FROM unnest(%b::bigint[], %b::bytea[], %b::bytea[])",
            ([t.last // _TILE - 1 for t in whole], [t.hashes for t in whole], [t.root for t in whole]),
            prepare=True,
        )
    for tile in gathered:
        connection.execute("SELECT store_tiles(%s)", (tile.last,))
