"""The gateway's own answers: MiniStack leaves them out when SAM deploys them.

SAM writes them into the API's body, where API Gateway finds them at import and MiniStack does
not. So they are read back from the deployed template and set one by one.
"""

import boto3

from infra.local.settings import STACK_NAME, STAGE, Settings


def apply(session: boto3.Session, settings: Settings, api_id: str) -> None:
    """Give the API of this id the gateway responses of its template."""
    cloudformation = session.client("cloudformation", endpoint_url=settings.aws_url)
    gateway = session.client("apigateway", endpoint_url=settings.aws_url)
    template = cloudformation.get_template(StackName=STACK_NAME, TemplateStage="Processed")
    for resource in template["TemplateBody"]["Resources"].values():
        if resource["Type"] != "AWS::ApiGateway::RestApi":
            continue
        responses = resource["Properties"]["Body"]["x-amazon-apigateway-gateway-responses"]
        for response_type, response in responses.items():
            gateway.put_gateway_response(restApiId=api_id, responseType=response_type, **response)
    # They take effect with the next deployment of the API.
    gateway.create_deployment(restApiId=api_id, stageName=STAGE)
