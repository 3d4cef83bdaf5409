"""The tables, made on moto from ``template.yaml``."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from moto.core.models import DEFAULT_ACCOUNT_ID
from moto.dynamodb.models import dynamodb_backends

from tests.support.template import properties

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

ACCOUNT = DEFAULT_ACCOUNT_ID
REGION = "eu-central-1"
TABLE = "sessions"
REGISTRATIONS = "registrations"
SUBSCRIPTIONS = "subscriptions"

_NAMES = {
    "SessionsTable": TABLE,
    "RegistrationsTable": REGISTRATIONS,
    "SubscriptionsTable": SUBSCRIPTIONS,
}


def create_tables(client: "DynamoDBClient") -> None:
    same = ("BillingMode", "AttributeDefinitions", "KeySchema", "GlobalSecondaryIndexes")
    for logical_id, name in _NAMES.items():
        table = properties(logical_id)
        request: dict[str, Any] = {key: table[key] for key in same}
        request["StreamSpecification"] = {"StreamEnabled": True, **table["StreamSpecification"]}
        client.create_table(TableName=name, **request)


def items() -> list[dict[str, Any]]:
    """Return all that is stored of sessions, without a request that a test would count."""
    stored = dynamodb_backends[ACCOUNT][REGION].tables[TABLE].all_items()
    found: list[dict[str, Any]] = [item.to_json()["Attributes"] for item in stored]
    return sorted(found, key=lambda item: (item["mediaSessionId"]["S"], item["part"]["S"]))


def session_item() -> dict[str, Any]:
    """Return the item that changes state, of the first session."""
    return next(item for item in items() if item["part"]["S"] == "session")


@contextmanager
def unchanged() -> Iterator[None]:
    """Fail if what is stored of sessions is not as before when the block is left."""
    before = items()
    yield
    assert items() == before
