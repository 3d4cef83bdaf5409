"""Every role of the template allows what its bearer does, to the action, and nothing else."""

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

import pytest

from tests.support.template import properties, template


class Permission(NamedTuple):
    """An action on a resource, the latter as the template names it."""

    action: str
    resource: str


TABLE = "SessionsTable.Arn"
SESSIONS_INDEX = "${SessionsTable.Arn}/index/"
REGISTRATIONS = "RegistrationsTable.Arn"
SUBSCRIPTIONS = "SubscriptionsTable.Arn"
QUEUE = "NotificationsQueue.Arn"
PROBES = "ProbesQueue.Arn"
KEY = "SinkCredentialsKey.Arn"
QUEUES_KEY = "QueuesAndLogsKey.Arn"
ISSUER_SETTINGS = (
    "arn:${AWS::Partition}:ssm:${AWS::Region}:${AWS::AccountId}:parameter${IssuerSettings}"
)


def stream_of(table: str) -> set[Permission]:
    """What Lambda asks to hand on the stream of a table."""
    return {
        Permission("dynamodb:DescribeStream", f"{table}.StreamArn"),
        Permission("dynamodb:GetRecords", f"{table}.StreamArn"),
        Permission("dynamodb:GetShardIterator", f"{table}.StreamArn"),
        Permission("dynamodb:ListStreams", f"${{{table}.Arn}}/stream/*"),
    }


def messages_of(queue: str) -> set[Permission]:
    """What Lambda asks to hand on the messages of a queue, and a function to delay one."""
    return {
        Permission("sqs:ReceiveMessage", queue),
        Permission("sqs:DeleteMessage", queue),
        Permission("sqs:GetQueueAttributes", queue),
        Permission("sqs:ChangeMessageVisibility", queue),
    }


# What cannot be published, be it the function or Lambda that gives up.
TO_SET_ASIDE = {Permission("sqs:SendMessage", "EventsNotPublished.Arn")}
TO_PUBLISH = {Permission("sqs:SendMessage", QUEUE), *TO_SET_ASIDE}
TO_POST = {
    Permission("dynamodb:Query", TABLE),
    Permission("dynamodb:BatchGetItem", TABLE),
    Permission("dynamodb:GetItem", SUBSCRIPTIONS),
    Permission("dynamodb:PutItem", SUBSCRIPTIONS),
    Permission("kms:Decrypt", KEY),
}


TO_USE_A_QUEUES_KEY = {
    Permission("kms:GenerateDataKey", QUEUES_KEY),
    Permission("kms:Decrypt", QUEUES_KEY),
}

