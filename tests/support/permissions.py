"""What the roles of the template allow, and what functions ask of AWS while they are played."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, NamedTuple

import pytest
from botocore.client import BaseClient

from aws.settings import text
from tests.support.table import REGISTRATIONS, SUBSCRIPTIONS, TABLE
from tests.support.template import properties, template


class Permission(NamedTuple):
    """An action on a resource, the latter as the template names it."""

    action: str
    resource: str


ISSUER_SETTINGS = (
    "arn:${AWS::Partition}:ssm:${AWS::Region}:${AWS::AccountId}:parameter${IssuerSettings}"
)
_TABLES = {
    TABLE: "SessionsTable",
    REGISTRATIONS: "RegistrationsTable",
    SUBSCRIPTIONS: "SubscriptionsTable",
}
_QUEUES = {
    "NOTIFICATIONS_QUEUE": "NotificationsQueue.Arn",
    "PROBES_QUEUE": "ProbesQueue.Arn",
    "EVENTS_NOT_PUBLISHED": "EventsNotPublished.Arn",
}
_IN_A_TRANSACTION = {
    "Put": "PutItem",
    "Update": "UpdateItem",
    "Delete": "DeleteItem",
    "ConditionCheck": "ConditionCheckItem",
}
TO_USE_A_QUEUES_KEY = {
    Permission("kms:GenerateDataKey", "QueuesAndLogsKey.Arn"),
    Permission("kms:Decrypt", "QueuesAndLogsKey.Arn"),
}


def functions() -> list[str]:
    """Return the functions of the template."""
    return sorted(of_type("AWS::Serverless::Function"))


def of_type(prefix: str) -> set[str]:
    """Return the resources of a type."""
    resources = template()["Resources"].items()
    return {name for name, resource in resources if resource["Type"].startswith(prefix)}


def statements(role: str) -> Iterator[dict[str, Any]]:
    """Return the statements of a role's policies."""
    for policy in properties(role).get("Policies", []):
        yield from policy["PolicyDocument"]["Statement"]


def permissions(role: str) -> Iterator[Permission]:
    """Return what a role allows."""
    for statement in statements(role):
        yield from allowed(statement)


def allowed(statement: dict[str, Any]) -> Iterator[Permission]:
    """Return what a statement allows."""
    if "Fn::If" in statement:
        _, statement, otherwise = statement["Fn::If"]
        assert otherwise == {"Ref": "AWS::NoValue"}
    # In particular no NotAction and no NotResource, which allow all but what they name.
    assert statement.keys() == {"Effect", "Action", "Resource"}
    for action in _listed(statement["Action"]):
        for resource in _listed(statement["Resource"]):
            yield Permission(action, name_of(resource))


def name_of(value: Any) -> str:
    """Strip an intrinsic function of its name: ``!GetAtt Table.Arn`` is ``Table.Arn``."""
    if isinstance(value, dict):
        [value] = value.values()
    return str(value)


def asked_by_lambda(function: str) -> set[Permission]:
    """Return what Lambda asks in the name of a function: its log, its streams and its queues.

    Source: AWS, "Using Lambda with DynamoDB streams" and "with SQS", the execution role. The ARN of
    a log group stands for the streams in it, and for no other group.
    """
    asked = {
        Permission(f"logs:{action}", f"{function}Logs.Arn")
        for action in ("CreateLogStream", "PutLogEvents")
    }
    for event in properties(function).get("Events", {}).values():
        source = event["Properties"]
        if event["Type"] == "DynamoDB":
            asked |= set(_of_stream(name_of(source["Stream"])))
            gives_up_to = source["DestinationConfig"]["OnFailure"]["Destination"]
            asked.add(Permission("sqs:SendMessage", name_of(gives_up_to)))
        if event["Type"] == "SQS":
            asked |= {
                Permission(f"sqs:{action}", name_of(source["Queue"]))
                for action in ("ReceiveMessage", "DeleteMessage", "GetQueueAttributes")
            }
    return asked


def uses_a_queue(function: str) -> bool:
    """Tell whether a function, or Lambda for it, asks something of a queue."""
    return any(each.action.startswith("sqs:") for each in permissions(f"{function}Role"))


class Asked:
    """What functions have asked of AWS; a transaction counts as the requests in it."""

    def __init__(self) -> None:
        self._of: dict[str, set[Permission]] = defaultdict(set)
        self._function: str | None = None

    def of(self, function: str) -> set[Permission]:
        """Return what a function has asked."""
        return self._of[function]

    @contextmanager
    def by(self, function: str) -> Iterator[None]:
        """Have what is asked meanwhile, on whatever thread, be asked by this function."""
        self._function = function
        yield
        self._function = None

    def note(self, service: str, operation: str, arguments: Mapping[str, Any]) -> None:
        """Note a request."""
        if self._function is not None:
            self._of[self._function] |= set(_permissions_for(service, operation, arguments))


def recorded(monkeypatch: pytest.MonkeyPatch) -> Asked:
    """Record what is asked from now on."""
    asked = Asked()
    real = BaseClient._make_api_call  # type: ignore[attr-defined]  # noqa: SLF001

    def record(client: Any, name: str, arguments: dict[str, Any]) -> Any:
        asked.note(client.meta.service_model.service_name, name, arguments)
        return real(client, name, arguments)

    monkeypatch.setattr(BaseClient, "_make_api_call", record)
    return asked


def _permissions_for(
    service: str, operation: str, arguments: Mapping[str, Any]
) -> Iterator[Permission]:
    match operation:
        case "TransactWriteItems":
            for [(kind, inner)] in (item.items() for item in arguments["TransactItems"]):
                yield from _permissions_for(service, _IN_A_TRANSACTION[kind], inner)
        case "BatchGetItem":
            for table in arguments["RequestItems"]:
                yield Permission("dynamodb:BatchGetItem", f"{_TABLES[table]}.Arn")
        case _:
            # A batch needs the right to what it is a batch of. AWS, "Actions, resources, and
            # condition keys for Amazon SQS".
            action = operation.removesuffix("Batch") if service == "sqs" else operation
            yield Permission(f"{service}:{action}", _resource(service, arguments))


def _resource(service: str, arguments: Mapping[str, Any]) -> str:
    match service:
        case "dynamodb":
            table = _TABLES[arguments["TableName"]]
            index = arguments.get("IndexName")
            return f"${{{table}.Arn}}/index/{index}" if index else f"{table}.Arn"
        case "sqs":
            name = arguments["QueueUrl"].rpartition("/")[2]
            return next(
                queue for variable, queue in _QUEUES.items() if text(variable).endswith(f"/{name}")
            )
    return {
        "kms": "SinkCredentialsKey.Arn",
        "events": "SessionsBus.Arn",
        "ssm": ISSUER_SETTINGS,
    }[service]


def _of_stream(stream: str) -> Iterator[Permission]:
    for action in ("DescribeStream", "GetRecords", "GetShardIterator"):
        yield Permission(f"dynamodb:{action}", stream)
    table = stream.partition(".")[0]
    yield Permission("dynamodb:ListStreams", f"${{{table}.Arn}}/stream/*")


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]
