"""Erasing people and households for good, and the list of it kept beside the keys, so that no restored backup brings them back."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from pathlib import Path

from assistance.wiring import Division
from ledger.kernel import Actor
from ledger.store.database import Database
from ledger.store.secrets import flush_folder

_SUBJECT = re.compile(r"(person|household):[^\s|:]+")
_HEADER = "# Erased for good: `assistance restore` erases them again. 已永久销毁，恢复备份时须再次销毁。\n"


class NoSuchSubject(LookupError):
    """No personal data was ever kept under this id; nothing was erased.

    没有以该编号加密保存的个人信息，未作任何销毁；编号形如 person:… 或 household:…。
    """


class BadErasureList(ValueError):
    """The list of erasures cannot be used: every line begins with person:… or household:….

    销毁清单无法使用：每行应以 person:… 或 household:… 开头。
    """


def erase(
    division: Division, subjects: Sequence[str], document: str, actor: Actor, now: datetime
) -> list[str]:
    """Erases the keys of these subjects; gives those that were still there. All must be known, or none is erased.

    Listed and recorded first: cut off half-way, the same again ends it. Raises :class:`NoSuchSubject`.
    """
    standing = division.ledger.vault.standing(subjects)
    for subject in subjects:
        if subject not in standing:
            raise NoSuchSubject(f"nothing was ever kept under {subject}")
    note(division.settings.erasures_file, dict.fromkeys(subjects, now))
    left = [subject for subject in dict.fromkeys(subjects) if standing[subject]]
    if left:
        division.readings.record_erasure(actor, left, document, now)
    for subject in left:
        division.ledger.vault.erase(subject)
    return left


def erased_in(database: Database) -> dict[str, datetime]:
    """The subjects whose keys this division has erased, and when."""
    with database.connection() as connection:
        rows = connection.execute(
            "SELECT subject, erased_at FROM vault_keys WHERE erased_at IS NOT NULL ORDER BY erased_at, subject"
        ).fetchall()
    return dict(rows)


def read_list(path: Path) -> list[str]:
    """The subjects of a list of erasures, in order. Raises :class:`BadErasureList`."""
    try:
        lines = path.read_text(encoding="utf-8-sig").splitlines()
    except UnicodeDecodeError as error:
        raise BadErasureList(f"{path} is no text 不是文本文件") from error
    found = []
    for number, line in enumerate(lines, 1):
        if not line.strip() or line.startswith("#"):
            continue
        subject = line.split()[0]
        if not _SUBJECT.fullmatch(subject):
            raise BadErasureList(f"{path}, line {number} is no erasure 第{number}行不是销毁记录")
        found.append(subject)
    return list(dict.fromkeys(found))


def note(path: Path, erased: dict[str, datetime]) -> int:
    """Adds to the list what it does not hold yet; gives how many subjects it now holds. On the disk when it returns."""
    known = read_list(path) if path.exists() else []
    new = [
        f"{s}\t{at.astimezone(UTC).isoformat(timespec='seconds')}\n"
        for s, at in erased.items()
        if s not in set(known)
    ]
    if new:
        path.parent.mkdir(parents=True, exist_ok=True)
        _append(path, [_HEADER, *new] if not known and not path.exists() else new)
    return len(known) + len(new)


def _append(path: Path, lines: Iterable[str]) -> None:
    handle = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    with os.fdopen(handle, "a", encoding="utf-8") as file:
        file.write("".join(lines))
        file.flush()
        os.fsync(file.fileno())
    flush_folder(path.parent)
