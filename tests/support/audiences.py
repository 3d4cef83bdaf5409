"""What is stored of a number's subscriptions and its audience; and how to store many at once."""

from collections.abc import Iterable
from itertools import batched
from typing import Any

from aws import clock
from aws.dynamodb import dynamodb_client
from camara.identity import SubscriberKey
from notifications.audience import Audience
from notifications.item import audience_item, subscription_from, subscription_item
from notifications.store import subscription_store
from notifications.subscription import Subscription
from tests.support.builders import ALICE, NOW, a_registration, a_subscription
from tests.support.table import SUBSCRIPTIONS

_BATCH = 25
"""What DynamoDB writes in one request."""

type Listed = tuple[str, str, str, str, int, int, bool]
"""Id, type, device, client, beginning, end, and whether the sink fails."""


def stored_subscriptions(number: SubscriberKey) -> list[Subscription]:
    """Return all subscriptions that are stored of a number (a key), active or not."""
    pages = (
        dynamodb_client()
        .get_paginator("query")
        .paginate(
            TableName=SUBSCRIPTIONS,
            KeyConditionExpression="#number = :number",
            ExpressionAttributeNames={"#number": "number"},
            ExpressionAttributeValues={":number": {"S": number}},
            ConsistentRead=True,
        )
    )
    items = [item for page in pages for item in page["Items"]]
    return [subscription_from(item) for item in items if "listeners" not in item]


def store_all(subscriptions: Iterable[Subscription]) -> None:
    """Store subscriptions, and nothing else in their audiences, without a request for each."""
    puts: list[Any] = []
    audiences: dict[str, Audience] = {}
    for subscription in subscriptions:
        number, now = subscription.subscriber_key, clock.now()
        puts.append({"PutRequest": {"Item": subscription_item(subscription)}})
        audiences[number] = audiences.get(number, Audience(number)).after(subscription, now)
    items = [audience_item(audience, clock.now()) for audience in audiences.values()]
    puts += [{"PutRequest": {"Item": item}} for item in items]
    for batch in batched(puts, _BATCH, strict=False):
        dynamodb_client().batch_write_item(RequestItems={SUBSCRIPTIONS: list(batch)})


def listed(number: SubscriberKey) -> list[Listed]:
    """Return what publishing knows of a number's subscriptions that are active now."""
    return sorted(
        (
            known.subscription_id,
            known.type.value,
            known.device,
            known.client,
            known.starts_at,
            known.ends_at,
            known.failing,
        )
        for known in subscription_store().audience(number).active(clock.now())
    )


def to_be_listed(number: SubscriberKey) -> list[Listed]:
    """Return the same of the subscriptions themselves."""
    return sorted(
        (
            known.subscription_id,
            known.type.value,
            known.device,
            known.client,
            known.starts_at,
            known.ends_at,
            known.failing_since is not None,
        )
        for known in stored_subscriptions(number)
        if known.ended is None and known.ends_at > clock.now()
    )


def many(how_many: int, first: int = 1000, **whose: Any) -> list[Subscription]:
    """Return subscriptions of devices of Alice's number that are registered no more, ten of each.

    The first is the oldest. ``whose`` says of which client and which user of the number.
    """
    return [
        a_subscription(
            first + place,
            of=a_registration(ALICE, first + place // 10, **whose),
            starts_at=NOW - how_many + place,
        )
        for place in range(how_many)
    ]
