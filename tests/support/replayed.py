"""The functions, each run up to its next request, on the answers that it has had so far.

A function depends on nothing but its event, the time, and those answers. So it goes on from any
point as often as somebody asks, no thread waits anywhere, and however many interleavings pass
through one point, it is run once.
"""

import json
from collections.abc import Callable, Mapping
from itertools import count
from typing import Any, NamedTuple

import pytest
from botocore.client import BaseClient

from aws import clock, log, metrics
from notifications import delivery
from notifications.post import NotDelivered
from tests.support.lambda_context import a_lambda_context
from tests.support.modelled_dynamodb import parsed

POST = "Post"
"""What is asked of a sink; all else is asked of AWS."""

type Handlers = Mapping[str, Callable[[Any, Any], Any]]


class Request(NamedTuple):
    """What a function waits for: ``arguments`` are JSON."""

    operation: str
    arguments: str

    @property
    def values(self) -> dict[str, Any]:
        """The arguments."""
        values: dict[str, Any] = parsed(self.arguments)
        return values


class Answer(NamedTuple):
    """What it is answered, and when; ``error`` is the name of an exception, ``body`` JSON."""

    now: int
    body: str
    error: str = ""


class Invocation(NamedTuple):
    """A function, its event (JSON) and what it has been answered; ``name`` is its own."""

    function: str
    event: str
    name: str
    now: int
    answers: tuple[Answer, ...] = ()


class Result(NamedTuple):
    """What a function has returned (JSON)."""

    body: str

    @property
    def is_done(self) -> bool:
        """Whether nothing of its event is to come again."""
        return not parsed(self.body).get("batchItemFailures")


class _Waits(BaseException):
    """Stops a function at a request that has no answer yet; nothing of it may catch this."""


class Unforeseen(BaseException):
    """A function has failed of itself, which it would hide: the message would come again."""


class Functions:
    """All functions in a world where each request waits to be answered; ``handlers`` by name."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, handlers: Handlers) -> None:
        def of_aws(*asked: Any) -> Any:
            """Stand in for a method, which a bound one does not."""
            return self._of_aws(*asked)

        self._handlers = handlers
        self._known: dict[Invocation, Request | Result] = {}
        self._running: Invocation | None = None
        self._asked = 0
        monkeypatch.setattr(BaseClient, "_make_api_call", of_aws)
        monkeypatch.setattr(delivery, "post", self._of_sink)
        monkeypatch.setattr(clock, "now", self._now)
        monkeypatch.setattr("time.sleep", lambda _: None)
        monkeypatch.setattr("secrets.token_urlsafe", self._name)
        monkeypatch.setattr(metrics, "count", lambda *_, **__: None)
        monkeypatch.setattr(metrics, "seconds", lambda *_, **__: None)
        monkeypatch.setattr(log, "logger", _Log)

    def next_of(self, invocation: Invocation) -> Request | Result:
        """Return what a function asks for next, or what it returns."""
        if invocation not in self._known:
            self._known[invocation] = self._run(invocation)
        return self._known[invocation]

    def _run(self, invocation: Invocation) -> Request | Result:
        self._running, self._asked, self._names = invocation, 0, count()
        context = a_lambda_context()
        try:
            answer = self._handlers[invocation.function](json.loads(invocation.event), context)
        except _Waits as waits:
            return Request(*waits.args)
        return Result(json.dumps(answer))

    def _ask(self, operation: str, arguments: dict[str, Any]) -> Answer:
        assert self._running is not None
        if self._asked == len(self._running.answers):
            raise _Waits(operation, json.dumps(arguments))
        self._asked += 1
        return self._running.answers[self._asked - 1]

    def _of_aws(self, client: Any, operation: str, arguments: dict[str, Any]) -> Any:
        answer = self._ask(operation, arguments)
        body = json.loads(answer.body)
        if answer.error:
            raise getattr(client.exceptions, answer.error)(body, operation)
        return body

    def _of_sink(self, _sink: Any, body: bytes, _headers: Any, **_: Any) -> int:
        answer = self._ask(POST, {"body": body.decode()})
        if answer.error:
            raise NotDelivered
        return int(json.loads(answer.body))

    def _now(self) -> int:
        assert self._running is not None
        if self._asked == 0:
            return self._running.now
        return self._running.answers[self._asked - 1].now

    def _name(self, _size: int) -> str:
        """Return the same for the same write of the same invocation, and for no other."""
        assert self._running is not None
        return f"{self._running.name} {next(self._names)}"


class _Log:
    """Takes what is logged, but no fault."""

    def info(self, *_: Any, **__: Any) -> None:
        """Take it."""

    def append_keys(self, **_: Any) -> None:
        """Take them."""

    def error(self, function: str, **facts: Any) -> None:
        """Raise ``Unforeseen``."""
        raise Unforeseen(function, facts)
