"""Queue, bus and sinks in memory, and how Lambda invokes a handler: for priced functions."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, NamedTuple
from unittest.mock import patch

from aws_lambda_powertools.utilities.batch.types import PartialItemFailureResponse

from camara.scope import EventType
from notifications import delivery, publish_to_sessions_bus, publishing
from notifications.deliver_notification import handler as deliver
from notifications.notification import Message
from tests.performance.stored_sessions import sessions_table
from tests.support.builders import BOB
from tests.support.lambda_context import a_lambda_context
from tests.support.messaging import subscribe
from tests.support.streams import Record

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient


class Queue(list[Message]):
    """Stands in for the queue."""

    def put_each(self, messages: Sequence[Message]) -> set[int]:
        """Queue all."""
        self.extend(messages)
        return set()

    def take(self) -> list[Message]:
        """Return what is queued; it is not, any more."""
        taken = self[:]
        self.clear()
        return taken


class Bus(list[str]):
    """Stands in for the bus."""

    def put_each(self, details: Sequence[str]) -> list[int]:
        """Put all on it."""
        self.extend(details)
        return []


class Subscribed(NamedTuple):
    """What two devices with subscriptions are told by."""

    client: "DynamoDBClient"
    queue: Queue
    bus: Bus


@contextmanager
def subscribed(
    post: Callable[..., int] = lambda *_, **__: 204, /, **variables: str
) -> Iterator[Subscribed]:
    """Let a device on either side have a subscription to its status, and one to invitations.

    ``post`` stands in for the sinks; ``variables`` are those of the environment.
    """
    queue, bus = Queue(), Bus()
    with (
        sessions_table(**variables) as client,
        patch.object(publishing, "notification_queue", lambda: queue),
        patch.object(publish_to_sessions_bus, "session_bus", lambda: bus),
        patch.object(delivery, "post", post),
    ):
        subscribe(1)
        subscribe(2, subscriber=BOB)
        subscribe(3, subscriber=BOB, type=EventType.SESSION_INVITATION)
        yield Subscribed(client, queue, bus)


def handled(
    handler: Callable[[dict[str, Any], Any], PartialItemFailureResponse], records: list[Record]
) -> None:
    """Invoke a handler with one record, or one message, which it is to do with."""
    assert len(records) == 1, records
    answer = handler({"Records": records}, a_lambda_context())
    assert answer == {"batchItemFailures": []}, answer


def delivered(message: Message) -> None:
    """Have a message delivered."""
    attributes = {"ApproximateReceiveCount": "1"}
    handled(deliver, [{"messageId": "1", "body": message.to_json(), "attributes": attributes}])
