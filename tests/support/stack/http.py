"""The embedded stack over HTTP: paths as they are given, every answer held against the contract."""

import json
import re
import time
from collections.abc import Mapping
from functools import lru_cache
from http.client import HTTPConnection, HTTPResponse
from threading import Lock, local
from typing import Any
from urllib.parse import urlsplit

from infra.local.stack_file import Stack
from tests.support.api import Answer
from tests.support.contract import check_error, check_response
from tests.support.template import routes

_TIMEOUT_SECONDS = 30
# Servers close a connection that lies idle; ours do after 5 seconds.
_IDLE_SECONDS = 2


class EmbeddedApi:
    """A client for threads: each has a connection of its own, kept alive from one request on."""

    def __init__(self, stack: Stack) -> None:
        self._api = urlsplit(stack.api_url)
        self._issuer = urlsplit(stack.token_url)
        self._thread = local()
        self._opened: list[_Connection] = []
        self._tokens: dict[str, str] = {}
        self._lock = Lock()

    def request(
        self,
        method: str,
        path: str,
        headers: Mapping[str, str] | None = None,
        body: bytes | None = None,
    ) -> Answer:
        """Send a request to a path below the API's root, as it stands.

        Raises ``AssertionError`` when the answer is not what the API documents.
        """
        response, content = self._connection().exchange(
            method, self._api.path + path, headers or {}, body
        )
        received = {name.lower(): value for name, value in response.getheaders()}
        assert len(received) == len(response.getheaders()), f"a header twice: {response.headers}"
        resource = _resource(method, path)
        if resource is None:
            check_error(response.status, received, content)
        else:
            check_response(method, resource, response.status, received, content)
        return Answer(response.status, received, json.loads(content) if content else None)

    def token(self, **claims: Any) -> str:
        """Return an access token from the stack's issuer, the same for the same claims.

        One with an ``expires_in`` of its own is new each time.
        """
        wanted = json.dumps(claims, sort_keys=True)
        with self._lock:
            if "expires_in" in claims or wanted not in self._tokens:
                self._tokens[wanted] = self._issued(wanted)
            return self._tokens[wanted]

    def close(self) -> None:
        """Close the connections, all threads' included."""
        for connection in self._opened:
            connection.close()

    def _connection(self) -> "_Connection":
        if not hasattr(self._thread, "connection"):
            self._thread.connection = _Connection(self._api.netloc, timeout=_TIMEOUT_SECONDS)
            self._opened.append(self._thread.connection)
        connection: _Connection = self._thread.connection
        return connection

    def _issued(self, request: str) -> str:
        connection = _Connection(self._issuer.netloc, timeout=_TIMEOUT_SECONDS)
        try:
            response, content = connection.exchange("POST", self._issuer.path, {}, request.encode())
        finally:
            connection.close()
        assert response.status == 200, content
        return str(json.loads(content)["access_token"])


class _Connection(HTTPConnection):
    """Knows when it has been idle for too long."""

    _last_used = 0.0

    def exchange(
        self, method: str, path: str, headers: Mapping[str, str], body: bytes | None
    ) -> tuple[HTTPResponse, bytes]:
        if time.monotonic() - self._last_used > _IDLE_SECONDS:
            self.close()
        try:
            self.request(method, path, body, headers)
            response = self.getresponse()
            content = response.read()
        except BaseException:
            self.close()
            raise
        self._last_used = time.monotonic()
        return response, content


@lru_cache
def _resource(method: str, path: str) -> str | None:
    """Return the resource of the template that serves this, whatever is asked for in the query.

    A final slash makes no difference.
    """
    path = path.partition("?")[0]
    for route in routes():
        pattern = re.sub(r"\{\w+\}", "[^/]+", route.path) + "/?"
        if route.method == method and re.fullmatch(pattern, path):
            return route.path
    return None
