"""Fixtures: a log of its own, and one that a whole module shares."""

from __future__ import annotations

import os
from collections.abc import Iterator

import psycopg
import pytest
from psycopg import sql

from ledger.store.migrate import migrate
from projections.runner import connect
from tests.projections.folding import Log


@pytest.fixture(scope="module")
def shared_log(postgres_url: str, request: pytest.FixtureRequest) -> Iterator[Log]:
    """One log for all tests of a module: histories of different worlds never meet."""
    name = f"views_{os.getpid()}_{request.module.__name__.rsplit('.', 1)[-1]}"
    migrate(postgres_url, name)
    with connect(postgres_url, name) as connection:
        # Many small schemas in one test session: nothing here outlives a crash anyway.
        connection.execute("SET synchronous_commit = off")
        yield Log(postgres_url, name, connection)
    with psycopg.connect(postgres_url, autocommit=True) as owner:
        owner.execute("SET client_min_messages = warning")
        owner.execute(sql.SQL("DROP SCHEMA IF EXISTS {} CASCADE").format(sql.Identifier(name)))


@pytest.fixture
def log(postgres_url: str, schema: str) -> Iterator[Log]:
    """A log of the test's own."""
    with connect(postgres_url, schema) as connection:
        yield Log(postgres_url, schema, connection)
