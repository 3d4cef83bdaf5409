"""What CAMARA says of each operation, held against the document.

Source: CAMARA WebRTC Call Handling and WebRTC Registration, on the way to 0.4.0 (June 2026).
"""

from typing import Any, NamedTuple

import pytest

from tests.support.openapi import document, operations, schema


class Expected(NamedTuple):
    operation_id: str
    scope: str
    required_parameter: tuple[str, str] | None
    request: str | None
    success: int
    response: str | None
    errors: frozenset[int]
    may_have_no_body: bool = False


CAMARA = {
    ("POST", "/webrtc/sessions"): Expected(
        operation_id="createSession",
        scope="webrtc-call-handling:sessions:create",
        required_parameter=("header", "registrationId"),
        request="MediaSessionCreate",
        success=201,
        response="MediaSessionResponse",
        errors=frozenset({400, 401, 403, 501}),
    ),
    ("GET", "/webrtc/sessions/{mediaSessionId}"): Expected(
        operation_id="getSessionDetailsById",
        scope="webrtc-call-handling:sessions:read",
        required_parameter=("path", "mediaSessionId"),
        request=None,
        success=200,
        response="MediaSessionResponse",
        errors=frozenset({400, 401, 403, 404}),
    ),
    ("DELETE", "/webrtc/sessions/{mediaSessionId}"): Expected(
        operation_id="deleteSessionById",
        scope="webrtc-call-handling:sessions:delete",
        required_parameter=("path", "mediaSessionId"),
        request=None,
        success=204,
        response=None,
        errors=frozenset({400, 401, 403, 404}),
    ),
    ("POST", "/webrtc-registration/v0.4/sessions"): Expected(
        operation_id="createRegistration",
        scope="webrtc-registration:sessions:create",
        required_parameter=None,
        request="RegSessionRequest",
        success=201,
        response="RegSessionResponse",
        errors=frozenset({400, 401, 403, 409}),
    ),
    ("GET", "/webrtc-registration/v0.4/sessions"): Expected(
        operation_id="getRegistrationsByDeviceId",
        scope="webrtc-registration:sessions:read",
        required_parameter=("query", "deviceId"),
        request=None,
        success=200,
        response="[RegSessionResponse]",
        errors=frozenset({400, 401, 403}),
    ),
    ("GET", "/webrtc-registration/v0.4/sessions/{registrationId}"): Expected(
        operation_id="getRegistrationById",
        scope="webrtc-registration:sessions:read",
        required_parameter=("path", "registrationId"),
        request=None,
        success=200,
        response="RegSessionResponse",
        errors=frozenset({400, 401, 403, 404}),
    ),
    ("PUT", "/webrtc-registration/v0.4/sessions/{registrationId}"): Expected(
        operation_id="updateRegistrationById",
        scope="webrtc-registration:sessions:write",
        required_parameter=("path", "registrationId"),
        request="RegSessionUpdate",
        success=200,
        response="RegSessionResponse",
        errors=frozenset({400, 401, 403, 404}),
        may_have_no_body=True,
    ),
    ("DELETE", "/webrtc-registration/v0.4/sessions/{registrationId}"): Expected(
        operation_id="deleteRegistrationById",
        scope="webrtc-registration:sessions:delete",
        required_parameter=("path", "registrationId"),
        request=None,
        success=204,
        response=None,
        errors=frozenset({400, 401, 403, 404}),
    ),
    ("PUT", "/webrtc/sessions/{mediaSessionId}/status"): Expected(
        operation_id="updateSessionStatus",
        scope="webrtc-call-handling:sessions:write",
        required_parameter=("path", "mediaSessionId"),
        request="MediaSessionStatusChange",
        success=200,
        response="MediaSessionResponse",
        errors=frozenset({400, 401, 403, 404}),
    ),
}


OURS = {
    ("PUT", "/webrtc/sessions/{mediaSessionId}/status"): ("header", "registrationId"),
}
"""Optional parameters that CAMARA does not have."""


def _schema(name: str | None) -> Any:
    if name and name.startswith("["):
        return {"type": "array", "maxItems": 10, "items": schema(name.strip("[]"))}
    return schema(name) if name else None


def _content(message: dict[str, Any]) -> Any:
    return message.get("content", {}).get("application/json", {}).get("schema")


@pytest.mark.parametrize("route", CAMARA, ids=" ".join)
def test_is_camaras_operation(route: tuple[str, str]) -> None:
    expected, operation = CAMARA[route], operations()[route]

    assert operation["operationId"] == expected.operation_id
    assert operation["security"] == [{"openId": [expected.scope]}]
    assert _content(operation.get("requestBody", {})) == _schema(expected.request)
    assert operation.get("requestBody", {"required": True})["required"] is not (
        expected.may_have_no_body
    )


@pytest.mark.parametrize("route", CAMARA, ids=" ".join)
def test_has_camaras_parameters(route: tuple[str, str]) -> None:
    expected = CAMARA[route]
    _, path = route
    parameters = document()["paths"][path]["parameters"] + operations()[route].get("parameters", [])

    assert {((each["in"], each["name"]), each.get("required", False)) for each in parameters} - {
        (OURS.get(route), False)
    } == {
        (("header", "x-correlator"), False),
        *({(expected.required_parameter, True)} if expected.required_parameter else ()),
    }


@pytest.mark.parametrize("route", CAMARA, ids=" ".join)
def test_has_camaras_responses(route: tuple[str, str]) -> None:
    expected = CAMARA[route]
    responses = operations()[route]["responses"]
    errors = {int(status) for status in responses if int(status) >= 400}

    assert {int(status) for status in responses} - errors == {expected.success}
    assert _content(responses[str(expected.success)]) == _schema(expected.response)
    assert errors >= expected.errors


def test_tokens_are_those_of_openid_connect() -> None:
    assert document()["components"]["securitySchemes"]["openId"]["type"] == "openIdConnect"
