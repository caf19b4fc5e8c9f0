"""Puts the parts together: one division's database, ledger, readings and keys, opened and closed as one."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import psycopg
from psycopg import sql

from assistance.embedded import EmbeddedPostgres
from assistance.readings import Readings
from assistance.settings import Settings
from ledger.store.database import Database
from ledger.store.execute import Ledger
from ledger.store.migrate import migrate
from ledger.store.vault import DivisionKey


@dataclass(frozen=True)
class Division:
    """One division, open: everything a command line or a server works with."""

    settings: Settings
    url: str
    database: Database
    ledger: Ledger
    readings: Readings

    @property
    def schema(self) -> str:
        return self.database.schema


@contextlib.contextmanager
def postgres(settings: Settings) -> Iterator[str]:
    """The URL of the division's PostgreSQL: the configured one, or the embedded one while the block lasts."""
    if settings.database_url:
        yield settings.database_url
        return
    settings.data.mkdir(parents=True, exist_ok=True)
    server = EmbeddedPostgres(settings.postgres_folder)
    try:
        yield server.start()
    finally:
        server.stop()


class NoDivision(LookupError):
    """There is no division of this name in the database.

    数据库中没有该师市的台账；请核对模式名，或先执行 assistance migrate。
    """


class WrongKey(OSError):
    """The division key is missing or is not the one this division's names were sealed under.

    师市密钥缺失或不匹配，无法解密个人信息；请放回原密钥文件。
    """


class OtherData(RuntimeError):
    """The division holds data that is not the demo's: the demo must not be mixed into it.

    该师市已有非示范数据，不得混入示范数据；请用 assistance serve 提供服务。
    """


@dataclass(frozen=True)
class Log:
    """A division's two logs without any key: what verifying, projecting and backing up need."""

    settings: Settings
    url: str
    database: Database
    readings: Database

    @property
    def schema(self) -> str:
        return self.database.schema


def prepare(url: str, settings: Settings, *, create: bool) -> dict[str, list[str]]:
    """Brings both schemas up to date and tells what was applied; raises :class:`NoDivision` where there is none, unless it may be made."""
    if not create:
        with psycopg.connect(url, autocommit=True) as connection:
            _require(connection, settings.schema_name)
    return {schema: migrate(url, schema) for schema in (settings.schema_name, settings.readings_schema)}


def _require(connection: psycopg.Connection[tuple[Any, ...]], schema: str) -> None:
    # A mistyped name must not be answered by a new, empty and perfectly verified log.
    rows = connection.execute(
        "SELECT n.nspname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace"
        " WHERE c.relname = 'log_head' AND n.nspname NOT LIKE '%%\\_readings' ORDER BY n.nspname = %s DESC, 1 LIMIT 50",
        (schema,),
    ).fetchall()
    names = [row[0] for row in rows]
    if schema not in names:
        there = f"there are {', '.join(names)}" if names else "there is none yet: assistance migrate makes it"
        raise NoDivision(f"there is no division in schema {schema}; {there}")


def division_key(url: str, settings: Settings) -> DivisionKey:
    """The division's key; made where there is neither key nor vault. Raises :class:`WrongKey`."""
    path = settings.division_key_file
    with psycopg.connect(url, autocommit=True) as connection:
        row = connection.execute(
            sql.SQL("SELECT subject, wrapped FROM {} WHERE erased_at IS NULL LIMIT 1").format(
                sql.Identifier(settings.schema_name, "vault_keys")
            )
        ).fetchone()
    if row is not None and not path.exists():
        raise WrongKey(
            f"{path} is missing, and a new key would open nothing: put it back, or give its folder with --data"
        )
    try:
        key = DivisionKey.load(path)
        if row is not None:
            key.unwrap(row[0], bytes(row[1]))
    except ValueError:
        raise WrongKey(
            f"{path} is no key, or another division's: it opens none of this division's names"
        ) from None
    return key


@contextlib.contextmanager
def log(settings: Settings) -> Iterator[Log]:
    """A division's logs, migrated and open, no key read. Raises :class:`NoDivision`."""
    with contextlib.ExitStack() as stack:
        url = stack.enter_context(postgres(settings))
        prepare(url, settings, create=False)
        databases = []
        for schema in (settings.schema_name, settings.readings_schema):
            database = Database(url, schema, min_size=0, max_size=4)
            stack.callback(database.close)
            databases.append(database)
        yield Log(settings, url, *databases)


@contextlib.contextmanager
def division(settings: Settings, *, create: bool = True) -> Iterator[Division]:
    """A migrated, open division; closed, and the embedded database stopped, when the block ends.

    Raises :class:`NoDivision` where there is none and none may be made.
    """
    with contextlib.ExitStack() as stack:
        url = stack.enter_context(postgres(settings))
        prepare(url, settings, create=create)
        key = division_key(url, settings)
        database = Database(url, settings.schema_name, min_size=1, max_size=20)
        stack.callback(database.close)
        ledger = Ledger.open(database, key)
        stack.callback(ledger.close)
        read_database = Database(url, settings.readings_schema, min_size=0, max_size=4)
        stack.callback(read_database.close)
        readings = Ledger.open(read_database, key)
        stack.callback(readings.close)
        yield Division(settings, url, database, ledger, Readings(readings))
