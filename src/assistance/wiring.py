"""Puts the parts together: one division's database, ledger, readings and keys, opened and closed as one."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass

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


@contextlib.contextmanager
def division(settings: Settings) -> Iterator[Division]:
    """A migrated, open division; closed, and the embedded database stopped, when the block ends."""
    with contextlib.ExitStack() as stack:
        url = stack.enter_context(postgres(settings))
        migrate(url, settings.schema_name)
        migrate(url, settings.readings_schema)
        key = DivisionKey.load(settings.division_key_file)
        database = Database(url, settings.schema_name, min_size=1, max_size=20)
        stack.callback(database.close)
        ledger = Ledger.open(database, key)
        stack.callback(ledger.close)
        read_database = Database(url, settings.readings_schema, min_size=0, max_size=4)
        stack.callback(read_database.close)
        readings = Ledger.open(read_database, key)
        stack.callback(readings.close)
        yield Division(settings, url, database, ledger, Readings(readings))
