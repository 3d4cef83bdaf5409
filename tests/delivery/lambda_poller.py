"""What Lambda does with the queue: takes a message, invokes the function, deletes or leaves it."""

from typing import Any

import boto3

from events.deliver_notification import handler
from events.notification import Notification
from events.outbox import Outbox
from events.subscription import EventType, Subscription

TIME = "2027-01-15T07:59:57.250Z"
"""2.75 seconds before the tests' clock."""

type SqsEvent = dict[str, Any]


def a_notification(subscription: Subscription, number: int = 1, **changes: Any) -> Notification:
    """One about the subscriber's device; ``number`` is that of the change."""
    values: dict[str, Any] = {
        "time": TIME,
        "correlator": f"correlator-{number}",
        "data": {"registrationId": f"device-{number}", "terminationReason": "NETWORK_TERMINATED"},
    }
    kind = EventType.REGISTRATION_ENDS
    return Notification.to(subscription, kind, f"change {number}", **values | changes)


def a_change_of(call: str, subscription: Subscription, kind: EventType) -> Notification:
    """One about a call."""
    return Notification.to(
        subscription,
        kind,
        f"{call} 2",
        time=TIME,
        correlator="correlator-1",
        data={"status": "Ringing", "reason": "Call rings", "sequenceNumber": 2},
        media_session_id=call,
    )


def an_ending(subscription: Subscription) -> Notification:
    """What tells that it has ended."""
    return Notification.to(
        subscription,
        EventType.SUBSCRIPTION_ENDED,
        "ended",
        time=TIME,
        data={"terminationReason": "SUBSCRIPTION_DELETED"},
    )


class Poller:
    """Polls a queue for the function."""

    def __init__(self, queue: str) -> None:
        self._sqs = boto3.client("sqs")
        self._queue = queue

    def put(self, *notifications: Notification) -> None:
        """Queue them."""
        Outbox(self._sqs, self._queue).put(notifications)

    def receive(self) -> SqsEvent | None:
        """Take a message as the function gets it, if one is visible."""
        messages = self._sqs.receive_message(
            QueueUrl=self._queue, MaxNumberOfMessages=1, AttributeNames=["All"]
        ).get("Messages", [])
        if not messages:
            return None
        [message] = messages
        record = {
            "messageId": message["MessageId"],
            "receiptHandle": message["ReceiptHandle"],
            "body": message["Body"],
            "attributes": message["Attributes"],
            "messageAttributes": {},
            "md5OfBody": message["MD5OfBody"],
            "eventSource": "aws:sqs",
            "eventSourceARN": "arn:aws:sqs:eu-central-1:123456789012:notifications.fifo",
            "awsRegion": "eu-central-1",
        }
        return {"Records": [record]}

    def finish(self, event: SqsEvent) -> bool:
        """Invoke the function; delete the message, or leave it if the function wants it again.

        Tells whether it is gone.
        """
        answer = handler(event, None)  # type: ignore[arg-type]
        [record] = event["Records"]
        if answer["batchItemFailures"]:
            assert answer["batchItemFailures"] == [{"itemIdentifier": record["messageId"]}]
            return False
        self._sqs.delete_message(QueueUrl=self._queue, ReceiptHandle=record["receiptHandle"])
        return True

    def deliver(self) -> bool:
        """Take a message, which is to be there, and deliver it; tells whether it is gone."""
        event = self.receive()
        assert event is not None
        return self.finish(event)

    def deliver_all(self, most: int = 30) -> int:
        """Deliver until no message is visible; returns how many attempts that took."""
        for attempts in range(most):
            event = self.receive()
            if event is None:
                return attempts
            self.finish(event)
        raise AssertionError(most)
