"""``template.yaml`` as data: intrinsic functions in their long form, nothing resolved."""

import json
from collections.abc import Iterator, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

import yaml

_TEMPLATE = Path(__file__).parents[2] / "template.yaml"


class Route(NamedTuple):
    """A method of a resource, and the logical id of the function behind it."""

    method: str
    path: str
    function: str


class GatewayResponse(NamedTuple):
    """What the gateway answers by itself; ``headers`` are where it takes each header from."""

    status: int
    headers: Mapping[str, str]
    body: Any


@lru_cache
def template() -> dict[str, Any]:
    """Return the whole template."""
    loaded: dict[str, Any] = _CloudFormationLoader(_TEMPLATE.read_text()).get_single_data()
    return loaded


def properties(logical_id: str) -> dict[str, Any]:
    """Return the properties of a resource."""
    found: dict[str, Any] = template()["Resources"][logical_id]["Properties"]
    return found


def function_property(logical_id: str, name: str) -> Any:
    """Return a property that a function has, or all of them have."""
    return properties(logical_id).get(name, template()["Globals"]["Function"].get(name))


def table_properties() -> dict[str, Any]:
    """Return the properties of the table of sessions."""
    return properties("SessionsTable")


@lru_cache
def routes() -> frozenset[Route]:
    """Return all routes of the API."""
    return frozenset(_routes())


@lru_cache
def gateway_responses() -> dict[str, GatewayResponse]:
    """Return the gateway's own answers, by response type."""
    return {
        response_type: GatewayResponse(
            status=int(response["StatusCode"]),
            headers=response["ResponseParameters"]["Headers"],
            body=json.loads(response["ResponseTemplates"]["application/json"]),
        )
        for response_type, response in properties("Api")["GatewayResponses"].items()
    }


def _routes() -> Iterator[Route]:
    for logical_id, resource in template()["Resources"].items():
        if resource["Type"] != "AWS::Serverless::Function":
            continue
        for event in resource["Properties"].get("Events", {}).values():
            if event["Type"] == "Api":
                route = event["Properties"]
                yield Route(route["Method"].upper(), route["Path"], logical_id)


class _CloudFormationLoader(yaml.SafeLoader):
    """YAML with CloudFormation's tags."""


def _long_form(loader: yaml.SafeLoader, tag: str, node: yaml.Node) -> dict[str, Any]:
    name = tag if tag in {"Ref", "Condition"} else f"Fn::{tag}"
    match node:
        case yaml.ScalarNode():
            value: Any = loader.construct_scalar(node)
        case yaml.SequenceNode():
            value = loader.construct_sequence(node, deep=True)
        case yaml.MappingNode():
            value = loader.construct_mapping(node, deep=True)
    return {name: value}


_CloudFormationLoader.add_multi_constructor("!", _long_form)
