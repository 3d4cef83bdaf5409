"""Today's usual way to register a device: the body by pydantic, one conditional put."""

from typing import Any
from uuid import UUID, uuid4

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.logging import correlation_paths
from aws_lambda_powertools.metrics import MetricUnit
from aws_lambda_powertools.utilities.typing import LambdaContext
from pydantic import BaseModel

from tests.performance.handlers.usual_parts import app, caller, client, logger, metrics


class Device(BaseModel):
    """The body of the request."""

    deviceId: UUID  # noqa: N815 - CAMARA's name


@app.post("/webrtc-registration/v0.4/sessions")
def create_registration() -> Response[str]:
    claims = caller()
    body = Device.model_validate_json(app.current_event.body or "")
    registration_id = str(uuid4())
    client.put_item(
        TableName="registrations",
        Item={
            "owner": {"S": claims.phone_number},
            "deviceId": {"S": str(body.deviceId)},
            "registrationId": {"S": registration_id},
        },
        ConditionExpression="attribute_not_exists(deviceId)",
    )
    metrics.add_metric(name="RegistrationCreated", unit=MetricUnit.Count, value=1)
    logger.info("createRegistration", registrationId=registration_id, httpStatus=201)
    return Response(201, "application/json", body.model_dump_json())


@logger.inject_lambda_context(correlation_id_path=correlation_paths.API_GATEWAY_REST)
@metrics.log_metrics
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    return app.resolve(event, context)
