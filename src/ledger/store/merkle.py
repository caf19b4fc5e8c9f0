"""RFC 6962 Merkle trees, pure: hashes, the frontier of a growing tree, proofs and their verification.

Hashes are 32 bytes (SHA-256). A tree of size 0 has the root SHA-256("").
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence

EMPTY_ROOT = hashlib.sha256(b"").digest()

NodeSource = Callable[[int, int], bytes]
"""Gives the hash of the complete subtree (level, index): 2**level leaves from index * 2**level."""


class InvalidProof(ValueError):
    """A proof does not show what it claims.

    证明不成立。
    """


def leaf_hash(entry: bytes) -> bytes:
    """The hash of one leaf's entry: SHA-256(0x00 || entry)."""
    return hashlib.sha256(b"\x00" + entry).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """The hash of an inner node: SHA-256(0x01 || left || right)."""
    return hashlib.sha256(b"\x01" + left + right).digest()


class Frontier:
    """The complete subtrees of a growing tree, largest first: all that is needed to add leaves."""

    def __init__(self, size: int = 0, hashes: bytes = b"") -> None:
        self.size = size
        self._stack = [hashes[i : i + 32] for i in range(0, len(hashes), 32)]
        if len(self._stack) != size.bit_count():
            raise ValueError(
                f"a tree of {size} leaves has {size.bit_count()} subtrees, not {len(self._stack)}"
            )

    def append(self, leaf: bytes) -> None:
        """Adds one leaf hash."""
        self.append_subtree(0, leaf)

    def append_subtree(self, level: int, root: bytes) -> None:
        """Adds 2**level leaves by the root over them; as many must divide what is there already."""
        stack, node, sha256 = self._stack, root, hashlib.sha256
        size = self.size >> level
        if size << level != self.size:
            raise ValueError(f"a subtree of {1 << level} leaves cannot follow {self.size}")
        self.size += 1 << level
        while size & 1:
            node = sha256(b"\x01" + stack.pop() + node).digest()
            size >>= 1
        stack.append(node)

    def extend(self, leaves: Sequence[bytes]) -> None:
        """Adds many leaf hashes."""
        for leaf in leaves:
            self.append(leaf)

    @property
    def hashes(self) -> bytes:
        """The subtree hashes joined, largest subtree first."""
        return b"".join(self._stack)

    @property
    def root(self) -> bytes:
        """The root of the tree so far."""
        if not self._stack:
            return EMPTY_ROOT
        node = self._stack[-1]
        for left in reversed(self._stack[:-1]):
            node = node_hash(left, node)
        return node


def subtree_root(hashes: bytes) -> bytes:
    """The root over a power of two of joined hashes (a full tile, for instance)."""
    row = [hashes[i : i + 32] for i in range(0, len(hashes), 32)]
    while len(row) > 1:
        row = [node_hash(row[i], row[i + 1]) for i in range(0, len(row), 2)]
    return row[0]


def range_nodes(start: int, end: int) -> list[tuple[int, int]]:
    """The complete subtrees (level, index) that together hold the leaves start ≤ n < end, left to right.

    `start` must be where a subtree of the tree of `end` leaves begins.
    """
    nodes = []
    while start < end:
        level = (end - start).bit_length() - 1
        if start:
            level = min(level, (start & -start).bit_length() - 1)
        nodes.append((level, start >> level))
        start += 1 << level
    return nodes


def range_root(start: int, end: int, node: NodeSource) -> bytes:
    """The RFC 6962 hash of the leaves start ≤ n < end."""
    if start == end:
        return EMPTY_ROOT
    hashes = [node(level, index) for level, index in range_nodes(start, end)]
    result = hashes[-1]
    for left in reversed(hashes[:-1]):
        result = node_hash(left, result)
    return result


def _split(size: int) -> int:
    """The largest power of two smaller than `size`."""
    return 1 << ((size - 1).bit_length() - 1)


