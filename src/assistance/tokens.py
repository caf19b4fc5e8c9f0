"""Access tokens signed with the division's own key file, for demos and for offices without an identity provider."""

from __future__ import annotations

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import jwt

from assistance.settings import Settings
from ledger.kernel import Role

ALGORITHM = "HS256"


def token_key(path: Path) -> bytes:
    """The signing key in `path` (64 bytes, hexadecimal); made there, mode 0600, if the file does not exist."""
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "w") as file:
            file.write(os.urandom(64).hex() + "\n")
    return bytes.fromhex(path.read_text().strip())


def make_token(
    settings: Settings, operator: str, role: Role, organisation_id: str, hours: int | None = None
) -> str:
    """A bearer token for one operator in one role at one organisation, valid for some hours."""
    now = datetime.now(UTC)
    claims = {
        "sub": operator,
        "role": role.value,
        "organisation": organisation_id,
        "iss": settings.issuer,
        "aud": settings.audience,
        "iat": now,
        "exp": now + timedelta(hours=hours or settings.token_hours),
    }
    return jwt.encode(claims, token_key(settings.token_key_file), algorithm=ALGORITHM)
