"""Registrations that end, and what the functions make of the records of that."""

from collections.abc import Callable
from math import inf
from typing import Any

from aws.dynamodb import dynamodb_client
from call_handling.end_sessions_of_registration import handler
from camara.identity import derive_subscriber_key
from registration.item import subscriber_owner
from tests.support.devices import deregister
from tests.support.lambda_context import a_lambda_context
from tests.support.streams import Record
from tests.support.table import REGISTRATIONS


def ended_by(change: Callable[[], Any], subscriber: str) -> list[Record]:
    """Make a change; return the record of it in the stream of the table."""
    change()
    key = {"owner": {"S": subscriber_owner(derive_subscriber_key(subscriber))}}
    item = dynamodb_client().get_item(TableName=REGISTRATIONS, Key=key)["Item"]
    image = {"Keys": key, "NewImage": item, "SequenceNumber": item["version"]["N"]}
    return [{"eventSource": "aws:dynamodb", "eventName": "MODIFY", "dynamodb": image}]


def end_sessions(records: list[Record], looks: float = inf) -> list[Any]:
    """Return the records that are to come again."""
    answer = handler({"Records": records}, a_lambda_context(looks=looks))
    return list(answer["batchItemFailures"])


def without(subscriber: str, device: int = 1) -> list[Record]:
    return ended_by(lambda: deregister(subscriber, device), subscriber)
