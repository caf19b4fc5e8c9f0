"""A TCP proxy before PostgreSQL that loses connections at the worst moment."""

from __future__ import annotations

import contextlib
import socket
import threading

from psycopg.conninfo import conninfo_to_dict, make_conninfo

READY = b"Z\x00\x00\x00\x05"
"""The server's last word on what it was sent: it has committed, or not, and is ready for more."""


class LosingProxy:
    """Passes everything through, until told to lose what holds certain bytes.

    `lose_reply` drops the connection after the server has done what the bytes asked for and
    answered; `lose_request` before they reach the server. Each happens once.
    """

    def __init__(self, conninfo: str) -> None:
        self._upstream = conninfo_to_dict(conninfo)
        self._server = socket.create_server(("127.0.0.1", 0))
        port = self._server.getsockname()[1]
        self.conninfo = make_conninfo(
            conninfo, host="127.0.0.1", port=port, sslmode="disable", gssencmode="disable"
        )
        self.lose_reply: bytes | None = None
        self.lose_request: bytes | None = None
        self.lost = 0
        self._sockets: list[socket.socket] = []
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self) -> None:
        """Ends every connection and refuses new ones."""
        self._server.close()
        for each in self._sockets:
            each.close()

    def _connect(self) -> socket.socket:
        host, port = str(self._upstream.get("host") or "localhost"), int(self._upstream.get("port") or 5432)
        if host.startswith("/"):
            made = socket.socket(socket.AF_UNIX)
            made.connect(f"{host}/.s.PGSQL.{port}")
            return made
        return socket.create_connection((host, port))

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._server.accept()
                server = self._connect()
            except OSError:
                return
            self._sockets += [client, server]
            losing = threading.Event()
            threading.Thread(target=self._requests, args=(client, server, losing), daemon=True).start()
            threading.Thread(target=self._replies, args=(client, server, losing), daemon=True).start()

    def _requests(self, client: socket.socket, server: socket.socket, losing: threading.Event) -> None:
        seen = b""
        try:
            while block := client.recv(1 << 16):
                seen = seen[-200:] + block
                if self.lose_request is not None and self.lose_request in seen:
                    self.lose_request = None
                    self.lost += 1
                    break
                if self.lose_reply is not None and self.lose_reply in seen:
                    self.lose_reply = None
                    losing.set()
                server.sendall(block)
        except OSError:
            pass
        if not losing.is_set():
            _end(client, server)

    def _replies(self, client: socket.socket, server: socket.socket, losing: threading.Event) -> None:
        seen = b""
        try:
            while block := server.recv(1 << 16):
                if losing.is_set():
                    seen += block
                    if seen[-6:-1] == READY:
                        self.lost += 1
                        break
                    continue
                client.sendall(block)
        except OSError:
            pass
        _end(client, server)


def _end(*sockets: socket.socket) -> None:
    for each in sockets:
        with contextlib.suppress(OSError):
            each.shutdown(socket.SHUT_RDWR)
        each.close()
