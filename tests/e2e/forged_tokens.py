"""Tokens that no issuer would hand out, made by hand."""

import base64
import hashlib
import hmac
import json
import time
from typing import Any

import jwt
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from infra.local import loopback_http
from infra.local.stack_file import Stack
from tests.support.builders import ALICE, SCOPES, sub_of


def good_claims(stack: Stack, **changes: Any) -> dict[str, Any]:
    """Claims with which the issuer's signature would be all that is needed."""
    return {
        "iss": stack.issuer,
        "aud": stack.audience,
        "sub": sub_of(ALICE),
        "client_id": "dev-client",
        "phone_number": ALICE,
        "scope": SCOPES,
        "exp": int(time.time()) + 3600,
    } | changes


def issuers_jwk(stack: Stack) -> dict[str, Any]:
    """The issuer's public key."""
    answer = loopback_http.call("GET", f"{stack.issuer}/.well-known/jwks.json")
    (key,) = answer.json["keys"]
    return dict(key)


def unsigned(stack: Stack, algorithm: str) -> str:
    """A token with ``alg`` none, in some spelling, and no signature."""
    header = {"alg": algorithm, "typ": "JWT", "kid": issuers_jwk(stack)["kid"]}
    return f"{_part(header)}.{_part(good_claims(stack))}."


def signed_with_the_public_key(stack: Stack) -> str:
    """A token with HS256 that takes the issuer's public key for a shared secret."""
    jwk = issuers_jwk(stack)
    public_key: Any = jwt.PyJWK(jwk).key
    secret = public_key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    header = {"alg": "HS256", "typ": "JWT", "kid": jwk["kid"]}
    signed = f"{_part(header)}.{_part(good_claims(stack))}"
    return f"{signed}.{_base64(hmac.digest(secret, signed.encode(), hashlib.sha256))}"


def with_other_claims(token: str, **changes: Any) -> str:
    """The issuer's token with claims that were changed after it was signed."""
    header, payload, signature = token.split(".")
    claims = json.loads(base64.urlsafe_b64decode(payload + "=="))
    return f"{header}.{_part(claims | changes)}.{signature}"


def _part(content: dict[str, Any]) -> str:
    return _base64(json.dumps(content).encode())


def _base64(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()
