"""Verification of an access token (a JWT signed by the operator's issuer).

Source: RFC 7519; RFC 8725, JWT best current practices; RFC 9068, JWT profile for access tokens.
"""

import time
from typing import Any, override
from urllib.parse import urlsplit

import jwt

ALGORITHMS = (
    "RS256", "RS384", "RS512",
    "PS256", "PS384", "PS512",
    "ES256", "ES384", "ES512",
    "EdDSA",
)  # fmt: skip
"""Asymmetric ones only: with HMAC the public key would be the secret."""

_LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})


class InvalidToken(Exception):
    """The token proves nothing; the reason is for the log, never for the client."""


class JwksUnavailable(Exception):
    """The issuer's keys cannot be had, so no token can be judged now."""


class Jwks(jwt.PyJWKClient):
    """The issuer's key set, fetched when first needed and kept for ten minutes.

    A token with an unknown ``kid`` fetches it anew, at most every 30 seconds; a fetch that failed
    is not repeated for 5. So a flood of bad tokens is no flood of requests to the issuer.
    """

    def __init__(self, uri: str) -> None:
        super().__init__(uri, lifespan=600, cooldown_duration=30, timeout=3)
        self._no_fetch_before = 0.0

    @override
    def fetch_data(self) -> Any:
        now = time.monotonic()
        if now < self._no_fetch_before:
            raise jwt.PyJWKClientConnectionError
        self._no_fetch_before = now + 5
        return super().fetch_data()

    @property
    def is_trustworthy(self) -> bool:
        """Whether nobody on the way can put keys of their own in: https, or no way at all."""
        uri = urlsplit(self.uri)
        return uri.scheme == "https" or uri.hostname in _LOOPBACK


def verified_claims(token: str, jwks: Jwks, issuer: str, audience: str) -> dict[str, Any]:
    """Return the claims of a token that is signed, current, and meant for this API.

    Raises ``InvalidToken`` and ``JwksUnavailable``.
    """
    if not jwks.is_trustworthy:
        raise InvalidToken
    try:
        claims = jwt.decode(
            token,
            _signing_key(token, jwks),
            algorithms=ALGORITHMS,
            issuer=issuer,
            audience=audience,
            options={
                "require": ["exp", "iss", "aud"],
                "verify_iat": False,
                "enforce_minimum_key_length": True,
            },
        )
    except jwt.PyJWTError as error:
        raise InvalidToken from error
    if isinstance(claims["exp"], str | bool):
        raise InvalidToken
    return claims


def _signing_key(token: str, jwks: Jwks) -> jwt.PyJWK:
    header = jwt.get_unverified_header(token)
    if header.get("alg") not in ALGORITHMS or "kid" not in header:
        raise InvalidToken
    try:
        return jwks.get_signing_key(header["kid"])
    except (jwt.PyJWKClientConnectionError, jwt.PyJWKSetError, ValueError) as error:
        raise JwksUnavailable from error
