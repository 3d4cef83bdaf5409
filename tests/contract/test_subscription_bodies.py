"""Code and document agree on which bodies of a subscription are good, and how bad others are."""

from copy import deepcopy

import pytest

from camara.errors import (
    CamaraError,
    InvalidArgument,
    InvalidCredential,
    InvalidProtocol,
    InvalidToken,
    OutOfRange,
)
from notifications.bodies import MAX_TOKEN_LENGTH, SubscriptionRequest, SubscriptionUpdateRequest
from tests.support.bodies import ABSENT, DEVICE, Change, changed, expect_bad, expect_good, name_of
from tests.support.openapi import document, schema

SUBSCRIBE = deepcopy(
    document()["components"]["examples"]["SubscribeToStatuses"]["value"]
    | {"sinkCredential": document()["components"]["examples"]["UpdateSubscription"]["value"]}
)
SUBSCRIBE["sinkCredential"] = SUBSCRIBE["sinkCredential"]["sinkCredential"]
SUBSCRIBE["config"]["initialEvent"] = False
UPDATE_SUBSCRIPTION = document()["components"]["examples"]["UpdateSubscription"]["value"]
TYPES = schema("SubscriptionEventType")["enum"]
EXPIRIES = (("config", "subscriptionExpireTime"), ("sinkCredential", "accessTokenExpiresUtc"))

GOOD_CREDENTIALS: list[Change] = [
    (("sinkCredential",), ABSENT),
    (("sinkCredential", "unknown"), None),
    (("sinkCredential", "accessToken"), "x"),
    (("sinkCredential", "accessToken"), "x" * MAX_TOKEN_LENGTH),
    (("sinkCredential", "accessToken"), "Az09-._~+/=="),
    (("config", "subscriptionExpireTime"), ABSENT),
    *((path, "2026-01-31T13:00:00.123456789+01:00") for path in EXPIRIES),
]
MALFORMED_CREDENTIALS: list[Change] = [
    (("sinkCredential",), None),
    (("sinkCredential",), "made-up-sink-token"),
    (("sinkCredential",), {}),
    (("sinkCredential", "credentialType"), ABSENT),
    (("sinkCredential", "credentialType"), None),
    (("sinkCredential", "credentialType"), 1),
    (("sinkCredential", "accessTokenType"), ABSENT),
    (("sinkCredential", "accessTokenType"), ["bearer"]),
    (("sinkCredential", "accessTokenExpiresUtc"), ABSENT),
    (("sinkCredential", "accessToken"), ABSENT),
    (("sinkCredential", "accessToken"), None),
    (("sinkCredential", "accessToken"), 1),
    *(
        (("sinkCredential", "accessToken"), token)
        for token in ("", "=", "a=b", "a b", "a\tb", "\u00e9", "\u0663", "a,b", '"a"', " a")
    ),
    (("config",), None),
    (("config",), []),
    *(
        (path, time)
        for path in EXPIRIES
        for time in (None, 1_769_860_800, "", "2026-01-31T13:00:00", "2026-02-30T13:00:00Z")
    ),
]
OUT_OF_RANGE_CREDENTIALS: list[Change] = [
    (("sinkCredential", "accessToken"), "x" * (MAX_TOKEN_LENGTH + 1)),
    *((path, f"2026-01-31T13:00:00.{'0' * 50}Z") for path in EXPIRIES),
]

GOOD_SUBSCRIPTIONS: list[Change] = [
    *((("types",), [event_type]) for event_type in TYPES),
    (("types",), TYPES[:2]),
    (("types",), TYPES),
    (("sink",), f"https://app.example.com/{'x' * 1000}"),
    (("config", "subscriptionDetail", "deviceId"), DEVICE),
    (("config", "subscriptionDetail", "unknown"), 1),
    (("config", "subscriptionMaxEvents"), ABSENT),
    (("config", "subscriptionMaxEvents"), 1),
    (("config", "subscriptionMaxEvents"), 1_000_000),
    (("config", "initialEvent"), ABSENT),
    (("config", "initialEvent"), True),
    (("config", "unknown"), None),
    (("unknown",), None),
    (("protocolSettings",), {"headers": {}, "method": "POST"}),
]
MALFORMED_SUBSCRIPTIONS: list[Change] = [
    *(((name,), ABSENT) for name in ("protocol", "sink", "types", "config")),
    *(((name,), None) for name in ("protocol", "sink", "types", "config")),
    (("protocol",), 1),
    (("sink",), 1),
    (("types",), []),
    (("types",), TYPES[0]),
    (("types",), [None]),
    (("types",), [TYPES[0], TYPES[0]]),
    (("types",), [*TYPES, TYPES[0]]),
    (("types",), [TYPES[0], "org.camaraproject.webrtc-events-subscriptions.v0.call-ended"]),
    (("types",), ["org.camaraproject.webrtc-events-subscriptions.v0.subscription-ended"]),
    (("types",), ["session-status"]),
    (("types",), [TYPES[0].upper()]),
    (("config", "subscriptionDetail"), ABSENT),
    (("config", "subscriptionDetail"), {}),
    (("config", "subscriptionDetail"), DEVICE),
    (("config", "subscriptionDetail", "deviceId"), "device-1"),
    (("config", "subscriptionDetail", "deviceId"), None),
    (("config", "subscriptionMaxEvents"), None),
    (("config", "subscriptionMaxEvents"), "5"),
    (("config", "subscriptionMaxEvents"), 1.5),
    (("config", "subscriptionMaxEvents"), True),
    (("config", "initialEvent"), None),
    (("config", "initialEvent"), "true"),
    (("config", "initialEvent"), 1),
]
OUT_OF_RANGE_SUBSCRIPTIONS: list[Change] = [
    (("sink",), f"https://app.example.com/{'x' * 1001}"),
    (("config", "subscriptionMaxEvents"), 0),
    (("config", "subscriptionMaxEvents"), -1),
    (("config", "subscriptionMaxEvents"), 1_000_001),
    (("config", "subscriptionMaxEvents"), 10**40),
]

