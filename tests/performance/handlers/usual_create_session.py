"""Today's usual way to place a call: the body by pydantic, one conditional put."""

from typing import Any
from uuid import uuid4

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.logging import correlation_paths
from aws_lambda_powertools.metrics import MetricUnit
from aws_lambda_powertools.utilities.typing import LambdaContext
from pydantic import BaseModel, Field

from tests.performance.handlers.usual_parts import app, caller, client, logger, metrics


class Offer(BaseModel):
    """The originator's session description."""

    sdp: str = Field(max_length=65_536)


class NewSession(BaseModel):
    """The body of the request."""

    originatorAddress: str  # noqa: N815 - CAMARA's name
    receiverAddress: str  # noqa: N815 - CAMARA's name
    offer: Offer


@app.post("/webrtc/sessions")
def create_session() -> Response[str]:
    claims = caller()
    body = NewSession.model_validate_json(app.current_event.body or "")
    media_session_id = str(uuid4())
    client.put_item(
        TableName="sessions",
        Item={
            "mediaSessionId": {"S": media_session_id},
            "part": {"S": "session"},
            "originator": {"S": claims.phone_number},
            "receiver": {"S": body.receiverAddress},
            "offer": {"S": body.offer.sdp},
        },
        ConditionExpression="attribute_not_exists(mediaSessionId)",
    )
    metrics.add_metric(name="SessionCreated", unit=MetricUnit.Count, value=1)
    logger.info("createSession", mediaSessionId=media_session_id, httpStatus=201)
    return Response(201, "application/json", body.model_dump_json())


@logger.inject_lambda_context(correlation_id_path=correlation_paths.API_GATEWAY_REST)
@metrics.log_metrics
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    return app.resolve(event, context)
