"""PublishSubscriptionEnds: tells a sink that its subscription has ended, and why.

Driven by the stream of the table of subscriptions, at least once; the notification comes after all
that were queued before the end. Source: CAMARA WebRTC Events Subscriptions,
``subscription-ended``; ADR 6.
"""

from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext
from snapshot_restore_py import register_before_snapshot

from aws import metrics
from aws.batch import Failures, time_of
from camara.scope import EventType
from notifications.item import subscription_from_image
from notifications.notification import Notification
from notifications.outbox import outbox
from notifications.publishing import Batch, Record, in_batch, queue_each
from notifications.subscription import TerminationReason

_DESCRIPTIONS = {
    TerminationReason.MAX_EVENTS_REACHED: "As many notifications as were asked for have been sent",
    TerminationReason.NETWORK_TERMINATED: "The sink takes none, or others needed the room",
    TerminationReason.SUBSCRIPTION_EXPIRED: "The subscription has expired",
    TerminationReason.ACCESS_TOKEN_EXPIRED: "The access token for the sink is of no more use",
    TerminationReason.SUBSCRIPTION_DELETED: "The subscription was deleted",
}


def handler(event: dict[str, Any], context: LambdaContext) -> Failures:
    """Return the first record that could not be dealt with: it comes again, with those after it."""
    return in_batch("PublishSubscriptionEnds", event, context, _publish)


def _publish(batch: Batch) -> None:
    made = {place: batch.each(place, _notifications) or [] for place in batch}
    for place in queue_each(batch, made):
        for notification in made[place]:
            metrics.count("SubscriptionEnded", reason=notification.data["terminationReason"])


def _notifications(record: Record) -> list[Notification]:
    images = record["dynamodb"]
    subscription = subscription_from_image(images["NewImage"])
    if subscription.ended is None or "terminationReason" in images.get("OldImage", {}):
        return []
    notification = Notification.to(
        subscription,
        EventType.SUBSCRIPTION_ENDED,
        "ended",
        time=time_of(record),
        data={
            "terminationReason": subscription.ended.value,
            "terminationDescription": _DESCRIPTIONS[subscription.ended],
        },
    )
    return [notification]


register_before_snapshot(outbox)