CODES_OF_THEIR_OWN: list[tuple[Change, type[CamaraError]]] = [
    ((("protocol",), "MQTT5"), InvalidProtocol),
    ((("protocol",), "http"), InvalidProtocol),
    ((("protocol",), ""), InvalidProtocol),
    ((("sinkCredential", "credentialType"), "PLAIN"), InvalidCredential),
    ((("sinkCredential",), {"credentialType": "PLAIN", "identifier": "x"}), InvalidCredential),
    ((("sinkCredential", "credentialType"), "accesstoken"), InvalidCredential),
    (
        (("sinkCredential",), {"accessTokenType": "mac", "credentialType": "PLAIN"}),
        InvalidCredential,
    ),
    ((("sinkCredential", "accessTokenType"), "mac"), InvalidToken),
    ((("sinkCredential", "accessTokenType"), "Bearer"), InvalidToken),
    (
        (("sinkCredential",), {"credentialType": "ACCESSTOKEN", "accessTokenType": "DPoP"}),
        InvalidToken,
    ),
]
CLOSED: list[Change] = [
    (("unknown",), 1),
    (("sink",), "https://app.example.com/"),
    (("types",), TYPES[:1]),
    (("protocol",), "HTTP"),
    (("id",), "1"),
    (("config", "subscriptionDetail"), {"deviceId": DEVICE}),
    (("config", "subscriptionMaxEvents"), 5),
    (("config", "initialEvent"), True),
    (("config", "unknown"), 1),
]


@pytest.mark.parametrize("change", GOOD_CREDENTIALS + GOOD_SUBSCRIPTIONS, ids=name_of)
def test_good_subscriptions(change: Change) -> None:
    body = changed(SUBSCRIBE, change)
    expect_good("SubscriptionRequest", SubscriptionRequest.parse, body)


@pytest.mark.parametrize("change", MALFORMED_CREDENTIALS + MALFORMED_SUBSCRIPTIONS, ids=name_of)
def test_malformed_subscriptions(change: Change) -> None:
    body = changed(SUBSCRIBE, change)
    expect_bad("SubscriptionRequest", SubscriptionRequest.parse, body, InvalidArgument)


@pytest.mark.parametrize(
    "change", OUT_OF_RANGE_CREDENTIALS + OUT_OF_RANGE_SUBSCRIPTIONS, ids=name_of
)
def test_subscriptions_out_of_range(change: Change) -> None:
    body = changed(SUBSCRIBE, change)
    expect_bad("SubscriptionRequest", SubscriptionRequest.parse, body, OutOfRange)


@pytest.mark.parametrize(("change", "error"), CODES_OF_THEIR_OWN)
def test_what_has_a_code_of_its_own(change: Change, error: type[CamaraError]) -> None:
    body = changed(SUBSCRIBE, change)
    expect_bad("SubscriptionRequest", SubscriptionRequest.parse, body, error)
    expect_bad("SubscriptionRequest", SubscriptionRequest.parse, body | {"types": []}, error)


@pytest.mark.parametrize("body", [{}, {"config": {}}])
def test_an_update_of_nothing(body: dict[str, dict[str, str]]) -> None:
    expect_bad("SubscriptionUpdateRequest", SubscriptionUpdateRequest.parse, body, InvalidArgument)


@pytest.mark.parametrize("change", GOOD_CREDENTIALS, ids=name_of)
def test_good_subscription_updates(change: Change) -> None:
    body = changed(UPDATE_SUBSCRIPTION, change)
    expect_good("SubscriptionUpdateRequest", SubscriptionUpdateRequest.parse, body)


@pytest.mark.parametrize("change", MALFORMED_CREDENTIALS + CLOSED, ids=name_of)
def test_malformed_subscription_updates(change: Change) -> None:
    body = changed(UPDATE_SUBSCRIPTION, change)
    expect_bad("SubscriptionUpdateRequest", SubscriptionUpdateRequest.parse, body, InvalidArgument)


@pytest.mark.parametrize("change", OUT_OF_RANGE_CREDENTIALS, ids=name_of)
def test_subscription_updates_out_of_range(change: Change) -> None:
    body = changed(UPDATE_SUBSCRIPTION, change)
    expect_bad("SubscriptionUpdateRequest", SubscriptionUpdateRequest.parse, body, OutOfRange)
