"""PublishEvents, of calls: a change of a call is told to whom it concerns."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from notifications.subscription import TerminationReason
from tests.support.api import post, put
from tests.support.audiences import store_all
from tests.support.builders import BOB, NOW, a_subscription
from tests.support.hearing import Scene
from tests.support.listeners import listen
from tests.support.messaging import Requests, subscribe
from tests.support.on_moto import FakeClock, Messaging
from tests.support.session_events import BOBS, INVITATION, all_told, publish
from tests.support.streams import Stream

HISTORIES = {
    "nobody else, where nobody rings": ("+alice call:alice change end", "alice"),
    "the one that placed the call, and no other of its number": (
        "+alice +alice-tablet +alice-app +alice-colleague +bob call:alice-tablet answer:bob end",
        "alice-tablet bob",
    ),
    "all that ring, to the end, though another one answers": (
        "+alice +bob +tablet +app +colleague call:alice change answer:app wait change end",
        "alice bob tablet app colleague",
    ),
    "none of a former owner's, with the same device id or another": (
        "+owner -owner +colleague -colleague +alice +bob call:alice change answer:bob change end",
        "alice bob",
    ),
    "none that came and went in the second in which it was placed": (
        "+alice +owner&-owner&+app&~app&+bob&call:alice change answer:bob wait end",
        "alice bob",
    ),
    "none of the next owner's": (
        "+alice +bob call:alice answer:bob -bob +owner +colleague change end",
        "alice bob",
    ),
    "none that was registered no more": (
        "+alice +bob +tablet +app -tablet ~app call:alice change answer:bob change end",
        "alice bob",
    ),
    "one that is registered while it rings": (
        "+alice call:alice change +tablet change answer:tablet change end",
        "alice tablet",
    ),
    "one that is registered for a moment while it rings": (
        "+alice +bob call:alice +tablet -tablet +app ~app change answer:bob wait change end",
        "alice bob tablet app",
    ),
    "one that is registered for a moment while it rings, and nobody answers": (
        "+alice +bob call:alice +tablet -tablet +app ~app change end",
        "alice bob tablet app",
    ),
    "one that is registered no longer than until the answer, or until just after it": (
        "+alice +bob +tablet +app call:alice -tablet ~app answer:bob -bob +colleague wait end",
        "alice bob tablet app",
    ),
    "one that has lost and is registered no more": (
        "+alice +bob +tablet call:alice answer:bob -tablet wait change end",
        "alice bob tablet",
    ),
    "none that is registered after the answer": (
        "+alice +bob call:alice answer:bob +tablet change end",
        "alice bob",
    ),
    "none that is registered after the end": ("+alice +bob call:alice end +tablet", "alice bob"),
    "the same device, registered anew": (
        "+alice +bob call:alice -bob +bob -alice +alice answer:bob -bob +bob wait change end",
        "alice bob",
    ),
}


@pytest.fixture
def listening(messaging: Messaging, session_stream: Stream) -> tuple[Stream, str]:
    """Stream and queue, when all devices have subscribed."""
    listen()
    return session_stream, messaging.queue


@pytest.mark.parametrize(("steps", "to_the_end"), HISTORIES.values(), ids=HISTORIES.keys())
def test_who_hears_of_a_call(
    listening: tuple[Stream, str], clock: FakeClock, steps: str, to_the_end: str
) -> None:
    scene = Scene(clock, *listening, late=True)

    scene.play(steps)

    heard = scene.who_hears()
    assert heard == scene.who_should_hear()
    last = len(scene.changes)
    assert {device for device, _, change in heard if change == last} == set(to_the_end.split())


def play_some(scene: Scene, data: st.DataObject, *verbs: str, at_most: int) -> None:
    """Take up to so many of the possible steps of these kinds."""
    for _ in range(data.draw(st.integers(0, at_most))):
        if steps := [step for step in scene.possible() if step.startswith(verbs)]:
            scene.play(data.draw(st.sampled_from(steps)))


@settings(
    max_examples=30,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(data=st.data(), late=st.booleans())
def test_who_hears_of_a_call_however_devices_come_and_go(
    listening: tuple[Stream, str], clock: FakeClock, data: st.DataObject, *, late: bool
) -> None:
    scene = Scene(clock, *listening, late=late)
    come_and_go = "+", "-", "~", "change", "wait"

    scene.play("+alice +bob")
    play_some(scene, data, *come_and_go, at_most=4)
    play_some(scene, data, "call", at_most=1)
    play_some(scene, data, *come_and_go, at_most=4)
    play_some(scene, data, "answer", at_most=1)
    play_some(scene, data, *come_and_go, at_most=4)
    play_some(scene, data, "end", at_most=1)
    play_some(scene, data, *come_and_go, at_most=2)

    assert scene.who_hears() == scene.who_should_hear()


def test_a_subscription_that_is_over_hears_nothing(
    messaging: Messaging, session_stream: Stream, clock: FakeClock
) -> None:
    subscribe(1, ended=TerminationReason.SUBSCRIPTION_DELETED, ended_at=NOW)
    subscribe(2, ends_at=NOW + 10)
    subscribe(3, ends_at=NOW + 10, **BOBS)
    subscribe(4, ends_at=NOW + 10, **INVITATION)
    going_on = subscribe(5, ends_at=NOW + 11)
    call = post().body["mediaSessionId"]
    put(BOB, call, "Ringing")
    clock.now += 10
    publish(session_stream.records())

    assert [who for who, *_ in all_told(messaging.queue)] == [going_on.subscription_id]


def test_each_of_a_devices_subscriptions_is_told_and_all_are_read_at_once(
    messaging: Messaging, session_stream: Stream, requests: Requests
) -> None:
    invited = [a_subscription(number, **INVITATION) for number in range(10)]
    store_all(invited)
    post()
    records = session_stream.records()
    requests.clear()
    publish(records)

    assert [name for name, _ in requests if name != "SendMessageBatch"] == ["BatchGetItem"] * 2
    assert sorted(who for who, *_ in all_told(messaging.queue)) == sorted(
        subscription.subscription_id for subscription in invited
    )
