"""The embedded stack's API, and people to use it."""

import secrets
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from infra.local.stack_file import Stack
from infra.local.webhook import Webhook, serving
from tests.e2e.aws import Aws
from tests.e2e.ear import Ear
from tests.e2e.subscriber import Line, Subscriber
from tests.support.builders import ALICE, BOB, EVE
from tests.support.http import EmbeddedApi


@pytest.fixture(scope="session")
def api(stack: Stack) -> Iterator[EmbeddedApi]:
    client = EmbeddedApi(stack)
    yield client
    client.close()


@pytest.fixture(scope="session")
def alice(api: EmbeddedApi) -> Subscriber:
    """Who calls."""
    return Subscriber(api, ALICE).with_device()


@pytest.fixture(scope="session")
def bob(api: EmbeddedApi) -> Subscriber:
    """Who is called."""
    return Subscriber(api, BOB).with_device()


@pytest.fixture(scope="session")
def eve(api: EmbeddedApi) -> Subscriber:
    """Somebody else."""
    return Subscriber(api, EVE).with_device()


@pytest.fixture(scope="session")
def somebody(api: EmbeddedApi) -> Callable[[], Subscriber]:
    """Makes people whom no other test has to do with; they have no device yet."""

    def with_a_new_number() -> Subscriber:
        # In such numbers, too, a log would be found to name somebody.
        digits = f"{secrets.randbelow(10**4):04}2025550{secrets.randbelow(10**3):03}"
        return Subscriber(api, f"+1{digits}")

    return with_a_new_number


@pytest.fixture(scope="session")
def line(alice: Subscriber, bob: Subscriber) -> Line:
    return Line(alice, bob)


@pytest.fixture(scope="session")
def webhook() -> Iterator[Webhook]:
    with serving() as served:
        yield served


@pytest.fixture
def ear(webhook: Webhook) -> Callable[..., Ear]:
    """Subscribes somebody's device, to what goes to a sink of its own."""

    def subscribed(who: Subscriber, event: str, **config: Any) -> Ear:
        sink = secrets.token_hex(8)
        created = who.subscribe(event, webhook.sink(sink), **config)
        assert created.status == 201, created
        return Ear(webhook, sink, created.body["id"])

    return subscribed


@pytest.fixture
def callers(somebody: Callable[[], Subscriber]) -> Line:
    """Two people with a phone each, who are nobody else's."""
    return Line(somebody().with_device(), somebody().with_device())


@pytest.fixture(scope="session")
def aws(stack: Stack) -> Aws:
    return Aws(stack)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Change the stack after all else, and look at the log of all else in the end."""
    last = [Path(__file__).with_name(name) for name in ("test_schedules.py", "test_log.py")]
    items.sort(key=lambda item: last.index(item.path) + 1 if item.path in last else 0)
