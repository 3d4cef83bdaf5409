"""PublishRegistrationEnds: tells the subscribed devices that their registration has ended.

Driven by the stream of the table of registrations, at least once. Source: CAMARA
WebRTC Events Subscriptions, ``registration-ends``; ADR 6.
"""

from collections.abc import Mapping
from functools import partial
from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext
from snapshot_restore_py import register_before_snapshot

from aws import clock
from aws.batch import Failures, time_of
from camara.identity import SubscriberKey
from camara.scope import EventType
from notifications.item import audience_from
from notifications.notification import Notification
from notifications.outbox import outbox
from notifications.publishing import Batch, Record, in_batch, queue_each, require_key
from notifications.registration_notification import registration_notification
from notifications.store import subscription_store
from registration.item import register_from, subscriber_key_of


def handler(event: dict[str, Any], context: LambdaContext) -> Failures:
    """Return the first record that could not be dealt with: it comes again, with those after it."""
    return in_batch("PublishRegistrationEnds", event, context, _publish)


def _publish(batch: Batch) -> None:
    numbers = {
        place: subscriber_key for place in batch if (subscriber_key := batch.each(place, _number))
    }
    audiences = subscription_store().audience_items(sorted(set(numbers.values())))
    made: dict[int, list[Notification]] = {}
    for place in numbers:
        made[place] = batch.each(place, partial(_notifications, audiences=audiences)) or []
    queue_each(batch, made)


def _number(record: Record) -> SubscriberKey:
    return require_key(subscriber_key_of(record["dynamodb"]["Keys"]["owner"]["S"]))


def _notifications(
    record: Record, audiences: Mapping[SubscriberKey, dict[str, Any]]
) -> list[Notification]:
    subscriber_key, time = _number(record), time_of(record)
    audience = audience_from(subscriber_key, audiences.get(subscriber_key))
    image = record["dynamodb"]["NewImage"]
    return [
        registration_notification(listener, ended, time)
        for ended in register_from(image["owner"]["S"], image).just_ended
        for listener in audience.hearing(
            EventType.REGISTRATION_ENDS, {ended.registration.device}, clock.now()
        )
    ]


register_before_snapshot(outbox)
register_before_snapshot(subscription_store)
