"""Subscriptions in DynamoDB: every change is one write on the condition of its version.

Source: AWS, "DynamoDB condition expressions"; ADR 6.
"""

from collections.abc import Callable
from functools import cache
from typing import TYPE_CHECKING

from camara.dynamodb import dynamodb_client, if_still, new_write_id, unavailable_on_failure
from camara.errors import NotFound
from camara.retry import retried
from events.configuration import subscriptions_table
from events.item import key, subscription_from, subscription_item
from events.subscription import Subscription

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient


class SubscriptionStore:
    """The subscriptions of numbers (keys, ``camara.identity``).

    Every method raises ``Unavailable`` when DynamoDB does not serve, ``Timeout`` when there is no
    time to ask it.
    """

    def __init__(self, client: "DynamoDBClient", table: str) -> None:
        self._client = client
        self._table = table
        self._refused = client.exceptions.ConditionalCheckFailedException

    def create(self, subscription: Subscription) -> None:
        """Store a new subscription."""
        self._put(subscription, 0, new_write_id())

    def read(self, number: str, subscription_id: str) -> Subscription:
        """Read a subscription, active or not. Raises ``NotFound``."""
        with unavailable_on_failure():
            answer = self._client.get_item(
                TableName=self._table, Key=key(number, subscription_id), ConsistentRead=True
            )
        if "Item" not in answer:
            raise NotFound
        return subscription_from(answer["Item"])

    def of_number(self, number: str) -> list[Subscription]:
        """Read all subscriptions of a number, active or not."""
        pages = self._client.get_paginator("query").paginate(
            TableName=self._table,
            ConsistentRead=True,
            KeyConditionExpression="#number = :number",
            ExpressionAttributeNames={"#number": "number"},
            ExpressionAttributeValues={":number": {"S": number}},
        )
        with unavailable_on_failure():
            return [subscription_from(item) for page in pages for item in page["Items"]]

    def change(
        self, number: str, subscription_id: str, decide: Callable[[Subscription], Subscription]
    ) -> Subscription:
        """Write what ``decide`` makes of a subscription (optimistic locking); return it.

        Nothing is written when it makes nothing of it. Raises ``NotFound``, and what it raises.
        """
        write_id = new_write_id()

        def attempt() -> Subscription:
            before = self.read(number, subscription_id)
            after = decide(before)
            if after is not before:
                self._put(after, before.version, write_id)
            return after

        return retried(attempt, self._refused)

    def _put(self, subscription: Subscription, before: int, write_id: str) -> None:
        """Write over version ``before``, 0 being none."""
        with unavailable_on_failure():
            self._client.put_item(
                TableName=self._table,
                Item=subscription_item(subscription) | {"writeId": {"S": write_id}},
                **if_still(before, write_id),
            )


@cache
def subscription_store() -> SubscriptionStore:
    """Return the process's store, as the environment configures it."""
    return SubscriptionStore(dynamodb_client(), subscriptions_table())