REQUESTS: Mapping[str, set[Permission]] = {
    "CreateSession": {
        Permission("dynamodb:PutItem", TABLE),
        Permission("dynamodb:BatchGetItem", REGISTRATIONS),
        Permission("dynamodb:ConditionCheckItem", REGISTRATIONS),
    },
    "GetSessionDetailsById": {
        Permission("dynamodb:Query", TABLE),
        Permission("dynamodb:GetItem", REGISTRATIONS),
    },
    "DeleteSessionById": {
        Permission("dynamodb:UpdateItem", TABLE),
        Permission("dynamodb:GetItem", REGISTRATIONS),
    },
    "UpdateSessionStatus": {
        Permission("dynamodb:Query", TABLE),
        Permission("dynamodb:PutItem", TABLE),
        Permission("dynamodb:GetItem", REGISTRATIONS),
        Permission("dynamodb:ConditionCheckItem", REGISTRATIONS),
    },
    "RegistrationApi": {
        Permission("dynamodb:BatchGetItem", REGISTRATIONS),
        Permission("dynamodb:GetItem", REGISTRATIONS),
        Permission("dynamodb:PutItem", REGISTRATIONS),
    },
    "SweepExpired": {
        Permission("dynamodb:Query", SESSIONS_INDEX + "StaleSessions"),
        Permission("dynamodb:UpdateItem", TABLE),
        Permission("dynamodb:Query", TABLE),
        Permission("dynamodb:PutItem", TABLE),
        Permission("dynamodb:Query", "${RegistrationsTable.Arn}/index/StaleRegisters"),
        Permission("dynamodb:GetItem", REGISTRATIONS),
        Permission("dynamodb:PutItem", REGISTRATIONS),
        Permission("dynamodb:Query", "${SubscriptionsTable.Arn}/index/StaleSubscriptions"),
        Permission("dynamodb:GetItem", SUBSCRIPTIONS),
        Permission("dynamodb:PutItem", SUBSCRIPTIONS),
        Permission("sqs:SendMessage", QUEUE),
    },
    "EndSessionsOfRegistration": {
        *stream_of("RegistrationsTable"),
        Permission("sqs:SendMessage", "RegistrationEndsNotHandled.Arn"),
        Permission("dynamodb:GetItem", REGISTRATIONS),
        Permission("dynamodb:Query", SESSIONS_INDEX + "SessionsOfRegistration"),
        Permission("dynamodb:Query", SESSIONS_INDEX + "SessionsOfReceiver"),
        Permission("dynamodb:BatchGetItem", TABLE),
        Permission("dynamodb:UpdateItem", TABLE),
    },
    "SubscriptionApi": {
        Permission("dynamodb:GetItem", REGISTRATIONS),
        Permission("dynamodb:GetItem", SUBSCRIPTIONS),
        Permission("dynamodb:BatchGetItem", SUBSCRIPTIONS),
        Permission("dynamodb:PutItem", SUBSCRIPTIONS),
        Permission("kms:Encrypt", KEY),
    },
    "PublishEvents": {
        *stream_of("SessionsTable"),
        *stream_of("RegistrationsTable"),
        *stream_of("SubscriptionsTable"),
        *TO_PUBLISH,
        Permission("dynamodb:BatchGetItem", REGISTRATIONS),
        Permission("dynamodb:BatchGetItem", SUBSCRIPTIONS),
    },
    "PublishToSessionsBus": {
        *stream_of("SessionsTable"),
        *TO_SET_ASIDE,
        Permission("events:PutEvents", "SessionsBus.Arn"),
    },
    "DeliverNotification": {
        *messages_of(QUEUE),
        *TO_POST,
        # To probe a sink that fails; to catch up with one that works again, in parts.
        Permission("sqs:SendMessage", PROBES),
        Permission("sqs:SendMessage", QUEUE),
        Permission("dynamodb:Query", SESSIONS_INDEX + "SessionsOfRegistration"),
        Permission("dynamodb:Query", SESSIONS_INDEX + "SessionsOfReceiver"),
        Permission("dynamodb:GetItem", REGISTRATIONS),
    },
    "ProbeSink": {*messages_of(PROBES), *TO_POST, Permission("sqs:SendMessage", QUEUE)},
    "JwtAuthorizer": {Permission("ssm:GetParameter", ISSUER_SETTINGS)},
}
"""What the code of each function, or Lambda on its behalf, asks; a transaction counts as the
requests in it."""

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
    **{f"{function}Role": LAMBDA for function in REQUESTS},
    "SweepExpiredEveryMinuteRole": {
        "Principal": {"Service": "scheduler.amazonaws.com"},
        "Condition": {"StringEquals": {"aws:SourceAccount": {"Ref": "AWS::AccountId"}}},
    },
    "GatewayLogsWriter": {"Principal": {"Service": "apigateway.amazonaws.com"}},
    "DeploymentRole": {"Principal": {"Service": "codedeploy.amazonaws.com"}},
}


def test_every_function_and_every_role_is_looked_at() -> None:
    assert _of_type("AWS::Serverless::Function") == REQUESTS.keys()
    assert _of_type("AWS::IAM::Role") == TRUSTED.keys()
    assert _of_type("AWS::IAM::") == _of_type("AWS::IAM::Role")


@pytest.mark.parametrize("function", REQUESTS)
def test_a_function_has_its_own_role_and_its_own_log(function: str) -> None:
    settings = properties(function)

    assert settings["Role"] == {"Fn::GetAtt": f"{function}Role.Arn"}
    assert settings["LoggingConfig"] == {"LogGroup": {"Ref": f"{function}Logs"}}
    # Beside a role of one's own SAM passes over these without a word.
    assert not settings.keys() & {"Policies", "AssumeRolePolicyDocument"}


