"""What Lambda does with a queue: takes a message, invokes the function, deletes or leaves it."""

from collections.abc import Callable
from typing import Any

from aws_lambda_powertools.utilities.batch.types import PartialItemFailureResponse

from camara.scope import EventType
from notifications.notification import Message, Notification
from notifications.queues import NotificationQueue, ProbeQueue, sqs_client
from notifications.subscription import Subscription, TerminationReason
from tests.support.builders import NOW
from tests.support.lambda_context import a_lambda_context
from tests.support.webhook import HOST

TIME = "2027-01-15T07:59:57.250Z"
"""2.75 seconds before the tests' clock."""

HAPPENED = NOW - 3
"""In the second of ``TIME``."""

type SqsEvent = dict[str, Any]
type Handler = Callable[[SqsEvent, Any], PartialItemFailureResponse]


def a_notification(subscription: Subscription, number: int = 1, **changes: Any) -> Notification:
    """One about the subscriber's device; ``number`` is that of the change."""
    values: dict[str, Any] = {
        "time": TIME,
        "correlator": f"correlator-{number}",
        "data": {"registrationId": f"device-{number}", "terminationReason": "NETWORK_TERMINATED"},
    }
    kind = EventType.REGISTRATION_ENDS
    return Notification.to(subscription, kind, f"change {number}", **values | changes)


def a_change_of(
    call: str,
    subscription: Subscription,
    kind: EventType,
    version: int = 2,
    status: str = "Ringing",
) -> Notification:
    """One about a call."""
    change = 1 if kind is EventType.SESSION_INVITATION else version
    return Notification.to(
        subscription,
        kind,
        f"{call} {change}",
        time=TIME,
        correlator="correlator-1",
        data={"status": status, "reason": "Call rings", "sequenceNumber": version},
        media_session_id=call,
    )


def an_ending(subscription: Subscription) -> Notification:
    """What tells that it has ended."""
    reason = subscription.ended or TerminationReason.SUBSCRIPTION_DELETED
    kind, data = EventType.SUBSCRIPTION_ENDED, {"terminationReason": reason.value}
    return Notification.to(subscription, kind, "ended", time=TIME, data=data)


class Poller:
    """Polls a queue, first in, first out or not, for the function with this handler."""

    def __init__(self, queue: str, handler: Handler) -> None:
        self._sqs = sqs_client()
        self._queue = queue
        self._name = queue.rpartition("/")[2]
        self._handler = handler

    def put(self, *messages: Message) -> None:
        """Queue them, to come at once."""
        if self._name.endswith(".fifo"):
            NotificationQueue(self._sqs, self._queue).put(messages)
            return
        for message in messages:
            ProbeQueue(self._sqs, self._queue).put(message, HOST, 0)

    def receive(self, times: int | None = None) -> SqsEvent | None:
        """Take a message as the function gets it, if one is visible.

        It says that it has been received so many ``times``, as many as it has been if not said.
        """
        messages = self._sqs.receive_message(
            QueueUrl=self._queue, MaxNumberOfMessages=1, AttributeNames=["All"]
        ).get("Messages", [])
        if not messages:
            return None
        [message] = messages
        if times is not None:
            message["Attributes"]["ApproximateReceiveCount"] = str(times)
        record = {
            "messageId": message["MessageId"],
            "receiptHandle": message["ReceiptHandle"],
            "body": message["Body"],
            "attributes": message["Attributes"],
            "messageAttributes": {},
            "md5OfBody": message["MD5OfBody"],
            "eventSource": "aws:sqs",
            "eventSourceARN": f"arn:aws:sqs:eu-central-1:123456789012:{self._name}",
            "awsRegion": "eu-central-1",
        }
        return {"Records": [record]}

    def invoke(self, event: SqsEvent, context: Any = None) -> bool:
        """Invoke the function; tells whether it has done with the message, which is still there."""
        answer = self._handler(event, context or a_lambda_context())
        [record] = event["Records"]
        if answer["batchItemFailures"]:
            assert answer["batchItemFailures"] == [{"itemIdentifier": record["messageId"]}]
            return False
        return True

    def finish(self, event: SqsEvent, context: Any = None) -> bool:
        """Invoke the function; delete the message, or leave it if the function wants it again.

        Tells whether it is gone.
        """
        if not self.invoke(event, context):
            return False
        handle = event["Records"][0]["receiptHandle"]
        self._sqs.delete_message(QueueUrl=self._queue, ReceiptHandle=handle)
        return True

    def deliver(self, context: Any = None) -> bool:
        """Take a message, which is to be there, and deliver it; tells whether it is gone."""
        event = self.receive()
        assert event is not None
        return self.finish(event, context)

    def deliver_all(self, most: int = 30) -> int:
        """Deliver until no message is visible; returns how many attempts that took."""
        for attempts in range(most):
            event = self.receive()
            if event is None:
                return attempts
            self.finish(event)
        raise AssertionError(most)


def deliver_both(poller: Poller, prober: Poller, most: int = 30) -> None:
    """Poll the two queues, turn about, until neither has a message that is visible."""
    for _ in range(most):
        if not poller.deliver_all(most) + prober.deliver_all(most):
            return
    raise AssertionError(most)
