"""The development token issuer: OpenID Connect discovery, JWKS, and tokens for whoever asks.

It hands a signed token to anybody, with any claims: for this machine only, bound to loopback,
and never part of a deployment.
"""

import argparse
import hashlib
import json
import time
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property, partial
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import jwt
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from jwt.algorithms import RSAAlgorithm
from pydantic import BaseModel, ConfigDict, ValidationError

from infra.scopes import all_scopes

_HOST = "127.0.0.1"
_ALGORITHM = "RS256"
_JWKS_PATH = "/.well-known/jwks.json"
_USERS = uuid.UUID("4c1f9a62-0b57-4f7e-9d43-8a2e6d1b7c05")
"""Namespace of the users that are made up for numbers."""


class TokenRequest(BaseModel):
    """What a token is to say: every other property is a claim, kept as it is, of any type.

    A claim that is null is left out, also where there would be a default.
    """

    model_config = ConfigDict(extra="allow")

    expires_in: int = 3600
    """Seconds from now to the token's `exp`; negative for an expired token."""

    @property
    def claims(self) -> dict[str, Any]:
        """The claims asked for, by name."""
        return self.model_extra or {}


@dataclass(frozen=True)
class Issuer:
    """Signs tokens with one key, under one issuer URL."""

    url: str
    audience: str
    key: rsa.RSAPrivateKey

    @cached_property
    def jwk(self) -> dict[str, Any]:
        """The public key, as RFC 7517 writes it."""
        public = RSAAlgorithm.to_jwk(self.key.public_key(), as_dict=True)
        key_id = hashlib.sha256(public["n"].encode()).hexdigest()[:16]
        return public | {"kid": key_id, "use": "sig", "alg": _ALGORITHM}

    def _default_sub(self, request: TokenRequest) -> str:
        """Return a user of its own for each number: it tells nobody which, and stays the same."""
        number = request.claims.get("phone_number")
        return "dev-user" if number is None else str(uuid.uuid5(_USERS, str(number)))

    def answer(self, request: TokenRequest) -> dict[str, Any]:
        """Answer a token request with a bearer token, as RFC 6749 (5.1) writes it."""
        now = int(time.time())
        claims = {
            "iss": self.url,
            "aud": self.audience,
            "sub": self._default_sub(request),
            "client_id": "dev-client",
            "scope": " ".join(all_scopes()),
            "iat": now,
            "exp": now + request.expires_in,
        } | request.claims
        payload = {name: value for name, value in claims.items() if value is not None}
        # PyJWS rather than jwt.encode, which refuses some claims of an odd type.
        token = jwt.PyJWS().encode(
            json.dumps(payload).encode(),
            self.key,
            algorithm=_ALGORITHM,
            headers={"kid": self.jwk["kid"]},
        )
        return {"access_token": token, "token_type": "Bearer", "expires_in": request.expires_in}

    def document(self, path: str) -> dict[str, Any] | None:
        """Return the public document at this path, if there is one."""
        documents: dict[str, dict[str, Any]] = {
            "/.well-known/openid-configuration": {
                "issuer": self.url,
                "jwks_uri": f"{self.url}{_JWKS_PATH}",
                "token_endpoint": f"{self.url}/token",
                "id_token_signing_alg_values_supported": [_ALGORITHM],
                "response_types_supported": ["token"],
                "subject_types_supported": ["public"],
            },
            _JWKS_PATH: {"keys": [self.jwk]},
        }
        return documents.get(path)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def __init__(self, issuer: Issuer, *connection: Any) -> None:
        self._issuer = issuer
        super().__init__(*connection)

    def do_GET(self) -> None:
        document = self._issuer.document(self.path)
        if document is None:
            self._answer(HTTPStatus.NOT_FOUND, {"error": "not_found"})
        else:
            self._answer(HTTPStatus.OK, document)

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        if self.path != "/token":
            self._answer(HTTPStatus.NOT_FOUND, {"error": "not_found"})
            return
        try:
            request = TokenRequest.model_validate_json(body or b"{}")
        except ValidationError as error:
            problems = "; ".join(problem["msg"] for problem in error.errors())
            description = {"error": "invalid_request", "error_description": problems}
            self._answer(HTTPStatus.BAD_REQUEST, description)
        else:
            self._answer(HTTPStatus.OK, self._issuer.answer(request))

    def _answer(self, status: HTTPStatus, document: Mapping[str, Any]) -> None:
        body = json.dumps(document).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Cache-Control", "no-store")
        self.end_headers()
        self.wfile.write(body)


class _Server(ThreadingHTTPServer):
    # Tests open many connections at once; the default backlog is 5.
    request_queue_size = 128


def signing_key(path: Path) -> rsa.RSAPrivateKey:
    """Return the key kept in this file, made on first use: tokens outlive the issuer.

    Raises ValueError or TypeError when the file holds no unencrypted RSA key in PEM.
    """
    if path.exists():
        key = serialization.load_pem_private_key(path.read_bytes(), password=None)
        if not isinstance(key, rsa.RSAPrivateKey):
            message = f"{path} holds no RSA key"
            raise TypeError(message)
        return key
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    pem = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    path.touch(mode=0o600)
    path.write_bytes(pem)
    return key


def main() -> None:
    """Serve until stopped."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--audience", required=True, help="the aud of tokens that ask for none")
    parser.add_argument("--key", type=Path, required=True, help="PEM file, made if missing")
    arguments = parser.parse_args()
    issuer = Issuer(
        url=f"http://{_HOST}:{arguments.port}",
        audience=arguments.audience,
        key=signing_key(arguments.key),
    )
    _Server((_HOST, arguments.port), partial(_Handler, issuer)).serve_forever()


if __name__ == "__main__":
    main()
