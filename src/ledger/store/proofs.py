"""Proofs from the stored tree: that an event is in the log, and that an old log is a prefix of a newer one."""

from __future__ import annotations

from ledger.store.database import Connection, Database
from ledger.store.merkle import consistency_ranges, inclusion_ranges, range_root, subtree_root

TILE = 8
"""A tile spans eight levels: 256 hashes."""


class NoSuchProof(ValueError):
    """The position or tree size does not exist in the log.

    台账中没有该位置或规模，无法出具证明。
    """


class TreeReader:
    """Hashes of complete subtrees, from tiles, from tile roots, or from the leaves of the last partial tile."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._tiles: dict[tuple[int, int], bytes] = {}

    def node(self, level: int, index: int) -> bytes:
        """The hash over the 2**level leaves from index * 2**level."""
        tile_level, inside = divmod(level, TILE)
        first, count = index << inside, 1 << inside
        tile, offset = divmod(first, 256)
        hashes = self._hashes(tile_level, tile)
        return subtree_root(hashes[offset * 32 : (offset + count) * 32])

    def _hashes(self, level: int, tile: int) -> bytes:
        """The (up to 256) hashes of a tile; of a partial tile those there are."""
        key = (level, tile)
        found = self._tiles.get(key)
        if found is None:
            found = self._tiles[key] = self._read(level, tile)
        return found

    def _read(self, level: int, tile: int) -> bytes:
        row = self._connection.execute(
            "SELECT hashes FROM tiles WHERE level = %s AND index = %s",
            (level, tile),
            binary=True,
            prepare=True,
        ).fetchone()
        if row is not None:
            return bytes(row[0])
        if level == 0:
            rows = self._connection.execute(
                "SELECT leaf_hash FROM events WHERE position > %s AND position <= %s ORDER BY position",
                (tile * 256, tile * 256 + 256),
                binary=True,
                prepare=True,
            ).fetchall()
        else:
            rows = self._connection.execute(
                "SELECT root FROM tiles WHERE level = %s AND index >= %s AND index < %s ORDER BY index",
                (level - 1, tile * 256, tile * 256 + 256),
                binary=True,
                prepare=True,
            ).fetchall()
        return b"".join(bytes(row[0]) for row in rows)


def _size(connection: Connection, asked: int | None) -> int:
    row = connection.execute("SELECT size FROM log_head").fetchone()
    assert row is not None
    size = int(row[0])
    if asked is None:
        return size
    if not 0 <= asked <= size:
        raise NoSuchProof(f"the log has {size} events, not {asked} 台账现有 {size} 个事件")
    return asked


def root_at(database: Database, size: int | None = None) -> tuple[int, bytes]:
    """The size (the present one by default) and the root over that many events."""
    with database.connection() as connection:
        size = _size(connection, size)
        return size, range_root(0, size, TreeReader(connection).node)


def inclusion_proof(
    database: Database, position: int, size: int | None = None
) -> tuple[int, bytes, list[bytes]]:
    """Tree size, leaf hash and audit path (leaf upwards) of the event at `position` (from 1)."""
    with database.connection() as connection:
        size = _size(connection, size)
        if not 1 <= position <= size:
            raise NoSuchProof(
                f"there is no event {position} among the first {size} 前 {size} 个事件中没有 {position}"
            )
        reader = TreeReader(connection)
        path = [range_root(a, b, reader.node) for a, b in inclusion_ranges(position - 1, size)]
        return size, reader.node(0, position - 1), path


def consistency_proof(database: Database, old: int, new: int | None = None) -> tuple[int, list[bytes]]:
    """The newer size and the proof that the log of `old` events is a prefix of it."""
    with database.connection() as connection:
        new = _size(connection, new)
        if not 1 <= old <= new:
            raise NoSuchProof(f"no proof from {old} to {new} events 无法证明 {old} 至 {new}")
        reader = TreeReader(connection)
        return new, [range_root(a, b, reader.node) for a, b in consistency_ranges(old, new)]
