"""Verification of an access token (a JWT signed by the operator's issuer).

Source: RFC 7519; RFC 8725, JWT best current practices; RFC 9068, JWT profile for access tokens.
"""

from typing import Any

import jwt

from authorizer.jwks import ALGORITHMS
from authorizer.trust import TrustCache
from aws import clock

LEEWAY_SECONDS = 60
"""How far the issuer's clock may be ahead of ours, for ``nbf`` and ``iat``; none for ``exp``."""


class InvalidToken(Exception):
    """Raised for a token that is not valid, now or later; only the log is told the reason."""


class NotYetValid(Exception):
    """Raised for a token whose ``nbf`` or ``iat`` is in the future."""


def verified_claims(token: str, cache: TrustCache) -> dict[str, Any]:
    """Verify a token: its signature, ``iss``, ``aud`` and times; return its claims.

    Raises ``InvalidToken``; for a token that may become valid, ``NotYetValid`` and what
    ``TrustCache.with_key`` raises.
    """
    try:
        kid = _kid(token)
        trust = cache.with_key(kid)
        claims = jwt.decode(
            token,
            trust.keys[kid],
            algorithms=ALGORITHMS,
            issuer=trust.settings.issuer,
            audience=trust.settings.audience,
            leeway=LEEWAY_SECONDS,
            options={"require": ["exp", "iss", "aud"], "enforce_minimum_key_length": True},
        )
    except jwt.ImmatureSignatureError as error:
        raise NotYetValid from error
    except jwt.PyJWTError as error:
        raise InvalidToken from error
    _require_unexpired(claims["exp"])
    return claims


def _kid(token: str) -> str:
    header = jwt.get_unverified_header(token)
    if header.get("alg") not in ALGORITHMS or "kid" not in header:
        raise InvalidToken
    return str(header["kid"])


def _require_unexpired(exp: Any) -> None:
    """Check ``exp`` without leeway, and refuse values that only PyJWT takes for numbers."""
    if isinstance(exp, str | bool) or int(exp) <= clock.now():
        raise InvalidToken from jwt.ExpiredSignatureError()
