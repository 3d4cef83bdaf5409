"""Code and document agree on which request bodies are good, and how bad the others are."""

from collections.abc import Callable
from copy import deepcopy
from typing import Any

import pytest

from call_handling.bodies import MediaSessionCreate, MediaSessionStatusChange
from camara.errors import (
    CamaraError,
    InvalidArgument,
    InvalidCredential,
    InvalidProtocol,
    InvalidToken,
    OutOfRange,
)
from camara.request import MAX_BODY_BYTES
from events.bodies import MAX_TOKEN_LENGTH, SubscriptionRequest, SubscriptionUpdateRequest
from registration.bodies import RegSessionRequest, RegSessionUpdate
from tests.support.contract import validator
from tests.support.openapi import document, operations, schema

type Parse = Callable[[dict[str, Any]], object]
type Change = tuple[tuple[str, ...], Any]
"""A path into the body, and the value to put there."""

ABSENT = object()
CREATE = document()["components"]["examples"]["LocatedCall"]["value"]
CIRCLE = {"latitude": 0, "longitude": 0, "radius": 0}
UPDATE = document()["components"]["examples"]["ShareLocation"]["value"] | {
    "offer": {"sdp": "v=0"},
    "answer": {"sdp": "v=0"},
}

GOOD_CREATES: list[Change] = [
    (("originatorName",), "x" * 256),
    (("receiverName",), ""),
    (("offer", "sdp"), "x"),
    (("offer", "sdp"), "x" * 65_536),
    (("callType",), ABSENT),
    (("callType",), "EMERGENCY"),
    (("locationDetails",), ABSENT),
    (("locationDetails",), {}),
    (("locationDetails", "shape"), ABSENT),
    (("locationDetails", "coordinates"), ABSENT),
    (("locationDetails", "coordinates", "latitude"), 90),
    (("locationDetails", "coordinates", "latitude"), -90),
    (("locationDetails", "coordinates", "longitude"), 180),
    (("locationDetails", "coordinates", "longitude"), -180),
    (("locationDetails", "coordinates", "zAxis"), -400.5),
    (("locationDetails", "coordinates", "orientation"), 360),
    (("locationDetails", "confidence"), {"pdf": "uniform", "value": 100}),
    (("locationDetails", "confidence"), {"value": 0}),
    (("locationDetails", "timestamp"), "2026-01-31T13:00:00.123456789+01:00"),
    (("unknown",), {"whatever": None}),
    (("offer", "unknown"), 1),
]
MALFORMED_CREATES: list[Change] = [
    (("originatorAddress",), ABSENT),
    (("receiverAddress",), ABSENT),
    (("receiverAddress",), None),
    (("originatorName",), None),
    (("originatorName",), 1),
    (("offer",), ABSENT),
    (("offer",), "v=0"),
    (("offer",), []),
    (("offer", "sdp"), ABSENT),
    (("offer", "sdp"), ""),
    (("offer", "sdp"), None),
    (("answer",), {"sdp": "v=0"}),
    (("status",), "Initial"),
    (("callType",), "regular"),
    (("locationDetails",), []),
    (("locationDetails", "shape"), "Square"),
    (("locationDetails", "coordinates"), {}),
    (("locationDetails", "coordinates"), {"latitude": 0, "longitude": 0}),
    (("locationDetails", "coordinates", "orientation"), ABSENT),
    (("locationDetails", "coordinates", "latitude"), "38.9"),
    (("locationDetails", "coordinates", "latitude"), True),
    (("locationDetails", "method"), "Guess"),
    (("locationDetails", "confidence", "pdf"), "poisson"),
    (("locationDetails", "timestamp"), "2026-01-31"),
    (("locationDetails", "timestamp"), "2026-01-31T12:00:00"),
    (("locationDetails", "timestamp"), "2026-02-30T12:00:00Z"),
    (("locationDetails", "timestamp"), 1_769_860_800),
]
OUT_OF_RANGE_CREATES: list[Change] = [
    (("originatorAddress",), f"sip:{'a' * 256}@example.com"),
    (("originatorName",), "x" * 257),
    (("receiverName",), "x" * 257),
    (("offer", "sdp"), "x" * 65_537),
    (("locationDetails", "coordinates", "latitude"), 91),
    (("locationDetails", "coordinates", "latitude"), -90.1),
    (("locationDetails", "coordinates", "longitude"), 180.1),
    (("locationDetails", "coordinates", "longitude"), -181),
    (("locationDetails", "coordinates", "semiMajorAxis"), -1),
    (("locationDetails", "coordinates", "semiMinorAxis"), -1),
    (("locationDetails", "coordinates", "verticalAxis"), -1),
    (("locationDetails", "coordinates", "orientation"), 361),
    (("locationDetails", "coordinates", "orientation"), -1),
    (("locationDetails", "confidence", "value"), 100.5),
    (("locationDetails", "confidence", "value"), -1),
    (("locationDetails", "timestamp"), f"2026-01-31T12:00:00.{'0' * 50}Z"),
]

