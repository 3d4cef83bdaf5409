"""retrieveNotificationChannelSubscriptionList: what is active, of one user of a number."""

from dataclasses import replace
from typing import Any

import pytest

from notifications.subscription import TerminationReason
from tests.support.audiences import many, store_all
from tests.support.builders import ALICE, BOB, NOW, a_context, a_registration
from tests.support.devices import register
from tests.support.messaging import Requests
from tests.support.on_moto import FakeClock
from tests.support.races import just_before
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
    claims: dict[str, Any], clock: FakeClock
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
    clock.now += 10
    assert get_all().body == [get(ALICE, known).body]
    assert get_all(context=another).body == [theirs.body]
    assert get_all(BOB).body == [bobs.body]


def test_the_list_costs_two_requests_and_an_empty_one_costs_one(requests: Requests) -> None:
    assert get_all().body == []
    assert [name for name, _ in requests] == ["GetItem"]
    store_all(
        [
            *many(100),
            *many(50, 2000, sub="another user"),
            *many(50, 3000, client_id="client-2"),
            *(
                each.ended_because(TerminationReason.SUBSCRIPTION_DELETED, NOW)
                for each in many(50, 4000)
            ),
        ]
    )
    requests.clear()

    shown = get_all().body

    assert [name for name, _ in requests] == ["GetItem", "BatchGetItem"]
    assert sorted(each["id"] for each in shown) == sorted(
        each.subscription_id for each in many(100)
    )


def test_what_has_expired_is_not_read_though_it_may_still_be_listed(
    requests: Requests, clock: FakeClock
) -> None:
    expiring = [replace(each, ends_at=NOW + 60) for each in many(90, 2000)]
    store_all([*many(90), *expiring])
    clock.now += 60
    requests.clear()

    assert len(get_all().body) == 90
    [_, (_, arguments)] = requests
    [wanted] = arguments["RequestItems"].values()
    assert len(wanted["Keys"]) == 90


def test_one_that_ends_just_now_is_not_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    """Between the two requests."""
    gone, known = subscribed(), subscribed()
    just_before(monkeypatch, "BatchGetItem", lambda: delete(ALICE, gone))

    assert [each["id"] for each in get_all().body] == [known]
