"""Whose a subscription is, and for how long it can be operated on."""

import pytest

from events.store import subscription_store
from events.subscription import TerminationReason
from tests.integration.conftest import FakeClock
from tests.support.builders import ALICE, ALICE_KEY, BOB, NOW, UNKNOWN, a_context
from tests.support.devices import deregister
from tests.support.subscriptions_api import OF_ONE, at, delete, get, put, stored, subscribed


@pytest.mark.parametrize("name", OF_ONE)
def test_the_subscriptions_of_others_look_as_if_they_did_not_exist(name: str) -> None:
    known = subscribed()
    before = stored()

    for context in (a_context(BOB), a_context(ALICE, client_id="client-2")):
        found = OF_ONE[name](None, known, context=context)
        assert found == OF_ONE[name](None, UNKNOWN, context=context)
        assert found.code == (404, "NOT_FOUND")
    assert stored() == before


@pytest.mark.parametrize("name", ["update", "delete"])
def test_what_is_over_is_not_found(name: str, time_stands_still: FakeClock) -> None:
    expired, ended, gone = subscribed(subscriptionExpireTime=at(10)), subscribed(), subscribed()
    reason = TerminationReason.NETWORK_TERMINATED
    subscription_store().change(ALICE_KEY, ended, lambda each: each.ended_because(reason, NOW))
    delete(ALICE, gone)
    time_stands_still.now += 10
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
