"""Backups are tried: what comes back is what was there, and an older copy is exposed."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from psycopg import sql

from ledger.store.backup import TABLES, BackupError, HistoryLost, backup, check_against, restore
from ledger.store.checkpoint import Signer, make_checkpoint
from ledger.store.database import Database
from ledger.store.execute import Ledger
from ledger.store.proofs import root_at
from ledger.store.vault import DivisionKey, Erased, Vault
from ledger.store.verify import verify_log
from tests.store.test_execute import CLERK, NOW, join
from tests.store.test_verify import events

SIGNER = Signer("test.example/log", bytes(range(32)))


@pytest.fixture
def copy(postgres_url: str, schema: str) -> Iterator[str]:
    """The name of a schema to restore into."""
    name = f"{schema}_copy"
    yield name
    with psycopg.connect(postgres_url, autocommit=True) as connection:
        connection.execute("SET client_min_messages = warning")
        connection.execute(sql.SQL("DROP SCHEMA IF EXISTS {} CASCADE").format(sql.Identifier(name)))


def fill(ledger: Ledger) -> None:
    ledger.recorder.append(events(300))
    ledger.execute(join(1), CLERK, NOW)


def test_what_is_restored_is_what_was_there(
    ledger: Ledger,
    database: Database,
    postgres_url: str,
    copy: str,
    tmp_path: Path,
    division_key: DivisionKey,
) -> None:
    fill(ledger)
    backup(database, tmp_path / "b")
    restore(tmp_path / "b", postgres_url, copy)
    restored = Database(postgres_url, copy, min_size=1, max_size=3)
    assert root_at(restored) == root_at(database)
    for table in (t for tables in TABLES.values() for t in tables):
        with database.connection() as one, restored.connection() as two:
            statement = f"SELECT md5(string_agg(t::text, '|' ORDER BY t::text)) FROM {table} t".encode()
            assert one.execute(statement).fetchone() == two.execute(statement).fetchone()
    again = Ledger.open(restored, division_key)
    assert again.execute(join(1), CLERK, NOW).duplicate
    again.execute(join(2, person="2"), CLERK, NOW)
    again.close()
    assert verify_log(restored).differences == []
    restored.close()


def test_refuses_a_damaged_backup(
    ledger: Ledger, database: Database, postgres_url: str, copy: str, tmp_path: Path
) -> None:
    fill(ledger)
    backup(database, tmp_path / "b")
    path = tmp_path / "b" / "log" / "events"
    raw = bytearray(path.read_bytes())
    raw[1000] ^= 1
    path.write_bytes(raw)
    with pytest.raises(BackupError, match="damaged"):
        restore(tmp_path / "b", postgres_url, copy)


def test_refuses_a_backup_altered_with_its_manifest(
    ledger: Ledger, database: Database, postgres_url: str, copy: str, tmp_path: Path
) -> None:
    """Whoever alters a file can state its new hash; the log's own tree still tells."""
    import hashlib

    fill(ledger)
    backup(database, tmp_path / "b")
    path, manifest_path = tmp_path / "b" / "log" / "events", tmp_path / "b" / "manifest.json"
    raw = path.read_bytes().replace(b'{"n":17}', b'{"n":18}')
    path.write_bytes(raw)
    manifest = json.loads(manifest_path.read_text())
    manifest["files"]["log/events"]["sha256"] = hashlib.sha256(raw).hexdigest()
    manifest_path.write_text(json.dumps(manifest))
    with pytest.raises(BackupError, match="does not verify"):
        restore(tmp_path / "b", postgres_url, copy)


def test_refuses_to_restore_over_what_is_there(
    ledger: Ledger, database: Database, postgres_url: str, schema: str, tmp_path: Path
) -> None:
    fill(ledger)
    backup(database, tmp_path / "b")
    with pytest.raises(BackupError, match="not empty"):
        restore(tmp_path / "b", postgres_url, schema)
    with pytest.raises(BackupError, match="not empty"):
        backup(database, tmp_path / "b")


def test_a_restored_backup_older_than_a_checkpoint_is_exposed(
    ledger: Ledger, database: Database, postgres_url: str, copy: str, tmp_path: Path
) -> None:
    fill(ledger)
    backup(database, tmp_path / "b")
    ledger.recorder.append(events(5, 400))
    note = make_checkpoint(database, SIGNER)
    check_against(database, note, SIGNER.vkey)
    restore(tmp_path / "b", postgres_url, copy)
    restored = Database(postgres_url, copy, min_size=1, max_size=3)
    with pytest.raises(HistoryLost):
        check_against(restored, note, SIGNER.vkey)
    other = Ledger.open(restored, DivisionKey(bytes(range(32))))
    other.recorder.append(events(5, 500))  # grown again to the same size, with another history
    with pytest.raises(HistoryLost, match="another history"):
        check_against(restored, note, SIGNER.vkey)
    other.close()
    restored.close()


def test_erasures_made_since_are_made_again(
    ledger: Ledger,
    database: Database,
    postgres_url: str,
    copy: str,
    tmp_path: Path,
    division_key: DivisionKey,
) -> None:
    event = ledger.execute(join(1), CLERK, NOW).events[0]
    backup(database, tmp_path / "b")
    restore(tmp_path / "b", postgres_url, copy, erased=[f"person:{event.person_id}"])  # type: ignore[attr-defined]
    restored = Database(postgres_url, copy, min_size=1, max_size=3)
    stored = next(ledger.recorder.read_recorded()).data.decode()
    sealed = next(part for part in stored.split('"') if part.startswith("1|person"))
    with pytest.raises(Erased):
        Vault(restored, division_key).open(sealed)
    restored.close()
