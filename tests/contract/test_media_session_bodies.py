"""Code and document agree on which bodies of a call are good, and how bad others are."""

import pytest

from call_handling.bodies import MediaSessionCreate, MediaSessionStatusChange
from camara.errors import InvalidArgument, OutOfRange
from tests.support.bodies import ABSENT, Change, Parse, changed, expect_bad, expect_good, name_of
from tests.support.openapi import document, schema

CREATE = document()["components"]["examples"]["LocatedCall"]["value"]
CIRCLE = {"latitude": 0, "longitude": 0, "radius": 0}
UPDATE = document()["components"]["examples"]["ShareLocation"]["value"] | {
    "offer": {"sdp": "v=0"},
    "answer": {"sdp": "v=0"},
}

GOOD_CREATES: list[Change] = [
    (("originatorName",), "x" * 256),
    (("receiverName",), ""),
    (("receiverName",), " "),
    (("receiverName",), "\u0906\u0932\u094d \U0001f600"),
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
    (("originatorName",), "\0"),
    (("originatorName",), "Ali\u202ece"),
    (("receiverName",), "B\u200bob"),
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


@pytest.mark.parametrize("change", GOOD_CREATES, ids=name_of)
def test_good_creates(change: Change) -> None:
    expect_good("MediaSessionCreate", MediaSessionCreate.parse, changed(CREATE, change))


@pytest.mark.parametrize("change", MALFORMED_CREATES, ids=name_of)
def test_malformed_creates(change: Change) -> None:
    body = changed(CREATE, change)
    expect_bad("MediaSessionCreate", MediaSessionCreate.parse, body, InvalidArgument)


@pytest.mark.parametrize("change", OUT_OF_RANGE_CREATES, ids=name_of)
def test_creates_out_of_range(change: Change) -> None:
    body = changed(CREATE, change)
    expect_bad("MediaSessionCreate", MediaSessionCreate.parse, body, OutOfRange)


@pytest.mark.parametrize("change", GOOD_UPDATES, ids=name_of)
def test_good_updates(change: Change) -> None:
    body = changed(UPDATE, change)
    expect_good("MediaSessionStatusChange", MediaSessionStatusChange.parse, body)


@pytest.mark.parametrize("change", MALFORMED_UPDATES, ids=name_of)
def test_malformed_updates(change: Change) -> None:
    body = changed(UPDATE, change)
    expect_bad("MediaSessionStatusChange", MediaSessionStatusChange.parse, body, InvalidArgument)


@pytest.mark.parametrize("change", OUT_OF_RANGE_UPDATES, ids=name_of)
def test_updates_out_of_range(change: Change) -> None:
    body = changed(UPDATE, change)
    expect_bad("MediaSessionStatusChange", MediaSessionStatusChange.parse, body, OutOfRange)


@pytest.mark.parametrize("parse", [MediaSessionCreate.parse, MediaSessionStatusChange.parse])
def test_malformed_weighs_more_than_out_of_range(parse: Parse) -> None:
    location = {"coordinates": CIRCLE | {"latitude": 91, "radius": "wide"}}

    with pytest.raises(InvalidArgument):
        parse(CREATE | {"status": "Ringing", "locationDetails": location})
