"""What was queued and what was put on the bus, and ways to break both."""

import json
from collections.abc import Callable
from typing import Any

import boto3
import pytest
from botocore.client import BaseClient

from notifications.store import subscription_store
from notifications.subscription import Subscription
from tests.support.builders import NOW, a_subscription
from tests.support.configured import configure

type Message = dict[str, Any]
type Requests = list[tuple[str, dict[str, Any]]]


def subscribe(which: int = 1, /, **changes: Any) -> Subscription:
    """Store a subscription (Alice's, if not said)."""
    subscription = a_subscription(which, **changes)
    subscription_store().create(subscription, (), NOW)
    return subscription


def taken_from(queue: str) -> list[Message]:
    """Take all that is in a queue: bodies, parsed, in the order of the queue."""
    sqs = boto3.client("sqs")
    taken: list[Message] = []
    while True:
        messages = sqs.receive_message(QueueUrl=queue, MaxNumberOfMessages=1).get("Messages")
        if not messages:
            return taken
        [message] = messages
        sqs.delete_message(QueueUrl=queue, ReceiptHandle=message["ReceiptHandle"])
        taken.append(json.loads(message["Body"]))


def put_on_bus(requests: Requests) -> list[Message]:
    """Return the entries of all requests to the bus, their details parsed."""
    return [
        entry | {"Detail": json.loads(entry["Detail"])}
        for name, arguments in requests
        if name == "PutEvents"
        for entry in arguments["Entries"]
    ]


def answering(
    monkeypatch: pytest.MonkeyPatch, operation: str, answer: Callable[[dict[str, Any]], Any]
) -> None:
    """Have ``answer`` stand in for a service, for one operation; it may raise."""
    real = BaseClient._make_api_call  # type: ignore[attr-defined]  # noqa: SLF001

    def stand_in(client: Any, name: str, arguments: dict[str, Any]) -> Any:
        return answer(arguments) if name == operation else real(client, name, arguments)

    monkeypatch.setattr(BaseClient, "_make_api_call", stand_in)


def failing(monkeypatch: pytest.MonkeyPatch, operation: str, error: Exception) -> None:
    """Have an operation fail."""

    def fail(_: dict[str, Any]) -> None:
        raise error

    answering(monkeypatch, operation, fail)


def set_aside_in(monkeypatch: pytest.MonkeyPatch) -> str:
    """Make the queue of records that are set aside, for the publishers to know."""
    queue = boto3.client("sqs").create_queue(QueueName="events-not-published")["QueueUrl"]
    configure(monkeypatch, EVENTS_NOT_PUBLISHED=queue)
    return queue
