"""However slow DynamoDB is, the function answers before it is stopped, and before the gateway."""

from typing import Any

import pytest

from camara.dynamodb import dynamodb_client
from tests.support.template import properties, routes, template

GATEWAY_SECONDS = 29
CALLS = 2
"""The most that an operation makes in turn when each takes its longest: a read and a write."""


@pytest.fixture
def longest_call(monkeypatch: pytest.MonkeyPatch) -> float:
    """Every attempt until its timeout, and the longest waits between them (standard mode)."""
    for name in ("AWS_DEFAULT_REGION", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "test")
    dynamodb_client.cache_clear()
    config: Any = dynamodb_client().meta.config
    attempts = config.retries["total_max_attempts"]
    waits = sum(min(20, 2**number) for number in range(attempts - 1))
    dynamodb_client.cache_clear()
    return float(attempts * (config.connect_timeout + config.read_timeout) + waits)


@pytest.mark.parametrize("function", sorted({route.function for route in routes()}))
def test_an_operation_answers_in_time(function: str, longest_call: float) -> None:
    defaults = template()["Globals"]["Function"]
    timeout = properties(function).get("Timeout", defaults["Timeout"])

    assert CALLS * longest_call < timeout < GATEWAY_SECONDS
