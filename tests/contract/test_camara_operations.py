"""Each operation of CAMARA's documents, held against ours.

Errors are looked at by ``test_conformance.py``, with what is not served and why.
"""

from collections.abc import Mapping
from typing import Any

import pytest

from camara.scope import ALL_SCOPES
from tests.contract.extract_camara import written
from tests.support.camara import CAMARA, OUR_NAMES, camara_operations, facts
from tests.support.conformance import NOT_SERVED, reasons
from tests.support.openapi import camaras_operation_ids, document, operations, schema

OURS = {
    "updateSessionStatus": "header registrationId",
    "deleteSessionById": "header registrationId",
}
"""Optional parameters that CAMARA does not have."""

MAY_HAVE_NO_BODY = {"updateRegistrationById"}

every_operation = pytest.mark.parametrize("name", camara_operations())


def _ours(name: str) -> dict[str, Any]:
    return operations()[camara_operations()[name].route]


def _resolved(known: Mapping[str, Any] | None) -> Any:
    """Return our schema for one of CAMARA's."""
    if known is None:
        return None
    if "$ref" in known:
        return schema(OUR_NAMES.get(known["$ref"], known["$ref"]))
    items = {"items": _resolved(known["items"])}
    return {key: value for key, value in known.items() if key != "minItems"} | items


def _content(message: dict[str, Any]) -> Any:
    return message.get("content", {}).get("application/json", {}).get("schema")


def test_the_data_is_as_it_was_extracted() -> None:
    """A line for each operation, schema and property, so that a new release can be compared."""
    assert CAMARA.read_text() == written(facts())


def test_there_are_no_others() -> None:
    assert camaras_operation_ids() == camara_operations().keys()


def test_the_code_has_camaras_scopes() -> None:
    assert set(ALL_SCOPES) == {
        scope for operation in camara_operations().values() for scope in operation.scopes
    }


@every_operation
def test_is_camaras_operation(name: str) -> None:
    expected, operation = camara_operations()[name], _ours(name)

    assert operation["operationId"] == name
    # CAMARA lists alternatives in one requirement, which to OpenAPI means all of them.
    assert operation["security"] == [{"openId": [scope]} for scope in expected.scopes]
    assert _content(operation.get("requestBody", {})) == _resolved(expected.request)
    assert operation.get("requestBody", {"required": True})["required"] is not (
        name in MAY_HAVE_NO_BODY
    )


@every_operation
def test_has_camaras_parameters_and_an_optional_one_of_ours(name: str) -> None:
    expected = camara_operations()[name]
    _, path = expected.route
    parameters = document()["paths"][path]["parameters"] + _ours(name).get("parameters", [])

    required = {f"{each['in']} {each['name']}": each.get("required", False) for each in parameters}
    assert required == {
        **{parameter: known["required"] for parameter, known in expected.parameters.items()},
        **({OURS[name]: False} if name in OURS else {}),
    }


@every_operation
def test_has_camaras_answers_below_400(name: str) -> None:
    responses = _ours(name)["responses"]
    served = {
        status: _resolved(known)
        for status, known in camara_operations()[name].successes.items()
        if (name, status, "") not in reasons(NOT_SERVED)
    }

    assert {
        int(status): _content(response)
        for status, response in responses.items()
        if int(status) < 400
    } == served


def test_tokens_are_those_of_openid_connect() -> None:
    assert document()["components"]["securitySchemes"]["openId"]["type"] == "openIdConnect"


def test_notifications_are_camaras_cloud_events() -> None:
    create = _ours("createNotificationChannelSubscription")
    [(where, item)] = create["callbacks"]["notifications"].items()
    [(media_type, content)] = item["post"]["requestBody"]["content"].items()

    assert (where, set(item)) == ("{$request.body#/sink}", {"post"})
    assert (media_type, content["schema"]) == (
        "application/cloudevents+json",
        schema("CloudEvent"),
    )
    assert item["post"]["requestBody"]["required"]
    [parameter] = item["post"]["parameters"]
    assert (parameter["in"], parameter["name"]) == ("header", "x-correlator")
    assert {"204", "401", "403", "410"} <= set(item["post"]["responses"])
    [nothing, token] = item["post"]["security"]
    assert (nothing, set(token)) == ({}, {"sinkToken"})
    scheme = document()["components"]["securitySchemes"]["sinkToken"]
    assert (scheme["type"], scheme["scheme"]) == ("http", "bearer")
