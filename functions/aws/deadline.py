"""Request deadline: answer 504 ``TIMEOUT`` rather than be stopped by Lambda's own timeout.

A function that Lambda stops answers nothing. So a client of AWS sends nothing any more when less
time is left than one attempt may take. Whether an earlier request was served is not known then: the
client of the API may repeat it. Source: AWS, "Lambda context object"; botocore, "Retries" and
"Events".
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from math import inf
from typing import Any

from botocore.awsrequest import AWSResponse
from botocore.client import BaseClient

from camara.errors import Timeout

ATTEMPT_AND_WAIT_SECONDS = 6
"""Longer than an attempt, and the wait for the next, of a client that answers to a deadline."""

_ends_at: ContextVar[float] = ContextVar("ends_at", default=inf)


@contextmanager
def within(seconds: float) -> Iterator[None]:
    """Set the deadline of the enclosed code, ``seconds`` from now; new threads have none."""
    token = _ends_at.set(time.monotonic() + seconds)
    try:
        yield
    finally:
        _ends_at.reset(token)


def enforce_deadline[Client: BaseClient](client: Client) -> Client:
    """Make a client raise ``Timeout`` instead of sending a request when time may not suffice.

    It also ignores ``Retry-After``: the client waits between attempts only as long as configured.
    """
    # botocore decides on retries in an event of the service, so before all that listen to any.
    service = client.meta.service_model.service_id.hyphenize()
    client.meta.events.register_first("before-send", _require_time)
    client.meta.events.register_first(f"needs-retry.{service}", _ignore_retry_after)
    return client


def leaves(seconds: float) -> bool:
    """Tell whether there is time to wait ``seconds``, and for another attempt after that."""
    return time.monotonic() + seconds + ATTEMPT_AND_WAIT_SECONDS <= _ends_at.get()


def _require_time(**_: Any) -> None:
    if not leaves(0):
        raise Timeout


def _ignore_retry_after(response: tuple[AWSResponse, Any] | None, **_: Any) -> None:
    if response is not None:
        response[0].headers.pop("x-amz-retry-after", None)
