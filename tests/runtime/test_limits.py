"""What Lambda stops a function for, it does not come to: it answers before, and needs little."""

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.support.contract import check_response
from tests.support.lambda_function import LambdaFunction, Started
from tests.support.payloads import event
from tests.support.tarpit import tarpit
from tests.support.template import function_property, routes
from tests.support.tokens import a_token

MEBIBYTE = 1024 * 1024
LARGEST_EVENT_BYTES = 6 * MEBIBYTE
"""Lambda's limit for what a function is invoked with."""

SHORT_TIMEOUT = 8
"""Seconds; an attempt to reach DynamoDB, and the wait for the next, leave too little of it."""

WITH_A_TOKEN = event("JwtAuthorizer") | {"authorizationToken": f"Bearer {a_token()}"}


@pytest.fixture(scope="module")
def tar() -> Iterator[str]:
    with tarpit() as url:
        yield url


def test_504_before_the_function_is_stopped(started: Started, tar: str) -> None:
    short = {"AWS_LAMBDA_FUNCTION_TIMEOUT": str(SHORT_TIMEOUT)}
    with started("DeleteSessionById", AWS_ENDPOINT_URL=tar, **short) as function:
        assert code(function, event("DeleteSessionById")) == (504, "TIMEOUT")


def test_an_issuer_that_never_answers_is_given_up_before_the_authorizer_is_stopped(
    started: Started, trusting: Callable[[str], dict[str, str]], tar: str
) -> None:
    with started("JwtAuthorizer", **trusting(tar)) as function:
        assert function.error(WITH_A_TOKEN) == "JwksUnavailable"


def test_so_is_systems_manager(started: Started, tar: str) -> None:
    with started("JwtAuthorizer", AWS_ENDPOINT_URL=tar) as function:
        assert function.error(WITH_A_TOKEN) == "JwksUnavailable"


@pytest.mark.parametrize(
    "logical_id", sorted({route.function for route in routes() if route.method in {"POST", "PUT"}})
)
def test_the_largest_request_needs_less_than_half_of_the_memory(
    started: Started, tar: str, logical_id: str
) -> None:
    payload = event(logical_id)
    payload["body"] = "[" * (LARGEST_EVENT_BYTES - 100 - len(json.dumps(payload)))
    memory = function_property(logical_id, "MemorySize") * MEBIBYTE

    with started(logical_id, AWS_ENDPOINT_URL=tar) as function:
        assert code(function, payload) == (400, "OUT_OF_RANGE")
        assert function.peak_memory_bytes() < memory / 2


def code(function: LambdaFunction, payload: dict[str, Any]) -> tuple[int, str]:
    answer = function.invoke(payload)
    status, headers, body = answer["statusCode"], answer["headers"], answer["body"]
    check_response(payload["httpMethod"], payload["resource"], status, headers, body)
    assert headers["x-correlator"] == payload["headers"]["x-correlator"]
    return status, json.loads(body)["code"]
