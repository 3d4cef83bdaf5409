"""What CAMARA says of each property, and what this project adds, held against the document.

A schema is written ``Name``, its property ``Name.property``. Source: CAMARA WebRTC Call Handling
and WebRTC Registration, on the way to 0.4.0, and WebRTC Events, on the way to 0.3.0 (June 2026).
"""

from typing import Any

import pytest

from camara.scope import EventType
from notifications.subscription import TerminationReason
from tests.support.openapi import raw_document, schema

STRING_256 = {"type": "string", "maxLength": 256}
FLOAT = {"type": "number", "format": "float"}
NUMBER = {"type": "number"}
TIME = {"type": "string", "format": "date-time", "maxLength": 64}

INT32 = {"type": "integer", "format": "int32"}
EVENTS = "org.camaraproject.webrtc-events-subscriptions.v0."
EVENT_TYPES = ("session-status", "session-invitation", "registration-ends")
EVENTS_OF = {
    "EventSessionInvitation": ("session-invitation", "MediaSessionInvite"),
    "EventSessionStatus": ("session-status", "MediaSessionStatusUpdate"),
    "EventRegistrationEnds": ("registration-ends", "RegistrationEnds"),
    "EventSubscriptionEnded": ("subscription-ended", "SubscriptionEnded"),
}


def _required(*names: str) -> dict[str, Any]:
    return {"required": list(names)}


