"""retrieveNotificationChannelSubscriptionList: what is active, of one user of a number."""

from typing import Any

import pytest

from tests.integration.conftest import FakeClock
from tests.support.builders import ALICE, BOB, a_context, a_registration
from tests.support.devices import register
from tests.support.subscriptions_api import (
    a_subscription_request,
    at,
    delete,
    get,
    get_all,
    post,
    subscribed,
)


@pytest.mark.parametrize("claims", [{"client_id": "client-2"}, {"sub": "another user"}])
def test_the_list_is_of_this_actor_and_of_what_is_active(
    claims: dict[str, Any], time_stands_still: FakeClock
) -> None:
    register(ALICE, device=2, **claims)
    assert get_all().body == []
    expiring, gone, known = subscribed(subscriptionExpireTime=at(10)), subscribed(), subscribed()
    delete(ALICE, gone)
    detail = {"subscriptionDetail": {"deviceId": a_registration(device=2).device_id}}
    another = a_context(**claims)
    theirs = post(body=a_subscription_request(config=detail), context=another)
    bobs = post(BOB)

    assert {each["id"] for each in get_all().body} == {expiring, known}
    time_stands_still.now += 10
    assert get_all().body == [get(ALICE, known).body]
    assert get_all(context=another).body == [theirs.body]
    assert get_all(BOB).body == [bobs.body]
