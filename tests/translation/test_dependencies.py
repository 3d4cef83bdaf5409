"""No resource waits for itself: CloudFormation would refuse the whole stack."""

import re
from graphlib import TopologicalSorter
from typing import Any

import pytest

from tests.support.translation import PRODUCTION, Translate


def _refers_to(value: Any) -> set[str]:
    """Return the names in a part of the template, parameters and attributes among them."""
    match value:
        case {"Ref": str(name)} | {"Fn::GetAtt": [str(name), _]}:
            return {name}
        case {"Fn::GetAtt": str(attribute)}:
            return {attribute.partition(".")[0]}
        case {"Fn::Sub": str(text)} | {"Fn::Sub": [str(text), _]}:
            return set(re.findall(r"\$\{(\w+)", text))
        case dict():
            return set().union(*map(_refers_to, value.values()))
        case list():
            return set().union(*map(_refers_to, value))
    return set()


def _listed(value: str | list[str]) -> list[str]:
    return value if isinstance(value, list) else [value]


@pytest.mark.parametrize("parameters", [{}, PRODUCTION], ids=["defaults", "production"])
def test_there_is_an_order_to_make_them_in(
    translate: Translate, parameters: dict[str, str]
) -> None:
    resources = translate(**parameters)
    waits_for = {
        name: (
            _refers_to([resource.get("Properties"), resource.get("UpdatePolicy")])
            | {*_listed(resource.get("DependsOn", []))}
        )
        & resources.keys()
        for name, resource in resources.items()
    }

    assert len([*TopologicalSorter(waits_for).static_order()]) == len(resources)


def test_there_is_an_api_before_the_account_is_told_of_a_role(translate: Translate) -> None:
    """CloudFormation, ``AWS::ApiGateway::Account``: the account may never have had one."""
    assert translate()["GatewayAccount"]["DependsOn"] == "Api"
    assert translate()["Api"]["Type"] == "AWS::ApiGateway::RestApi"
