"""The embedded stack's API, and people to use it."""

import secrets
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from schemathesis.pytest.plugin import SchemathesisFunction

from infra.local.stack_file import Stack
from infra.local.webhook import Webhook, serving
from tests.support.builders import ALICE, BOB, EVE
from tests.support.privacy import personal_in
from tests.support.stack.aws import Aws
from tests.support.stack.ear import Ear
from tests.support.stack.http import EmbeddedApi
from tests.support.stack.subscriber import Line, Subscriber


@pytest.fixture(scope="session")
def api(stack: Stack, aws: Aws) -> Iterator[EmbeddedApi]:
    del aws  # so that whatever is asked of the API, its log is looked at
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
def aws(stack: Stack) -> Iterator[Aws]:
    """The AWS API; nothing that any test made the functions log may name anybody."""
    aws = Aws(stack)
    yield aws
    assert personal_in("\n".join(aws.everything_logged())) == []


def pytest_itemcollected(item: pytest.Item) -> None:
    """Give the test of an operation an id of its own: of schemathesis it has that of all of them.

    To pytest 9.2 an id is made of what schemathesis leaves out, and tests with one id count as one
    where they run side by side, and cannot be told apart where they fail.
    """
    if isinstance(item, SchemathesisFunction) and item.name != item.originalname:
        operation = item.name.removeprefix(f"{item.originalname}[").removesuffix("]")
        item._id = item.id.with_params(operation)  # noqa: SLF001 - there is no other way