CAMARA: dict[str, dict[str, Any]] = {
    "XCorrelator": STRING_256 | {"pattern": r"^[a-zA-Z0-9-_:;.\/<>{}]{0,256}$"},
    "MediaSessionCreate": {
        "type": "object",
        "required": ["originatorAddress", "receiverAddress", "offer"],
    },
    "MediaSessionCreate.originatorName": STRING_256,
    "MediaSessionCreate.receiverName": STRING_256,
    "MediaSessionCreate.callType": {"type": "string", "enum": ["REGULAR", "EMERGENCY"]},
    "MediaSessionStatusChange": {"type": "object", "required": ["status"]},
    "MediaSessionResponse": {
        "type": "object",
        "required": ["originatorAddress", "receiverAddress", "status", "offer", "mediaSessionId"],
    },
    "MediaSessionResponse.mediaSessionId": STRING_256,
    "MediaSessionResponse.originatorName": STRING_256,
    "MediaSessionResponse.receiverName": STRING_256,
    "MediaSessionResponse.callType": {"type": "string", "enum": ["REGULAR", "EMERGENCY"]},
    "WrtcSdpDescriptor": {"type": "object"},
    "WrtcSdpDescriptor.sdp": {"type": "string", "maxLength": 65536},
    "LocationDetails": {"type": "object"},
    "LocationDetails.shape": {"type": "string", "enum": ["Circle", "Ellipsoid"]},
    "LocationDetails.coordinates": {},
    "LocationDetails.method": {"type": "string", "enum": ["GPS", "DBH", "DBH_HELO", "Other"]},
    "LocationDetails.confidence": {"type": "object"},
    "LocationDetails.confidence.pdf": {"type": "string", "enum": ["normal", "uniform"]},
    "LocationDetails.confidence.value": {"type": "number", "minimum": 0, "maximum": 100},
    "LocationDetails.timestamp": TIME,
    "CircleCoordinates": {"type": "object", "required": ["latitude", "longitude", "radius"]},
    "CircleCoordinates.latitude": FLOAT,
    "CircleCoordinates.longitude": FLOAT,
    "CircleCoordinates.radius": FLOAT,
    "EllipsoidCoordinates": {
        "type": "object",
        "required": [
            "latitude",
            "longitude",
            "zAxis",
            "semiMajorAxis",
            "semiMinorAxis",
            "verticalAxis",
            "orientation",
        ],
    },
    "EllipsoidCoordinates.latitude": FLOAT,
    "EllipsoidCoordinates.longitude": FLOAT,
    "EllipsoidCoordinates.zAxis": FLOAT,
    "EllipsoidCoordinates.semiMajorAxis": NUMBER,
    "EllipsoidCoordinates.semiMinorAxis": NUMBER,
    "EllipsoidCoordinates.verticalAxis": NUMBER,
    "EllipsoidCoordinates.orientation": NUMBER,
    "RegSessionRequest": {"type": "object", "required": ["deviceId"]},
    "RegSessionRequest.deviceId": {"type": "string", "format": "uuid", "maxLength": 36},
    "RegSessionRequest.registrationExpireTime": TIME,
    "RegSessionUpdate": {"type": "object"},
    "RegSessionUpdate.registrationExpireTime": TIME,
    "RegSessionResponse": {"type": "object", "required": ["registrationId"]},
    "RegSessionResponse.registrationId": STRING_256,
    "RegSessionResponse.expiresAt": TIME,
    "RegistrationInformation": {"type": "object"},
    "RegistrationStatus": {"type": "string", "enum": ["Registered"]},
    "PhoneNumber": {"type": "string", "pattern": r"^\+[1-9][0-9]{4,14}$", "maxLength": 128},
    "Protocol": {"type": "string", "enum": ["HTTP"]},
    "Sink": {"type": "string", "format": "uri", "pattern": r"^https:\/\/.+$", "maxLength": 1024},
    "SubscriptionEventType": {
        "type": "string",
        "enum": [f"{EVENTS}{name}" for name in EVENT_TYPES],
    },
    "SinkCredential": {"type": "object"}
    | _required("credentialType", "accessToken", "accessTokenExpiresUtc", "accessTokenType"),
    "SinkCredential.credentialType": {"type": "string", "enum": ["ACCESSTOKEN"]},
    "SinkCredential.accessToken": {"type": "string", "maxLength": 8192},
    "SinkCredential.accessTokenExpiresUtc": TIME,
    "SinkCredential.accessTokenType": {"type": "string", "enum": ["bearer"]},
    "WebrtcSubscriptionDetail": {"type": "object"} | _required("deviceId"),
    "Config": {"type": "object"} | _required("subscriptionDetail"),
    "Config.subscriptionExpireTime": TIME,
    "Config.subscriptionMaxEvents": INT32 | {"minimum": 1, "maximum": 1_000_000},
    "Config.initialEvent": {"type": "boolean"},
    "SubscriptionRequest": {"type": "object"} | _required("sink", "protocol", "config", "types"),
    "SubscriptionRequest.types": {"type": "array", "minItems": 1, "maxItems": 3},
    "SubscriptionUpdateConfig": {"type": "object", "additionalProperties": False},
    "SubscriptionUpdateConfig.subscriptionExpireTime": TIME,
    "SubscriptionUpdateRequest": {"type": "object", "additionalProperties": False},
    "Subscription": {"type": "object"} | _required("sink", "protocol", "config", "types", "id"),
    "Subscription.types": {"type": "array", "minItems": 1, "maxItems": 1},
    "Subscription.sink": {"type": "string", "format": "uri", "maxLength": 1024},
    "Subscription.id": STRING_256,
    "Subscription.startsAt": TIME,
    "Subscription.expiresAt": TIME,
    "Subscription.status": {"type": "string"},
    "RegistrationEnds": {"type": "object"},
    "RegistrationEnds.registrationId": STRING_256,
    "RegistrationEnds.terminationReason": {
        "type": "string",
        "enum": ["NETWORK_TERMINATED", "REGISTRATION_EXPIRED"],
    },
    "RegistrationEnds.terminationDescription": {"type": "string", "maxLength": 2048},
    "SubscriptionEnded": {"type": "object"} | _required("subscriptionId", "terminationReason"),
    "SubscriptionEnded.subscriptionId": STRING_256,
    "SubscriptionEnded.terminationReason": {
        "type": "string",
        "enum": [
            "MAX_EVENTS_REACHED",
            "NETWORK_TERMINATED",
            "SUBSCRIPTION_EXPIRED",
            "ACCESS_TOKEN_EXPIRED",
            "SUBSCRIPTION_DELETED",
        ],
    },
    "SubscriptionEnded.terminationDescription": {"type": "string", "maxLength": 2048},
    "ErrorInfo": {"type": "object", "required": ["status", "code", "message"]},
    "ErrorInfo.status": {"type": "integer", "format": "int32", "minimum": 100, "maximum": 599},
    "ErrorInfo.code": {"type": "string", "maxLength": 96},
    "ErrorInfo.message": {"type": "string", "maxLength": 512},
}

