"""Access tokens signed with the division's own key file, for demos and for offices without an identity provider."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import jwt

from assistance.settings import Settings
from ledger.kernel import Role
from ledger.store.secrets import load_secret

ALGORITHM = "HS256"


def token_key(path: Path) -> bytes:
    """The signing key in `path` (32 bytes or more, hexadecimal); made there, mode 0600, if the file does not exist."""
    return load_secret(path)


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
