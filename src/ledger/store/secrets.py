"""Secrets in files of their own: made once, whole or not at all, readable by their owner only."""

from __future__ import annotations

import os
from pathlib import Path


def load_secret(path: Path) -> bytes:
    """The 32 bytes in `path`, hexadecimal; made there (mode 0600) if the file does not exist.

    Several processes that start at once agree on one secret, and a crash never leaves half of one:
    the file is written and flushed under another name, and gets its own only if nobody was first.
    """
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        _make(path, os.urandom(32))
    return bytes.fromhex(path.read_text().strip())


def _make(path: Path, secret: bytes) -> None:
    draft = path.with_name(f".{path.name}.{os.urandom(8).hex()}")
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(handle, "w") as file:
            file.write(secret.hex() + "\n")
            file.flush()
            os.fsync(file.fileno())
        try:
            os.link(draft, path)
        except FileExistsError:
            return
        flush_folder(path.parent)
    finally:
        draft.unlink()


def flush_folder(folder: Path) -> None:
    """Makes the names of new files in `folder` survive a power cut."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
