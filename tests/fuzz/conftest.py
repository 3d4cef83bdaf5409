"""The API over HTTP and its people are those of ``tests/e2e``."""

import pytest
from schemathesis.pytest.plugin import SchemathesisFunction

from tests.e2e.conftest import alice, api, bob, line, somebody
from tests.support.tokens import FakeIssuer, trust_this_issuer

__all__ = ["alice", "api", "bob", "line", "somebody"]


@pytest.fixture
def issuer(monkeypatch: pytest.MonkeyPatch) -> FakeIssuer:
    """The issuer that the authorizer in this process trusts."""
    return trust_this_issuer(monkeypatch)


def pytest_itemcollected(item: pytest.Item) -> None:
    """Give the test of an operation an id of its own: of schemathesis it has that of all of them.

    To pytest 9.2 an id is made of what schemathesis leaves out, and tests with one id count as one
    where they run side by side, and cannot be told apart where they fail.
    """
    if isinstance(item, SchemathesisFunction) and item.name != item.originalname:
        operation = item.name.removeprefix(f"{item.originalname}[").removesuffix("]")
        item._id = item.id.with_params(operation)  # noqa: SLF001 - there is no other way
