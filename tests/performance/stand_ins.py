"""Queue and bus in memory, and how Lambda invokes a handler, for functions that are priced."""

from collections.abc import Callable, Sequence
from typing import Any

from aws_lambda_powertools.utilities.batch.types import PartialItemFailureResponse

from notifications.deliver_notification import handler as deliver
from notifications.notification import Message
from tests.support.lambda_context import a_lambda_context
from tests.support.streams import Record


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
