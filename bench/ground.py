"""What the measuring stands on: a fresh PostgreSQL with fsync on, a UmaDB server, and what machine it was."""

from __future__ import annotations

import contextlib
import itertools
import os
import platform
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import psycopg
import umadb
from eventsourcing.dcb.postgres_tt import PostgresDCBRecorderTT
from eventsourcing.postgres import PostgresDatastore
from psycopg.conninfo import conninfo_to_dict

from assistance.embedded import EmbeddedPostgres
from ledger.store.database import Database
from ledger.store.migrate import migrate
from ledger.store.recorder import SealedRecorder

_numbers = itertools.count(1)


@contextlib.contextmanager
def postgres() -> Iterator[str]:
    """The URL of ``DATABASE_URL``, or of an embedded server in a fresh folder that ends with the block."""
    given = os.environ.get("DATABASE_URL")
    if given:
        yield given
        return
    with tempfile.TemporaryDirectory(prefix="ledger-bench-", ignore_cleanup_errors=True) as folder:
        server = EmbeddedPostgres(Path(folder) / "pg")
        url = server.start()
        try:
            yield url
        finally:
            server.stop()


def describe(url: str) -> str:
    """One line about machine, versions and the settings that matter for speed."""
    with psycopg.connect(url) as connection:
        settings = {
            name: connection.execute("SELECT current_setting(%s)", (name,)).fetchone()[0]  # type: ignore[index]
            for name in ("server_version", "fsync", "synchronous_commit", "shared_buffers", "max_wal_size")
        }
    memory = round(psutil.virtual_memory().total / 2**30)
    return (
        f"{os.cpu_count()} cores, {memory} GiB, Python {platform.python_version()}, PostgreSQL "
        + ", ".join(
            f"{value}" if name == "server_version" else f"{name}={value}" for name, value in settings.items()
        )
    )


def schema(url: str) -> str:
    """The name of a fresh, migrated schema."""
    name = f"bench_{os.getpid()}_{next(_numbers)}"
    migrate(url, name)
    return name


@contextlib.contextmanager
def ours(url: str, name: str | None = None) -> Iterator[SealedRecorder]:
    """Our recorder over a fresh schema (or a given one), as the programs open it."""
    database = Database(url, name or schema(url), min_size=2, max_size=20)
    recorder = SealedRecorder(database)
    try:
        yield recorder
    finally:
        recorder.close()
        database.close()


def library_datastore(url: str, dbname: str | None = None) -> PostgresDatastore:
    """The library's connection pool on the same server."""
    given = conninfo_to_dict(url)
    return PostgresDatastore(
        dbname=str(dbname or given.get("dbname") or "postgres"), host=str(given.get("host") or "127.0.0.1"),
        port=str(given.get("port") or 5432), user=str(given.get("user") or "postgres"),
        password=str(given.get("password") or ""), pool_size=20, max_overflow=0, single_row_tracking=True,
    )  # fmt: skip


@contextlib.contextmanager
def library(url: str) -> Iterator[tuple[PostgresDCBRecorderTT, str]]:
    """The library's DCB recorder in a database of its own (its tables can only stand in ``public``), and its name."""
    name = f"bench_library_{os.getpid()}_{next(_numbers)}"
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}".encode())
    datastore = library_datastore(url, name)
    recorder = PostgresDCBRecorderTT(datastore)
    recorder.create_table()
    try:
        yield recorder, name
    finally:
        datastore.close()
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)".encode())


@contextlib.contextmanager
def umadb_server() -> Iterator[str]:
    """The URL of a UmaDB server from its wheel, in a fresh folder."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    program = Path(sys.executable).with_name("umadb")
    with tempfile.TemporaryDirectory(prefix="ledger-umadb-") as folder:
        process = subprocess.Popen(
            [str(program), "--listen", f"127.0.0.1:{port}", "--db-path", f"{folder}/uma.db"],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        try:
            url = f"http://127.0.0.1:{port}"
            _await_umadb(url)
            yield url
        finally:
            process.terminate()
            process.wait(20)


def _await_umadb(url: str) -> None:
    for _ in range(100):
        try:
            umadb.Client(url).head()
            return
        except Exception:
            time.sleep(0.1)
    raise RuntimeError("the UmaDB server did not start")
