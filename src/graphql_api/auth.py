"""Who is asking: a JWT bearer token with role and organisation, its algorithm, issuer and audience pinned."""

from __future__ import annotations

from dataclasses import dataclass

import jwt

from graphql_api.errors import unauthenticated
from ledger.kernel import Actor, Role

REQUIRED = ["exp", "iat", "iss", "aud", "sub", "role", "organisation"]


@dataclass(frozen=True)
class TokenCheck:
    """How tokens are checked: one algorithm only, so that no token can choose a weaker one."""

    key: bytes
    issuer: str
    audience: str
    algorithm: str = "HS256"


def actor_of(header: str | None, check: TokenCheck) -> Actor | None:
    """The operator a request's ``Authorization`` header names; None without a header. Raises ``ApiError``."""
    if not header:
        return None
    scheme, _, token = header.partition(" ")
    if scheme.lower() != "bearer" or not token:
        raise unauthenticated("the header must be 'Bearer <token>'", "请求头应为 Bearer 令牌")
    try:
        claims = jwt.decode(
            token.strip(),
            check.key,
            algorithms=[check.algorithm],
            issuer=check.issuer,
            audience=check.audience,
            options={"require": REQUIRED},
        )
        return Actor(
            operator_id=str(claims["sub"]),
            organisation_id=str(claims["organisation"]),
            role=Role(claims["role"]),
        )
    except jwt.ExpiredSignatureError:
        raise unauthenticated("the token has expired", "令牌已过期") from None
    except (jwt.InvalidTokenError, ValueError):
        raise unauthenticated("the token does not hold", "令牌无效") from None
