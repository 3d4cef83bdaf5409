"""What each function's role may do with the table: exactly what the function does, no more."""

from collections.abc import Callable, Mapping
from typing import Any

import pytest

from tests.e2e.aws import Aws

KEY = {"mediaSessionId": {"S": "nobody's"}, "part": {"S": "session"}}
# Writes are refused by their condition if the role lets them through, so none leaves a trace.
EXISTS = {"ConditionExpression": "attribute_exists(mediaSessionId)"}
ACTIONS: Mapping[str, Callable[[Any, str], Any]] = {
    "GetItem": lambda dynamodb, table: dynamodb.get_item(TableName=table, Key=KEY),
    "BatchGetItem": lambda dynamodb, table: dynamodb.batch_get_item(
        RequestItems={table: {"Keys": [KEY]}}
    ),
    "Query": lambda dynamodb, table: dynamodb.query(
        TableName=table,
        KeyConditionExpression="mediaSessionId = :id",
        ExpressionAttributeValues={":id": KEY["mediaSessionId"]},
    ),
    "Query of the index": lambda dynamodb, table: dynamodb.query(
        TableName=table,
        IndexName="StaleSessions",
        KeyConditionExpression="staleShard = :shard",
        ExpressionAttributeValues={":shard": {"S": "nobody's"}},
    ),
    "Scan": lambda dynamodb, table: dynamodb.scan(TableName=table, Limit=1),
    "PutItem": lambda dynamodb, table: dynamodb.put_item(TableName=table, Item=KEY, **EXISTS),
    "UpdateItem": lambda dynamodb, table: dynamodb.update_item(TableName=table, Key=KEY, **EXISTS),
    "DeleteItem": lambda dynamodb, table: dynamodb.delete_item(TableName=table, Key=KEY, **EXISTS),
    "BatchWriteItem": lambda dynamodb, table: dynamodb.batch_write_item(
        RequestItems={table: [{"DeleteRequest": {"Key": KEY}}]}
    ),
    "TransactWriteItems to put": lambda dynamodb, table: dynamodb.transact_write_items(
        TransactItems=[{"Put": {"TableName": table, "Item": KEY, **EXISTS}}]
    ),
    "TransactWriteItems to delete": lambda dynamodb, table: dynamodb.transact_write_items(
        TransactItems=[{"Delete": {"TableName": table, "Key": KEY, **EXISTS}}]
    ),
    "DescribeTable": lambda dynamodb, table: dynamodb.describe_table(TableName=table),
    "DeleteTable": lambda dynamodb, table: dynamodb.delete_table(TableName=table),
}
WRITES = {"PutItem", "TransactWriteItems to put"}
ALLOWED: Mapping[str, set[str]] = {
    "CreateSessionRole": WRITES,
    "GetSessionDetailsByIdRole": {"Query"},
    "DeleteSessionByIdRole": {"UpdateItem"},
    "UpdateSessionStatusRole": {"Query", *WRITES},
    "EndStaleSessionsRole": {"UpdateItem", "Query of the index"},
    "JwtAuthorizerRole": set(),
}


def test_every_functions_role_is_looked_at(aws: Aws) -> None:
    assert ALLOWED.keys() == {f"{function}Role" for function in aws.stack.functions}


@pytest.mark.parametrize("role", ALLOWED)
def test_the_role_may_do_this_and_nothing_else(aws: Aws, role: str) -> None:
    dynamodb = aws.in_role(role).client("dynamodb")
    table = aws.stack.tables["SessionsTable"]

    assert {action for action, ask in ACTIONS.items() if _may(ask, dynamodb, table)} == (
        ALLOWED[role]
    )


def _may(ask: Callable[[Any, str], Any], dynamodb: Any, table: str) -> bool:
    try:
        ask(dynamodb, table)
    except dynamodb.exceptions.ClientError as error:
        return bool(error.response["Error"]["Code"] != "AccessDeniedException")
    return True
