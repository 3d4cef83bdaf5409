"""The API over HTTP and its people are those of ``tests/e2e``."""

import pytest

from tests.e2e.conftest import alice, api, bob, line, somebody
from tests.support.tokens import FakeJwksEndpoint, trust_this_issuer

__all__ = ["alice", "api", "bob", "line", "somebody"]


@pytest.fixture
def endpoint(monkeypatch: pytest.MonkeyPatch) -> FakeJwksEndpoint:
    """The issuer that the authorizer in this process trusts."""
    return trust_this_issuer(monkeypatch)
