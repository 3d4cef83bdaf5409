"""Queries for the sessions of a device, and the condition on which they end with its registration.

The calling device is stored in the session. Until the answer, any device of the receiver may
answer; from then on the one that did (or those of its actor). A session ends when the last device
that holds one of its legs is gone. Source: ADR 5; AWS,
"Condition expressions", ``contains``; AWS, ``BatchGetItem``.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from itertools import batched
from typing import TYPE_CHECKING, Any

from aws.dynamodb import read_batch, unavailable_on_failure
from call_handling.item import Item
from call_handling.legs import SLOWEST_REQUEST_SECONDS
from call_handling.session_ender import Clause, LeftAlone
from call_handling.session_key import key
from camara.errors import Unavailable
from camara.identity import SubscriberKey
from registration.register import Registration

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

_BATCH = 100
_LEGS = "mediaSessionId, registrationId, endings, holders, answeredBy"


def sessions_placed_by(client: "DynamoDBClient", table: str, registration_id: str) -> Iterator[str]:
    """Yield the ids of the sessions, live or over, that this device has placed."""
    yield from _sessions(
        client,
        table,
        "SessionsOfRegistration",
        "registrationId = :registration",
        {":registration": {"S": registration_id}},
    )


def newest_placed_by(
    client: "DynamoDBClient", table: str, registration_id: str, most: int
) -> list[tuple[int, str]]:
    """Return when the newest sessions that this device has placed were placed, and their ids."""
    values = {":key": {"S": registration_id}}
    return _newest(client, table, "SessionsOfRegistration", "registrationId = :key", values, most)


def newest_received_by(
    client: "DynamoDBClient", table: str, subscriber_key: SubscriberKey, most: int
) -> list[tuple[int, str]]:
    """Return when the newest sessions that this number has received were placed, and their ids."""
    values = {":key": {"S": subscriber_key}}
    return _newest(client, table, "SessionsOfReceiver", "receiver = :key", values, most)


def session_items(client: "DynamoDBClient", table: str, ids: Collection[str]) -> list[Item]:
    """Read up to 100 different sessions, without their media, in one request."""
    return read_batch(client, table, map(key, ids)) if ids else []


def sessions_received_by(
    client: "DynamoDBClient", table: str, subscriber_key: SubscriberKey, first: int, last: int
) -> Iterator[str]:
    """Yield the ids of the sessions, live or over, that this number has received.

    Placed between ``first`` and ``last`` (Unix seconds).
    """
    yield from _sessions(
        client,
        table,
        "SessionsOfReceiver",
        "receiver = :number AND createdAt BETWEEN :first AND :last",
        {":number": {"S": subscriber_key}, ":first": {"N": str(first)}, ":last": {"N": str(last)}},
    )


def held_among(
    client: "DynamoDBClient",
    table: str,
    ids: Iterable[str],
    may_be_held: Callable[[Item], bool],
    has_time: Callable[[], bool],
) -> Iterator[str]:
    """Yield those of these sessions that live and may be held, one request for each hundred.

    Raises ``Unavailable`` when there is no time for another hundred.
    """
    for place, batch in enumerate(batched(ids, _BATCH, strict=False)):
        if place and not has_time():
            raise Unavailable
        items = read_batch(client, table, map(key, batch), ProjectionExpression=_LEGS)
        for item in items:
            if "endings" in item and may_be_held(item):
                yield item["mediaSessionId"]["S"]


def may_be_held_by(gone: Registration, left: Collection[Registration]) -> Callable[[Item], bool]:
    """Return a filter for sessions that may end with this device: it placed or may hold them.

    The condition ``held_by_none_but`` decides; the filter saves writes that it would refuse.
    """

    def may_be_held(item: Item) -> bool:
        if item.get("registrationId") == {"S": gone.registration_id}:
            return True
        if "answeredBy" not in item:
            return not left
        return gone.key in item.get("holders", {}).get("SS", ())

    return may_be_held


def held_by_none_but(gone: Registration, left: Iterable[Registration]) -> Clause:
    """Return the condition on which the end of ``gone`` ends a received call.

    After the answer: ``gone`` held the receiving leg, and no registration that is ``left`` holds
    it. Before the answer, when all of the number's devices hold it: none is left, and the call rang
    on ``gone``. A call to a number that had no device goes on ringing, for whoever registers.
    """
    values: dict[str, Any] = {":gone": {"S": gone.key}}
    answered = ["attribute_exists(answeredBy)", "contains(holders, :gone)"]
    for place, registration in enumerate(left):
        values[f":left{place}"] = {"S": registration.key}
        answered.append(f"NOT contains(holders, :left{place})")
    expression = " AND ".join(answered)
    if len(values) == 1:
        values[":madeBefore"] = {"N": str(gone.made_at + SLOWEST_REQUEST_SECONDS)}
        rang = "contains(holders, :gone) OR attribute_exists(holders) AND createdAt <= :madeBefore"
        expression = f"({expression} OR attribute_not_exists(answeredBy) AND ({rang}))"
    return Clause(expression, LeftAlone.HELD, values)


def _newest(
    client: "DynamoDBClient",
    table: str,
    index: str,
    condition: str,
    values: Mapping[str, Any],
    most: int,
) -> list[tuple[int, str]]:
    with unavailable_on_failure():
        answer = client.query(
            TableName=table,
            IndexName=index,
            KeyConditionExpression=condition,
            ExpressionAttributeValues=values,
            ScanIndexForward=False,
            Limit=most,
        )
    return [(int(item["createdAt"]["N"]), item["mediaSessionId"]["S"]) for item in answer["Items"]]


def _sessions(
    client: "DynamoDBClient", table: str, index: str, condition: str, values: Mapping[str, Any]
) -> Iterator[str]:
    pages = client.get_paginator("query").paginate(
        TableName=table,
        IndexName=index,
        KeyConditionExpression=condition,
        ExpressionAttributeValues=values,
    )
    with unavailable_on_failure():
        for page in pages:
            for item in page["Items"]:
                yield item["mediaSessionId"]["S"]
