"""updateNotificationChannelSubscription: the end moves; whatever else was agreed stays."""

from typing import Any

import pytest

from camara.identity import SubscriberKey
from notifications.store import subscription_store
from notifications.subscription import Subscription, TerminationReason
from tests.support.builders import ALICE, NOW, SINK, SUBSCRIPTION_LIFETIMES
from tests.support.on_moto import FakeClock
from tests.support.subscriptions_api import (
    DEVICE,
    STATUS,
    a_credential,
    at,
    delete,
    get,
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
