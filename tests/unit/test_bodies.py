from typing import Any

import pytest

from call_handling.bodies import MediaSessionCreate, MediaSessionStatusChange
from call_handling.call import Change
from call_handling.status import Status
from camara.errors import (
    CalltypeEmergencyNotSupported,
    InvalidArgument,
    InvalidTokenContext,
    OutOfRange,
)
from tests.support.builders import ALICE, BOB, NOW, OFFER, a_call_request, a_location

ELLIPSOID = {
    "latitude": 1,
    "longitude": 2,
    "zAxis": 3,
    "semiMajorAxis": 4,
    "semiMinorAxis": 5,
    "verticalAxis": 6,
    "orientation": 7,
}


def parse(**changes: Any) -> MediaSessionCreate:
    return MediaSessionCreate.parse(a_call_request(**changes))


def located(**coordinates: Any) -> dict[str, Any]:
    circle = {"latitude": 0, "longitude": 0, "radius": 0} | coordinates
    return {"locationDetails": a_location(coordinates=circle)}


def test_unknown_properties_are_ignored() -> None:
    assert parse(future={"x": None}, offer={"sdp": OFFER, "type": "offer"}) == parse()


@pytest.mark.parametrize(
    "changes",
    [
        pytest.param({"originatorAddress": None}, id="no originator"),
        pytest.param({"receiverAddress": None}, id="no receiver"),
        pytest.param({"offer": None}, id="no offer"),
        pytest.param({"offer": {}}, id="no sdp"),
        pytest.param({"offer": {"sdp": ""}}, id="empty sdp"),
        pytest.param({"offer": {"sdp": 7}}, id="sdp no text"),
        pytest.param({"offer": OFFER}, id="offer no object"),
        pytest.param({"offer": {"sdp": "\ud800"}}, id="a lone surrogate"),
        pytest.param({"answer": {"sdp": OFFER}}, id="an answer"),
        pytest.param({"status": "Initial"}, id="a status"),
        pytest.param({"originatorName": 7}, id="name no text"),
        pytest.param({"callType": "VIDEO"}, id="unknown callType"),
        pytest.param({"receiverAddress": f"tel:{ALICE}"}, id="calls itself"),
        pytest.param(
            {"receiverAddress": f"sip:{ALICE}@ims.example.com"}, id="calls itself, otherwise spelt"
        ),
        pytest.param({"receiverAddress": "sip:anonymous@anonymous.invalid"}, id="nobody"),
        pytest.param({"receiverAddress": "SIP:+12025550102@x.example"}, id="outside the pattern"),
        pytest.param({"receiverAddress": "tel:+12025550102\n"}, id="pattern, then a newline"),
        pytest.param({"receiverAddress": "tel:12025550102"}, id="local without a context"),
        pytest.param({"locationDetails": a_location(shape="Square")}, id="unknown shape"),
        pytest.param({"locationDetails": a_location(shape="Ellipsoid")}, id="another shape"),
        pytest.param({"locationDetails": a_location(timestamp="yesterday")}, id="no time"),
        pytest.param(
            {"locationDetails": a_location(timestamp="2026-02-30T00:00:00Z")}, id="no such day"
        ),
        pytest.param(
            {"locationDetails": a_location(timestamp="2026-02-03T00:00:00")}, id="time, no zone"
        ),
        pytest.param(located(**ELLIPSOID), id="a circle and an ellipsoid"),
        pytest.param({"receiverAddress": "tel:" + "x" * 300}, id="long and malformed"),
        pytest.param(located(latitude="1"), id="latitude no number"),
        pytest.param(located(latitude=True), id="latitude a truth"),
        pytest.param(located(latitude=float("inf")), id="latitude 1e999"),
        pytest.param(located(latitude=10**400), id="latitude beyond any float"),
        pytest.param({"offer": {}, **located(latitude=91)}, id="malformed and out of range"),
    ],
)
def test_malformed_is_invalid(changes: dict[str, Any]) -> None:
    with pytest.raises(InvalidArgument):
        parse(**changes)


@pytest.mark.parametrize("name", ["originatorName", "callType", "locationDetails", "answer"])
def test_null_is_no_value(name: str) -> None:
    with pytest.raises(InvalidArgument):
        MediaSessionCreate.parse(a_call_request() | {name: None})


@pytest.mark.parametrize(
    "changes",
    [
        {"offer": {"sdp": "x" * 65_537}},
        {"originatorName": "x" * 257},
        {"locationDetails": a_location(timestamp="2026-01-02T03:04:05." + "0" * 50 + "Z")},
        {"receiverAddress": "sip:" + "a" * 250 + "@ims.example.com"},
        located(latitude=91),
        located(latitude=-90.1),
        located(longitude=180.5),
        located(radius=-1),
        {"locationDetails": a_location(confidence={"value": 101})},
        {
            "locationDetails": a_location(
                shape="Ellipsoid", coordinates=ELLIPSOID | {"orientation": 361}
            )
        },
    ],
    ids=lambda changes: repr(changes)[-40:],
)
def test_well_formed_but_too_much_is_out_of_range(changes: dict[str, Any]) -> None:
    with pytest.raises(OutOfRange):
        parse(**changes)


def test_what_just_fits_is_taken() -> None:
    parse(offer={"sdp": "x" * 65_536}, originatorName="é" * 256, **located(latitude=-90))
    parse(locationDetails=a_location(shape="Ellipsoid", coordinates=ELLIPSOID))
    parse(locationDetails={})


@pytest.mark.parametrize(
    "changes",
    [
        {"callType": "EMERGENCY"},
        {"receiverAddress": "urn:service:sos"},
        {"receiverAddress": "urn:service:sos.police"},
    ],
)
def test_emergency_calls_are_not_supported(changes: dict[str, Any]) -> None:
    with pytest.raises(CalltypeEmergencyNotSupported):
        parse(**changes).require_regular_call()


def test_the_receiver_of_the_subscribers_call() -> None:
    assert parse().receiver_for(ALICE) == BOB
    assert parse(originatorAddress=f"sip:{ALICE}@ims.example.com").receiver_for(ALICE) == BOB


def test_nobody_calls_in_the_name_of_another() -> None:
    with pytest.raises(InvalidTokenContext):
        parse().receiver_for(BOB)


def test_anonymous_is_the_subscriber_in_disguise() -> None:
    anonymous = parse(originatorAddress="sip:anonymous@anonymous.invalid")

    assert anonymous.receiver_for(ALICE) == BOB
    with pytest.raises(InvalidArgument):
        anonymous.receiver_for(BOB)


def test_a_location_without_a_time_was_measured_now() -> None:
    location = a_location()
    del location["timestamp"]

    media = parse(locationDetails=location).media("an actor", NOW)

    assert media.locations == {"an actor": location | {"timestamp": "2027-01-15T08:00:00Z"}}


def test_a_status_change() -> None:
    body = {"status": "Connected", "answer": {"sdp": "a"}, "originatorAddress": 7}

    change = MediaSessionStatusChange.parse(body).change(None, NOW)

    assert change == Change(Status.CONNECTED, answer="a")


def test_a_status_change_names_the_device_that_its_header_names() -> None:
    change = MediaSessionStatusChange.parse({"status": "Ringing"}).change("registration-1", NOW)

    assert change.registration_id == "registration-1"


@pytest.mark.parametrize("body", [{}, {"status": "connected"}, {"status": 1}, {"status": None}])
def test_a_status_change_needs_a_status_of_camara(body: dict[str, Any]) -> None:
    with pytest.raises(InvalidArgument):
        MediaSessionStatusChange.parse(body)
