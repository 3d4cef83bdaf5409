"""Subscriptions that end, and what their table's stream tells of that."""

from notifications.store import subscription_store
from notifications.subscription import Subscription, TerminationReason
from tests.support.builders import NOW
from tests.support.streams import Record, Stream

AUDIENCE = "audience"


def end(
    subscription: Subscription, reason: TerminationReason = TerminationReason.SUBSCRIPTION_DELETED
) -> None:
    subscription_store().change(
        subscription.subscriber_key,
        subscription.subscription_id,
        lambda known: known.ended_because(reason, NOW),
    )


def hears(subscription: Subscription, event_id: str) -> None:
    subscription_store().change(
        subscription.subscriber_key,
        subscription.subscription_id,
        lambda known: known.after_delivery(event_id, None, NOW),
    )


def changes(stream: Stream) -> list[Record]:
    """Return what a stream tells of subscriptions, without what it tells of their audience."""
    return [record for record in stream.records() if whose(record) != AUDIENCE]


def whose(record: Record) -> str:
    return str(record["dynamodb"]["Keys"]["subscriptionId"]["S"])
