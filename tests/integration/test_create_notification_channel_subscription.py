"""createNotificationChannelSubscription: what is made of a good request, and who may make it."""

import pytest

from camara.identity import derive_subscriber_key
from camara.scope import EventType
from notifications.subscription import Subscription
from tests.support.api import UUID
from tests.support.builders import (
    ALICE,
    ALICE_ACTS,
    BOB,
    NOBODY,
    NOW,
    SCOPES,
    SINK,
    SUBSCRIPTION_LIFETIMES,
    a_context,
    a_registration,
)
from tests.support.configured import configure
from tests.support.devices import deregister, register
from tests.support.on_moto import FakeClock
from tests.support.subscriptions_api import (
    DEVICE,
    INVITATION,
    REGISTRATION_ENDS,
    STATUS,
    a_subscription_request,
    get,
    get_all,
    post,
    stored,
    subscribed,
)


def test_a_subscription_is_for_the_tokens_number() -> None:
    answer = post()

    assert answer.status == 201
    assert UUID.fullmatch(answer.body["id"])
    assert answer.body == {
        "protocol": "HTTP",
        "sink": SINK,
        "types": [STATUS],
        "config": {
            "subscriptionDetail": {"deviceId": DEVICE},
            "subscriptionExpireTime": "2027-02-14T08:00:00Z",
        },
        "id": answer.body["id"],
        "startsAt": "2027-01-15T08:00:00Z",
        "expiresAt": "2027-02-14T08:00:00Z",
        "status": "ACTIVE",
    }
    assert answer.headers["Location"] == f"subscriptions/{answer.body['id']}"
    assert get(ALICE, answer.body["id"]).body == answer.body
    assert get_all().body == [answer.body]


@pytest.mark.parametrize("name", [INVITATION, STATUS, REGISTRATION_ENDS])
def test_what_is_kept_of_it(name: str) -> None:
    made = post(body=a_subscription_request(name, config={"subscriptionMaxEvents": 7}))

    assert stored() == [
        Subscription(
            subscriber_key=derive_subscriber_key(ALICE),
            subscription_id=made.body["id"],
            actor=ALICE_ACTS.key,
            client=ALICE_ACTS.client,
            device_id=DEVICE,
            type=EventType(name),
            sink=SINK,
            starts_at=NOW,
            ends_at=NOW + SUBSCRIPTION_LIFETIMES.default,
            max_events=7,
        )
    ]
    assert made.body["config"]["subscriptionMaxEvents"] == 7


def test_no_two_subscriptions_have_the_same_id() -> None:
    assert subscribed() != subscribed()


@pytest.mark.parametrize(
    ("asked", "got"),
    [
        (None, "2027-02-14T08:00:00Z"),
        ("2027-01-15T09:00:01.9+01:00", "2027-01-15T08:00:01Z"),
        ("9999-12-31T23:59:59-23:59", "2027-04-15T08:00:00Z"),
    ],
)
def test_it_lasts_as_long_as_asked_but_no_longer_than_it_may(asked: str | None, got: str) -> None:
    config = {"subscriptionExpireTime": asked} if asked else {}
    made = post(body=a_subscription_request(config=config))

    assert made.body["expiresAt"] == got
    assert made.body["config"]["subscriptionExpireTime"] == got
    assert get(ALICE, made.body["id"]).body == made.body


def test_a_sink_on_this_machine_is_for_the_embedded_stack(monkeypatch: pytest.MonkeyPatch) -> None:
    configure(monkeypatch, LOOPBACK_SINKS="true")
    sink = "http://127.0.0.1:8080/notifications"

    answer = post(body=a_subscription_request(sink=sink))

    assert (answer.status, answer.body["sink"]) == (201, sink)


@pytest.mark.parametrize("name", [INVITATION, STATUS, REGISTRATION_ENDS])
def test_each_type_needs_its_own_scope(name: str) -> None:
    own = f"webrtc-events-subscriptions:{name}:create"
    others = " ".join(scope for scope in SCOPES.split() if scope != own)
    body = a_subscription_request(name)

    denied = post(body=body, context=a_context(scope=others))

    assert denied.code == (403, "SUBSCRIPTION_MISMATCH")
    assert stored() == []
    assert post(body=body, context=a_context(scope=own)).status == 201


def test_a_device_that_is_not_the_tokens_looks_like_one_that_is_not_there(clock: FakeClock) -> None:
    register(BOB, device=2)
    register(ALICE, device=3, client_id="client-2")
    register(ALICE, device=4, sub="another user")
    register(ALICE, device=5, expires_at=NOW + 60)
    register(ALICE, device=6)
    deregister(ALICE, device=6)
    clock.now += 60

    for device in (2, 3, 4, 5, 6, 7):
        detail = {"subscriptionDetail": {"deviceId": a_registration(device=device).device_id}}
        answer = post(body=a_subscription_request(config=detail))
        assert answer.code == (403, "SUBSCRIPTION_MISMATCH")
    for claims in ({"client_id": "client-2"}, {"client_id": None}, {"sub": "x"}, {"sub": None}):
        assert post(context=a_context(**claims)).code == (403, "SUBSCRIPTION_MISMATCH")
    assert post(NOBODY).code == (403, "SUBSCRIPTION_MISMATCH")
    assert stored() == []


def test_whoever_has_the_number_next_subscribes_for_his_own_device_with_the_same_id() -> None:
    former = subscribed()
    deregister(ALICE)
    register(ALICE, sub="next owner")
    context = a_context(sub="next owner")

    theirs = post(context=context)

    assert theirs.status == 201
    assert get_all(context=context).body == [theirs.body]
    assert [each["id"] for each in get_all().body] == [former]
    assert len({each.device for each in stored()}) == 2