ID = {"pattern": "^[A-Za-z0-9._~-]+$"}
STRICTER: dict[str, dict[str, Any]] = {
    "WrtcSdpDescriptor": {"required": ["sdp"]},
    "WrtcSdpDescriptor.sdp": {"minLength": 1},
    "MediaSessionResponse.mediaSessionId": {"pattern": "^[A-Za-z0-9._~-]+$"},
    "RegSessionRequest.deviceId": {
        "pattern": "^[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}$"
    },
    "RegSessionResponse": {"required": ["regInfo", "registrationId", "expiresAt"]},
    "RegSessionResponse.registrationId": {"pattern": "^[A-Za-z0-9._~-]+$"},
    "RegistrationInformation": {"required": ["regStatus"]},
    "SinkCredential.accessToken": {"pattern": "^[A-Za-z0-9._~+/-]+=*$"},
    "SubscriptionRequest.types": {"uniqueItems": True},
    "SubscriptionUpdateRequest": {
        "anyOf": [
            {"required": ["sinkCredential"]},
            {
                "required": ["config"],
                "properties": {"config": {"required": ["subscriptionExpireTime"]}},
            },
        ]
    },
    "Subscription": _required(
        "sink", "protocol", "config", "types", "id", "startsAt", "expiresAt", "status"
    ),
    "Subscription.id": ID,
    "Subscription.status": {"enum": ["ACTIVE", "EXPIRED", "INACTIVE"]},
    "RegistrationEnds": _required("subscriptionId", "registrationId", "terminationReason"),
    "RegistrationEnds.registrationId": ID,
    "SubscriptionEnded.subscriptionId": ID,
    "CircleCoordinates.latitude": {"minimum": -90, "maximum": 90},
    "CircleCoordinates.longitude": {"minimum": -180, "maximum": 180},
    "CircleCoordinates.radius": {"minimum": 0},
    "EllipsoidCoordinates.latitude": {"minimum": -90, "maximum": 90},
    "EllipsoidCoordinates.longitude": {"minimum": -180, "maximum": 180},
    "EllipsoidCoordinates.semiMajorAxis": {"minimum": 0},
    "EllipsoidCoordinates.semiMinorAxis": {"minimum": 0},
    "EllipsoidCoordinates.verticalAxis": {"minimum": 0},
    "EllipsoidCoordinates.orientation": {"minimum": 0, "maximum": 360},
}

for _event, (_event_type, _) in EVENTS_OF.items():
    CAMARA |= {
        _event: {"type": "object"} | _required("id", "source", "specversion", "type", "time"),
        f"{_event}.id": STRING_256,
        f"{_event}.source": {"type": "string", "format": "uri-reference"}
        | {"minLength": 1, "maxLength": 2048},
        f"{_event}.type": {"type": "string", "maxLength": 512},
        f"{_event}.specversion": {"type": "string", "enum": ["1.0"]},
        f"{_event}.datacontenttype": {"type": "string", "enum": ["application/json"]},
        f"{_event}.time": TIME,
    }
    STRICTER |= {
        _event: _required("id", "source", "specversion", "type", "time", "datacontenttype", "data"),
        f"{_event}.type": {"enum": [f"{EVENTS}{_event_type}"]},
    }
_EVERY_CHANGE = ("subscriptionId", "mediaSessionId", "status", "reason", "sequenceNumber")
_OF_THE_CALL = ("originatorAddress", "receiverAddress", "offer")
for _data, _more in (("MediaSessionInvite", _OF_THE_CALL), ("MediaSessionStatusUpdate", ())):
    CAMARA |= {
        _data: {"type": "object"},
        f"{_data}.subscriptionId": STRING_256,
        f"{_data}.mediaSessionId": STRING_256,
        f"{_data}.originatorName": STRING_256,
        f"{_data}.receiverName": STRING_256,
        f"{_data}.reason": {"type": "string", "maxLength": 2048},
        f"{_data}.sequenceNumber": INT32 | {"minimum": 1, "maximum": 2**31 - 1},
    }
    STRICTER |= {
        _data: _required(*_EVERY_CHANGE, *_more),
        f"{_data}.subscriptionId": ID,
        f"{_data}.mediaSessionId": ID,
    }

