"""Connections to one division's schema: pinned search path and time zone, in the role that may only add."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Any

import psycopg
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict, make_conninfo
from psycopg_pool import ConnectionPool

from ledger.store.migrate import ROLE, checked_name, may_become

Connection = psycopg.Connection[tuple[Any, ...]]

HOLD_WRITER = (
    "SELECT set_config('idle_in_transaction_session_timeout',"
    " coalesce(nullif(current_setting('ledger.writer_idle', true), ''), '30s'), true), lock_writer()"
)
"""Takes the writer's lock for a transaction of several statements, whose session ends if it goes silent."""

_PATIENCE = {
    "connect_timeout": 10,
    "keepalives_idle": 15,
    "keepalives_interval": 5,
    "keepalives_count": 3,
    "tcp_user_timeout": 30_000,
}
"""A connection that went silent is noticed within half a minute; the connection string may say otherwise."""

_PINNED = """
    SELECT set_config('search_path', quote_ident(%s), false), set_config('timezone', 'UTC', false),
        set_config('default_transaction_isolation', 'read committed', false),
        set_config('synchronous_commit', CASE current_setting('synchronous_commit')
            WHEN 'off' THEN 'on' ELSE current_setting('synchronous_commit') END, false),
        set_config('jit', 'off', false)
"""
"""What a server, a role or an environment may have set otherwise, and the log depends on; compiling its short
statements would take longer than running them."""


def _missing(conninfo: str) -> dict[str, int]:
    given = conninfo_to_dict(conninfo)
    return {name: value for name, value in _PATIENCE.items() if name not in given}


class Database:
    """A pool of connections to `schema`, autocommit, UTC, UTF-8, in the restricted role where the server has it.

    Who finds no connection within `timeout` seconds is told so; `role=None` keeps the role of the connection string, for owners of views and for maintenance.
    """

    def __init__(
        self,
        conninfo: str,
        schema: str,
        *,
        min_size: int = 1,
        max_size: int = 10,
        role: str | None = ROLE,
        timeout: float = 30,
    ) -> None:
        self.conninfo = make_conninfo(conninfo, **_missing(conninfo))
        self.schema = checked_name(schema)
        self._role = role
        self._pool: ConnectionPool[Connection] = ConnectionPool(
            self.conninfo,
            min_size=min_size,
            max_size=max_size,
            kwargs={"autocommit": True, "client_encoding": "UTF8"},
            configure=self.configure,
            check=ConnectionPool.check_connection,
            timeout=timeout,
            open=True,
        )

    @property
    def channel(self) -> str:
        """The channel on which appends to this division's log are announced."""
        return f"ledger_{self.schema}"

    def configure(self, connection: Connection) -> None:
        """Sets search path, time zone, encoding, isolation and role of a new connection."""
        connection.execute(_PINNED, (self.schema,))
        if self._role is not None:
            member = connection.execute(
                "SELECT EXISTS (SELECT 1 FROM pg_roles WHERE rolname = %s AND pg_has_role(oid, %s))",
                (self._role, may_become(connection)),
            ).fetchone()
            if member is not None and member[0]:
                connection.execute(sql.SQL("SET ROLE {}").format(sql.Identifier(self._role)))

    def connect(self) -> Connection:
        """A configured connection outside the pool, for listening or streaming; close it yourself."""
        connection = psycopg.connect(self.conninfo, autocommit=True, client_encoding="UTF8")
        self.configure(connection)
        return connection

    @contextlib.contextmanager
    def connection(self) -> Iterator[Connection]:
        """A connection from the pool. Raises psycopg's ``PoolTimeout`` when none is free in time."""
        with self._pool.connection() as connection:
            yield connection

    def close(self) -> None:
        """Closes every connection."""
        self._pool.close()
