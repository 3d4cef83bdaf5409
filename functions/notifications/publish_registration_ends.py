"""Publisher of the ends of registrations, to the subscriptions of their devices.

From the stream of the table of registrations, at least once. Source: CAMARA WebRTC Events
Subscriptions, ``registration-ends``; ADR 6.
"""

from collections.abc import Mapping
from functools import partial
from typing import Any

from aws_lambda_powertools.utilities.data_classes.dynamo_db_stream_event import DynamoDBRecord

from aws import clock
from aws.batch import change_in, time_of
from camara.identity import SubscriberKey
from camara.scope import EventType
from notifications.item import audience_from
from notifications.notification import Notification
from notifications.publishing import Batch, queue_each, require_key
from notifications.registration_notification import registration_notification
from notifications.store import subscription_store
from registration.item import register_from, subscriber_key_of


def publish_registration_ends(batch: Batch) -> None:
    """Read the audiences of all records at once; then queue their notifications."""
    subscribers = {
        place: subscriber_key
        for place in batch
        if (subscriber_key := batch.each(place, _subscriber_key))
    }
    audiences = subscription_store().audience_items(sorted(set(subscribers.values())))
    made: dict[int, list[Notification]] = {}
    for place in subscribers:
        made[place] = batch.each(place, partial(_notifications, audiences=audiences)) or []
    queue_each(batch, made)


def _subscriber_key(record: DynamoDBRecord) -> SubscriberKey:
    return require_key(subscriber_key_of(change_in(record)["Keys"]["owner"]["S"]))


def _notifications(
    record: DynamoDBRecord, audiences: Mapping[SubscriberKey, dict[str, Any]]
) -> list[Notification]:
    subscriber_key, time = _subscriber_key(record), time_of(record)
    audience = audience_from(subscriber_key, audiences.get(subscriber_key))
    image = change_in(record)["NewImage"]
    return [
        registration_notification(listener, ended, time)
        for ended in register_from(image["owner"]["S"], image).just_ended
        for listener in audience.subscribed_to(
            EventType.REGISTRATION_ENDS, {ended.registration.device}, clock.now()
        )
    ]
