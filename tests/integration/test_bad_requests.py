"""Ids, bodies and properties that a request cannot have, whatever it is to be done to."""

import json
from collections.abc import Callable
from functools import partial
from typing import Any

import pytest

from tests.support import api, registration_api, subscriptions_api
from tests.support.api import SESSIONS, Answer, Raw, invoke
from tests.support.builders import ALICE, BOB, NOBODY, UNKNOWN, a_call_request, a_context
from tests.support.on_moto import Messaging
from tests.support.registration_api import a_registration_request, device_id
from tests.support.subscriptions_api import a_credential, a_subscription_request

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


CREATE: dict[str, Callable[..., Answer]] = {
    "register": registration_api.post,
    "subscribe": subscriptions_api.post,
}
UPDATE: dict[str, Callable[..., Answer]] = {
    "refresh": partial(registration_api.put, ALICE, UNKNOWN),
    "update a subscription": partial(subscriptions_api.put, ALICE, UNKNOWN),
}
WRITES = CREATE | UPDATE
TWICE = f'{{"deviceId": "{device_id()}", "deviceId": "{device_id()}"}}'


@pytest.mark.parametrize("send", WRITES.values(), ids=WRITES)
@pytest.mark.parametrize("body", [Raw("{"), Raw("[]"), Raw("null"), Raw(TWICE)], ids=str)
def test_what_is_no_object_is_invalid(send: Callable[..., Answer], body: Raw) -> None:
    assert send(body=body).code == (400, "INVALID_ARGUMENT")


@pytest.mark.parametrize("name", [*CREATE, "update a subscription"])
@pytest.mark.parametrize("body", [Raw(None), Raw(""), {}], ids=str)
def test_only_a_refresh_may_say_nothing(name: str, body: Any) -> None:
    assert WRITES[name](body=body).code == (400, "INVALID_ARGUMENT")


@pytest.mark.parametrize("send", WRITES.values(), ids=WRITES)
def test_a_body_of_another_type_is_not_supported(send: Callable[..., Answer]) -> None:
    body = Raw(json.dumps(a_registration_request()), content_type="text/plain")

    assert send(body=body).code == (415, "UNSUPPORTED_MEDIA_TYPE")


def expiring(time: str) -> dict[str, dict[str, Any]]:
    """Return a body for each way to say when something is to end."""
    expiry = {"subscriptionExpireTime": time}
    return {
        "register": a_registration_request(time),
        "refresh": {"registrationExpireTime": time},
        "subscribe": a_subscription_request(config=expiry),
        "update a subscription": {"config": expiry},
    }


@pytest.mark.parametrize("name", WRITES)
@pytest.mark.parametrize("time", ["soon", "2027-01-15T07:59:59Z", "2027-01-15T08:00:00.999Z"])
def test_nothing_ends_before_it_begins(name: str, time: str) -> None:
    """CAMARA has a code of its own for it where a device is registered."""
    out_of_range = name in {"register", "refresh"} and time != "soon"

    refused = WRITES[name](body=expiring(time)[name])

    assert refused.code == (400, "OUT_OF_RANGE" if out_of_range else "INVALID_ARGUMENT")


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"protocol": "MQTT3"}, (400, "INVALID_PROTOCOL")),
        ({"sink": ""}, (400, "INVALID_SINK")),
        ({"sink": "http://127.0.0.1:8080/"}, (400, "INVALID_SINK")),
        ({"sink": "https://169.254.169.254/latest"}, (400, "INVALID_SINK")),
        ({"sinkCredential": {"credentialType": "PLAIN"}}, (400, "INVALID_CREDENTIAL")),
        ({"sinkCredential": a_credential(accessTokenType="mac")}, (400, "INVALID_TOKEN")),
        (
            {"sinkCredential": a_credential(accessTokenExpiresUtc=subscriptions_api.at(0))},
            (400, "OUT_OF_RANGE"),
        ),
        (
            {"types": [subscriptions_api.STATUS, subscriptions_api.INVITATION]},
            (422, "MULTIEVENT_SUBSCRIPTION_NOT_SUPPORTED"),
        ),
    ],
    ids=str,
)
def test_a_bad_body_subscribes_to_nothing(changes: dict[str, Any], code: tuple[int, str]) -> None:
    assert subscriptions_api.post(body=a_subscription_request() | changes).code == code
    if changes.keys() == {"sinkCredential"}:
        assert UPDATE["update a subscription"](body=changes).code == code
    assert subscriptions_api.stored() == []


@pytest.mark.parametrize("method", ["PUT", "DELETE"])
@pytest.mark.parametrize("path", [registration_api.REGISTRATIONS, subscriptions_api.SUBSCRIPTIONS])
def test_nothing_is_changed_without_an_id(method: str, path: str) -> None:
    assert invoke(method, path).code == (400, "INVALID_ARGUMENT")


BAD: dict[str, Callable[..., Answer]] = {
    **{name: partial(send, body=Raw("{")) for name, send in WRITES.items()},
    **{name: partial(OF_ONE[name], ALICE, "a b") for name in OF_ONE if name.startswith("read")},
    **{
        name: partial(OF_ONE[name], ALICE, UNKNOWN, body={})
        for name in OF_ONE
        if name.startswith("delete")
    },
    "list registrations": partial(registration_api.get_by_device, ALICE),
    "subscribe to a bad sink": partial(
        subscriptions_api.post, body=a_subscription_request(sink="x")
    ),
    "subscribe in the past": partial(
        subscriptions_api.post, body=expiring(subscriptions_api.at(0))["subscribe"]
    ),
    "update to a past token": partial(
        UPDATE["update a subscription"],
        body={"sinkCredential": a_credential(accessTokenExpiresUtc=subscriptions_api.at(0))},
    ),
}


@pytest.mark.parametrize("send", BAD.values(), ids=BAD)
def test_bad_requests_come_before_missing_identities(send: Callable[..., Answer]) -> None:
    assert send(context=a_context(None)).status == 400
