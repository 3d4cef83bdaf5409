from typing import Any

import pytest

from camara.errors import InvalidArgument, OutOfRange
from registration.bodies import RegistrationQuery, RegSessionRequest, RegSessionUpdate
from registration.resource import reg_session_response
from tests.support.builders import ALICE, NOW

DEVICE = "7d444840-9dc0-41d1-b245-5ffdce74fad2"


def requested(time: Any) -> int | None:
    return RegSessionUpdate.parse({"registrationExpireTime": time}).requested_expiry()


def test_a_device_is_the_same_however_it_is_spelt() -> None:
    upper = {"deviceId": DEVICE.upper()}

    assert RegSessionRequest.parse(upper).device_id == DEVICE
    assert RegistrationQuery.parse(upper).device_id == DEVICE


@pytest.mark.parametrize(
    "device", [None, "", 7, DEVICE[:-1], DEVICE + "0", f" {DEVICE}", f"{DEVICE}\n", "x" * 36]
)
def test_a_device_is_a_uuid(device: Any) -> None:
    for parse in (RegSessionRequest.parse, RegistrationQuery.parse):
        with pytest.raises(InvalidArgument):
            parse({"deviceId": device})


@pytest.mark.parametrize("value", [ALICE, {}, None])
def test_what_the_answer_says_is_not_the_clients_to_say(value: Any) -> None:
    with pytest.raises(InvalidArgument):
        RegSessionRequest.parse({"deviceId": DEVICE, "regInfo": value})


def test_unknown_properties_are_ignored() -> None:
    future = {"future": None, "registrationId": 7}

    assert RegSessionRequest.parse({"deviceId": DEVICE} | future).requested_expiry() is None
    assert RegSessionUpdate.parse(future).requested_expiry() is None


@pytest.mark.parametrize(
    ("time", "seconds"),
    [
        ("2027-01-15T08:00:00Z", NOW),
        ("2027-01-15t08:00:00z", NOW),
        ("2027-01-15T08:00:00-00:00", NOW),
        ("2027-01-15T09:30:00+01:30", NOW),
        ("2027-01-15T08:00:00.000Z", NOW),
        ("2027-01-15T08:00:00.999999999Z", NOW),
        ("2027-01-15T07:59:59.9Z", NOW - 1),
        ("1969-12-31T23:59:59.5Z", -1),
        ("9999-12-31T23:59:59-23:59", 253_402_387_139),
        ("0001-01-01T00:00:00+23:59", -62_135_683_140),
    ],
)
def test_a_time_is_that_of_its_zone_without_its_fraction(time: str, seconds: int) -> None:
    assert requested(time) == seconds


@pytest.mark.parametrize(
    "time",
    [
        "",
        "soon",
        "2027-01-15",
        "2027-01-15T08:00:00",
        "2027-01-15 08:00:00Z",
        "2027-01-15T08:00Z",
        "2027-01-15T08:00:00.Z",
        "2027-01-15T08:00:00,5Z",
        "2027-01-15T08:00:00+0100",
        "2027-01-15T08:00:00+24:00",
        "2027-01-15T08:00:00+01:60",
        "2027-01-15T24:00:00Z",
        "2027-01-15T23:59:60Z",
        "2027-02-29T08:00:00Z",
        "2027-13-01T08:00:00Z",
        "0000-01-01T00:00:00Z",
        "10000-01-01T00:00:00Z",
        "\u0662027-01-15T08:00:00Z",
        "2027-01-15T08:00:00Z\n",
        NOW,
        None,
        [],
        {},
        True,
    ],
)
def test_what_is_no_time_is_invalid(time: Any) -> None:
    with pytest.raises(InvalidArgument):
        requested(time)


def test_a_time_that_is_too_long_is_out_of_range() -> None:
    assert requested(f"2027-01-15T08:00:00.{'9' * 43}Z") == NOW
    with pytest.raises(OutOfRange):
        requested(f"2027-01-15T08:00:00.{'9' * 44}Z")


def test_a_registration_is_shown_with_its_number_and_its_end_in_utc() -> None:
    assert reg_session_response(ALICE, "registration-1", NOW) == {
        "regInfo": {"phoneNumber": ALICE, "regStatus": "Registered"},
        "registrationId": "registration-1",
        "expiresAt": "2027-01-15T08:00:00Z",
    }


@pytest.mark.parametrize("subscriber", ["sip:carol@example.com", "0101;phone-context=+1202555"])
def test_what_is_no_e164_number_is_not_shown(subscriber: str) -> None:
    assert reg_session_response(subscriber, "registration-1", NOW)["regInfo"] == {
        "regStatus": "Registered"
    }
