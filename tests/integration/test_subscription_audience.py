"""The audience of a number lists its active subscriptions as they are, whatever becomes of them."""

from collections.abc import Callable
from contextlib import suppress
from functools import partial
from typing import Any

from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from aws import clock
from aws.dynamodb import dynamodb_client
from camara.errors import NotFound, QuotaExceeded
from camara.scope import EventType
from notifications.audience import Limits
from notifications.store import SubscriptionStore, subscription_store
from notifications.subscription import ATTEMPTS, Subscription, TerminationReason
from tests.support.audiences import listed, store_all, stored_subscriptions, to_be_listed
from tests.support.builders import ALICE_KEY, NOW, a_registration, a_subscription, subscription_id
from tests.support.interleaving import race
from tests.support.on_moto import FakeClock
from tests.support.table import SUBSCRIPTIONS

FEW = Limits(of_device=2, of_client=3, of_subscriber=4)
NUMBERS = range(6)
DEVICES = [
    a_registration(),
    a_registration(device=2),
    a_registration(device=3, sub="another user"),
    a_registration(device=4, client_id="client-2"),
]
DELETED = TerminationReason.SUBSCRIPTION_DELETED


def the(number: int) -> Subscription:
    """Return a subscription as it is made: of which device, and of which type, its number says."""
    kinds = [EventType.SESSION_STATUS, EventType.SESSION_INVITATION]
    return a_subscription(
        number,
        of=DEVICES[number % len(DEVICES)],
        type=kinds[number % 2],
        starts_at=clock.now(),
        ends_at=clock.now() + 100,
        max_events=2,
    )


def create(number: int) -> None:
    """Create it, if there is room or another one gives way: only one device is registered."""
    store = SubscriptionStore(dynamodb_client(), SUBSCRIPTIONS, FEW)
    store.create(the(number), {DEVICES[0].device}, clock.now())


def changes(decide: Callable[[Subscription], Subscription]) -> Callable[[int], None]:
    """Return what changes a subscription, of which the number is said."""

    def act(number: int) -> None:
        subscription_store().change(ALICE_KEY, a_subscription(number).subscription_id, decide)

    return act


def prolonged(known: Subscription) -> Subscription:
    known.require_active(known.actor, clock.now())
    return known.updated(None, clock.now() + 150)


ACTIONS: dict[str, Callable[[int], Any]] = {
    "create": create,
    "prolong": changes(prolonged),
    "delete": changes(lambda known: known.ended_because(DELETED, clock.now())),
    "mark": changes(lambda known: known.failed("event", NOW, clock.now())),
    "probe": changes(lambda known: known.failed_again("event", known.failures, clock.now())),
    "recover": changes(lambda known: known.with_mark_cleared(clock.now())),
    "hear": changes(lambda known: known.after_delivery(str(known.version), None, clock.now())),
    "sweep": changes(lambda known: known.settled(clock.now())),
}


def take(time: FakeClock, action: str, number: int) -> None:
    """Take a step, if it is possible; an id is used once."""
    if action == "wait":
        time.now += 20 * number
        return
    known = {each.subscription_id for each in stored_subscriptions(ALICE_KEY)}
    if action == "create" and subscription_id(number) in known:
        return
    with suppress(NotFound, QuotaExceeded):
        ACTIONS[action](number)


def begin_anew(time: FakeClock) -> None:
    time.now = NOW
    for item in dynamodb_client().scan(TableName=SUBSCRIPTIONS)["Items"]:
        key = {name: item[name] for name in ("number", "subscriptionId")}
        dynamodb_client().delete_item(TableName=SUBSCRIPTIONS, Key=key)


def check() -> None:
    """Compare what is listed with what there is."""
    assert listed(ALICE_KEY) == to_be_listed(ALICE_KEY)


@settings(
    max_examples=20,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(
    steps=st.lists(
        st.tuples(
            st.sampled_from(["create", "create", "wait", *ACTIONS]), st.sampled_from(NUMBERS)
        ),
        max_size=15,
    )
)
@example([("create", 0), ("mark", 0), *[("probe", 0)] * (ATTEMPTS - 1)])
@example([("create", 0), ("wait", 5), ("create", 4), ("sweep", 0), ("prolong", 4)])
@example([("create", 1), ("create", 2), ("create", 5), ("create", 0)])
def test_whatever_becomes_of_subscriptions_their_audience_knows(
    clock: FakeClock, steps: list[tuple[str, int]]
) -> None:
    begin_anew(clock)
    for action, number in steps:
        take(clock, action, number)
        check()


@settings(
    max_examples=20,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(
    actions=st.lists(
        st.tuples(st.sampled_from(sorted(ACTIONS)), st.integers(0, 2)), min_size=2, max_size=3
    ),
    order=st.lists(st.integers(0, 2), min_size=1, max_size=8),
)
@example([("delete", 0), ("mark", 0), ("prolong", 0)], [0, 1, 2])
@example([("create", 0), ("create", 1), ("create", 2)], [0, 1, 2])
def test_whoever_acts_at_once_their_audience_knows_at_every_moment(
    clock: FakeClock, actions: list[tuple[str, int]], order: list[int]
) -> None:
    begin_anew(clock)
    store_all([the(number) for number in range(3)])
    clock.now += 50

    race([partial(act_on, number, action) for action, number in actions], order, check)
    check()


def act_on(number: int, action: str) -> None:
    """Act on one of those that there are, or create another one."""
    ACTIONS[action](number + 3 if action == "create" else number)
