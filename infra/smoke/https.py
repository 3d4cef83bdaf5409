"""Requests to any API: certificates are those the system trusts, proxies those of the environment.

No redirect is followed: it would take the access token elsewhere.
"""

from collections.abc import Mapping
from http.client import HTTPException
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.request import HTTPRedirectHandler, Request, build_opener

from infra.local.loopback_http import Answer

_TIMEOUT_SECONDS = 40
_LARGEST = 1024 * 1024


class Unreachable(Exception):
    """There was no answer; the message says why."""


class _NoRedirect(HTTPRedirectHandler):
    def redirect_request(self, *_: Any) -> None:
        """Follow none: then the redirect is the answer."""


_OPENER = build_opener(_NoRedirect)


def send(method: str, url: str, headers: Mapping[str, str], body: str | None = None) -> Answer:
    """Make one request; every status is an answer. Raises Unreachable when there is none."""
    data = None if body is None else body.encode()
    request = Request(url, data, dict(headers), method=method)  # noqa: S310 the target is https
    try:
        try:
            response = _OPENER.open(request, timeout=_TIMEOUT_SECONDS)
        except HTTPError as error:
            response = error
        with response:
            received = {name.lower(): value for name, value in response.headers.items()}
            return Answer(response.status, response.read(_LARGEST), received)
    except URLError as error:
        raise Unreachable(str(error.reason)) from error
    except (OSError, HTTPException) as error:
        raise Unreachable(str(error) or type(error).__name__) from error