GOOD_UPDATES: list[Change] = [
    *((("status",), status) for status in schema("SessionStatus")["enum"]),
    (("offer",), ABSENT),
    (("answer",), ABSENT),
    (("locationDetails",), ABSENT),
    (("locationDetails", "coordinates", "radius"), 0),
    (("unknown",), []),
]
MALFORMED_UPDATES: list[Change] = [
    (("status",), ABSENT),
    (("status",), None),
    (("status",), "ringing"),
    (("status",), "RINGING"),
    (("status",), ["Ringing"]),
    (("answer",), None),
    (("answer", "sdp"), ""),
    (("locationDetails", "coordinates", "radius"), ABSENT),
]
OUT_OF_RANGE_UPDATES: list[Change] = [
    (("answer", "sdp"), "x" * 65_537),
    (("offer", "sdp"), "x" * 65_537),
    (("locationDetails", "coordinates", "radius"), -1),
    (("locationDetails", "coordinates", "latitude"), 91),
]

REGISTER = document()["components"]["examples"]["DeviceWithExpiry"]["value"]
REFRESH = document()["components"]["examples"]["RefreshWithExpiry"]["value"]
GOOD_EXPIRIES: list[Change] = [
    (("registrationExpireTime",), ABSENT),
    (("registrationExpireTime",), "2026-01-31T13:00:00.123456789+01:00"),
    (("registrationExpireTime",), "9999-12-31T23:59:59-23:59"),
    (("registrationExpireTime",), "0001-01-01T00:00:00Z"),
    (("unknown",), None),
]
MALFORMED_EXPIRIES: list[Change] = [
    (("registrationExpireTime",), None),
    (("registrationExpireTime",), ""),
    (("registrationExpireTime",), 1_769_860_800),
    (("registrationExpireTime",), "2026-01-31"),
    (("registrationExpireTime",), "2026-01-31T13:00:00"),
    (("registrationExpireTime",), "2026-02-30T13:00:00Z"),
    (("registrationExpireTime",), "2026-01-31T25:00:00Z"),
    (("registrationExpireTime",), "2026-01-31T13:00:00+24:00"),
    (("registrationExpireTime",), "2026-01-31T13:00:00+01:60"),
    (("registrationExpireTime",), "\u0662026-01-31T13:00:00Z"),
]
OUT_OF_RANGE_EXPIRIES: list[Change] = [
    (("registrationExpireTime",), f"2026-01-31T13:00:00.{'0' * 50}Z"),
]
DEVICE = "7D444840-9dc0-41d1-b245-5ffdce74fad2"
GOOD_DEVICES: list[Change] = [
    (("deviceId",), DEVICE),
    (("deviceId",), "00000000-0000-0000-0000-000000000000"),
]
MALFORMED_DEVICES: list[Change] = [
    (("deviceId",), ABSENT),
    (("deviceId",), None),
    (("deviceId",), ""),
    (("deviceId",), 7),
    (("deviceId",), DEVICE.replace("-", "")),
    (("deviceId",), f"{{{DEVICE}}}"),
    (("deviceId",), f"urn:uuid:{DEVICE}"),
    (("deviceId",), f"{DEVICE}0"),
    (("deviceId",), DEVICE.replace("7", "g")),
    (("deviceId",), DEVICE.replace("7", "\u0667")),
    (("phoneNumber",), "+12025550101"),
    (("phoneNumber",), None),
    (("regInfo",), {}),
]

