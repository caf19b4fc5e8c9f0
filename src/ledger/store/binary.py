"""Arrays in PostgreSQL's binary form, packed by hand: a single append is too short to dump them value by value."""

from __future__ import annotations

import struct
from collections.abc import Iterable

TEXT, BYTEA, BIGINT, INTEGER = 25, 17, 20, 23

_HEADER = struct.Struct(">iiIii")
_NONE = struct.Struct(">iiI")
_LENGTH = struct.Struct(">i")
_BIGINT = struct.Struct(">iq")
_INTEGER = struct.Struct(">ii")
_NULL = _LENGTH.pack(-1)


def item(raw: bytes) -> bytes:
    """One element of a text or bytea array."""
    return _LENGTH.pack(len(raw)) + raw


def texts(values: Iterable[str | None]) -> bytes:
    """Elements of a text array."""
    return b"".join([_NULL if value is None else item(value.encode()) for value in values])


def bigints(values: Iterable[int | None]) -> bytes:
    """Elements of a bigint array."""
    return b"".join([_NULL if value is None else _BIGINT.pack(8, value) for value in values])


def integers(values: Iterable[int]) -> bytes:
    """Elements of an integer array."""
    return b"".join([_INTEGER.pack(4, value) for value in values])


def array(oid: int, count: int, items: bytes) -> bytes:
    """An array of `count` packed elements of a type."""
    if not count:
        return _NONE.pack(0, 0, oid)
    return _HEADER.pack(1, 1, oid, count, 1) + items


def read_bigints(raw: bytes) -> list[int]:
    """The values of a bigint array without nulls."""
    return [value for _, value in _BIGINT.iter_unpack(raw[_HEADER.size :])] if len(raw) > _NONE.size else []
