"""Fixtures: a real PostgreSQL for the whole session, a fresh schema for every test."""

from __future__ import annotations

import contextlib
import itertools
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from psycopg import sql

from assistance.embedded import EmbeddedPostgres
from assistance.wiring import Division
from ledger.store.database import Database
from ledger.store.execute import Ledger
from ledger.store.migrate import migrate
from ledger.store.vault import DivisionKey
from tests.scenario import Scenario, open_division

_numbers = itertools.count(1)


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """``DATABASE_URL`` when it is set (any PostgreSQL 15 or later), an embedded server otherwise."""
    given = os.environ.get("DATABASE_URL")
    if given:
        yield given
        return
    with tempfile.TemporaryDirectory(prefix="ledger-test-", ignore_cleanup_errors=True) as folder:
        server = EmbeddedPostgres(Path(folder) / "pg")
        url = server.start()
        # Processes are killed here, never the machine: what the kernel holds survives, and thousands of schemas come and go.
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute("ALTER SYSTEM SET fsync = off")
            connection.execute("SELECT pg_reload_conf()")
        yield url
        server.stop()


def drop(url: str, *schemas: str) -> None:
    """Drops schemas of tests."""
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("SET client_min_messages = warning")
        for name in schemas:
            connection.execute(sql.SQL("DROP SCHEMA IF EXISTS {} CASCADE").format(sql.Identifier(name)))


@contextlib.contextmanager
def readings_of(url: str, schema: str, key: DivisionKey) -> Iterator[Ledger]:
    """The log of readings of a division, in a fresh schema beside its own."""
    name = f"{schema}_readings"
    migrate(url, name)
    database = Database(url, name, min_size=0, max_size=2)
    opened = Ledger.open(database, key)
    yield opened
    opened.close()
    database.close()
    drop(url, name)


@contextlib.contextmanager
def fresh_division(url: str, name: str, key: DivisionKey, data: Path) -> Iterator[Division]:
    """A migrated, empty division in schemas of its own while the block lasts, for tests that share one."""
    migrate(url, name)
    database = Database(url, name, min_size=1, max_size=8)
    ledger = Ledger.open(database, key)
    with readings_of(url, name, key) as readings:
        yield open_division(url, database, ledger, readings, data)
    ledger.close()
    database.close()
    drop(url, name)


@pytest.fixture
def schema(postgres_url: str) -> Iterator[str]:
    """The name of a fresh, migrated schema, dropped after the test."""
    name = f"test_{os.getpid()}_{next(_numbers)}"
    migrate(postgres_url, name)
    yield name
    drop(postgres_url, name)


@pytest.fixture
def database(postgres_url: str, schema: str) -> Iterator[Database]:
    """A pool of restricted connections to the fresh schema."""
    opened = Database(postgres_url, schema, min_size=1, max_size=8)
    yield opened
    opened.close()


@pytest.fixture(scope="session")
def division_key() -> DivisionKey:
    return DivisionKey(bytes(range(32)))


@pytest.fixture
def ledger(database: Database, division_key: DivisionKey) -> Iterator[Ledger]:
    """A ledger over the fresh schema."""
    opened = Ledger.open(database, division_key)
    yield opened
    opened.close()


@pytest.fixture
def division(
    postgres_url: str, database: Database, ledger: Ledger, division_key: DivisionKey, tmp_path: Path
) -> Iterator[Division]:
    """A division, wired as the programs wire it."""
    with readings_of(postgres_url, database.schema, division_key) as readings:
        yield open_division(postgres_url, database, ledger, readings, tmp_path)


@pytest.fixture
def scenario(division: Division) -> Scenario:
    """A division with two units and standards, ready for commands."""
    made = Scenario(division)
    made.standards()
    return made