SUBSCRIBE = deepcopy(
    document()["components"]["examples"]["SubscribeToStatuses"]["value"]
    | {"sinkCredential": document()["components"]["examples"]["UpdateSubscription"]["value"]}
)
SUBSCRIBE["sinkCredential"] = SUBSCRIBE["sinkCredential"]["sinkCredential"]
SUBSCRIBE["config"]["initialEvent"] = False
UPDATE_SUBSCRIPTION = document()["components"]["examples"]["UpdateSubscription"]["value"]
TYPES = schema("SubscriptionEventType")["enum"]
EXPIRIES = (("config", "subscriptionExpireTime"), ("sinkCredential", "accessTokenExpiresUtc"))
GOOD_CREDENTIALS: list[Change] = [
    (("sinkCredential",), ABSENT),
    (("sinkCredential", "unknown"), None),
    (("sinkCredential", "accessToken"), "x"),
    (("sinkCredential", "accessToken"), "x" * MAX_TOKEN_LENGTH),
    (("sinkCredential", "accessToken"), "Az09-._~+/=="),
    (("config", "subscriptionExpireTime"), ABSENT),
    *((path, "2026-01-31T13:00:00.123456789+01:00") for path in EXPIRIES),
]
MALFORMED_CREDENTIALS: list[Change] = [
    (("sinkCredential",), None),
    (("sinkCredential",), "made-up-sink-token"),
    (("sinkCredential",), {}),
    (("sinkCredential", "credentialType"), ABSENT),
    (("sinkCredential", "credentialType"), None),
    (("sinkCredential", "credentialType"), 1),
    (("sinkCredential", "accessTokenType"), ABSENT),
    (("sinkCredential", "accessTokenType"), ["bearer"]),
    (("sinkCredential", "accessTokenExpiresUtc"), ABSENT),
    (("sinkCredential", "accessToken"), ABSENT),
    (("sinkCredential", "accessToken"), None),
    (("sinkCredential", "accessToken"), 1),
    *(
        (("sinkCredential", "accessToken"), token)
        for token in ("", "=", "a=b", "a b", "a\tb", "\u00e9", "\u0663", "a,b", '"a"', " a")
    ),
    (("config",), None),
    (("config",), []),
    *(
        (path, time)
        for path in EXPIRIES
        for time in (None, 1_769_860_800, "", "2026-01-31T13:00:00", "2026-02-30T13:00:00Z")
    ),
]
OUT_OF_RANGE_CREDENTIALS: list[Change] = [
    (("sinkCredential", "accessToken"), "x" * (MAX_TOKEN_LENGTH + 1)),
    *((path, f"2026-01-31T13:00:00.{'0' * 50}Z") for path in EXPIRIES),
]
GOOD_SUBSCRIPTIONS: list[Change] = [
    *((("types",), [event_type]) for event_type in TYPES),
    (("types",), TYPES[:2]),
    (("types",), TYPES),
    (("sink",), f"https://app.example.com/{'x' * 1000}"),
    (("config", "subscriptionDetail", "deviceId"), DEVICE),
    (("config", "subscriptionDetail", "unknown"), 1),
    (("config", "subscriptionMaxEvents"), ABSENT),
    (("config", "subscriptionMaxEvents"), 1),
    (("config", "subscriptionMaxEvents"), 1_000_000),
    (("config", "initialEvent"), ABSENT),
    (("config", "initialEvent"), True),
    (("config", "unknown"), None),
    (("unknown",), None),
    (("protocolSettings",), {"headers": {}, "method": "POST"}),
]
MALFORMED_SUBSCRIPTIONS: list[Change] = [
    *(((name,), ABSENT) for name in ("protocol", "sink", "types", "config")),
    *(((name,), None) for name in ("protocol", "sink", "types", "config")),
    (("protocol",), 1),
    (("sink",), 1),
    (("types",), []),
    (("types",), TYPES[0]),
    (("types",), [None]),
    (("types",), [TYPES[0], TYPES[0]]),
    (("types",), [*TYPES, TYPES[0]]),
    (("types",), [TYPES[0], "org.camaraproject.webrtc-events.v0.call-ended"]),
    (("types",), ["org.camaraproject.webrtc-events.v0.subscription-ended"]),
    (("types",), ["session-status"]),
    (("types",), [TYPES[0].upper()]),
    (("config", "subscriptionDetail"), ABSENT),
    (("config", "subscriptionDetail"), {}),
    (("config", "subscriptionDetail"), DEVICE),
    (("config", "subscriptionDetail", "deviceId"), "device-1"),
    (("config", "subscriptionDetail", "deviceId"), None),
    (("config", "subscriptionMaxEvents"), None),
    (("config", "subscriptionMaxEvents"), "5"),
    (("config", "subscriptionMaxEvents"), 1.5),
    (("config", "subscriptionMaxEvents"), True),
    (("config", "initialEvent"), None),
    (("config", "initialEvent"), "true"),
    (("config", "initialEvent"), 1),
]
OUT_OF_RANGE_SUBSCRIPTIONS: list[Change] = [
    (("sink",), f"https://app.example.com/{'x' * 1001}"),
    (("config", "subscriptionMaxEvents"), 0),
    (("config", "subscriptionMaxEvents"), -1),
    (("config", "subscriptionMaxEvents"), 1_000_001),
    (("config", "subscriptionMaxEvents"), 10**40),
]
CODES_OF_THEIR_OWN: list[tuple[Change, type[CamaraError]]] = [
    ((("protocol",), "MQTT5"), InvalidProtocol),
    ((("protocol",), "http"), InvalidProtocol),
    ((("protocol",), ""), InvalidProtocol),
    ((("sinkCredential", "credentialType"), "PLAIN"), InvalidCredential),
    ((("sinkCredential",), {"credentialType": "PLAIN", "identifier": "x"}), InvalidCredential),
    ((("sinkCredential", "credentialType"), "accesstoken"), InvalidCredential),
    (
        (("sinkCredential",), {"accessTokenType": "mac", "credentialType": "PLAIN"}),
        InvalidCredential,
    ),
    ((("sinkCredential", "accessTokenType"), "mac"), InvalidToken),
    ((("sinkCredential", "accessTokenType"), "Bearer"), InvalidToken),
    (
        (("sinkCredential",), {"credentialType": "ACCESSTOKEN", "accessTokenType": "DPoP"}),
        InvalidToken,
    ),
]
CLOSED: list[Change] = [
    (("unknown",), 1),
    (("sink",), "https://app.example.com/"),
    (("types",), TYPES[:1]),
    (("protocol",), "HTTP"),
    (("id",), "1"),
    (("config", "subscriptionDetail"), {"deviceId": DEVICE}),
    (("config", "subscriptionMaxEvents"), 5),
    (("config", "initialEvent"), True),
    (("config", "unknown"), 1),
]


