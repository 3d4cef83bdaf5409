"""A download over real sockets: whatever the other side does, nobody waits for long."""

import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from http.client import HTTPException
from threading import Event, Thread
from time import sleep
from typing import Any

import pytest

from authorizer.download import Download
from authorizer.fetch import TrustFetch
from authorizer.settings import Settings
from authorizer.trust import Trust
from tests.support.tarpit import tarpit

MEBIBYTE = 1024 * 1024
LONG_SECONDS = 20
"""Never waited for to the end, unless something is broken."""

type Answer = Callable[[socket.socket], None]


@contextmanager
def server(answer: Answer) -> Iterator[str]:
    """Answer one request on loopback; yields the URL of a document there."""

    def serve() -> None:
        connection, _ = listening.accept()
        with connection, suppress(OSError):
            connection.recv(65_536)
            answer(connection)

    with socket.create_server(("127.0.0.1", 0)) as listening:
        thread = Thread(target=serve)
        thread.start()
        host, port = listening.getsockname()
        yield f"http://{host}:{port}/keys.json?v=1"
        thread.join()


def says(text: str, body: bytes = b"") -> Answer:
    return lambda connection: connection.sendall(text.encode() + body)


def drips(text: str, over: Event) -> Answer:
    def answer(connection: socket.socket) -> None:
        connection.sendall(text.encode())
        while not over.is_set():
            connection.sendall(b"a")
            sleep(0.02)

    return answer


def ok(body: bytes) -> Answer:
    return says(f"HTTP/1.1 200 OK\r\nContent-Length: {len(body)}\r\n\r\n", body)


class Downloading(Thread):
    """A download in a thread of its own; no ``body`` is a failure."""

    def __init__(self, url: str) -> None:
        super().__init__(daemon=True)
        self.body: bytes | None = None
        self.download = Download()
        self._url = url
        self.start()

    def run(self) -> None:
        with suppress(OSError, HTTPException):
            self.body = self.download.get(self._url)

    def ends_within(self, seconds: float) -> bool:
        self.join(seconds)
        return not self.is_alive()


def downloaded(url: str) -> bytes | None:
    downloading = Downloading(url)
    assert downloading.ends_within(LONG_SECONDS)
    return downloading.body


def test_the_body_is_what_was_sent() -> None:
    with server(ok(b'{"keys":[]}')) as url:
        assert downloaded(url) == b'{"keys":[]}'


@pytest.mark.parametrize(
    "answer",
    [
        says(""),
        says("no HTTP\r\n\r\n"),
        says("HTTP/1.1 404 Not Found\r\nContent-Length: 2\r\n\r\n{}"),
        says("HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:9/\r\nContent-Length: 0\r\n\r\n"),
        says("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n{}"),
        says("HTTP/1.1 200 OK\r\nContent-Length: nonsense\r\nA:" + "b" * 70_000),
        ok(b"a" * (MEBIBYTE + 1)),
    ],
    ids=["nothing", "no HTTP", "404", "redirect", "cut off", "long header", "too large"],
)
def test_what_is_no_whole_answer_is_none(answer: Answer) -> None:
    with server(answer) as url:
        assert downloaded(url) is None


def test_nobody_there_is_no_answer(free_port: int) -> None:
    assert downloaded(f"http://127.0.0.1:{free_port}/") is None


@pytest.mark.parametrize(
    "begun",
    ["", "HTTP/1.1 200 OK\r\nX-Long: ", "HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n"],
    ids=["status", "header", "body"],
)
def test_an_answer_that_drips_goes_on_until_it_is_given_up(begun: str) -> None:
    over = Event()
    with server(drips(begun, over)) as url:
        downloading = Downloading(url)
        ended = downloading.ends_within(0.2)
        downloading.download.give_up()
        ended_then = downloading.ends_within(LONG_SECONDS)
        over.set()

    assert (ended, ended_then, downloading.body) == (False, True, None)


def test_so_does_a_fetch_whose_discovery_document_drips() -> None:
    over = Event()
    with server(drips('HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n{"issuer": "', over)) as url:
        settings = Settings(url.rpartition("/")[0], "the-api", jwks_uri="")
        fetch = TrustFetch(settings)
        ended = fetch.wait(0.2)
        fetch.give_up()
        ended_then = fetch.wait(LONG_SECONDS)
        over.set()

    assert (ended, ended_then, fetch.found) == (False, True, Trust(settings, {}))


def test_so_does_one_that_does_not_come() -> None:
    with tarpit() as url:
        downloading = Downloading(url)
        assert not downloading.ends_within(0.2)
        downloading.download.give_up()
        assert downloading.ends_within(LONG_SECONDS)
        assert downloading.body is None


def test_what_was_given_up_asks_for_nothing_more() -> None:
    download = Download()
    download.give_up()
    with tarpit() as url, pytest.raises(OSError, match="given up"):
        download.get(url)


def test_a_dead_address_of_a_name_leaves_time_for_the_next(monkeypatch: pytest.MonkeyPatch) -> None:
    tried: list[Any] = []

    def create_connection(address: Any, timeout: float, *_: Any) -> socket.socket:
        tried.append((address, timeout))
        raise OSError

    monkeypatch.setattr(socket, "create_connection", create_connection)

    assert downloaded("https://issuer.example.com/keys.json") is None
    assert tried == [(("issuer.example.com", 443), 2)]
