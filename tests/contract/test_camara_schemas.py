"""Each schema and property of CAMARA's documents, held against ours, with what is stricter here."""

from typing import Any

import pytest

from call_handling.status import Status
from camara.scope import EventType
from notifications.subscription import TerminationReason
from tests.support.camara import OUR_NAMES, PATHS, camara_schemas
from tests.support.openapi import document, raw_document, schema

ID = {"pattern": "^[A-Za-z0-9._~-]+$"}
UUID = {"pattern": "^[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}$"}


def _required(*names: str) -> dict[str, Any]:
    return {"required": list(names)}


STRICTER: dict[str, dict[str, Any]] = {
    "WrtcSdpDescriptor": {"required": ["sdp"]},
    "WrtcSdpDescriptor.sdp": {"minLength": 1},
    "MediaSessionResponse.mediaSessionId": ID,
    "RegSessionRequest.deviceId": UUID,
    "WebrtcSubscriptionDetail.deviceId": UUID,
    "RegSessionResponse": _required("regInfo", "registrationId", "expiresAt"),
    "RegSessionResponse.registrationId": ID,
    "RegistrationInformation": _required("regStatus"),
    "AccessTokenCredential.accessToken": {"pattern": "^[A-Za-z0-9._~+/-]+=*$"},
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
"""What CAMARA leaves open."""

EVENTS = (
    "EventSessionInvitation",
    "EventSessionStatus",
    "EventRegistrationEnds",
    "EventSubscriptionEnded",
)
CALL_DATA = ("MediaSessionInvite", "MediaSessionStatusUpdate")
for _event in EVENTS:
    STRICTER[_event] = _required(
        "id", "source", "specversion", "type", "time", "datacontenttype", "data"
    )
for _data in CALL_DATA:
    STRICTER |= {f"{_data}.subscriptionId": ID, f"{_data}.mediaSessionId": ID}
    STRICTER[_data] = _required(
        *("subscriptionId", "mediaSessionId", "status", "reason", "sequenceNumber"),
        *(("originatorAddress", "receiverAddress", "offer") if "Invite" in _data else ()),
    )

LOOSER = {
    # A sink of the embedded stack may be on loopback, and is shown as it was sent.
    ("Subscription.sink", "pattern"),
}
"""What CAMARA bounds and we do not."""

INSTEAD = {
    "MediaSessionResponse.offer": "OfferShown",
    # CAMARA's events would allow fewer: no local number, and none that begins with 0.
    **{
        f"{data}.{name}": "Address"
        for data in CALL_DATA
        for name in ("originatorAddress", "receiverAddress")
    },
}
"""Properties that have another schema here."""

NOT_HERE = {"MediaSessionCreate.status", "MediaSessionCreate.answer"}
"""Refused: they are of a later stage than a session's creation."""

OURS = {"RegistrationEnds.subscriptionId": "Id"}
"""Properties that CAMARA does not have."""

NO_SCHEMA_OF_OURS = {
    "SubscriptionAsync": "what has been asked for is done when the answer comes",
    "SinkCredential": "there is one kind, and that is the schema",
}
# Checked by other tests: the properties themselves, alternatives, prose.
NO_CONSTRAINTS = {"properties", "items", "oneOf", "not", "description", "example", "$ref"}

CASES = [
    (api, name)
    for api in PATHS
    for name in camara_schemas(api)
    if OUR_NAMES.get(base := name.partition(".")[0], base) in document()["components"]["schemas"]
    and base not in NO_SCHEMA_OF_OURS
    and name not in NOT_HERE
]
every_schema_and_property = pytest.mark.parametrize(("api", "name"), CASES)
every_object = pytest.mark.parametrize(
    ("api", "name"),
    [(api, name) for api, name in CASES if camara_schemas(api)[name].get("type") == "object"],
)


def _find(name: str) -> dict[str, Any]:
    base, *path = name.split(".")
    found = schema(OUR_NAMES.get(base, base))
    for step in path:
        found = found["properties"][step]
    return found


def _constraints(known: dict[str, Any]) -> dict[str, Any]:
    """Return what bounds a value; the order of an ``enum`` does not."""
    return {
        key: sorted(value) if key == "enum" else value
        for key, value in known.items()
        if key not in NO_CONSTRAINTS
    }


def _ours(name: str) -> bool:
    return OUR_NAMES.get(name, name) in document()["components"]["schemas"]


@every_schema_and_property
def test_constraints_are_camaras_and_the_stricter_ones(api: str, name: str) -> None:
    known = camara_schemas(api)[name]

    if name in INSTEAD:
        assert _find(name) == schema(INSTEAD[name])
    elif _ours(known.get("$ref", "")):
        assert _find(name) == _find(known["$ref"])
    else:
        known = camara_schemas(api)[known["$ref"]] if "$ref" in known else known
        looser = {key: value for key, value in known.items() if (name, key) not in LOOSER}
        assert _constraints(_find(name)) == _constraints(looser | STRICTER.get(name, {}))


@every_schema_and_property
def test_parts_are_camaras(api: str, name: str) -> None:
    known = camara_schemas(api)[name]

    if "items" in known:
        assert _find(name)["items"] == _find(known["items"]["$ref"])
    if isinstance(known.get("oneOf"), list):
        assert _find(name)["oneOf"] == [_find(each["$ref"]) for each in known["oneOf"]]


@every_object
def test_properties_are_camaras(api: str, name: str) -> None:
    known = {each.rpartition(".") for each in (camara_schemas(api).keys() - NOT_HERE) | OURS.keys()}

    assert set(_find(name)["properties"]) == {
        property_ for owner, _, property_ in known if owner == name
    }


@pytest.mark.parametrize("name", OURS)
def test_what_camara_does_not_have(name: str) -> None:
    assert _find(name) == schema(OURS[name])


@pytest.mark.parametrize(
    "name", sorted({*STRICTER, *INSTEAD, *OUR_NAMES, *(name for name, _ in LOOSER)})
)
def test_what_is_different_here_is_camaras(name: str) -> None:
    assert name in {known for _, known in CASES}


@pytest.mark.parametrize("api", PATHS)
def test_no_schema_is_left_out_unless_it_is_told_why(api: str) -> None:
    """A schema of a single value may be written where it is used."""
    looked_at = {name for known_api, name in CASES if known_api == api}
    composite = {
        name
        for name, known in camara_schemas(api).items()
        if "." not in name and (known.get("type") == "object" or "oneOf" in known)
    }

    assert composite - looked_at == composite & NO_SCHEMA_OF_OURS.keys()


def test_a_notification_is_one_of_the_events_by_its_type() -> None:
    written = raw_document()["components"]["schemas"]["CloudEvent"]
    [camaras] = (
        {
            event_type: f"#/components/schemas/{known['$ref']}"
            for event_type, known in events.items()
        }
        for events in [camara_schemas("webrtc-events-subscriptions")["CloudEvent"]["oneOf"]]
    )

    assert written["discriminator"] == {"propertyName": "type", "mapping": camaras}
    assert {each["$ref"] for each in written["oneOf"]} == set(camaras.values())


def test_the_code_has_camaras_words() -> None:
    events = camara_schemas("webrtc-events-subscriptions")
    calls = camara_schemas("webrtc-call-handling")

    assert set(EventType) == events["CloudEvent"]["oneOf"].keys()
    assert set(TerminationReason) == set(events["TerminationReason"]["enum"])
    assert set(Status) == set(calls["SessionStatus"]["enum"])
