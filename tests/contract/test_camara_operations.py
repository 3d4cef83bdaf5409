"""What CAMARA says of each operation, held against the document.

Source: CAMARA WebRTC Call Handling and WebRTC Registration, on the way to 0.4.0, and WebRTC Events,
on the way to 0.3.0 (June 2026).
"""

from typing import Any, NamedTuple

import pytest

from tests.support.openapi import document, operations, schema


class Expected(NamedTuple):
    operation_id: str
    scopes: tuple[str, ...]
    required_parameter: tuple[str, str] | None
    request: str | None
    success: int
    response: str | None
    errors: frozenset[int]
    may_have_no_body: bool = False


CAMARA = {
    ("POST", "/webrtc/sessions"): Expected(
        operation_id="createSession",
        scopes=("webrtc-call-handling:sessions:create",),
        required_parameter=("header", "registrationId"),
        request="MediaSessionCreate",
        success=201,
        response="MediaSessionResponse",
        errors=frozenset({400, 401, 403, 501}),
    ),
    ("GET", "/webrtc/sessions/{mediaSessionId}"): Expected(
        operation_id="getSessionDetailsById",
        scopes=("webrtc-call-handling:sessions:read",),
        required_parameter=("path", "mediaSessionId"),
        request=None,
        success=200,
        response="MediaSessionResponse",
        errors=frozenset({400, 401, 403, 404}),
    ),
    ("DELETE", "/webrtc/sessions/{mediaSessionId}"): Expected(
        operation_id="deleteSessionById",
        scopes=("webrtc-call-handling:sessions:delete",),
        required_parameter=("path", "mediaSessionId"),
        request=None,
        success=204,
        response=None,
        errors=frozenset({400, 401, 403, 404}),
    ),
    ("POST", "/webrtc-registration/v0.4/sessions"): Expected(
        operation_id="createRegistration",
        scopes=("webrtc-registration:sessions:create",),
        required_parameter=None,
        request="RegSessionRequest",
        success=201,
        response="RegSessionResponse",
        errors=frozenset({400, 401, 403, 409, 422}),
    ),
    ("GET", "/webrtc-registration/v0.4/sessions"): Expected(
        operation_id="getRegistrationsByDeviceId",
        scopes=("webrtc-registration:sessions:read",),
        required_parameter=("query", "deviceId"),
        request=None,
        success=200,
        response="[RegSessionResponse]",
        errors=frozenset({400, 401, 403}),
    ),
    ("GET", "/webrtc-registration/v0.4/sessions/{registrationId}"): Expected(
        operation_id="getRegistrationById",
        scopes=("webrtc-registration:sessions:read",),
        required_parameter=("path", "registrationId"),
        request=None,
        success=200,
        response="RegSessionResponse",
        errors=frozenset({400, 401, 403, 404}),
    ),
    ("PUT", "/webrtc-registration/v0.4/sessions/{registrationId}"): Expected(
        operation_id="updateRegistrationById",
        scopes=("webrtc-registration:sessions:write",),
        required_parameter=("path", "registrationId"),
        request="RegSessionUpdate",
        success=200,
        response="RegSessionResponse",
        errors=frozenset({400, 401, 403, 404}),
        may_have_no_body=True,
    ),
    ("DELETE", "/webrtc-registration/v0.4/sessions/{registrationId}"): Expected(
        operation_id="deleteRegistrationById",
        scopes=("webrtc-registration:sessions:delete",),
        required_parameter=("path", "registrationId"),
        request=None,
        success=204,
        response=None,
        errors=frozenset({400, 401, 403, 404}),
    ),
    ("POST", "/webrtc-events-subscriptions/v0.3/subscriptions"): Expected(
        operation_id="createNotificationChannelSubscription",
        scopes=(
            "webrtc-events-subscriptions:org.camaraproject.webrtc-events-subscriptions.v0.session-status:create",
            "webrtc-events-subscriptions:org.camaraproject.webrtc-events-subscriptions.v0.session-invitation:create",
            "webrtc-events-subscriptions:org.camaraproject.webrtc-events-subscriptions.v0.registration-ends:create",
        ),
        required_parameter=None,
        request="SubscriptionRequest",
        success=201,
        response="Subscription",
        errors=frozenset({400, 401, 403, 422, 429}),
    ),
    ("GET", "/webrtc-events-subscriptions/v0.3/subscriptions"): Expected(
        operation_id="retrieveNotificationChannelSubscriptionList",
        scopes=("webrtc-events-subscriptions:read",),
        required_parameter=None,
        request=None,
        success=200,
        response="[Subscription]",
        errors=frozenset({400, 401, 403}),
    ),
    ("GET", "/webrtc-events-subscriptions/v0.3/subscriptions/{subscriptionId}"): Expected(
        operation_id="retrieveNotificationChannelSubscription",
        scopes=("webrtc-events-subscriptions:read",),
        required_parameter=("path", "subscriptionId"),
        request=None,
        success=200,
        response="Subscription",
        errors=frozenset({400, 401, 403, 404}),
    ),
    ("PUT", "/webrtc-events-subscriptions/v0.3/subscriptions/{subscriptionId}"): Expected(
        operation_id="updateNotificationChannelSubscription",
        scopes=("webrtc-events-subscriptions:update",),
        required_parameter=("path", "subscriptionId"),
        request="SubscriptionUpdateRequest",
        success=200,
        response="Subscription",
        errors=frozenset({400, 401, 403, 404, 422, 429}),
    ),
    ("DELETE", "/webrtc-events-subscriptions/v0.3/subscriptions/{subscriptionId}"): Expected(
        operation_id="deleteNotificationChannelSubscription",
        scopes=("webrtc-events-subscriptions:delete",),
        required_parameter=("path", "subscriptionId"),
        request=None,
        success=204,
        response=None,
        errors=frozenset({400, 401, 403, 404}),
    ),
    ("PUT", "/webrtc/sessions/{mediaSessionId}/status"): Expected(
        operation_id="updateSessionStatus",
        scopes=("webrtc-call-handling:sessions:write",),
        required_parameter=("path", "mediaSessionId"),
        request="MediaSessionStatusChange",
        success=200,
        response="MediaSessionResponse",
        errors=frozenset({400, 401, 403, 404}),
    ),
}


