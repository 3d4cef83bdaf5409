"""The right to send messages by the batch: MiniStack asks for an action that IAM does not have.

On AWS who may `sqs:SendMessage` may send batches; MiniStack wants `sqs:SendMessageBatch`. So every
role gets that with the queues that it may send to, in a policy of its own.
"""

import json
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

import boto3

from infra.local.settings import Settings

if TYPE_CHECKING:
    from mypy_boto3_iam import IAMClient

_MAY_SEND = "sqs:SendMessage"
_POLICY = "SendMessageBatch"


def apply(session: boto3.Session, settings: Settings, roles: Iterable[str]) -> None:
    """Give the roles of these names what they have by AWS's reading of their policies."""
    iam = session.client("iam", endpoint_url=settings.aws_url)
    for role in roles:
        inline = iam.list_role_policies(RoleName=role)["PolicyNames"]
        statements = [
            statement
            for policy in inline
            if policy != _POLICY
            for statement in _document(iam, role, policy)["Statement"]
        ]
        sending = [
            each | {"Action": f"{_MAY_SEND}Batch"}
            for each in statements
            if each["Action"] == _MAY_SEND
        ]
        if sending:
            document = {"Version": "2012-10-17", "Statement": sending}
            iam.put_role_policy(
                RoleName=role, PolicyName=_POLICY, PolicyDocument=json.dumps(document)
            )


def _document(iam: "IAMClient", role: str, policy: str) -> dict[str, Any]:
    answer: dict[str, Any] = dict(iam.get_role_policy(RoleName=role, PolicyName=policy))
    document: dict[str, Any] = answer["PolicyDocument"]
    return document
