"""What each function's role may do when deployed: what the function does, and no step beyond."""

from collections.abc import Callable, Mapping
from typing import Any

import pytest

from tests.e2e.aws import Aws
from tests.support.template import template

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

STREAM = "nobody's"
EVENTS = [{"timestamp": 0, "message": "forged"}]
ON_A_LOG: Mapping[str, Callable[[Any, str], Any]] = {
    "GetLogEvents": lambda logs, log: logs.get_log_events(logGroupName=log, logStreamName=STREAM),
    "FilterLogEvents": lambda logs, log: logs.filter_log_events(logGroupName=log, limit=1),
    "DescribeLogStreams": lambda logs, log: logs.describe_log_streams(logGroupName=log),
    "DeleteLogStream": lambda logs, log: logs.delete_log_stream(
        logGroupName=log, logStreamName=STREAM
    ),
    "CreateLogGroup": lambda logs, log: logs.create_log_group(logGroupName=log),
}
ON_ANOTHERS_LOG: Mapping[str, Callable[[Any, str], Any]] = {
    **ON_A_LOG,
    "CreateLogStream": lambda logs, log: logs.create_log_stream(
        logGroupName=log, logStreamName=STREAM
    ),
    "PutLogEvents": lambda logs, log: logs.put_log_events(
        logGroupName=log, logStreamName=STREAM, logEvents=EVENTS
    ),
}


def test_every_functions_role_is_looked_at(aws: Aws) -> None:
    assert ALLOWED.keys() == {f"{function}Role" for function in aws.stack.functions}


def test_all_roles_are_the_templates_and_none_is_sams(aws: Aws) -> None:
    resources = template()["Resources"].items()

    assert aws.stack.roles.keys() == {
        name for name, resource in resources if resource["Type"] == "AWS::IAM::Role"
    }


@pytest.mark.parametrize("role", ALLOWED)
def test_the_role_may_do_this_and_nothing_else_with_the_table(aws: Aws, role: str) -> None:
    dynamodb = aws.in_role(role).client("dynamodb")
    table = aws.stack.tables["SessionsTable"]

    assert {action for action, ask in ACTIONS.items() if _may(ask, dynamodb, table)} == (
        ALLOWED[role]
    )


# That it may write its own log is not to be seen here: the emulator writes the logs itself, and
# does not take the ARN of a log group, which ends in `:*`, for the group's.
@pytest.mark.parametrize("role", ALLOWED)
def test_the_role_may_not_read_or_delete_a_log_nor_write_anothers(aws: Aws, role: str) -> None:
    logs = aws.in_role(role).client("logs")

    for function in aws.stack.functions:
        forbidden = ON_A_LOG if role == f"{function}Role" else ON_ANOTHERS_LOG
        log = _log_of(aws, function)
        assert not {action for action, ask in forbidden.items() if _may(ask, logs, log)}


@pytest.mark.parametrize("role", ALLOWED)
def test_the_role_may_call_no_function(aws: Aws, role: str) -> None:
    lambda_ = aws.in_role(role).client("lambda")

    for function in aws.stack.functions.values():
        assert not _may(lambda client, name: client.invoke(FunctionName=name), lambda_, function)


def _log_of(aws: Aws, function: str) -> str:
    lambda_ = aws.client("lambda")
    settings = lambda_.get_function_configuration(FunctionName=aws.stack.functions[function])
    return str(settings["LoggingConfig"]["LogGroup"])


def _may(ask: Callable[[Any, str], Any], client: Any, name: str) -> bool:
    try:
        ask(client, name)
    except client.exceptions.ClientError as error:
        return bool(error.response["Error"]["Code"] != "AccessDeniedException")
    return True
