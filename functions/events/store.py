"""Subscriptions in DynamoDB: every change is one write on the condition of its version.

Source: AWS, "DynamoDB condition expressions"; ADR 6.
"""

from collections.abc import Callable
from functools import cache
from typing import TYPE_CHECKING
from uuid import uuid4

from camara.dynamodb import dynamodb_client, if_still, unavailable_on_failure
from camara.errors import NotFound, Unavailable
from events.configuration import subscriptions_table
from events.item import key, subscription_from, subscription_item
from events.subscription import Subscription

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

_ATTEMPTS = 5


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
        self._put(subscription, 0, uuid4().hex)

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
        """Write what ``decide`` makes of a subscription; whoever loses a race decides again.

        Nothing is written when it makes nothing of it. Raises ``NotFound``, and what it raises.
        """
        write_id = uuid4().hex
        for _ in range(_ATTEMPTS):
            before = self.read(number, subscription_id)
            after = decide(before)
            if after is before:
                return before
            try:
                self._put(after, before.version, write_id)
            except self._refused:
                continue
            return after
        raise Unavailable

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
