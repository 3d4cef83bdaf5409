"""The tables, made on moto from ``template.yaml``."""

from typing import TYPE_CHECKING, Any

from tests.support.template import properties

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

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


def items(client: "DynamoDBClient") -> list[dict[str, Any]]:
    """Return all that is stored of sessions, to compare before and after."""
    found: list[dict[str, Any]] = list(client.scan(TableName=TABLE)["Items"])
    return sorted(found, key=lambda item: (item["mediaSessionId"]["S"], item["part"]["S"]))
