"""The queue of notifications: first in, first out, for each subscription by itself.

A message that is sent twice within five minutes is queued once. Source: AWS, "Amazon SQS FIFO
queues", message groups and deduplication.
"""

from collections.abc import Iterable
from functools import cache
from itertools import batched
from typing import TYPE_CHECKING

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from camara import deadline
from camara.errors import Unavailable
from events.configuration import notifications_queue
from events.notification import Notification

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient

_BATCH = 10


class Outbox:
    """Queues notifications."""

    def __init__(self, client: "SQSClient", queue: str) -> None:
        self._client = client
        self._queue = queue

    def put(self, notifications: Iterable[Notification]) -> None:
        """Queue them in this order. Raises ``Unavailable`` unless all are queued."""
        for batch in batched(notifications, _BATCH, strict=False):
            try:
                answer = self._client.send_message_batch(
                    QueueUrl=self._queue,
                    Entries=[
                        {
                            "Id": str(number),
                            "MessageBody": notification.to_json(),
                            "MessageGroupId": notification.subscription_id,
                            "MessageDeduplicationId": notification.event_id,
                        }
                        for number, notification in enumerate(batch)
                    ],
                )
            except (ClientError, BotoCoreError) as error:
                raise Unavailable from error
            if answer.get("Failed"):
                raise Unavailable


@cache
def sqs_client() -> "SQSClient":
    """Return the client: two attempts of at most 4 seconds, with the wait 9 seconds a call."""
    config = Config(
        connect_timeout=1,
        read_timeout=3,
        retries={"mode": "standard", "total_max_attempts": 2},
    )
    return deadline.bounded(boto3.client("sqs", config=config))


@cache
def outbox() -> Outbox:
    """Return the process's outbox, as the environment configures it."""
    return Outbox(sqs_client(), notifications_queue())
