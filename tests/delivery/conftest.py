"""Real sockets, on loopback only; AWS is moto, names lead where a test says."""

import socket
import ssl
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import pytest
import pytest_socket
from botocore.client import BaseClient

from notifications import deliver_notification, post, probe_sink
from notifications.queues import sqs_client
from notifications.settings import settings
from tests.support.authority import Authority
from tests.support.configured import configure
from tests.support.lambda_poller import Poller
from tests.support.names import Names
from tests.support.on_moto import (  # noqa: F401 - fixtures
    FakeClock,
    Messaging,
    clock,
    dynamo,
    environment,
    models_read_once,
    requests,
    session_stream,
    table,
)
from tests.support.webhook import Webhook

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient


@pytest.fixture(autouse=True)
def loopback(environment: None, monkeypatch: pytest.MonkeyPatch) -> None:  # noqa: F811
    """Let sockets reach this machine, and let sinks be on it."""
    del environment
    pytest_socket.enable_socket()
    pytest_socket.socket_allow_hosts(["127.0.0.0/8", "::1"])
    configure(monkeypatch, LOOPBACK_SINKS="true")


@pytest.fixture
def names(monkeypatch: pytest.MonkeyPatch) -> Names:
    known = Names()
    monkeypatch.setattr(socket, "getaddrinfo", known.getaddrinfo)
    return known


@pytest.fixture(scope="session")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    """An authority that post() trusts, if ``trusted`` is asked for."""
    return Authority(tmp_path_factory.mktemp("authority"))


@pytest.fixture
def trusted(authority: Authority, monkeypatch: pytest.MonkeyPatch) -> Iterator[Authority]:
    monkeypatch.setenv("SSL_CERT_FILE", str(authority.certificate))
    post.tls.cache_clear()
    yield authority
    post.tls.cache_clear()


@pytest.fixture
def webhook() -> Iterator[Webhook]:
    """A receiver by http."""
    with Webhook().serving() as receiver:
        yield receiver


@pytest.fixture
def https_webhook() -> Iterator[Callable[[ssl.SSLContext], Webhook]]:
    """Receivers by https, with the certificate that a test gives them."""
    started = []

    def start(tls: ssl.SSLContext) -> Webhook:
        serving = Webhook(tls).serving()
        started.append(serving)
        return serving.__enter__()

    yield start
    for serving in started:
        serving.__exit__(None, None, None)


@pytest.fixture
def messaging(table: "DynamoDBClient") -> Messaging:  # noqa: F811
    """The queues only, for each of so many tests: the key is made with the first credential."""
    del table
    sqs = sqs_client()
    queue, waiting = (
        url.rpartition("/")[2] for url in (settings().notifications_queue, settings().probes_queue)
    )
    fifo = sqs.create_queue(QueueName=queue, Attributes={"FifoQueue": "true"})["QueueUrl"]
    return Messaging(fifo, sqs.create_queue(QueueName=waiting)["QueueUrl"], bus="", key="")


@pytest.fixture
def poller(messaging: Messaging) -> Poller:
    """For the queue of notifications."""
    return Poller(messaging.queue, deliver_notification.handler)


@pytest.fixture
def prober(messaging: Messaging) -> Poller:
    """For the queue of what sinks that fail are asked again with."""
    return Poller(messaging.probes, probe_sink.handler)


@pytest.fixture
def at_once(
    monkeypatch: pytest.MonkeyPatch,
    clock: FakeClock,  # noqa: F811
) -> list[int]:
    """Let no message wait, and the clock move on instead.

    Returns for how many seconds each was to wait, as it is asked for.
    """
    asked: list[int] = []
    real: Callable[..., Any] = BaseClient._make_api_call  # type: ignore[attr-defined]  # noqa: SLF001

    def hurry(client: Any, name: str, arguments: dict[str, Any]) -> Any:
        for delay in ("DelaySeconds", "VisibilityTimeout"):
            if arguments.get(delay):
                asked.append(arguments[delay])
                clock.now += arguments[delay]
                arguments = arguments | {delay: 0}
        return real(client, name, arguments)

    monkeypatch.setattr(BaseClient, "_make_api_call", hurry)
    return asked
