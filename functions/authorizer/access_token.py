"""Verification of an access token (a JWT signed by the operator's issuer).

Source: RFC 7519; RFC 8725, JWT best current practices; RFC 9068, JWT profile for access tokens.
"""

from typing import Any

import jwt

from authorizer.jwks import ALGORITHMS
from authorizer.trust import TrustCache
from aws import clock

LEEWAY_SECONDS = 60
"""By so much the issuer's clock may be ahead of ours: of ``nbf`` and ``iat``, not of ``exp``."""


class InvalidToken(Exception):
    """The token proves nothing, now or later; the reason is for the log, never for the client."""


class NotYetValid(Exception):
    """The issuer signed the token for later."""


def verified_claims(token: str, cache: TrustCache) -> dict[str, Any]:
    """Return the claims of a token that is signed, current, and meant for this API.

    Raises ``InvalidToken``; for what may pass, ``NotYetValid`` and what ``with_key`` raises.
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
    """Check again what the leeway has let through, and what is a number only to PyJWT."""
    if isinstance(exp, str | bool) or int(exp) <= clock.now():
        raise InvalidToken from jwt.ExpiredSignatureError()
