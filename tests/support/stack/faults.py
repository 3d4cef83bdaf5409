"""Faults that are put in through the AWS API of the embedded stack, and taken out again."""

import io
import json
import zipfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING

from infra.local.settings import STAGE
from tests.support.stack.aws import Aws
from tests.support.tarpit import tarpit

if TYPE_CHECKING:
    from mypy_boto3_apigateway.type_defs import PatchOperationTypeDef

_POLICY = "forbidden"
_BROKEN = "broken-authorizer"
_ALIAS = "live"


@contextmanager
def forbidden(aws: Aws, role: str, action: str = "dynamodb:*") -> Iterator[None]:
    """Forbid an action, all of DynamoDB's if not said otherwise, to a role, by logical id."""
    iam, role_name = aws.client("iam"), aws.stack.roles[role]
    statement = {"Effect": "Deny", "Action": action, "Resource": "*"}
    policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    iam.put_role_policy(RoleName=role_name, PolicyName=_POLICY, PolicyDocument=policy)
    try:
        yield
    finally:
        iam.delete_role_policy(RoleName=role_name, PolicyName=_POLICY)


@contextmanager
def throttled(aws: Aws, method: str, resource: str) -> Iterator[None]:
    """Let the gateway refuse every request of a method."""
    gateway = aws.client("apigateway")
    escaped = resource.replace("/", "~1")
    settings = f"/{escaped}/{method}"

    def patch(*operations: "PatchOperationTypeDef") -> None:
        gateway.update_stage(restApiId=aws.api_id, stageName=STAGE, patchOperations=operations)

    patch(
        {"op": "replace", "path": f"{settings}/throttling/rateLimit", "value": "0"},
        {"op": "replace", "path": f"{settings}/throttling/burstLimit", "value": "0"},
    )
    try:
        yield
    finally:
        patch({"op": "remove", "path": settings})


@contextmanager
def left_waiting(aws: Aws, logical_id: str, timeout: int) -> Iterator[None]:
    """Give a function a DynamoDB that never answers, and this many seconds."""
    functions, name = aws.client("lambda"), aws.stack.functions[logical_id]
    before = functions.get_function_configuration(FunctionName=name)
    variables = before["Environment"]["Variables"]
    live = functions.get_alias(FunctionName=name, Name=_ALIAS)["FunctionVersion"]

    def configure(timeout: int, variables: dict[str, str]) -> None:
        functions.update_function_configuration(
            FunctionName=name, Timeout=timeout, Environment={"Variables": variables}
        )

    def switch_to(version: str) -> None:
        functions.update_alias(FunctionName=name, Name=_ALIAS, FunctionVersion=version)

    with tarpit() as url, ExitStack() as afterwards:
        afterwards.callback(configure, before["Timeout"], variables)
        configure(timeout, variables | {"AWS_ENDPOINT_URL_DYNAMODB": url})
        waiting = functions.publish_version(FunctionName=name)["Version"]
        afterwards.callback(functions.delete_function, FunctionName=name, Qualifier=waiting)
        afterwards.callback(switch_to, live)
        switch_to(waiting)
        yield


@contextmanager
def broken_authorizer(aws: Aws) -> Iterator[None]:
    """Put a function that raises in the authorizer's place."""
    gateway, functions = aws.client("apigateway"), aws.client("lambda")
    (authorizer,) = gateway.get_authorizers(restApiId=aws.api_id)["items"]
    role = aws.client("iam").get_role(RoleName=aws.stack.roles["JwtAuthorizerRole"])

    def authorize_with(uri: str) -> None:
        gateway.update_authorizer(
            restApiId=aws.api_id,
            authorizerId=authorizer["id"],
            patchOperations=[{"op": "replace", "path": "/authorizerUri", "value": uri}],
        )

    broken = functions.create_function(
        FunctionName=_BROKEN,
        Runtime="python3.13",
        Role=role["Role"]["Arn"],
        Handler="broken.handler",
        Code={"ZipFile": _zip("broken.py", "def handler(event, context):\n    raise OSError\n")},
    )
    try:
        before, _, after = authorizer["authorizerUri"].partition("arn:aws:lambda:")
        authorize_with(before + broken["FunctionArn"] + after[after.index("/invocations") :])
        yield
    finally:
        authorize_with(authorizer["authorizerUri"])
        functions.delete_function(FunctionName=_BROKEN)


def _zip(name: str, content: str) -> bytes:
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as files:
        files.writestr(name, content)
    return archive.getvalue()
