"""One altered byte anywhere in the log is found and named; proofs hold; checkpoints expose what was taken away."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import datetime, timedelta

import psycopg
import pytest
from eventsourcing.dcb.api import DCBEvent
from hypothesis import given, settings
from hypothesis import strategies as st
from psycopg import sql

from ledger.store.checkpoint import (
    Checkpoint,
    HistoryLost,
    InvalidCheckpoint,
    Signer,
    Verifier,
    make_checkpoint,
)
from ledger.store.database import Database
from ledger.store.merkle import Frontier, leaf_hash, verify_consistency, verify_inclusion
from ledger.store.proofs import NoSuchProof, consistency_proof, inclusion_proof, root_at
from ledger.store.recorder import SealedRecorder
from ledger.store.verify import verify_log

SIGNER = Signer("test.example/log", bytes(range(32)))


def events(count: int, first: int = 0) -> list[DCBEvent]:
    return [
        DCBEvent(
            type=f"T{n % 3}",
            data=f'{{"n":{n}}}'.encode(),
            tags=[f"household:{n % 7}", f"payment:{n}", f"run:{n // 50}"],
        )
        for n in range(first, first + count)
    ]


@pytest.fixture
def log(database: Database) -> Iterator[SealedRecorder]:
    recorder = SealedRecorder(database)
    recorder.append(events(300))
    for n in range(10):
        recorder.append(events(1, 300 + n))
    make_checkpoint(database, SIGNER)
    recorder.append(events(250, 310))
    yield recorder
    recorder.close()


def test_an_untouched_log_verifies(log: SealedRecorder, database: Database) -> None:
    report = verify_log(database)
    assert report.differences == []
    assert (report.events, report.root) == root_at(database)


def test_an_empty_log_verifies(database: Database) -> None:
    report = verify_log(database)
    assert (report.events, report.differences) == (0, [])


def test_a_large_log_appended_in_every_way_verifies(database: Database) -> None:
    """Through a tile of the second level: 65,536 leaves and more, by COPY and one by one."""
    recorder = SealedRecorder(database)
    chance = random.Random(7)
    done = 0
    while done < 66_000:
        count = chance.choice([1, 3, 40, 255, 256, 300, 5000, 5000, 5000, 5000])
        recorder.append(events(count, done))
        done += count
    recorder.close()
    report = verify_log(database)
    assert report.differences == []
    assert report.events == done


ALTERATIONS = [
    ("events", "UPDATE events SET data = set_byte(data, 2, get_byte(data, 2) # 1) WHERE position = 17", 17, "data"),
    ("events", "UPDATE events SET type = 'T9' WHERE position = 17", 17, "type"),
    ("events", "UPDATE events SET tags = tags || '{x:1}' WHERE position = 17", 17, "tags"),
    ("events", "UPDATE events SET recorded_at = recorded_at + '1 microsecond' WHERE position = 17", 17, "recorded_at"),
    ("events", "UPDATE events SET recorded_at = 'infinity' WHERE position = 17", 17, "recorded_at"),
    ("events", "UPDATE events SET recorded_at = '4000-01-01 BC' WHERE position = 17", 17, "recorded_at"),
    ("events", "UPDATE events SET tags = '{NULL}' WHERE position = 17", 17, "tags"),
    ("events", "UPDATE events SET tags = '{{household:3},{payment:16}}' WHERE position = 17", 17, "tags"),
    ("events", "UPDATE events SET leaf_hash = set_byte(leaf_hash, 5, get_byte(leaf_hash, 5) # 1) WHERE position = 17",
     17, "leaf_hash"),
    ("events", "UPDATE events SET position = 9999 WHERE position = 560", 9999, "position"),
    ("events", "DELETE FROM events WHERE position = 17", 18, "position"),
    ("event_tags", "UPDATE event_tags SET tag = tag # 1 WHERE position = 17", 17, "row"),
    ("event_tags", "UPDATE event_tags SET position = 99999 WHERE position = 17", 17, "row"),
    ("event_tags", "DELETE FROM event_tags WHERE position = 17", 17, "row"),
    ("event_tags", "INSERT INTO event_tags VALUES (5, 17)", 17, "row"),
    ("event_tags", "UPDATE event_tag_spans SET tag = tag # 1 WHERE first = 1", 1, "row"),
    ("event_tags", "UPDATE event_tag_spans SET first = first + 1 WHERE first = 1", 1, "row"),
    ("event_tags", "UPDATE event_tag_spans SET last = last + 1 WHERE first = 51", 101, "row"),
    ("event_tags", "DELETE FROM event_tag_spans WHERE first = 51", 75, "row"),
    ("event_tags", "INSERT INTO event_tag_spans VALUES (5, 17, 18)", 18, "row"),
    ("log_head", "UPDATE log_head SET size = size + 1", 0, "size"),
    ("log_head", "UPDATE log_head SET frontier = set_byte(frontier, 0, get_byte(frontier, 0) # 1)", 0, "frontier"),
    ("log_head", "UPDATE log_head SET recorded_at = recorded_at + '1 second'", 0, "recorded_at"),
    ("log_head", "UPDATE log_head SET recorded_at = '-infinity'", 0, "recorded_at"),
    ("tiles level 0", "UPDATE tiles SET hashes = set_byte(hashes, 9, get_byte(hashes, 9) # 1) WHERE index = 0", 0, "hashes"),
    ("tiles level 0", "UPDATE tiles SET root = set_byte(root, 9, get_byte(root, 9) # 1) WHERE index = 1", 1, "root"),
    ("tiles level 0", "UPDATE tiles SET index = 7 WHERE index = 1", 1, "row"),
    ("tiles level 1", "UPDATE tiles SET level = 1 WHERE index = 1", 1, "row"),
    ("tiles level 0", "DELETE FROM tiles WHERE index = 1", 1, "row"),
    ("checkpoints", "UPDATE checkpoints SET root = set_byte(root, 0, get_byte(root, 0) # 1)", 310, "root"),
    ("checkpoints", "UPDATE checkpoints SET size = 900", 900, "size"),
    ("checkpoints", "UPDATE checkpoints SET note = replace(note, '310', '311')", 310, "note"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("table", "alteration", "position", "column"), ALTERATIONS, ids=[a[1][:60] for a in ALTERATIONS]
)
def test_an_alteration_is_found_and_named(
    log: SealedRecorder,
    database: Database,
    postgres_url: str,
    schema: str,
    table: str,
    alteration: str,
    position: int,
    column: str,
) -> None:
    with psycopg.connect(postgres_url, autocommit=True) as owner:
        owner.execute(sql.SQL("SET search_path TO {}").format(sql.Identifier(schema)))
        owner.execute("SET session_replication_role = replica")  # what an administrator could do
        assert owner.execute(alteration.encode()).rowcount > 0
    found = verify_log(database).differences
    assert any(d.table == table and d.position == position and column in d.column for d in found), found


COLUMNS = {
    "events": ("position", "recorded_at", "type", "tags", "data", "leaf_hash"),
    "event_tags": ("tag", "position"),
    "event_tag_spans": ("tag", "first", "last"),
    "log_head": ("size", "frontier", "recorded_at"),
    "tiles": ("level", "index", "hashes", "root"),
    "checkpoints": ("size", "root", "note"),
}
FLIPS = 6
"""Random flips per column."""


def flipped(value: object, chance: random.Random) -> object:
    """The value with one of its bytes changed in one bit, as a failing disk or a forger would."""
    if isinstance(value, int):
        return value ^ (1 << chance.randrange(16))
    if isinstance(value, datetime):
        return value + timedelta(microseconds=1 << chance.randrange(45))
    if isinstance(value, list):
        index = chance.randrange(len(value))
        return [flipped(v, chance) if n == index else v for n, v in enumerate(value)]
    raw = value.encode() if isinstance(value, str) else bytes(value)  # type: ignore[call-overload]
    while True:
        changed = bytearray(raw)
        changed[chance.randrange(len(raw))] ^= 1 << chance.randrange(8)
        if not isinstance(value, str):
            return bytes(changed)
        text = bytes(changed).decode(errors="ignore")
        if len(text.encode()) == len(raw) and "\0" not in text:
            return text


@pytest.mark.parametrize(("table", "column"), [(t, c) for t, columns in COLUMNS.items() for c in columns])
def test_one_flipped_byte_in_any_stored_column_is_found_and_named(
    log: SealedRecorder, database: Database, postgres_url: str, schema: str, table: str, column: str
) -> None:
    chance = random.Random(f"{table}.{column}")
    verifier = Verifier(SIGNER.vkey)
    with psycopg.connect(postgres_url, autocommit=True) as owner:
        owner.execute(sql.SQL("SET search_path TO {}").format(sql.Identifier(schema)))
        owner.execute("SET session_replication_role = replica")
        names = (sql.Identifier(column), sql.Identifier(table))
        rows = owner.execute(sql.SQL("SELECT ctid, {} FROM {} ORDER BY 1").format(*names)).fetchall()
        for _ in range(FLIPS):
            row, value = chance.choice(rows)
            update = sql.SQL("UPDATE {1} SET {0} = %s WHERE ctid = %s RETURNING ctid").format(*names)
            try:
                (moved,) = owner.execute(update, (flipped(value, chance), row)).fetchone() or ("",)
            except (psycopg.errors.UniqueViolation, psycopg.errors.CheckViolation):
                continue  # another row has that key, or it is no span: the database itself refuses
            found = verify_log(database, verifier=verifier).differences
            named = "event_tags" if table == "event_tag_spans" else table  # the two are one index
            assert any(d.table.startswith(named) and _names(d.column, column) for d in found), (value, found)
            back = owner.execute(update, (value, moved)).fetchone() or ("",)
            rows = [(back[0] if each == row else each, v) for each, v in rows]
    assert verify_log(database, verifier=verifier).differences == []


def _names(reported: str, column: str) -> bool:
    """A hash over several columns names them all; a key that moved is a row that is missing and one too many."""
    return column in reported or reported == "row"


def test_a_log_that_is_verified_while_it_grows_is_verified_as_of_one_moment(
    log: SealedRecorder, database: Database
) -> None:
    grown = []

    def grow(done: int) -> None:
        if not grown:
            grown.append(log.append(events(300, 600)))

    report = verify_log(database, on_progress=grow)
    assert (report.events, report.differences, grown) == (560, [], [860])


def test_every_column_of_the_log_is_among_those_flipped(database: Database) -> None:
    """A column that nothing binds could be altered unseen: there is none."""
    with database.connection() as connection:
        rows = connection.execute(
            "SELECT table_name, column_name FROM information_schema.columns"
            " WHERE table_schema = %s AND table_name = ANY(%s)",
            (database.schema, list(COLUMNS)),
        ).fetchall()
    assert {r for r in rows if r != ("log_head", "single")} == {
        (t, c) for t, cs in COLUMNS.items() for c in cs
    }


@pytest.mark.parametrize(
    "table", ["events", "event_tags", "event_tag_spans", "tiles", "checkpoints", "log_head"]
)
@pytest.mark.parametrize("change", ["UPDATE {} SET {}", "DELETE FROM {}", "TRUNCATE {}"])
def test_nobody_changes_the_log_neither_the_serving_role_nor_the_owner(
    log: SealedRecorder, database: Database, postgres_url: str, schema: str, table: str, change: str
) -> None:
    column = {"events": "type = type", "event_tags": "tag = tag", "event_tag_spans": "tag = tag", "tiles": "level = level",
              "checkpoints": "note = note", "log_head": "size = size"}[table]  # fmt: skip
    statement = change.format(table, column).encode()
    with database.connection() as serving, pytest.raises(psycopg.errors.InsufficientPrivilege):
        serving.execute(statement)
    with psycopg.connect(postgres_url, autocommit=True) as owner:
        owner.execute(sql.SQL("SET search_path TO {}").format(sql.Identifier(schema)))
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            owner.execute(statement)
    assert verify_log(database).differences == []


def test_every_event_has_an_inclusion_proof_at_every_size(log: SealedRecorder, database: Database) -> None:
    chance = random.Random(3)
    for _ in range(60):
        size = chance.randint(1, 560)
        position = chance.randint(1, size)
        _, root = root_at(database, size)
        proved, leaf, path = inclusion_proof(database, position, size)
        verify_inclusion(position - 1, proved, leaf, path, root)


def test_any_earlier_log_is_proved_a_prefix_of_any_later_one(log: SealedRecorder, database: Database) -> None:
    chance = random.Random(4)
    for _ in range(60):
        new = chance.randint(1, 560)
        old = chance.randint(1, new)
        _, proof = consistency_proof(database, old, new)
        verify_consistency(old, new, root_at(database, old)[1], root_at(database, new)[1], proof)


@pytest.mark.parametrize(("position", "size"), [(0, None), (561, None), (11, 10), (1, 561), (-1, None)])
def test_refuses_a_proof_for_what_is_not_there(
    log: SealedRecorder, database: Database, position: int, size: int | None
) -> None:
    with pytest.raises(NoSuchProof):
        inclusion_proof(database, position, size)


@pytest.mark.parametrize(("old", "new"), [(0, 5), (6, 5), (1, 561), (-1, 3)])
def test_refuses_a_consistency_proof_between_sizes_that_are_not_there(
    log: SealedRecorder, database: Database, old: int, new: int
) -> None:
    with pytest.raises(NoSuchProof):
        consistency_proof(database, old, new)


def test_a_checkpoint_is_signed_and_read_back(log: SealedRecorder, database: Database) -> None:
    note = make_checkpoint(database, SIGNER)
    read = Verifier(SIGNER.vkey).verify(note)
    assert read == Checkpoint("test.example/log", 560, root_at(database)[1])
    assert make_checkpoint(database, SIGNER) == note


def test_a_checkpoint_of_the_empty_log_is_signed_and_verified(database: Database) -> None:
    make_checkpoint(database, SIGNER)
    assert verify_log(database, verifier=Verifier(SIGNER.vkey)).differences == []
    stranger = Verifier(Signer("test.example/log", bytes(32)).vkey)
    assert [d.column for d in verify_log(database, verifier=stranger).differences] == ["note"]


@pytest.mark.parametrize(
    "rewriting",
    [
        "UPDATE tiles SET root = set_byte(root, 0, get_byte(root, 0) # 1) WHERE level = 0 AND index = 0",
        "UPDATE log_head SET size = 304, frontier = substr(frontier, 1, 96)",
    ],
)
def test_never_signs_a_history_that_does_not_continue_the_one_it_signed(
    log: SealedRecorder, database: Database, postgres_url: str, schema: str, rewriting: str
) -> None:
    """A checkpoint of 310 events is stored; the log is then rewritten under it, or cut short."""
    with psycopg.connect(postgres_url, autocommit=True) as owner:
        owner.execute(sql.SQL("SET search_path TO {}").format(sql.Identifier(schema)))
        owner.execute("SET session_replication_role = replica")
        owner.execute(rewriting.encode())
    with pytest.raises(HistoryLost):
        make_checkpoint(database, SIGNER)
    with database.connection() as connection:
        assert connection.execute("SELECT array_agg(size) FROM checkpoints").fetchone() == ([310],)


def test_every_single_flipped_bit_of_a_note_is_refused() -> None:
    """Unused bits of base64 and odd line ends included."""
    note = SIGNER.sign(Checkpoint(SIGNER.name, 310, bytes(range(32)))).encode()
    verifier = Verifier(SIGNER.vkey)
    for index in range(len(note)):
        for bit in range(8):
            changed = bytearray(note)
            changed[index] ^= 1 << bit
            with pytest.raises(InvalidCheckpoint):
                verifier.verify(bytes(changed).decode(errors="replace"))


def test_other_peoples_signatures_beside_ours_do_no_harm() -> None:
    note = SIGNER.sign(Checkpoint(SIGNER.name, 5, bytes(32)))
    witness = Signer("witness.example/audit", bytes(reversed(range(32))))
    cosigned = note + witness.sign(Checkpoint(SIGNER.name, 5, bytes(32))).split("\n\n")[1]
    assert Verifier(SIGNER.vkey).verify(cosigned).size == 5
    assert Verifier(witness.vkey).verify(cosigned).size == 5


def test_a_forged_checkpoint_is_refused() -> None:
    note = SIGNER.sign(Checkpoint(SIGNER.name, 5, bytes(32)))
    verifier = Verifier(SIGNER.vkey)
    other = Signer(SIGNER.name, bytes(32))
    for forged in (note.replace("\n5\n", "\n6\n"), note.replace("— ", "- "), note[:-8] + "AAAAAAA\n", note.split("\n\n")[0],
                   other.sign(Checkpoint(SIGNER.name, 5, bytes(32)))):  # fmt: skip
        with pytest.raises(InvalidCheckpoint):
            verifier.verify(forged)


@settings(max_examples=50, deadline=None)
@given(st.lists(st.binary(max_size=8), max_size=70), st.integers(0, 70))
def test_a_frontier_restored_from_its_hashes_grows_to_the_same_root(entries: list[bytes], cut: int) -> None:
    whole, part = Frontier(), Frontier()
    whole.extend([leaf_hash(e) for e in entries])
    part.extend([leaf_hash(e) for e in entries[:cut]])
    resumed = Frontier(part.size, part.hashes)
    resumed.extend([leaf_hash(e) for e in entries[cut:]])
    assert resumed.root == whole.root
