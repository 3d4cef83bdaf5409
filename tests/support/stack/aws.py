"""The AWS API of the embedded stack."""

import time
from collections.abc import Iterator
from functools import cached_property
from typing import Any
from urllib.parse import urlsplit

import boto3
from botocore.config import Config

from camara.identity import derive_subscriber_key
from infra.local.aws import root_session
from infra.local.stack_file import Stack
from registration.item import subscriber_owner


class Aws:
    """Makes clients, as the account's root or in a role of the stack."""

    def __init__(self, stack: Stack, credentials: dict[str, Any] | None = None) -> None:
        self.stack = stack
        in_role = credentials and boto3.Session(region_name=stack.region, **credentials)
        self._session = in_role or root_session()

    def client(self, service: Any, attempts: int = 1) -> Any:
        """Return a client that asks once, if not said otherwise."""
        config = Config(retries={"total_max_attempts": attempts})
        url = self.stack.aws_endpoint_url
        return self._session.client(service, endpoint_url=url, config=config)

    def in_role(self, role: str) -> "Aws":
        """Return the same in a role, by logical id."""
        arn = self.client("iam").get_role(RoleName=self.stack.roles[role])["Role"]["Arn"]
        assumed = self.client("sts").assume_role(RoleArn=arn, RoleSessionName="least-privilege")
        credentials = assumed["Credentials"]
        return Aws(
            self.stack,
            {
                "aws_access_key_id": credentials["AccessKeyId"],
                "aws_secret_access_key": credentials["SecretAccessKey"],
                "aws_session_token": credentials["SessionToken"],
            },
        )

    def subscription(self, subscription_id: str) -> dict[str, Any]:
        """Return a subscription as it is stored."""
        (item,) = self.client("dynamodb").scan(
            TableName=self.stack.tables["SubscriptionsTable"],
            FilterExpression="subscriptionId = :id",
            ExpressionAttributeValues={":id": {"S": subscription_id}},
        )["Items"]
        return dict(item)

    def write_to_subscription(self, subscription_id: str, **numbers: int) -> None:
        """Set attributes of a subscription, so that nobody has to wait until they are so."""
        item = self.subscription(subscription_id)
        self.client("dynamodb").update_item(
            TableName=self.stack.tables["SubscriptionsTable"],
            Key={name: item[name] for name in ("number", "subscriptionId")},
            UpdateExpression="SET " + ", ".join(f"{name} = :{name}" for name in numbers),
            ExpressionAttributeValues={
                f":{name}": {"N": str(number)} for name, number in numbers.items()
            },
        )

    def make_stale(self, call: str) -> None:
        """Move a call's deadline into the past: nobody has to wait for it."""
        self._update("SessionsTable", _session(call), "SET staleAt = :past")

    def writes_to(self, call: str) -> int:
        """Return how many writes a call has seen: its version."""
        table = self.stack.tables["SessionsTable"]
        item = self.client("dynamodb").get_item(TableName=table, Key=_session(call))["Item"]
        return int(item["version"]["N"])

    def expire(self, number: str, registration_id: str, *, swept: bool) -> None:
        """Move the end of a registration into the past, for a sweep to find or not."""
        self._update(
            "RegistrationsTable",
            {"owner": {"S": subscriber_owner(derive_subscriber_key(number))}},
            "SET registrations.#id.expiresAt = :past" + ", staleAt = :past" * swept,
            ExpressionAttributeNames={"#id": registration_id},
        )

    def _update(self, table: str, key: dict[str, Any], expression: str, **names: Any) -> None:
        self.client("dynamodb").update_item(
            TableName=self.stack.tables[table],
            Key=key,
            UpdateExpression=expression,
            ExpressionAttributeValues={":past": {"N": str(int(time.time()) - 1)}},
            **names,
        )

    def log_of(self, function: str) -> str:
        """Return the name of the log group of a function, by logical id."""
        name = self.stack.functions[function]
        settings = self.client("lambda").get_function_configuration(FunctionName=name)
        return str(settings["LoggingConfig"]["LogGroup"])

    def everything_logged(self) -> list[str]:
        """Return the lines of all logs."""
        # The emulator fails to list what it is adding to at that moment.
        logs: Any = self.client("logs", attempts=5)
        pages = logs.get_paginator("describe_log_groups").paginate()
        groups = list(pages.search("logGroups[].logGroupName"))
        return [message for group in groups for message in _messages(logs, group)]

    @cached_property
    def api_id(self) -> str:
        """The gateway's id of the API: the last but one part of its URL."""
        return urlsplit(self.stack.api_url).path.split("/")[-2]


def _session(call: str) -> dict[str, Any]:
    return {"mediaSessionId": {"S": call}, "part": {"S": "session"}}


def _messages(logs: Any, group: str) -> Iterator[str]:
    """Yield a log's lines; the emulator tells of 10,000 at once and of no further page."""
    since = 0
    while events := logs.filter_log_events(logGroupName=group, startTime=since)["events"]:
        yield from (event["message"] for event in events)
        since = events[-1]["timestamp"] + 1
