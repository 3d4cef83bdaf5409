"""Tokens of an attacker: the stage stays closed, and nobody else's keys are asked for."""

import time

import pytest

from authorizer.jwks import Fetch
from camara.caller import Caller
from camara.errors import PermissionDenied
from tests.fuzz import forgeries, scopes
from tests.fuzz.forger import Forger, own_jwk
from tests.fuzz.forgeries import Forgery
from tests.fuzz.test_authorizer import judged
from tests.support.tokens import JWKS_URI, FakeJwksEndpoint, a_token, claims, rsa_jwk

FORGERIES: dict[str, Forgery] = (
    forgeries.CONFUSED_ALGORITHMS
    | forgeries.INJECTED_KIDS
    | forgeries.KEYS_BROUGHT_ALONG
    | forgeries.NESTED
    | {
        f"{kilobytes} KB: {how}": forgery
        for kilobytes in (8, 64, 1024)
        for how, forgery in forgeries.oversized(kilobytes).items()
    }
)
FORGER = Forger(rsa_jwk(), claims(), a_token())


@pytest.fixture(autouse=True)
def asked_for(endpoint: FakeJwksEndpoint, monkeypatch: pytest.MonkeyPatch) -> set[str]:
    """The addresses that keys are asked of."""
    asked: set[str] = set()
    answer = endpoint.fetch

    def fetch(uri: str) -> Fetch:
        asked.add(uri)
        return answer(uri)

    monkeypatch.setattr(endpoint, "fetch", fetch)
    return asked


@pytest.mark.parametrize("name", FORGERIES)
def test_what_is_forged_opens_nothing(name: str, asked_for: set[str]) -> None:
    assert judged(f"Bearer {FORGERIES[name](FORGER)}") is None
    assert asked_for <= {JWKS_URI}


def test_the_same_claims_open_the_stage_when_the_issuer_has_signed_them() -> None:
    """Or the forgeries would be refused for something else."""
    assert judged(f"Bearer {FORGER.good}")


def test_a_key_of_the_forgers_opens_the_stage_when_the_issuer_publishes_it(
    endpoint: FakeJwksEndpoint,
) -> None:
    """Likewise."""
    endpoint.publish(own_jwk(FORGER.jwk["kid"]))

    assert judged(f"Bearer {FORGER.with_own_key()}")


@pytest.mark.parametrize("scope", scopes.ALL, ids=ascii)
def test_a_scope_that_only_looks_like_the_one_needed(scope: str) -> None:
    context = judged(f"Bearer {a_token(scope=scope)}")
    if context is None:
        return

    caller = Caller.from_context(context, "phone_number", int(time.time()))
    with pytest.raises(PermissionDenied):
        caller.require_scope(scopes.NEEDED)


def test_the_scope_needed_among_others() -> None:
    context = judged(f"Bearer {a_token(scope=f'openid {scopes.NEEDED}  email')}")

    Caller.from_context(context, "phone_number", int(time.time())).require_scope(scopes.NEEDED)
