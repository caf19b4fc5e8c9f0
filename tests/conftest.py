"""Fixtures: a real PostgreSQL for the whole session, a fresh schema for every test."""

from __future__ import annotations

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
        yield url
        server.stop()


@pytest.fixture
def schema(postgres_url: str) -> Iterator[str]:
    """The name of a fresh, migrated schema, dropped after the test."""
    name = f"test_{os.getpid()}_{next(_numbers)}"
    migrate(postgres_url, name)
    yield name
    with psycopg.connect(postgres_url, autocommit=True) as connection:
        connection.execute("SET client_min_messages = warning")
        connection.execute(sql.SQL("DROP SCHEMA IF EXISTS {} CASCADE").format(sql.Identifier(name)))


@pytest.fixture
def database(postgres_url: str, schema: str) -> Iterator[Database]:
    """A pool of restricted connections to the fresh schema."""
    opened = Database(postgres_url, schema, min_size=1, max_size=8)
    yield opened
    opened.close()


@pytest.fixture
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
    migrate(postgres_url, f"{database.schema}_readings")
    reading_database = Database(postgres_url, f"{database.schema}_readings", min_size=0, max_size=2)
    readings = Ledger.open(reading_database, division_key)
    yield open_division(postgres_url, database, ledger, readings, tmp_path)
    readings.close()
    reading_database.close()
    with psycopg.connect(postgres_url, autocommit=True) as connection:
        connection.execute("SET client_min_messages = warning")
        connection.execute(
            sql.SQL("DROP SCHEMA IF EXISTS {} CASCADE").format(sql.Identifier(f"{database.schema}_readings"))
        )


@pytest.fixture
def scenario(division: Division) -> Scenario:
    """A division with two units and standards, ready for commands."""
    made = Scenario(division)
    made.standards()
    return made
