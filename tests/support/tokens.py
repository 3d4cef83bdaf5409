"""An issuer in memory: keys, tokens and the key set, with a count of how often it was fetched."""

import json
import time
from contextlib import suppress
from functools import cache
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from jwt.algorithms import ECAlgorithm, RSAAlgorithm

from authorizer import authorize
from authorizer.jwks import usable_keys
from authorizer.settings import Settings
from authorizer.trust import Fetch, Trust, TrustCache
from tests.support.builders import ALICE, SCOPES

ISSUER = "https://issuer.example.com"
AUDIENCE = "webrtc-call-handling"
SETTINGS = Settings(ISSUER, AUDIENCE, jwks_uri="")


@cache
def _rsa_key(_name: str, bits: int) -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(65537, bits)


def rsa_key(name: str = "rsa", bits: int = 2048) -> rsa.RSAPrivateKey:
    """The same key for the same name."""
    return _rsa_key(name, bits)


@cache
def ec_key() -> ec.EllipticCurvePrivateKey:
    return ec.generate_private_key(ec.SECP256R1())


def rsa_jwk(kid: str = "rsa", bits: int = 2048) -> dict[str, Any]:
    public: dict[str, Any] = RSAAlgorithm.to_jwk(rsa_key(kid, bits).public_key(), as_dict=True)
    return public | {"kid": kid, "use": "sig"}


def ec_jwk(kid: str = "ec") -> dict[str, Any]:
    public: dict[str, Any] = ECAlgorithm.to_jwk(ec_key().public_key(), as_dict=True)
    return public | {"kid": kid, "use": "sig"}


def claims(**changes: Any) -> dict[str, Any]:
    """Good claims; one set to ``None`` is left out."""
    now = int(time.time())
    good = {
        "iss": ISSUER,
        "aud": AUDIENCE,
        "sub": "user-1",
        "client_id": "client-1",
        "phone_number": ALICE,
        "scope": SCOPES,
        "iat": now,
        "exp": now + 3600,
    } | changes
    return {name: value for name, value in good.items() if value is not None}


def a_token(
    key: Any = None, algorithm: str = "RS256", kid: str | None = "rsa", **changes: Any
) -> str:
    headers = {"kid": kid} if kid is not None else {}
    return jwt.encode(claims(**changes), key or rsa_key(), algorithm, headers)


class _Answered:
    """A fetch that has come to its end, unless the issuer hangs."""

    def __init__(self, issuer: "FakeIssuer", known: Settings | None) -> None:
        self._issuer = issuer
        self._settings = known
        self.found: Trust | None = None

    def wait(self, seconds: float) -> bool:
        issuer = self._issuer
        issuer.waits.append(seconds)
        self._settings = self._settings or issuer.settings
        if self._settings is None:
            return True
        self.found = Trust(self._settings, {})
        if not issuer.hangs and not issuer.down:
            with suppress(ValueError, RecursionError):
                self.found = Trust(self._settings, usable_keys(issuer.body))
        return not issuer.hangs

    def give_up(self) -> None:
        self._issuer.given_up += 1


class FakeIssuer:
    """Stands in for the issuer's web server, and for Systems Manager.

    ``fetches`` counts, ``reads`` those of them that began with the settings; ``waits`` are seconds.
    """

    def __init__(self, *keys: dict[str, Any]) -> None:
        self.publish(*(keys or (rsa_jwk(), ec_jwk())))
        self.settings: Settings | None = SETTINGS
        """None while Systems Manager does not answer."""
        self.fetches = 0
        self.reads = 0
        self.given_up = 0
        self.waits: list[float] = []
        self.down = False
        self.hangs = False

    def publish(self, *keys: Any) -> None:
        self.body = json.dumps({"keys": keys}).encode()

    def fetch(self, known: Settings | None) -> Fetch:
        self.fetches += 1
        self.reads += known is None
        return _Answered(self, known)


def trust_this_issuer(monkeypatch: pytest.MonkeyPatch) -> FakeIssuer:
    """Configure the authorizer in this process; the issuer is all there is of the network."""
    fake = FakeIssuer()
    cache = TrustCache(fake.fetch)
    monkeypatch.setattr(authorize, "trust_cache", lambda: cache)
    monkeypatch.setenv("SUBSCRIBER_CLAIM", "phone_number")
    return fake
