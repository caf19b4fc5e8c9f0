"""The vault: data keys per subject, identities by keyed hash, sealing and opening of private text.

Data keys are random, wrapped by one division key that lives outside the database. Text is
sealed with AES-256-GCM under its subject's key, the event id and field name authenticated.
Dropping a subject's key makes its text unreadable for ever; every proof still verifies,
because the log's leaves commit to the ciphertext.
"""

from __future__ import annotations

import base64
import hmac
import os
import threading
from collections import OrderedDict
from collections.abc import Iterable, Mapping
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from ledger.store.appending import VaultWrites
from ledger.store.database import HOLD_WRITER, Database
from ledger.store.failures import telling
from ledger.store.secrets import load_secret

FILE = "file"
"""Purpose of the key that seals a subject's file; other purposes have other terms of retention."""

_CACHED_KEYS = 50_000


class DivisionKey:
    """The one key that wraps all data keys and keys all hashes: 32 bytes in a file, outside the database.

    Losing it loses every name; it belongs in the backup as a part of its own.
    """

    def __init__(self, secret: bytes) -> None:
        if len(secret) != 32:
            raise ValueError("a division key is 32 bytes 师市密钥须为 32 字节")
        self._wrap = AESGCM(_derived(secret, b"wrap data keys"))
        self._lookup = _derived(secret, b"keyed hashes")

    @classmethod
    def load(cls, path: Path) -> DivisionKey:
        """The key in `path`, hexadecimal; made there (mode 0600) if the file does not exist."""
        return cls(load_secret(path))

    def wrap(self, subject: str, key: bytes) -> bytes:
        nonce = os.urandom(12)
        return nonce + self._wrap.encrypt(nonce, key, subject.encode())

    def unwrap(self, subject: str, wrapped: bytes) -> bytes:
        """The data key again. Raises :class:`WrongDivisionKey`."""
        try:
            return self._wrap.decrypt(wrapped[:12], wrapped[12:], subject.encode())
        except InvalidTag:
            raise WrongDivisionKey(
                f"the key of {subject} is not of this division key, or was altered"
            ) from None

    def digest(self, kind: str, text: str) -> bytes:
        """A keyed hash (32 bytes) of `text`: equal texts of one kind have equal digests."""
        return hmac.digest(self._lookup, f"{kind}\x00{text}".encode(), "sha256")


def _derived(secret: bytes, purpose: bytes) -> bytes:
    return HKDF(algorithm=SHA256(), length=32, salt=None, info=b"assistance-ledger " + purpose).derive(secret)


class Erased(LookupError):
    """The key was erased after the statutory period; the text can never be read again.

    密钥已按期销毁，内容不可恢复。
    """


class WrongDivisionKey(ValueError):
    """A data key was wrapped by another division key, or was altered: with the key at hand it opens nothing.

    数据密钥与本师市密钥不符或已损坏，请管理员核对密钥文件。
    """


class SealedTextAltered(ValueError):
    """A sealed text was altered: it does not open under its own key.

    加密内容已被改动，无法解密；请管理员执行 assistance verify 查明位置。
    """


