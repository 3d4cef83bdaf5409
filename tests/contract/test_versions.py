"""A parameter that a function depends on publishes a version: else its alias keeps the old value.

SAM publishes one when a property of the function changes, and resolves no parameter in most of
them: so each stands in the version's description, which Lambda limits to 256 characters.
"""

import re
from typing import Any

import pytest

from tests.support.template import properties, template

LONGEST_DESCRIPTION = 256
AUTHORIZER = "JwtAuthorizer"
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


def read_by(function: str) -> set[str]:
    """Return the parameters in what a function is made of, its own and those of all functions."""
    own = properties(function)
    made_of = {name: value for name, value in own.items() if name not in NO_PART_OF_A_VERSION}
    if function == AUTHORIZER:
        return ALL_FUNCTIONS_READ | parameters_in(made_of)
    return parameters_in([template()["Globals"]["Function"], made_of])


def longest(parameter: str) -> int:
    """Return how many characters a value of it may have."""
    known = template()["Parameters"][parameter]
    if "AllowedValues" in known:
        return max(len(str(value)) for value in known["AllowedValues"])
    return int(known["MaxLength"]) if "MaxLength" in known else len(str(known["MaxValue"]))


@pytest.mark.parametrize("function", FUNCTIONS)
def test_what_a_function_reads_is_in_the_description_of_its_version(function: str) -> None:
    assert properties(function)["AutoPublishAliasAllProperties"] is True
    assert parameters_in(properties(function)["VersionDescription"]) == read_by(function)


@pytest.mark.parametrize("function", FUNCTIONS)
def test_the_description_has_room_for_the_longest_values(function: str) -> None:
    text = properties(function)["VersionDescription"]["Fn::Sub"]
    described = re.sub(r"\$\{(\w+)\}", lambda match: "x" * longest(match[1]), text)

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
