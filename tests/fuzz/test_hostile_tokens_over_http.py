"""Some of the attacker's tokens, over HTTP: 401 or 403, and the call goes on."""

import pytest

from infra.local.stack_file import Stack
from tests.e2e.forged_tokens import good_claims, issuers_jwk
from tests.e2e.subscriber import Line, Subscriber
from tests.fuzz import forgeries, scopes
from tests.fuzz.forger import Forger
from tests.fuzz.forgeries import Forgery
from tests.support.http import EmbeddedApi

FORGERIES: dict[str, Forgery] = {
    name: forgery
    for name, forgery in (forgeries.CONFUSED_ALGORITHMS | forgeries.INJECTED_KIDS).items()
    if "HS384" not in name and "HS512" not in name
} | (forgeries.KEYS_BROUGHT_ALONG | forgeries.NESTED)


@pytest.fixture(scope="module")
def attacker(stack: Stack, api: EmbeddedApi, alice: Subscriber) -> Forger:
    return Forger(issuers_jwk(stack), good_claims(stack), api.token(**alice.claims))


@pytest.fixture(scope="module")
def call(line: Line) -> str:
    """A call that every test leaves as it was."""
    return line.call("Ringing")


@pytest.mark.parametrize("name", FORGERIES)
def test_what_is_forged_is_401(line: Line, call: str, attacker: Forger, name: str) -> None:
    bad = line.alice.with_bearer(FORGERIES[name](attacker))

    assert bad.delete(call).code == (401, "UNAUTHENTICATED")
    assert line.alice.status_of(call) == "Ringing"


@pytest.mark.parametrize("name", forgeries.oversized(0))
def test_what_is_oversized_is_401(line: Line, call: str, attacker: Forger, name: str) -> None:
    bad = line.alice.with_bearer(forgeries.oversized(8)[name](attacker))

    assert bad.delete(call).code == (401, "UNAUTHENTICATED")
    assert line.alice.status_of(call) == "Ringing"


@pytest.mark.parametrize("scope", scopes.ALL, ids=ascii)
def test_a_scope_that_only_looks_like_the_one_needed(line: Line, call: str, scope: str) -> None:
    denied = line.alice.with_token(scope=scope).delete(call)

    assert denied.code in {(401, "UNAUTHENTICATED"), (403, "PERMISSION_DENIED")}
    assert line.alice.status_of(call) == "Ringing"
