"""What a function's role may do with queues, bus, key, settings and logs: what it does, no more."""

from collections.abc import Callable, Mapping
from typing import Any

import pytest

from tests.e2e.aws import Aws
from tests.e2e.rights import may
from tests.support.template import template

NOTIFICATIONS, PROBES, NOT_PUBLISHED = "NotificationsQueue", "ProbesQueue", "EventsNotPublished"
SENDS: Mapping[str, set[str]] = {
    "EndSessionsOfRegistrationRole": {"RegistrationEndsNotHandled"},
    "PublishSessionEventsRole": {NOTIFICATIONS, NOT_PUBLISHED},
    "PublishToSessionsBusRole": {NOT_PUBLISHED},
    "PublishRegistrationEndsRole": {NOTIFICATIONS, NOT_PUBLISHED},
    "PublishSubscriptionEndsRole": {NOTIFICATIONS, NOT_PUBLISHED},
    "DeliverNotificationRole": {NOTIFICATIONS, PROBES},
    "ProbeSinkRole": {NOTIFICATIONS},
    "SweepExpiredRole": {NOTIFICATIONS},
}
RECEIVES = {"DeliverNotificationRole": NOTIFICATIONS, "ProbeSinkRole": PROBES}
QUEUES = sorted(
    name
    for name, resource in template()["Resources"].items()
    if resource["Type"] == "AWS::SQS::Queue"
)
ROLES = sorted(
    f"{name}Role"
    for name, resource in template()["Resources"].items()
    if resource["Type"] == "AWS::Serverless::Function"
)

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


@pytest.mark.parametrize("role", ROLES)
def test_the_role_may_do_this_and_nothing_else_with_the_queues(aws: Aws, role: str) -> None:
    queues = aws.in_role(role).client("sqs")

    for queue in QUEUES:
        allowed = {"SendMessage"} if queue in SENDS.get(role, set()) else set()
        if RECEIVES.get(role) == queue:
            actions, allowed = dict(ON_A_QUEUE), allowed | WHO_RECEIVES
        else:
            actions = {**ON_A_QUEUE, **TO_RECEIVE}
        url = _url_of(aws, queue)
        assert {action for action, ask in actions.items() if may(ask, queues, url)} == allowed


@pytest.mark.parametrize("role", ROLES)
def test_only_the_authorizer_may_read_its_settings_and_nobody_may_write_them(
    aws: Aws, role: str
) -> None:
    ssm = aws.in_role(role).client("ssm")
    settings = f"/webrtc/{aws.stack.stack_name}/issuer"

    def read(client: Any, name: str) -> Any:
        return client.get_parameter(Name=name)

    assert may(read, ssm, settings) is (role == "JwtAuthorizerRole")
    assert not may(read, ssm, f"{settings}s")
    assert not may(lambda client, name: client.get_parameters(Names=[name]), ssm, settings)
    assert not may(
        lambda client, name: client.put_parameter(Name=name, Value="{}", Overwrite=True),
        ssm,
        settings,
    )


@pytest.mark.parametrize("role", ROLES)
def test_only_one_publisher_may_tell_the_bus(aws: Aws, role: str) -> None:
    events = aws.in_role(role).client("events")
    # Nothing has such a source, so no rule is for it.
    entry = {"Source": "nobody", "DetailType": "nothing", "Detail": "{}"}

    def tell(client: Any, bus: str) -> Any:
        return client.put_events(Entries=[entry | {"EventBusName": bus}])

    assert may(tell, events, aws.stack.stack_name) is (role == "PublishToSessionsBusRole")
    assert not may(tell, events, "default")
    assert not may(
        lambda client, bus: client.put_rule(Name="no", EventBusName=bus, EventPattern="{}"),
        events,
        aws.stack.stack_name,
    )


@pytest.mark.parametrize("role", ROLES)
def test_the_role_may_do_this_and_nothing_else_with_the_key(aws: Aws, role: str) -> None:
    cloudformation = aws.client("cloudformation")
    stack = {"StackName": aws.stack.stack_name, "LogicalResourceId": "SinkCredentialsKey"}
    key = cloudformation.describe_stack_resource(**stack)["StackResourceDetail"]
    kms = aws.in_role(role).client("kms")

    actions = WITH_THE_KEY.items()
    allowed = {action for action, ask in actions if may(ask, kms, key["PhysicalResourceId"])}
    assert allowed == USES_THE_KEY.get(role, set())


# That it may write its own log is not to be seen here: the emulator writes the logs itself, and
# does not take the ARN of a log group, which ends in `:*`, for the group's.
@pytest.mark.parametrize("role", ROLES)
def test_the_role_may_not_read_or_delete_a_log_nor_write_anothers(aws: Aws, role: str) -> None:
    logs = aws.in_role(role).client("logs")

    for function in aws.stack.functions:
        forbidden = ON_A_LOG if role == f"{function}Role" else ON_ANOTHERS_LOG
        log = aws.log_of(function)
        assert not {action for action, ask in forbidden.items() if may(ask, logs, log)}


def _url_of(aws: Aws, queue: str) -> str:
    prefix = f"{aws.stack.stack_name}-{queue}-"
    (url,) = aws.client("sqs").list_queues(QueueNamePrefix=prefix)["QueueUrls"]
    return str(url)
