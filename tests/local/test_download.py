"""A download over real sockets: whatever the other side does, nobody waits for long."""

import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from threading import Event, Thread
from time import sleep

import pytest

from authorizer.download import Download
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


def test_the_body_is_what_was_sent() -> None:
    with server(ok(b'{"keys":[]}')) as url:
        assert Download(url).body(LONG_SECONDS) == b'{"keys":[]}'


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
        assert Download(url).body(LONG_SECONDS) is None


def test_nobody_there_is_no_answer(free_port: int) -> None:
    assert Download(f"http://127.0.0.1:{free_port}/").body(LONG_SECONDS) is None


@pytest.mark.parametrize(
    "begun",
    ["", "HTTP/1.1 200 OK\r\nX-Long: ", "HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n"],
    ids=["status", "header", "body"],
)
def test_an_answer_that_drips_is_given_up_and_goes_on_for_nobody(begun: str) -> None:
    over = Event()
    with server(drips(begun, over)) as url:
        download = Download(url)
        body = download.body(0.2)
        download.join(LONG_SECONDS)
        ended = not download.is_alive()
        over.set()

    assert body is None
    assert ended


def test_so_is_one_that_does_not_come() -> None:
    with tarpit() as url:
        download = Download(url)
        assert download.body(0.2) is None
        download.join(LONG_SECONDS)
        assert not download.is_alive()
