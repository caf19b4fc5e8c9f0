"""What went wrong, in words and as an exit code: one table for every command."""

from __future__ import annotations

from typing import Any, NamedTuple

import psycopg

from assistance.bank import BankFileError
from assistance.embedded import NotStarted
from assistance.erasures import BadErasureList, NoSuchSubject
from assistance.listening import PortTaken
from assistance.signals import Interrupted
from assistance.wiring import NoDivision, OtherData, WrongKey
from ledger.kernel import Refused
from ledger.store.backup import BackupError
from ledger.store.checkpoint import HistoryLost, InvalidCheckpoint
from ledger.store.failures import Busy, ConnectionLost, words_of
from ledger.store.mapper import UnknownEventType
from ledger.store.migrate import MigrationAltered, SchemaTooNew, UnsuitableServer
from ledger.store.vault import Erased, SealedTextAltered, WrongDivisionKey
from projections.rebuild import BadMoment, BadSuffix, UnknownView, ViewsInUse

REFUSED = 1
WRONG_USE = 2
UNREACHABLE = 3

_CODES: list[tuple[type[BaseException], int]] = [
    (BackupError, REFUSED),
    (HistoryLost, REFUSED),
    (InvalidCheckpoint, REFUSED),
    (BankFileError, REFUSED),
    (OtherData, REFUSED),
    (Busy, REFUSED),
    (ConnectionLost, UNREACHABLE),
    (SchemaTooNew, REFUSED),
    (MigrationAltered, REFUSED),
    (UnknownEventType, REFUSED),
    (Erased, REFUSED),
    (SealedTextAltered, REFUSED),
    (ViewsInUse, REFUSED),
    (NoDivision, WRONG_USE),
    (NoSuchSubject, WRONG_USE),
    (BadErasureList, WRONG_USE),
    (UnknownView, WRONG_USE),
    (BadMoment, WRONG_USE),
    (BadSuffix, WRONG_USE),
    (NotStarted, UNREACHABLE),
    (UnsuitableServer, UNREACHABLE),
    (WrongKey, UNREACHABLE),
    (WrongDivisionKey, UNREACHABLE),
    (PortTaken, UNREACHABLE),
]

_DATABASE = (
    psycopg.OperationalError,
    psycopg.InterfaceError,
    psycopg.InternalError,
    psycopg.errors.InsufficientPrivilege,
)
"""What the server, not the program, is the cause of: gone, full, damaged, read-only, or it does not let us."""


class Failure(NamedTuple):
    """One failure: as text for people, as facts for programs, and its exit code."""

    text: str
    facts: dict[str, Any]
    exit_code: int


def failure_of(error: BaseException) -> Failure | None:
    """The failure an exception means; None for a defect of the program, which must be seen as one."""
    if isinstance(error, Refused):
        return _refused(error)
    if isinstance(error, Interrupted):
        told = "stopped; the same command goes on where it stopped", "已停止；再次执行同一命令即可继续"
        return _failure(error, *told, 128 + error.number)
    for kind, code in _CODES:
        if isinstance(error, kind):
            return _failure(error, *_words(error), code)
    if isinstance(error, psycopg.ProgrammingError) and error.sqlstate is None:
        return _failure(
            error, f"DATABASE_URL is not understood: {_first(error)}", "DATABASE_URL 格式有误", WRONG_USE
        )
    if isinstance(error, _DATABASE):
        return _failure(error, f"the database cannot be used: {_first(error)}", "无法使用数据库", UNREACHABLE)
    if isinstance(error, OSError):
        return _failure(error, f"cannot be used: {error}", "文件、目录或端口不可用", UNREACHABLE)
    return None


def _refused(refusal: Refused) -> Failure:
    article = f" [{refusal.ARTICLE}]" if refusal.ARTICLE else ""
    text = f"refused {refusal.code}{article}: {refusal.english}\n不予办理{article}：{refusal.chinese}"
    facts = {
        "error": refusal.code,
        "refused": refusal.code,
        "en": refusal.english,
        "zh": refusal.chinese,
        "article": refusal.ARTICLE,
    }
    return Failure(text, facts, REFUSED)


def _failure(error: BaseException, english: str, chinese: str, code: int) -> Failure:
    facts = {"error": type(error).__name__, "en": english, "zh": chinese}
    return Failure(f"{english}\n{chinese}", facts, code)


def _words(error: BaseException) -> tuple[str, str]:
    """What happened, and the docstring's Chinese line: the rule."""
    rule, chinese = words_of(type(error))
    said = str(error)
    # Some errors name their subject only.
    return (said if " " in said else f"{rule} {said}".strip(), chinese)


def _first(error: BaseException) -> str:
    lines = str(error).strip().splitlines()
    return lines[0] if lines else type(error).__name__
