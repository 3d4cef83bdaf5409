"""There is one stage: what SAM made of the template, and what was deployed."""

from infra.local.loopback_http import call
from infra.local.stack_file import Stack
from tests.support.stack.aws import Aws
from tests.support.stack.subscriber import Line

STAGE = "camara"
SAMS_OWN = "Stage"
"""What SAM calls the stage that it makes unless it is told the version of OpenAPI."""


def test_sam_makes_one_stage_of_the_template(aws: Aws) -> None:
    translated = aws.client("cloudformation").get_template(
        StackName=aws.stack.stack_name, TemplateStage="Processed"
    )["TemplateBody"]

    stages = [
        resource["Properties"]["StageName"]
        for resource in translated["Resources"].values()
        if resource["Type"] == "AWS::ApiGateway::Stage"
    ]
    assert stages == [STAGE]


def test_one_stage_is_deployed(aws: Aws) -> None:
    stages = aws.client("apigateway").get_stages(restApiId=aws.api_id)["item"]

    assert [stage["stageName"] for stage in stages] == [STAGE]


def test_the_other_is_no_path(stack: Stack, line: Line) -> None:
    path = f"/webrtc/sessions/{line.call()}"
    token = {"Authorization": f"Bearer {line.alice.api.token(**line.alice.claims)}"}
    elsewhere = stack.api_url.removesuffix(STAGE) + SAMS_OWN

    assert call("GET", stack.api_url + path, token).status == 200
    # The gateway knows no such stage, so it is not ours to word.
    assert call("GET", elsewhere + path, token).status == 403
