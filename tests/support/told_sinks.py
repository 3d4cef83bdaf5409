"""Sinks that are told of an event, without a network: ``good`` takes it, and no other does."""

from itertools import count
from typing import Any

import pytest

from camara.scope import EventType
from notifications.deliver_notification import handler
from notifications.notification import Notification
from notifications.post import NotDelivered
from notifications.sink import Sink
from notifications.subscription import Subscription
from tests.support.lambda_context import a_lambda_context
from tests.support.messaging import subscribe

_events = count()


def deliver(subscription: Subscription) -> None:
    """Have the sink of a subscription told of the next event."""
    registration = f"registration-{next(_events)}"
    notification = Notification.to(
        subscription,
        EventType.REGISTRATION_ENDS,
        registration,
        time="2027-01-15T07:59:59Z",
        data={"registrationId": registration, "terminationReason": "REGISTRATION_EXPIRED"},
    )
    record = {
        "messageId": "1",
        "receiptHandle": "1",
        "body": notification.to_json(),
        "attributes": {"ApproximateReceiveCount": "1"},
    }
    handler({"Records": [record]}, a_lambda_context())


def listener(number: int, host: str) -> Subscription:
    """A subscription whose sink is there."""
    return subscribe(number, type=EventType.REGISTRATION_ENDS, sink=f"https://{host}.example.com/")


def answer_as_they_are_called(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the sink ``good.example.com`` take what it is sent, and no other."""

    def post(sink: Sink, *_: Any, **__: Any) -> int:
        if sink.host == "good.example.com":
            return 204
        raise NotDelivered

    monkeypatch.setattr("notifications.delivery.post", post)
