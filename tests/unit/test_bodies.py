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
from tests.support.builders import ALICE, BOB, BOB_ACTS, NOW, OFFER, a_call_request, a_location

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
        pytest.param(
            {"receiverAddress": "sip:%61nonymous@anonymous.invalid"}, id="nobody, encoded"
        ),
        pytest.param(
            {"receiverAddress": f"sip:%2B{ALICE[1:]}@x.example"}, id="calls itself, encoded"
        ),
        pytest.param({"receiverAddress": "sip:bob%2@x.example"}, id="encoded badly"),
        pytest.param({"receiverAddress": "sip:bob%zz@x.example"}, id="encoded with no digits"),
        pytest.param({"receiverAddress": "sip:bob%2541@x.example"}, id="encoded twice"),
        pytest.param({"receiverAddress": "sip:bob%00@x.example"}, id="an encoded NUL"),
        pytest.param({"originatorAddress": "sip:bob%0a@x.example"}, id="an encoded line feed"),
        pytest.param({"receiverAddress": "sip:bob%E2%80%AE@x.example"}, id="an encoded override"),
        pytest.param({"originatorName": "Ali\u202ece"}, id="a name turned round"),
        pytest.param({"originatorName": "Ali\u200bce"}, id="a name with a hidden space"),
        pytest.param({"receiverName": "Bob\0"}, id="a name with a NUL"),
        pytest.param({"receiverName": "Bob\u2028Eve"}, id="a name on two lines"),
        pytest.param({"receiverName": "\n" + "x" * 300}, id="a name malformed and too long"),
        pytest.param(
            {"receiverAddress": "urn:service:sos", "receiverName": "\x07"},
            id="an emergency, malformed",
        ),
        pytest.param({"receiverAddress": "SIP:+12025550102@x.example"}, id="outside the pattern"),
        pytest.param({"originatorAddress": f"sip:{ALICE}@x.com;user=phone"}, id="with a parameter"),
        pytest.param({"originatorAddress": f"tel:+1-202-{ALICE[5:]}"}, id="with separators"),
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
    parse(originatorName="", receiverName=" ")


@pytest.mark.parametrize(
    "changes",
    [
        {"callType": "EMERGENCY"},
        {"receiverAddress": "urn:service:sos"},
        {"receiverAddress": "urn:service:sos.police"},
        {"receiverAddress": "tel:112;phone-context=+49"},
        {"receiverAddress": "tel:112;phone-context=example.com"},
        {"receiverAddress": "tel:112#;phone-context=example.com"},
        {"receiverAddress": "sip:112@ims.example.com"},
        {"receiverAddress": "sip:1-1.2@ims.example.com"},
        {"receiverAddress": "sip:%31%31%32@ims.example.com"},
        {"receiverAddress": "sip:112%3Bphone-context%3D%2B49@ims.example.com"},
        {"receiverAddress": "sip:112;phone-context=+49@ims.example.com;user=phone"},
        {"receiverAddress": "sip:+112@ims.example.com"},
    ],
)
def test_emergency_calls_are_not_supported(changes: dict[str, Any]) -> None:
    with pytest.raises(CalltypeEmergencyNotSupported):
        parse(**changes).require_regular_call({"112"})


def test_any_other_call_is_regular() -> None:
    parse(callType="REGULAR").require_regular_call({"112"})
    parse(receiverAddress="tel:+49112").require_regular_call({"112"})
    parse(receiverAddress="tel:911;phone-context=+1").require_regular_call({"112"})


def test_the_receiver_of_the_subscribers_call() -> None:
    assert parse().receiver_for(ALICE) == BOB
    assert parse(originatorAddress=f"sip:{ALICE}@ims.example.com").receiver_for(ALICE) == BOB


@pytest.mark.parametrize(
    "spelt",
    [
        f"tel:{ALICE}",
        f"sip:{ALICE}@your-bank.example",
        f"sip:{ALICE}@YOUR-Bank.example",
        f"sip:%2B{ALICE[1:]}@your-bank.example",
        f"sip:+1-202-{ALICE[5:]}@your-bank.example",
    ],
)
def test_a_number_is_shown_without_the_host_that_the_originator_thought_of(spelt: str) -> None:
    originating = parse(originatorAddress=spelt)
    receiving = parse(receiverAddress=spelt, originatorAddress=f"tel:{BOB}")

    shown = originating.invitation(ALICE, originating.receiver_for(ALICE))
    assert (shown.originator_address, shown.receiver_address) == (f"tel:{ALICE}", f"tel:{BOB}")
    shown = receiving.invitation(BOB, receiving.receiver_for(BOB))
    assert (shown.originator_address, shown.receiver_address) == (f"tel:{BOB}", f"tel:{ALICE}")


@pytest.mark.parametrize("spelt", ["sip:%61lice@IMS.Example", "sip:alice@ims.example"])
def test_a_subscriber_with_a_sip_address_is_shown_it_as_the_token_has_it(spelt: str) -> None:
    alice = "sip:alice@ims.example"
    body = parse(originatorAddress=spelt)

    assert body.invitation(alice, body.receiver_for(alice)).originator_address == alice


@pytest.mark.parametrize(
    "spelt", ["sip:anonymous@anonymous.invalid", "sip:%41nonymous@ANONYMOUS.invalid"]
)
def test_an_anonymous_originator_is_shown_as_rfc_3323_has_it(spelt: str) -> None:
    body = parse(originatorAddress=spelt)

    shown = body.invitation(ALICE, body.receiver_for(ALICE))

    assert shown.originator_address == "sip:anonymous@anonymous.invalid"


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

    media = parse(locationDetails=location).media(BOB_ACTS.key, NOW)

    assert media.locations == {BOB_ACTS.key: location | {"timestamp": "2027-01-15T08:00:00Z"}}


@pytest.mark.parametrize("device", [None, "registration-1"])
def test_a_status_change_names_the_device_that_its_header_names(device: str | None) -> None:
    body = {"status": "Connected", "answer": {"sdp": "a"}, "originatorAddress": 7}

    change = MediaSessionStatusChange.parse(body).change(device, NOW)

    assert change == Change(Status.CONNECTED, answer="a", registration_id=device)


@pytest.mark.parametrize("body", [{}, {"status": "connected"}, {"status": 1}, {"status": None}])
def test_a_status_change_needs_a_status_of_camara(body: dict[str, Any]) -> None:
    with pytest.raises(InvalidArgument):
        MediaSessionStatusChange.parse(body)
