"""One POST, as the tests make it, and how long it took."""

import time
from typing import NamedTuple

from notifications.post import NotDelivered, post
from notifications.sink import Sink, sink_from

SINK_NAME = "sink.example.com"
BODY = b'{"specversion":"1.0"}'
HEADERS = {
    "Content-Type": "application/cloudevents+json",
    "x-correlator": "correlator-1",
    "Authorization": "Bearer made-up-sink-token",
}


class Outcome(NamedTuple):
    """``status`` is ``None`` when it was not delivered."""

    status: int | None
    seconds: float


def posted(
    url: str,
    body: bytes = BODY,
    headers: dict[str, str] | None = None,
    *,
    seconds: float = 5,
    loopback_allowed: bool = True,
) -> Outcome:
    """Post to a URL."""
    sink = sink_from(url, loopback_allowed=loopback_allowed)
    return posted_to(sink, body, headers, seconds=seconds, loopback_allowed=loopback_allowed)


def posted_to(
    sink: Sink,
    body: bytes = BODY,
    headers: dict[str, str] | None = None,
    *,
    seconds: float = 5,
    loopback_allowed: bool = True,
) -> Outcome:
    """Post to a sink."""
    began = time.monotonic()
    status: int | None
    try:
        status = post(
            sink,
            body,
            HEADERS if headers is None else headers,
            seconds=seconds,
            loopback_allowed=loopback_allowed,
        )
    except NotDelivered:
        status = None
    return Outcome(status, time.monotonic() - began)
