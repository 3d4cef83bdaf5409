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

    def client(self, service: Any) -> Any:
        """Return a client that asks once."""
        once = Config(retries={"total_max_attempts": 1})
        return self._session.client(service, endpoint_url=self.stack.aws_endpoint_url, config=once)

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

    @cached_property
    def api_id(self) -> str:
        """The gateway's id of the API: the last but one part of its URL."""
        return urlsplit(self.stack.api_url).path.split("/")[-2]
