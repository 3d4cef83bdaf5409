"""Subscriptions and audiences in DynamoDB: create, read and change them.

Optimistic locking: a change is decided on what was read, and written if the version is unchanged;
if what the audience lists of the subscription changes, both are written in one transaction. Source:
AWS, "DynamoDB condition expressions" and "Managing complex workflows with transactions"; ADR 6.
"""

from collections.abc import Callable, Collection, Iterable
from functools import cache
from itertools import batched
from typing import TYPE_CHECKING, Any, cast
from uuid import uuid4

from aws import clock
from aws.dynamodb import (
    dynamodb_client,
    if_still,
    new_write_id,
    read_batch,
    unavailable_on_failure,
)
from aws.retry import retry_on
from camara.errors import NotFound
from camara.identity import DeviceKey, SubscriberKey
from camara.unix_time import UnixSeconds
from notifications.audience import Audience, Limits, Listener
from notifications.item import (
    audience_from,
    audience_item,
    audience_key,
    key,
    subscriber_key_of,
    subscription_from,
    subscription_item,
)
from notifications.settings import settings
from notifications.subscription import Subscription, TerminationReason

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

_BATCH = 100


class SubscriptionStore:
    """The subscriptions of subscribers, and their audiences.

    Every method raises ``Unavailable`` when DynamoDB does not serve, ``Timeout`` when there is no
    time to ask it.
    """

    def __init__(self, client: "DynamoDBClient", table: str, limits: Limits) -> None:
        self._client = client
        self._table = table
        self._limits = limits
        self._refused = client.exceptions.ConditionalCheckFailedException
        self._conflict = client.exceptions.TransactionConflictException
        self._cancelled = client.exceptions.TransactionCanceledException

    def create(
        self, subscription: Subscription, registered: Collection[DeviceKey], now: UnixSeconds
    ) -> None:
        """Store a new subscription; to make room, end another one (``Audience.in_the_way_of``).

        ``registered`` are the subscriber's devices. Raises ``TooManySubscriptions``.
        """
        subscriber_key, write_id = subscription.subscriber_key, new_write_id()

        def attempt() -> None:
            audience = self.audience(subscriber_key)
            while old := audience.in_the_way_of(subscription, registered, now, self._limits):
                self.change(
                    subscriber_key,
                    old,
                    lambda known: known.ended_because(TerminationReason.NETWORK_TERMINATED, now),
                )
                audience = self.audience(subscriber_key)
            self._write_both(None, subscription, audience, write_id)

        retry_on(attempt, self._cancelled)

    def read(self, subscriber_key: SubscriberKey, subscription_id: str) -> Subscription:
        """Read a subscription, active or not. Raises ``NotFound``."""
        item = self._item(key(subscriber_key, subscription_id))
        if item is None:
            raise NotFound
        return subscription_from(item)

    def read_each(
        self, subscriber_key: SubscriberKey, subscription_ids: Iterable[str]
    ) -> list[Subscription]:
        """Read up to 100 subscriptions of a subscriber, active or not, in one request."""
        keys = [key(subscriber_key, subscription_id) for subscription_id in subscription_ids]
        items = read_batch(self._client, self._table, keys) if keys else []
        return [subscription_from(item) for item in items]

    def audience(self, subscriber_key: SubscriberKey) -> Audience:
        """Read the audience of a subscriber."""
        return audience_from(subscriber_key, self._item(audience_key(subscriber_key)))

    def audience_items(
        self, subscriber_keys: Iterable[SubscriberKey]
    ) -> dict[SubscriberKey, dict[str, Any]]:
        """Read the audiences of different subscribers, as stored; a request for each hundred."""
        found: dict[SubscriberKey, dict[str, Any]] = {}
        for batch in batched(subscriber_keys, _BATCH, strict=False):
            for item in read_batch(self._client, self._table, map(audience_key, batch)):
                found[subscriber_key_of(item)] = item
        return found

    def change(
        self,
        subscriber_key: SubscriberKey,
        subscription_id: str,
        decide: Callable[[Subscription], Subscription],
    ) -> Subscription:
        """Read a subscription, write what ``decide`` returns, and return that; retry on a conflict.

        Nothing is written when ``decide`` returns its argument. Raises ``NotFound``, and what
        ``decide`` raises.
        """
        write_id = new_write_id()

        def attempt() -> Subscription:
            before = self.read(subscriber_key, subscription_id)
            after = decide(before)
            if after is before:
                return after
            if Listener.of(before) == Listener.of(after):
                with unavailable_on_failure():
                    self._client.put_item(**self._put(before, after, write_id))
            else:
                self._write_both(before, after, self.audience(subscriber_key), write_id)
            return after

        return retry_on(attempt, self._refused, self._conflict, self._cancelled)

    def _write_both(
        self, before: Subscription | None, after: Subscription, audience: Audience, write_id: str
    ) -> None:
        now = clock.now()
        audience_put = {
            "TableName": self._table,
            "Item": audience_item(audience.after(after, now), now) | _written(write_id),
            **if_still(audience.version, write_id),
        }
        puts = [{"Put": self._put(before, after, write_id)}, {"Put": audience_put}]
        with unavailable_on_failure():
            self._client.transact_write_items(
                TransactItems=cast("Any", puts), ClientRequestToken=uuid4().hex
            )

    def _put(
        self, before: Subscription | None, after: Subscription, write_id: str
    ) -> dict[str, Any]:
        return {
            "TableName": self._table,
            "Item": subscription_item(after) | _written(write_id),
            **if_still(before.version if before else 0, write_id),
        }

    def _item(self, its_key: dict[str, Any]) -> dict[str, Any] | None:
        with unavailable_on_failure():
            answer = self._client.get_item(TableName=self._table, Key=its_key, ConsistentRead=True)
        return cast("dict[str, Any] | None", answer.get("Item"))


def _written(write_id: str) -> dict[str, Any]:
    return {"writeId": {"S": write_id}}


@cache
def subscription_store() -> SubscriptionStore:
    """Return the process's store, as the environment configures it."""
    return SubscriptionStore(dynamodb_client(), settings().subscriptions_table, Limits())
