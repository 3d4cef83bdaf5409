"""Today's usual way to show a call: one read, the body by pydantic."""

from typing import Any

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.logging import correlation_paths
from aws_lambda_powertools.utilities.typing import LambdaContext
from boto3.dynamodb.types import TypeDeserializer
from pydantic import BaseModel

from tests.performance.handlers.usual_parts import app, caller, client, logger


class Session(BaseModel):
    """The body of the answer."""

    mediaSessionId: str  # noqa: N815 - CAMARA's name
    status: str


@app.get("/webrtc/sessions/<media_session_id>")
def get_session(media_session_id: str) -> Response[str]:
    caller()
    key = {"mediaSessionId": {"S": media_session_id}, "part": {"S": "session"}}
    item = client.get_item(TableName="sessions", Key=key, ConsistentRead=True)["Item"]
    read = TypeDeserializer().deserialize
    session = Session.model_validate({name: read(value) for name, value in item.items()})
    logger.info("getSession", mediaSessionId=media_session_id, httpStatus=200)
    return Response(200, "application/json", session.model_dump_json())


@logger.inject_lambda_context(correlation_id_path=correlation_paths.API_GATEWAY_REST)
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    return app.resolve(event, context)
