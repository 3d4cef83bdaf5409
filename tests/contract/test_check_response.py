"""The check of responses lets good ones pass, and bites."""

import json
from typing import Any

import pytest

from camara.errors import (
    CamaraError,
    Internal,
    InvalidArgument,
    NotFound,
    PermissionDenied,
)
from tests.support.contract import check_error, check_notification, check_response
from tests.support.openapi import document

SESSIONS = "/webrtc/sessions"
SESSION = "/webrtc/sessions/{mediaSessionId}"
ALIAS = "/webrtc-call-handling/v0.4/sessions/{mediaSessionId}"
STATUS = "/webrtc/sessions/{mediaSessionId}/status"
JSON = {"Content-Type": "application/json"}
LOCATION = {"Location": f"sessions/{40 * '0'}"}
LOUD = {name.upper(): value for name, value in (JSON | LOCATION).items()}
CONNECTED = document()["components"]["examples"]["ConnectedSession"]["value"]
MALFORMED = {"x-correlator": "not allowed"}


def _error(error: type[CamaraError], **changes: Any) -> str:
    return json.dumps(error.info() | changes)


def _session(**changes: Any) -> str:
    return json.dumps(CONNECTED | changes)


@pytest.mark.parametrize(
    ("method", "resource", "status", "headers", "body"),
    [
        ("POST", SESSIONS, 201, JSON | LOCATION, _session()),
        ("POST", SESSIONS, 201, LOUD, _session()),
        ("GET", SESSION, 200, JSON, _session()),
        ("GET", SESSION, 200, {"content-type": "application/json; charset=utf-8"}, _session()),
        ("GET", SESSION, 200, JSON | {"X-Correlator": "a-b_c"}, _session().encode()),
        ("PUT", STATUS, 200, JSON, _session()),
        ("GET", ALIAS, 200, JSON, _session()),
        ("DELETE", SESSION, 204, {}, ""),
        ("DELETE", SESSION, 204, {"x-correlator": ""}, None),
        ("DELETE", SESSION, 400, JSON | MALFORMED, _error(InvalidArgument)),
        ("DELETE", SESSION, 403, JSON | MALFORMED, _error(PermissionDenied)),
        ("DELETE", SESSION, 404, JSON, _error(NotFound)),
        ("DELETE", SESSIONS, 400, JSON, _error(InvalidArgument)),
    ],
)
def test_lets_pass(
    method: str, resource: str, status: int, headers: dict[str, str], body: str
) -> None:
    check_response(method, resource, status, headers, body)


@pytest.mark.parametrize(
    ("method", "resource", "status", "headers", "body", "complaint"),
    [
        ("PATCH", SESSION, 200, JSON, _session(), "no such operation"),
        ("GET", ALIAS, 200, JSON, _session(status="Ended"), "status"),
        ("GET", "/webrtc", 200, JSON, _session(), "no such operation"),
        ("DELETE", SESSION, 200, JSON, _session(), "undocumented"),
        ("DELETE", SESSION, 502, JSON, "{}", "undocumented"),
        ("DELETE", SESSION, 204, {}, "{}", "a body"),
        ("DELETE", SESSION, 204, MALFORMED, "", "header x-correlator"),
        ("DELETE", SESSION, 404, JSON | MALFORMED, _error(NotFound), "header x-correlator"),
        ("POST", SESSIONS, 201, JSON, _session(), "no header Location"),
        ("POST", SESSIONS, 201, JSON | {"Location": "/1"}, _session(), "header Location"),
        ("GET", SESSION, 200, {}, _session(), "content type"),
        ("GET", SESSION, 200, {"Content-Type": "text/html"}, _session(), "content type"),
        ("GET", SESSION, 200, JSON, "", "no JSON"),
        ("GET", SESSION, 200, JSON, None, "no JSON"),
        ("GET", SESSION, 200, JSON, _session()[:-1], "no JSON"),
        ("GET", SESSION, 200, JSON, _session(mediaSessionId=float("nan")), "no JSON"),
        ("GET", SESSION, 200, JSON, "[]", "'object'"),
        ("GET", SESSION, 200, JSON, _session(status="Ended"), "status"),
        ("GET", SESSION, 200, JSON, _session(originatorName=None), "originatorName"),
        ("GET", SESSION, 200, JSON, _session(offer={}), "offer"),
        ("GET", SESSION, 200, JSON, _session(offer={"sdp": "v", "x": 1}), "offer"),
        ("GET", SESSION, 200, JSON, _session(status="Declined"), "offer"),
        ("GET", SESSION, 200, JSON, _session(status="Busy", offer={}), "answer"),
        ("GET", SESSION, 200, JSON, _session(receiverAddress="+12025550102"), "receiverAddress"),
        ("GET", SESSION, 200, JSON, _session(writeId="1"), "writeId"),
        ("GET", SESSION, 200, JSON, _session(locationDetails={"timestamp": "now"}), "timestamp"),
        ("GET", SESSION, 404, JSON, "Not Found", "no JSON"),
        ("GET", SESSION, 404, JSON, '{"message":"Not Found"}', "required"),
        ("GET", SESSION, 404, JSON, _error(NotFound, status=403), "status"),
        ("GET", SESSION, 404, JSON, _error(NotFound, code="GONE"), "code"),
        ("GET", SESSION, 404, JSON, _error(NotFound, message="No."), "error table"),
        ("GET", SESSION, 404, JSON, _error(NotFound, detail="x"), "detail"),
        ("GET", SESSION, 404, JSON, _error(PermissionDenied), "status"),
        ("GET", SESSION, 404, JSON, _error(NotFound, code="IDENTIFIER_NOT_FOUND"), "error table"),
        ("POST", SESSIONS, 404, JSON, _error(NotFound), "code"),
    ],
)
def test_refuses(
    method: str,
    resource: str,
    status: int,
    headers: dict[str, str],
    body: str | None,
    complaint: str,
) -> None:
    with pytest.raises(AssertionError, match=complaint):
        check_response(method, resource, status, headers, body)