def inclusion_ranges(index: int, size: int) -> list[tuple[int, int]]:
    """The leaf ranges whose hashes form the inclusion proof of leaf `index` (from 0), from the leaf up."""
    if not 0 <= index < size:
        raise ValueError(f"leaf {index} is not in a tree of {size}")
    ranges: list[tuple[int, int]] = []
    start, end = 0, size
    while end - start > 1:
        middle = start + _split(end - start)
        if index < middle:
            ranges.append((middle, end))
            end = middle
        else:
            ranges.append((start, middle))
            start = middle
    return ranges[::-1]


def consistency_ranges(old: int, new: int) -> list[tuple[int, int]]:
    """The leaf ranges whose hashes prove that the tree of `old` leaves is a prefix of that of `new`."""
    if not 0 < old <= new:
        raise ValueError(f"no consistency proof from {old} to {new} leaves")
    ranges: list[tuple[int, int]] = []
    start, end, whole = 0, new, True
    while old != end:
        middle = start + _split(end - start)
        if old <= middle:
            ranges.append((middle, end))
            end = middle
        else:
            ranges.append((start, middle))
            start, whole = middle, False
    if not whole:
        ranges.append((start, end))
    return ranges[::-1]


def verify_inclusion(index: int, size: int, leaf: bytes, proof: Sequence[bytes], root: bytes) -> None:
    """Checks that `leaf` is the leaf `index` (from 0) of the tree with `size` leaves and this root.

    Raises :class:`InvalidProof`.
    """
    if not 0 <= index < size:
        raise InvalidProof(f"leaf {index} is not in a tree of {size}")
    _check_lengths([leaf, root, *proof])
    node, last, position = leaf, size - 1, index
    for sibling in proof:
        if last == 0:
            raise InvalidProof("the proof is too long")
        if position & 1 or position == last:
            node = node_hash(sibling, node)
            while not position & 1 and position:
                position, last = position >> 1, last >> 1
        else:
            node = node_hash(node, sibling)
        position, last = position >> 1, last >> 1
    if last != 0:
        raise InvalidProof("the proof is too short")
    if node != root:
        raise InvalidProof("the proof leads to another root")


def verify_consistency(old: int, new: int, old_root: bytes, new_root: bytes, proof: Sequence[bytes]) -> None:
    """Checks that the tree of `old` leaves is a prefix of the tree of `new` leaves. Raises :class:`InvalidProof`."""
    if not 0 <= old <= new:
        raise InvalidProof(f"{old} leaves cannot be a prefix of {new}")
    if old == new:
        if proof or old_root != new_root or (old == 0 and old_root != EMPTY_ROOT):
            raise InvalidProof("the same size must have the same root and an empty proof")
        return
    _check_lengths([old_root, new_root, *proof])
    if old == 0:
        raise InvalidProof("nothing can be proved from an empty tree")
    hashes = list(proof)
    if old & (old - 1) == 0:
        hashes.insert(0, old_root)
    if not hashes:
        raise InvalidProof("the proof is too short")
    position, last = old - 1, new - 1
    while position & 1:
        position, last = position >> 1, last >> 1
    first = second = hashes[0]
    for sibling in hashes[1:]:
        if last == 0:
            raise InvalidProof("the proof is too long")
        if position & 1 or position == last:
            first, second = node_hash(sibling, first), node_hash(sibling, second)
            while not position & 1 and position:
                position, last = position >> 1, last >> 1
        else:
            second = node_hash(second, sibling)
        position, last = position >> 1, last >> 1
    if last != 0:
        raise InvalidProof("the proof is too short")
    if first != old_root:
        raise InvalidProof("the proof leads to another old root")
    if second != new_root:
        raise InvalidProof("the proof leads to another new root")


def _check_lengths(hashes: Sequence[bytes]) -> None:
    if any(len(item) != 32 for item in hashes):
        raise InvalidProof("a hash is 32 bytes")
