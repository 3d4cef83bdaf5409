"""What a function's role may do with the tables: what the function does, and no step beyond."""

from collections.abc import Callable, Mapping
from typing import Any

import pytest

from tests.e2e.aws import Aws
from tests.e2e.rights import may
from tests.support.template import properties, template

TABLES = ("SessionsTable", "RegistrationsTable", "SubscriptionsTable")
INDEXES = {
    table: {
        index["IndexName"]: index["KeySchema"][0]["AttributeName"]
        for index in properties(table)["GlobalSecondaryIndexes"]
    }
    for table in TABLES
}
NOBODYS = {"S": "nobody's"}
WRITES = {"PutItem", "TransactWriteItems to put"}
READ_AND_WRITE = {"GetItem", *WRITES}
ALLOWED: Mapping[str, tuple[set[str], set[str], set[str]]] = {
    # With the sessions, with the registrations, and with the subscriptions.
    "CreateSessionRole": (WRITES, {"BatchGetItem", "TransactWriteItems to check"}, set()),
    "GetSessionDetailsByIdRole": ({"Query"}, {"GetItem"}, set()),
    "DeleteSessionByIdRole": ({"UpdateItem"}, {"GetItem"}, set()),
    "UpdateSessionStatusRole": (
        {"Query", *WRITES},
        {"GetItem", "TransactWriteItems to check"},
        set(),
    ),
    "RegistrationApiRole": (set(), {"BatchGetItem", *READ_AND_WRITE}, set()),
    "SubscriptionApiRole": (set(), {"GetItem"}, {"BatchGetItem", *READ_AND_WRITE}),
    "PublishSessionEventsRole": (set(), {"BatchGetItem"}, {"BatchGetItem"}),
    "PublishToSessionsBusRole": (set(), set(), set()),
    "PublishRegistrationEndsRole": (set(), set(), {"BatchGetItem"}),
    "PublishSubscriptionEndsRole": (set(), set(), set()),
    "DeliverNotificationRole": (
        {
            "BatchGetItem",
            "Query",
            "Query of SessionsOfRegistration",
            "Query of SessionsOfReceiver",
        },
        {"GetItem"},
        READ_AND_WRITE,
    ),
    "ProbeSinkRole": ({"BatchGetItem", "Query"}, set(), READ_AND_WRITE),
    "SweepExpiredRole": (
        {"UpdateItem", "Query of StaleSessions", "Query", *WRITES},
        {"Query of StaleRegisters", *READ_AND_WRITE},
        {"Query of StaleSubscriptions", *READ_AND_WRITE},
    ),
    "EndSessionsOfRegistrationRole": (
        {
            "BatchGetItem",
            "UpdateItem",
            "Query of SessionsOfRegistration",
            "Query of SessionsOfReceiver",
        },
        {"GetItem"},
        set(),
    ),
    "JwtAuthorizerRole": (set(), set(), set()),
}
READS_A_STREAM = {
    "EndSessionsOfRegistrationRole",
    "PublishSessionEventsRole",
    "PublishToSessionsBusRole",
    "PublishRegistrationEndsRole",
    "PublishSubscriptionEndsRole",
}


