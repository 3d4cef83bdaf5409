"""What Lambda stops a function for, it does not come to: it answers before, and needs little."""

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.runtime.events import event
from tests.runtime.lambda_function import LambdaFunction
from tests.support.contract import check_response
from tests.support.tarpit import tarpit
from tests.support.template import function_property, routes

MEBIBYTE = 1024 * 1024
LARGEST_EVENT_BYTES = 6 * MEBIBYTE
"""Lambda's limit for what a function is invoked with."""

SHORT_TIMEOUT = 8
"""Seconds; an attempt to reach DynamoDB, and the wait for the next, leave too little of it."""


@pytest.fixture(scope="module")
def tar() -> Iterator[str]:
    with tarpit() as url:
        yield url


def test_504_before_the_function_is_stopped(run: Callable[..., LambdaFunction], tar: str) -> None:
    function = run(
        "DeleteSessionById", AWS_ENDPOINT_URL=tar, AWS_LAMBDA_FUNCTION_TIMEOUT=str(SHORT_TIMEOUT)
    )

    assert code(function, event("DeleteSessionById")) == (504, "TIMEOUT")


@pytest.mark.parametrize(
    "logical_id", sorted({route.function for route in routes() if route.method in {"POST", "PUT"}})
)
def test_the_largest_request_needs_less_than_half_of_the_memory(
    run: Callable[..., LambdaFunction], tar: str, logical_id: str
) -> None:
    function = run(logical_id, AWS_ENDPOINT_URL=tar)
    payload = event(logical_id)
    payload["body"] = "[" * (LARGEST_EVENT_BYTES - 100 - len(json.dumps(payload)))

    assert code(function, payload) == (400, "OUT_OF_RANGE")
    memory = function_property(logical_id, "MemorySize") * MEBIBYTE
    assert function.peak_memory_bytes() < memory / 2


def code(function: LambdaFunction, payload: dict[str, Any]) -> tuple[int, str]:
    answer = function.invoke(payload)
    status, headers, body = answer["statusCode"], answer["headers"], answer["body"]
    check_response(payload["httpMethod"], payload["resource"], status, headers, body)
    assert headers["x-correlator"] == payload["headers"]["x-correlator"]
    return status, json.loads(body)["code"]
