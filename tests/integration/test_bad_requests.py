"""Ids, bodies and properties that a request cannot have, whatever it is to be done to."""

import json
from collections.abc import Callable
from functools import partial
from typing import Any

import pytest

from camara.identity import derive_subscriber_key
from registration.store import registration_store
from tests.support import api, registration_api, subscriptions_api
from tests.support.api import SESSIONS, Answer, Raw, invoke
from tests.support.builders import ALICE, BOB, NOBODY, UNKNOWN, a_call_request, a_context
from tests.support.on_moto import Messaging
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

OF_ONE: dict[str, Callable[..., Answer]] = {
    f"{name} {thing}": send
    for thing, operations in {
        "a registration": registration_api.OF_ONE,
        "a subscription": subscriptions_api.OF_ONE,
    }.items()
    for name, send in operations.items()
}


@pytest.mark.parametrize("send", OF_ONE.values(), ids=OF_ONE)
@pytest.mark.parametrize(
    ("path_id", "code"),
    [
        (None, "INVALID_ARGUMENT"),
        ("", "INVALID_ARGUMENT"),
        ("a b", "INVALID_ARGUMENT"),
        ("a/b", "INVALID_ARGUMENT"),
        ("{registrationId}", "INVALID_ARGUMENT"),
        ("{subscriptionId}", "INVALID_ARGUMENT"),
        ("\u00e9", "INVALID_ARGUMENT"),
        ("x" * 257, "OUT_OF_RANGE"),
    ],
)
def test_a_malformed_id(send: Callable[..., Answer], path_id: str | None, code: str) -> None:
    assert send(ALICE, path_id).code == (400, code)


def test_a_list_has_no_final_slash() -> None:
    assert invoke("GET", subscriptions_api.SUBSCRIPTIONS).status == 200
    assert invoke("GET", f"{subscriptions_api.SUBSCRIPTIONS}/").code == (400, "INVALID_ARGUMENT")


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE"])
@pytest.mark.parametrize("sessions", [SESSIONS, "/webrtc-call-handling/v0.4/sessions"])
def test_a_status_without_an_id(method: str, sessions: str) -> None:
    assert invoke(method, f"{sessions}/status").code == (400, "INVALID_ARGUMENT")


UNDECLARED = {"future": 1}


def place_a_call(unknown: dict[str, Any]) -> Answer:
    return api.post(body=a_call_request() | unknown)


def change_a_call(unknown: dict[str, Any]) -> Answer:
    return api.put(BOB, api.a_call("Initial"), {"status": "Ringing"} | unknown)


def register(unknown: dict[str, Any]) -> Answer:
    return registration_api.post(NOBODY, registration_api.a_registration_request() | unknown)


def refresh(unknown: dict[str, Any]) -> Answer:
    return registration_api.put(NOBODY, registration_api.registered(), {} | unknown)


def subscribe(unknown: dict[str, Any]) -> Answer:
    return subscriptions_api.post(body=subscriptions_api.a_subscription_request(config=unknown))


def update_a_subscription(unknown: dict[str, Any]) -> Answer:
    body = {"sinkCredential": subscriptions_api.a_credential(**unknown)}
    return subscriptions_api.put(ALICE, subscriptions_api.subscribed(), body)


OPERATIONS = [place_a_call, change_a_call, register, refresh, subscribe, update_a_subscription]


@pytest.mark.parametrize("operate", OPERATIONS)
@pytest.mark.parametrize(("setting", "refused"), [("ignore", False), ("refuse", True)])
def test_they_are_ignored_or_refused(
    operate: Callable[[dict[str, Any]], Answer],
    setting: str,
    refused: bool,  # noqa: FBT001
    messaging: Messaging,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    del messaging
    monkeypatch.setenv("UNKNOWN_PROPERTIES", setting)

    answer = operate(UNDECLARED)

    assert (answer.code == (400, "INVALID_ARGUMENT")) is refused
    assert (answer.status < 300) is not refused


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
