"""Migrations: each once, by however many start at once, never altered, never back; and what the serving role may do."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
from psycopg import sql
from psycopg.conninfo import make_conninfo

from ledger.store.database import Database
from ledger.store.migrate import (
    ROLE,
    MigrationAltered,
    SchemaTooNew,
    UnsuitableServer,
    migrate,
    migrations,
)
from ledger.store.recorder import SealedRecorder
from ledger.store.verify import verify_log
from tests.store.writers import event, processes

NAMES = [m.name for m in migrations()]


@pytest.fixture
def server(postgres_url: str) -> Iterator[psycopg.Connection[Any]]:
    with psycopg.connect(postgres_url, autocommit=True) as connection:
        connection.execute("SET client_min_messages = warning")
        yield connection


@pytest.fixture
def fresh(server: psycopg.Connection[Any]) -> Iterator[str]:
    """The name of a schema that does not exist."""
    name = f"test_migrate_{os.getpid()}"
    yield name
    server.execute(sql.SQL("DROP SCHEMA IF EXISTS {} CASCADE").format(sql.Identifier(name)))


def in_schema(server: psycopg.Connection[Any], schema: str, statement: str, *values: Any) -> Any:
    server.execute(sql.SQL("SET search_path TO {}").format(sql.Identifier(schema)))
    cursor = server.execute(statement.encode(), values)
    return cursor.fetchall() if cursor.description else []


def migrate_and_answer(url: str, schema: str, answers: Any) -> None:
    answers.put(migrate(url, schema))


def test_migrations_are_numbered_without_gaps() -> None:
    assert [m.number for m in migrations()] == list(range(1, len(NAMES) + 1))


def test_each_migration_is_applied_once(postgres_url: str, fresh: str) -> None:
    assert migrate(postgres_url, fresh, upto=2) == NAMES[:2]
    assert migrate(postgres_url, fresh) == NAMES[2:]
    assert migrate(postgres_url, fresh) == []


def test_several_processes_that_start_at_once_apply_each_once(postgres_url: str, fresh: str) -> None:
    with processes(migrate_and_answer, [(postgres_url, fresh)] * 5) as answers:
        applied = [answers.get(timeout=60) for _ in range(5)]
    assert sorted(applied) == [[], [], [], [], NAMES]


def test_refuses_a_migration_that_was_altered_after_it_was_applied(
    postgres_url: str, schema: str, server: psycopg.Connection[Any]
) -> None:
    in_schema(server, schema, "UPDATE schema_migrations SET checksum = 'other' WHERE number = 2")
    in_schema(server, schema, "DELETE FROM schema_migrations WHERE number > 3")
    with pytest.raises(MigrationAltered, match=NAMES[1]):
        migrate(postgres_url, schema)
    assert in_schema(server, schema, "SELECT max(number) FROM schema_migrations") == [(3,)]


def test_refuses_a_schema_that_is_newer_than_the_release(
    postgres_url: str, schema: str, server: psycopg.Connection[Any]
) -> None:
    in_schema(server, schema, "INSERT INTO schema_migrations VALUES (999, '0999_future.sql', 'x')")
    with pytest.raises(SchemaTooNew, match="999"):
        migrate(postgres_url, schema)


def test_refuses_a_database_that_is_not_utf8(postgres_url: str, server: psycopg.Connection[Any]) -> None:
    name = f"test_ascii_{os.getpid()}"
    server.execute(
        f"CREATE DATABASE {name} TEMPLATE template0 ENCODING 'SQL_ASCII' LC_COLLATE 'C' LC_CTYPE 'C'".encode()
    )
    try:
        with pytest.raises(UnsuitableServer, match="SQL_ASCII"):
            migrate(make_conninfo(postgres_url, dbname=name), "division")
    finally:
        server.execute(f"DROP DATABASE {name} WITH (FORCE)".encode())


@pytest.mark.parametrize("name", ["", "x" * 51, "师" * 17])
def test_refuses_a_name_that_postgresql_would_cut_short(postgres_url: str, name: str) -> None:
    with pytest.raises(ValueError, match="模式名"):
        migrate(postgres_url, name)
    with pytest.raises(ValueError, match="模式名"):
        Database(postgres_url, name)


# --- the role that serves ---

MAY = {
    "events": {"SELECT", "INSERT"},
    "event_tags": {"SELECT", "INSERT"},
    "event_tag_spans": {"SELECT", "INSERT"},
    "tiles": {"SELECT", "INSERT"},
    "checkpoints": {"SELECT", "INSERT"},
    "log_head": {"SELECT", "UPDATE"},
    "vault_keys": {"SELECT", "INSERT", "UPDATE"},
    "vault_lookups": {"SELECT", "INSERT", "DELETE"},
    "schema_migrations": {"SELECT"},
    "view_positions": {"SELECT"},
}


@pytest.mark.parametrize("table", MAY)
def test_the_serving_role_may_do_to_a_table_what_it_must_and_nothing_more(
    schema: str, server: psycopg.Connection[Any], table: str
) -> None:
    privileges = ("SELECT", "INSERT", "UPDATE", "DELETE", "TRUNCATE", "REFERENCES", "TRIGGER")
    granted = {
        p
        for p in privileges
        if in_schema(server, schema, "SELECT has_table_privilege(%s, %s, %s)", ROLE, table, p)[0][0]
    }
    assert granted == MAY[table]


def test_every_table_of_the_log_has_its_privileges_stated_here(
    schema: str, server: psycopg.Connection[Any]
) -> None:
    tables = in_schema(
        server, schema, "SELECT relname FROM pg_class WHERE relnamespace = %s::regnamespace AND relkind = 'r'", schema
    )  # fmt: skip
    assert {name for (name,) in tables} == set(MAY)


def test_the_serving_role_cannot_log_in_make_tables_or_own_anything(
    schema: str, server: psycopg.Connection[Any], database: Database
) -> None:
    role = in_schema(
        server,
        schema,
        "SELECT rolcanlogin, rolsuper, rolcreaterole, rolcreatedb, rolbypassrls,"
        " has_schema_privilege(oid, %s, 'CREATE'), EXISTS (SELECT FROM pg_class WHERE relowner = pg_roles.oid)"
        " FROM pg_roles WHERE rolname = %s",
        schema,
        ROLE,
    )
    assert role == [(False,) * 7]
    with database.connection() as serving:
        assert serving.execute("SELECT current_user").fetchone() == (ROLE,)
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            serving.execute("ALTER TABLE events DISABLE TRIGGER never_changed")


@pytest.fixture(params=["CREATEROLE", "NOCREATEROLE"])
def operator(
    request: pytest.FixtureRequest, postgres_url: str, server: psycopg.Connection[Any]
) -> Iterator[str]:
    """The URL of an operator who is no superuser, as on a server somebody else runs."""
    name = f"test_operator_{os.getpid()}"
    server.execute(f"CREATE ROLE {name} LOGIN {request.param} PASSWORD 'secret'".encode())
    server.execute(f"GRANT CREATE ON DATABASE {server.info.dbname} TO {name}".encode())
    url = make_conninfo(postgres_url, user=name, password="secret")
    try:
        psycopg.connect(url).close()
        yield url
    except psycopg.OperationalError:
        pytest.skip("the server lets no other user in this way")
    finally:
        server.execute(f"DROP OWNED BY {name} CASCADE".encode())
        server.execute(f"DROP ROLE {name}".encode())


def test_an_operator_who_is_no_superuser_can_migrate_and_serve(
    operator: str, fresh: str, server: psycopg.Connection[Any]
) -> None:
    """Under the role where he may become it, as himself otherwise; the log refuses changes either way."""
    migrate(operator, fresh)
    migrate(operator, fresh)
    database = Database(operator, fresh, max_size=3)
    recorder = SealedRecorder(database)
    recorder.append([event("one")])
    recorder.append([event(f"e{n}") for n in range(60)])
    with database.connection() as connection, pytest.raises(psycopg.errors.InsufficientPrivilege):
        connection.execute("UPDATE events SET type = 'X'")
    assert verify_log(database).differences == []
    recorder.close()
    database.close()
    server.execute(sql.SQL("DROP SCHEMA {} CASCADE").format(sql.Identifier(fresh)))


# --- what connections pin ---


def test_nothing_a_server_a_role_or_an_environment_sets_reaches_the_log(
    postgres_url: str, fresh: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PGCLIENTENCODING", "GBK")
    monkeypatch.setenv("PGTZ", "Asia/Shanghai")
    odd = make_conninfo(
        postgres_url,
        options="-c default_transaction_isolation=serializable -c synchronous_commit=off -c search_path=public",
    )
    migrate(odd, fresh)
    database = Database(odd, fresh, max_size=3)
    recorder = SealedRecorder(database)
    recorder.append([event("一", "organisation:六十六团")])
    recorder.append([event(f"批量{n}", "organisation:六十六团") for n in range(60)])
    stored = list(recorder.read_recorded())
    assert {e.tags[1] for e in stored} == {"organisation:六十六团"}
    assert stored[0].data.decode() == '{"name":"一"}'
    with database.connection() as connection:
        for setting, wanted in {
            "client_encoding": "UTF8",
            "timezone": "UTC",
            "default_transaction_isolation": "read committed",
            "synchronous_commit": "on",
            "search_path": fresh,
        }.items():
            assert connection.execute("SELECT current_setting(%s)", (setting,)).fetchone() == (wanted,)
    assert verify_log(database).differences == []
    recorder.close()
    database.close()
