"""However a sink drags it out, a delivery ends in time: what it may take is for all of it."""

import socket
import ssl
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from threading import Event, Thread

import pytest

from notifications import post
from tests.support.authority import Authority
from tests.support.names import Names
from tests.support.posting import BODY, SINK_NAME, posted
from tests.support.webhook import DRIP_SECONDS, HOST, Behaviour, Webhook, drip_head, hang

SECONDS = 2 * DRIP_SECONDS
"""Longer than between two bytes: a timeout of the socket's alone would never come."""
LEEWAY = 0.7
FOR_BOTH = 1.5
"""Where each of two parts takes a second: with as much for each it would end too late."""


def assert_ends_in_time(url: str, body: bytes = b"{}", seconds: float = SECONDS) -> None:
    outcome = posted(url, body, seconds=seconds)
    assert outcome.status is None
    assert outcome.seconds < seconds + LEEWAY


@contextmanager
def listening(serve: Callable[[socket.socket, Event], None]) -> Iterator[int]:
    """Let ``serve`` have the first connection until the end; yields the port."""
    over = Event()

    def accept() -> None:
        with suppress(OSError):
            connection, _ = listener.accept()
            with connection:
                connection.settimeout(5)
                serve(connection, over)

    with socket.create_server((HOST, 0)) as listener:
        listener.settimeout(5)
        thread = Thread(target=accept)
        thread.start()
        try:
            yield listener.getsockname()[1]
        finally:
            over.set()
            thread.join()


@pytest.mark.parametrize("behaviour", [hang, drip_head])
def test_an_answer_that_does_not_come(webhook: Webhook, behaviour: Behaviour) -> None:
    webhook.then(behaviour)

    assert_ends_in_time(webhook.url)
    assert len(webhook.received) == 1


def test_an_answer_that_does_not_come_by_https(
    names: Names, trusted: Authority, https_webhook: Callable[[ssl.SSLContext], Webhook]
) -> None:
    names.lead(SINK_NAME, [HOST])
    webhook = https_webhook(trusted.issue(SINK_NAME))
    webhook.then(drip_head)

    assert_ends_in_time(f"https://{SINK_NAME}:{webhook.port}/")
    assert len(webhook.received) == 1


def test_a_handshake_that_does_not_begin(names: Names) -> None:
    names.lead(SINK_NAME, [HOST])
    with listening(lambda _, over: assert_over(over)) as port:
        assert_ends_in_time(f"https://{SINK_NAME}:{port}/")


def test_a_handshake_that_drips(names: Names) -> None:
    def drip(connection: socket.socket, over: Event) -> None:
        # A record of a handshake that is 16 KiB long.
        for byte in b"\x16\x03\x03\x40\x00" + b"\x02" * 100:
            connection.send(bytes([byte]))
            if over.wait(DRIP_SECONDS):
                return

    names.lead(SINK_NAME, [HOST])
    with listening(drip) as port:
        assert_ends_in_time(f"https://{SINK_NAME}:{port}/")


def assert_over(over: Event) -> None:
    assert over.wait(5)


def test_a_request_that_is_not_read() -> None:
    with listening(lambda _, over: assert_over(over)) as port:
        assert_ends_in_time(f"http://{HOST}:{port}/", b"x" * 20_000_000)


@pytest.mark.parametrize("scheme", ["http", "https"])
def test_a_request_that_is_read_slowly(names: Names, trusted: Authority, scheme: str) -> None:
    context = trusted.issue(SINK_NAME)

    def read(connection: socket.socket, over: Event) -> None:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        if scheme == "https":
            connection = context.wrap_socket(connection, server_side=True)
        with connection, suppress(OSError):
            while connection.recv(100_000) and not over.wait(0.1):
                pass

    names.lead(SINK_NAME, [HOST])
    with listening(read) as port:
        host = SINK_NAME if scheme == "https" else HOST
        names.lead(HOST, [HOST])
        assert_ends_in_time(f"{scheme}://{host}:{port}/", b"x" * 20_000_000)


def test_a_slow_handshake_is_waited_for(
    names: Names, trusted: Authority, monkeypatch: pytest.MonkeyPatch
) -> None:
    context = trusted.issue(SINK_NAME)

    def answer(connection: socket.socket, over: Event) -> None:
        over.wait(0.5)
        with context.wrap_socket(connection, server_side=True) as sock:
            received = b""
            while not received.endswith(BODY):
                received += sock.recv(100_000)
            sock.sendall(b"HTTP/1.1 204 No Content\r\n\r\n")

    monkeypatch.setattr(post, "_CONNECT_SECONDS", 0.2)
    names.lead(SINK_NAME, [HOST])
    with listening(answer) as port:
        assert posted(f"https://{SINK_NAME}:{port}/").status == 204


def test_what_a_slow_handshake_has_taken_is_not_there_for_the_request(
    names: Names, trusted: Authority
) -> None:
    context = trusted.issue(SINK_NAME)

    def stall(connection: socket.socket, over: Event) -> None:
        over.wait(1)
        with context.wrap_socket(connection, server_side=True):
            assert_over(over)

    names.lead(SINK_NAME, [HOST])
    with listening(stall) as port:
        url = f"https://{SINK_NAME}:{port}/"
        assert_ends_in_time(url, b"x" * 20_000_000, FOR_BOTH)


def test_a_connection_that_is_not_accepted() -> None:
    with socket.socket() as listener:
        listener.bind((HOST, 0))
        listener.listen(0)
        address = listener.getsockname()
        waiting = [socket.socket() for _ in range(4)]
        for sock in waiting:
            sock.settimeout(0)
            sock.connect_ex(address)
        try:
            assert_ends_in_time(f"http://{HOST}:{address[1]}/")
        finally:
            for sock in waiting:
                sock.close()


def test_a_name_that_is_not_resolved(monkeypatch: pytest.MonkeyPatch) -> None:
    over = Event()

    def getaddrinfo(*_: object, **__: object) -> list[object]:
        over.wait(5)
        return []

    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)
    try:
        assert_ends_in_time(f"https://{SINK_NAME}/", seconds=0.5)
    finally:
        over.set()


def test_all_that_is_slow_together_has_no_more_time(
    names: Names, webhook: Webhook, monkeypatch: pytest.MonkeyPatch
) -> None:
    def slowly(host: str, port: int, **more: object) -> list[object]:
        time.sleep(1)
        return names.getaddrinfo(host, port, **more)

    names.lead(HOST, [HOST])
    monkeypatch.setattr(socket, "getaddrinfo", slowly)
    webhook.then(hang)

    assert_ends_in_time(webhook.url, seconds=FOR_BOTH)
    assert len(webhook.received) == 1


def test_without_any_time_nothing_is_sent(webhook: Webhook) -> None:
    assert posted(webhook.url, seconds=0).status is None
    assert webhook.received == []
