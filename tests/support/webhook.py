"""A real receiver of notifications on 127.0.0.1, which misbehaves when told to.

Requests are kept in the order in which they have been read. Whatever hangs here ends when the
receiver is closed.
"""

import json
import socket
import ssl
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Condition, Event, Thread
from typing import Any, NamedTuple

HOST = "127.0.0.1"

DRIP_SECONDS = 0.25
"""Between two bytes of who drips."""

type Behaviour = Callable[["_Exchange"], None]
"""What to do when a request has been read."""


class Received(NamedTuple):
    """A request; names of headers in lower case, ``at`` on the monotonic clock."""

    method: str
    target: str
    headers: dict[str, str]
    body: bytes
    at: float

    @property
    def event(self) -> Any:
        """The body, read as JSON."""
        return json.loads(self.body)


class Webhook:
    """Answers 204, or as it ``always`` does, but for what ``then`` has put in line."""

    def __init__(self, tls: ssl.SSLContext | None = None) -> None:
        self.received: list[Received] = []
        self.tls = tls
        self.closing = Event()
        self._line: deque[Behaviour] = deque()
        self._otherwise = answer(204)
        self._changed = Condition()
        self._server = _Server(self)
        self.port: int = self._server.server_address[1]
        self.url = f"{'https' if tls else 'http'}://{HOST}:{self.port}/hook"

    def then(self, *behaviours: Behaviour) -> None:
        """Do these next, one for each request."""
        self._line.extend(behaviours)

    def always(self, behaviour: Behaviour) -> None:
        """Do this whenever there is nothing in line."""
        self._otherwise = behaviour

    def wait_for(self, count: int, seconds: float = 5) -> list[Received]:
        """Return what has been received as soon as there are so many; fails after a while."""
        with self._changed:
            there = self._changed.wait_for(lambda: len(self.received) >= count, seconds)
            assert there, f"{len(self.received)} of {count} notifications after {seconds} seconds"
            return list(self.received)

    def take(self, received: Received) -> Behaviour:
        """Keep a request; return what to do with it."""
        with self._changed:
            self.received.append(received)
            self._changed.notify_all()
            return self._line.popleft() if self._line else self._otherwise

    @contextmanager
    def serving(self) -> Iterator["Webhook"]:
        """Serve meanwhile."""
        thread = Thread(target=self._server.serve_forever, args=(0.01,))
        thread.start()
        try:
            yield self
        finally:
            self.closing.set()
            self._server.shutdown()
            thread.join()
            self._server.server_close()


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, webhook: Webhook) -> None:
        super().__init__((HOST, 0), _Exchange)
        self.webhook = webhook

    def finish_request(self, request: Any, client_address: Any) -> None:
        # Here and not where it is accepted: who does not get through the handshake is alone.
        tls = self.webhook.tls
        sock = tls.wrap_socket(request, server_side=True) if tls else request
        with sock:
            super().finish_request(sock, client_address)

    def handle_error(self, *_: Any) -> None:
        """Say nothing: that senders hang up is what is tested."""


class _Exchange(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: _Server

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        headers = {name.lower(): value for name, value in self.headers.items()}
        assert len(headers) == len(self.headers), f"a header twice: {self.headers}"
        received = Received(self.command, self.path, headers, body, time.monotonic())
        self.server.webhook.take(received)(self)

    do_GET = do_PUT = do_POST  # noqa: N815

    def log_message(self, *_: Any) -> None:
        """Say nothing."""

    def drip(self, content: bytes) -> None:
        """Send a byte now and then, the first at once, until the receiver is closed."""
        for place in range(len(content)):
            self.wfile.write(content[place : place + 1])
            if self.server.webhook.closing.wait(DRIP_SECONDS):
                return

    def wait(self) -> None:
        """Wait until the receiver is closed."""
        self.server.webhook.closing.wait(60)


def answer(status: int, body: bytes = b"", **headers: str) -> Behaviour:
    """Answer; ``headers`` with underscores for hyphens."""

    def behave(exchange: _Exchange) -> None:
        exchange.send_response(status)
        for name, value in headers.items():
            exchange.send_header(name.replace("_", "-"), value)
        if status not in {204, 304} and status >= 200:
            exchange.send_header("Content-Length", str(len(body)))
        exchange.end_headers()
        exchange.wfile.write(body)

    return behave


def late(seconds: float, status: int = 204) -> Behaviour:
    """Answer after so many seconds, unless the receiver is closed before."""

    def behave(exchange: _Exchange) -> None:
        exchange.server.webhook.closing.wait(seconds)
        answer(status)(exchange)

    return behave


def raw(content: bytes) -> Behaviour:
    """Answer with these very bytes, and close the connection."""

    def behave(exchange: _Exchange) -> None:
        exchange.wfile.write(content)
        exchange.close_connection = True

    return behave


def hang(exchange: _Exchange) -> None:
    """Do not answer, and do not close the connection."""
    exchange.wait()
    exchange.close_connection = True


def drop(exchange: _Exchange) -> None:
    """Close the connection without an answer."""
    exchange.close_connection = True
    exchange.connection.shutdown(socket.SHUT_RDWR)


def drip_head(exchange: _Exchange) -> None:
    """Answer byte by byte."""
    exchange.close_connection = True
    exchange.drip(b"HTTP/1.1 204 No Content\r\nX-Slow: yes\r\n\r\n")


def drip_body(exchange: _Exchange) -> None:
    """Answer 200 at once, with a body byte by byte."""
    exchange.close_connection = True
    exchange.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n")
    exchange.drip(b"x" * 1000)


def endless_head(exchange: _Exchange) -> None:
    """Answer with header after header, as fast as it goes."""
    exchange.close_connection = True
    exchange.wfile.write(b"HTTP/1.1 200 OK\r\n")
    while not exchange.server.webhook.closing.is_set():
        exchange.wfile.write(b"X-More: " + b"x" * 1000 + b"\r\n")


def interim_answers(exchange: _Exchange) -> None:
    """Say again and again that an answer will come, as fast as it goes."""
    exchange.close_connection = True
    while not exchange.server.webhook.closing.is_set():
        exchange.wfile.write(b"HTTP/1.1 100 Continue\r\n\r\n" * 100)
