"""What was stored is read for ever: the bytes of every stored shape and format, as they were first written."""

from __future__ import annotations

import hashlib
import json
from datetime import UTC, datetime
from typing import Any

import pytest

from ledger.kernel import Private, tags_of
from ledger.store.checkpoint import Checkpoint, Signer, Verifier
from ledger.store.database import Database
from ledger.store.leaves import content_digest, entry, tag_key
from ledger.store.mapper import Mapper, _encoder, private_fields
from ledger.store.merkle import Frontier, leaf_hash, subtree_root
from ledger.store.vault import _parse
from tests.store import golden

EVENTS = golden.product_events()
FILES = [path for name in EVENTS for path in golden.stored(name)]
KINDS = ("full", "required")


def holds(now: Any, then: Any) -> bool:
    """Whether `now` says everything `then` said; it may say more (a field added since, at its default)."""
    if isinstance(then, dict):
        return isinstance(now, dict) and all(k in now and holds(now[k], v) for k, v in then.items())
    if isinstance(then, list):
        return isinstance(now, list) and len(now) == len(then) and all(map(holds, now, then))
    return bool(now == then)


def test_there_are_golden_files_for_every_event_type_and_no_other() -> None:
    assert len(EVENTS) > 40
    assert [name for name in EVENTS if not golden.stored(name)] == []
    named = {path.name.split(".")[0] for path in golden.FOLDER.glob("*.json") if path != golden.VALUES}
    assert named == set(EVENTS)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("name", EVENTS)
def test_an_event_is_stored_today_as_its_newest_golden_file_says(name: str, kind: str) -> None:
    """Fails for a new type or field: python -m tests.store.golden --add."""
    assert golden.shapes(EVENTS[name])[kind] == golden.read(golden.stored(name)[-1])[kind]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_golden_bytes_are_read_as_what_they_were_and_written_the_same(path: Any, kind: str) -> None:
    name, then = path.name.split(".")[0], golden.read(path)[kind]
    data = then["data"].encode()
    event = Mapper.decode(name, data)
    assert holds(golden.fields(event), then["fields"])
    assert _encoder.encode(event) == data
    assert tags_of(event) == then["tags"]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_golden_bytes_are_hashed_as_they_were(path: Any, kind: str) -> None:
    """Beside today's functions, the definition of the leaf is worked out here by itself."""
    name, then = path.name.split(".")[0], golden.read(path)[kind]
    data = then["data"].encode()

    def short(text: str) -> bytes:
        return len(text.encode()).to_bytes(2, "big") + text.encode()

    content = short(name) + len(then["tags"]).to_bytes(2, "big") + b"".join(map(short, then["tags"]))
    content += len(data).to_bytes(4, "big") + data
    digest = hashlib.sha256(content).digest()
    assert digest.hex() == then["content_digest"]
    assert content_digest(name, then["tags"], data) == digest
    at = 1_795_568_523_456_789
    leaf = b"\x01" + golden.POSITION.to_bytes(8, "big") + at.to_bytes(8, "big") + digest
    assert leaf.hex() == then["entry"]
    assert entry(golden.POSITION, golden.RECORDED_AT, digest) == leaf
    assert hashlib.sha256(b"\x00" + leaf).hexdigest() == then["leaf_hash"]


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_sealed_text_in_golden_bytes_opens_under_its_key(path: Any) -> None:
    name = path.name.split(".")[0]
    event = Mapper.decode(name, golden.read(path)["full"]["data"].encode())
    for field in private_fields(EVENTS[name]):
        private = getattr(event, field)
        if private is None:
            continue  # a field younger than this file
        assert isinstance(private, Private)
        subject, event_id, sealed_field, nonce, body = _parse(private.sealed or "")
        assert (subject, event_id, sealed_field) == (golden.SUBJECT, event.event_id, field)
        opened = golden.KEY.decrypt(nonce, body, f"{event_id}|{field}".encode()).decode()
        assert opened == golden.TEXT


