"""Backups are tried: what comes back is what was there, and an older copy is exposed."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from psycopg import sql

import ledger.store.recorder as recorder_module
from ledger.store.backup import TABLES, BackupError, HistoryLost, backup, check_against, restore
from ledger.store.checkpoint import Signer, Verifier, make_checkpoint
from ledger.store.database import Database
from ledger.store.execute import Ledger
from ledger.store.merkle import InvalidProof, verify_consistency
from ledger.store.migrate import ROLE, migrate
from ledger.store.proofs import NoSuchProof, consistency_proof, root_at
from ledger.store.recorder import SealedRecorder
from ledger.store.vault import DivisionKey, Erased, Vault
from ledger.store.verify import verify_log
from tests.store.test_execute import CLERK, NOW, join
from tests.store.test_verify import events
from tests.store.writers import append_of_every_kind, processes

SIGNER = Signer("test.example/log", bytes(range(32)))


@pytest.fixture
def copy(postgres_url: str, schema: str) -> Iterator[str]:
    """The name of a schema to restore into."""
    name = f"{schema}_copy"
    yield name
    with psycopg.connect(postgres_url, autocommit=True) as connection:
        connection.execute("SET client_min_messages = warning")
        connection.execute(sql.SQL("DROP SCHEMA IF EXISTS {} CASCADE").format(sql.Identifier(name)))


def left_over(url: str, copy: str) -> list[tuple[str]]:
    """Schemas a refused restore should not have left."""
    with psycopg.connect(url) as connection:
        return connection.execute(
            "SELECT nspname FROM pg_namespace WHERE nspname = %s OR nspname LIKE 'restoring%%'", (copy,)
        ).fetchall()


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
    assert left_over(postgres_url, copy) == []


@pytest.mark.parametrize("missing", ["manifest.json", "log/tiles", "vault/vault_keys"])
def test_refuses_half_a_backup(
    ledger: Ledger, database: Database, postgres_url: str, copy: str, tmp_path: Path, missing: str
) -> None:
    """The manifest is written last: a backup that was cut off has none."""
    fill(ledger)
    backup(database, tmp_path / "b")
    (tmp_path / "b" / missing).unlink()
    with pytest.raises(BackupError, match="不完整"):
        restore(tmp_path / "b", postgres_url, copy)
    assert left_over(postgres_url, copy) == []


def test_refuses_a_backup_that_leaves_out_the_end(
    ledger: Ledger, database: Database, postgres_url: str, copy: str, tmp_path: Path
) -> None:
    """An older backup's files under a newer backup's manifest, hashes restated: the root tells."""
    fill(ledger)
    backup(database, tmp_path / "old")
    ledger.recorder.append(events(5, 400))
    backup(database, tmp_path / "new")
    old = json.loads((tmp_path / "old" / "manifest.json").read_text())
    new = json.loads((tmp_path / "new" / "manifest.json").read_text())
    forged = {**new, "files": old["files"]}
    (tmp_path / "old" / "manifest.json").write_text(json.dumps(forged))
    with pytest.raises(BackupError, match="does not verify"):
        restore(tmp_path / "old", postgres_url, copy)
    assert left_over(postgres_url, copy) == []


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
    assert left_over(postgres_url, copy) == []


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


def test_a_backup_made_while_others_write_is_of_one_moment(
    ledger: Ledger, database: Database, postgres_url: str, schema: str, copy: str, tmp_path: Path
) -> None:
    """Two processes append singly and in bulk, and people with keys are added, all the while."""
    manifests = []
    arguments = [(postgres_url, schema, seed, 60) for seed in range(2)]
    with processes(append_of_every_kind, arguments) as answers:
        number = 0
        while len(manifests) < 4 or answers.empty():
            ledger.execute(join(number, person=str(number), household=f"h{number}"), CLERK, NOW)
            number += 1
            if number % 5 == 0 and len(manifests) < 4:
                manifests.append(backup(database, tmp_path / str(len(manifests))))
        for _ in arguments:
            answers.get(timeout=60)
    sizes = [m["size"] for m in manifests]
    assert sizes == sorted(set(sizes))
    for number, manifest in enumerate(manifests):
        name = f"{copy}{number}"
        restore(tmp_path / str(number), postgres_url, name)
        restored = Database(postgres_url, name, max_size=3)
        assert root_at(restored) == (manifest["size"], root_at(database, manifest["size"])[1])
        with restored.connection() as connection:
            # Every sealed name has its key: log and vault are of the same moment.
            orphans = connection.execute(
                "SELECT count(*) FROM events WHERE type = 'MemberJoined' AND NOT EXISTS (SELECT FROM vault_keys"
                " WHERE subject = split_part(convert_from(data, 'UTF8')::json->>'name', '|', 2))"
            ).fetchone()
            assert orphans == (0,)
            connection.execute("RESET ROLE")
            connection.execute(sql.SQL("DROP SCHEMA {} CASCADE").format(sql.Identifier(name)))
        restored.close()


def test_a_backup_of_an_older_release_is_restored_and_brought_up_to_date(
    postgres_url: str, copy: str, division_key: DivisionKey, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A log as the first release kept it: three migrations, a column since gone, and a checkpoint.

    Written by COPY throughout, whose statements that release had too; what is called for few events has changed since.
    """
    monkeypatch.setattr(recorder_module, "COPY_FROM", 1)
    old = f"{copy}_old"
    migrate(postgres_url, old, upto=3)
    database = Database(postgres_url, old, max_size=4)
    ledger = Ledger.open(database, division_key)
    fill(ledger)
    make_checkpoint(database, SIGNER)
    monkeypatch.undo()
    manifest = backup(database, tmp_path / "b")
    assert manifest["schema"] == 3
    restore(tmp_path / "b", postgres_url, copy)
    restored = Database(postgres_url, copy, max_size=3)
    assert root_at(restored) == root_at(database)
    assert verify_log(restored, verifier=Verifier(SIGNER.vkey)).differences == []
    assert migrate(postgres_url, copy) == []
    again = Ledger.open(restored, division_key)
    assert again.execute(join(1), CLERK, NOW).duplicate
    for each in (again, restored, ledger, database):
        each.close()
    with psycopg.connect(postgres_url, autocommit=True) as connection:
        connection.execute(sql.SQL("DROP SCHEMA {} CASCADE").format(sql.Identifier(old)))


