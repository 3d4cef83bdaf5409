"""Tokens that prove nothing: 401, whatever is wrong with them, and nothing happens.

Some of each kind; all of them are shown to the authorizer in ``tests/unit`` and ``tests/fuzz``.
"""

import time
from typing import Any

import pytest

from infra.local import loopback_http
from infra.local.stack_file import Stack
from tests.support import forgeries
from tests.support.builders import ALICE, SCOPES, sub_of
from tests.support.forger import Forger
from tests.support.forgeries import Forgery
from tests.support.look_alike_scopes import HOMOGLYPHS, OTHER_SEPARATORS
from tests.support.stack.http import EmbeddedApi
from tests.support.stack.subscriber import Line

UNAUTHENTICATED = (401, "UNAUTHENTICATED")

# Signed by the issuer, but for the claims.
CLAIMS: dict[str, dict[str, Any]] = {
    "expired": {"expires_in": -1},
    "no exp": {"exp": None},
    "not yet": {"nbf": int(time.time()) + 3600},
    "another iss": {"iss": "https://issuer.example.com"},
    "another aud": {"aud": "another-api"},
    "scope a list": {"scope": SCOPES.split()},
    "phone_number no number": {"phone_number": "Alice"},
    "client_id an object": {"client_id": {}},
}
FORGED: dict[str, Forgery] = {
    "HS256 with the public key": forgeries.CONFUSED_ALGORITHMS["HS256 with the PEM"],
    "none": lambda forger: forger.unsigned("none"),
    "None": lambda forger: forger.unsigned("None"),
    "another key": lambda forger: forger.with_own_key(),
    "another key and kid": lambda forger: forger.with_own_key(kid="unknown"),
    "a key of its own": forgeries.KEYS_BROUGHT_ALONG["jwk and kid"],
    "a set of keys of its own": forgeries.KEYS_BROUGHT_ALONG["jku and kid"],
    "another token inside": forgeries.NESTED["a good token in a forged one"],
    "claims changed": lambda forger: forger.with_other_claims(sub="user-2"),
    "signature cut": lambda forger: forger.good[:-4],
    "no signature": lambda forger: forger.good.rpartition(".")[0] + ".",
    "8 KB": forgeries.oversized(8)["a deep header"],
}


@pytest.fixture(scope="module")
def call(line: Line) -> str:
    """A call that every test leaves as it was."""
    return line.call("Connected")  # which no timeout ends meanwhile


@pytest.fixture(scope="module")
def forger(stack: Stack, api: EmbeddedApi, line: Line) -> Forger:
    """Knows the issuer's public key, and Alice's token."""
    answer = loopback_http.call("GET", f"{stack.issuer}/.well-known/jwks.json")
    (jwk,) = answer.json["keys"]
    claims = {
        "iss": stack.issuer,
        "aud": stack.audience,
        "sub": sub_of(ALICE),
        "client_id": "dev-client",
        "phone_number": ALICE,
        "scope": SCOPES,
        "exp": int(time.time()) + 3600,
    }
    return Forger(dict(jwk), claims, api.token(**line.alice.claims))


@pytest.mark.parametrize("fault", CLAIMS)
def test_wrong_claims(line: Line, call: str, fault: str) -> None:
    bad = line.alice.with_token(**CLAIMS[fault])

    assert bad.delete(call).code == UNAUTHENTICATED
    assert bad.get(call).code == UNAUTHENTICATED
    assert line.alice.status_of(call) == "Connected"


@pytest.mark.parametrize("fault", FORGED)
def test_wrong_signatures(line: Line, call: str, forger: Forger, fault: str) -> None:
    bad = line.alice.with_bearer(FORGED[fault](forger))

    assert bad.delete(call).code == UNAUTHENTICATED
    assert bad.get(call).code == UNAUTHENTICATED
    assert line.alice.status_of(call) == "Connected"


@pytest.mark.parametrize("scope", [*HOMOGLYPHS[:1], *OTHER_SEPARATORS[:2], "*"], ids=ascii)
def test_a_scope_that_only_looks_like_the_one_needed(line: Line, call: str, scope: str) -> None:
    denied = line.alice.with_token(scope=scope).delete(call)

    assert denied.code in {UNAUTHENTICATED, (403, "PERMISSION_DENIED")}
    assert line.alice.status_of(call) == "Connected"


def test_a_token_of_an_audience_among_others_is_good(line: Line, stack: Stack) -> None:
    call = line.call()

    assert line.alice.with_token(aud=["another-api", stack.audience]).delete(call).status == 204


@pytest.mark.parametrize("scheme", ["bearer", "BEARER"])
def test_the_scheme_is_written_in_any_case(line: Line, api: EmbeddedApi, scheme: str) -> None:
    call = line.call()
    headers = {"Authorization": f"{scheme} {api.token(**line.bob.claims)}"}

    assert api.request("DELETE", f"/webrtc/sessions/{call}", headers).status == 204
