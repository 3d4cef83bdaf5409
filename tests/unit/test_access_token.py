"""What the authorizer's verification lets through, and what never."""

import base64
import json
import time
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives import serialization

from authorizer.access_token import InvalidToken, Jwks, JwksUnavailable, verified_claims
from tests.support.tokens import (
    AUDIENCE,
    ISSUER,
    JWKS_URI,
    FakeJwksEndpoint,
    a_token,
    claims,
    ec_key,
    rsa_jwk,
    rsa_key,
)


@pytest.fixture
def endpoint(monkeypatch: pytest.MonkeyPatch) -> FakeJwksEndpoint:
    fake = FakeJwksEndpoint()
    monkeypatch.setattr("urllib.request.build_opener", lambda *_: fake)
    return fake


@pytest.fixture
def monotonic(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The clock that caching goes by; set its one element."""
    now = [1000.0]
    monkeypatch.setattr(time, "monotonic", lambda: now[0])
    return now


@pytest.fixture
def jwks(endpoint: FakeJwksEndpoint, monotonic: list[float]) -> Jwks:
    del endpoint, monotonic
    return Jwks(JWKS_URI)


def verify(token: str, jwks: Jwks) -> dict[str, Any]:
    return verified_claims(token, jwks, ISSUER, AUDIENCE)


def unsigned(header: Any, payload: Any) -> str:
    def part(value: Any) -> str:
        text = value if isinstance(value, str) else json.dumps(value)
        return base64.urlsafe_b64encode(text.encode()).rstrip(b"=").decode()

    return f"{part(header)}.{part(payload)}."


def test_a_good_token_of_either_kind(jwks: Jwks) -> None:
    assert verify(a_token(), jwks)["client_id"] == "client-1"
    assert verify(a_token(ec_key(), "ES256", "ec"), jwks)["client_id"] == "client-1"
    assert verify(a_token(aud=["other", AUDIENCE]), jwks)["client_id"] == "client-1"


def test_an_issuer_whose_clock_is_ahead_is_believed(jwks: Jwks) -> None:
    assert verify(a_token(iat=int(time.time()) + 60), jwks)


def public_pem() -> bytes:
    return (
        rsa_key()
        .public_key()
        .public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    )


def signed_with_the_public_key() -> str:
    """HS256 with the public key as its secret; by hand, for PyJWT would refuse to."""
    import hashlib  # noqa: PLC0415
    import hmac  # noqa: PLC0415

    body = unsigned({"alg": "HS256", "kid": "rsa"}, claims()).rstrip(".")
    mac = hmac.new(public_pem(), body.encode(), hashlib.sha256).digest()
    return body + "." + base64.urlsafe_b64encode(mac).rstrip(b"=").decode()


@pytest.mark.parametrize(
    "token",
    [
        pytest.param("", id="empty"),
        pytest.param("a.b.c", id="garbage"),
        pytest.param("a" * 9000, id="long garbage"),
        pytest.param(a_token()[:-4], id="signature cut"),
        pytest.param(a_token(rsa_key("another")), id="another key"),
        pytest.param(a_token("s" * 32, "HS256"), id="HS256"),
        pytest.param(signed_with_the_public_key(), id="HS256 with the public key"),
        pytest.param(unsigned({"alg": "none", "kid": "rsa"}, claims()), id="none"),
        pytest.param(unsigned({"alg": "RS256", "kid": ["rsa"]}, claims()), id="kid a list"),
        pytest.param(unsigned("[" * 5000, claims()), id="nested header"),
        pytest.param(unsigned([], claims()), id="header no object"),
        pytest.param(a_token(ec_key(), "ES256", "rsa"), id="another key's kid"),
        pytest.param(a_token(kid=None), id="no kid"),
        pytest.param(a_token(kid="unknown"), id="unknown kid"),
        pytest.param(a_token(exp=None), id="no exp"),
        pytest.param(a_token(exp=int(time.time()) - 1), id="expired"),
        pytest.param(a_token(exp=str(int(time.time()) + 86_400)), id="exp a text"),
        pytest.param(a_token(exp=True), id="exp a truth"),
        pytest.param(a_token(exp=float("inf")), id="exp infinite"),
        pytest.param(a_token(exp=[]), id="exp a list"),
        pytest.param(a_token(nbf=int(time.time()) + 86_400), id="not yet"),
        pytest.param(a_token(iss=None), id="no iss"),
        pytest.param(a_token(iss="https://evil.example.com"), id="wrong iss"),
        pytest.param(a_token(iss=f"{ISSUER}/"), id="almost the iss"),
        pytest.param(a_token(aud=None), id="no aud"),
        pytest.param(a_token(aud="other"), id="wrong aud"),
        pytest.param(a_token(aud=[]), id="aud empty"),
        pytest.param(a_token(aud={"a": 1}), id="aud an object"),
    ],
)
def test_a_token_that_proves_nothing(jwks: Jwks, token: str) -> None:
    with pytest.raises(InvalidToken):
        verify(token, jwks)


def test_a_weak_key_proves_nothing(jwks: Jwks, endpoint: FakeJwksEndpoint) -> None:
    endpoint.body = json.dumps({"keys": [rsa_jwk("weak", 1024)]}).encode()

    with pytest.warns(jwt.InsecureKeyLengthWarning):
        token = a_token(rsa_key("weak", 1024), kid="weak")
    with pytest.raises(InvalidToken):
        verify(token, jwks)


@pytest.mark.parametrize(
    "uri", ["http://issuer.example.com/jwks.json", "http://127.0.0.1.example.com/jwks.json"]
)
def test_plain_http_is_trusted_on_loopback_only(endpoint: FakeJwksEndpoint, uri: str) -> None:
    with pytest.raises(InvalidToken):
        verify(a_token(), Jwks(uri))
    assert endpoint.fetches == 0

    assert verify(a_token(), Jwks("http://127.0.0.1:9/jwks.json"))


def test_the_key_set_is_fetched_once(jwks: Jwks, endpoint: FakeJwksEndpoint) -> None:
    for _ in range(5):
        verify(a_token(), jwks)

    assert endpoint.fetches == 1


def test_a_new_key_is_found_after_the_cooldown(
    jwks: Jwks, endpoint: FakeJwksEndpoint, monotonic: list[float]
) -> None:
    verify(a_token(), jwks)
    endpoint.body = json.dumps({"keys": [rsa_jwk("new")]}).encode()
    monotonic[0] += 31

    assert verify(a_token(rsa_key("new"), kid="new"), jwks)
    assert endpoint.fetches == 2


def test_a_flood_of_unknown_keys_is_no_flood_of_fetches(
    jwks: Jwks, endpoint: FakeJwksEndpoint, monotonic: list[float]
) -> None:
    for second in range(60):
        monotonic[0] += 1
        with pytest.raises(InvalidToken):
            verify(a_token(kid=f"kid-{second}"), jwks)

    assert endpoint.fetches <= 3


def test_garbage_never_fetches(jwks: Jwks, endpoint: FakeJwksEndpoint) -> None:
    for token in ("", "a.b.c", a_token("s" * 32, "HS256"), a_token(kid=None)):
        with pytest.raises(InvalidToken):
            verify(token, jwks)

    assert endpoint.fetches == 0


def test_an_issuer_that_is_down_is_not_the_tokens_fault_and_is_left_in_peace(
    jwks: Jwks, endpoint: FakeJwksEndpoint, monotonic: list[float]
) -> None:
    endpoint.down = True
    for _ in range(20):
        with pytest.raises(JwksUnavailable):
            verify(a_token(), jwks)
    assert endpoint.fetches == 1

    endpoint.down = False
    monotonic[0] += 6
    assert verify(a_token(), jwks)


def test_keys_at_hand_serve_while_the_issuer_is_down(
    jwks: Jwks, endpoint: FakeJwksEndpoint
) -> None:
    verify(a_token(), jwks)
    endpoint.down = True

    assert verify(a_token(), jwks)


@pytest.mark.parametrize("body", [b"not json", b'{"keys":[]}', b"\xff"])
def test_a_key_set_that_is_none_is_an_issuer_that_is_down(
    jwks: Jwks, endpoint: FakeJwksEndpoint, body: bytes
) -> None:
    endpoint.body = body
    with pytest.raises(JwksUnavailable):
        verify(a_token(), jwks)
