"""Backup and restore of the log and the vault, as of one moment.

Three things are needed to bring a division back: the log, the vault, and the division key. The first two are
written here, in folders of their own; the key is the operator's to keep apart and is never copied.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql

from ledger.store.checkpoint import HistoryLost as HistoryLost
from ledger.store.checkpoint import Verifier
from ledger.store.database import Connection, Database
from ledger.store.merkle import Frontier
from ledger.store.migrate import migrate, migrations
from ledger.store.proofs import NoSuchProof, root_at
from ledger.store.secrets import flush_folder
from ledger.store.verify import verify_log

TABLES = {
    "log": ("events", "event_tags", "event_tag_spans", "log_head", "tiles", "checkpoints"),
    "vault": ("vault_keys", "vault_lookups"),
}
MANIFEST = "manifest.json"
VERSION = 2
_LOCK = 20_262


class BackupError(RuntimeError):
    """The folder or schema cannot be used for this, or the backup is damaged.

    备份目录、目标模式不可用，或备份已损坏。
    """


def backup(database: Database, folder: Path) -> dict[str, Any]:
    """Writes log and vault of one moment into an empty folder; the manifest, written last, makes it whole."""
    if folder.exists() and any(folder.iterdir()):
        raise BackupError(f"{folder} is not empty 目录非空")
    files: dict[str, Any] = {}
    connection = database.connect()
    try:
        connection.execute("SET synchronize_seqscans TO off")
        connection.execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
        for part, tables in TABLES.items():
            (folder / part).mkdir(parents=True, mode=0o700)
            for table in tables:
                files[f"{part}/{table}"] = _copy_out(connection, table, folder / part / table)
            flush_folder(folder / part)
        applied = connection.execute("SELECT number, name, checksum FROM schema_migrations").fetchall()
        row = connection.execute("SELECT size, frontier FROM log_head").fetchone()
        assert row is not None
    finally:
        connection.close()
    manifest = {
        "version": VERSION,
        "made_at": datetime.now(UTC).isoformat(),
        "schema": max(number for number, *_ in applied),
        "migrations": {name: checksum for _, name, checksum in applied},
        "size": row[0],
        "root": Frontier(row[0], bytes(row[1])).root.hex(),
        "files": files,
    }
    _write(folder / MANIFEST, json.dumps(manifest, indent=1).encode())
    flush_folder(folder)
    return manifest


def _copy_out(connection: Connection, table: str, path: Path) -> dict[str, Any]:
    digest, length = hashlib.sha256(), 0
    statement = sql.SQL("COPY {} TO STDOUT (FORMAT BINARY)").format(sql.Identifier(table))
    with path.open("wb") as file:
        with connection.cursor().copy(statement) as copy:
            for block in copy:
                digest.update(block)
                length += len(block)
                file.write(block)
        file.flush()
        os.fsync(file.fileno())
    return {"sha256": digest.hexdigest(), "bytes": length}


def _write(path: Path, content: bytes) -> None:
    with path.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def restore(folder: Path, conninfo: str, schema: str, *, erased: Sequence[str] = ()) -> dict[str, Any]:
    """Restores a backup into an empty schema, which need not have the name it was made from.

    It is brought back and verified under a name of its own and becomes `schema` only then: nothing is
    ever seen of a backup that does not verify. A backup of an older release is brought up to date.
    `erased` are the subjects whose keys were ever dropped: those the backup still holds are dropped again, before
    anything can be seen; how many is ``erased_again`` in the answer. Raises :class:`BackupError`.
    """
    manifest = _checked(folder)
    aside = f"restoring_{hashlib.sha256(schema.encode()).hexdigest()[:24]}"
    with psycopg.connect(conninfo, autocommit=True, client_encoding="UTF8") as connection:
        connection.execute("SET client_min_messages = warning")
        # One at a time; the leavings of one that was cut off go first.
        connection.execute("SELECT pg_advisory_lock(%s, hashtext(%s))", (_LOCK, schema))
        _require_empty(connection, schema)
        _drop(connection, aside)
        try:
            again = _bring_back(folder, manifest, conninfo, aside, erased)
            _verify(conninfo, aside, manifest)
            with connection.transaction():
                _require_empty(connection, schema)
                _drop(connection, schema)
                connection.execute(
                    sql.SQL("ALTER SCHEMA {} RENAME TO {}").format(
                        sql.Identifier(aside), sql.Identifier(schema)
                    )
                )
        except BaseException:
            _drop(connection, aside)
            raise
    return {**manifest, "erased_again": again}


def _require_empty(connection: psycopg.Connection[Any], schema: str) -> None:
    """Refuses a schema in which any table holds a row, beside what a migration puts there."""
    tables = connection.execute(
        "SELECT c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace"
        " WHERE n.nspname = %s AND c.relkind IN ('r', 'p')",
        (schema,),
    ).fetchall()
    for (table,) in tables:
        if table in ("schema_migrations", "log_head", "view_positions"):
            continue
        found = connection.execute(
            sql.SQL("SELECT EXISTS (SELECT FROM {})").format(sql.Identifier(schema, table))
        ).fetchone()
        if found is None or found[0]:
            raise BackupError(f"schema {schema} is not empty 目标模式已有数据: {table}")


def _drop(connection: psycopg.Connection[Any], schema: str) -> None:
    connection.execute(sql.SQL("DROP SCHEMA IF EXISTS {} CASCADE").format(sql.Identifier(schema)))


def _bring_back(
    folder: Path, manifest: dict[str, Any], conninfo: str, schema: str, erased: Sequence[str]
) -> int:
    migrate(conninfo, schema, upto=manifest["schema"])
    with psycopg.connect(conninfo, client_encoding="UTF8") as connection:
        connection.execute(sql.SQL("SET search_path TO {}").format(sql.Identifier(schema)))
        connection.execute("ALTER TABLE log_head DISABLE TRIGGER never_changed")
        connection.execute("DELETE FROM log_head")
        connection.execute("ALTER TABLE log_head ENABLE TRIGGER never_changed")
        for part, tables in TABLES.items():
            for table in tables:
                _copy_in(connection, table, folder / part / table)
        again = connection.execute(
            "UPDATE vault_keys SET wrapped = ''::bytea, erased_at = clock_timestamp()"
            " WHERE subject = ANY (%s) AND erased_at IS NULL",
            (list(erased),),
        ).rowcount
        connection.execute("DELETE FROM vault_lookups WHERE subject = ANY (%s)", (list(erased),))
    migrate(conninfo, schema)
    return again


def _checked(folder: Path) -> dict[str, Any]:
    """The manifest of a backup whose every file is whole."""
    try:
        manifest: dict[str, Any] = json.loads((folder / MANIFEST).read_bytes())
        if manifest["version"] != VERSION or not isinstance(manifest["schema"], int):
            raise BackupError(f"version {manifest['version']} is unknown 未知备份版本")
        for name, stated in manifest["files"].items():
            with (folder / name).open("rb") as file:
                if hashlib.file_digest(file, "sha256").hexdigest() != stated["sha256"]:
                    raise BackupError(f"{name} is damaged 文件已损坏")
    except (OSError, KeyError, ValueError) as error:
        raise BackupError(f"not a whole backup 备份不完整: {error}") from error
    known = {m.name: m.checksum for m in migrations()}
    if any(known.get(name) != checksum for name, checksum in manifest["migrations"].items()):
        raise BackupError("the backup was made by another release 备份来自其他版本")
    return manifest


def _copy_in(connection: psycopg.Connection[Any], table: str, path: Path) -> None:
    statement = sql.SQL("COPY {} FROM STDIN (FORMAT BINARY)").format(sql.Identifier(table))
    with connection.cursor().copy(statement) as copy, path.open("rb") as file:
        while block := file.read(1 << 20):
            copy.write(block)


def _verify(conninfo: str, schema: str, manifest: dict[str, Any]) -> None:
    database = Database(conninfo, schema, min_size=1, max_size=2)
    try:
        report = verify_log(database)
    finally:
        database.close()
    if report.differences or (report.events, report.root.hex()) != (manifest["size"], manifest["root"]):
        raise BackupError(f"the restored log does not verify 恢复的台账校验不通过: {report.differences[:3]}")


def check_against(database: Database, note: str, vkey: str) -> None:
    """Checks that the log still holds everything a trusted checkpoint saw. Raises :class:`HistoryLost`."""
    trusted = Verifier(vkey).verify(note)
    try:
        _, root = root_at(database, trusted.size)
    except NoSuchProof as error:
        raise HistoryLost(
            f"the checkpoint saw {trusted.size} events 检查点已见 {trusted.size} 个事件; {error}"
        ) from error
    if root != trusted.root:
        raise HistoryLost(f"another history under {trusted.size} events 前 {trusted.size} 个事件的历史不同")
