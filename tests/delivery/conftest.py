"""Real sockets, on loopback only; AWS is moto, names lead where a test says."""

import socket
import ssl
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import pytest_socket

from events import deliver_notification, post
from tests.delivery.authority import Authority
from tests.delivery.lambda_poller import Poller
from tests.integration.conftest import (  # noqa: F401 - fixtures
    Messaging,
    dynamo,
    environment,
    messaging,
    requests,
    table,
    time_stands_still,
)
from tests.support.webhook import Webhook


class Names:
    """What names lead to: each look-up takes the next answer, the last one stays."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self._answers: dict[str, list[list[str]]] = {}

    def lead(self, name: str, *answers: list[str]) -> None:
        self._answers[name] = list(answers)

    def getaddrinfo(self, host: str, port: int, **_: Any) -> list[Any]:
        self.asked.append(host)
        answers = self._answers.get(host)
        if not answers:
            raise socket.gaierror(socket.EAI_NONAME, "unknown")
        addresses = answers.pop(0) if len(answers) > 1 else answers[0]
        return [_entry(address, port) for address in addresses]


def _entry(address: str, port: int) -> Any:
    if ":" in address:
        return socket.AF_INET6, socket.SOCK_STREAM, 6, "", (address, port, 0, 0)
    return socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port)


@pytest.fixture(autouse=True)
def loopback(environment: None, monkeypatch: pytest.MonkeyPatch) -> None:  # noqa: F811
    """Let sockets reach this machine, and let sinks be on it."""
    del environment
    pytest_socket.enable_socket()
    pytest_socket.socket_allow_hosts(["127.0.0.0/8", "::1"])
    monkeypatch.setenv("LOOPBACK_SINKS", "true")


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
def poller(messaging: Messaging) -> Poller:  # noqa: F811
    return Poller(messaging.queue)


@pytest.fixture
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let messages come again without a delay."""
    monkeypatch.setattr(deliver_notification, "delay_seconds", lambda _: 0)
