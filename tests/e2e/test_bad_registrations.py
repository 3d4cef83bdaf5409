"""What is no device, no time or no registration: a clear refusal, and nothing is registered."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.e2e.subscriber import REGISTRATIONS, Subscriber

INVALID = (400, "INVALID_ARGUMENT")
OUT_OF_RANGE = (400, "OUT_OF_RANGE")
UNKNOWN = (404, "NOT_FOUND")

DEVICE = "7d444840-9dc0-41d1-b245-5ffdce74fad2"
NOT_DEVICES: list[Any] = [
    "",
    " ",
    "phone",
    DEVICE[:-1],
    DEVICE + "0",
    DEVICE + "\n",
    f" {DEVICE}",
    DEVICE.replace("-", ""),
    DEVICE.replace("-", "_"),
    f"{{{DEVICE}}}",
    f"urn:uuid:{DEVICE}",
    DEVICE.replace("7", "g"),
    DEVICE.replace("7", "\u0667"),
    DEVICE + "\x00",
    7,
    True,
    None,
    [DEVICE],
    {"id": DEVICE},
]
TIMES: dict[str, tuple[Any, tuple[int, str]]] = {
    "without zone": ("2100-01-01T00:00:00", INVALID),
    "without seconds": ("2100-01-01T00:00Z", INVALID),
    "a date": ("2100-01-01", INVALID),
    "a word": ("tomorrow", INVALID),
    "empty": ("", INVALID),
    "a number": (4_102_444_800, INVALID),
    "digits": ("4102444800", INVALID),
    "null": (None, INVALID),
    "in a list": (["2100-01-01T00:00:00Z"], INVALID),
    "30 February": ("2100-02-30T00:00:00Z", INVALID),
    "the 25th hour": ("2100-01-01T25:00:00Z", INVALID),
    "a leap second": ("2100-12-31T23:59:60Z", INVALID),
    "a zone of a day": ("2100-01-01T00:00:00+24:00", INVALID),
    "the year 10000": ("10000-01-01T00:00:00Z", INVALID),
    "the year 0": ("0000-01-01T00:00:00Z", INVALID),
    "a blank between": ("2100-01-01 00:00:00Z", INVALID),
    "other digits": ("\u0662100-01-01T00:00:00Z", INVALID),
    "a line feed after it": ("2100-01-01T00:00:00Z\n", INVALID),
    "the past": ("2020-01-01T00:00:00Z", OUT_OF_RANGE),
    "the year 1": ("0001-01-01T00:00:00+23:59", OUT_OF_RANGE),
    "70 characters": (f"2100-01-01T00:00:00.{'0' * 49}Z", OUT_OF_RANGE),
}
NOT_IDS = {
    "%20": INVALID,
    "%00": INVALID,
    "%C3%A9": INVALID,
    "a+b": INVALID,
    "{registrationId}": INVALID,
    "x" * 257: OUT_OF_RANGE,
    "x" * 256: UNKNOWN,
    "unknown": UNKNOWN,
    "00000000-0000-0000-0000-000000000000": UNKNOWN,
    "number%23x": INVALID,
    "registrations": UNKNOWN,
}


@pytest.fixture(scope="module")
def anna(alice: Subscriber) -> Subscriber:
    """Has a phone, and nothing is done to it."""
    return alice


@pytest.fixture(autouse=True)
def _nothing_changes(anna: Subscriber) -> Iterator[None]:
    phone = anna.registration(anna.registration_id).body
    yield
    assert anna.registration(anna.registration_id).body == phone
    assert anna.registrations_of(DEVICE).body == []


@pytest.mark.parametrize("device", NOT_DEVICES)
def test_what_is_no_device(anna: Subscriber, device: Any) -> None:
    assert anna.send("POST", REGISTRATIONS, {"deviceId": device}).code == INVALID


@pytest.mark.parametrize(
    "body", [{}, {"registrationExpireTime": "2100-01-01T00:00:00Z"}, {"deviceid": DEVICE}]
)
def test_no_device(anna: Subscriber, body: Any) -> None:
    assert anna.send("POST", REGISTRATIONS, body).code == INVALID


def test_a_number_is_the_tokens_or_nobodys(anna: Subscriber) -> None:
    number = "+12025550109"
    client = anna.with_token(phone_number=None)

    assert anna.register(DEVICE, phoneNumber=number).code == (422, "UNNECESSARY_IDENTIFIER")
    assert client.register(DEVICE).code == (422, "MISSING_IDENTIFIER")
    assert client.register(DEVICE, phoneNumber=number).code == (403, "PERMISSION_DENIED")


@pytest.mark.parametrize(
    "body",
    [
        {"phoneNumber": ""},
        {"phoneNumber": None},
        {"phoneNumber": 12025550109},
        {"regInfo": {"phoneNumber": "+12025550109"}},
    ],
    ids=str,
)
def test_a_number_that_is_none(anna: Subscriber, body: dict[str, Any]) -> None:
    assert anna.register(DEVICE, **body).code == INVALID
    assert anna.with_token(phone_number=None).register(DEVICE, **body).code == INVALID


@pytest.mark.parametrize("time", TIMES)
def test_a_time_that_cannot_be(anna: Subscriber, time: str) -> None:
    asked, code = TIMES[time]
    wish = {"registrationExpireTime": asked}

    assert anna.register(DEVICE, **wish).code == code
    assert anna.refresh(anna.registration_id, wish).code == code


def test_a_time_too_soon(anna: Subscriber) -> None:
    soon = (datetime.now(UTC) + timedelta(seconds=30)).isoformat()
    wish = {"registrationExpireTime": soon}

    assert anna.register(DEVICE, **wish).code == OUT_OF_RANGE
    assert anna.refresh(anna.registration_id, wish).code == OUT_OF_RANGE


@pytest.mark.parametrize(
    "body", [b"", b" ", b"null", b"[]", b"1", b'"x"', b"{", b"\xff", b'{"a":NaN}']
)
def test_a_body_that_is_none(anna: Subscriber, body: bytes) -> None:
    assert anna.send("POST", REGISTRATIONS, body).code == INVALID
    if body:
        assert anna.refresh(anna.registration_id, body).code == INVALID


def test_a_body_of_another_type(anna: Subscriber) -> None:
    text = {"Content-Type": "text/plain"}
    body = {"deviceId": DEVICE}
    code = (415, "UNSUPPORTED_MEDIA_TYPE")

    assert anna.send("POST", REGISTRATIONS, body, text).code == code
    assert anna.send("PUT", f"{REGISTRATIONS}/{anna.registration_id}", {}, text).code == code


def test_a_body_on_delete(anna: Subscriber) -> None:
    assert anna.send("DELETE", f"{REGISTRATIONS}/{anna.registration_id}", {}).code == INVALID


@pytest.mark.parametrize(
    "query",
    [
        "",
        "?",
        "?deviceId",
        "?deviceId=",
        "?deviceId=phone",
        f"?deviceid={DEVICE}",
        f"?deviceId=%20{DEVICE}",
        f"?deviceId={DEVICE}%0A",
        f"?deviceId={DEVICE}&deviceId={DEVICE}",
        f"?deviceId={DEVICE},{DEVICE}",
    ],
)
def test_a_query_that_names_no_device(anna: Subscriber, query: str) -> None:
    assert anna.send("GET", f"{REGISTRATIONS}{query}").code == INVALID


@pytest.mark.parametrize("bad_id", NOT_IDS)
def test_an_id_that_is_none(anna: Subscriber, bad_id: str) -> None:
    for refused in (anna.registration(bad_id), anna.refresh(bad_id), anna.deregister(bad_id)):
        assert refused.code == NOT_IDS[bad_id]


@pytest.mark.parametrize(
    "changed", [str.upper, lambda known: known[:-1], lambda known: known + "0"]
)
def test_not_quite_the_id(anna: Subscriber, changed: Callable[[str], str]) -> None:
    almost = changed(str(anna.registration_id))

    for refused in (anna.registration(almost), anna.refresh(almost), anna.deregister(almost)):
        assert refused.code == UNKNOWN


@pytest.mark.parametrize("path", [REGISTRATIONS, f"{REGISTRATIONS}/"])
@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE"])
def test_no_id(anna: Subscriber, method: str, path: str) -> None:
    assert anna.send(method, path).code == INVALID


@pytest.mark.parametrize("method", ["POST", "PATCH", "OPTIONS"])
def test_404_for_an_unknown_method(anna: Subscriber, method: str) -> None:
    path = f"{REGISTRATIONS}/{anna.registration_id}"

    assert anna.send(method, path).code == UNKNOWN
