"""What is no sink, no device or no subscription: a clear refusal, and nothing is subscribed."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.e2e.subscriber import EVENTS, IN_OTHER_HANDS, SUBSCRIPTIONS, Subscriber

INVALID = (400, "INVALID_ARGUMENT")
INVALID_SINK = (400, "INVALID_SINK")
OUT_OF_RANGE = (400, "OUT_OF_RANGE")
MISMATCH = (403, "SUBSCRIPTION_MISMATCH")
UNKNOWN = (404, "NOT_FOUND")
STATUS, INVITATION = "session-status", "session-invitation"
UNKNOWN_ID = "8e1d5c7a-3b2f-4a60-9d4e-1c0b7f6a5e21"

SINKS = [
    "http://app.example.com/hook",
    "http://127.0.0.1/without-port",
    "http://localhost:9000/hook",
    "https://127.0.0.1:80/privileged",
    "https://10.0.0.1/hook",
    "https://172.16.5.4/hook",
    "https://192.168.1.1/hook",
    "https://100.64.0.1/shared",
    "https://169.254.169.254/latest/meta-data",
    "https://0.0.0.0/hook",
    "https://224.0.0.1/hook",
    "https://255.255.255.255/hook",
    "https://[fe80::1]/hook",
    "https://[fc00::1]/hook",
    "https://[::]/hook",
    "https://[::ffff:10.0.0.1]/hook",
    "https://[64:ff9b::a00:1]/hook",
    "https://[2002:a00:1::]/hook",
    "https://user@app.example.com/hook",
    "https://user:secret@app.example.com/hook",
    "https://app.example.com/hook#fragment",
    "https://app.example.com:22/hook",
    "https://app.example.com:65536/hook",
    "https://app.example.com:port/hook",
    "https://app.example.com\\@10.0.0.1/hook",
    "https://app.example.com/a hook",
    "https://app.example.com/hook\r\nX-Injected: yes",
    "https://app.ex\u00e4mple.com/hook",
    "https:///hook",
    "https://",
    "ftp://app.example.com/hook",
    "file:///etc/passwd",
    "javascript:alert(1)",
    "app.example.com/hook",
    "//app.example.com/hook",
    " https://app.example.com/hook",
    "",
]


@pytest.fixture(scope="module")
def bob(somebody: Callable[[], Subscriber]) -> Subscriber:
    """Has a phone, and no subscription."""
    return somebody().with_device()


@pytest.fixture(autouse=True)
def _nothing_is_subscribed(bob: Subscriber) -> Iterator[None]:
    yield
    assert bob.send("GET", SUBSCRIPTIONS).body == []


def a_request(bob: Subscriber, **changes: Any) -> dict[str, Any]:
    """A body of a POST; a property set to ``None`` is left out."""
    body = {
        "protocol": "HTTP",
        "sink": "https://app.example.com/hook",
        "types": [f"{EVENTS}.{STATUS}"],
        "config": {"subscriptionDetail": {"deviceId": bob.device_id()}},
    } | changes
    return {name: value for name, value in body.items() if value is not None}


@pytest.mark.parametrize("sink", SINKS, ids=repr)
def test_no_sink(bob: Subscriber, sink: str) -> None:
    assert bob.subscribe_with(a_request(bob, sink=sink)).code == INVALID_SINK


@pytest.mark.parametrize("sink", [7, True, ["https://app.example.com"], {}], ids=repr)
def test_no_text_is_no_sink(bob: Subscriber, sink: Any) -> None:
    assert bob.subscribe_with(a_request(bob, sink=sink)).code == INVALID


def test_a_sink_may_not_be_longer_than_it_may_be(bob: Subscriber) -> None:
    too_long = f"https://app.example.com/{'x' * 1001}"

    assert len(too_long) == 1025
    assert bob.subscribe_with(a_request(bob, sink=too_long)).status == 400


@pytest.mark.parametrize("left_out", ["sink", "protocol", "types", "config"])
def test_a_property_is_missing(bob: Subscriber, left_out: str) -> None:
    assert bob.subscribe_with(a_request(bob, **{left_out: None})).code == INVALID


@pytest.mark.parametrize(
    ("types", "code"),
    [
        ([], INVALID),
        ([f"{EVENTS}.subscription-ended"], INVALID),
        ([STATUS], INVALID),
        ([f"{EVENTS}.{STATUS}"] * 2, INVALID),
        (f"{EVENTS}.{STATUS}", INVALID),
        (
            [f"{EVENTS}.{STATUS}", f"{EVENTS}.{INVITATION}"],
            (422, "MULTIEVENT_SUBSCRIPTION_NOT_SUPPORTED"),
        ),
    ],
)
def test_no_type(bob: Subscriber, types: Any, code: tuple[int, str]) -> None:
    assert bob.subscribe_with(a_request(bob, types=types)).code == code


@pytest.mark.parametrize("protocol", ["HTTPS", "http", "MQTT5", ""])
def test_no_protocol(bob: Subscriber, protocol: str) -> None:
    assert bob.subscribe_with(a_request(bob, protocol=protocol)).code == (400, "INVALID_PROTOCOL")


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"credentialType": "PLAIN"}, (400, "INVALID_CREDENTIAL")),
        ({"accessTokenType": "mac"}, (400, "INVALID_TOKEN")),
        ({"accessToken": "two words"}, INVALID),
        ({"accessToken": "one\r\nX-Injected: yes"}, INVALID),
        ({"accessToken": ""}, INVALID),
        ({"accessToken": "x" * 8193}, OUT_OF_RANGE),
        ({"accessTokenExpiresUtc": "2020-01-01T00:00:00Z"}, OUT_OF_RANGE),
        ({"accessTokenExpiresUtc": "tomorrow"}, INVALID),
    ],
    ids=repr,
)
def test_no_credential(bob: Subscriber, change: dict[str, str], code: tuple[int, str]) -> None:
    credential = {
        "credentialType": "ACCESSTOKEN",
        "accessTokenType": "bearer",
        "accessToken": "made-up-sink-token",
        "accessTokenExpiresUtc": "2100-01-01T00:00:00Z",
    }

    request = a_request(bob, sinkCredential=credential | change)
    assert bob.subscribe_with(request).code == code


@pytest.mark.parametrize(
    ("more", "code"),
    [
        ({"subscriptionExpireTime": "2020-01-01T00:00:00Z"}, INVALID),
        ({"subscriptionExpireTime": "2100-01-01T00:00:00"}, INVALID),
        ({"subscriptionMaxEvents": 0}, None),
        ({"subscriptionMaxEvents": 1_000_001}, None),
        ({"subscriptionMaxEvents": "5"}, INVALID),
        ({"subscriptionDetail": {}}, INVALID),
        ({"subscriptionDetail": {"deviceId": "phone"}}, INVALID),
        ({"subscriptionDetail": {"deviceId": UNKNOWN_ID}}, MISMATCH),
    ],
    ids=repr,
)
def test_no_config(bob: Subscriber, more: dict[str, Any], code: tuple[int, str] | None) -> None:
    refused = bob.subscribe(STATUS, "https://app.example.com/hook", **more)

    assert refused.status == 400 if code is None else refused.code == code


def test_whose_device_it_is_not(bob: Subscriber, somebody: Callable[[], Subscriber]) -> None:
    eve = somebody().with_device()
    hers = {"subscriptionDetail": {"deviceId": eve.device_id()}}
    sink = "https://app.example.com/hook"

    assert bob.subscribe(STATUS, sink, **hers).code == MISMATCH
    for pass_on in IN_OTHER_HANDS.values():
        assert pass_on(bob).subscribe(STATUS, sink).code == MISMATCH
    assert eve.deregister().status == 204
    assert eve.subscribe(STATUS, sink).code == MISMATCH


def test_the_scope_is_that_of_the_type(bob: Subscriber) -> None:
    sink = "https://app.example.com/hook"
    for_invitations = bob.with_token(
        scope=f"webrtc-events-subscriptions:{EVENTS}.{INVITATION}:create"
    )
    for_reading = bob.with_token(scope="webrtc-events-subscriptions:read")

    assert for_invitations.subscribe(STATUS, sink).code == MISMATCH
    assert for_reading.subscribe(STATUS, sink).code == (403, "PERMISSION_DENIED")
    assert bob.with_bearer("garbage").subscribe(STATUS, sink).code == (401, "UNAUTHENTICATED")
    for refused in (
        for_invitations.send("GET", SUBSCRIPTIONS),
        for_invitations.subscription(UNKNOWN_ID),
        for_reading.unsubscribe(UNKNOWN_ID),
        for_reading.send("PUT", f"{SUBSCRIPTIONS}/{UNKNOWN_ID}", {}),
    ):
        assert refused.code == (403, "PERMISSION_DENIED")


def test_a_token_without_a_number_subscribes_nobody(bob: Subscriber) -> None:
    nobody = bob.with_token(phone_number=None)

    refused = nobody.subscribe(STATUS, "https://app.example.com/hook")
    assert refused.code == (422, "MISSING_IDENTIFIER")


def test_what_is_no_subscription(bob: Subscriber) -> None:
    for subscription_id in (UNKNOWN_ID, "x", "%00", "a" * 200):
        path = f"{SUBSCRIPTIONS}/{subscription_id}"
        for method, body in (("GET", None), ("PUT", {}), ("DELETE", None)):
            assert bob.send(method, path, body).status in {400, 404}
    assert bob.subscription(UNKNOWN_ID).code == UNKNOWN
    assert bob.unsubscribe(UNKNOWN_ID).code == UNKNOWN
    assert bob.send("DELETE", SUBSCRIPTIONS).code == INVALID
    assert bob.send("PUT", SUBSCRIPTIONS, {}).code == INVALID
    assert bob.unsubscribe("a" * 257).code == OUT_OF_RANGE


def test_the_list_has_no_final_slash(bob: Subscriber) -> None:
    assert bob.send("GET", SUBSCRIPTIONS).status == 200
    for one in ("/", "//", "/?x=1"):
        assert bob.send("GET", SUBSCRIPTIONS + one).code == INVALID
    assert bob.with_bearer("a.b.c").send("GET", f"{SUBSCRIPTIONS}/").status == 401


def test_what_is_no_update(bob: Subscriber) -> None:
    known = bob.subscribe(STATUS, "https://app.example.com/hook").body
    path = f"{SUBSCRIPTIONS}/{known['id']}"

    past = {"subscriptionExpireTime": "2020-01-01T00:00:00Z"}
    bodies: list[dict[str, Any]] = [{}, {"config": {}}, {"config": past}]
    for body in bodies:
        assert bob.send("PUT", path, body).code == INVALID
    assert bob.subscription(known["id"]).body == known
    assert bob.unsubscribe(known["id"]).status == 204


def test_another_neither_sees_nor_ends_it(
    bob: Subscriber, somebody: Callable[[], Subscriber]
) -> None:
    alice = somebody().with_device()
    created = alice.subscribe(STATUS, "https://app.example.com/hook").body
    later = {"config": {"subscriptionExpireTime": "2100-01-01T00:00:00Z"}}

    for other in (bob, *(pass_on(alice) for pass_on in IN_OTHER_HANDS.values())):
        assert other.subscription(created["id"]).code == UNKNOWN
        assert other.unsubscribe(created["id"]).code == UNKNOWN
        assert other.send("PUT", f"{SUBSCRIPTIONS}/{created['id']}", later).code == UNKNOWN
        assert other.send("GET", SUBSCRIPTIONS).body == []
    assert alice.subscription(created["id"]).body == created
    assert alice.send("GET", SUBSCRIPTIONS).body == [created]
    assert alice.unsubscribe(created["id"]).status == 204


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"null", b'"x"', b"\xff", b'{"sink":' * 9000])
def test_no_body(bob: Subscriber, body: bytes) -> None:
    assert bob.subscribe_with(body).code == INVALID


def test_a_body_of_another_type(bob: Subscriber) -> None:
    text = {"Content-Type": "text/plain"}

    assert bob.subscribe_with(a_request(bob), headers=text).code == (415, "UNSUPPORTED_MEDIA_TYPE")


@pytest.mark.parametrize(
    "body",
    [
        {"sink": "https://elsewhere.example.com"},
        {"types": []},
        {"config": {"subscriptionDetail": {}}},
        {"config": {"subscriptionMaxEvents": 1}},
        {"config": {"subscriptionExpireTime": "2020-01-01T00:00:00Z"}},
        {"sinkCredential": {}},
    ],
    ids=repr,
)
def test_no_update(somebody: Callable[[], Subscriber], body: Any) -> None:
    carol = somebody().with_device()
    created = carol.subscribe(STATUS, "https://app.example.com/hook").body

    assert carol.send("PUT", f"{SUBSCRIPTIONS}/{created['id']}", body).status == 400
    assert carol.subscription(created["id"]).body == created
    assert carol.unsubscribe(created["id"]).status == 204