OURS = {
    ("PUT", "/webrtc/sessions/{mediaSessionId}/status"): ("header", "registrationId"),
    ("DELETE", "/webrtc/sessions/{mediaSessionId}"): ("header", "registrationId"),
}
"""Optional parameters that CAMARA does not have."""


MOST = {"RegSessionResponse": 10, "Subscription": 100}
"""How many there may be in a list."""


def _schema(name: str | None) -> Any:
    if name and name.startswith("["):
        name = name.strip("[]")
        return {"type": "array", "maxItems": MOST[name], "items": schema(name)}
    return schema(name) if name else None


def _content(message: dict[str, Any]) -> Any:
    return message.get("content", {}).get("application/json", {}).get("schema")


@pytest.mark.parametrize("route", CAMARA, ids=" ".join)
def test_is_camaras_operation(route: tuple[str, str]) -> None:
    expected, operation = CAMARA[route], operations()[route]

    assert operation["operationId"] == expected.operation_id
    # CAMARA lists alternatives in one requirement, which to OpenAPI means all of them.
    assert operation["security"] == [{"openId": [scope]} for scope in expected.scopes]
    assert _content(operation.get("requestBody", {})) == _schema(expected.request)
    assert operation.get("requestBody", {"required": True})["required"] is not (
        expected.may_have_no_body
    )


@pytest.mark.parametrize("route", CAMARA, ids=" ".join)
def test_has_camaras_parameters_and_an_optional_one_of_ours(route: tuple[str, str]) -> None:
    expected = CAMARA[route]
    _, path = route
    parameters = document()["paths"][path]["parameters"] + operations()[route].get("parameters", [])

    assert {((each["in"], each["name"]), each.get("required", False)) for each in parameters} == {
        (("header", "x-correlator"), False),
        *({(expected.required_parameter, True)} if expected.required_parameter else ()),
        *({(OURS[route], False)} if route in OURS else ()),
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


def test_notifications_are_camaras_cloud_events() -> None:
    create = operations()["POST", "/webrtc-events-subscriptions/v0.3/subscriptions"]
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
