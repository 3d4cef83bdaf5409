"""Code and document agree on which bodies of a registration are good, and how bad others are."""

import pytest

from camara.errors import InvalidArgument, OutOfRange
from registration.bodies import RegSessionRequest, RegSessionUpdate
from tests.support.bodies import ABSENT, DEVICE, Change, changed, expect_bad, expect_good, name_of
from tests.support.openapi import document

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

GOOD_DEVICES: list[Change] = [
    (("phoneNumber",), "+12025550101"),
    (("phoneNumber",), "+12345"),
    (("phoneNumber",), "+123456789012345"),
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
    (("phoneNumber",), None),
    (("phoneNumber",), ""),
    (("phoneNumber",), 12_025_550_101),
    (("phoneNumber",), "12025550101"),
    (("phoneNumber",), "+02025550101"),
    (("phoneNumber",), "+1234"),
    (("phoneNumber",), "+1234567890123456"),
    (("phoneNumber",), "tel:+12025550101"),
    (("phoneNumber",), "+1202555010\u0661"),
    (("regInfo",), {}),
]


@pytest.mark.parametrize("change", GOOD_EXPIRIES + GOOD_DEVICES, ids=name_of)
def test_good_registrations(change: Change) -> None:
    expect_good("RegSessionRequest", RegSessionRequest.parse, changed(REGISTER, change))


@pytest.mark.parametrize("change", MALFORMED_EXPIRIES + MALFORMED_DEVICES, ids=name_of)
def test_malformed_registrations(change: Change) -> None:
    body = changed(REGISTER, change)
    expect_bad("RegSessionRequest", RegSessionRequest.parse, body, InvalidArgument)


@pytest.mark.parametrize("change", OUT_OF_RANGE_EXPIRIES, ids=name_of)
def test_registrations_out_of_range(change: Change) -> None:
    body = changed(REGISTER, change)
    expect_bad("RegSessionRequest", RegSessionRequest.parse, body, OutOfRange)


@pytest.mark.parametrize("change", GOOD_EXPIRIES, ids=name_of)
def test_good_refreshes(change: Change) -> None:
    expect_good("RegSessionUpdate", RegSessionUpdate.parse, changed(REFRESH, change))


@pytest.mark.parametrize("change", MALFORMED_EXPIRIES, ids=name_of)
def test_malformed_refreshes(change: Change) -> None:
    body = changed(REFRESH, change)
    expect_bad("RegSessionUpdate", RegSessionUpdate.parse, body, InvalidArgument)


@pytest.mark.parametrize("change", OUT_OF_RANGE_EXPIRIES, ids=name_of)
def test_refreshes_out_of_range(change: Change) -> None:
    body = changed(REFRESH, change)
    expect_bad("RegSessionUpdate", RegSessionUpdate.parse, body, OutOfRange)
