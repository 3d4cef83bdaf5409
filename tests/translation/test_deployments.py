"""How requests move to new code, and what takes them back.

Source: SAM, "Deploying serverless applications gradually"; CodeDeploy, "Deployment configurations".
"""

import re

import pytest

from tests.support.template import template
from tests.support.translation import Resources, Translate

GRADUAL = {
    name
    for name, preference in template()["Mappings"]["DeploymentPreferences"].items()
    if preference["Gradual"] == "true"
}
TAKE_BACK = {
    "DeleteErrorsAlarm",
    "DeleteErrorsOnCamaraPathAlarm",
    "CreateErrorsAlarm",
    "CreateErrorsOnCamaraPathAlarm",
    "UpdateErrorsAlarm",
    "UpdateErrorsOnCamaraPathAlarm",
    "AuthorizerFailuresAlarm",
}
MOST_ALARMS_OF_A_GROUP = 10
CLOUDWATCH_MINUTES = 3
"""What it takes until a minute's metric is complete, and is looked at."""


def _of_type(resources: Resources, prefix: str) -> Resources:
    return {
        name: resource
        for name, resource in resources.items()
        if resource["Type"].startswith(prefix)
    }


def test_by_default_nothing_asks_codedeploy(translate: Translate) -> None:
    resources = translate()

    assert _of_type(resources, "AWS::CodeDeploy::") == {}
    assert not any("UpdatePolicy" in alias for alias in _of_type(resources, "AWS::Lambda::Alias"))


def test_all_that_may_be_chosen_is_known() -> None:
    assert {*GRADUAL, "AllAtOnce"} == {
        *template()["Parameters"]["DeploymentPreference"]["AllowedValues"]
    }
    assert template()["Parameters"]["DeploymentPreference"]["Default"] == "AllAtOnce"


@pytest.mark.parametrize("preference", sorted(GRADUAL))
def test_what_the_gateway_calls_moves_little_by_little_and_back_on_an_alarm(
    translate: Translate, preference: str
) -> None:
    resources = translate(DeploymentPreference=preference)
    groups = _of_type(resources, "AWS::CodeDeploy::DeploymentGroup")
    called = {
        str(permission["Properties"]["FunctionName"])
        for permission in _of_type(resources, "AWS::Lambda::Permission").values()
        if permission["Properties"]["Principal"] == "apigateway.amazonaws.com"
    }

    moved = {
        str({"Ref": name})
        for name, alias in _of_type(resources, "AWS::Lambda::Alias").items()
        if alias.get("UpdatePolicy", {}).get("CodeDeployLambdaAliasUpdate")
    }
    assert called == moved
    assert len(groups) == len(moved) == 7
    for group in groups.values():
        settings = group["Properties"]
        assert preference in str(settings["DeploymentConfigName"])
        alarms = settings["AlarmConfiguration"]["Alarms"]
        assert {alarm["Name"]["Ref"] for alarm in alarms} == TAKE_BACK
        assert "DEPLOYMENT_STOP_ON_ALARM" in settings["AutoRollbackConfiguration"]["Events"]


def _minutes(preference: str) -> int:
    """Return how long a deployment takes until all requests go to the new code."""
    step = int(re.findall(r"\d+", preference)[1])
    return 10 * step if preference.startswith("Linear") else step


@pytest.mark.parametrize("preference", sorted(GRADUAL))
def test_an_alarm_goes_off_before_all_requests_go_to_the_new_code(
    translate: Translate, preference: str
) -> None:
    for name in TAKE_BACK:
        alarm = translate()[name]["Properties"]
        assert alarm["Period"] * alarm["DatapointsToAlarm"] / 60 + CLOUDWATCH_MINUTES < _minutes(
            preference
        )
    assert len(TAKE_BACK) <= MOST_ALARMS_OF_A_GROUP