@pytest.mark.parametrize("function", REQUESTS)
def test_a_function_may_do_what_it_does(function: str) -> None:
    # The ARN of a log group stands for the streams in it, and for no other group.
    log = f"{function}Logs.Arn"

    assert set(_permissions(f"{function}Role")) == {
        Permission("logs:CreateLogStream", log),
        Permission("logs:PutLogEvents", log),
        *REQUESTS[function],
        *(TO_USE_A_QUEUES_KEY if uses_a_queue(function) else ()),
    }


def uses_a_queue(function: str) -> bool:
    return any(permission.action.startswith("sqs:") for permission in REQUESTS[function])


def test_a_role_may_use_the_queues_key_only_if_there_is_one() -> None:
    conditional = {
        (role, statement["Fn::If"][0], permission)
        for role in TRUSTED
        for statement in _statements(role)
        if "Fn::If" in statement
        for permission in _allowed(statement)
    }

    assert conditional == {
        (f"{function}Role", "UseKmsEncryption", permission)
        for function in REQUESTS
        if uses_a_queue(function)
        for permission in TO_USE_A_QUEUES_KEY
    }


def test_a_deployment_may_move_the_aliases_that_it_moves_little_by_little() -> None:
    """An alias is moved with rights to its function; what is provisioned is asked of an alias.

    Or of a version; the ARN of either has one part more. AWS, "Service Authorization Reference".
    """
    gradual = {function for function in REQUESTS if "DeploymentPreference" in properties(function)}

    assert gradual == GRADUALLY_DEPLOYED
    assert set(_permissions("DeploymentRole")) == {
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
    assert list(_permissions("SweepExpiredEveryMinuteRole")) == [
        Permission("lambda:InvokeFunction", "SweepExpired.Alias")
    ]


@pytest.mark.parametrize("role", TRUSTED)
def test_a_role_is_lent_to_its_service_only(role: str) -> None:
    [statement] = properties(role)["AssumeRolePolicyDocument"]["Statement"]

    assert statement == {"Effect": "Allow", "Action": "sts:AssumeRole", **TRUSTED[role]}


def test_wildcards_are_those_without_alternative() -> None:
    permissions = {permission for role in TRUSTED for permission in _permissions(role)}

    assert not {permission.action for permission in permissions if "*" in permission.action}
    assert {permission for permission in permissions if "*" in permission.resource} == (
        ANY_RESOURCE.keys()
    )


def test_managed_policies_are_those_without_alternative() -> None:
    attached = {
        (role, _name(policy))
        for role in TRUSTED
        for policy in properties(role).get("ManagedPolicyArns", [])
    }

    assert attached == MANAGED_POLICIES.keys()


def _of_type(prefix: str) -> set[str]:
    resources = template()["Resources"].items()
    return {name for name, resource in resources if resource["Type"].startswith(prefix)}


def _permissions(role: str) -> Iterator[Permission]:
    for statement in _statements(role):
        yield from _allowed(statement)


def _statements(role: str) -> Iterator[dict[str, Any]]:
    for policy in properties(role).get("Policies", []):
        yield from policy["PolicyDocument"]["Statement"]


def _allowed(statement: dict[str, Any]) -> Iterator[Permission]:
    if "Fn::If" in statement:
        _, statement, otherwise = statement["Fn::If"]
        assert otherwise == {"Ref": "AWS::NoValue"}
    # In particular no NotAction and no NotResource, which allow all but what they name.
    assert statement.keys() == {"Effect", "Action", "Resource"}
    for action in _listed(statement["Action"]):
        for resource in _listed(statement["Resource"]):
            yield Permission(action, _name(resource))


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _name(value: Any) -> str:
    """Strip an intrinsic function of its name: ``!GetAtt Table.Arn`` is ``Table.Arn``."""
    if isinstance(value, dict):
        [value] = value.values()
    return str(value)


def test_a_key_is_lent_by_roles_only() -> None:
    """The key's policy leaves it to IAM; who may use it is said by the roles above."""
    [statement] = properties("SinkCredentialsKey")["KeyPolicy"]["Statement"]
    may_use = {
        (role, permission.action)
        for role in TRUSTED
        for permission in _permissions(role)
        if permission.resource == KEY
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