def test_every_word_ever_stored_for_an_enumeration_is_still_read() -> None:
    kept = json.loads(golden.VALUES.read_text(encoding="utf-8"))
    today = golden.words()
    lost = {
        n: sorted(set(w) - set(today.get(n, []))) for n, w in kept.items() if set(w) - set(today.get(n, []))
    }
    assert lost == {}
    new = {
        n: sorted(set(w) - set(kept.get(n, []))) for n, w in today.items() if set(w) - set(kept.get(n, []))
    }
    assert new == {}, "python -m tests.store.golden --add"


# --- formats that are no events ---


@pytest.mark.parametrize(
    ("tag", "key"),
    [
        ("household:h1", -1874038713111650985),
        ("person:0192f0c1-2345-8abc-9def-00000000000a", 6303304247127631184),
        ("organisation:六十六团", -7542365478832100169),
        ("", 3244421341483603138),
    ],
)
def test_a_tag_keeps_its_narrow_key(tag: str, key: int) -> None:
    assert tag_key(tag) == key


def test_a_leaf_entry_keeps_its_bytes() -> None:
    assert (
        entry(1, datetime(1970, 1, 1, tzinfo=UTC), bytes(32)).hex()
        == "01" + "0" * 15 + "1" + "0" * 16 + "0" * 64
    )
    digest = hashlib.sha256(b"content").digest()
    assert (
        entry(2**40 + 1, datetime(2026, 10, 8, 2, 0, 0, 1, tzinfo=UTC), digest).hex()
        == "01000001000000000100065d4a96d88801ed7002b439e9ac845f22357d822bac1444730fbdb6016d3ec9432297b9ec9f73"
    )


def test_a_sealed_string_keeps_its_form() -> None:
    sealed = golden.sealed("name")
    assert (
        sealed
        == "1|person:0192f0c1-2345-8abc-9def-00000000000a|0192f0c1-2345-8abc-9def-000000000001|name|gqNTf_Dbzn7sNdaeMsyZrg0KClLGtrX7IHKGkinY3RpgMoYCE7O1uZaEQ-pz5Q=="
    )


def test_a_checkpoint_note_keeps_its_bytes_and_its_key() -> None:
    signer = Signer("division.example/log", bytes(range(32)))
    root = hashlib.sha256(b"root").digest()
    note = signer.sign(Checkpoint(signer.name, 4_711, root))
    assert signer.vkey == "division.example/log+11edd808+AQOhB7/zzhC+HXDdGOdLwJln5NYwm6UNXx3chmQSVTG4"
    assert (
        note
        == "division.example/log\n4711\nSBNJTRN+FjG7owHVrKtue7eqdM4RhdRWVl71HXN2d7I=\n\n— division.example/log Ee3YCEJbHW/MU0jU94Po23HeXLuT8K/rJC4d4lPTqIBIXFeLDjfARiE6ijrt2NgEyFFf38ip/iX6TIErR46yRiyqgQo=\n"
    )
    assert Verifier(signer.vkey).verify(note) == Checkpoint(signer.name, 4_711, root)


def test_a_tile_keeps_its_bytes_in_python_and_in_the_database(database: Database) -> None:
    leaves = [leaf_hash(entry(n, golden.RECORDED_AT, bytes([n % 256]) * 32)) for n in range(1, 257)]
    tile = b"".join(leaves)
    tree = Frontier()
    tree.extend(leaves)
    assert (
        hashlib.sha256(tile).hexdigest() == "ff35fc80d1d9643a1dcbb478e60b35e314fbe30b9ed854d8be5682e5a1c9b69e"
    )
    assert tree.root.hex() == "3241b7ce692aaf4bbfc8ca36013964417fb9e9ff52f5f8a0829d88a4508197b0"
    assert subtree_root(tile) == tree.root
    with database.connection() as connection:
        row = connection.execute("SELECT tile_root(%b)", (tile,)).fetchone()
    assert row is not None
    assert bytes(row[0]) == tree.root
