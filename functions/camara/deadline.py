"""A request is answered before its function is stopped: 504 ``TIMEOUT``, when AWS is slow.

A function that Lambda stops answers nothing, so nothing is asked of AWS any more for which there
may not be time. Whether what was asked before was done, the client learns by asking again. Source:
AWS, "Lambda context object"; botocore, "Events", ``before-send``.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from math import inf
from typing import Any

from botocore.client import BaseClient

from camara.errors import Timeout

SLOWEST_ATTEMPT_SECONDS = 6
"""Longer than an attempt of a kept client and the wait that may follow it."""

_ends_at: ContextVar[float] = ContextVar("ends_at", default=inf)


@contextmanager
def within(seconds: float) -> Iterator[None]:
    """Give what is done in here so many seconds; threads that it starts have no deadline."""
    token = _ends_at.set(time.monotonic() + seconds)
    try:
        yield
    finally:
        _ends_at.reset(token)


def keep[Client: BaseClient](client: Client) -> Client:
    """Let a client raise ``Timeout`` instead of sending what there may not be time for."""
    client.meta.events.register_first("before-send", _require_time)
    return client


def _require_time(**_: Any) -> None:
    if time.monotonic() + SLOWEST_ATTEMPT_SECONDS > _ends_at.get():
        raise Timeout