def test_a_schema_made_ready_but_never_used_is_restored_into(
    ledger: Ledger, database: Database, postgres_url: str, copy: str, tmp_path: Path
) -> None:
    """As when the service was started once before the operator thought of restoring."""
    fill(ledger)
    backup(database, tmp_path / "b")
    migrate(postgres_url, copy)
    with psycopg.connect(postgres_url, autocommit=True) as connection:
        connection.execute(sql.SQL("CREATE TABLE {}.a_view (household_id text)").format(sql.Identifier(copy)))
    restore(tmp_path / "b", postgres_url, copy)
    restored = Database(postgres_url, copy, max_size=3)
    assert root_at(restored) == root_at(database)
    restored.close()


def test_a_schema_that_holds_anything_else_is_left_alone(
    ledger: Ledger, database: Database, postgres_url: str, copy: str, tmp_path: Path
) -> None:
    fill(ledger)
    backup(database, tmp_path / "b")
    table = sql.Identifier(copy, "notes")
    with psycopg.connect(postgres_url, autocommit=True) as connection:
        connection.execute(sql.SQL("CREATE SCHEMA {}").format(sql.Identifier(copy)))
        connection.execute(sql.SQL("CREATE TABLE {} AS SELECT 'mine' AS text").format(table))
        with pytest.raises(BackupError, match="notes"):
            restore(tmp_path / "b", postgres_url, copy)
        assert connection.execute(sql.SQL("SELECT * FROM {}").format(table)).fetchall() == [("mine",)]


def test_the_serving_role_can_go_on_in_what_was_restored(
    ledger: Ledger, database: Database, postgres_url: str, copy: str, tmp_path: Path
) -> None:
    """Privileges, triggers and notices came along under the new name."""
    fill(ledger)
    backup(database, tmp_path / "b")
    restore(tmp_path / "b", postgres_url, copy)
    restored = Database(postgres_url, copy, max_size=3)
    with restored.connection() as connection:
        assert connection.execute("SELECT current_user").fetchone() == (ROLE,)
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute("DELETE FROM events")
    recorder = SealedRecorder(restored)
    follower = recorder.subscribe(after=recorder.head())
    recorder.append(events(1, 900))
    assert next(follower).position == 302
    follower._disconnect()
    recorder.close()
    restored.close()


def test_a_restored_older_backup_signs_nothing_over_what_was_signed_before(
    ledger: Ledger, database: Database, postgres_url: str, copy: str, tmp_path: Path
) -> None:
    """Whoever kept the newer checkpoint also sees that no proof leads from it to the restored log."""
    fill(ledger)
    backup(database, tmp_path / "b")
    ledger.recorder.append(events(5, 400))
    kept = Verifier(SIGNER.vkey).verify(make_checkpoint(database, SIGNER))
    restore(tmp_path / "b", postgres_url, copy)
    restored = Database(postgres_url, copy, max_size=3)
    with pytest.raises(NoSuchProof):
        consistency_proof(restored, kept.size)
    other = SealedRecorder(restored)
    other.append(events(9, 500))
    size, proof = consistency_proof(restored, kept.size)
    with pytest.raises(InvalidProof):
        verify_consistency(kept.size, size, kept.root, root_at(restored)[1], proof)
    other.close()
    restored.close()
