"""Between events in memory and bytes in the log: encoding as JSON, private fields sealed on the way in."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any, get_args, get_type_hints

import msgspec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from eventsourcing.dcb.api import DCBEvent
from eventsourcing.dcb.domain import Tagged
from eventsourcing.dcb.persistence import DCBMapper

from ledger.kernel import EVENT_TYPES, Event, Private, UnusableValue, tags_of
from ledger.store.appending import VaultWrites
from ledger.store.vault import Vault, seal


def _to_json(value: Any) -> str:
    if isinstance(value, Private):
        if value.sealed is None:
            raise ValueError(f"private text of {value.subject} reached the log unsealed")
        return value.sealed
    raise NotImplementedError(f"cannot store a {type(value).__name__}")


def _from_json(wanted: type, value: Any) -> Any:
    if wanted is Private:
        return Private.stored(value)
    raise NotImplementedError(f"cannot read a {wanted.__name__}")


_NUL = re.compile(rb"(?<!\\)(?:\\\\)*\\u0000")
"""An escaped NUL, not the two characters ``\\`` and ``u0000``."""
_encoder = msgspec.json.Encoder(enc_hook=_to_json)
_private: dict[type[Event], tuple[str, ...]] = {}
_decoders: dict[str, msgspec.json.Decoder[Any]] = {}


def private_fields(event_type: type[Event]) -> tuple[str, ...]:
    """Names of the top-level fields of an event class that hold private text."""
    found = _private.get(event_type)
    if found is None:
        hints = get_type_hints(event_type)
        found = _private[event_type] = tuple(
            name
            for name in event_type.__struct_fields__
            if hints[name] is Private or Private in get_args(hints[name])
        )
    return found


class UnknownEventType(LookupError):
    """The log holds an event type this release does not know: the release is older than the log.

    台账含本程序不认识的事件类型，请升级程序。
    """


class Mapper(DCBMapper[Any]):
    """Seals and encodes events, decodes them again. What is read back holds sealed text only."""

    def __init__(self, vault: Vault) -> None:
        self.vault = vault

    def encode(
        self, events: Sequence[Event], writes: VaultWrites
    ) -> tuple[list[DCBEvent], dict[str, AESGCM]]:
        """The stored form of `events` and the keys used; keys made for new subjects are added to `writes`."""
        subjects = set()
        for event in events:
            for name in private_fields(type(event)):
                value = getattr(event, name)
                if value is not None and value.sealed is None:
                    subjects.add(value.subject)
        keys = dict(self.vault.keys_for(subjects, writes)) if subjects else {}
        return [
            DCBEvent(type=type(e).__name__, data=_encoded(_sealed(e, keys)), tags=tags_of(e)) for e in events
        ], keys

    @staticmethod
    def decode(event_type: str, data: bytes) -> Event:
        """The event as it was stored. Raises :class:`UnknownEventType`."""
        decoder = _decoders.get(event_type)
        if decoder is None:
            cls = EVENT_TYPES.get(event_type)
            if cls is None:
                raise UnknownEventType(event_type)
            decoder = _decoders[event_type] = msgspec.json.Decoder(cls, dec_hook=_from_json)
        event: Event = decoder.decode(data)
        return event

    # --- the library's own interface, so that its event store works on this mapper too ---

    def to_dcb_event(self, event: Tagged[Any]) -> DCBEvent:
        writes = VaultWrites()
        stored, _ = self.encode([event.decision], writes)
        if writes.keys:
            raise ValueError("a new subject's key must be stored with its first event: use the Ledger")
        return stored[0]

    def to_domain_event(self, event: DCBEvent) -> Tagged[Any]:
        return Tagged(tags=event.tags, decision=self.decode(event.type, event.data))


def _encoded(event: Event) -> bytes:
    """JSON as it is stored. PostgreSQL's own JSON knows no NUL: one such text would stop every view."""
    data: bytes = _encoder.encode(event)
    if b"\\u0000" in data and _NUL.search(data):
        raise UnusableValue(why="text holds characters that are none", why_zh="文本含无效字符")
    return data


def _sealed(event: Event, keys: dict[str, AESGCM]) -> Event:
    changes = {}
    for name in private_fields(type(event)):
        value = getattr(event, name)
        if value is not None and value.sealed is None:
            sealed = seal(keys[value.subject], value.subject, event.event_id, name, value.text or "")
            changes[name] = Private(value.subject, sealed=sealed)
    return msgspec.structs.replace(event, **changes) if changes else event
