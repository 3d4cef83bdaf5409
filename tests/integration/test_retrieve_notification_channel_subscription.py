"""retrieveNotificationChannelSubscription: a subscription is shown until a day after its end."""

import pytest

from notifications import api
from notifications.item import subscription_item
from notifications.store import subscription_store
from notifications.subscription import TerminationReason
from tests.support.builders import ALICE, ALICE_KEY, BOB, NOW, a_subscription
from tests.support.on_moto import FakeClock
from tests.support.subscriptions_api import DAY, at, get, get_all, put, subscribed


@pytest.mark.parametrize(
    "reason", [each for each in TerminationReason if each != TerminationReason.SUBSCRIPTION_DELETED]
)
def test_how_it_ended_is_shown_for_a_day(reason: TerminationReason, clock: FakeClock) -> None:
    known = subscribed()
    subscription_store().change(ALICE_KEY, known, lambda each: each.ended_because(reason, NOW))

    for later in (0, DAY - 1):
        clock.now = NOW + later
        assert get(ALICE, known).body["status"] == "EXPIRED"
        assert get(BOB, known).code == (404, "NOT_FOUND")
    clock.now = NOW + DAY
    assert get(ALICE, known).code == (404, "NOT_FOUND")


def test_what_has_expired_is_shown_before_and_after_it_is_swept(clock: FakeClock) -> None:
    known = subscribed(subscriptionExpireTime=at(10))
    clock.now += 10

    before = get(ALICE, known)

    assert (before.body["status"], before.body["expiresAt"]) == ("EXPIRED", at(10))
    swept = TerminationReason.SUBSCRIPTION_EXPIRED
    subscription_store().change(
        ALICE_KEY, known, lambda each: each.ended_because(swept, NOW + 3600)
    )
    assert get(ALICE, known) == before
    clock.now += DAY - 1
    assert get(ALICE, known) == before
    clock.now += 1
    assert get(ALICE, known).code == (404, "NOT_FOUND")


@pytest.mark.parametrize("ended_at", [NOW, NOW + 3600])
def test_it_is_stored_for_as_long_as_it_is_shown(ended_at: int) -> None:
    expired = a_subscription(ends_at=NOW)
    swept = expired.ended_because(TerminationReason.SUBSCRIPTION_EXPIRED, ended_at)

    for over in (expired, swept):
        stored_until = int(subscription_item(over)["expiresAt"]["N"])
        assert stored_until >= NOW + api.SHOWN_AFTER_ITS_END


def test_while_its_sink_fails_it_is_inactive() -> None:
    known = subscribed()
    store = subscription_store()
    store.change(ALICE_KEY, known, lambda each: each.failed("event", NOW, NOW))

    assert get(ALICE, known).body["status"] == "INACTIVE"
    assert [each["status"] for each in get_all().body] == ["INACTIVE"]
    assert put(ALICE, known, {"config": {"subscriptionExpireTime": at(10)}}).body["status"] == (
        "INACTIVE"
    )
    store.change(ALICE_KEY, known, lambda each: each.told_again(NOW))
    assert get(ALICE, known).body["status"] == "ACTIVE"


@pytest.mark.parametrize("over", ["ended", "expired"])
def test_what_is_over_is_not_inactive_though_its_sink_failed(over: str, clock: FakeClock) -> None:
    known = subscribed(subscriptionExpireTime=at(10))
    subscription_store().change(ALICE_KEY, known, lambda each: each.failed("event", NOW, NOW))
    if over == "expired":
        clock.now += 10
    else:
        reason = TerminationReason.NETWORK_TERMINATED
        subscription_store().change(ALICE_KEY, known, lambda each: each.ended_because(reason, NOW))

    assert get(ALICE, known).body["status"] == "EXPIRED"
