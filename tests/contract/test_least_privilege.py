"""The roles of the template: who bears them, what has no alternative, who may use a key.

That each allows what its function asks, and nothing else, is shown by playing the functions:
``tests/delivery/test_least_privilege.py``.
"""

from collections.abc import Mapping
from typing import Any

import pytest

from tests.support.permissions import (
    TO_USE_A_QUEUES_KEY,
    Permission,
    allowed,
    functions,
    name_of,
    of_type,
    permissions,
    statements,
    uses_a_queue,
)
from tests.support.template import properties

GRADUALLY_DEPLOYED = {
    "CreateSession",
    "GetSessionDetailsById",
    "DeleteSessionById",
    "UpdateSessionStatus",
    "RegistrationApi",
    "SubscriptionApi",
    "JwtAuthorizer",
}

ANY_RESOURCE = {
    Permission("cloudwatch:DescribeAlarms", "*"): "it is asked for alarms, not for one of them",
    **{
        Permission(
            "dynamodb:ListStreams", f"${{{table}.Arn}}/stream/*"
        ): "it lists those of a table"
        for table in ("SessionsTable", "RegistrationsTable", "SubscriptionsTable")
    },
    **{
        Permission(
            "lambda:GetProvisionedConcurrencyConfig", f"${{{function}.Arn}}:*"
        ): "versions have no names before they are published"
        for function in GRADUALLY_DEPLOYED
    },
}
MANAGED_POLICIES = {
    (
        "GatewayLogsWriter",
        "arn:${AWS::Partition}:iam::aws:policy/service-role/AmazonAPIGatewayPushToCloudWatchLogs",
    ): "serves every API of the account, and API Gateway tests its rights when it is set",
}

LAMBDA = {"Principal": {"Service": "lambda.amazonaws.com"}}
TRUSTED: Mapping[str, Mapping[str, Any]] = {
    **{f"{function}Role": LAMBDA for function in functions()},
    "SweepExpiredEveryMinuteRole": {
        "Principal": {"Service": "scheduler.amazonaws.com"},
        "Condition": {"StringEquals": {"aws:SourceAccount": {"Ref": "AWS::AccountId"}}},
    },
    "GatewayLogsWriter": {"Principal": {"Service": "apigateway.amazonaws.com"}},
    "DeploymentRole": {"Principal": {"Service": "codedeploy.amazonaws.com"}},
}


def test_every_role_is_looked_at() -> None:
    assert of_type("AWS::IAM::Role") == TRUSTED.keys()
    assert of_type("AWS::IAM::") == of_type("AWS::IAM::Role")


@pytest.mark.parametrize("function", functions())
def test_a_function_has_its_own_role_and_its_own_log(function: str) -> None:
    settings = properties(function)

    assert settings["Role"] == {"Fn::GetAtt": f"{function}Role.Arn"}
    assert settings["LoggingConfig"] == {"LogGroup": {"Ref": f"{function}Logs"}}
    # Beside a role of one's own SAM passes over these without a word.
    assert not settings.keys() & {"Policies", "AssumeRolePolicyDocument"}


def test_a_role_may_use_the_queues_key_only_if_there_is_one() -> None:
    conditional = {
        (role, statement["Fn::If"][0], permission)
        for role in TRUSTED
        for statement in statements(role)
        if "Fn::If" in statement
        for permission in allowed(statement)
    }

    assert conditional == {
        (f"{function}Role", "UseKmsEncryption", permission)
        for function in functions()
        if uses_a_queue(function)
        for permission in TO_USE_A_QUEUES_KEY
    }


def test_a_deployment_may_move_the_aliases_that_it_moves_little_by_little() -> None:
    """An alias is moved with rights to its function; what is provisioned is asked of an alias.

    Or of a version; the ARN of either has one part more. AWS, "Service Authorization Reference".
    """
    gradual = {
        function for function in functions() if "DeploymentPreference" in properties(function)
    }

    assert gradual == GRADUALLY_DEPLOYED
    assert set(permissions("DeploymentRole")) == {
        Permission("cloudwatch:DescribeAlarms", "*"),
        *(
            permission
            for function in GRADUALLY_DEPLOYED
            for permission in (
                Permission("lambda:GetAlias", f"{function}.Arn"),
                Permission("lambda:UpdateAlias", f"{function}.Arn"),
                Permission("lambda:GetProvisionedConcurrencyConfig", f"${{{function}.Arn}}:*"),
            )
        ),
    }


@pytest.mark.parametrize("schedule", properties("SweepExpired")["Events"].values())
def test_a_schedule_may_start_its_function_only(schedule: dict[str, Any]) -> None:
    assert schedule["Properties"]["RoleArn"] == {"Fn::GetAtt": "SweepExpiredEveryMinuteRole.Arn"}
    assert list(permissions("SweepExpiredEveryMinuteRole")) == [
        Permission("lambda:InvokeFunction", "SweepExpired.Alias")
    ]


@pytest.mark.parametrize("role", TRUSTED)
def test_a_role_is_lent_to_its_service_only(role: str) -> None:
    [statement] = properties(role)["AssumeRolePolicyDocument"]["Statement"]

    assert statement == {"Effect": "Allow", "Action": "sts:AssumeRole", **TRUSTED[role]}


def test_wildcards_are_those_without_alternative() -> None:
    every = {permission for role in TRUSTED for permission in permissions(role)}

    assert not {permission.action for permission in every if "*" in permission.action}
    assert {permission for permission in every if "*" in permission.resource} == (
        ANY_RESOURCE.keys()
    )


def test_managed_policies_are_those_without_alternative() -> None:
    attached = {
        (role, name_of(policy))
        for role in TRUSTED
        for policy in properties(role).get("ManagedPolicyArns", [])
    }

    assert attached == MANAGED_POLICIES.keys()


def test_a_key_is_lent_by_roles_only() -> None:
    """The key's policy leaves it to IAM; who may use it is said by the roles above."""
    [statement] = properties("SinkCredentialsKey")["KeyPolicy"]["Statement"]
    may_use = {
        (role, permission.action)
        for role in TRUSTED
        for permission in permissions(role)
        if permission.resource == "SinkCredentialsKey.Arn"
    }

    assert statement["Principal"] == {
        "AWS": {"Fn::Sub": "arn:${AWS::Partition}:iam::${AWS::AccountId}:root"}
    }
    assert may_use == {
        ("SubscriptionApiRole", "kms:Encrypt"),
        ("DeliverNotificationRole", "kms:Decrypt"),
        ("ProbeSinkRole", "kms:Decrypt"),
    }


def test_the_other_key_is_lent_to_the_logs_of_this_account_too() -> None:
    """CloudWatch Logs, "Encrypt log data using AWS KMS": for log groups of this account only."""
    by_roles, by_logs = properties("QueuesAndLogsKey")["KeyPolicy"]["Statement"]

    assert [by_roles] == properties("SinkCredentialsKey")["KeyPolicy"]["Statement"]
    assert by_logs["Principal"] == {"Service": {"Fn::Sub": "logs.${AWS::Region}.${AWS::URLSuffix}"}}
    assert by_logs["Condition"] == {
        "ArnLike": {
            "kms:EncryptionContext:aws:logs:arn": {
                "Fn::Sub": "arn:${AWS::Partition}:logs:${AWS::Region}:${AWS::AccountId}:log-group:*"
            }
        }
    }
