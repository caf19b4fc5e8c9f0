"""The port the API is served on, taken before anything else is started: a port in use is told at once."""

from __future__ import annotations

import socket


class PortTaken(OSError):
    """The address cannot be listened on: something else uses the port, or it may not be used.

    该地址或端口不可用：可能已被其他程序占用，请用 --port 另选端口。
    """


def listen(host: str, port: int) -> socket.socket:
    """A listening socket on `host` and `port` (0: any free one). Raises :class:`PortTaken`."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family, backlog=2048)
    except (OSError, OverflowError) as error:
        raise PortTaken(f"cannot listen on {host}:{port}: {error}; choose another with --port") from error
