"""What is to be tested, as it is given in the environment."""

import os
import re
from dataclasses import dataclass
from ipaddress import ip_address
from typing import Self
from urllib.parse import urlsplit

NOBODY = "sip:smoke-test@smoke-test.invalid"
"""An address that no telephone can have: RFC 2606 keeps the domain from ever being somebody's."""

_JWT = re.compile(r"[\w-]+\.[\w-]+\.[\w-]+", re.ASCII)


class BadInput(Exception):
    """What was given cannot be used; the message says what to give instead."""


@dataclass(frozen=True)
class Target:
    """An API, and on whose behalf it is asked."""

    api: str
    """The root of the APIs, without a final slash."""
    token: str
    called: str
    """The address that is called."""

    @classmethod
    def from_environment(cls) -> Self:
        """Read API, TOKEN and CALLED. Raises BadInput, which never repeats the token."""
        return cls(
            api=_api(os.environ.get("API", "")),
            token=_token(os.environ.get("TOKEN", "")),
            called=os.environ.get("CALLED") or NOBODY,
        )


def _api(url: str) -> str:
    if not url:
        message = "Say which API: make smoke API=https://... (the output ApiUrl of the stack)"
        raise BadInput(message)
    try:
        parts = urlsplit(url)
        host = parts.hostname
        _ = parts.port
    except ValueError as error:
        message = "API is no URL"
        raise BadInput(message) from error
    if not host or not url.isascii() or not url.isprintable() or " " in url:
        message = "API is no URL: give https://, a host and, as a rule, /camara"
        raise BadInput(message)
    if parts.scheme != "https" and not (parts.scheme == "http" and _is_loopback(host)):
        message = "API is not https: the token would go out for everybody to read"
        raise BadInput(message)
    if "@" in parts.netloc or "?" in url or "#" in url:
        message = "API is the root of the APIs alone: no user, no query, no fragment"
        raise BadInput(message)
    if url.endswith("/"):
        message = f"API ends with a slash; leave it out: API={url.rstrip('/')}"
        raise BadInput(message)
    return url


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _token(token: str) -> str:
    if not token:
        message = (
            "Give an access token: export TOKEN=... (docs/deploy.md says which scopes it needs)"
        )
        raise BadInput(message)
    if not _JWT.fullmatch(token):
        message = "TOKEN is no JWT: three parts with dots between them, and no word in front"
        raise BadInput(message)
    return token
