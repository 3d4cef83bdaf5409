"""What each function's role may do when deployed: what the function does, and no step beyond."""

from collections.abc import Callable, Mapping
from typing import Any

import pytest

from tests.e2e.aws import Aws
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
    "EndExpiredSubscriptionsRole": (
        set(),
        set(),
        {"Query of StaleSubscriptions", *READ_AND_WRITE},
    ),
    "EndStaleSessionsRole": ({"UpdateItem", "Query of StaleSessions"}, set(), set()),
    "EndExpiredRegistrationsRole": (set(), {"Query of StaleRegisters", *READ_AND_WRITE}, set()),
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
NOTIFICATIONS, PROBES, NOT_PUBLISHED = "NotificationsQueue", "ProbesQueue", "EventsNotPublished"
SENDS: Mapping[str, set[str]] = {
    "EndSessionsOfRegistrationRole": {"RegistrationEndsNotHandled"},
    "PublishSessionEventsRole": {NOTIFICATIONS, NOT_PUBLISHED},
    "PublishToSessionsBusRole": {NOT_PUBLISHED},
    "PublishRegistrationEndsRole": {NOTIFICATIONS, NOT_PUBLISHED},
    "PublishSubscriptionEndsRole": {NOTIFICATIONS, NOT_PUBLISHED},
    "DeliverNotificationRole": {NOTIFICATIONS, PROBES},
    "ProbeSinkRole": {NOTIFICATIONS},
    "EndExpiredSubscriptionsRole": {NOTIFICATIONS},
}
RECEIVES = {"DeliverNotificationRole": NOTIFICATIONS, "ProbeSinkRole": PROBES}
READS_A_STREAM = {
    "EndSessionsOfRegistrationRole",
    "PublishSessionEventsRole",
    "PublishToSessionsBusRole",
    "PublishRegistrationEndsRole",
    "PublishSubscriptionEndsRole",
}
QUEUES = sorted(
    name
    for name, resource in template()["Resources"].items()
    if resource["Type"] == "AWS::SQS::Queue"
)


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


