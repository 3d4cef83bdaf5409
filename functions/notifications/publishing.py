"""What the publishers have in common: a batch of a stream's records, in order, none in others' way.

A batch is read for at once, and told of at once; for each session, and each subscription, in the
order of the stream. What DynamoDB, SQS or EventBridge did not serve comes again, as long as it
takes, with all after it: they fail for all. A record that makes no sense will not make any the next
time, and to wait for it would hold up everybody in its shard: it is set aside for an operator, in
the words in which Lambda names records that it has given up. Source: AWS, "Using Lambda with
DynamoDB", partial batch responses and discarded records.
"""

import json
from collections.abc import Callable, Iterator, Mapping
from itertools import chain
from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext
from botocore.exceptions import BotoCoreError, ClientError

from aws import deadline, log, metrics
from aws.batch import Failures
from camara.errors import Timeout, Unavailable
from camara.identity import SubscriberKey
from notifications.notification import Notification
from notifications.outbox import outbox, sqs_client
from notifications.settings import settings

type Record = dict[str, Any]

_NOT_SERVED = (Unavailable, Timeout, ClientError, BotoCoreError)


class Batch:
    """The records of one invocation of a function, and which of them are to come again."""

    def __init__(self, function: str, event: dict[str, Any]) -> None:
        self._function = function
        self._records: list[Record] = event["Records"]
        self._again: set[int] = set()
        self._aside: set[int] = set()

    def __iter__(self) -> Iterator[int]:
        """Yield the places of the records."""
        return iter(range(len(self._records)))

    def each[Result](self, place: int, make: Callable[[Record], Result]) -> Result | None:
        """Return what is made of a record; ``None`` if it makes no sense, and is set aside."""
        try:
            return make(self._records[place])
        except _NOT_SERVED:
            raise
        except Exception as error:  # noqa: BLE001 - whatever it is, the others go on
            self._set_aside(place, type(error).__name__)
            return None

    def come_again(self, *places: int) -> None:
        """Have records come again, and all that come after them."""
        self._again.update(places)

    def log_changes(self, changes: Mapping[int, str]) -> None:
        """Log which changes (by the places of their records) were told, and which come again.

        One line for all: in a busy stream's batches there are up to a hundred.
        """
        known = {place: changes[place] for place in changes if place not in self._aside}
        told = [text for place, text in known.items() if place not in self._again]
        again = [text for place, text in known.items() if place in self._again]
        facts: dict[str, Any] = {"changes": told} if told else {}
        if again:
            facts["again"] = again
        if facts:
            log.logger().info(self._function, **facts)

    def failures(self) -> Failures:
        """Return where Lambda is to begin again, if anywhere."""
        if not self._again:
            return {"batchItemFailures": []}
        metrics.count("RecordFailed", function=self._function)
        first = self._number(min(self._again))
        return {"batchItemFailures": [{"itemIdentifier": first}]}

    def _set_aside(self, place: int, fault: str) -> None:
        """Say where in the stream the record is, not what is in it."""
        number = self._number(place)
        where = {
            "streamArn": self._records[place].get("eventSourceARN"),
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
            log.logger().error(self._function, fault=type(error).__name__)
            self.come_again(place)
        else:
            self._aside.add(place)
            subject = _subject(self._records[place])
            log.logger().error(self._function, setAside=number, fault=fault, **subject)

    def _number(self, place: int) -> str:
        return str(self._records[place]["dynamodb"]["SequenceNumber"])


def _subject(record: Record) -> dict[str, Any]:
    """Return which change of which session a record is of, in the words of the log, if of one."""
    match record["dynamodb"].get("NewImage"):
        case {
            "mediaSessionId": {"S": str(call)},
            "version": {"N": str(version)},
        } if version.isdecimal():
            return {
                "mediaSessionId": log.shown_id("mediaSessionId", call),
                "version": int(version),
            }
    return {}


def in_batch(
    function: str, event: dict[str, Any], context: LambdaContext, handle: Callable[[Batch], None]
) -> Failures:
    """Return where to begin again after a batch, all of it if something was not served."""
    log.begin_invocation(context)
    batch = Batch(function, event)
    with deadline.within(context.get_remaining_time_in_millis() / 1000):
        try:
            handle(batch)
        except _NOT_SERVED as error:
            log.logger().error(function, fault=type(error).__name__)
            batch.come_again(0)
    return batch.failures()


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
    batch.come_again(*missing)
    return [place for place in made if place not in missing]
