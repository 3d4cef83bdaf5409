"""Requests to the Subscription API that are refused for what they say."""

import json
from collections.abc import Callable
from functools import partial
from typing import Any

import pytest

from tests.support.api import Answer, Raw, invoke
from tests.support.builders import ALICE, UNKNOWN, a_context
from tests.support.subscriptions_api import (
    INVITATION,
    REGISTRATION_ENDS,
    STATUS,
    SUBSCRIPTION_ENDED,
    SUBSCRIPTIONS,
    a_credential,
    a_subscription_request,
    at,
    delete,
    get,
    post,
    put,
    stored,
    subscribed,
)


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"protocol": "MQTT3"}, "INVALID_PROTOCOL"),
        ({"protocol": 1}, "INVALID_ARGUMENT"),
        ({"protocol": None}, "INVALID_ARGUMENT"),
        ({"sink": None}, "INVALID_ARGUMENT"),
        ({"sink": ["https://app.example.com"]}, "INVALID_ARGUMENT"),
        ({"sink": ""}, "INVALID_SINK"),
        ({"sink": "app.example.com"}, "INVALID_SINK"),
        ({"sink": "http://app.example.com/"}, "INVALID_SINK"),
        ({"sink": "http://127.0.0.1:8080/"}, "INVALID_SINK"),
        ({"sink": "https://127.0.0.1/"}, "INVALID_SINK"),
        ({"sink": "https://169.254.169.254/latest"}, "INVALID_SINK"),
        ({"sink": "https://10.0.0.1/"}, "INVALID_SINK"),
        ({"sink": "https://[::1]/"}, "INVALID_SINK"),
        ({"sink": "https://app.example.com:22/"}, "INVALID_SINK"),
        ({"sink": "https://user@app.example.com/"}, "INVALID_SINK"),
        ({"sink": f"https://app.example.com/{'x' * 1001}"}, "OUT_OF_RANGE"),
        ({"types": []}, "INVALID_ARGUMENT"),
        ({"types": [STATUS, STATUS]}, "INVALID_ARGUMENT"),
        ({"types": [SUBSCRIPTION_ENDED]}, "INVALID_ARGUMENT"),
        ({"types": [STATUS, SUBSCRIPTION_ENDED]}, "INVALID_ARGUMENT"),
        ({"types": ["org.camaraproject.webrtc-events-subscriptions.v0.new"]}, "INVALID_ARGUMENT"),
        ({"config": None}, "INVALID_ARGUMENT"),
        ({"config": {}}, "INVALID_ARGUMENT"),
        ({"config": {"subscriptionDetail": {"deviceId": "device-1"}}}, "INVALID_ARGUMENT"),
        ({"sinkCredential": {"credentialType": "PLAIN"}}, "INVALID_CREDENTIAL"),
        ({"sinkCredential": a_credential(accessTokenType="mac")}, "INVALID_TOKEN"),
        ({"sinkCredential": a_credential(accessToken="")}, "INVALID_ARGUMENT"),
        ({"sinkCredential": a_credential(accessToken="caf\u00e9")}, "INVALID_ARGUMENT"),
        ({"sinkCredential": a_credential(accessToken="a\r\nb")}, "INVALID_ARGUMENT"),
        ({"sinkCredential": a_credential(accessToken="x" * 8193)}, "OUT_OF_RANGE"),
    ],
)
def test_a_bad_body_subscribes_to_nothing(changes: dict[str, Any], code: str) -> None:
    assert post(body=a_subscription_request() | changes).code == (400, code)
    assert stored() == []


@pytest.mark.parametrize(
    ("events", "code"),
    [(0, "OUT_OF_RANGE"), (1_000_001, "OUT_OF_RANGE"), (1.5, "INVALID_ARGUMENT")],
)
def test_so_many_events_and_no_more(events: Any, code: str) -> None:
    body = a_subscription_request(config={"subscriptionMaxEvents": events})

    assert post(body=body).code == (400, code)


@pytest.mark.parametrize(
    "types", [(STATUS, INVITATION), (REGISTRATION_ENDS, INVITATION, STATUS)], ids=len
)
def test_several_types_are_not_supported(types: tuple[str, ...]) -> None:
    body = a_subscription_request(*types)

    assert post(body=body).code == (422, "MULTIEVENT_SUBSCRIPTION_NOT_SUPPORTED")
    assert stored() == []


@pytest.mark.parametrize(
    "past", ["2027-01-15T08:00:00.999Z", "2027-01-15T07:59:59Z", "0001-01-01T00:00:00Z"]
)
def test_neither_an_end_nor_a_token_may_be_past(past: str) -> None:
    known = subscribed()
    before = stored()
    expiry = {"subscriptionExpireTime": past}
    token = {"sinkCredential": a_credential(accessTokenExpiresUtc=past)}

    for code, change in (("INVALID_ARGUMENT", {"config": expiry}), ("OUT_OF_RANGE", token)):
        request = a_subscription_request()
        body = request | change | {"config": request["config"] | change.get("config", {})}
        assert post(body=body).code == (400, code)
        assert put(ALICE, known, change).code == (400, code)
    assert stored() == before


@pytest.mark.parametrize(
    "body",
    [
        Raw(None),
        Raw(""),
        Raw("{"),
        Raw("[]"),
        Raw('{"sink": "https://app.example.com", "sink": "https://app.example.com"}'),
    ],
    ids=str,
)
def test_what_is_no_object_is_invalid(body: Raw) -> None:
    assert post(body=body).code == (400, "INVALID_ARGUMENT")
    assert put(ALICE, subscribed(), body).code == (400, "INVALID_ARGUMENT")


def test_a_body_of_another_type_is_not_supported() -> None:
    body = Raw(json.dumps(a_subscription_request()), content_type="text/plain")

    assert post(body=body).code == (415, "UNSUPPORTED_MEDIA_TYPE")
    assert put(ALICE, UNKNOWN, body).code == (415, "UNSUPPORTED_MEDIA_TYPE")


@pytest.mark.parametrize("method", ["PUT", "DELETE"])
def test_nothing_is_changed_without_an_id(method: str) -> None:
    known = subscribed()

    answer = invoke(method, SUBSCRIPTIONS, context=a_context())

    assert answer.code == (400, "INVALID_ARGUMENT")
    assert get(ALICE, known).body["status"] == "ACTIVE"


@pytest.mark.parametrize(
    "send",
    [
        partial(post, body={}),
        partial(post, body=a_subscription_request(sink="x")),
        partial(post, body=a_subscription_request(config={"subscriptionExpireTime": at(0)})),
        partial(get, ALICE, "a b"),
        partial(put, ALICE, UNKNOWN, {"sink": "x"}),
        partial(
            put,
            ALICE,
            UNKNOWN,
            {"sinkCredential": a_credential(accessTokenExpiresUtc=at(0))},
        ),
        partial(delete, ALICE, UNKNOWN, body={}),
    ],
    ids=["create", "create sink", "create expiry", "read", "update", "update expiry", "delete"],
)
def test_bad_requests_come_before_missing_identities(send: Callable[..., Answer]) -> None:
    assert send(context=a_context(None)).status == 400
