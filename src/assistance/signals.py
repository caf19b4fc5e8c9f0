"""Stopping in order: Ctrl-C, a stop from the service manager and a closed terminal unwind the program, once."""

from __future__ import annotations

import contextlib
import signal
import threading
from collections.abc import Iterator
from types import FrameType

STOPPING = [s for s in (getattr(signal, name, None) for name in ("SIGINT", "SIGTERM", "SIGHUP")) if s]


class Interrupted(BaseException):
    """Somebody asked the program to stop.

    程序被要求停止。
    """

    def __init__(self, number: int) -> None:
        self.number = number
        super().__init__(signal.Signals(number).name)


class _Stops:
    """What was asked, and whether it must wait."""

    def __init__(self) -> None:
        self.stopping = False
        self.waiting: int | None = None
        self.undisturbed = 0

    def asked(self, number: int, _: FrameType | None) -> None:
        # Asked again while everything is being stopped: going on is the quickest way to obey.
        if self.stopping:
            return
        if self.undisturbed:
            self.waiting = number
            return
        self.stopping = True
        raise Interrupted(number)


_stops = _Stops()


@contextlib.contextmanager
def stoppable() -> Iterator[None]:
    """While the block lasts, being asked to stop raises :class:`Interrupted` in the main thread, once."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = {number: signal.signal(number, _stops.asked) for number in STOPPING}
    _stops.stopping, _stops.waiting = False, None
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


@contextlib.contextmanager
def undisturbed() -> Iterator[None]:
    """What must not be cut in two: being asked to stop waits until the block has ended."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    _stops.undisturbed += 1
    try:
        yield
    finally:
        _stops.undisturbed -= 1
        number, _stops.waiting = _stops.waiting, None
        if number is not None and not _stops.undisturbed and not _stops.stopping:
            _stops.stopping = True
            raise Interrupted(number)
