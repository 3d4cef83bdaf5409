"""A subscription is updated and deleted, and to others it does not exist."""

from typing import Any

import pytest

from notifications.store import subscription_store
from notifications.subscription import TerminationReason
from tests.support.builders import (
    ALICE,
    ALICE_KEY,
    BOB,
    NOW,
    SINK,
    UNKNOWN,
    a_context,
)
from tests.support.devices import deregister
from tests.support.on_moto import FakeClock
from tests.support.races import just_before
from tests.support.registration_api import OF_THE_NUMBER
from tests.support.subscriptions_api import (
    OF_ONE,
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


@pytest.mark.parametrize("body", [{}, {"sink": SINK}, {"config": {"subscriptionMaxEvents": 5}}])
def test_a_bad_update_changes_nothing(body: Any) -> None:
    known = subscribed()
    before = stored()

    assert put(ALICE, known, body).code == (400, "INVALID_ARGUMENT")
    assert stored() == before


def test_an_update_that_is_overtaken_by_a_delete_updates_nothing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    known = subscribed()
    [before] = stored()
    just_before(monkeypatch, "TransactWriteItems", lambda: delete(ALICE, known))

    assert put(ALICE, known).code == (404, "NOT_FOUND")
    assert stored() == [before.ended_because(TerminationReason.SUBSCRIPTION_DELETED, NOW)]


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


OTHERS = {"another number": a_context(BOB)} | {
    name: a_context(ALICE, **claims) for name, claims in OF_THE_NUMBER.items()
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
