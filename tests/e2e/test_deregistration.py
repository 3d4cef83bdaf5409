"""A call ends when the last device that could hold one of its ends is no longer registered."""

import pytest

from infra.local.processes import wait_until
from tests.support.stack.aws import Aws
from tests.support.stack.subscriber import Line, Subscriber

STREAM_SECONDS = 30
# Longer than the stream takes when there is something to end.
_WHILE_SECONDS = 4
OUTCOMES = {"Ringing": "NoAnswer", "Connected": "Terminated"}


def _ends(who: Subscriber, call: str, outcome: str) -> bool:
    return wait_until(lambda: who.status_of(call) == outcome, STREAM_SECONDS)


def _goes_on(who: Subscriber, call: str, status: str) -> bool:
    return not wait_until(lambda: who.status_of(call) != status, _WHILE_SECONDS)


@pytest.mark.parametrize(("end", "status"), [("alice", "Ringing"), ("bob", "Connected")])
def test_a_call_ends_with_the_device_of_one_end(callers: Line, end: str, status: str) -> None:
    call = callers.call(status)
    one, other = callers.alice, callers.bob
    if end == "bob":
        one, other = other, one

    assert one.deregister().status == 204

    assert _ends(other, call, OUTCOMES[status])
    for party in (one, other):
        assert party.delete(call).code == (404, "NOT_FOUND")
        assert party.status_of(call) == OUTCOMES[status]


def test_all_calls_of_a_device_end(callers: Line) -> None:
    over = callers.call("Ringing")
    callers.alice.delete(over)
    calls = [callers.call(status) for status in ("Initial", "Ringing", "Connected")]
    of_bob = Line(callers.bob, callers.alice).call("Connected")

    callers.alice.deregister()

    for call, outcome in zip(calls, ("NoAnswer", "NoAnswer", "Terminated"), strict=True):
        assert _ends(callers.bob, call, outcome)
    assert _ends(callers.bob, of_bob, "Terminated")
    assert callers.bob.status_of(over) == "SessionCancelled"


def test_it_rings_on_another_device(callers: Line) -> None:
    tablet = callers.bob.with_device("tablet")
    call = callers.call("Ringing")

    callers.bob.deregister()
    assert _goes_on(callers.alice, call, "Ringing")
    tablet.deregister()
    assert _ends(callers.alice, call, "NoAnswer")


def test_it_goes_on_on_the_device_that_has_answered(callers: Line) -> None:
    tablet = callers.bob.with_device("tablet")
    call = callers.call("Ringing")
    assert tablet.answer(call, headers=tablet.which).status == 200

    callers.bob.deregister()
    assert _goes_on(callers.alice, call, "Connected")
    tablet.deregister()
    assert _ends(callers.alice, call, "Terminated")


def test_another_device_of_the_caller_does_not_take_over(callers: Line) -> None:
    callers.alice.with_device("tablet")
    call = callers.call("Connected")

    callers.alice.deregister()

    assert _ends(callers.bob, call, "Terminated")
    assert callers.alice.post().code == (403, "INVALID_TOKEN_CONTEXT")


def test_an_expired_device_counts_for_nothing_before_any_sweep(callers: Line, aws: Aws) -> None:
    call = callers.call("Ringing")
    aws.expire(callers.alice.number, str(callers.alice.registration_id), swept=False)

    assert callers.alice.registration(callers.alice.registration_id).code == (404, "NOT_FOUND")
    assert callers.alice.registrations_of(callers.alice.device_id()).body == []
    assert callers.alice.refresh(callers.alice.registration_id).code == (404, "NOT_FOUND")
    assert callers.alice.post().code == (403, "INVALID_TOKEN_CONTEXT")
    # A new registration of the same device takes the expired one out, and so ends its calls.
    assert callers.alice.register(callers.alice.device_id()).status == 201
    assert _ends(callers.bob, call, "NoAnswer")
