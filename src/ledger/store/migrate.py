"""Brings a division's schema up to date: forward only, every migration applied once and checked by its hash."""

from __future__ import annotations

import hashlib
from importlib import resources
from typing import Any, NamedTuple

import psycopg
from psycopg import sql

ROLE = "ledger_writer"
"""The role that serves: it may add to the log, never change it."""

OLDEST_SERVER = 150_000
LONGEST_NAME = 50
_LOCK = 20_261


class Migration(NamedTuple):
    """One numbered SQL file and its checksum."""

    number: int
    name: str
    text: str
    checksum: str


class SchemaTooNew(RuntimeError):
    """The database was migrated by a newer release; this one must not write to it.

    数据库结构比本程序新，请升级程序。
    """


class MigrationAltered(RuntimeError):
    """A migration that was applied here has another content than the release's file.

    已应用的迁移脚本内容不一致。
    """


class UnsuitableServer(RuntimeError):
    """The server is older than PostgreSQL 15, or the database's encoding is not UTF-8.

    需要 PostgreSQL 15 或更新版本，且数据库编码为 UTF-8。
    """


def migrations() -> list[Migration]:
    """Every migration of this release, in order."""
    found = []
    for file in resources.files("ledger.store").joinpath("migrations").iterdir():
        if file.name.endswith(".sql"):
            text = file.read_text(encoding="utf-8")
            number = int(file.name.split("_", 1)[0])
            found.append(Migration(number, file.name, text, hashlib.sha256(text.encode()).hexdigest()))
    return sorted(found)


def checked_name(schema: str) -> str:
    """The schema's name, if PostgreSQL keeps it whole in every name made from it. Raises ``ValueError``.

    A longer one would be cut short silently, and two divisions could end up in one schema.
    """
    if not 0 < len(schema.encode()) <= LONGEST_NAME:
        raise ValueError(
            f"a schema's name has 1 to {LONGEST_NAME} bytes 模式名须为 1 至 {LONGEST_NAME} 字节: {schema!r}"
        )
    return schema


def migrate(conninfo: str, schema: str, *, upto: int | None = None) -> list[str]:
    """Creates or updates `schema` (to the migration `upto`, or the last) and returns the names of those applied now.

    Raises :class:`SchemaTooNew`, :class:`MigrationAltered` or :class:`UnsuitableServer` and changes nothing.
    """
    name = sql.Identifier(checked_name(schema))
    with psycopg.connect(conninfo, autocommit=True, client_encoding="UTF8") as connection:
        connection.execute("SET client_min_messages = warning")
        _check_server(connection)
        _make_role(connection)
        connection.execute("SELECT pg_advisory_lock(%s, hashtext(%s))", (_LOCK, schema))
        with connection.transaction():
            connection.execute(sql.SQL("CREATE SCHEMA IF NOT EXISTS {}").format(name))
            connection.execute(sql.SQL("SET LOCAL search_path TO {}").format(name))
            connection.execute(
                "CREATE TABLE IF NOT EXISTS schema_migrations (number integer PRIMARY KEY, name text NOT NULL,"
                " checksum text NOT NULL, applied_at timestamptz NOT NULL DEFAULT clock_timestamp())"
            )
            applied = _apply(connection, upto)
            _grant(connection, schema)
    return applied


def _check_server(connection: psycopg.Connection[tuple[Any, ...]]) -> None:
    version = connection.info.server_version
    if version < OLDEST_SERVER:
        raise UnsuitableServer(f"the server is PostgreSQL {version // 10_000} 服务器版本过低")
    row = connection.execute("SHOW server_encoding").fetchone()
    if row is None or row[0] != "UTF8":
        raise UnsuitableServer(f"the database's encoding is {row and row[0]}, not UTF8 数据库编码不是 UTF8")


def _apply(connection: psycopg.Connection[tuple[Any, ...]], upto: int | None) -> list[str]:
    done = {
        number: (name, checksum)
        for number, name, checksum in connection.execute(
            "SELECT number, name, checksum FROM schema_migrations"
        )
    }
    ours = migrations()
    newer = sorted(set(done) - {m.number for m in ours})
    if newer:
        raise SchemaTooNew(f"migrations {newer} are unknown to this release 本程序不认识的迁移")
    applied = []
    for migration in ours:
        if upto is not None and migration.number > upto:
            break
        if migration.number in done:
            if done[migration.number][1] != migration.checksum:
                raise MigrationAltered(migration.name)
            continue
        connection.execute(migration.text.encode())
        connection.execute(
            "INSERT INTO schema_migrations (number, name, checksum) VALUES (%s, %s, %s)",
            (migration.number, migration.name, migration.checksum),
        )
        applied.append(migration.name)
    return applied


def may_become(connection: psycopg.Connection[tuple[Any, ...]]) -> str:
    """The privilege ``SET ROLE`` needs: since PostgreSQL 16 a member (the role's maker, say) need not have it."""
    return "SET" if connection.info.server_version >= 160_000 else "MEMBER"


def _make_role(connection: psycopg.Connection[tuple[Any, ...]]) -> None:
    # Roles belong to the whole server, and the operator may not be allowed to make one: then the
    # refusing triggers still stand, and Database serves as the operator's own role.
    connection.execute(
        f"""
        DO $$ BEGIN
            CREATE ROLE {ROLE} NOLOGIN;
        EXCEPTION WHEN duplicate_object OR unique_violation OR insufficient_privilege THEN NULL;
        END $$;
        DO $$ BEGIN
            IF NOT pg_has_role(current_user, '{ROLE}', '{may_become(connection)}') THEN
                EXECUTE format('GRANT {ROLE} TO %I', current_user);
            END IF;
        EXCEPTION WHEN OTHERS THEN NULL;
        END $$;
        """.encode()
    )


def _grant(connection: psycopg.Connection[tuple[Any, ...]], schema: str) -> None:
    row = connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", (ROLE,)).fetchone()
    if row is None:
        return
    for grant in (
        "GRANT USAGE ON SCHEMA {schema} TO {role}",
        "GRANT SELECT ON ALL TABLES IN SCHEMA {schema} TO {role}",
        "ALTER DEFAULT PRIVILEGES IN SCHEMA {schema} GRANT SELECT ON TABLES TO {role}",
        "REVOKE INSERT, UPDATE, DELETE, TRUNCATE ON ALL TABLES IN SCHEMA {schema} FROM {role}",
        "GRANT INSERT ON events, event_tags, event_tag_spans, tiles, checkpoints, vault_keys TO {role}",
        "GRANT UPDATE ON log_head, vault_keys TO {role}",
        "GRANT INSERT, DELETE ON vault_lookups TO {role}",
    ):
        connection.execute(sql.SQL(grant).format(schema=sql.Identifier(schema), role=sql.Identifier(ROLE)))
