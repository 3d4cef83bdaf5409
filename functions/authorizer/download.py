"""HTTPS GET that another thread can cancel; the answer's size is bounded."""

from contextlib import suppress
from http import HTTPStatus
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from socket import SHUT_RDWR
from threading import Lock
from urllib.parse import SplitResult, urlsplit

_CONNECT_SECONDS = 2
"""For each address of the name, so that a dead one leaves time for the next."""

_READ_SECONDS = 3
_LARGEST = 1024 * 1024
LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})


class Download:
    """GET requests, one after another, that another thread can cancel.

    A socket's timeout starts anew with each byte, and resolving a name has none: so whoever waits
    sets the total time, and cancels by closing the connection.
    """

    def __init__(self) -> None:
        self.url = ""
        """The URL that was requested last."""
        self._connection: HTTPConnection | None = None
        self._lock = Lock()
        self._given_up = False

    def get(self, url: str) -> bytes:
        """Return the body behind an https URL, or an http one on loopback.

        Raises ValueError for any other URL; OSError or HTTPException unless a whole answer of 1 MiB
        at most comes with status 200 (no redirect is followed), and once it has been cancelled.
        """
        self.url = url
        parts = urlsplit(url)
        # Over plain HTTP, somebody on the way could replace the keys.
        if parts.scheme != "https" and parts.hostname not in LOOPBACK:
            message = "neither https nor loopback"
            raise ValueError(message)
        kind = HTTPSConnection if parts.scheme == "https" else HTTPConnection
        connection = kind(parts.hostname or "", parts.port, timeout=_CONNECT_SECONDS)
        try:
            connection.connect()
            self._hold(connection)
            body = _answer(connection, parts)
            self._hold(None)
        finally:
            connection.close()
        return body

    def give_up(self) -> None:
        """Cancel: close the connection, and make no other."""
        with self._lock:
            self._given_up = True
            if self._connection is not None and self._connection.sock is not None:
                with suppress(OSError):
                    self._connection.sock.shutdown(SHUT_RDWR)

    def _hold(self, connection: HTTPConnection | None) -> None:
        with self._lock:
            if self._given_up:
                message = "given up"
                raise OSError(message)
            self._connection = connection


def _answer(connection: HTTPConnection, url: SplitResult) -> bytes:
    connection.sock.settimeout(_READ_SECONDS)
    path = url._replace(scheme="", netloc="", fragment="").geturl() or "/"
    headers = {"Accept": "application/json", "User-Agent": "webrtc-authorizer"}
    connection.request("GET", path, headers=headers)
    with connection.getresponse() as answer:
        body = answer.read(_LARGEST + 1)
        if answer.status != HTTPStatus.OK or len(body) > _LARGEST or answer.length:
            message = f"status {answer.status}, {len(body)} bytes, {answer.length or 0} missing"
            raise HTTPException(message)
    return body
