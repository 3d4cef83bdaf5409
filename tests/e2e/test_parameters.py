"""Parameters that make no sense together, or at all, are refused before anything is deployed."""

import re

import pytest
from botocore.exceptions import ClientError

from tests.support.stack.aws import Aws

# The emulator does nothing else while it reads a template.
pytestmark = pytest.mark.alone

DOMAIN, CERTIFICATE = "api.operator.example", "arn:aws:acm:eu-central-1:000000000000:certificate/1"
TOPIC, EMAIL = "arn:aws:sns:eu-central-1:000000000000:alarms", "operations@operator.example"


def _refusal(aws: Aws, **parameters: str) -> str:
    """Return what CloudFormation says of the stack with these parameters changed, if anything."""
    cloudformation = aws.client("cloudformation")
    change = {"StackName": aws.stack.stack_name, "ChangeSetName": "never-executed"}
    [stack] = cloudformation.describe_stacks(StackName=aws.stack.stack_name)["Stacks"]
    try:
        cloudformation.create_change_set(
            **change,
            ChangeSetType="UPDATE",
            UsePreviousTemplate=True,
            Capabilities=["CAPABILITY_IAM", "CAPABILITY_AUTO_EXPAND"],
            Parameters=[
                {"ParameterKey": name, "ParameterValue": parameters[name]}
                if name in parameters
                else {"ParameterKey": name, "UsePreviousValue": True}
                for name in (parameter["ParameterKey"] for parameter in stack["Parameters"])
            ],
        )
    except ClientError as error:
        return str(error)
    cloudformation.delete_change_set(**change)
    return ""


@pytest.mark.parametrize(
    ("parameters", "needs"),
    [
        ({"DomainName": DOMAIN}, "CertificateArn"),
        ({"CertificateArn": CERTIFICATE}, "DomainName"),
        ({"HostedZoneId": "Z2FDTNDATAQYW2"}, "DomainName"),
        ({"AlarmEmail": EMAIL, "AlarmTopicArn": TOPIC}, "either"),
        ({"PointInTimeRecovery": "true"}, "AlarmEmail or an AlarmTopicArn"),
        ({"DeletionProtection": "true"}, "AlarmEmail or an AlarmTopicArn"),
    ],
    ids=str,
)
def test_a_rule_says_what_is_missing(aws: Aws, parameters: dict[str, str], needs: str) -> None:
    assert re.search(f"rule .* failed: .*{needs}", _refusal(aws, **parameters))


@pytest.mark.parametrize(
    ("parameter", "value"),
    [
        ("DomainName", "https://api.operator.example"),
        ("DomainName", "API.operator.example"),
        ("DomainName", "api.operator.example/camara"),
        ("DomainName", "localhost"),
        ("CertificateArn", "certificate"),
        ("AlarmEmail", "nobody"),
        ("AlarmTopicArn", "none"),
        ("WebAclArn", "acl"),
        ("DeploymentPreference", "Canary10Percent5Minutes"),
        ("DeleteReservedConcurrency", "-1"),
    ],
)
def test_a_value_that_cannot_be_is_refused_by_name(aws: Aws, parameter: str, value: str) -> None:
    assert parameter in _refusal(aws, **{parameter: value})


@pytest.mark.parametrize(
    "parameters",
    [
        {"DomainName": DOMAIN, "CertificateArn": CERTIFICATE},
        {"AlarmEmail": EMAIL, "PointInTimeRecovery": "true"},
        {"AlarmTopicArn": TOPIC, "DeletionProtection": "true"},
    ],
    ids=str,
)
def test_what_belongs_together_is_taken(aws: Aws, parameters: dict[str, str]) -> None:
    assert not _refusal(aws, **parameters)
