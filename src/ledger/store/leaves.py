"""The bytes that are hashed: an event's content, its leaf entry, and the narrow keys of its tags.

``content = uint16 len(type) || type || uint16 count(tags) || (uint16 len || tag)* || uint32 len(data) || data``
``entry = 0x01 || int64 position || int64 recorded_at in µs since 1970 UTC || SHA-256(content)``
Integers are big-endian, text is UTF-8. These bytes are golden: they never change.
"""

from __future__ import annotations

import hashlib
import struct
from collections.abc import Sequence
from datetime import UTC, datetime

from xxhash import xxh3_64_digest

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
POSTGRES_EPOCH_US = 946_684_800_000_000
"""What PostgreSQL's own instants count from, 2000-01-01 UTC, in µs since 1970."""
ENTRY_VERSION = 1
_ENTRY = struct.Struct(">Bqq32s")


def tag_key(tag: str) -> int:
    """XXH3 (64 bits) of the tag as a signed integer: what the tag index holds.

    The index only narrows a search; readers compare the tags themselves, which the leaves commit to.
    So the hash need not withstand an adversary, and this one costs a tenth of SHA-256.
    """
    return int.from_bytes(xxh3_64_digest(tag.encode()), "big", signed=True)


def text_form(text: str) -> bytes:
    """A type or tag as it is hashed: its length in two bytes, then its UTF-8."""
    raw = text.encode()
    return len(raw).to_bytes(2, "big") + raw


def content_digest(event_type: str, tags: Sequence[str], data: bytes) -> bytes:
    """SHA-256 of an event's content (32 bytes)."""
    parts = [text_form(event_type), len(tags).to_bytes(2, "big"), *map(text_form, tags)]
    parts += (len(data).to_bytes(4, "big"), data)
    return hashlib.sha256(b"".join(parts)).digest()


def microseconds(instant: datetime) -> int:
    """Whole microseconds since 1970, UTC."""
    gone = instant - EPOCH
    return (gone.days * 86_400 + gone.seconds) * 1_000_000 + gone.microseconds


def entry(position: int, recorded_at: datetime, digest: bytes) -> bytes:
    """The leaf's entry: 49 bytes that say when and where a content was recorded, without showing it."""
    return _ENTRY.pack(ENTRY_VERSION, position, microseconds(recorded_at), digest)
