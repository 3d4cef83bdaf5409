"""Whatever the token: the stage is opened to what the issuer said, or stays closed."""

import json as json_format
import time
from typing import Any

import hypothesis.strategies as st
import jwt
import pytest
from hypothesis import given

from camara.caller import Caller
from camara.errors import Unauthenticated
from tests.fuzz.strategies import json, some_of, text
from tests.support.builders import ALICE, SCOPES
from tests.support.effort import effort
from tests.support.judged import judged
from tests.support.tokens import AUDIENCE, ISSUER, a_token, ec_key

GOOD_TOKEN = a_token()
SOON = int(time.time()) + 3600

pytestmark = pytest.mark.usefixtures("issuer")

signed_claims = some_of(
    {
        "sub": st.sampled_from(["user-1", f"tel:{ALICE}"]) | text,
        "client_id": text,
        "phone_number": st.just(ALICE) | text,
        "scope": st.just(SCOPES) | text,
        "nbf": st.just(0),
        "iat": st.just(0),
        "jti": text,
    },
    fixed={
        "iss": st.just(ISSUER) | json,
        "aud": st.sampled_from([AUDIENCE, [AUDIENCE, "another-api"]]) | json,
        "exp": st.sampled_from([SOON, SOON + 0.5, 10**30]) | json,
    },
)
headers = some_of(
    {
        "typ": st.sampled_from(["JWT", "at+jwt"]),
        "cty": st.just("JWT"),
        "crit": st.lists(text, max_size=2),
        "b64": st.booleans(),
        "zip": st.just("DEF"),
        "jku": text,
    }
)


def signed(payload: bytes, header: dict[str, Any]) -> str:
    """Sign anything with the issuer's key."""
    return jwt.PyJWS().encode(payload, ec_key(), "ES256", header | {"kid": "ec"})


@given(authorization=json | text.map("Bearer {}".format), path=text, more=json)
@effort(300)
def test_anything_that_is_no_token(authorization: Any, path: str, more: Any) -> None:
    assert judged(authorization, path, more=more) is None


@given(position=st.integers(0, len(GOOD_TOKEN) - 1), character=st.characters())
@effort(300)
def test_a_good_token_with_another_character(position: int, character: str) -> None:
    changed = GOOD_TOKEN[:position] + character + GOOD_TOKEN[position + 1 :]

    assert (judged(f"Bearer {changed}") is None) or _is_same(changed)


def _is_same(token: str) -> bool:
    """Base64url has spare bits at the end of a part: several spellings of the same bytes."""
    decode = jwt.utils.base64url_decode
    return [decode(part) for part in token.split(".")] == [
        decode(part) for part in GOOD_TOKEN.split(".")
    ]


@given(header=st.binary(max_size=200), payload=st.binary(max_size=200), signature=st.binary())
@effort(150)
def test_any_three_parts(header: bytes, payload: bytes, signature: bytes) -> None:
    parts = (jwt.utils.base64url_encode(part).decode() for part in (header, payload, signature))

    assert judged("Bearer " + ".".join(parts)) is None


@given(header=some_of({"alg": st.just("ES256"), "kid": st.just("ec") | text, "typ": text}))
@effort(150)
def test_any_header(header: Any) -> None:
    parts = (json_format.dumps(header).encode(), b'{"sub":"user-1"}', b"signature")

    assert (
        judged("Bearer " + ".".join(jwt.utils.base64url_encode(p).decode() for p in parts)) is None
    )


@given(payload=st.binary(max_size=200) | json.map(lambda value: json_format.dumps(value).encode()))
@effort(150)
def test_any_payload_that_the_issuer_signed(payload: bytes) -> None:
    assert judged(f"Bearer {signed(payload, {})}") is None


@given(claims=signed_claims)
@effort(400)
def test_any_claims_that_the_issuer_signed(claims: dict[str, Any]) -> None:
    context = judged(f"Bearer {signed(json_format.dumps(claims).encode(), {})}")

    if context is None:
        return
    assert claims["iss"] == ISSUER
    assert AUDIENCE in claims["aud"]
    assert claims["exp"] > time.time()
    assert all(isinstance(value, str) and value.isprintable() for value in context.values())
    assert {name: claims[name] for name in context if name != "exp"} == {
        name: value for name, value in context.items() if name != "exp"
    }
    _is_read_by_the_handlers(context)


def _is_read_by_the_handlers(context: dict[str, str]) -> None:
    try:
        Caller.from_context(context, "phone_number", int(time.time()))
    except Unauthenticated:
        return


@given(header=headers)
@effort(150)
def test_any_header_that_the_issuer_signed(header: dict[str, Any]) -> None:
    """Extensions that must be understood, and are not, close the stage."""
    claims = {"iss": ISSUER, "aud": AUDIENCE, "exp": SOON, "sub": "user-1"}
    try:
        token = signed(json_format.dumps(claims).encode(), header)
    except (jwt.PyJWTError, TypeError, ValueError):
        return
    context = judged(f"Bearer {token}")

    assert context is None or (context["sub"] == "user-1" and "crit" not in header)
