"""The embedded stack, and people to use it."""

from collections.abc import Iterator

import pytest

from infra.local.settings import Settings
from infra.local.stack import running
from infra.local.stack_file import Stack
from tests.e2e.aws import Aws
from tests.e2e.subscriber import Line, Subscriber
from tests.support.builders import ALICE, BOB, EVE
from tests.support.http import EmbeddedApi


@pytest.fixture(scope="session")
def stack() -> Iterator[Stack]:
    """The stack with the code as it is; taken down at the end unless it was up before."""
    with running(Settings.from_environment()) as deployed:
        yield deployed


@pytest.fixture(scope="session")
def api(stack: Stack) -> Iterator[EmbeddedApi]:
    client = EmbeddedApi(stack)
    yield client
    client.close()


@pytest.fixture(scope="session")
def alice(api: EmbeddedApi) -> Subscriber:
    """Who calls."""
    return Subscriber(api, ALICE)


@pytest.fixture(scope="session")
def bob(api: EmbeddedApi) -> Subscriber:
    """Who is called."""
    return Subscriber(api, BOB)


@pytest.fixture(scope="session")
def eve(api: EmbeddedApi) -> Subscriber:
    """Somebody else."""
    return Subscriber(api, EVE)


@pytest.fixture(scope="session")
def line(alice: Subscriber, bob: Subscriber) -> Line:
    return Line(alice, bob)


@pytest.fixture(scope="session")
def aws(stack: Stack) -> Aws:
    return Aws(stack)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Look at the log after all else, for it is the log of all else."""
    items.sort(key=lambda item: item.path.name == "test_log.py")
