"""What CAMARA says of each property, and what this project adds, held against the document.

A schema is written ``Name``, its property ``Name.property``. Source: CAMARA WebRTC Call Handling
and WebRTC Registration, on the way to 0.4.0 (June 2026).
"""

from typing import Any

import pytest

from tests.support.openapi import schema

STRING_256 = {"type": "string", "maxLength": 256}
FLOAT = {"type": "number", "format": "float"}
NUMBER = {"type": "number"}
TIME = {"type": "string", "format": "date-time", "maxLength": 64}

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
    "ErrorInfo": {"type": "object", "required": ["status", "code", "message"]},
    "ErrorInfo.status": {"type": "integer", "format": "int32", "minimum": 100, "maximum": 599},
    "ErrorInfo.code": {"type": "string", "maxLength": 96},
    "ErrorInfo.message": {"type": "string", "maxLength": 512},
}

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
    "MediaSessionResponse.offer": "WrtcSdpDescriptor",
    "MediaSessionResponse.answer": "WrtcSdpDescriptor",
    "MediaSessionResponse.locationDetails": "LocationDetails",
    "RegSessionResponse.regInfo": "RegistrationInformation",
    "RegistrationInformation.phoneNumber": "PhoneNumber",
    "RegistrationInformation.regStatus": "RegistrationStatus",
}

# Checked by other tests: the properties themselves, alternatives, prose.
NO_CONSTRAINTS = {"properties", "oneOf", "not", "description", "example"}
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
    expected = {known.rpartition(".") for known in CAMARA.keys() | SHARED.keys()}

    assert set(_find(name)["properties"]) == {
        property_ for owner, _, property_ in expected if owner == name
    }


@pytest.mark.parametrize("name", SHARED)
def test_the_same_thing_has_one_schema(name: str) -> None:
    assert _find(name) == schema(SHARED[name])


def test_coordinates_are_a_circle_or_an_ellipsoid() -> None:
    assert _find("LocationDetails.coordinates")["oneOf"] == [
        schema("CircleCoordinates"),
        schema("EllipsoidCoordinates"),
    ]
