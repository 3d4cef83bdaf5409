"""Shared frame of the functions that publish the changes in a table's stream (the outbox).

A batch of records is read for at once, and published at once; for each session, and each
subscription, in the order of the stream, at least once. What DynamoDB, SQS or EventBridge did not
serve comes again, with all after it, as long as it takes: they fail for all. A poison record, which
makes no sense now and will not make any the next time, would hold up everybody in its shard: it is
set aside in a dead-letter queue, in the words in which Lambda names records that it has given up.
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
from notifications.outbox import outbox, sqs_client
from notifications.settings import settings

_NOT_SERVED = (Unavailable, Timeout, ClientError, BotoCoreError)

_STREAMS = {
    "mediaSessionId": "sessions",
    "owner": "registrations",
    "subscriptionId": "subscriptions",
}
"""By an attribute that only the keys of their table have."""


class Batch:
    """The records of one invocation, by their places, and which of them are to come again."""

    def __init__(self, function: str, event: dict[str, Any]) -> None:
        self._function = function
        self._records = list(DynamoDBStreamEvent(event).records)
        self._again: dict[int, Exception] = {}
        self._aside: set[int] = set()

    def __iter__(self) -> Iterator[int]:
        """Yield the places of the records."""
        return iter(range(len(self._records)))

    @cached_property
    def stream(self) -> str:
        """Return of which table's items this is the stream; empty if of none of ours.

        Lambda mixes no two streams. Told by the keys, as a record that an operator has read from
        the stream by hand does not name its stream.
        """
        keys = chain.from_iterable(change_in(each).get("Keys") or () for each in self._records)
        return next((_STREAMS[attribute] for attribute in keys if attribute in _STREAMS), "")

    def each[Result](self, place: int, make: Callable[[DynamoDBRecord], Result]) -> Result | None:
        """Return what is made of a record; ``None`` if it makes no sense, and is set aside."""
        try:
            return make(self._records[place])
        except _NOT_SERVED:
            raise
        except Exception as error:  # noqa: BLE001 - whatever it is, the others go on
            self._set_aside(place, type(error).__name__)
            return None

    def come_again(self, *places: int, error: Exception) -> None:
        """Have records come again, and all that come after them, because of an error."""
        self._again.update(dict.fromkeys(places, error))

    def log_changes(self, changes: Mapping[int, str]) -> None:
        """Log which changes (by the places of their records) are published, and which come again.

        One line for all: in a busy stream's batches there are up to a hundred.
        """
        known = {place: changes[place] for place in changes if place not in self._aside}
        published = [text for place, text in known.items() if place not in self._again]
        again = [text for place, text in known.items() if place in self._again]
        facts: dict[str, Any] = {"changes": published} if published else {}
        if again:
            facts["again"] = again
        if facts:
            log.logger().info(self._function, **facts)

    def response(self, event: dict[str, Any]) -> PartialItemFailureResponse:
        """Return where Lambda is to begin again, if anywhere; log and count it."""
        places = iter(self)

        def require_published(record: DynamoDBRecord) -> None:
            del record
            error = self._again.get(next(places))
            if error is not None:
                report_failure(self._function, error, stream=self.stream)
                raise error

        return process_in_order(EventType.DynamoDBStreams, event, require_published)

    def _set_aside(self, place: int, fault: str) -> None:
        """Say where in the stream the record is, not what is in it."""
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
            self._aside.add(place)
            log.logger().error(self._function, setAside=number, fault=fault, **_subject(record))


def _subject(record: DynamoDBRecord) -> dict[str, Any]:
    """Return which change of which session a record is of, in the words of the log, if of one."""
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
    """Publish a batch; return where Lambda is to begin again, at its start if all failed."""
    log.begin_invocation(context)
    batch = Batch(function, event)
    with deadline.within(context.get_remaining_time_in_millis() / 1000):
        try:
            publish(batch)
        except _NOT_SERVED as error:
            batch.come_again(0, error=error)
    return batch.response(event)


def require_key(key: Any) -> SubscriberKey:
    """Return what is read by. Raises ``ValueError`` for what would fail the reads of all others."""
    if not isinstance(key, str) or not key:
        raise ValueError
    return SubscriberKey(key)


def queue_each(batch: Batch, made: dict[int, list[Notification]]) -> list[int]:
    """Queue what was made of each record; return the places of those of which all is queued.

    The others come again.
    """
    places = [place for place, notifications in made.items() for _ in notifications]
    messages = list(chain.from_iterable(made.values()))
    missing = {places[each] for each in outbox().put_each(messages)}
    batch.come_again(*missing, error=Unavailable())
    return [place for place in made if place not in missing]
