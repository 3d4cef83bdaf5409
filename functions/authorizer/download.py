"""One GET whose whole time is bounded, however slowly the other side answers."""

from contextlib import suppress
from http import HTTPStatus
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from socket import SHUT_RDWR
from threading import Lock, Thread
from urllib.parse import urlsplit

_CONNECT_SECONDS = 2
"""For each address that the name has: one that is dead is to leave time for the next."""

_READ_SECONDS = 3
_LARGEST = 1024 * 1024


class Download(Thread):
    """The body behind an http or https URL, fetched in a thread of its own.

    A timeout of the socket's is for each byte anew, and none is for resolving a name: so whoever
    waits may give up, which closes the connection. No redirect is followed, and more than 1 MiB is
    no ``body``, nor is anything else that is not a whole answer with status 200.
    """

    def __init__(self, url: str) -> None:
        super().__init__(daemon=True)
        self.body: bytes | None = None
        self._url = urlsplit(url)
        self._connection: HTTPConnection | None = None
        self._lock = Lock()
        self._given_up = False
        self.start()

    def wait(self, seconds: float) -> bool:
        """Wait for the end so long at most; tell whether it has come."""
        self.join(seconds)
        return not self.is_alive()

    def give_up(self) -> None:
        """Close the connection, or make none: there will be no body."""
        with self._lock:
            self._given_up = True
            if self._connection is not None and self._connection.sock is not None:
                with suppress(OSError):
                    self._connection.sock.shutdown(SHUT_RDWR)

    def run(self) -> None:
        """Fetch; whatever goes wrong, there is no body then."""
        with suppress(OSError, HTTPException, ValueError):
            body = self._fetched()
            with self._lock:
                self.body = None if self._given_up else body

    def _fetched(self) -> bytes | None:
        url = self._url
        kind = HTTPSConnection if url.scheme == "https" else HTTPConnection
        connection = kind(url.hostname or "", url.port, timeout=_CONNECT_SECONDS)
        try:
            connection.connect()
            with self._lock:
                if self._given_up:
                    return None
                self._connection = connection
            connection.sock.settimeout(_READ_SECONDS)
            path = url._replace(scheme="", netloc="", fragment="").geturl() or "/"
            headers = {"Accept": "application/json", "User-Agent": "webrtc-authorizer"}
            connection.request("GET", path, headers=headers)
            with connection.getresponse() as answer:
                body = answer.read(_LARGEST + 1)
                whole = len(body) <= _LARGEST and not answer.length
            return body if whole and answer.status == HTTPStatus.OK else None
        finally:
            with self._lock:
                self._connection = None
            connection.close()
