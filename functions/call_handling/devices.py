"""Which sessions belong to a device, and when they end with its registration.

The device that places a call is known. Those that may answer are all that the receiver has, until
the answer says which (or by which actor). A session ends with the last of them. Source: ADR 5; AWS,
"Condition expressions", ``contains``; AWS, ``BatchGetItem``.
"""

from collections.abc import Iterable, Iterator
from itertools import batched
from typing import TYPE_CHECKING

from call_handling.ending import Clause, LeftAlone
from call_handling.item import key
from camara.dynamodb import read_batch, unavailable_on_failure
from camara.identity import registration_key
from registration.register import Registration

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

_BATCH = 100


def sessions_placed_by(client: "DynamoDBClient", table: str, registration_id: str) -> Iterator[str]:
    """Yield the ids of the sessions, live or over, that this device has placed."""
    return _sessions(client, table, "SessionsOfRegistration", "registrationId", registration_id)


def sessions_received_by(client: "DynamoDBClient", table: str, number: str) -> Iterator[str]:
    """Yield the ids of the sessions, live or over, that this number has received."""
    return _sessions(client, table, "SessionsOfReceiver", "receiver", number)


def live_among(client: "DynamoDBClient", table: str, ids: Iterable[str]) -> Iterator[str]:
    """Yield those of these sessions that live, at the cost of one request for each hundred."""
    for batch in batched(ids, _BATCH, strict=False):
        items = read_batch(
            client, table, map(key, batch), ProjectionExpression="mediaSessionId, endings"
        )
        yield from (item["mediaSessionId"]["S"] for item in items if "endings" in item)


def held_by_none_but(gone: Registration, left: Iterable[Registration]) -> Clause:
    """Return the clause that this device held the receiving leg, and none that is ``left`` does.

    While it rings each device of the receiver does, those that were registered since among them.
    """
    values = {":gone": {"S": registration_key(gone.registration_id)}}
    answered = ["attribute_exists(answeredBy)", "contains(holders, :gone)"]
    for number, registration in enumerate(left):
        values[f":left{number}"] = {"S": registration_key(registration.registration_id)}
        answered.append(f"NOT contains(holders, :left{number})")
    expression = " AND ".join(answered)
    if len(values) == 1:
        values[":madeAt"] = {"N": str(gone.made_at)}
        rang = "contains(holders, :gone) OR attribute_exists(holders) AND createdAt <= :madeAt"
        expression = f"({expression} OR attribute_not_exists(answeredBy) AND ({rang}))"
    return Clause(expression, LeftAlone.HELD, values)


def _sessions(
    client: "DynamoDBClient", table: str, index: str, attribute: str, value: str
) -> Iterator[str]:
    pages = client.get_paginator("query").paginate(
        TableName=table,
        IndexName=index,
        KeyConditionExpression=f"{attribute} = :value",
        ExpressionAttributeValues={":value": {"S": value}},
    )
    with unavailable_on_failure():
        for page in pages:
            for item in page["Items"]:
                yield item["mediaSessionId"]["S"]
