"""Tokens of somebody who has the issuer's public key and a key of their own."""

import base64
import hashlib
import hmac
import json
from dataclasses import dataclass
from typing import Any

import jwt
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from jwt.algorithms import RSAAlgorithm

from tests.support.tokens import rsa_key


@dataclass(frozen=True)
class Forger:
    """Wants these claims believed; knows the issuer's key as published, and a good token."""

    jwk: dict[str, Any]
    claims: dict[str, Any]
    good: str

    def with_hmac(self, secret: bytes, algorithm: str = "HS256") -> str:
        """Sign with a shared secret; by hand, for PyJWT would refuse to with a public key."""
        digest = getattr(hashlib, algorithm.replace("HS", "sha"))
        signed = f"{part(self._header(alg=algorithm))}.{part(self.claims)}"
        return f"{signed}.{base64url(hmac.digest(secret, signed.encode(), digest))}"

    def with_own_key(self, **header: Any) -> str:
        """Sign with a key of their own; the ``kid`` is the issuer's if not said otherwise."""
        return self.sealed(json.dumps(self.claims).encode(), **header)

    def sealed(self, payload: bytes, **header: Any) -> str:
        """Sign anything with a key of their own."""
        signed = f"{part(self._header(**header))}.{base64url(payload)}"
        signature = RSAAlgorithm(RSAAlgorithm.SHA256).sign(signed.encode(), rsa_key("forger"))
        return f"{signed}.{base64url(signature)}"

    def unsigned(self, algorithm: str) -> str:
        """Leave the signature out; the algorithm is none, in some spelling."""
        return f"{part(self._header(alg=algorithm))}.{part(self.claims)}."

    def with_other_claims(self, **changes: Any) -> str:
        """Change the claims of the good token after it was signed."""
        header, _, signature = self.good.split(".")
        return f"{header}.{part(self.claims | changes)}.{signature}"

    def public_key(self, encoding: Encoding, form: PublicFormat) -> bytes:
        """Return the issuer's public key."""
        key: Any = jwt.PyJWK(self.jwk).key
        encoded: bytes = key.public_bytes(encoding, form)
        return encoded

    def _header(self, **header: Any) -> dict[str, Any]:
        return {"alg": "RS256", "typ": "JWT", "kid": self.jwk["kid"]} | header


def own_jwk(kid: str) -> dict[str, Any]:
    """Return the forger's public key, under a name."""
    public: dict[str, Any] = RSAAlgorithm.to_jwk(rsa_key("forger").public_key(), as_dict=True)
    return public | {"kid": kid, "use": "sig", "alg": "RS256"}


def part(content: Any) -> str:
    """Return a header or a payload as a part of a token."""
    return base64url(json.dumps(content).encode())


def base64url(content: bytes) -> str:
    """Return bytes as a part of a token."""
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()
