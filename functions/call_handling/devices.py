"""Which sessions belong to a device, and when they end with its registration.

The device that places a call is known. Those that may answer are all that the receiver has, until
the answer says which (or through which client). A session ends with the last of them. Source: ADR
5; AWS, "Condition expressions", ``contains``.
"""

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from call_handling.ending import Clause, LeftAlone
from camara.dynamodb import unavailable_on_failure
from registration.register import Registration

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient


def sessions_placed_by(client: "DynamoDBClient", table: str, registration_id: str) -> Iterator[str]:
    """Yield the ids of the sessions, live or over, that this device has placed."""
    return _sessions(client, table, "SessionsOfRegistration", "registrationId", registration_id)


def sessions_received_by(client: "DynamoDBClient", table: str, number: str) -> Iterator[str]:
    """Yield the ids of the sessions, live or over, that this number has received."""
    return _sessions(client, table, "SessionsOfReceiver", "receiver", number)


def held_by_none_but(gone: Registration, left: Iterable[Registration]) -> Clause:
    """Return the clause that this device held the receiving leg, and none that is ``left`` does."""
    values = {":gone": {"S": gone.registration_id}}
    answered = ["contains(answeredOn, :gone)"]
    for number, registration in enumerate(left):
        values[f":left{number}"] = {"S": registration.registration_id}
        answered.append(f"NOT contains(answeredOn, :left{number})")
    expression = " AND ".join(answered)
    if len(answered) == 1:
        values[":client"] = {"S": gone.client}
        rang = "attribute_not_exists(answeredOn) AND contains(receiverClients, :client)"
        expression = f"({expression} OR {rang})"
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
