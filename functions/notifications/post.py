"""HTTP POST to a sink, safe against SSRF and DNS rebinding: bounded time, no redirects.

The name is resolved once, all its addresses are checked, and the connection is made to one of
those; a name that resolves to another address a moment later (DNS rebinding) changes nothing. Of
the answer only the head is read. Sources: CloudEvents, "HTTP 1.1 Web Hooks for Event Delivery";
CAMARA Event Subscription and Notification Guidelines.
"""

import io
import socket
import ssl
import time
from concurrent.futures import Future
from contextlib import ExitStack, suppress
from functools import cache
from http import HTTPStatus
from http.client import HTTPConnection, HTTPException, HTTPResponse
from ipaddress import ip_address
from threading import Thread
from typing import Any

from notifications.sink import Sink, is_allowed

_CONNECT_SECONDS = 3
_LONGEST_HEAD = 64 * 1024

type _Addresses = list[tuple[socket.AddressFamily, Any]]


class NotDelivered(Exception):
    """The sink cannot be reached, may not be reached, or does not answer in time."""


def post(
    sink: Sink, body: bytes, headers: dict[str, str], *, seconds: float, loopback_allowed: bool
) -> int:
    """Send ``body``; return the status of the answer. Raises ``NotDelivered``.

    ``seconds`` is for all of it, resolving the name included, however slowly the sink answers.
    """
    deadline = _Deadline(seconds)
    try:
        if not all(value.isascii() and value.isprintable() for value in headers.values()):
            raise NotDelivered
        addresses = _resolve(sink, deadline, loopback_allowed=loopback_allowed)
        with _connect(addresses, deadline) as plain, _start_tls(plain, sink, deadline) as sock:
            channel = _Channel(sock, deadline)
            connection = HTTPConnection(sink.host, sink.port)
            connection.sock = channel
            all_headers = {"Host": sink.authority, "Connection": "close"} | headers
            connection.request("POST", sink.target, body, all_headers)
            return _status(channel)
    except (OSError, HTTPException, ValueError) as error:
        raise NotDelivered from error


class _Deadline:
    def __init__(self, seconds: float) -> None:
        self._at = time.monotonic() + seconds

    def left(self) -> float:
        """Return the seconds that are left. Raises ``NotDelivered`` when there are none."""
        left = self._at - time.monotonic()
        if left <= 0:
            raise NotDelivered
        return left


class _Reader(io.BufferedReader):
    """A reader that ``HTTPResponse`` does not close after a 1xx answer: the final one follows."""

    def close(self) -> None:
        """Do nothing: the final answer is still to be read."""


class _Channel:
    """The part of a socket that ``http.client`` uses, with one deadline for the whole exchange.

    A socket's own timeout would start anew with each byte.
    """

    def __init__(self, sock: socket.socket, deadline: _Deadline) -> None:
        self._sock = sock
        self._deadline = deadline
        self._reader = _Reader(_Head(sock, deadline))

    def sendall(self, data: bytes) -> None:
        self._sock.settimeout(self._deadline.left())
        self._sock.sendall(data)

    def makefile(self, _mode: str) -> io.BufferedIOBase:
        return self._reader

    def close(self) -> None:
        """Do nothing: ``post`` closes the socket."""


class _Head(io.RawIOBase):
    """Raw stream of an answer's head, bounded in time and length."""

    def __init__(self, sock: socket.socket, deadline: _Deadline) -> None:
        self._sock = sock
        self._deadline = deadline
        self._left = _LONGEST_HEAD

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        self._sock.settimeout(self._deadline.left())
        received = self._sock.recv_into(buffer)
        self._left -= received
        if self._left < 0:
            raise NotDelivered
        return received


def _status(channel: _Channel) -> int:
    """Return the status of the final answer: others (1xx) may come before it (RFC 9110, 15.2)."""
    while True:
        answer = HTTPResponse(channel, method="POST")  # type: ignore[arg-type]
        answer.begin()
        if answer.status >= HTTPStatus.OK:
            return answer.status


def _resolve(sink: Sink, deadline: _Deadline, *, loopback_allowed: bool) -> _Addresses:
    """Resolve the name, in a thread, because the resolver has no timeout.

    Raises ``NotDelivered`` if any of its addresses is not allowed.
    """
    found: Future[list[Any]] = Future()

    def resolve() -> None:
        try:
            found.set_result(socket.getaddrinfo(sink.host, sink.port, type=socket.SOCK_STREAM))
        except (OSError, ValueError) as error:
            found.set_exception(error)

    Thread(target=resolve, daemon=True).start()
    addresses = [(entry[0], entry[4]) for entry in found.result(deadline.left())]
    for _, (host, *_) in addresses:
        if not is_allowed(ip_address(host), loopback_allowed=loopback_allowed):
            raise NotDelivered
    return addresses


def _connect(addresses: _Addresses, deadline: _Deadline) -> socket.socket:
    """Connect to the first address that can be connected to. Raises ``NotDelivered``."""
    for family, address in addresses:
        with suppress(OSError), ExitStack() as on_failure:
            sock = on_failure.enter_context(socket.socket(family, socket.SOCK_STREAM))
            sock.settimeout(min(_CONNECT_SECONDS, deadline.left()))
            sock.connect(address)
            on_failure.pop_all()
            return sock
    raise NotDelivered


def _start_tls(sock: socket.socket, sink: Sink, deadline: _Deadline) -> socket.socket:
    """Start TLS if the sink is https; the certificate is checked for the sink's name."""
    if sink.scheme != "https":
        return sock
    sock.settimeout(deadline.left())
    return tls().wrap_socket(sock, server_hostname=sink.host)


@cache
def tls() -> ssl.SSLContext:
    """Return the process's context: the system's authorities, TLS 1.2 and newer."""
    return ssl.create_default_context()
