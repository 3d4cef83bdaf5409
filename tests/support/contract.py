"""Whether a response is what ``infra/openapi.yaml`` says."""

import json
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from jsonschema.exceptions import best_match
from jsonschema.protocols import Validator
from openapi_schema_validator import OAS30Validator, oas30_format_checker

from call_handling.status import OVER
from tests.support.conformance import note
from tests.support.openapi import document, documented, operations

_JSON = "application/json"


def check_response(
    method: str, resource: str, status: int, headers: Mapping[str, str], body: str | bytes | None
) -> None:
    """Raise ``AssertionError`` unless this operation documents this response.

    ``resource`` is a path of the template, such as ``/webrtc/sessions/{mediaSessionId}``. Stricter
    than the document: a property that it does not know is refused, and so is an error that is not
    an example to the letter.
    """
    where = f"{method} {resource} {status}"
    resource = documented(resource)
    operation = operations().get((method, resource))
    assert operation is not None, f"{where}: no such operation"
    response = operation["responses"].get(str(status))
    assert response is not None, (
        f"{where}: undocumented, unlike {', '.join(operation['responses'])}"
    )
    _check_headers(where, response.get("headers", {}), headers)
    if "content" not in response:
        assert not body, f"{where}: a body, {body!r}"
        note(operation["operationId"], status, "")
        return
    content = _json_content(where, headers, body)
    _check(where, _body_validator(method, resource, str(status)), content)
    if "mediaSessionId" in content:
        _check_media(where, content)
    if status >= 400:
        _check_error_body(where, _examples(response), content)
    note(operation["operationId"], status, content["code"] if status >= 400 else "")


def check_error(status: int, headers: Mapping[str, str], body: str | bytes | None) -> None:
    """Raise ``AssertionError`` unless this is one of the documented errors.

    For the answer to a path or a method that is no operation.
    """
    where = f"error {status}"
    content = _json_content(where, headers, body)
    _check_error_body(where, [error for error in _errors() if error["status"] == status], content)


def check_notification(body: bytes) -> dict[str, Any]:
    """Return the event. Raises ``AssertionError`` unless it is one that the document knows.

    As with responses, a property that the document does not know is refused.
    """
    event = _json("notification", body)
    assert isinstance(event, dict), f"notification: no object, {event!r}"
    known = _event_validators()
    assert event.get("type") in known, f"notification: the type {event.get('type')!r}"
    _check(f"notification {event['type']}", known[event["type"]], event)
    return event


def validator(schema: Mapping[str, Any]) -> Validator:
    """Return a validator for a schema that has no references."""
    made: Validator = OAS30Validator(schema, format_checker=oas30_format_checker)
    return made


def _check_media(where: str, session: dict[str, Any]) -> None:
    """A call that lives shows its offer, one that is over no media: the schema allows either."""
    over = session["status"] in OVER
    assert (session["offer"] == {}) == over, f"{where}: offer of a call that is over: {over}"
    for media in ("answer", "locationDetails"):
        assert not (over and media in session), f"{where}: {media} of a call that is over"


def _json_content(where: str, headers: Mapping[str, str], body: str | bytes | None) -> Any:
    content_type = _lower(headers).get("content-type", "")
    media_type = content_type.partition(";")[0].strip()
    assert media_type == _JSON, f"{where}: the content type {content_type!r}"
    return _json(where, body)


def _json(where: str, body: str | bytes | None) -> Any:
    try:
        return json.loads(body or "", parse_constant=_no_constant)
    except ValueError as error:
        message = f"{where}: no JSON ({error}), {body!r}"
        raise AssertionError(message) from error


def _check_headers(where: str, expected: Mapping[str, Any], headers: Mapping[str, str]) -> None:
    sent = _lower(headers)
    for name, header in expected.items():
        value = sent.get(name.lower())
        if value is None:
            assert not header.get("required"), f"{where}: no header {name}"
        else:
            _check(f"{where}: header {name}", validator(header["schema"]), value)


def _check(where: str, schema: Validator, value: Any) -> None:
    error = best_match(schema.iter_errors(value))
    assert error is None, f"{where}: {error.json_path}: {error.message}"


def _check_error_body(where: str, errors: list[Any], body: Any) -> None:
    assert body in errors, f"{where}: {body!r} is no row of the error table"


@lru_cache
def _body_validator(method: str, resource: str, status: str) -> Validator:
    response = operations()[method, resource]["responses"][status]
    return validator(_closed(response["content"][_JSON]["schema"]))


@lru_cache
def _event_validators() -> dict[str, Validator]:
    """Return a validator for each type of event."""
    events = document()["components"]["schemas"]["CloudEvent"]["oneOf"]
    return {
        name: validator(_closed(event))
        for event in events
        for name in event["properties"]["type"]["enum"]
    }


@lru_cache
def _errors() -> list[Any]:
    return [
        example
        for response in document()["components"]["responses"].values()
        for example in _examples(response)
    ]


def _examples(response: Mapping[str, Any]) -> list[Any]:
    return [example["value"] for example in response["content"][_JSON]["examples"].values()]


def _closed(schema: Any) -> Any:
    """Return the schema without room for unknown properties, wherever it lists its own."""
    if isinstance(schema, list):
        return [_closed(element) for element in schema]
    if not isinstance(schema, dict):
        return schema
    closed = {name: _closed(value) for name, value in schema.items()}
    if schema.get("type") == "object":
        closed["additionalProperties"] = False
    return closed


def _lower(headers: Mapping[str, str]) -> dict[str, str]:
    return {name.lower(): value for name, value in headers.items()}


def _no_constant(name: str) -> None:
    raise ValueError(name)