SHARED = {
    "MediaSessionCreate.originatorAddress": "Address",
    "MediaSessionCreate.receiverAddress": "Address",
    "MediaSessionCreate.offer": "WrtcSdpDescriptor",
    "MediaSessionCreate.locationDetails": "LocationDetails",
    "MediaSessionStatusChange.status": "SessionStatus",
    "MediaSessionStatusChange.offer": "WrtcSdpDescriptor",
    "MediaSessionStatusChange.answer": "WrtcSdpDescriptor",
    "MediaSessionStatusChange.locationDetails": "LocationDetails",
    "MediaSessionResponse.originatorAddress": "Address",
    "MediaSessionResponse.receiverAddress": "Address",
    "MediaSessionResponse.status": "SessionStatus",
    "MediaSessionResponse.offer": "OfferShown",
    "MediaSessionResponse.answer": "WrtcSdpDescriptor",
    "MediaSessionResponse.locationDetails": "LocationDetails",
    "RegSessionRequest.phoneNumber": "PhoneNumber",
    "RegSessionResponse.regInfo": "RegistrationInformation",
    "RegistrationInformation.phoneNumber": "PhoneNumber",
    "RegistrationInformation.regStatus": "RegistrationStatus",
    "WebrtcSubscriptionDetail.deviceId": "DeviceId",
    "Config.subscriptionDetail": "WebrtcSubscriptionDetail",
    "SubscriptionRequest.protocol": "Protocol",
    "SubscriptionRequest.sink": "Sink",
    "SubscriptionRequest.sinkCredential": "SinkCredential",
    "SubscriptionRequest.config": "Config",
    "SubscriptionUpdateRequest.sinkCredential": "SinkCredential",
    "SubscriptionUpdateRequest.config": "SubscriptionUpdateConfig",
    "Subscription.protocol": "Protocol",
    "Subscription.config": "Config",
    **{f"{event}.data": data for event, (_, data) in EVENTS_OF.items()},
    **{
        f"{data}.{name}": shared
        for data in ("MediaSessionInvite", "MediaSessionStatusUpdate")
        for name, shared in {
            # CAMARA's events would allow fewer: no local number, and none that begins with 0.
            "originatorAddress": "Address",
            "receiverAddress": "Address",
            "status": "SessionStatus",
            "offer": "WrtcSdpDescriptor",
            "answer": "WrtcSdpDescriptor",
            "locationDetails": "LocationDetails",
        }.items()
    },
}

OURS = {"RegistrationEnds.subscriptionId": "Id"}
"""Properties that CAMARA does not have."""

# Checked by other tests: the properties themselves, alternatives, prose.
NO_CONSTRAINTS = {"properties", "items", "oneOf", "not", "description", "example"}
OBJECTS = [name for name, facts in CAMARA.items() if facts.get("type") == "object"]


def _find(name: str) -> dict[str, Any]:
    base, *path = name.split(".")
    found = schema(base)
    for step in path:
        found = found["properties"][step]
    return found


@pytest.mark.parametrize("name", CAMARA)
def test_constraints_are_camaras_and_the_stricter_ones(name: str) -> None:
    constraints = {key: value for key, value in _find(name).items() if key not in NO_CONSTRAINTS}

    assert constraints == CAMARA[name] | STRICTER.get(name, {})


@pytest.mark.parametrize("name", OBJECTS)
def test_properties_are_camaras(name: str) -> None:
    expected = {known.rpartition(".") for known in CAMARA.keys() | SHARED.keys() | OURS.keys()}

    assert set(_find(name)["properties"]) == {
        property_ for owner, _, property_ in expected if owner == name
    }


@pytest.mark.parametrize("name", SHARED | OURS)
def test_the_same_thing_has_one_schema(name: str) -> None:
    assert _find(name) == schema((SHARED | OURS)[name])


@pytest.mark.parametrize("name", ["SubscriptionRequest.types", "Subscription.types"])
def test_types_are_types_of_events(name: str) -> None:
    assert _find(name)["items"] == schema("SubscriptionEventType")


def test_a_notification_is_one_of_the_events_by_its_type() -> None:
    written = raw_document()["components"]["schemas"]["CloudEvent"]
    expected = {
        f"{EVENTS}{event_type}": f"#/components/schemas/{event}"
        for event, (event_type, _) in EVENTS_OF.items()
    }

    assert written["discriminator"] == {"propertyName": "type", "mapping": expected}
    assert [each["$ref"] for each in written["oneOf"]] == list(expected.values())


def test_the_code_has_camaras_words() -> None:
    types = {f"{EVENTS}{event_type}" for event_type, _ in EVENTS_OF.values()}

    assert {event_type.value for event_type in EventType} == types
    assert {reason.value for reason in TerminationReason} == set(
        _find("SubscriptionEnded.terminationReason")["enum"]
    )


def test_coordinates_are_a_circle_or_an_ellipsoid() -> None:
    assert _find("LocationDetails.coordinates")["oneOf"] == [
        schema("CircleCoordinates"),
        schema("EllipsoidCoordinates"),
    ]
