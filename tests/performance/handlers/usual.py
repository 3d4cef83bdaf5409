"""Today's usual way: Powertools' resolver, logger and metrics, claims by pydantic, one write."""

from typing import Any

import boto3
from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.event_handler import APIGatewayRestResolver, Response
from aws_lambda_powertools.logging import correlation_paths
from aws_lambda_powertools.metrics import MetricUnit
from aws_lambda_powertools.utilities.typing import LambdaContext
from pydantic import BaseModel

logger = Logger()
metrics = Metrics(namespace="WebRTCCallHandling")
app = APIGatewayRestResolver()
_client = boto3.client("dynamodb")


class Claims(BaseModel):
    """The authorizer's context."""

    phone_number: str
    scope: str
    exp: int


@app.delete("/webrtc/sessions/<media_session_id>")
def delete_session(media_session_id: str) -> Response[str]:
    claims = Claims.model_validate(app.current_event.raw_event["requestContext"]["authorizer"])
    _client.update_item(
        TableName="sessions",
        Key={"mediaSessionId": {"S": media_session_id}, "part": {"S": "session"}},
        ConditionExpression="attribute_exists(mediaSessionId)",
        UpdateExpression="SET #status = :status, endedBy = :by",
        ExpressionAttributeNames={"#status": "status"},
        ExpressionAttributeValues={
            ":status": {"S": "Terminated"},
            ":by": {"S": claims.phone_number},
        },
    )
    metrics.add_metric(name="SessionEnded", unit=MetricUnit.Count, value=1)
    logger.info("deleteSessionById", mediaSessionId=media_session_id, httpStatus=204)
    return Response(204, body="")


@logger.inject_lambda_context(correlation_id_path=correlation_paths.API_GATEWAY_REST)
@metrics.log_metrics
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    return app.resolve(event, context)
