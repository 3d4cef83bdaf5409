"""How many subscriptions there may be at once: of a device, of a number and client, of a number."""

from dataclasses import replace
from itertools import product

import pytest

from aws.dynamodb import dynamodb_client
from notifications import api
from notifications.audience import Limits
from notifications.store import SubscriptionStore
from notifications.subscription import Subscription
from tests.support.audiences import listed, many, store_all, stored_subscriptions, to_be_listed
from tests.support.builders import (
    ALICE,
    ALICE_KEY,
    NOW,
    a_subscription,
)
from tests.support.interleaving import every_order, race
from tests.support.messaging import Requests
from tests.support.on_moto import FakeClock
from tests.support.subscriptions_api import (
    delete,
    post,
    subscribed,
)
from tests.support.table import SUBSCRIPTIONS

CREATED, REFUSED = (201, None), (429, "QUOTA_EXCEEDED")
OTHER_CLIENTS = ("client-2", "client-3", "client-4", "client-5")
FEW = Limits(of_device=2, of_client=4, of_subscriber=7)
LIMITS = ("of a device", "of a number and client", "of a number")
every_limit = pytest.mark.parametrize("limit", LIMITS)


def all_but_one(limit: str, limits: Limits) -> list[Subscription]:
    """Return one less than there may be, so that nobody has more than Alice."""
    if limit == "of a device":
        return [a_subscription(number) for number in range(limits.of_device - 1)]
    if limit == "of a number and client":
        return many(limits.of_client - 1)
    users = product(OTHER_CLIENTS, range(limits.of_client))
    others = [
        each
        for place, (client_id, user) in enumerate(users)
        for each in many(1, 2000 + place, client_id=client_id, sub=f"user {user}")
    ]
    return [*many(2), *others[: limits.of_subscriber - 3]]


@pytest.fixture
def few(monkeypatch: pytest.MonkeyPatch) -> None:
    """Lower the limits, for moto is slow with what is large."""
    store = SubscriptionStore(dynamodb_client(), SUBSCRIPTIONS, FEW)
    monkeypatch.setattr(api, "subscription_store", lambda: store)


@every_limit
def test_there_may_be_so_many_and_no_more(limit: str) -> None:
    known = all_but_one(limit, Limits(10, 100, 400))
    store_all(known)

    answers = [post().code for _ in range(2)]

    assert answers == [CREATED, REFUSED]
    assert len(stored_subscriptions(ALICE_KEY)) == len(known) + 1
    assert listed(ALICE_KEY) == to_be_listed(ALICE_KEY)


@pytest.mark.usefixtures("few")
@every_limit
@every_order
def test_of_twenty_requests_for_the_last_place_one_gets_it(limit: str, order: list[int]) -> None:
    known = all_but_one(limit, FEW)
    store_all(known)

    assert race([lambda: post().code] * 20, order) == {CREATED: 1, REFUSED: 19}
    assert len(stored_subscriptions(ALICE_KEY)) == len(known) + 1
    assert listed(ALICE_KEY) == to_be_listed(ALICE_KEY)


@pytest.mark.usefixtures("few")
@every_limit
@pytest.mark.parametrize("over", ["ended", "expired"])
def test_what_is_over_does_not_count(limit: str, over: str, clock: FakeClock) -> None:
    [first, *others] = all_but_one(limit, FEW)
    store_all([replace(first, ends_at=NOW + 60), *others])
    last = subscribed()
    assert post().code == REFUSED
    if over == "ended":
        delete(ALICE, last)
    else:
        clock.now += 60

    assert [post().code for _ in range(2)] == [CREATED, REFUSED]


@pytest.mark.usefixtures("few")
@every_limit
def test_who_is_refused_changes_nothing(limit: str, requests: Requests) -> None:
    store_all(all_but_one(limit, FEW))
    subscribed()
    before = stored_subscriptions(ALICE_KEY)
    requests.clear()

    assert post().code == REFUSED
    assert [name for name, _ in requests] == ["GetItem", "GetItem"]
    assert stored_subscriptions(ALICE_KEY) == before
