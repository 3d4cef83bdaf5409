"""A call ends when the last device that could hold one of its ends is no longer registered."""

import time
from collections.abc import Callable

import pytest

from camara.identity import derive_subscriber_key
from infra.local.processes import wait_until
from tests.e2e.aws import Aws
from tests.e2e.subscriber import Line, Subscriber

STREAM_SECONDS = 30
# Longer than the stream takes when there is something to end.
_WHILE_SECONDS = 4
OUTCOMES = {"Ringing": "NoAnswer", "Connected": "Terminated"}


@pytest.fixture
def line(somebody: Callable[[], Subscriber]) -> Line:
    """Two people with a phone each."""
    return Line(somebody().with_device(), somebody().with_device())


def _ends(who: Subscriber, call: str, outcome: str) -> bool:
    return wait_until(lambda: who.status_of(call) == outcome, STREAM_SECONDS)


def _goes_on(who: Subscriber, call: str, status: str) -> bool:
    return not wait_until(lambda: who.status_of(call) != status, _WHILE_SECONDS)


@pytest.mark.parametrize("end", ["alice", "bob"])
@pytest.mark.parametrize("status", OUTCOMES)
def test_a_call_ends_with_the_device_of_one_end(line: Line, end: str, status: str) -> None:
    call = line.call(status)
    one, other = (line.alice, line.bob) if end == "alice" else (line.bob, line.alice)

    assert one.deregister().status == 204

    assert _ends(other, call, OUTCOMES[status])
    for party in (line.alice, line.bob):
        assert party.delete(call).code == (404, "NOT_FOUND")
        assert party.status_of(call) == OUTCOMES[status]


def test_all_calls_of_a_device_end(line: Line) -> None:
    calls = [line.call(status) for status in ("Initial", "Ringing", "Connected")]
    of_bob = Line(line.bob, line.alice).call("Connected")

    line.alice.deregister()

    for call, outcome in zip(calls, ("NoAnswer", "NoAnswer", "Terminated"), strict=True):
        assert _ends(line.bob, call, outcome)
    assert _ends(line.bob, of_bob, "Terminated")


def test_a_call_that_is_over_stays_as_it_is(line: Line) -> None:
    over, going_on = line.call("Ringing"), line.call("Ringing")
    line.alice.delete(over)

    line.alice.deregister()

    assert _ends(line.bob, going_on, "NoAnswer")
    assert line.bob.status_of(over) == "SessionCancelled"


def test_it_rings_on_another_device(line: Line) -> None:
    tablet = line.bob.with_device("tablet")
    call = line.call("Ringing")

    line.bob.deregister()
    assert _goes_on(line.alice, call, "Ringing")
    tablet.deregister()
    assert _ends(line.alice, call, "NoAnswer")


def test_it_goes_on_on_the_device_that_has_answered(line: Line) -> None:
    tablet = line.bob.with_device("tablet")
    call = line.call("Ringing")
    assert tablet.answer(call, headers=tablet.which).status == 200

    line.bob.deregister()
    assert _goes_on(line.alice, call, "Connected")
    tablet.deregister()
    assert _ends(line.alice, call, "Terminated")


def test_another_device_of_the_caller_does_not_take_over(line: Line) -> None:
    line.alice.with_device("tablet")
    call = line.call("Connected")

    line.alice.deregister()

    assert _ends(line.bob, call, "Terminated")


def test_who_has_no_device_left_places_no_call(line: Line) -> None:
    line.alice.deregister()

    assert line.alice.post().code == (403, "INVALID_TOKEN_CONTEXT")


def test_an_expired_device_counts_for_nothing_before_any_sweep(line: Line, aws: Aws) -> None:
    call = line.call("Ringing")
    _expire(aws, line.alice)

    assert line.alice.registration(line.alice.registration_id).code == (404, "NOT_FOUND")
    assert line.alice.registrations_of(line.alice.device_id()).body == []
    assert line.alice.refresh(line.alice.registration_id).code == (404, "NOT_FOUND")
    assert line.alice.post().code == (403, "INVALID_TOKEN_CONTEXT")
    # A new registration of the same device takes the expired one out, and so ends its calls.
    assert line.alice.register(line.alice.device_id()).status == 201
    assert _ends(line.bob, call, "NoAnswer")


def _expire(aws: Aws, who: Subscriber) -> None:
    """Move the end of a registration into the past: nobody has to wait for it."""
    aws.client("dynamodb").update_item(
        TableName=aws.stack.tables["RegistrationsTable"],
        Key={"owner": {"S": f"number#{derive_subscriber_key(who.number)}"}},
        UpdateExpression="SET registrations.#registration.expiresAt = :past",
        ExpressionAttributeNames={"#registration": str(who.registration_id)},
        ExpressionAttributeValues={":past": {"N": str(int(time.time()) - 1)}},
    )