# What may be sent is refused for its length, so that none is left in the queue.
TOO_LONG = "x" * 2_000_000
ON_A_QUEUE: Mapping[str, Callable[[Any, str], Any]] = {
    "SendMessage": lambda sqs, url: sqs.send_message(QueueUrl=url, MessageBody=TOO_LONG),
    "ChangeMessageVisibility": lambda sqs, url: sqs.change_message_visibility(
        QueueUrl=url, ReceiptHandle="nobody's", VisibilityTimeout=0
    ),
    "DeleteMessage": lambda sqs, url: sqs.delete_message(QueueUrl=url, ReceiptHandle="nobody's"),
    "GetQueueAttributes": lambda sqs, url: sqs.get_queue_attributes(QueueUrl=url),
    "SetQueueAttributes": lambda sqs, url: sqs.set_queue_attributes(QueueUrl=url, Attributes={}),
    "PurgeQueue": lambda sqs, url: sqs.purge_queue(QueueUrl=url),
    "DeleteQueue": lambda sqs, url: sqs.delete_queue(QueueUrl=url),
}
# A message that is received would be missed, so whoever may is not put to the test.
TO_RECEIVE: Mapping[str, Callable[[Any, str], Any]] = {
    "ReceiveMessage": lambda sqs, url: sqs.receive_message(QueueUrl=url),
}
WHO_RECEIVES = {"ChangeMessageVisibility", "DeleteMessage", "GetQueueAttributes"}
WITH_THE_KEY: Mapping[str, Callable[[Any, str], Any]] = {
    "Encrypt": lambda kms, key: kms.encrypt(KeyId=key, Plaintext=b"nobody's"),
    "Decrypt": lambda kms, key: kms.decrypt(KeyId=key, CiphertextBlob=b"nobody's"),
    "GenerateDataKey": lambda kms, key: kms.generate_data_key(KeyId=key, KeySpec="AES_256"),
    "DescribeKey": lambda kms, key: kms.describe_key(KeyId=key),
    "CreateGrant": lambda kms, key: kms.create_grant(
        KeyId=key, GranteePrincipal="arn:aws:iam::000000000000:root", Operations=["Decrypt"]
    ),
    "ScheduleKeyDeletion": lambda kms, key: kms.schedule_key_deletion(KeyId=key),
}
USES_THE_KEY = {
    "SubscriptionApiRole": {"Encrypt"},
    "DeliverNotificationRole": {"Decrypt"},
    "ProbeSinkRole": {"Decrypt"},
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
def test_the_role_may_do_this_and_nothing_else_with_the_tables(aws: Aws, role: str) -> None:
    dynamodb = aws.in_role(role).client("dynamodb")

    for logical_id, allowed in zip(TABLES, ALLOWED[role], strict=True):
        table = aws.stack.tables[logical_id]
        actions = _actions(logical_id).items()
        assert {action for action, ask in actions if _may(ask, dynamodb, table)} == allowed


# That a function may read the stream that drives it is not to be seen here: the emulator reads it
# by itself, and allows a role nothing with the ARN of a stream.
@pytest.mark.parametrize("role", sorted(ALLOWED.keys() - READS_A_STREAM))
def test_the_role_may_read_no_stream(aws: Aws, role: str) -> None:
    streams = aws.in_role(role).client("dynamodbstreams")

    for table in TABLES:
        name = aws.stack.tables[table]
        arn = aws.client("dynamodb").describe_table(TableName=name)["Table"]["LatestStreamArn"]
        assert not _may(lambda client, arn: client.describe_stream(StreamArn=arn), streams, arn)
        assert not _may(lambda client, name: client.list_streams(TableName=name), streams, name)


@pytest.mark.parametrize("role", ALLOWED)
def test_the_role_may_do_this_and_nothing_else_with_the_queues(aws: Aws, role: str) -> None:
    queues = aws.in_role(role).client("sqs")

    for queue in QUEUES:
        allowed = {"SendMessage"} if queue in SENDS.get(role, set()) else set()
        if RECEIVES.get(role) == queue:
            actions, allowed = dict(ON_A_QUEUE), allowed | WHO_RECEIVES
        else:
            actions = {**ON_A_QUEUE, **TO_RECEIVE}
        url = _url_of(aws, queue)
        assert {action for action, ask in actions.items() if _may(ask, queues, url)} == allowed


@pytest.mark.parametrize("role", ALLOWED)
def test_only_one_publisher_may_tell_the_bus(aws: Aws, role: str) -> None:
    events = aws.in_role(role).client("events")
    # Nothing has such a source, so no rule is for it.
    entry = {"Source": "nobody", "DetailType": "nothing", "Detail": "{}"}

    def tell(client: Any, bus: str) -> Any:
        return client.put_events(Entries=[entry | {"EventBusName": bus}])

    assert _may(tell, events, aws.stack.stack_name) is (role == "PublishToSessionsBusRole")
    assert not _may(tell, events, "default")
    assert not _may(
        lambda client, bus: client.put_rule(Name="no", EventBusName=bus, EventPattern="{}"),
        events,
        aws.stack.stack_name,
    )


@pytest.mark.parametrize("role", ALLOWED)
def test_the_role_may_do_this_and_nothing_else_with_the_key(aws: Aws, role: str) -> None:
    cloudformation = aws.client("cloudformation")
    stack = {"StackName": aws.stack.stack_name, "LogicalResourceId": "SinkCredentialsKey"}
    key = cloudformation.describe_stack_resource(**stack)["StackResourceDetail"]
    kms = aws.in_role(role).client("kms")

    actions = WITH_THE_KEY.items()
    allowed = {action for action, ask in actions if _may(ask, kms, key["PhysicalResourceId"])}
    assert allowed == USES_THE_KEY.get(role, set())


# That it may write its own log is not to be seen here: the emulator writes the logs itself, and
# does not take the ARN of a log group, which ends in `:*`, for the group's.
@pytest.mark.parametrize("role", ALLOWED)
def test_the_role_may_not_read_or_delete_a_log_nor_write_anothers(aws: Aws, role: str) -> None:
    logs = aws.in_role(role).client("logs")

    for function in aws.stack.functions:
        forbidden = ON_A_LOG if role == f"{function}Role" else ON_ANOTHERS_LOG
        log = aws.log_of(function)
        assert not {action for action, ask in forbidden.items() if _may(ask, logs, log)}


@pytest.mark.parametrize("role", ALLOWED)
def test_the_role_may_call_no_function(aws: Aws, role: str) -> None:
    lambda_ = aws.in_role(role).client("lambda")

    for function in aws.stack.functions.values():
        assert not _may(lambda client, name: client.invoke(FunctionName=name), lambda_, function)


def _url_of(aws: Aws, queue: str) -> str:
    prefix = f"{aws.stack.stack_name}-{queue}-"
    (url,) = aws.client("sqs").list_queues(QueueNamePrefix=prefix)["QueueUrls"]
    return str(url)


def _may(ask: Callable[[Any, str], Any], client: Any, name: str) -> bool:
    try:
        ask(client, name)
    except client.exceptions.ClientError as error:
        return error.response["Error"]["Code"] not in {"AccessDenied", "AccessDeniedException"}
    return True
