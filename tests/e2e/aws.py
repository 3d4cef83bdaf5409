"""The AWS API of the embedded stack."""

from functools import cached_property
from typing import Any
from urllib.parse import urlsplit

import boto3
from botocore.config import Config

from infra.local.aws import root_session
from infra.local.stack_file import Stack


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

    def log_of(self, function: str) -> str:
        """Return the name of the log group of a function, by logical id."""
        name = self.stack.functions[function]
        settings = self.client("lambda").get_function_configuration(FunctionName=name)
        return str(settings["LoggingConfig"]["LogGroup"])

    @cached_property
    def api_id(self) -> str:
        """The gateway's id of the API: the last but one part of its URL."""
        return urlsplit(self.stack.api_url).path.split("/")[-2]