def _actions(logical_id: str) -> Mapping[str, Callable[[Any, str], Any]]:
    """What may be asked of a table.

    Writes are refused by their condition if the role lets them through, so none leaves a trace.
    """
    names = [each["AttributeName"] for each in properties(logical_id)["KeySchema"]]
    key = dict.fromkeys(names, NOBODYS)
    exists: dict[str, Any] = {
        "ConditionExpression": "attribute_exists(#key)",
        "ExpressionAttributeNames": {"#key": names[0]},
    }

    def query(dynamodb: Any, table: str, attribute: str, **index: str) -> Any:
        return dynamodb.query(
            TableName=table,
            KeyConditionExpression="#key = :value",
            ExpressionAttributeNames={"#key": attribute},
            ExpressionAttributeValues={":value": NOBODYS},
            **index,
        )

    def query_of(index: str, attribute: str) -> Callable[[Any, str], Any]:
        return lambda dynamodb, table: query(dynamodb, table, attribute, IndexName=index)

    def transaction(item: Callable[[str], dict[str, Any]]) -> Callable[[Any, str], Any]:
        return lambda dynamodb, table: dynamodb.transact_write_items(TransactItems=[item(table)])

    return {
        "GetItem": lambda dynamodb, table: dynamodb.get_item(TableName=table, Key=key),
        "BatchGetItem": lambda dynamodb, table: dynamodb.batch_get_item(
            RequestItems={table: {"Keys": [key]}}
        ),
        "Query": lambda dynamodb, table: query(dynamodb, table, names[0]),
        **{
            f"Query of {index}": query_of(index, attribute)
            for index, attribute in INDEXES[logical_id].items()
        },
        "Scan": lambda dynamodb, table: dynamodb.scan(TableName=table, Limit=1),
        "PutItem": lambda dynamodb, table: dynamodb.put_item(TableName=table, Item=key, **exists),
        "UpdateItem": lambda dynamodb, table: dynamodb.update_item(
            TableName=table, Key=key, **exists
        ),
        "DeleteItem": lambda dynamodb, table: dynamodb.delete_item(
            TableName=table, Key=key, **exists
        ),
        "BatchWriteItem": lambda dynamodb, table: dynamodb.batch_write_item(
            RequestItems={table: [{"DeleteRequest": {"Key": key}}]}
        ),
        "TransactWriteItems to put": transaction(
            lambda table: {"Put": {"TableName": table, "Item": key, **exists}}
        ),
        "TransactWriteItems to delete": transaction(
            lambda table: {"Delete": {"TableName": table, "Key": key, **exists}}
        ),
        "TransactWriteItems to check": transaction(
            lambda table: {"ConditionCheck": {"TableName": table, "Key": key, **exists}}
        ),
        "DescribeTable": lambda dynamodb, table: dynamodb.describe_table(TableName=table),
        "DeleteTable": lambda dynamodb, table: dynamodb.delete_table(TableName=table),
    }


def test_every_functions_role_is_looked_at(aws: Aws) -> None:
    assert ALLOWED.keys() == {f"{function}Role" for function in aws.stack.functions}


def test_all_roles_are_the_templates_and_none_is_sams(aws: Aws) -> None:
    resources = template()["Resources"].items()

    assert aws.stack.roles.keys() == {
        name for name, resource in resources if resource["Type"] == "AWS::IAM::Role"
    }


@pytest.mark.parametrize("role", ALLOWED)
def test_the_role_may_do_this_and_nothing_else_with_the_tables(aws: Aws, role: str) -> None:
    dynamodb = aws.in_role(role).client("dynamodb")

    for logical_id, allowed in zip(TABLES, ALLOWED[role], strict=True):
        table = aws.stack.tables[logical_id]
        actions = _actions(logical_id).items()
        assert {action for action, ask in actions if may(ask, dynamodb, table)} == allowed


# That a function may read the stream that drives it is not to be seen here: the emulator reads it
# by itself, and allows a role nothing with the ARN of a stream.
@pytest.mark.parametrize("role", sorted(ALLOWED.keys() - READS_A_STREAM))
def test_the_role_may_read_no_stream(aws: Aws, role: str) -> None:
    streams = aws.in_role(role).client("dynamodbstreams")

    for table in TABLES:
        name = aws.stack.tables[table]
        arn = aws.client("dynamodb").describe_table(TableName=name)["Table"]["LatestStreamArn"]
        assert not may(lambda client, arn: client.describe_stream(StreamArn=arn), streams, arn)
        assert not may(lambda client, name: client.list_streams(TableName=name), streams, name)


@pytest.mark.parametrize("role", ALLOWED)
def test_the_role_may_call_no_function(aws: Aws, role: str) -> None:
    lambda_ = aws.in_role(role).client("lambda")

    for function in aws.stack.functions.values():
        assert not may(lambda client, name: client.invoke(FunctionName=name), lambda_, function)
