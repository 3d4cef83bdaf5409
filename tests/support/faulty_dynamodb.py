"""DynamoDB that fails, or that serves and whose answer is lost."""

from collections.abc import Callable
from typing import Any

import pytest
from botocore.awsrequest import AWSResponse
from botocore.client import BaseClient
from botocore.exceptions import ClientError, ConnectionClosedError
from botocore.retries.quota import RetryQuota
from moto.core.botocore_stubber import BotocoreStubber

from tests.support.builders import ALICE


def client_error(code: str) -> ClientError:
    """Return what DynamoDB answers; its text is somebody's number, which no log may tell."""
    return ClientError({"Error": {"Code": code, "Message": ALICE}}, "UpdateItem")


def retries_are_never_used_up(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a client retry although other tests, in the same process, have retried so much."""
    monkeypatch.setattr(RetryQuota, "acquire", lambda *_: True)


class FaultyDynamoDB:
    """The way to DynamoDB: ``fail`` breaks all of it, ``lose_answers`` some of the way back."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self._monkeypatch = monkeypatch
        self.requests = 0

    def fail(self, error: Exception) -> None:
        def raising(*_: Any) -> None:
            raise error

        self._monkeypatch.setattr(BaseClient, "_make_api_call", raising)

    def lose_answers(self, how_many: int, after: int = 0) -> None:
        """Lose the answers to requests that are served, from the one ``after`` so many."""
        real = BotocoreStubber.__call__
        self.requests = 0
        retries_are_never_used_up(self._monkeypatch)

        def losing(
            stubber: BotocoreStubber, event_name: str, request: Any, **more: Any
        ) -> AWSResponse | None:
            answer = real(stubber, event_name, request, **more)
            self.requests += 1
            if after < self.requests <= after + how_many:
                raise ConnectionClosedError(endpoint_url=request.url)
            return answer

        self._monkeypatch.setattr(BotocoreStubber, "__call__", losing)


def throttle(monkeypatch: pytest.MonkeyPatch, name: str, every: int) -> None:
    """Let every so many a request of that name fail."""
    real: Callable[..., Any] = BaseClient._make_api_call  # type: ignore[attr-defined]  # noqa: SLF001
    count = 0

    def failing(client: Any, operation: str, arguments: dict[str, Any]) -> Any:
        nonlocal count
        if operation == name:
            count += 1
            if count % every == 0:
                raise ClientError({"Error": {"Code": "ThrottlingException"}}, name)
        return real(client, operation, arguments)

    monkeypatch.setattr(BaseClient, "_make_api_call", failing)
