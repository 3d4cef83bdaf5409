"""A subscription is updated and deleted, and to others it does not exist."""

from typing import Any

import pytest

from camara.identity import SubscriberKey
from notifications.store import subscription_store
from notifications.subscription import Subscription, TerminationReason
from tests.support.builders import (
    ALICE,
    ALICE_KEY,
    BOB,
    NOW,
    SINK,
    SUBSCRIPTION_LIFETIMES,
    UNKNOWN,
    a_context,
)
from tests.support.devices import deregister
from tests.support.on_moto import FakeClock
from tests.support.subscriptions_api import (
    DEVICE,
    OF_ONE,
    STATUS,
    a_credential,
    at,
    delete,
    get,
    get_all,
    put,
    stored,
    subscribed,
)


def test_an_update_moves_the_end(clock: FakeClock) -> None:
    known = subscribed(subscriptionMaxEvents=5)
    [before] = stored()
    clock.now += 5

    answer = put(ALICE, known, {"config": {"subscriptionExpireTime": at(10)}})

    assert answer.status == 200
    assert answer.body["expiresAt"] == at(10)
    assert answer.body["config"]["subscriptionExpireTime"] == at(10)
    assert get(ALICE, known).body == answer.body
    assert stored() == [before.updated(None, NOW + 10)]


def test_an_update_is_capped() -> None:
    asked = {"config": {"subscriptionExpireTime": "9999-12-31T23:59:59Z"}}

    assert put(ALICE, subscribed(), asked).body["expiresAt"] == "2027-04-15T08:00:00Z"


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({}, "INVALID_ARGUMENT"),
        ({"config": {}}, "INVALID_ARGUMENT"),
        ({"sink": SINK}, "INVALID_ARGUMENT"),
        ({"types": [STATUS]}, "INVALID_ARGUMENT"),
        ({"protocol": "HTTP"}, "INVALID_ARGUMENT"),
        ({"future": 1}, "INVALID_ARGUMENT"),
        ({"config": None}, "INVALID_ARGUMENT"),
        ({"config": {"future": 1}}, "INVALID_ARGUMENT"),
        ({"config": {"subscriptionDetail": {"deviceId": DEVICE}}}, "INVALID_ARGUMENT"),
        ({"config": {"subscriptionMaxEvents": 5}}, "INVALID_ARGUMENT"),
        ({"config": {"subscriptionExpireTime": "soon"}}, "INVALID_ARGUMENT"),
        ({"sinkCredential": None}, "INVALID_ARGUMENT"),
        ({"sinkCredential": {}}, "INVALID_ARGUMENT"),
        ({"sinkCredential": a_credential(accessToken=None)}, "INVALID_ARGUMENT"),
        ({"sinkCredential": a_credential(credentialType="PLAIN")}, "INVALID_CREDENTIAL"),
        ({"sinkCredential": a_credential(accessTokenType="mac")}, "INVALID_TOKEN"),
    ],
)
def test_a_bad_update_changes_nothing(body: Any, code: str) -> None:
    known = subscribed()
    before = stored()

    assert put(ALICE, known, body).code == (400, code)
    assert stored() == before


def test_who_loses_a_race_decides_again(monkeypatch: pytest.MonkeyPatch) -> None:
    known = subscribed()
    read = subscription_store().read
    reads = []

    def read_and_be_overtaken(number: SubscriberKey, subscription_id: str) -> Subscription:
        found = read(number, subscription_id)
        reads.append(found.version)
        if len(reads) == 1:
            assert delete(ALICE, known).status == 204
        return found

    monkeypatch.setattr(subscription_store(), "read", read_and_be_overtaken)

    late = put(ALICE, known, {"config": {"subscriptionExpireTime": at(10)}})

    assert late.code == (404, "NOT_FOUND")
    assert reads == [1, 1, 2]
    [after] = stored()
    assert after.ended is TerminationReason.SUBSCRIPTION_DELETED
    assert after.ends_at == NOW + SUBSCRIPTION_LIFETIMES.default


def test_a_deleted_subscription_is_gone() -> None:
    known = subscribed()
    [before] = stored()

    answer = delete(ALICE, known)

    assert (answer.status, answer.body) == (204, None)
    assert get(ALICE, known).code == (404, "NOT_FOUND")
    assert delete(ALICE, known).code == (404, "NOT_FOUND")
    assert stored() == [before.ended_because(TerminationReason.SUBSCRIPTION_DELETED, NOW)]


def test_a_delete_has_no_body() -> None:
    known = subscribed()

    assert delete(ALICE, known, body={}).code == (400, "INVALID_ARGUMENT")
    assert get(ALICE, known).body["status"] == "ACTIVE"


OTHERS = {
    "another number": a_context(BOB),
    "another client": a_context(ALICE, client_id="client-2"),
    "no client": a_context(ALICE, client_id=None),
    "another user": a_context(ALICE, sub="another user"),
    "no user": a_context(ALICE, sub=None),
}


@pytest.mark.parametrize("context", OTHERS.values(), ids=OTHERS.keys())
@pytest.mark.parametrize("name", OF_ONE)
def test_the_subscriptions_of_others_look_as_if_they_did_not_exist(
    name: str, context: dict[str, Any]
) -> None:
    known = subscribed()
    before = stored()

    found = OF_ONE[name](None, known, context=context)

    assert found.code == (404, "NOT_FOUND")
    assert found == OF_ONE[name](None, UNKNOWN, context=context)
    assert get_all(context=context).body == []
    assert stored() == before


@pytest.mark.parametrize("name", ["update", "delete"])
def test_what_is_over_is_not_found(name: str, clock: FakeClock) -> None:
    expired, ended, gone = subscribed(subscriptionExpireTime=at(10)), subscribed(), subscribed()
    reason = TerminationReason.NETWORK_TERMINATED
    subscription_store().change(ALICE_KEY, ended, lambda each: each.ended_because(reason, NOW))
    delete(ALICE, gone)
    clock.now += 10
    before = stored()

    for known in (expired, ended, gone, UNKNOWN, "no-uuid"):
        assert OF_ONE[name](ALICE, known).code == (404, "NOT_FOUND")
    assert stored() == before


def test_a_subscription_outlives_the_registration_of_its_device() -> None:
    known = subscribed()
    deregister(ALICE)

    assert get(ALICE, known).body["status"] == "ACTIVE"
    assert put(ALICE, known).status == 200
    assert delete(ALICE, known).status == 204
