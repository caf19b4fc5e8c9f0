"""What may go wrong between a caller and the log, told apart: nothing was recorded, or nobody can say."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

import psycopg
from psycopg_pool import PoolTimeout


class Busy(Exception):
    """The facts of this decision kept changing; nothing was recorded, try again.

    相关数据正在被频繁修改，未作登记，请重试。
    """


class WriterStuck(Busy):
    """Another writer held the log for too long; nothing was recorded, try again.

    台账写入被长时间占用，未作登记，请稍后重试。
    """


class ConnectionLost(psycopg.OperationalError):
    """The connection broke before the database answered; the same command id tells what became of it.

    与数据库的连接中断，登记结果未知；请用同一命令编号重试。
    """


def words_of(kind: type[BaseException]) -> tuple[str, str]:
    """What a kind of error means, in English and 中文: the first and the last line of its docstring."""
    lines = [line.strip() for line in (kind.__doc__ or "").splitlines() if line.strip()]
    return (lines[0], lines[-1]) if lines else (kind.__name__, kind.__name__)


def is_lost(error: BaseException) -> bool:
    """Whether the connection broke, so that only the command id can tell if anything was committed.

    An error the server reported for a statement is no loss: that statement was rolled back. A
    server that shuts down, crashes or ends the session may have committed before it said so.
    """
    if isinstance(error, PoolTimeout):
        return False
    if isinstance(error, psycopg.OperationalError):
        state = error.sqlstate
        return state is None or state.startswith(("08", "57P"))
    return isinstance(error, psycopg.InterfaceError)


def told(error: BaseException) -> BaseException:
    """The error as a caller should see it: a new one for each caller, so that threads share none."""
    if isinstance(error, psycopg.errors.LockNotAvailable | psycopg.errors.IdleInTransactionSessionTimeout):
        found: BaseException = WriterStuck()
    elif is_lost(error):
        found = ConnectionLost(str(error))
    else:
        return error
    found.__cause__ = error
    return found


@contextlib.contextmanager
def telling() -> Iterator[None]:
    """Raises :class:`WriterStuck` or :class:`ConnectionLost` in place of the database's own error."""
    try:
        yield
    except psycopg.Error as error:
        raise told(error) from error
