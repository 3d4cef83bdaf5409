"""A parameter that a function depends on publishes a version: else its alias keeps the old value.

SAM publishes one when a property of the function changes, and resolves no parameter in most of
them: so each stands in the version's description, which Lambda limits to 256 characters. What is
too long for it is read at run time, from a parameter of Systems Manager.
"""

import re
from typing import Any

import pytest

from authorizer.settings import settings_in
from tests.support.template import properties, template

LONGEST_DESCRIPTION = 256
AUTHORIZER = "JwtAuthorizer"
READ_AT_RUN_TIME = "IssuerSettings"
LARGEST_STANDARD_PARAMETER = 4096
ALL_FUNCTIONS_READ = {"LogLevel", "SubscriberClaim", "Architecture", "SnapStart"}
NO_PART_OF_A_VERSION = {
    "Events",
    "Role",
    "VersionDescription",
    "DeploymentPreference",
    "ReservedConcurrentExecutions",
}
FUNCTIONS = sorted(
    name
    for name, resource in template()["Resources"].items()
    if resource["Type"] == "AWS::Serverless::Function"
)


def parameters_in(value: Any) -> set[str]:
    """Return the parameters that a part of the template refers to, conditions included."""
    match value:
        case {"Ref": name} if name in template()["Parameters"]:
            return {name}
        case {"Fn::Sub": str(text)}:
            names: set[str] = set(re.findall(r"\$\{(\w+)\}", text))
            return names & set(template()["Parameters"])
        case {"Fn::If": [condition, *values]}:
            return parameters_in([template()["Conditions"][condition], *values])
        case dict():
            return set().union(*map(parameters_in, value.values()))
        case list():
            return set().union(*map(parameters_in, value))
    return set()


def parts_of(function: str) -> dict[str, Any]:
    """Return what a version of a function is made of."""
    own = properties(function).items()
    return {name: value for name, value in own if name not in NO_PART_OF_A_VERSION}


def read_by(function: str) -> set[str]:
    """Return the parameters in what a function is made of, its own and those of all functions."""
    if function == AUTHORIZER:
        return ALL_FUNCTIONS_READ | parameters_in(parts_of(function))
    return parameters_in([template()["Globals"]["Function"], parts_of(function)])


def longest(parameter: str) -> int:
    """Return how many characters a value of it may have."""
    known = template()["Parameters"][parameter]
    if "AllowedValues" in known:
        return max(len(str(value)) for value in known["AllowedValues"])
    return int(known["MaxLength"]) if "MaxLength" in known else len(str(known["MaxValue"]))


def at_its_longest(value: Any) -> str:
    """Return a text of the template with each parameter at its longest."""
    match value:
        case {"Fn::Join": [str(between), [*parts]]}:
            return between.join(map(at_its_longest, parts))
        case {"Ref": str(name)}:
            return "x" * longest(name)
        case {"Fn::Sub": str(text)}:
            return re.sub(r"\$\{(\w+)\}", lambda match: "x" * longest(match[1]), text)
    raise AssertionError(value)


@pytest.mark.parametrize("function", FUNCTIONS)
def test_what_a_function_reads_is_in_the_description_of_its_version(function: str) -> None:
    assert properties(function)["AutoPublishAliasAllProperties"] is True
    assert parameters_in(properties(function)["VersionDescription"]) == read_by(function)


def test_each_parameter_of_a_function_is_described_or_read_at_run_time() -> None:
    """The rest goes to the gateway, alarms, tables and the like, which CloudFormation updates."""
    described = set().union(
        *(parameters_in(properties(function)["VersionDescription"]) for function in FUNCTIONS)
    )
    read_at_run_time = parameters_in(properties(READ_AT_RUN_TIME)["Value"])
    for_functions = parameters_in(template()["Globals"]).union(
        *(parameters_in(parts_of(function)) for function in FUNCTIONS), read_at_run_time
    )

    assert described | read_at_run_time == for_functions
    assert not described & read_at_run_time
    assert read_at_run_time == {"JwtIssuer", "JwtAudience", "JwksUri"}


def test_the_authorizer_is_told_where_to_read() -> None:
    variables = properties(AUTHORIZER)["Environment"]["Variables"]

    assert variables == {"SETTINGS_PARAMETER": {"Ref": READ_AT_RUN_TIME}}


def test_what_is_read_at_run_time_fits_at_its_longest() -> None:
    longest_text = at_its_longest(properties(READ_AT_RUN_TIME)["Value"])

    assert len(longest_text) <= LARGEST_STANDARD_PARAMETER
    assert settings_in(longest_text).issuer == "x" * longest("JwtIssuer")


@pytest.mark.parametrize("function", FUNCTIONS)
def test_the_description_has_room_for_the_longest_values(function: str) -> None:
    described = at_its_longest(properties(function)["VersionDescription"])

    assert len(described) <= LONGEST_DESCRIPTION


def test_they_are_parameters_that_all_functions_read() -> None:
    assert parameters_in(template()["Globals"]["Function"]) >= ALL_FUNCTIONS_READ


def test_a_parameter_that_the_gateway_reads_deploys_the_api() -> None:
    """Else its stage would go on as it was: SAM deploys a changed document, and these are none."""
    assert parameters_in(properties("Api")) >= {
        "AuthorizerCacheSeconds",
        "DeleteThrottlingRateLimit",
        "DomainName",
        "ThrottlingRateLimit",
    }
    assert properties("Api")["AlwaysDeploy"] is True
