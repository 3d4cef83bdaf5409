"""What generated requests and tokens are sent to, in this process."""

import pytest

from tests.support.tokens import FakeIssuer, trust_this_issuer


@pytest.fixture
def issuer(monkeypatch: pytest.MonkeyPatch) -> FakeIssuer:
    """The issuer that the authorizer in this process trusts."""
    return trust_this_issuer(monkeypatch)
