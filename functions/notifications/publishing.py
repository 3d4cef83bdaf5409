"""Shared frame of the functions that publish the changes in a table's stream (the outbox).

Each record is published at least once; for each session, and each subscription, in the order of the
stream. When DynamoDB, SQS or EventBridge fails, Lambda sends the record again, and all after it,
until it succeeds: such a failure concerns all records. A poison record, which fails at each
attempt, would hold up its shard: it moves to a dead-letter queue, in the format in which Lambda
reports the records that it discards.
Source: AWS, "Using Lambda with DynamoDB", partial batch responses and discarded records; ADR 6.
"""

import json
from collections.abc import Callable, Iterator, Mapping
from functools import cached_property
from itertools import chain
from typing import Any

from aws_lambda_powertools.utilities.batch import EventType
from aws_lambda_powertools.utilities.batch.types import PartialItemFailureResponse
from aws_lambda_powertools.utilities.data_classes.dynamo_db_stream_event import (
    DynamoDBRecord,
    DynamoDBStreamEvent,
)
from aws_lambda_powertools.utilities.typing import LambdaContext
from botocore.exceptions import BotoCoreError, ClientError

from aws import deadline, log
from aws.batch import change_in, process_in_order, report_failure
from camara.errors import Timeout, Unavailable
from camara.identity import SubscriberKey
from notifications.notification import Notification
from notifications.queues import notification_queue, sqs_client
from notifications.settings import settings

_NOT_SERVED = (Unavailable, Timeout, ClientError, BotoCoreError)

_STREAMS = {
    "mediaSessionId": "sessions",
    "owner": "registrations",
    "subscriptionId": "subscriptions",
}
"""The name of each stream, by an attribute that only its table has in its keys."""


class Batch:
    """The records of one invocation, by their places, and which of them Lambda is to send again."""

    def __init__(self, function: str, event: dict[str, Any]) -> None:
        self._function = function
        self._records = list(DynamoDBStreamEvent(event).records)
        self._again: dict[int, Exception] = {}
        self._poison: set[int] = set()

    def __iter__(self) -> Iterator[int]:
        """Yield the places of the records."""
        return iter(range(len(self._records)))

    @cached_property
    def stream(self) -> str:
        """Return the name of the stream (the table's items); empty if it is none of ours.

        Lambda never mixes streams. The keys tell: a record that an operator has read from the
        stream by hand does not name it.
        """
        keys = chain.from_iterable(change_in(each).get("Keys") or () for each in self._records)
        return next((_STREAMS[attribute] for attribute in keys if attribute in _STREAMS), "")

    def each[Result](self, place: int, make: Callable[[DynamoDBRecord], Result]) -> Result | None:
        """Return ``make(record)``; ``None`` for a poison record, moved to the dead-letter queue."""
        try:
            return make(self._records[place])
        except _NOT_SERVED:
            raise
        except Exception as error:  # noqa: BLE001 - whatever it is, the others go on
            self._move_to_dead_letters(place, type(error).__name__)
            return None

    def come_again(self, *places: int, error: Exception) -> None:
        """Have Lambda send records again, and all after them, because of an error."""
        self._again.update(dict.fromkeys(places, error))

    def log_changes(self, changes: Mapping[int, str]) -> None:
        """Log which changes (by the places of their records) are published, and which come again.

        All in one line, for a batch of a busy stream has up to a hundred.
        """
        known = {place: changes[place] for place in changes if place not in self._poison}
        published = [text for place, text in known.items() if place not in self._again]
        again = [text for place, text in known.items() if place in self._again]
        facts: dict[str, Any] = {"changes": published} if published else {}
        if again:
            facts["again"] = again
        if facts:
            log.logger().info(self._function, **facts)

    def response(self, event: dict[str, Any]) -> PartialItemFailureResponse:
        """Return the first record that Lambda is to send again, if any; log and count it."""
        places = iter(self)

        def require_published(record: DynamoDBRecord) -> None:
            del record
            error = self._again.get(next(places))
            if error is not None:
                report_failure(self._function, error, stream=self.stream)
                raise error

        return process_in_order(EventType.DynamoDBStreams, event, require_published)

    def _move_to_dead_letters(self, place: int, fault: str) -> None:
        """Queue where in the stream the record is, not what is in it."""
        record = self._records[place]
        number = change_in(record).sequence_number
        where = {
            "streamArn": record.event_source_arn,
            "startSequenceNumber": number,
            "endSequenceNumber": number,
            "batchSize": 1,
        }
        body = {"function": self._function, "fault": fault, "DDBStreamBatchInfo": where}
        try:
            sqs_client().send_message(
                QueueUrl=settings().events_not_published, MessageBody=json.dumps(body)
            )
        except _NOT_SERVED as error:
            self.come_again(place, error=error)
        else:
            self._poison.add(place)
            log.logger().error(self._function, setAside=number, fault=fault, **_subject(record))


def _subject(record: DynamoDBRecord) -> dict[str, Any]:
    """Return the session and the version that a record is about, as fields of a log line."""
    match change_in(record).get("NewImage"):
        case {
            "mediaSessionId": {"S": str(call)},
            "version": {"N": str(version)},
        } if version.isdecimal():
            return {
                "mediaSessionId": log.shown_id("mediaSessionId", call),
                "version": int(version),
            }
    return {}


def publish_records(
    function: str, event: dict[str, Any], context: LambdaContext, publish: Callable[[Batch], None]
) -> PartialItemFailureResponse:
    """Publish a batch; return the first record that Lambda is to send again, if any."""
    log.begin_invocation(context)
    batch = Batch(function, event)
    with deadline.within(context.get_remaining_time_in_millis() / 1000):
        try:
            publish(batch)
        except _NOT_SERVED as error:
            batch.come_again(0, error=error)
    return batch.response(event)


def require_key(key: Any) -> SubscriberKey:
    """Return the key. Raises ``ValueError`` for one that would make a batch's joint read fail."""
    if not isinstance(key, str) or not key:
        raise ValueError
    return SubscriberKey(key)


def queue_each(batch: Batch, made: dict[int, list[Notification]]) -> list[int]:
    """Queue the notifications of each record; return the places of records fully queued.

    Lambda sends the other records again.
    """
    places = [place for place, notifications in made.items() for _ in notifications]
    messages = list(chain.from_iterable(made.values()))
    missing = {places[each] for each in notification_queue().put_each(messages)}
    batch.come_again(*missing, error=Unavailable())
    return [place for place in made if place not in missing]
