"""The table of sessions, made on moto from ``template.yaml``."""

from typing import TYPE_CHECKING, Any

from tests.support.template import table_properties

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

TABLE = "sessions"


def create_table(client: "DynamoDBClient") -> None:
    properties = table_properties()
    same = ("BillingMode", "AttributeDefinitions", "KeySchema", "GlobalSecondaryIndexes")
    request: dict[str, Any] = {name: properties[name] for name in same}
    request["StreamSpecification"] = {"StreamEnabled": True, **properties["StreamSpecification"]}
    client.create_table(TableName=TABLE, **request)


def items(client: "DynamoDBClient") -> list[dict[str, Any]]:
    """Return all that is stored, to compare before and after."""
    found: list[dict[str, Any]] = list(client.scan(TableName=TABLE)["Items"])
    return sorted(found, key=lambda item: (item["mediaSessionId"]["S"], item["part"]["S"]))
