"""Golden files: the exact bytes of every shape an event was ever stored in, kept for ever.

A new event type, or a new optional field of an old one, is a new shape. To add what is missing::

    python -m tests.store.golden --add

writes one further file per new shape (`Name.json`, then `Name.2.json`…) and never touches one that
is there: those are promises. A test that fails on an old file says that old logs would be read or
written otherwise: undo the change of the class, or make a new event type.
"""

from __future__ import annotations

import hashlib
import importlib
import json
import pkgutil
import sys
import types
from collections.abc import Iterator
from datetime import UTC, date, datetime
from enum import Enum
from pathlib import Path
from typing import Any, NewType, Union, get_args, get_origin, get_type_hints

import msgspec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

import ledger
from ledger.identification.events import Category
from ledger.kernel import EVENT_TYPES, Event, Private, tags_of
from ledger.store.leaves import content_digest, entry
from ledger.store.mapper import _encoder
from ledger.store.merkle import leaf_hash

FOLDER = Path(__file__).with_name("golden")
VALUES = FOLDER / "values.json"
POSITION = 4_711
RECORDED_AT = datetime(2026, 11, 25, 1, 2, 3, 456_789, tzinfo=UTC)
EVENT_ID = "0192f0c1-2345-8abc-9def-000000000001"
KEY = AESGCM(bytes(range(32)))
SUBJECT = "person:0192f0c1-2345-8abc-9def-00000000000a"
TEXT = "张三 Zhāng Sān"


def product_events() -> dict[str, type[Event]]:
    """Every event class of the product, by name; those tests make are left out."""
    for module in pkgutil.walk_packages(ledger.__path__, "ledger."):
        importlib.import_module(module.name)
    return {n: c for n, c in sorted(EVENT_TYPES.items()) if c.__module__.startswith("ledger.")}


# --- samples: deterministic, every field another value than its default ---


def sealed(field: str) -> str:
    """Sealed text as the vault stores it, under a fixed key and nonce so that it never changes."""
    import base64

    nonce = hashlib.sha256(field.encode()).digest()[:12]
    body = KEY.encrypt(nonce, TEXT.encode(), f"{EVENT_ID}|{field}".encode())
    return f"1|{SUBJECT}|{EVENT_ID}|{field}|{base64.urlsafe_b64encode(nonce + body).decode()}"


def number(name: str) -> int:
    return int.from_bytes(hashlib.sha256(name.encode()).digest()[:3], "big") + 1


def value(hint: Any, name: str, default: Any = msgspec.NODEFAULT) -> Any:
    """A sample of a type, fixed by the field's name."""
    if get_origin(hint) in (Union, types.UnionType):
        return value(next(a for a in get_args(hint) if a is not type(None)), name)
    if get_origin(hint) is tuple:
        item = get_args(hint)[0]
        return (value(item, name), value(item, f"{name}+"))
    if isinstance(hint, NewType):
        if hint.__name__ == "Month":
            return f"2026-{number(name) % 12 + 1:02d}"
        return number(name) if hint.__supertype__ is int else f"{hint.__name__}-{name}"
    if isinstance(hint, type) and issubclass(hint, Enum):
        return next(member for member in hint if member != default)
    if isinstance(hint, type) and issubclass(hint, msgspec.Struct):
        return sample(hint, prefix=f"{name}.")
    simple: dict[Any, Any] = {
        str: f"{name} 样例",
        int: number(name),
        bool: default is not True,
        date: date(2026, number(name) % 12 + 1, 28),
        datetime: datetime(2026, 10, 8, 2, number(name) % 60, 0, 250_000, tzinfo=UTC),
        Private: Private.stored(sealed(name)),
    }
    return simple[hint]


