"""How long a call to AWS can take, and how long a function may."""

from typing import Any

from tests.support.template import function_property


def one_attempt(client: Any) -> float:
    """Seconds until an attempt's timeout."""
    config = client.meta.config
    return float(config.connect_timeout + config.read_timeout)


def longest_attempt(client: Any) -> float:
    """Seconds until an attempt's timeout, and the longest wait that may follow (standard mode)."""
    attempts = client.meta.config.retries["total_max_attempts"]
    return one_attempt(client) + float(min(20, 2 ** (attempts - 2)))


def longest_call(client: Any) -> float:
    """Seconds of every attempt until its timeout, and the longest waits between them."""
    attempts = client.meta.config.retries["total_max_attempts"]
    waits = sum(min(20, 2**number) for number in range(attempts - 1))
    return float(attempts * one_attempt(client) + waits)


def timeout(function: str) -> float:
    """Return the seconds that the template gives a function."""
    return float(function_property(function, "Timeout"))