@pytest.mark.parametrize(
    "key", ["mediaSessionId", "originatorAddress", "receiverAddress", "status", "offer"]
)
def test_refuses_a_session_without(key: str) -> None:
    body = json.dumps({name: value for name, value in CONNECTED.items() if name != key})

    with pytest.raises(AssertionError, match=key):
        check_response("GET", SESSION, 200, JSON, body)


@pytest.mark.parametrize("error", [NotFound, Internal, PermissionDenied])
def test_lets_pass_errors_of_unknown_paths(error: type[CamaraError]) -> None:
    check_error(error.status, JSON | MALFORMED, _error(error))


@pytest.mark.parametrize(
    ("status", "headers", "body"),
    [
        (403, JSON, _error(NotFound)),
        (404, {}, _error(NotFound)),
        (404, JSON, ""),
        (404, JSON, "{}"),
        (404, JSON, _error(NotFound, detail="x")),
        (404, JSON, _error(NotFound, message="x")),
        (405, JSON, _error(NotFound, status=405)),
        (200, JSON, _session()),
    ],
)
def test_refuses_errors_of_unknown_paths(status: int, headers: dict[str, str], body: str) -> None:
    with pytest.raises(AssertionError, match=f"error {status}"):
        check_error(status, headers, body)


EVENTS = {
    name: document()["components"]["examples"][f"{name}Event"]["value"]
    for name in ("Invitation", "Status", "RegistrationEnds", "SubscriptionEnded")
}

OPTIONAL = {
    "Invitation": {"originatorName", "locationDetails"},
    "Status": {"originatorAddress", "originatorName", "receiverAddress", "offer", "answer"},
    "RegistrationEnds": {"terminationDescription"},
    "SubscriptionEnded": {"terminationDescription"},
}


def _event(name: str, **changes: Any) -> bytes:
    return json.dumps(EVENTS[name] | changes).encode()


def _about(name: str, **changes: Any) -> bytes:
    return _event(name, data=EVENTS[name]["data"] | changes)


@pytest.mark.parametrize("name", EVENTS)
def test_lets_notifications_pass(name: str) -> None:
    data = EVENTS[name]["data"]
    least = {key: value for key, value in data.items() if key not in OPTIONAL[name]}

    assert check_notification(_event(name)) == EVENTS[name]
    assert check_notification(_event(name, data=least))["data"] == least


@pytest.mark.parametrize(
    ("body", "complaint"),
    [
        (b"", "no JSON"),
        (b"[]", "no object"),
        (b"{}", "the type None"),
        (_event("Status", type="session-status"), "the type 'session-status'"),
        (_event("Status", type=EVENTS["Invitation"]["type"], data={}), "required"),
        (_event("Status", id=1), "id"),
        (_event("Status", source=""), "source"),
        (_event("Status", specversion="0.3"), "specversion"),
        (_event("Status", datacontenttype="text/plain"), "datacontenttype"),
        (_event("Status", time="2026-01-31T12:00:00"), "time"),
        (_event("Status", subject="x"), "subject"),
        (_about("Status", writeId="x"), "writeId"),
        (_about("Status", status="Ended"), "status"),
        (_about("Status", originatorName=None), "originatorName"),
        (_about("Status", answer={}), "answer"),
        (_about("Status", sequenceNumber=0), "sequenceNumber"),
        (_about("Invitation", locationDetails={"x": 1}), "locationDetails"),
        (_about("RegistrationEnds", terminationReason="SUBSCRIPTION_EXPIRED"), "Reason"),
        (_about("RegistrationEnds", mediaSessionId="1"), "mediaSessionId"),
        (_about("SubscriptionEnded", terminationReason="REGISTRATION_EXPIRED"), "Reason"),
    ],
)
def test_refuses_notifications(body: bytes, complaint: str) -> None:
    with pytest.raises(AssertionError, match=complaint):
        check_notification(body)


@pytest.mark.parametrize("name", EVENTS)
def test_refuses_a_notification_without_any_of_what_it_needs(name: str) -> None:
    for key in EVENTS[name].keys() - {"type"}:
        event = {kept: value for kept, value in EVENTS[name].items() if kept != key}
        with pytest.raises(AssertionError, match=key):
            check_notification(json.dumps(event).encode())
    for key in EVENTS[name]["data"].keys() - OPTIONAL[name]:
        data = {kept: value for kept, value in EVENTS[name]["data"].items() if kept != key}
        with pytest.raises(AssertionError, match=key):
            check_notification(_event(name, data=data))