def _changed(body: dict[str, Any], change: Change) -> dict[str, Any]:
    changed = deepcopy(body)
    (*path, name), value = change
    inner = changed
    for step in path:
        inner = inner.setdefault(step, {})
    if value is ABSENT:
        del inner[name]
    else:
        inner[name] = value
    return changed


def _name(change: Change) -> str:
    path, value = change
    return f"{'.'.join(path)}={'ABSENT' if value is ABSENT else str(value)[:40]}"


@pytest.mark.parametrize("change", GOOD_CREATES, ids=_name)
def test_good_creates(change: Change) -> None:
    _expect_good("MediaSessionCreate", MediaSessionCreate.parse, _changed(CREATE, change))


@pytest.mark.parametrize("change", MALFORMED_CREATES, ids=_name)
def test_malformed_creates(change: Change) -> None:
    body = _changed(CREATE, change)
    _expect_bad("MediaSessionCreate", MediaSessionCreate.parse, body, InvalidArgument)


@pytest.mark.parametrize("change", OUT_OF_RANGE_CREATES, ids=_name)
def test_creates_out_of_range(change: Change) -> None:
    body = _changed(CREATE, change)
    _expect_bad("MediaSessionCreate", MediaSessionCreate.parse, body, OutOfRange)


@pytest.mark.parametrize("change", GOOD_UPDATES, ids=_name)
def test_good_updates(change: Change) -> None:
    body = _changed(UPDATE, change)
    _expect_good("MediaSessionStatusChange", MediaSessionStatusChange.parse, body)


@pytest.mark.parametrize("change", MALFORMED_UPDATES, ids=_name)
def test_malformed_updates(change: Change) -> None:
    body = _changed(UPDATE, change)
    _expect_bad("MediaSessionStatusChange", MediaSessionStatusChange.parse, body, InvalidArgument)


@pytest.mark.parametrize("change", OUT_OF_RANGE_UPDATES, ids=_name)
def test_updates_out_of_range(change: Change) -> None:
    body = _changed(UPDATE, change)
    _expect_bad("MediaSessionStatusChange", MediaSessionStatusChange.parse, body, OutOfRange)


@pytest.mark.parametrize("change", GOOD_EXPIRIES + GOOD_DEVICES, ids=_name)
def test_good_registrations(change: Change) -> None:
    _expect_good("RegSessionRequest", RegSessionRequest.parse, _changed(REGISTER, change))


@pytest.mark.parametrize("change", MALFORMED_EXPIRIES + MALFORMED_DEVICES, ids=_name)
def test_malformed_registrations(change: Change) -> None:
    body = _changed(REGISTER, change)
    _expect_bad("RegSessionRequest", RegSessionRequest.parse, body, InvalidArgument)


@pytest.mark.parametrize("change", OUT_OF_RANGE_EXPIRIES, ids=_name)
def test_registrations_out_of_range(change: Change) -> None:
    body = _changed(REGISTER, change)
    _expect_bad("RegSessionRequest", RegSessionRequest.parse, body, OutOfRange)


