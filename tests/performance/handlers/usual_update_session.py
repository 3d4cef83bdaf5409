"""Today's usual way to answer a call: the body by pydantic, one conditional write."""

from typing import Any

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.logging import correlation_paths
from aws_lambda_powertools.metrics import MetricUnit
from aws_lambda_powertools.utilities.typing import LambdaContext
from pydantic import BaseModel, Field

from tests.performance.handlers.usual_parts import app, caller, client, logger, metrics


class Answer(BaseModel):
    """The receiver's session description."""

    sdp: str = Field(max_length=65_536)


class Change(BaseModel):
    """The body of the request."""

    status: str
    answer: Answer


@app.put("/webrtc/sessions/<media_session_id>/status")
def update_session(media_session_id: str) -> Response[str]:
    claims = caller()
    body = Change.model_validate_json(app.current_event.body or "")
    client.update_item(
        TableName="sessions",
        Key={"mediaSessionId": {"S": media_session_id}, "part": {"S": "session"}},
        ConditionExpression="receiver = :receiver",
        UpdateExpression="SET #status = :status, answer = :answer",
        ExpressionAttributeNames={"#status": "status"},
        ExpressionAttributeValues={
            ":receiver": {"S": claims.phone_number},
            ":status": {"S": body.status},
            ":answer": {"S": body.answer.sdp},
        },
    )
    metrics.add_metric(name="SessionAnswered", unit=MetricUnit.Count, value=1)
    logger.info("updateSession", mediaSessionId=media_session_id, httpStatus=200)
    return Response(200, "application/json", body.model_dump_json())


@logger.inject_lambda_context(correlation_id_path=correlation_paths.API_GATEWAY_REST)
@metrics.log_metrics
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    return app.resolve(event, context)