def sample(cls: type[msgspec.Struct], *, prefix: str = "", only_required: bool = False) -> Any:
    """An instance with every field given, or those alone that must be."""
    hints = get_type_hints(cls)
    given = {}
    for field in msgspec.structs.fields(cls):
        if only_required and not field.required:
            continue
        given[field.name] = value(hints[field.name], f"{prefix}{field.name}", field.default)
    if issubclass(cls, Event) and not only_required:
        given["event_id"] = EVENT_ID
    return cls(**given)


def fields(thing: Any) -> Any:
    """What an instance holds, defaults included, as JSON could hold it."""
    if isinstance(thing, msgspec.Struct):
        return {name: fields(getattr(thing, name)) for name in thing.__struct_fields__}
    if isinstance(thing, Private):
        return thing.sealed
    if isinstance(thing, tuple):
        return [fields(item) for item in thing]
    if isinstance(thing, Enum):
        return thing.value
    return thing.isoformat() if isinstance(thing, date) else thing


def shape(event: Event) -> dict[str, Any]:
    """Everything about how one event is stored and hashed."""
    data, tags = _encoder.encode(event), tags_of(event)
    digest = content_digest(type(event).__name__, tags, data)
    leaf = entry(POSITION, RECORDED_AT, digest)
    return {
        "data": data.decode(),
        "tags": tags,
        "content_digest": digest.hex(),
        "entry": leaf.hex(),
        "leaf_hash": leaf_hash(leaf).hex(),
        "fields": fields(event),
    }


def shapes(cls: type[Event]) -> dict[str, dict[str, Any]]:
    """The shapes of a class as it is today."""
    return {"full": shape(sample(cls)), "required": shape(sample(cls, only_required=True))}


def stored(name: str) -> list[Path]:
    """The golden files of one event type, oldest first."""
    numbered = [path for path in FOLDER.glob(f"{name}.*.json") if path.name.count(".") == 2]
    first = [path for path in (FOLDER / f"{name}.json",) if path.exists()]
    return first + sorted(numbered, key=lambda path: int(path.name.split(".")[1]))


def read(path: Path) -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = json.loads(path.read_text(encoding="utf-8"))
    return found


# --- the words stored for enumerations ---


def enumerations(cls: type[msgspec.Struct]) -> Iterator[type[Enum]]:
    """Every enumeration an event class may store, nested ones included."""
    waiting = list(get_type_hints(cls).items())
    allowed = set(cls.__struct_fields__)
    for name, hint in waiting:
        if name not in allowed:
            continue
        for item in (hint, *get_args(hint)):
            if isinstance(item, type) and issubclass(item, Enum):
                yield item
            elif isinstance(item, type) and issubclass(item, msgspec.Struct):
                yield from enumerations(item)


def words() -> dict[str, list[str]]:
    """The words of every enumeration that may be stored today."""
    found = {e.__name__: [m.value for m in e] for c in product_events().values() for e in enumerations(c)}
    found[Category.__name__] = [
        m.value for m in Category
    ]  # codes are text; those the law names stay what they are
    return dict(sorted(found.items()))


def add() -> list[Path]:
    """Writes golden files for the shapes and words that have none; answers which."""
    FOLDER.mkdir(exist_ok=True)
    added = []
    for name, cls in product_events().items():
        today, paths = shapes(cls), stored(name)
        if not any(read(path) == today for path in paths):
            path = FOLDER / (f"{name}.{len(paths) + 1}.json" if paths else f"{name}.json")
            with path.open("x", encoding="utf-8") as file:
                file.write(json.dumps(today, ensure_ascii=False, indent=1) + "\n")
            added.append(path)
    kept: dict[str, list[str]] = json.loads(VALUES.read_text(encoding="utf-8")) if VALUES.exists() else {}
    merged = {n: list(dict.fromkeys([*kept.get(n, []), *w])) for n, w in {**kept, **words()}.items()}
    if merged != kept:
        VALUES.write_text(json.dumps(merged, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
        added.append(VALUES)
    return added


if __name__ == "__main__":
    if sys.argv[1:] != ["--add"]:
        sys.exit("python -m tests.store.golden --add")
    for written in add():
        print(written.name)
