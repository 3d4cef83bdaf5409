"""What no role of a function may do, asked by doing it.

What each may do is in ``tests/delivery/test_least_privilege.py``, to the action, and shown by every
other test here: IAM is enforced, so nothing works that a role does not allow.
"""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.support.stack.aws import Aws
from tests.support.stack.rights import may
from tests.support.template import template

type Ask = Callable[[Any, str], Any]


def _named(kind: str) -> list[str]:
    return sorted(name for name, each in template()["Resources"].items() if each["Type"] == kind)


FUNCTIONS = _named("AWS::Serverless::Function")
TABLES, QUEUES = _named("AWS::DynamoDB::Table"), _named("AWS::SQS::Queue")
# By service and kind of resource; if a role lets one through, it does no harm.
FORBIDDEN: dict[tuple[str, str], list[Ask]] = {
    ("dynamodb", "table"): [
        lambda client, name: client.scan(TableName=name, Limit=1),
        lambda client, name: client.describe_table(TableName=name),
        lambda client, name: client.delete_item(TableName=name, Key={"nothing": {"S": "-"}}),
        lambda client, name: client.delete_table(TableName=name),
    ],
    ("sqs", "queue"): [
        lambda client, url: client.set_queue_attributes(QueueUrl=url, Attributes={}),
        lambda client, url: client.purge_queue(QueueUrl=url),
        lambda client, url: client.delete_queue(QueueUrl=url),
    ],
    ("kms", "key"): [
        lambda client, key: client.generate_data_key(KeyId=key, KeySpec="AES_256"),
        lambda client, key: client.schedule_key_deletion(KeyId=key),
    ],
    ("ssm", "settings"): [
        lambda client, name: client.get_parameters(Names=[name]),
        lambda client, name: client.get_parameter(Name=f"{name}s"),
        lambda client, name: client.put_parameter(Name=name, Value="{}", Overwrite=True),
    ],
    ("events", "bus"): [
        lambda client, bus: client.put_rule(Name="no", EventBusName=bus, EventPattern="{}"),
    ],
    ("lambda", "function"): [lambda client, name: client.invoke(FunctionName=name)],
    # That a function may write its own log is not to be seen: the emulator writes logs by itself.
    ("logs", "log"): [
        lambda client, log: client.get_log_events(logGroupName=log, logStreamName="nobody's"),
        lambda client, log: client.filter_log_events(logGroupName=log, limit=1),
        lambda client, log: client.delete_log_stream(logGroupName=log, logStreamName="nobody's"),
    ],
}


@pytest.fixture(scope="module")
def resources(aws: Aws) -> dict[str, list[str]]:
    """Return the names of what there is in the stack, by kind."""
    stack = {"StackName": aws.stack.stack_name}
    pages = aws.client("cloudformation").get_paginator("list_stack_resources").paginate(**stack)
    physical = {
        each["LogicalResourceId"]: each["PhysicalResourceId"]
        for page in pages
        for each in page["StackResourceSummaries"]
    }
    return {
        "table": [physical[table] for table in TABLES],
        "queue": [physical[queue] for queue in QUEUES],
        "key": [physical["SinkCredentialsKey"]],
        "settings": [f"/webrtc/{aws.stack.stack_name}/issuer"],
        "bus": [aws.stack.stack_name],
        "function": [*aws.stack.functions.values()],
        "log": [aws.log_of(function) for function in aws.stack.functions],
    }


def test_all_roles_are_the_templates_and_none_is_sams(aws: Aws) -> None:
    assert sorted(aws.stack.roles) == _named("AWS::IAM::Role")


def test_who_may_do_anything_may_do_this(aws: Aws, resources: dict[str, list[str]]) -> None:
    """Or it would be refused to a role for something else."""
    scan, describe, *_ = FORBIDDEN["dynamodb", "table"]

    for table in resources["table"]:
        assert may(scan, aws.client("dynamodb"), table)
        assert may(describe, aws.client("dynamodb"), table)


@pytest.mark.parametrize("function", FUNCTIONS)
def test_no_role_may_do_this(aws: Aws, resources: dict[str, list[str]], function: str) -> None:
    role = aws.in_role(f"{function}Role")

    assert [*_let_through(role, resources)] == []


def _let_through(role: Aws, resources: dict[str, list[str]]) -> Iterator[str]:
    for (service, kind), asked in FORBIDDEN.items():
        client = role.client(service)
        for name in resources[kind]:
            for number, ask in enumerate(asked):
                if may(ask, client, name):
                    yield f"{service} {number} on {name}"
