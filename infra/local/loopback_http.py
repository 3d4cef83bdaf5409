"""Plain HTTP to this machine: past any proxy, paths as they are given, every status an answer.

httpx is told the target of a request byte for byte; urllib3 and requests write its escapes anew.
"""

import atexit
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from http import HTTPStatus
from typing import Any

import httpx

_TIMEOUT_SECONDS = 40
# Servers close a connection that lies idle; ours do after 5 seconds.
_IDLE_SECONDS = 2
_ORIGIN = re.compile(r"^(http://[^/?#]+)")


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


def client() -> httpx.Client:
    """Return a client that keeps connections for its next requests, in any number of threads."""
    limits = httpx.Limits(keepalive_expiry=_IDLE_SECONDS)
    return httpx.Client(trust_env=False, timeout=_TIMEOUT_SECONDS, limits=limits)


def send(
    client: httpx.Client,
    method: str,
    url: str,
    headers: Mapping[str, str] | None = None,
    body: bytes | None = None,
) -> httpx.Response:
    """Make one request. Raises httpx.HTTPError when there is no answer within 40 s."""
    origin, target = _ORIGIN.split(url)[1:]
    return client.request(
        method,
        origin,
        headers=[
            (name.encode(), value.encode("latin-1")) for name, value in (headers or {}).items()
        ],
        content=body,
        extensions={"target": target.encode() or b"/"},
    )


def call(
    method: str, url: str, headers: Mapping[str, str] | None = None, body: str | None = None
) -> Answer:
    """Make one request to an http URL.

    Raises httpx.HTTPError when nothing listens there, or does not answer within 40 s.
    """
    response = send(_kept(), method, url, headers, body.encode() if body else None)
    return Answer(response.status_code, response.content, response.headers)


def answers(url: str) -> bool:
    """Tell whether a GET of this URL gets a 200."""
    try:
        return call("GET", url).status == HTTPStatus.OK
    except httpx.HTTPError:
        return False


@cache
def _kept() -> httpx.Client:
    kept = client()
    atexit.register(kept.close)
    return kept