class Vault:
    """Seals and opens private text, and finds who an ID number is."""

    def __init__(self, database: Database, key: DivisionKey) -> None:
        self._database = database
        self._key = key
        self._cache: OrderedDict[str, AESGCM] = OrderedDict()
        self._lock = threading.Lock()

    # --- identities ---

    def digest(self, kind: str, text: str) -> bytes:
        """The keyed hash by which `text` (an ``id_number``, ``account``, ``phone``, ``name``) is looked up."""
        return self._key.digest(kind, text)

    def lookup(self, kind: str, text: str) -> str | None:
        """The subject tag that has this text, or None."""
        return self.lookup_many(kind, [text]).get(text)

    def lookup_many(self, kind: str, texts: Iterable[str]) -> dict[str, str]:
        """Subject tags by text, for those texts that are known."""
        digests = {self.digest(kind, text): text for text in texts}
        if not digests:
            return {}
        with self._database.connection() as connection:
            rows = connection.execute(
                "SELECT digest, subject FROM vault_lookups WHERE kind = %s AND digest = ANY(%s)",
                (kind, list(digests)),
            ).fetchall()
        return {digests[bytes(digest)]: subject for digest, subject in rows}

    # --- sealing ---

    def keys_for(self, subjects: Iterable[str], writes: VaultWrites) -> Mapping[str, AESGCM]:
        """A data key for each subject; new ones are added to `writes`, to be stored with the events.

        Those that exist are named in `writes` as used: another process may have erased one since it
        was cached here, and text sealed under it would be lost.
        """
        wanted = set(subjects)
        found = self._load(wanted)
        writes.used.extend(sorted(found))
        for subject in sorted(wanted - found.keys()):
            secret = AESGCM.generate_key(256)
            writes.keys.append((subject, FILE, self._key.wrap(subject, secret)))
            found[subject] = AESGCM(secret)
        return found

    def remember(self, keys: Mapping[str, AESGCM]) -> None:
        """Caches keys that are now stored."""
        with self._lock:
            self._cache.update(keys)
            while len(self._cache) > _CACHED_KEYS:
                self._cache.popitem(last=False)

    def forget(self, subjects: Iterable[str]) -> None:
        """Takes keys out of the cache, to be read anew."""
        with self._lock:
            for subject in subjects:
                self._cache.pop(subject, None)

    def _load(self, subjects: set[str]) -> dict[str, AESGCM]:
        """The keys for sealing: cached ones as they are, since the append refuses those erased meanwhile."""
        with self._lock:
            found = {s: self._cache[s] for s in subjects if s in self._cache}
        missing = subjects - found.keys()
        if missing:
            loaded, erased = self._read(missing)
            if erased:
                raise Erased(min(erased))
            found.update(loaded)
        return found

    def _read(self, subjects: set[str]) -> tuple[dict[str, AESGCM], set[str]]:
        """The keys as the vault holds them now, and the subjects whose key was erased."""
        with self._database.connection() as connection:
            rows = connection.execute(
                "SELECT subject, wrapped, erased_at FROM vault_keys WHERE purpose = %s AND subject = ANY(%s)",
                (FILE, list(subjects)),
            ).fetchall()
        erased = {subject for subject, _, erased_at in rows if erased_at is not None}
        self.forget(erased)
        with self._lock:
            found = {subject: self._cache[subject] for subject, *_ in rows if subject in self._cache}
        loaded = {
            subject: AESGCM(self._key.unwrap(subject, bytes(wrapped)))
            for subject, wrapped, _ in rows
            if subject not in erased and subject not in found
        }
        self.remember(loaded)
        return found | loaded, erased

    def open(self, sealed: str) -> str:
        """The text of one sealed string. Raises what :meth:`open_many` does."""
        return self.open_many([sealed])[0]

    def open_many(self, sealed: Iterable[str], *, erased: str | None = None) -> list[str]:
        """The texts of many sealed strings, in order; `erased` stands for those whose key was erased.

        The vault itself is asked each time, never the cache alone: a key erased by another process
        opens nothing from then on. Raises :class:`Erased` when `erased` is not given,
        :class:`WrongDivisionKey`, :class:`SealedTextAltered`.
        """
        parts = [_parse(item) for item in sealed]
        keys, _ = self._read({subject for subject, *_ in parts}) if parts else ({}, set())
        texts = []
        for subject, event_id, field, nonce, body in parts:
            if subject not in keys:
                if erased is None:
                    raise Erased(subject)
                texts.append(erased)
                continue
            try:
                texts.append(keys[subject].decrypt(nonce, body, f"{event_id}|{field}".encode()).decode())
            except InvalidTag:
                raise SealedTextAltered(
                    f"the {field} of {subject} sealed in event {event_id} was altered"
                ) from None
        return texts

    # --- erasing ---

    def standing(self, subjects: Iterable[str]) -> dict[str, bool]:
        """Of those subjects that ever had a file key, whether it is still there."""
        with self._database.connection() as connection:
            rows = connection.execute(
                "SELECT subject, erased_at IS NULL FROM vault_keys WHERE purpose = %s AND subject = ANY(%s)",
                (FILE, list(subjects)),
            ).fetchall()
        return dict(rows)

    def erase(self, subject: str) -> bool:
        """Drops the subject's file key and identities for ever; false when there was none."""
        with telling(), self._database.connection() as connection, connection.transaction():
            # After an append that used the key, or before it: never in between.
            connection.execute(HOLD_WRITER)
            done = connection.execute(
                "UPDATE vault_keys SET wrapped = ''::bytea, erased_at = clock_timestamp() "
                "WHERE subject = %s AND purpose = %s AND erased_at IS NULL",
                (subject, FILE),
            ).rowcount
            connection.execute("DELETE FROM vault_lookups WHERE subject = %s", (subject,))
        self.forget([subject])
        return done > 0


def seal(key: AESGCM, subject: str, event_id: str, field: str, text: str) -> str:
    """One sealed string ``1|subject|event|field|base64url(nonce || ciphertext)``."""
    nonce = os.urandom(12)
    body = key.encrypt(nonce, text.encode(), f"{event_id}|{field}".encode())
    return f"1|{subject}|{event_id}|{field}|{base64.urlsafe_b64encode(nonce + body).decode()}"


def _parse(sealed: str) -> tuple[str, str, str, bytes, bytes]:
    version, subject, event_id, field, body = sealed.split("|")
    if version != "1":
        raise ValueError(f"sealed text of an unknown version {version!r}")
    raw = base64.urlsafe_b64decode(body)
    return subject, event_id, field, raw[:12], raw[12:]
