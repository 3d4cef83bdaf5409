"""AWS at its slowest, as the clients' timeouts allow it, on a clock of its own."""

import json
from enum import Enum, auto
from itertools import cycle
from typing import Any

import pytest
from botocore.awsrequest import AWSResponse, HeadersDict
from botocore.exceptions import ReadTimeoutError
from moto.core.botocore_stubber import BotocoreStubber, MockRawResponse

from aws import deadline
from tests.support.faulty_dynamodb import retries_are_never_used_up
from tests.support.lambda_context import a_lambda_context
from tests.support.table import SUBSCRIPTIONS

ATTEMPT_SECONDS, WAIT_SECONDS = 3, 2
"""What an attempt, and the wait for the next, take at most."""

_REASONS = [{"Code": "None"}, {"Code": "TransactionConflict"}]


class Attempt(Enum):
    """What comes of an attempt, when its time is up."""

    SERVED = auto()
    LOST = auto()
    """Served, but nobody hears of it."""
    CONFLICT = auto()
    """A transaction is under way, if it is a write where there are transactions."""
    THROTTLED = auto()
    """Refused, with the wish that nobody asks again for longer than he would wait."""


class SlowAws:
    """Counts the seconds that pass from ``begin`` on."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self._monkeypatch = monkeypatch
        self.seconds = 0.0
        self.attempts = 0

    def monotonic(self) -> float:
        return self.seconds

    def begin(self, *outcomes: Attempt) -> None:
        """Be slow; attempts come to these outcomes in turn, over and over."""
        real, outcome = BotocoreStubber.__call__, cycle(outcomes)

        def slow(
            stubber: BotocoreStubber, event_name: str, request: Any, **more: Any
        ) -> AWSResponse | None:
            self.seconds += ATTEMPT_SECONDS
            self.attempts += 1
            how = next(outcome)
            if how is Attempt.CONFLICT and SUBSCRIPTIONS.encode() not in request.body:
                if event_name.endswith(("UpdateItem", "PutItem")):
                    return _refusal("TransactionConflictException")
                if event_name.endswith("TransactWriteItems"):
                    return _refusal("TransactionCanceledException", CancellationReasons=_REASONS)
            if how is Attempt.THROTTLED:
                return throttled()
            answer = real(stubber, event_name, request, **more)
            if how is Attempt.LOST:
                raise ReadTimeoutError(endpoint_url=request.url)
            return answer

        def wait(seconds: float) -> None:
            self.seconds += max(seconds, WAIT_SECONDS)

        self._monkeypatch.setattr(BotocoreStubber, "__call__", slow)
        self._monkeypatch.setattr(deadline, "time", self)
        self._monkeypatch.setattr("time.sleep", wait)
        retries_are_never_used_up(self._monkeypatch)

    def function_of(self, timeout: float) -> None:
        """Give every request from now on a function with this timeout."""
        self._monkeypatch.setattr(
            "tests.support.api.a_lambda_context", lambda: a_lambda_context(timeout)
        )


def throttled() -> AWSResponse:
    """Return an answer that asks for five more seconds, as AWS's services may."""
    return _refusal("ThrottlingException", {"x-amz-retry-after": "5000"})


def _refusal(error: str, headers: dict[str, str] | None = None, **more: Any) -> AWSResponse:
    body = json.dumps({"__type": f"com.amazonaws.dynamodb.v20120810#{error}", **more})
    raw: Any = MockRawResponse(body.encode())
    sent: Any = HeadersDict(headers or {})
    return AWSResponse("", 400, sent, raw)
