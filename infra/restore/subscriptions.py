"""Copies active subscriptions from one table into another, which may be in use meanwhile.

A subscription and the audience of its number are written in one transaction, as when somebody
subscribes: what is there already stays as it is, and copying twice makes no difference. Source: ADR
6.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from aws import clock
from camara.errors import NotFound
from notifications.audience import Limits
from notifications.item import subscription_from
from notifications.store import SubscriptionStore
from notifications.subscription import Subscription

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

_NO_LIMITS = Limits(of_device=10**6, of_client=10**6, of_subscriber=10**6)
"""They were kept to when somebody subscribed; now nothing that is there is to give way."""


class Outcome(StrEnum):
    """What became of an item of the source."""

    RESTORED = "restored"
    THERE = "left as they are, for they are there"
    OVER = "not restored, for they are over"
    SEALED = "not restored, for their access tokens are encrypted with another key"
    MALFORMED = "not restored, for they make no sense"


def restore(
    client: "DynamoDBClient", source: str, target: str, *, same_key: bool
) -> Counter[Outcome]:
    """Copy what is active in the table ``source`` and missing in ``target``; count the outcomes.

    Without the ``same_key`` in KMS the access tokens for sinks cannot be read: those subscriptions
    are left out. Raises ``Unavailable`` when DynamoDB does not serve; then do it again.
    """
    store = SubscriptionStore(client, target, _NO_LIMITS)
    return Counter(
        _restore(store, item, same_key=same_key) for item in _subscription_items(client, source)
    )


def _subscription_items(client: "DynamoDBClient", table: str) -> Iterator[dict[str, Any]]:
    for page in client.get_paginator("scan").paginate(TableName=table, ConsistentRead=True):
        # An audience lists subscriptions, and is made anew from them.
        yield from (item for item in page["Items"] if "listeners" not in item)


def _restore(store: SubscriptionStore, item: dict[str, Any], *, same_key: bool) -> Outcome:
    try:
        known = subscription_from(item)
    except (KeyError, ValueError, TypeError):
        return Outcome.MALFORMED
    now = clock.now()
    if not known.is_active(now):
        return Outcome.OVER
    if known.credential is not None and not same_key:
        return Outcome.SEALED
    try:
        store.read(known.subscriber_key, known.subscription_id)
    except NotFound:
        store.create(_as_if_its_sink_worked(known), (), now)
        return Outcome.RESTORED
    return Outcome.THERE


def _as_if_its_sink_worked(subscription: Subscription) -> Subscription:
    """Forget that its sink failed, or was behind: the probe that would ask it again is gone."""
    return replace(
        subscription,
        failing_since=None,
        probe="",
        failures=0,
        failed_at=0,
        worked_at=None,
        behind_since=None,
        told={},
        told_until=0,
    )
