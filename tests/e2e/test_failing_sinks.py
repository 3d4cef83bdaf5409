"""A sink that fails is probed, not fed: nobody waits for it, and it is told how things are then."""

from collections.abc import Callable, Iterator

import pytest

from infra.local.processes import wait_until
from infra.local.settings import HOST
from tests.support import webhook as hostile
from tests.support.stack.aws import Aws
from tests.support.stack.ear import STREAM_SECONDS, Ear
from tests.support.stack.subscriber import Line, Subscriber

type Subscribed = Callable[..., Ear]

STATUS, INVITATION = "session-status", "session-invitation"
CLOSED_PORT = f"http://{HOST}:1024/nobody"
LAST_BUT_ONE = 11
"""Failures, of which the twelfth ends a subscription."""
EARLY_HINTS = b"HTTP/1.1 103 Early Hints\r\nLink: </style.css>\r\n\r\n"
TAKEN = b"HTTP/1.1 204 No Content\r\n\r\n"


@pytest.fixture
def misbehaving() -> Iterator[hostile.Webhook]:
    """A sink that does what no honest one does."""
    with hostile.Webhook().serving() as served:
        yield served


def test_a_sink_that_works_again_is_told_the_latest_of_each_call_once(
    callers: Line, ear: Subscribed, aws: Aws
) -> None:
    failing, fine = ear(callers.alice, STATUS), ear(callers.alice, STATUS)
    failing.fail()
    first = callers.call("Ringing")
    failing.is_tried()
    assert becomes(callers.alice, failing.subscription_id, "INACTIVE")
    callers.bob.answer(first)
    second = callers.call("Ringing")
    callers.bob.delete(second)
    fine.hears(4)
    # With nothing but what it did not take it is asked again.
    assert {attempt.event["data"]["mediaSessionId"] for attempt in failing.attempts} == {first}

    failing.work()

    failing.hears(2)
    assert becomes(callers.alice, failing.subscription_id, "ACTIVE")
    callers.alice.delete(first)
    failing.hears(3)
    fine.hears(5)
    has_caught_up(aws, failing)
    assert failing.of_each_call() == {
        first: [(3, "Connected"), (4, "Terminated")],
        second: [(3, "Declined")],
    }
    assert fine.of_each_call() == {
        first: [(2, "Ringing"), (3, "Connected"), (4, "Terminated")],
        second: [(2, "Ringing"), (3, "Declined")],
    }


def test_a_dead_and_a_hostile_sink_are_nothing_to_the_healthy_one_beside_them(
    callers: Line, ear: Subscribed, misbehaving: hostile.Webhook
) -> None:
    misbehaving.then(hostile.hang, hostile.endless_head, hostile.interim_answers, hostile.drop)
    sinks = (CLOSED_PORT, misbehaving.url)
    others = [callers.alice.subscribe(STATUS, sink).body["id"] for sink in sinks]
    healthy = ear(callers.alice, STATUS)

    call = callers.call("Ringing")
    callers.bob.answer(call)
    callers.bob.put(call, "Hold")
    callers.bob.delete(call)

    healthy.hears(4)
    assert healthy.statuses() == [
        (2, "Ringing"),
        (3, "Connected"),
        (4, "Hold"),
        (5, "Terminated"),
    ]
    for subscription_id in others:
        assert becomes(callers.alice, subscription_id, "INACTIVE")
    assert len({received.event["id"] for received in misbehaving.received}) == 1
    assert callers.alice.subscription(healthy.subscription_id).body["status"] == "ACTIVE"


def test_nobody_is_invited_any_more_to_a_call_that_no_longer_rings(
    callers: Line, ear: Subscribed
) -> None:
    late = ear(callers.bob, INVITATION)
    late.fail()
    over = callers.call()
    late.is_tried()
    assert becomes(callers.bob, late.subscription_id, "INACTIVE")

    callers.alice.delete(over)
    late.work()

    assert becomes(callers.bob, late.subscription_id, "ACTIVE")
    rings = callers.call()
    late.hears(1)
    assert late.of_each_call() == {rings: [(1, "Initial")]}


def test_an_interim_answer_is_none(callers: Line, misbehaving: hostile.Webhook) -> None:
    alone = callers.alice.subscribe(STATUS, misbehaving.url).body["id"]
    taken = hostile.raw(EARLY_HINTS + TAKEN)
    misbehaving.then(taken, taken)
    misbehaving.always(hostile.raw(EARLY_HINTS))

    call = callers.call("Ringing")
    callers.bob.answer(call)
    callers.bob.delete(call)

    # Each has been taken but the last, else the next would not have been sent.
    received = misbehaving.wait_for(3, STREAM_SECONDS)
    assert [each.event["data"]["sequenceNumber"] for each in received[:3]] == [2, 3, 4]
    assert becomes(callers.alice, alone, "INACTIVE")


def test_a_sink_that_rejects_an_event_works_and_hears_the_next(
    callers: Line, ear: Subscribed
) -> None:
    picky = ear(callers.alice, STATUS)
    picky.answer(422)

    call = callers.call("Ringing")
    callers.bob.answer(call)

    picky.hears(1)
    assert [attempt.event["data"]["sequenceNumber"] for attempt in picky.attempts] == [2, 3]
    assert callers.alice.subscription(picky.subscription_id).body["status"] == "ACTIVE"


def test_the_twelfth_failure_ends_the_subscription(
    callers: Line, ear: Subscribed, aws: Aws
) -> None:
    lost = ear(callers.alice, STATUS)
    lost.answer(500, 500)
    callers.call("Ringing")
    lost.is_tried()
    assert becomes(callers.alice, lost.subscription_id, "INACTIVE")

    # As if the last of them had been long ago.
    aws.write_to_subscription(lost.subscription_id, failures=LAST_BUT_ONE, failedAt=0)

    lost.hears(1)
    assert lost.ended() == "NETWORK_TERMINATED"
    assert becomes(callers.alice, lost.subscription_id, "EXPIRED")


def becomes(who: Subscriber, subscription_id: str, status: str) -> bool:
    """Tell whether a subscription is shown so, soon."""
    return wait_until(
        lambda: who.subscription(subscription_id).body["status"] == status, STREAM_SECONDS
    )


def has_caught_up(aws: Aws, sink: Ear) -> None:
    """Wait until a sink has been told all there was to be told, the second look included."""
    assert wait_until(
        lambda: "behindSince" not in aws.subscription(sink.subscription_id), STREAM_SECONDS
    )
