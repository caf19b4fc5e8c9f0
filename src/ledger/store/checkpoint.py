"""Signed checkpoints: the log's size and root, as a C2SP tlog-checkpoint in a signed note (Ed25519).

A checkpoint someone kept lets them prove later that the history they saw is a prefix of today's.
"""

from __future__ import annotations

import base64
import hashlib
from pathlib import Path
from typing import NamedTuple

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from ledger.store.database import Connection, Database
from ledger.store.merkle import Frontier, range_root
from ledger.store.proofs import TreeReader
from ledger.store.secrets import load_secret

_ED25519 = b"\x01"
_SIGNATURE = "— "


class InvalidCheckpoint(ValueError):
    """The note is no checkpoint of this log, or its signature does not hold.

    检查点无效。
    """


class HistoryLost(RuntimeError):
    """The log is not a continuation of what a trusted checkpoint saw: an older copy, or another history.

    台账不是可信检查点所见历史的延续：可能恢复了旧备份或历史被改写。
    """


class Checkpoint(NamedTuple):
    """What a checkpoint says: the log's name, how many events it holds, and the root over them."""

    origin: str
    size: int
    root: bytes

    @property
    def body(self) -> str:
        """The text that is signed."""
        return f"{self.origin}\n{self.size}\n{base64.b64encode(self.root).decode()}\n"


def _key_id(name: str, public: bytes) -> bytes:
    return hashlib.sha256(name.encode() + b"\n" + _ED25519 + public).digest()[:4]


class Verifier:
    """A public key in the note format ``name+hash+base64``: what an auditor keeps."""

    def __init__(self, vkey: str) -> None:
        try:
            self.name, key_hash, encoded = vkey.strip().split("+", 2)
            raw = base64.b64decode(encoded, validate=True)
        except ValueError as error:
            raise InvalidCheckpoint(f"not a verifier key: {vkey!r}") from error
        if raw[:1] != _ED25519 or len(raw) != 33 or _key_id(self.name, raw[1:]).hex() != key_hash:
            raise InvalidCheckpoint(f"not an Ed25519 verifier key: {vkey!r}")
        self._id = bytes.fromhex(key_hash)
        self._key = Ed25519PublicKey.from_public_bytes(raw[1:])

    def verify(self, note: str) -> Checkpoint:
        """The checkpoint in a note this key signed. Raises :class:`InvalidCheckpoint`."""
        text, separator, signatures = note.partition("\n\n")
        if not separator:
            raise InvalidCheckpoint("the note has no signature")
        body = text + "\n"
        *lines, end = signatures.split("\n")
        if end or not all(line.startswith(_SIGNATURE) for line in lines):
            raise InvalidCheckpoint("the note has other lines than signatures after its text")
        for line in lines:
            name, _, encoded = line.removeprefix(_SIGNATURE).rpartition(" ")
            if name != self.name:
                continue
            try:
                raw = _decoded(encoded)
                if raw[:4] == self._id:
                    self._key.verify(raw[4:], body.encode())
                    return parse(body)
            except (ValueError, InvalidSignature):
                break
        raise InvalidCheckpoint(f"no signature of {self.name} holds")


def parse(body: str) -> Checkpoint:
    """The checkpoint a note's text states; says nothing about signatures."""
    lines = body.split("\n")
    try:
        origin, size, root = lines[0], int(lines[1]), _decoded(lines[2])
    except (IndexError, ValueError) as error:
        raise InvalidCheckpoint("a checkpoint is origin, size and root on three lines") from error
    if not origin or len(root) != 32 or str(size) != lines[1] or size < 0:
        raise InvalidCheckpoint("a checkpoint is origin, size and root on three lines")
    return Checkpoint(origin, size, root)


def _decoded(text: str) -> bytes:
    """Base64 in its one canonical form; the standard decoder lets unused bits be anything."""
    raw = base64.b64decode(text, validate=True)
    if base64.b64encode(raw).decode() != text:
        raise ValueError("not canonical base64")
    return raw


class Signer:
    """The log's own key: an Ed25519 seed in a file, named like the log."""

    def __init__(self, name: str, seed: bytes) -> None:
        self.name = name
        self._key = Ed25519PrivateKey.from_private_bytes(seed)
        self._public = self._key.public_key().public_bytes_raw()

    @classmethod
    def load(cls, path: Path, name: str) -> Signer:
        """The key in `path` (hexadecimal seed); made there, mode 0600, if the file does not exist."""
        return cls(name, load_secret(path))

    @property
    def vkey(self) -> str:
        """The public key to hand out."""
        encoded = base64.b64encode(_ED25519 + self._public).decode()
        return f"{self.name}+{_key_id(self.name, self._public).hex()}+{encoded}"

    def sign(self, checkpoint: Checkpoint) -> str:
        """The checkpoint as a signed note."""
        signature = _key_id(self.name, self._public) + self._key.sign(checkpoint.body.encode())
        return f"{checkpoint.body}\n{_SIGNATURE}{self.name} {base64.b64encode(signature).decode()}\n"


def make_checkpoint(database: Database, signer: Signer) -> str:
    """Signs the log as it stands and stores the note; the same size gives the same note again.

    Never signs two histories: raises :class:`HistoryLost` when the log does not continue the last
    checkpoint that is stored.
    """
    with database.connection() as connection:
        row = connection.execute("SELECT size, frontier FROM log_head").fetchone()
        assert row is not None
        size, tree = row[0], Frontier(row[0], bytes(row[1]))
        _continues(connection, size, tree.root)
        note = signer.sign(Checkpoint(signer.name, size, tree.root))
        connection.execute(
            "INSERT INTO checkpoints (size, root, note) VALUES (%s, %s, %s) ON CONFLICT (size) DO NOTHING",
            (size, tree.root, note),
        )
        stored = connection.execute("SELECT note FROM checkpoints WHERE size = %s", (size,)).fetchone()
    assert stored is not None
    return str(stored[0])


def _continues(connection: Connection, size: int, root: bytes) -> None:
    last = connection.execute("SELECT size, root FROM checkpoints ORDER BY size DESC LIMIT 1").fetchone()
    if last is None:
        return
    signed, signed_root = int(last[0]), bytes(last[1])
    if signed > size:
        # Another process may have signed after the head was read; a log that shrank stays so.
        now = connection.execute("SELECT size FROM log_head").fetchone()
        if now is not None and now[0] >= signed:
            return
        raise HistoryLost(f"a checkpoint saw {signed} events, the log has {size} 检查点已见 {signed} 个事件")
    again = root if signed == size else range_root(0, signed, TreeReader(connection).node)
    if again != signed_root:
        raise HistoryLost(f"another history under {signed} events 前 {signed} 个事件的历史不同")
