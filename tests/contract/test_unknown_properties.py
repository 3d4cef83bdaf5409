"""Undeclared properties of request bodies, in every object of every example of the document."""

from collections.abc import Iterator
from copy import deepcopy
from typing import Any

import pytest

from call_handling.bodies import MediaSessionCreate, MediaSessionStatusChange
from camara.errors import InvalidArgument
from http_api.body import Body
from notifications.bodies import SubscriptionRequest, SubscriptionUpdateRequest
from registration.bodies import RegSessionRequest, RegSessionUpdate
from tests.support.openapi import operations
from tests.support.template import template

BODIES: dict[str, type[Body]] = {
    "createSession": MediaSessionCreate,
    "updateSessionStatus": MediaSessionStatusChange,
    "createRegistration": RegSessionRequest,
    "updateRegistrationById": RegSessionUpdate,
    "createNotificationChannelSubscription": SubscriptionRequest,
    "updateNotificationChannelSubscription": SubscriptionUpdateRequest,
}
CLOSED = {
    ("updateNotificationChannelSubscription", ""),
    ("updateNotificationChannelSubscription", "config"),
}
"""CAMARA's own schemas have no room for others."""


def examples() -> Iterator[tuple[str, dict[str, Any]]]:
    """Return the request bodies that the document shows, with their operation."""
    for operation in operations().values():
        for content in operation.get("requestBody", {}).get("content", {}).values():
            for example in content["examples"].values():
                yield operation["operationId"], example["value"]


def objects(value: Any, *path: str) -> Iterator[tuple[str, ...]]:
    """Return the paths of the objects in a body, itself included."""
    if isinstance(value, dict):
        yield path
        for name, inner in value.items():
            yield from objects(inner, *path, name)


def with_unknown(body: dict[str, Any], path: tuple[str, ...], value: Any) -> dict[str, Any]:
    """Return a copy of a body with one more property in one of its objects."""
    inner = copy = deepcopy(body)
    for name in path:
        inner = inner[name]
    inner["future"] = value
    return copy


CASES = {
    (name, ".".join(path)): (BODIES[name], body, path)
    for name, body in examples()
    for path in objects(body)
}
every_object = pytest.mark.parametrize("where", CASES, ids=" ".join)
values = pytest.mark.parametrize("value", [None, 1, {}])


@pytest.fixture
def refusing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("UNKNOWN_PROPERTIES", "refuse")


def test_no_operation_with_a_body_is_missing_here() -> None:
    with_body = {each["operationId"] for each in operations().values() if "requestBody" in each}

    assert with_body == BODIES.keys()
    assert {name for name, _ in CASES} == BODIES.keys()
    assert {path.rpartition(".")[2] for _, path in CASES} >= {"coordinates", "confidence", "config"}


@every_object
@values
def test_they_are_ignored_unless_camara_closes_the_schema(
    where: tuple[str, str], value: Any
) -> None:
    model, body, path = CASES[where]

    if where in CLOSED:
        with pytest.raises(InvalidArgument):
            model.parse(with_unknown(body, path, value))
    else:
        assert model.parse(with_unknown(body, path, value)) == model.parse(body)


@every_object
@values
@pytest.mark.usefixtures("refusing")
def test_they_can_be_refused_at_every_depth(where: tuple[str, str], value: Any) -> None:
    model, body, path = CASES[where]

    with pytest.raises(InvalidArgument):
        model.parse(with_unknown(body, path, value))


@every_object
@pytest.mark.usefixtures("refusing")
def test_declared_ones_never_are(where: tuple[str, str]) -> None:
    model, body, _ = CASES[where]

    assert model.parse(body)


@pytest.mark.parametrize("name", BODIES)
def test_what_the_code_knows_is_what_the_document_declares(name: str) -> None:
    [schema] = (
        operation["requestBody"]["content"]["application/json"]["schema"]
        for operation in operations().values()
        if operation["operationId"] == name
    )

    known = {field.validation_alias for field in BODIES[name].model_fields.values()}
    assert known == schema["properties"].keys()


@pytest.mark.parametrize("value", template()["Parameters"]["UnknownProperties"]["AllowedValues"])
def test_the_code_knows_the_templates_values(value: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("UNKNOWN_PROPERTIES", value)

    assert RegSessionUpdate.parse({})
