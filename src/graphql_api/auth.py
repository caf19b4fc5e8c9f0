"""Who is asking: a JWT bearer token with role and organisation, its algorithm, issuer and audience pinned."""

from __future__ import annotations

import time
from collections import OrderedDict
from dataclasses import dataclass, field

import jwt

from graphql_api.errors import unauthenticated
from ledger.kernel import Actor, Role

REQUIRED = ["exp", "iat", "iss", "aud", "sub", "role", "organisation"]
REMEMBERED = 1_000
"""Tokens found good are remembered until they expire, so that a busy client's is not checked at every request."""
LONGEST = 4_096
"""Characters of the longest token that is looked at."""


@dataclass(frozen=True)
class TokenCheck:
    """How tokens are checked: one algorithm only, so that no token can choose a weaker one."""

    key: bytes
    issuer: str
    audience: str
    algorithm: str = "HS256"
    good: OrderedDict[str, tuple[float, Actor]] = field(
        default_factory=OrderedDict, compare=False, repr=False
    )


def actor_of(header: str | None, check: TokenCheck) -> Actor | None:
    """The operator a request's ``Authorization`` header names; None without a header. Raises ``ApiError``."""
    if not header:
        return None
    scheme, _, token = header.partition(" ")
    if scheme.lower() != "bearer" or not token:
        raise unauthenticated("the header must be 'Bearer <token>'", "请求头应为 Bearer 令牌")
    token = token.strip()
    remembered = check.good.get(token)
    if remembered is not None and time.time() < remembered[0]:
        return remembered[1]
    expires, actor = _checked(token, check)
    check.good[token] = (expires, actor)
    while len(check.good) > REMEMBERED:
        check.good.popitem(last=False)
    return actor


def _checked(token: str, check: TokenCheck) -> tuple[float, Actor]:
    """When a token expires and whom it names. Raises ``ApiError``."""
    try:
        if len(token) > LONGEST:
            raise ValueError("too long")
        claims = jwt.decode(
            token,
            check.key,
            algorithms=[check.algorithm],
            issuer=check.issuer,
            audience=check.audience,
            options={"require": REQUIRED},
        )
        if not isinstance(claims["organisation"], str) or not claims["organisation"] or not claims["sub"]:
            raise ValueError("an empty claim")
        actor = Actor(
            operator_id=claims["sub"], organisation_id=claims["organisation"], role=Role(claims["role"])
        )
        return float(claims["exp"]), actor
    except jwt.ExpiredSignatureError:
        raise unauthenticated("the token has expired", "令牌已过期") from None
    except (jwt.InvalidTokenError, ValueError, TypeError):
        raise unauthenticated("the token does not hold", "令牌无效") from None
