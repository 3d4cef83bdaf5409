"""The API document by itself: valid, its examples too, and fit to be shown around."""

import re
from collections.abc import Iterator
from typing import Any, NamedTuple

import pytest
from openapi_spec_validator import OpenAPIV30SpecValidator

from tests.support.contract import validator
from tests.support.openapi import document, operations, raw_document
from tests.support.template import properties


class Example(NamedTuple):
    where: str
    schema: dict[str, Any]
    value: Any


def _examples(node: Any, where: str) -> Iterator[Example]:
    """Find the examples of media types, parameters, headers and schemas."""
    if isinstance(node, list):
        for index, element in enumerate(node):
            yield from _examples(element, f"{where}/{index}")
    if not isinstance(node, dict):
        return
    schema = node.get("schema", node)
    if "example" in node:
        yield Example(where, schema, node["example"])
    if "schema" in node:
        for name, example in node.get("examples", {}).items():
            yield Example(f"{where}/{name}", schema, example["value"])
    for name, value in node.items():
        yield from _examples(value, f"{where}/{name}")


def _contents() -> Iterator[dict[str, Any]]:
    for operation in operations().values():
        for message in (operation.get("requestBody", {}), *operation["responses"].values()):
            if "content" in message:
                yield message["content"]


def test_is_a_valid_openapi_document() -> None:
    OpenAPIV30SpecValidator(raw_document()).validate()


@pytest.mark.parametrize("path", document()["paths"])
def test_examples_are_what_they_illustrate(path: str) -> None:
    examples = list(_examples(document()["paths"][path], path))

    assert examples
    for where, schema, value in examples:
        assert validator(schema).is_valid(value), where


def test_every_content_is_json_and_has_examples() -> None:
    for content in _contents():
        assert list(content) == ["application/json"]
        assert content["application/json"]["examples"]


def test_every_component_is_used() -> None:
    text = str(raw_document())

    for kind in raw_document()["components"].keys() - {"securitySchemes"}:
        for name in raw_document()["components"][kind]:
            assert f"'#/components/{kind}/{name}'" in text


def test_telephone_numbers_are_fictional() -> None:
    numbers = re.findall(r"\+\d{6,}", str(raw_document()))

    assert numbers
    assert all(re.fullmatch(r"\+1\d{3}55501\d\d", number) for number in numbers)


def test_the_server_is_the_stage() -> None:
    [server] = raw_document()["servers"]

    assert server["url"].endswith(f"/{properties('Api')['StageName']}")


def test_every_operation_can_be_correlated() -> None:
    for operation in operations().values():
        for response in operation["responses"].values():
            assert "x-correlator" in response["headers"]
    for item in document()["paths"].values():
        assert "x-correlator" in {parameter["name"] for parameter in item["parameters"]}
