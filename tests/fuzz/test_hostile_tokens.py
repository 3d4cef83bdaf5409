"""Tokens of an attacker: the stage stays closed, and nobody else's keys are asked for."""

import json
import time

import pytest

from authorizer import authorize, fetch
from authorizer.trust import TrustCache
from camara.caller import Caller
from camara.errors import PermissionDenied
from tests.support import forgeries, look_alike_scopes
from tests.support.forger import Forger, own_jwk
from tests.support.forgeries import Forgery
from tests.support.judged import judged
from tests.support.tokens import ISSUER, SETTINGS, FakeIssuer, a_token, claims, rsa_jwk
from tests.support.web import FakeWeb, fake_web

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


PUBLISHED = {
    f"{ISSUER}/.well-known/openid-configuration": {
        "issuer": ISSUER,
        "jwks_uri": f"{ISSUER}/jwks.json",
    },
    f"{ISSUER}/jwks.json": {"keys": [rsa_jwk()]},
}


@pytest.fixture(autouse=True)
def _trusted(issuer: FakeIssuer) -> None:
    """Trust the issuer in memory."""


@pytest.fixture
def web(monkeypatch: pytest.MonkeyPatch) -> FakeWeb:
    """All that is asked of the network, with real fetches."""
    web = fake_web(monkeypatch)
    web.documents |= {url: json.dumps(document).encode() for url, document in PUBLISHED.items()}
    cache = TrustCache(fetch.TrustFetch)
    monkeypatch.setattr(authorize, "trust_cache", lambda: cache)
    monkeypatch.setattr(fetch, "read_settings", lambda: SETTINGS)
    return web


@pytest.mark.parametrize("name", FORGERIES)
def test_what_is_forged_opens_nothing(name: str, web: FakeWeb) -> None:
    assert judged(f"Bearer {FORGERIES[name](FORGER)}") is None
    assert set(web.asked) <= PUBLISHED.keys()


def test_the_issuers_own_token_asks_for_all_of_it(web: FakeWeb) -> None:
    """Or the forgeries would ask for nothing because nothing is ever asked for."""
    assert judged(f"Bearer {FORGER.good}")
    assert web.asked == [*PUBLISHED]


def test_the_same_claims_open_the_stage_when_the_issuer_has_signed_them() -> None:
    """Or the forgeries would be refused for something else."""
    assert judged(f"Bearer {FORGER.good}")


def test_a_key_of_the_forgers_opens_the_stage_when_the_issuer_publishes_it(
    issuer: FakeIssuer,
) -> None:
    """Likewise."""
    issuer.publish(own_jwk(FORGER.jwk["kid"]))

    assert judged(f"Bearer {FORGER.with_own_key()}")


@pytest.mark.parametrize("scope", look_alike_scopes.ALL, ids=ascii)
def test_a_scope_that_only_looks_like_the_one_needed(scope: str) -> None:
    context = judged(f"Bearer {a_token(scope=scope)}")
    if context is None:
        return

    caller = Caller.from_context(context, "phone_number", int(time.time()))
    with pytest.raises(PermissionDenied):
        caller.require_scope(look_alike_scopes.NEEDED)


def test_the_scope_needed_among_others() -> None:
    context = judged(f"Bearer {a_token(scope=f'openid {look_alike_scopes.NEEDED}  email')}")

    Caller.from_context(context, "phone_number", int(time.time())).require_scope(
        look_alike_scopes.NEEDED
    )
