"""AWS as the embedded stack plays it, asked with the rights of the account's root."""

import json
from typing import Any

import boto3

from infra.local.settings import REGION, ROOT_KEY
from infra.local.stack_file import Stack


def root_session() -> boto3.Session:
    """Return a session that may do anything on the embedded stack, and nothing elsewhere."""
    return boto3.Session(
        aws_access_key_id=ROOT_KEY, aws_secret_access_key=ROOT_KEY, region_name=REGION
    )


def invoke(stack: Stack, function: str, payload: Any) -> Any:
    """Invoke the function of this logical id, as its schedule would; return its answer."""
    lambda_ = root_session().client("lambda", endpoint_url=stack.aws_endpoint_url)
    answer = lambda_.invoke(
        FunctionName=stack.functions[function], Qualifier="live", Payload=json.dumps(payload)
    )
    return json.load(answer["Payload"])
