"""The embedded stack and its people are those of ``tests/e2e``."""

import pytest

from authorizer import authorize
from authorizer.access_token import Jwks
from tests.e2e.conftest import alice, api, bob, line, stack
from tests.support.tokens import AUDIENCE, ISSUER, JWKS_URI, FakeJwksEndpoint

__all__ = ["alice", "api", "bob", "line", "stack"]


@pytest.fixture
def endpoint(monkeypatch: pytest.MonkeyPatch) -> FakeJwksEndpoint:
    """The issuer of the authorizer in this process; its key set is all there is of the network."""
    fake = FakeJwksEndpoint()
    monkeypatch.setattr("urllib.request.build_opener", lambda *_: fake)
    keys = Jwks(JWKS_URI)
    monkeypatch.setattr(authorize, "jwks", lambda: keys)
    monkeypatch.setenv("JWT_ISSUER", ISSUER)
    monkeypatch.setenv("JWT_AUDIENCE", AUDIENCE)
    monkeypatch.setenv("SUBSCRIBER_CLAIM", "phone_number")
    return fake
