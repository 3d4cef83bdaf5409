"""Outbound queues: notifications (FIFO) and probes (delayed).

Notifications are first in, first out for each device by itself; SQS drops a duplicate within five
minutes. Probes, which retry an event on a failing sink, are in a queue of their own, each with its
own delay. Source: AWS, "Amazon SQS FIFO queues", message groups and deduplication; "Amazon SQS fair
queues".
"""

import hashlib
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from functools import cache
from itertools import batched
from typing import TYPE_CHECKING

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from aws import deadline
from camara.errors import Timeout, Unavailable
from notifications.notification import Message
from notifications.settings import settings

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient

_BATCH = 10
_CONCURRENCY = 8

type _Placed = tuple[int, Message]


class NotificationQueue:
    """The FIFO queue of notifications: in order for each device, so a slow sink delays no other."""

    def __init__(self, client: "SQSClient", queue: str) -> None:
        self._client = client
        self._queue = queue

    def put(self, messages: Sequence[Message]) -> None:
        """Queue messages. Raises ``Unavailable`` unless all are queued."""
        if self.put_each(messages):
            raise Unavailable

    def put_each(self, messages: Sequence[Message]) -> set[int]:
        """Queue messages; return the places of those that are not queued.

        To keep the order, none of a subscription is queued after its first that is not. No request
        has two messages of one subscription, for SQS may refuse the first and take the second.
        """
        missing: set[int] = set()
        stopped: set[str] = set()
        for turn in _turns(messages):
            going: list[_Placed] = []
            for place, message in turn:
                if message.subscription_id in stopped:
                    missing.add(place)
                else:
                    going.append((place, message))
            for place in self._sent(list(batched(going, _BATCH, strict=False))):
                missing.add(place)
                stopped.add(messages[place].subscription_id)
        return missing

    def _sent(self, batches: Sequence[Sequence[_Placed]]) -> Iterable[int]:
        """Send batches, several at a time; return the places of what is not queued."""
        if len(batches) <= 1:
            return [place for batch in batches for place in self._send(batch)]
        with ThreadPoolExecutor(_CONCURRENCY) as pool:
            jobs = [pool.submit(copy_context().run, self._send, batch) for batch in batches]
        return [place for job in jobs for place in job.result()]

    def _send(self, batch: Sequence[_Placed]) -> list[int]:
        try:
            answer = self._client.send_message_batch(
                QueueUrl=self._queue,
                Entries=[
                    {
                        "Id": str(place),
                        "MessageBody": message.to_json(),
                        "MessageGroupId": message.device,
                        "MessageDeduplicationId": message.deduplication_id,
                    }
                    for place, message in batch
                ],
            )
        except (ClientError, BotoCoreError, Timeout):
            return [place for place, _ in batch]
        return [int(failed["Id"]) for failed in answer.get("Failed", ())]


class ProbeQueue:
    """The queue of probes, each delayed; a fair queue: one host's messages delay no other's."""

    def __init__(self, client: "SQSClient", queue: str) -> None:
        self._client = client
        self._queue = queue

    def put(self, message: Message, host: str, delay: int) -> None:
        """Queue a message for a sink on ``host``, to be received in ``delay`` seconds (max. 900).

        Raises ``Unavailable``.
        """
        tenant = hashlib.blake2b(host.encode(), digest_size=16).hexdigest()
        try:
            self._client.send_message(
                QueueUrl=self._queue,
                MessageBody=message.to_json(),
                MessageGroupId=tenant,
                DelaySeconds=delay,
            )
        except (ClientError, BotoCoreError) as error:
            raise Unavailable from error


def _turns(messages: Sequence[Message]) -> list[list[_Placed]]:
    """Return the first message of each subscription, then the second of each, and so on."""
    turns: list[list[_Placed]] = []
    taken: dict[str, int] = {}
    for place, message in enumerate(messages):
        turn = taken.get(message.subscription_id, 0)
        taken[message.subscription_id] = turn + 1
        if turn == len(turns):
            turns.append([])
        turns[turn].append((place, message))
    return turns


@cache
def sqs_client() -> "SQSClient":
    """Return the client: two attempts of at most 4 seconds, with the wait 9 seconds a call."""
    config = Config(
        connect_timeout=1,
        read_timeout=3,
        retries={"mode": "standard", "total_max_attempts": 2},
        parameter_validation=False,
        max_pool_connections=_CONCURRENCY,
    )
    return deadline.enforce_deadline(boto3.client("sqs", config=config))


@cache
def notification_queue() -> NotificationQueue:
    """Return the process's queue of notifications, as the environment configures it."""
    return NotificationQueue(sqs_client(), settings().notifications_queue)


@cache
def probes() -> ProbeQueue:
    """Return the process's queue of probes, as the environment configures it."""
    return ProbeQueue(sqs_client(), settings().probes_queue)
