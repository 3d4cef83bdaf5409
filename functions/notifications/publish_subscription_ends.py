"""Publisher of the ends of subscriptions, to their sinks, with the reason.

From the stream of the table of subscriptions, at least once; the notification comes after all that
were queued before the end. Source: CAMARA WebRTC Events Subscriptions, ``subscription-ended``;
ADR 6.
"""

from aws_lambda_powertools.utilities.data_classes.dynamo_db_stream_event import DynamoDBRecord

from aws import metrics
from aws.batch import change_in, time_of
from camara.scope import EventType
from notifications.item import subscription_from_image
from notifications.notification import Notification
from notifications.publishing import Batch, queue_each
from notifications.subscription import TerminationReason

_DESCRIPTIONS = {
    TerminationReason.MAX_EVENTS_REACHED: "As many notifications as were asked for have been sent",
    TerminationReason.NETWORK_TERMINATED: "The sink takes none, or others needed the room",
    TerminationReason.SUBSCRIPTION_EXPIRED: "The subscription has expired",
    TerminationReason.ACCESS_TOKEN_EXPIRED: "The access token for the sink is of no more use",
    TerminationReason.SUBSCRIPTION_DELETED: "The subscription was deleted",
}


def publish_subscription_ends(batch: Batch) -> None:
    """Queue the notifications of all records, and count the ends that are queued."""
    made = {place: batch.each(place, _notifications) or [] for place in batch}
    for place in queue_each(batch, made):
        for notification in made[place]:
            metrics.count("SubscriptionEnded", reason=notification.data["terminationReason"])


def _notifications(record: DynamoDBRecord) -> list[Notification]:
    images = change_in(record)
    subscription = subscription_from_image(images["NewImage"])
    if subscription.ended is None or "terminationReason" in (images.get("OldImage") or {}):
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
