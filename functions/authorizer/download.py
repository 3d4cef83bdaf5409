"""One GET whose whole time is bounded, however slowly the other side answers."""

from contextlib import suppress
from http import HTTPStatus
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from socket import SHUT_RDWR
from threading import Lock, Thread
from urllib.parse import urlsplit

_STEP_SECONDS = 3
_LARGEST = 1024 * 1024


class Download(Thread):
    """The body behind an http or https URL, fetched in a thread of its own.

    A timeout of the socket's is for each byte anew, and none is for resolving a name: so whoever
    waits gives up, and closes the connection. No redirect is followed, more than 1 MiB is refused.
    """

    def __init__(self, url: str) -> None:
        super().__init__(daemon=True)
        self._url = urlsplit(url)
        self._connection: HTTPConnection | None = None
        self._lock = Lock()
        self._given_up = False
        self._body: bytes | None = None
        self.start()

    def body(self, seconds: float) -> bytes | None:
        """Wait so long at most; return ``None`` if there is no body by then, or none at all."""
        self.join(seconds)
        with self._lock:
            self._given_up = True
            if self._connection is not None and self._connection.sock is not None:
                with suppress(OSError):
                    self._connection.sock.shutdown(SHUT_RDWR)
        return None if self.is_alive() else self._body

    def run(self) -> None:
        """Fetch; whatever goes wrong, there is no body then."""
        with suppress(OSError, HTTPException, ValueError):
            self._body = self._fetched()

    def _fetched(self) -> bytes | None:
        url = self._url
        kind = HTTPSConnection if url.scheme == "https" else HTTPConnection
        connection = kind(url.hostname or "", url.port, timeout=_STEP_SECONDS)
        try:
            connection.connect()
            with self._lock:
                if self._given_up:
                    return None
                self._connection = connection
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
