"""Plain HTTP to this machine: past any proxy, and every status is an answer, no exception."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from http.client import HTTPConnection
from typing import Any
from urllib.parse import urlsplit

_TIMEOUT_SECONDS = 40


@dataclass(frozen=True)
class Answer:
    """What came back; the names of the headers are in lower case."""

    status: int
    body: bytes
    headers: Mapping[str, str] = field(default_factory=dict)

    @property
    def json(self) -> Any:
        """The body's JSON value, None for an empty body. Raises ValueError when it is not JSON."""
        return json.loads(self.body) if self.body else None


def call(
    method: str, url: str, headers: Mapping[str, str] | None = None, body: str | None = None
) -> Answer:
    """Make one request to an http URL.

    Raises OSError when nothing listens there, or does not answer within 40 s.
    """
    address = urlsplit(url)
    connection = HTTPConnection(address.netloc, timeout=_TIMEOUT_SECONDS)
    try:
        query = f"?{address.query}" if address.query else ""
        connection.request(method, address.path + query, body, headers or {})
        response = connection.getresponse()
        return Answer(response.status, response.read())
    finally:
        connection.close()


def answers(url: str) -> bool:
    """Tell whether a GET of this URL gets a 200."""
    try:
        return call("GET", url).status == HTTPStatus.OK
    except OSError:
        return False
