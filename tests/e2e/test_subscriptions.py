"""The life of a subscription over HTTP, whose it is, and how many there may be."""

from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any

import pytest

from tests.support.stack.race import Race
from tests.support.stack.subscriber import EVENTS, IN_OTHER_HANDS, SUBSCRIPTIONS, Subscriber

OF_A_DEVICE = 10
AT_ONCE = 8
LATER = {"config": {"subscriptionExpireTime": "2100-01-01T00:00:00Z"}}
MISMATCH = (403, "SUBSCRIPTION_MISMATCH")
DENIED = (403, "PERMISSION_DENIED")
UNKNOWN = (404, "NOT_FOUND")
TOO_MANY = (429, "QUOTA_EXCEEDED")
STATUS = "session-status"
UNKNOWN_ID = "8e1d5c7a-3b2f-4a60-9d4e-1c0b7f6a5e21"


@pytest.fixture
def bob(somebody: Callable[[], Subscriber]) -> Subscriber:
    """Has a phone, and no subscription."""
    return somebody().with_device()


def test_from_the_post_to_the_end(bob: Subscriber) -> None:
    created = bob.subscribe(STATUS)
    assert created.status == 201
    known = created.body["id"]
    assert bob.subscription(known).body == created.body
    assert bob.send("GET", SUBSCRIPTIONS).body == [created.body]

    path = f"{SUBSCRIPTIONS}/{known}"
    assert bob.send("PUT", path, {"sink": "https://elsewhere.example.com"}).status == 400
    assert bob.subscription(known).body == created.body
    updated = bob.send("PUT", path, LATER)
    assert updated.status == 200
    assert updated.body["expiresAt"] != created.body["expiresAt"]
    assert bob.subscription(known).body == updated.body

    assert bob.unsubscribe(known).status == 204
    for gone in (bob.subscription(known), bob.unsubscribe(known), bob.send("PUT", path, LATER)):
        assert gone.code == UNKNOWN
    assert bob.send("GET", SUBSCRIPTIONS).body == []


def test_a_device_is_subscribed_by_whoever_has_registered_it(
    bob: Subscriber, somebody: Callable[[], Subscriber]
) -> None:
    eve = somebody().with_device()
    hers: dict[str, Any] = {"subscriptionDetail": {"deviceId": eve.device_id()}}

    assert bob.subscribe(STATUS, **hers).code == MISMATCH
    for pass_on in IN_OTHER_HANDS.values():
        assert pass_on(bob).subscribe(STATUS).code == MISMATCH
    assert eve.deregister().status == 204
    assert eve.subscribe(STATUS).code == MISMATCH
    assert bob.with_token(phone_number=None).subscribe(STATUS).code == (422, "MISSING_IDENTIFIER")


def test_the_scope_is_that_of_the_type(bob: Subscriber) -> None:
    invites = f"webrtc-events-subscriptions:{EVENTS}.session-invitation:create"
    for_invitations = bob.with_token(scope=invites)
    for_reading = bob.with_token(scope="webrtc-events-subscriptions:read")

    assert for_invitations.subscribe(STATUS).code == MISMATCH
    assert for_reading.subscribe(STATUS).code == DENIED
    for denied in (
        for_invitations.send("GET", SUBSCRIPTIONS),
        for_invitations.subscription(UNKNOWN_ID),
        for_reading.unsubscribe(UNKNOWN_ID),
        for_reading.send("PUT", f"{SUBSCRIPTIONS}/{UNKNOWN_ID}", {}),
    ):
        assert denied.code == DENIED
    assert bob.send("GET", SUBSCRIPTIONS).body == []


def test_another_neither_sees_nor_ends_it(
    bob: Subscriber, somebody: Callable[[], Subscriber]
) -> None:
    created = bob.subscribe(STATUS).body

    for other in (somebody(), *(pass_on(bob) for pass_on in IN_OTHER_HANDS.values())):
        assert other.subscription(created["id"]).code == UNKNOWN
        assert other.unsubscribe(created["id"]).code == UNKNOWN
        assert other.send("PUT", f"{SUBSCRIPTIONS}/{created['id']}", LATER).code == UNKNOWN
        assert other.send("GET", SUBSCRIPTIONS).body == []
    assert bob.send("GET", SUBSCRIPTIONS).body == [created]


def test_of_many_that_want_the_last_place_one_gets_it(bob: Subscriber) -> None:
    for _ in range(OF_A_DEVICE - 1):
        assert bob.subscribe(STATUS).status == 201

    with ThreadPoolExecutor(AT_ONCE) as pool:
        # So many at once need as many of the function; they start a few at a time.
        for some in (AT_ONCE // 2, AT_ONCE):
            Race(pool, some).run(*[partial(bob.send, "GET", SUBSCRIPTIONS)] * some)
        answers = Race(pool, AT_ONCE).run(*[partial(bob.subscribe, STATUS)] * AT_ONCE)

    assert Counter(answer.code for answer in answers) == {
        (201, None): 1,
        TOO_MANY: AT_ONCE - 1,
    }
    last, *_ = bob.send("GET", SUBSCRIPTIONS).body
    # It is the device's limit, not the actor's.
    assert bob.with_device("tablet").subscribe(STATUS).status == 201
    assert bob.unsubscribe(last["id"]).status == 204
    assert bob.subscribe(STATUS).status == 201
    assert bob.subscribe(STATUS).code == TOO_MANY
