"""What the authorizer's verification lets through, and what never."""

import base64
import json
import time
from typing import Any

import pytest
from cryptography.hazmat.primitives import serialization

from authorizer.access_token import InvalidToken, NotYetValid, verified_claims
from authorizer.trust import TrustCache
from tests.support.tokens import (
    AUDIENCE,
    ISSUER,
    FakeIssuer,
    a_token,
    claims,
    ec_key,
    rsa_key,
)


@pytest.fixture
def cache() -> TrustCache:
    return TrustCache(FakeIssuer().fetch)


def unsigned(header: Any, payload: Any) -> str:
    def part(value: Any) -> str:
        text = value if isinstance(value, str) else json.dumps(value)
        return base64.urlsafe_b64encode(text.encode()).rstrip(b"=").decode()

    return f"{part(header)}.{part(payload)}."


def test_a_good_token_of_either_kind(cache: TrustCache) -> None:
    assert verified_claims(a_token(), cache)["client_id"] == "client-1"
    assert verified_claims(a_token(ec_key(), "ES256", "ec"), cache)["client_id"] == "client-1"
    assert verified_claims(a_token(aud=["other", AUDIENCE]), cache)["client_id"] == "client-1"


@pytest.mark.parametrize("claim", ["nbf", "iat"])
def test_the_issuers_clock_may_be_a_minute_ahead(cache: TrustCache, claim: str) -> None:
    later: dict[str, Any] = {claim: int(time.time()) + 50}

    assert verified_claims(a_token(**later), cache)


@pytest.mark.parametrize("claim", ["nbf", "iat"])
@pytest.mark.parametrize("seconds", [70, 86_400])
def test_a_token_for_later_is_not_one_that_proves_nothing(
    cache: TrustCache, claim: str, seconds: int
) -> None:
    later: dict[str, Any] = {claim: int(time.time()) + seconds}
    with pytest.raises(NotYetValid):
        verified_claims(a_token(**later), cache)


def test_nobodys_token_is_for_later(cache: TrustCache) -> None:
    """The signature comes first: else a bad token could be asked for again and again."""
    with pytest.raises(InvalidToken):
        verified_claims(a_token(rsa_key("another"), nbf=int(time.time()) + 3600), cache)


@pytest.mark.parametrize("ago", [0, 1, 59])
def test_an_expired_token_is_given_no_leeway(cache: TrustCache, ago: int) -> None:
    with pytest.raises(InvalidToken):
        verified_claims(a_token(exp=int(time.time()) - ago), cache)


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
        pytest.param(a_token(exp=None), id="no exp"),
        pytest.param(a_token(exp=int(time.time()) - 1), id="expired"),
        pytest.param(a_token(exp=str(int(time.time()) + 86_400)), id="exp a text"),
        pytest.param(a_token(exp=True), id="exp a truth"),
        pytest.param(a_token(exp=float("inf")), id="exp infinite"),
        pytest.param(a_token(exp=[]), id="exp a list"),
        pytest.param(a_token(nbf="soon"), id="nbf a text"),
        pytest.param(a_token(nbf=float("inf")), id="nbf infinite"),
        pytest.param(a_token(iat=[]), id="iat a list"),
        pytest.param(a_token(iss=None), id="no iss"),
        pytest.param(a_token(iss="https://evil.example.com"), id="wrong iss"),
        pytest.param(a_token(iss=f"{ISSUER}/"), id="almost the iss"),
        pytest.param(a_token(aud=None), id="no aud"),
        pytest.param(a_token(aud="other"), id="wrong aud"),
        pytest.param(a_token(aud=[]), id="aud empty"),
        pytest.param(a_token(aud={"a": 1}), id="aud an object"),
    ],
)
def test_a_token_that_proves_nothing(cache: TrustCache, token: str) -> None:
    with pytest.raises(InvalidToken):
        verified_claims(token, cache)


def test_garbage_never_fetches() -> None:
    issuer = FakeIssuer()
    for token in ("", "a.b.c", a_token("s" * 32, "HS256"), a_token(kid=None)):
        with pytest.raises(InvalidToken):
            verified_claims(token, TrustCache(issuer.fetch))

    assert issuer.fetches == 0
