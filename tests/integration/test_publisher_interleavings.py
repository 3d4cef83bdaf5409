"""Publishers on many calls at once: each subscription hears of each call's changes in order."""

import json
from collections.abc import Callable, Sequence

import hypothesis.strategies as st
import pytest
from hypothesis import HealthCheck, example, given, settings

from notifications.store import subscription_store
from notifications.subscription import Subscription, TerminationReason
from tests.support.audiences import listed, store_all, to_be_listed
from tests.support.builders import NOW, a_subscription
from tests.support.interleaving import every_order, race
from tests.support.messaging import Message, Requests, subscribe, taken_from
from tests.support.on_moto import Messaging
from tests.support.session_events import BOBS, INVITATION, publish
from tests.support.session_records import media_session_id, of_calls
from tests.support.stream_reader import read_stream
from tests.support.streams import Record

CALLS = [1, 2, 3, 2, 1, 1, 3, 3, 2, 4, 1, 4, 4, 2, 3, 1, 2, 4]
"""Which call changes, time after time."""

type Change = tuple[str, int]


def changes_of(calls: Sequence[int]) -> list[Change]:
    """Return call and number of each change but the invitations, in the order of the stream."""
    numbers = [1 + calls[:place].count(call) for place, call in enumerate(calls)]
    changes = zip(map(media_session_id, calls), numbers, strict=True)
    return [(call, number) for call, number in changes if number > 1]


def heard_by(subscription: Subscription, messages: list[Message]) -> list[Change]:
    """Return call and number of each change that it hears of, in the order of the queue."""
    return [
        (message["media_session_id"], message["data"]["sequenceNumber"])
        for message in messages
        if message["subscription_id"] == subscription.subscription_id
    ]


def sent(requests: Requests) -> list[Message]:
    """Return all that was sent to the queue, in this order."""
    entries = [
        entry
        for name, arguments in requests
        if name == "SendMessageBatch"
        for entry in arguments["Entries"]
    ]
    return [json.loads(entry["MessageBody"]) for entry in entries]


@pytest.mark.parametrize("size", [100, 7])
def test_changes_of_many_calls_are_told_in_the_order_of_the_stream(
    messaging: Messaging, size: int
) -> None:
    told = [subscribe(1), subscribe(2), subscribe(3, **BOBS), subscribe(4, **BOBS)]
    assert sum(read_stream(publish, of_calls(CALLS), size)) == len(CALLS)

    messages = taken_from(messaging.queue)
    for subscription in told:
        assert heard_by(subscription, messages) == changes_of(CALLS)


def test_all_subscriptions_of_a_device_hear_of_many_changes_in_order(messaging: Messaging) -> None:
    told = [a_subscription(number) for number in range(10)]
    store_all(told)
    publish(of_calls([1, 2, 1, 1, 2]))

    messages = taken_from(messaging.queue)
    for subscription in told:
        assert heard_by(subscription, messages) == changes_of([1, 2, 1, 1, 2])


def test_the_same_batch_again_is_the_same_events_and_queued_once(
    messaging: Messaging, requests: Requests
) -> None:
    subscribe(1)
    subscribe(2, **BOBS)
    subscribe(3, **INVITATION)
    records = of_calls(CALLS)
    publish(records)
    first = sent(requests)
    requests.clear()
    publish(records)

    assert sent(requests) == first
    assert len({message["event_id"] for message in first}) == len(first) == 14 * 2 + 4
    assert len(taken_from(messaging.queue)) == len(first)


@pytest.mark.usefixtures("messaging")
@every_order
def test_batches_that_are_published_at_once_keep_the_order_of_each_call(
    requests: Requests, order: list[int]
) -> None:
    """Lambda gives the records of one call to one reader at a time."""
    told = [subscribe(1), subscribe(2), subscribe(3, **BOBS)]
    batches = [of_calls(calls) for calls in ([1, 2] * 4, [3, 4] * 4, [5] * 6)]

    assert race([publishes(batch) for batch in batches], order) == {None: 3}

    messages = sent(requests)
    for subscription in told:
        heard = heard_by(subscription, messages)
        assert len(heard) == 3 + 3 + 3 + 3 + 5
        for call in range(1, 6):
            numbers = [number for name, number in heard if name == media_session_id(call)]
            assert numbers == list(range(2, 2 + len(numbers)))


def publishes(records: list[Record]) -> Callable[[], None]:
    """Return what publishes a batch, when it is called."""

    def act() -> None:
        assert publish(records) == []

    return act


CHANGES: dict[str, Callable[[Subscription], Subscription]] = {
    "prolonged": lambda known: known.updated(None, known.ends_at + 60),
    "failing": lambda known: known.failed("event", NOW, NOW),
    "ended": lambda known: known.ended_because(TerminationReason.SUBSCRIPTION_DELETED, NOW),
}


@settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(
    becomes=st.sampled_from(sorted(CHANGES)),
    order=st.lists(st.integers(0, 2), min_size=1, max_size=8),
)
@example(becomes="failing", order=[0, 2, 2, 2, 1])
@pytest.mark.usefixtures("messaging")
def test_one_that_changes_meanwhile_hears_of_whole_batches_and_the_others_of_all(
    requests: Requests, becomes: str, order: list[int]
) -> None:
    requests.clear()
    changing, steady = a_subscription(1), a_subscription(2)
    store_all([changing, steady])

    def change() -> None:
        subscription_store().change(
            changing.subscriber_key, changing.subscription_id, CHANGES[becomes]
        )

    race([publishes(of_calls([1] * 4)), publishes(of_calls([2] * 4)), change], order)

    messages = sent(requests)
    for subscription in (changing, steady):
        heard = heard_by(subscription, messages)
        for call in (1, 2):
            numbers = [number for name, number in heard if name == media_session_id(call)]
            changes = becomes != "prolonged" and subscription is changing
            assert numbers in ([[], [2, 3, 4]] if changes else [[2, 3, 4]])
    assert listed(changing.subscriber_key) == to_be_listed(changing.subscriber_key)
