"""Requests to the Registration API that are refused for what they say."""

import json
from collections.abc import Callable
from functools import partial
from typing import Any

import pytest

from camara.identity import derive_subscriber_key
from registration.store import registration_store
from tests.support.api import Answer, Raw, invoke
from tests.support.builders import ALICE, NOBODY, UNKNOWN, a_context
from tests.support.registration_api import (
    REGISTRATIONS,
    a_registration_request,
    at,
    delete,
    device_id,
    get,
    get_by_device,
    post,
    put,
    registered,
)


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"deviceId": "device-1"},
        {"deviceId": None},
        a_registration_request() | {"phoneNumber": f"tel:{NOBODY}"},
        a_registration_request() | {"regInfo": {"phoneNumber": NOBODY}},
        a_registration_request() | {"registrationExpireTime": None},
        Raw(None),
        Raw(""),
        Raw("{"),
        Raw("[]"),
        Raw(f'{{"deviceId": "{device_id()}", "deviceId": "{device_id()}"}}'),
    ],
    ids=str,
)
def test_a_bad_body_registers_nothing(body: Any) -> None:
    assert post(NOBODY, body).code == (400, "INVALID_ARGUMENT")
    assert registration_store().of_subscriber(derive_subscriber_key(NOBODY)).version == 0


@pytest.mark.parametrize(
    "expiry",
    [at(59.999), at(0), "2027-01-15T07:59:59Z", "1970-01-01T00:00:00Z", "0001-01-01T00:00:00Z"],
)
def test_what_is_past_or_too_near_is_out_of_range(expiry: str) -> None:
    known = registered()

    assert post(NOBODY, a_registration_request(expiry, device=2)).code == (400, "OUT_OF_RANGE")
    assert put(NOBODY, known, {"registrationExpireTime": expiry}).code == (400, "OUT_OF_RANGE")
    assert get_by_device(NOBODY, device_id(2)).body == []
    assert get(NOBODY, known).body["expiresAt"] == "2027-01-15T09:00:00Z"


@pytest.mark.parametrize(
    "expiry", ["2027-01-15T09:00:00", "2027-02-30T09:00:00Z", "2027-01-15T25:00:00Z", "", 7, []]
)
def test_what_is_no_time_is_invalid(expiry: Any) -> None:
    known = registered()

    assert post(NOBODY, a_registration_request(expiry, device=2)).code == (400, "INVALID_ARGUMENT")
    assert put(NOBODY, known, {"registrationExpireTime": expiry}).code == (400, "INVALID_ARGUMENT")


def test_a_body_of_another_type_is_not_supported() -> None:
    body = Raw(json.dumps(a_registration_request()), content_type="text/plain")

    assert post(NOBODY, body).code == (415, "UNSUPPORTED_MEDIA_TYPE")
    assert put(NOBODY, UNKNOWN, body).code == (415, "UNSUPPORTED_MEDIA_TYPE")


@pytest.mark.parametrize("method", ["PUT", "DELETE"])
def test_nothing_is_changed_without_an_id(method: str) -> None:
    known = registered()

    answer = invoke(method, REGISTRATIONS, context=a_context(NOBODY))

    assert answer.code == (400, "INVALID_ARGUMENT")
    assert get(NOBODY, known).status == 200


@pytest.mark.parametrize(
    "send",
    [
        partial(post, ALICE, {}),
        partial(get_by_device, NOBODY),
        partial(get, NOBODY, "a b"),
        partial(put, NOBODY, UNKNOWN, Raw("{")),
        partial(delete, NOBODY, UNKNOWN, body={}),
    ],
    ids=["create", "list", "read", "write", "delete"],
)
def test_bad_requests_come_before_missing_identities(send: Callable[..., Answer]) -> None:
    assert send(context=a_context(None)).code == (400, "INVALID_ARGUMENT")
