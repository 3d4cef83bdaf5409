"""The embedded stack over HTTP: paths as they are given, every answer held against the contract."""

import json
import re
from collections.abc import Mapping
from functools import lru_cache
from threading import Lock
from typing import Any

from infra.local import loopback_http
from infra.local.stack_file import Stack
from tests.support.api import Answer
from tests.support.contract import check_error, check_response
from tests.support.template import routes


class EmbeddedApi:
    """A client for any number of threads."""

    def __init__(self, stack: Stack) -> None:
        self._stack = stack
        self._client = loopback_http.client()
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
        url = self._stack.api_url + path
        response = loopback_http.send(self._client, method, url, headers, body)
        status, received, content = response.status_code, dict(response.headers), response.content
        assert len(received) == len(response.headers.raw), f"a header twice: {response.headers}"
        resource = _resource(method, path)
        if resource is None:
            check_error(status, received, content)
        else:
            check_response(method, resource, status, received, content)
        return Answer(status, received, json.loads(content) if content else None)

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
        """Close the connections."""
        self._client.close()

    def _issued(self, request: str) -> str:
        response = self._client.post(self._stack.token_url, content=request)
        assert response.status_code == 200, response.text
        return str(response.json()["access_token"])


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