@pytest.mark.parametrize("change", GOOD_EXPIRIES, ids=_name)
def test_good_refreshes(change: Change) -> None:
    _expect_good("RegSessionUpdate", RegSessionUpdate.parse, _changed(REFRESH, change))


@pytest.mark.parametrize("change", MALFORMED_EXPIRIES, ids=_name)
def test_malformed_refreshes(change: Change) -> None:
    body = _changed(REFRESH, change)
    _expect_bad("RegSessionUpdate", RegSessionUpdate.parse, body, InvalidArgument)


@pytest.mark.parametrize("change", OUT_OF_RANGE_EXPIRIES, ids=_name)
def test_refreshes_out_of_range(change: Change) -> None:
    body = _changed(REFRESH, change)
    _expect_bad("RegSessionUpdate", RegSessionUpdate.parse, body, OutOfRange)


@pytest.mark.parametrize("change", GOOD_CREDENTIALS + GOOD_SUBSCRIPTIONS, ids=_name)
def test_good_subscriptions(change: Change) -> None:
    body = _changed(SUBSCRIBE, change)
    _expect_good("SubscriptionRequest", SubscriptionRequest.parse, body)


@pytest.mark.parametrize("change", MALFORMED_CREDENTIALS + MALFORMED_SUBSCRIPTIONS, ids=_name)
def test_malformed_subscriptions(change: Change) -> None:
    body = _changed(SUBSCRIBE, change)
    _expect_bad("SubscriptionRequest", SubscriptionRequest.parse, body, InvalidArgument)


@pytest.mark.parametrize("change", OUT_OF_RANGE_CREDENTIALS + OUT_OF_RANGE_SUBSCRIPTIONS, ids=_name)
def test_subscriptions_out_of_range(change: Change) -> None:
    body = _changed(SUBSCRIBE, change)
    _expect_bad("SubscriptionRequest", SubscriptionRequest.parse, body, OutOfRange)


@pytest.mark.parametrize(("change", "error"), CODES_OF_THEIR_OWN)
def test_what_has_a_code_of_its_own(change: Change, error: type[CamaraError]) -> None:
    body = _changed(SUBSCRIBE, change)
    _expect_bad("SubscriptionRequest", SubscriptionRequest.parse, body, error)
    _expect_bad("SubscriptionRequest", SubscriptionRequest.parse, body | {"types": []}, error)


@pytest.mark.parametrize("change", [((), {}), *GOOD_CREDENTIALS], ids=_name)
def test_good_subscription_updates(change: Change) -> None:
    body = _changed(UPDATE_SUBSCRIPTION, change) if change[0] else {}
    _expect_good("SubscriptionUpdateRequest", SubscriptionUpdateRequest.parse, body)


@pytest.mark.parametrize("change", MALFORMED_CREDENTIALS + CLOSED, ids=_name)
def test_malformed_subscription_updates(change: Change) -> None:
    body = _changed(UPDATE_SUBSCRIPTION, change)
    _expect_bad("SubscriptionUpdateRequest", SubscriptionUpdateRequest.parse, body, InvalidArgument)


@pytest.mark.parametrize("change", OUT_OF_RANGE_CREDENTIALS, ids=_name)
def test_subscription_updates_out_of_range(change: Change) -> None:
    body = _changed(UPDATE_SUBSCRIPTION, change)
    _expect_bad("SubscriptionUpdateRequest", SubscriptionUpdateRequest.parse, body, OutOfRange)


@pytest.mark.parametrize("parse", [MediaSessionCreate.parse, MediaSessionStatusChange.parse])
def test_malformed_weighs_more_than_out_of_range(parse: Parse) -> None:
    location = {"coordinates": CIRCLE | {"latitude": 91, "radius": "wide"}}

    with pytest.raises(InvalidArgument):
        parse(CREATE | {"status": "Ringing", "locationDetails": location})


def test_the_document_bounds_the_size() -> None:
    bodies = [
        operation["requestBody"] for operation in operations().values() if _has_body(operation)
    ]

    assert len(bodies) == 6
    for body in bodies:
        assert f"{MAX_BODY_BYTES // 1024} KiB" in body["description"]


def _has_body(operation: dict[str, Any]) -> bool:
    return "requestBody" in operation


def _expect_good(schema_name: str, parse: Parse, body: dict[str, Any]) -> None:
    validator(schema(schema_name)).validate(body)
    parse(body)


def _expect_bad(
    schema_name: str, parse: Parse, body: dict[str, Any], error: type[CamaraError]
) -> None:
    assert not validator(schema(schema_name)).is_valid(body)
    with pytest.raises(error):
        parse(body)
