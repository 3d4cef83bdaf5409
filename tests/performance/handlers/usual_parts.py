"""What the usual ways have in common: Powertools' logger, metrics and resolver, boto3, claims."""

import boto3
from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.event_handler import APIGatewayRestResolver
from pydantic import BaseModel

logger = Logger()
metrics = Metrics(namespace="WebRTCCallHandling")
app = APIGatewayRestResolver()
client = boto3.client("dynamodb")


class Claims(BaseModel):
    """The authorizer's context."""

    phone_number: str
    scope: str
    exp: int


def caller() -> Claims:
    """Return who asks."""
    return Claims.model_validate(app.current_event.raw_event["requestContext"]["authorizer"])
