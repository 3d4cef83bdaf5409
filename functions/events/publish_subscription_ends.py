"""PublishSubscriptionEnds: tells a sink that its subscription has ended, and why.

Driven by the stream of the table of subscriptions, at least once; the notification comes after all
that were queued before the end. Source: CAMARA WebRTC Events, ``subscription-ended``; ADR 6.
"""

from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext
from snapshot_restore_py import register_before_snapshot

from camara import metrics
from camara.stream import Failures, time_of
from events.item import subscription_from_image
from events.notification import Notification
from events.outbox import outbox
from events.publishing import published
from events.subscription import EventType, TerminationReason

_DESCRIPTIONS = {
    TerminationReason.MAX_EVENTS_REACHED: "As many notifications as were asked for have been sent",
    TerminationReason.NETWORK_TERMINATED: "The sink is gone",
    TerminationReason.SUBSCRIPTION_EXPIRED: "The subscription has expired",
    TerminationReason.ACCESS_TOKEN_EXPIRED: "The access token for the sink is of no more use",
    TerminationReason.SUBSCRIPTION_DELETED: "The subscription was deleted",
}


def handler(event: dict[str, Any], _context: LambdaContext) -> Failures:
    """Return the first record that could not be dealt with: it comes again, with those after it."""
    return published("PublishSubscriptionEnds", event, _publish)


def _publish(record: dict[str, Any]) -> None:
    images = record["dynamodb"]
    subscription = subscription_from_image(images["NewImage"])
    if subscription.ended is None or "terminationReason" in images.get("OldImage", {}):
        return
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
    outbox().put([notification])
    metrics.count("SubscriptionEnded", reason=subscription.ended)


register_before_snapshot(outbox)
