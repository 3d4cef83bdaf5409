"""Retries after a conflict: exponential backoff with full jitter, within the request's deadline.

A DynamoDB transaction takes some 20 ms, so an immediate retry would meet the same one. Source:
AWS Architecture Blog, "Exponential Backoff and Jitter"; AWS, "Retry behavior".
"""

import time
from collections.abc import Callable
from random import SystemRandom

from aws import deadline
from camara.errors import Unavailable

ATTEMPTS = 10
ALL_WAITS_SECONDS = 2.4
"""All waits of one call together, at most."""

_FIRST_WAIT_SECONDS = 0.025
_LONGEST_WAIT_SECONDS = 0.4
# Not the module's own generator: functions restored from one snapshot would all wait alike.
_random = SystemRandom()


def retry_on[T](attempt: Callable[[], T], *conflicts: type[Exception]) -> T:
    """Call ``attempt``, and again when it raises one of ``conflicts``; return its result.

    Raises ``Unavailable`` after the last attempt, or when there is no time for another; whatever
    else the attempt raises.
    """
    number = 1
    while True:
        try:
            return attempt()
        except conflicts as conflict:
            wait = _wait_after(number)
            if number == ATTEMPTS or not deadline.leaves(wait):
                raise Unavailable from conflict
        time.sleep(wait)
        number += 1


def _wait_after(attempt: int) -> float:
    """Return how many seconds to wait after this attempt, the first being 1."""
    longest = min(_LONGEST_WAIT_SECONDS, _FIRST_WAIT_SECONDS * 2 ** (attempt - 1))
    return _random.uniform(0, longest)
