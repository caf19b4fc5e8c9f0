"""Announcing appends: after the commit, outside the writer's transaction, many appends in one notice.

NOTIFY inside the writers' transactions would serialise the commits of every division on a server.
A notice that is lost costs a subscriber at most the second until it looks by itself.
"""

from __future__ import annotations

import threading

import psycopg

from ledger.store.database import Connection, Database

_PAUSE = 0.01
"""Seconds between two notices: the first append after a quiet moment is told at once, a busy stretch in one."""


class Notifier:
    """One thread that tells the division's channel how far the log has come."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._wake = threading.Condition()
        self._latest = 0
        self._told = 0
        self._closed = False
        self._thread: threading.Thread | None = None

    def appended(self, position: int) -> None:
        """The log now reaches at least `position`."""
        with self._wake:
            self._latest = max(self._latest, position)
            if self._thread is None and not self._closed:
                self._thread = threading.Thread(target=self._run, name="ledger-notifier", daemon=True)
                self._thread.start()
            self._wake.notify()

    def close(self) -> None:
        """Tells what is still to be told and ends."""
        with self._wake:
            self._closed = True
            self._wake.notify()
        if self._thread is not None:
            self._thread.join(5)

    def _run(self) -> None:
        connection: Connection | None = None
        while True:
            with self._wake:
                while self._latest == self._told and not self._closed:
                    self._wake.wait()
                if self._latest == self._told:
                    break
                position = self._latest
            try:
                if connection is None or connection.closed:
                    connection = self._database.connect()
                    connection.execute("SET synchronous_commit = off")
                connection.execute(
                    "SELECT pg_notify(%s, %s)", (self._database.channel, str(position)), prepare=True
                )
            except psycopg.Error:
                # Subscribers look by themselves every second.
                if connection is not None:
                    connection.close()
                connection = None
            with self._wake:
                self._told = position
                if not self._closed:
                    self._wake.wait(_PAUSE)
        if connection is not None:
            connection.close()
