"""How changes of calls were published until there were audiences: kept to be measured against.

Record by record, and for each: a query for all subscriptions of either number, what has ended
included, a read of the receiver's register, one request to the queue, and one to the bus. Clients,
rules and texts are those of today, which if anything flatters it.
"""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, NamedTuple

from aws_lambda_powertools.utilities.data_classes.dynamo_db_stream_event import DynamoDBRecord

from aws import clock
from aws.batch import time_of
from camara.scope import EventType
from notifications.bus import detail_of
from notifications.item import subscription_from
from notifications.notification import Notification
from notifications.session_change import SessionChange
from notifications.session_notification import devices_of, session_notification
from notifications.subscription import Subscription
from registration.store import registration_store

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_events import EventBridgeClient
    from mypy_boto3_sqs import SQSClient


class FormerReader(NamedTuple):
    """What it took to know who is told of a change."""

    dynamodb: "DynamoDBClient"
    subscriptions: str

    def notifications(self, record: dict[str, Any]) -> list[Notification]:
        """Read for one record; return what is told of it."""
        change, time = change_of(record), time_of(DynamoDBRecord(record))
        legs, now = change.session.legs, clock.now()
        register = registration_store().of_subscriber(legs.receiver)
        happened = int(record["dynamodb"]["ApproximateCreationDateTime"])
        devices = devices_of(change.session, register, happened)
        return [
            session_notification(known, EventType.SESSION_STATUS, change, time)
            for number in (legs.receiver, legs.originator)
            for known in self._of_number(number)
            if known.type is EventType.SESSION_STATUS
            and known.device in devices
            and known.is_active(now)
        ]

    def _of_number(self, number: str) -> Iterator[Subscription]:
        pages = self.dynamodb.get_paginator("query").paginate(
            TableName=self.subscriptions,
            ConsistentRead=True,
            KeyConditionExpression="#number = :number",
            ExpressionAttributeNames={"#number": "number"},
            ExpressionAttributeValues={":number": {"S": number}},
        )
        for page in pages:
            yield from map(subscription_from, page["Items"])


class FormerPublisher(NamedTuple):
    """The reader, the clients, and what they are for."""

    reader: FormerReader
    sqs: "SQSClient"
    queue_url: str
    events: "EventBridgeClient"
    bus: str

    def publish(self, records: list[dict[str, Any]]) -> None:
        """Publish one after the other."""
        for record in records:
            self._queue(self.reader.notifications(record))
            self._tell(detail_of(change_of(record), time_of(DynamoDBRecord(record))))

    def _queue(self, notifications: list[Notification]) -> None:
        answer = self.sqs.send_message_batch(
            QueueUrl=self.queue_url,
            Entries=[
                {
                    "Id": str(place),
                    "MessageBody": notification.to_json(),
                    "MessageGroupId": notification.subscription_id,
                    "MessageDeduplicationId": notification.event_id,
                }
                for place, notification in enumerate(notifications)
            ],
        )
        assert not answer.get("Failed"), answer

    def _tell(self, detail: str) -> None:
        answer = self.events.put_events(
            Entries=[
                {
                    "EventBusName": self.bus,
                    "Source": "webrtc-call-handling",
                    "DetailType": "MediaSessionStatusChanged",
                    "Detail": detail,
                }
            ]
        )
        assert not answer["FailedEntryCount"], answer


def change_of(record: dict[str, Any]) -> SessionChange:
    """Return the change that a record tells of, which is none that begins a call."""
    images = record["dynamodb"]
    change = SessionChange.from_images(images["NewImage"], images.get("OldImage"))
    assert change is not None
    assert not change.is_invitation
    return change
