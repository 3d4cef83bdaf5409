"""Requests to any API: certificates are those the system trusts, proxies those of the environment.

No redirect is followed: it would take the access token elsewhere.
"""

import ssl
from collections.abc import Mapping

import httpx

from infra.local.loopback_http import Answer

_TIMEOUT_SECONDS = 40


class Unreachable(Exception):
    """There was no answer; the message says why."""


def send(method: str, url: str, headers: Mapping[str, str], body: str | None = None) -> Answer:
    """Make one request; every status is an answer. Raises Unreachable when there is none."""
    certificates = ssl.create_default_context()
    try:
        response = httpx.request(
            method,
            url,
            headers=headers,
            content=body,
            verify=certificates,
            timeout=_TIMEOUT_SECONDS,
        )
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise Unreachable(str(error) or type(error).__name__) from error
    return Answer(response.status_code, response.content, response.headers)
