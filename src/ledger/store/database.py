"""Connections to one division's schema: pinned search path and time zone, in the role that may only add."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Any

import psycopg
from psycopg import sql
from psycopg_pool import ConnectionPool

from ledger.store.migrate import ROLE

Connection = psycopg.Connection[tuple[Any, ...]]


class Database:
    """A pool of connections to `schema`, autocommit, UTC, in the restricted role where the server has it.

    `role=None` keeps the role of the connection string, for owners of views and for maintenance.
    """

    def __init__(
        self, conninfo: str, schema: str, *, min_size: int = 1, max_size: int = 10, role: str | None = ROLE
    ) -> None:
        self.conninfo = conninfo
        self.schema = schema
        self._role = role
        self._pool: ConnectionPool[Connection] = ConnectionPool(
            conninfo,
            min_size=min_size,
            max_size=max_size,
            kwargs={"autocommit": True},
            configure=self.configure,
            check=ConnectionPool.check_connection,
            timeout=30,
            open=True,
        )

    @property
    def channel(self) -> str:
        """The channel on which appends to this division's log are announced."""
        return f"ledger_{self.schema}"

    def configure(self, connection: Connection) -> None:
        """Sets search path, time zone and role of a new connection."""
        connection.execute(sql.SQL("SET search_path TO {}").format(sql.Identifier(self.schema)))
        connection.execute("SET timezone TO 'UTC'")
        if self._role is not None:
            member = connection.execute(
                "SELECT EXISTS (SELECT 1 FROM pg_roles WHERE rolname = %s AND pg_has_role(oid, 'MEMBER'))",
                (self._role,),
            ).fetchone()
            if member is not None and member[0]:
                connection.execute(sql.SQL("SET ROLE {}").format(sql.Identifier(self._role)))

    def connect(self) -> Connection:
        """A configured connection outside the pool, for listening or streaming; close it yourself."""
        connection = psycopg.connect(self.conninfo, autocommit=True)
        self.configure(connection)
        return connection

    @contextlib.contextmanager
    def connection(self) -> Iterator[Connection]:
        """A connection from the pool. Raises psycopg's ``PoolTimeout`` when none is free for 30 s."""
        with self._pool.connection() as connection:
            yield connection

    def close(self) -> None:
        """Closes every connection."""
        self._pool.close()
