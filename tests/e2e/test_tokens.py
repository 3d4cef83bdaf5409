"""Tokens that prove nothing: 401, whatever is wrong with them, and nothing happens."""

import time
from collections.abc import Callable
from typing import Any

import jwt
import pytest

from infra.local.stack_file import Stack
from tests.e2e import forged_tokens
from tests.e2e.subscriber import Line
from tests.support.builders import ALICE, SCOPES
from tests.support.http import EmbeddedApi
from tests.support.tokens import rsa_key

# Signed by the issuer, but for the claims.
CLAIMS: dict[str, dict[str, Any]] = {
    "expired": {"expires_in": -1},
    "no exp": {"exp": None},
    "exp a string": {"exp": str(int(time.time()) + 3600)},
    "exp a word": {"exp": "tomorrow"},
    "exp true": {"exp": True},
    "exp a list": {"exp": [int(time.time()) + 3600]},
    "not yet": {"nbf": int(time.time()) + 3600},
    "no iss": {"iss": None},
    "another iss": {"iss": "https://issuer.example.com"},
    "iss a list": {"iss": ["https://issuer.example.com"]},
    "no aud": {"aud": None},
    "another aud": {"aud": "another-api"},
    "aud a number": {"aud": 1},
    "scope a list": {"scope": SCOPES.split()},
    "scope an object": {"scope": {"all": True}},
    "phone_number a number": {"phone_number": int(ALICE)},
    "phone_number a list": {"phone_number": [ALICE]},
    "phone_number no number": {"phone_number": "Alice"},
    "phone_number not E.164": {"phone_number": ALICE.removeprefix("+")},
    "phone_number with a line feed": {"phone_number": f"{ALICE}\n"},
    "sub a number": {"sub": 1},
    "client_id an object": {"client_id": {}},
}


def _signed(stack: Stack, key: str, kid: str, **header: Any) -> str:
    return jwt.encode(
        forged_tokens.good_claims(stack), rsa_key(key), "RS256", {"kid": kid, **header}
    )


FORGED: dict[str, Callable[[Stack, str], str]] = {
    "HS256 with the public key": lambda stack, _: forged_tokens.signed_with_the_public_key(stack),
    "none": lambda stack, _: forged_tokens.unsigned(stack, "none"),
    "None": lambda stack, _: forged_tokens.unsigned(stack, "None"),
    "another key": lambda stack, _: _signed(
        stack, "another", forged_tokens.issuers_jwk(stack)["kid"]
    ),
    "an unknown kid": lambda stack, _: _signed(stack, "another", "unknown"),
    "a key of its own": lambda stack, _: _signed(
        stack, "another", "own", jwk={"kty": "RSA"}, jku="http://127.0.0.1:1/jwks.json"
    ),
    "claims changed": lambda _, good: forged_tokens.with_other_claims(good, sub="user-2"),
    "signature cut": lambda _, good: good[:-4],
    "no signature": lambda _, good: good.rpartition(".")[0] + ".",
}


@pytest.mark.parametrize("fault", CLAIMS)
def test_wrong_claims(line: Line, fault: str) -> None:
    call = line.call()
    bad = line.alice.with_token(**CLAIMS[fault])

    assert bad.delete(call).code == (401, "UNAUTHENTICATED")
    assert bad.get(call).code == (401, "UNAUTHENTICATED")
    assert line.alice.status_of(call) == "Initial"


@pytest.mark.parametrize("fault", FORGED)
def test_wrong_signatures(line: Line, stack: Stack, api: EmbeddedApi, fault: str) -> None:
    call = line.call()
    bad = line.alice.with_bearer(FORGED[fault](stack, api.token(**line.alice.claims)))

    assert bad.delete(call).code == (401, "UNAUTHENTICATED")
    assert bad.get(call).code == (401, "UNAUTHENTICATED")
    assert line.alice.status_of(call) == "Initial"


def test_a_token_of_an_audience_among_others_is_good(line: Line, stack: Stack) -> None:
    call = line.call()

    assert line.alice.with_token(aud=["another-api", stack.audience]).delete(call).status == 204


@pytest.mark.parametrize("scheme", ["bearer", "BEARER"])
def test_the_scheme_is_written_in_any_case(line: Line, api: EmbeddedApi, scheme: str) -> None:
    call = line.call()
    headers = {"Authorization": f"{scheme} {api.token(**line.bob.claims)}"}

    assert api.request("DELETE", f"/webrtc/sessions/{call}", headers).status == 204
