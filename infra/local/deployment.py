"""The template on the emulator: deploy it, and describe what came of it."""

from contextlib import suppress

import boto3

from infra.local import aws, batch_rights, concurrency, gateway_responses, sam
from infra.local.settings import REGION, STACK_NAME, STAGE, Settings
from infra.local.stack_file import Stack


def deploy(settings: Settings) -> Stack:
    """Build the functions unless they run from source, and deploy; or bring all up to date.

    Raises LocalStackError when either fails.
    """
    session = aws.root_session()
    if settings.functions == "build":
        sam.build(settings)
    _ensure_bucket(session, settings)
    sam.deploy(settings)
    physical_names = _physical_names(session, settings)
    [api_id] = physical_names["AWS::ApiGateway::RestApi"].values()
    gateway_responses.apply(session, settings, api_id)
    batch_rights.apply(session, settings, physical_names["AWS::IAM::Role"].values())
    concurrency.apply(session, settings)
    return Stack(
        api_url=f"{settings.aws_url}/_aws/execute-api/{api_id}/{STAGE}",
        token_url=f"{settings.issuer}/token",
        issuer=settings.issuer,
        audience=settings.parameters["JwtAudience"],
        aws_endpoint_url=settings.aws_url,
        region=REGION,
        stack_name=STACK_NAME,
        functions=physical_names["AWS::Lambda::Function"],
        tables=physical_names["AWS::DynamoDB::Table"],
        roles=physical_names["AWS::IAM::Role"],
        ring_timeout_seconds=int(settings.parameters["RingTimeoutSeconds"]),
    )


def _ensure_bucket(session: boto3.Session, settings: Settings) -> None:
    s3 = session.client("s3", endpoint_url=settings.aws_url)
    with suppress(s3.exceptions.BucketAlreadyOwnedByYou):
        s3.create_bucket(
            Bucket=sam.BUCKET, CreateBucketConfiguration={"LocationConstraint": REGION}
        )


def _physical_names(session: boto3.Session, settings: Settings) -> dict[str, dict[str, str]]:
    """Physical names by resource type, then by logical id."""
    cloudformation = session.client("cloudformation", endpoint_url=settings.aws_url)
    names = dict[str, dict[str, str]]()
    pages = cloudformation.get_paginator("list_stack_resources").paginate(StackName=STACK_NAME)
    for page in pages:
        for resource in page["StackResourceSummaries"]:
            of_type = names.setdefault(resource["ResourceType"], {})
            of_type[resource["LogicalResourceId"]] = resource["PhysicalResourceId"]
    return names
