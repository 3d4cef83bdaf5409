"""The one stage: what is deployed to it, and when."""

import pytest

from tests.support.template import properties, routes
from tests.support.translation import PRODUCTION, Resources, Translate


def _names(resources: Resources, of_type: str) -> list[str]:
    return [name for name, resource in resources.items() if resource["Type"] == of_type]


@pytest.mark.parametrize("parameters", [{}, PRODUCTION], ids=["defaults", "production"])
def test_there_is_one(translate: Translate, parameters: dict[str, str]) -> None:
    resources = translate(**parameters)

    [stage] = _names(resources, "AWS::ApiGateway::Stage")
    assert resources[stage]["Properties"]["StageName"] == "camara"


def test_each_deployment_of_the_stack_deploys_the_api(translate: Translate) -> None:
    """Whatever has changed: a deployment with another name is another one to CloudFormation."""
    one = _names(translate(), "AWS::ApiGateway::Deployment")
    other = _names(translate(LogLevel="DEBUG"), "AWS::ApiGateway::Deployment")

    assert len(one) == len(other) == 1
    assert one != other


def test_limits_are_those_of_each_method_and_deletes_are_higher(translate: Translate) -> None:
    """API Gateway, "Throttle requests": what a stage's ``/*`` says is for each method by itself."""
    [stage] = _names(translate(), "AWS::ApiGateway::Stage")
    every, *exceptions = translate()[stage]["Properties"]["MethodSettings"]

    assert (every["ResourcePath"], every["HttpMethod"]) == ("/*", "*")
    limited = {
        (setting["HttpMethod"], setting["ResourcePath"].removeprefix("/").replace("~1", "/"))
        for setting in exceptions
    }
    assert limited == {
        (route.method, route.path)
        for route in routes()
        if route.method == "DELETE" and route.path.endswith("{mediaSessionId}")
    }
    for setting in exceptions:
        assert setting["ThrottlingRateLimit"] == {"Ref": "DeleteThrottlingRateLimit"}
        assert setting["MetricsEnabled"] is True
    assert properties("Api")["AlwaysDeploy"] is True
