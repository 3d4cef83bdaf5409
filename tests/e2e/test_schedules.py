"""The sweeps by their schedules, on a stack with short times."""

import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import NamedTuple

import pytest

from infra.local.processes import wait_until
from infra.local.settings import Settings
from infra.local.stack import up
from infra.local.stack_file import Stack
from tests.e2e.subscriber import Line, Subscriber

SCHEDULE_SECONDS = 150


class Expiring(NamedTuple):
    """A call, somebody whose device in it expires, and the other end."""

    call: str
    one: Subscriber
    other: Subscriber


class LeftBehind(NamedTuple):
    """What the schedules are to end: a call that nobody answers, and calls of expiring devices."""

    forgotten: str
    expiring: list[Expiring]


@pytest.fixture(scope="module")
def impatient_stack(stack: Stack, *, stack_stays: bool) -> Iterator[Stack]:
    """The same stack with a short ringing time and short registrations."""
    settings = Settings.from_environment()
    yield up(
        settings.with_default("RingTimeoutSeconds", "2").with_default("RegistrationMinSeconds", "1")
    )
    if stack_stays:
        up(settings)
        assert Stack.load() == stack


@pytest.fixture(scope="module")
def left_behind(
    impatient_stack: Stack, line: Line, somebody: Callable[[], Subscriber]
) -> LeftBehind:
    """All at once, so that one minute is waited for."""
    assert impatient_stack.ring_timeout_seconds == 2
    callers, called = (Line(somebody().with_device(), somebody().with_device()) for _ in range(2))
    expiring = [
        Expiring(callers.call("Connected"), callers.alice, callers.bob),
        Expiring(called.call("Connected"), called.bob, called.alice),
    ]
    for _, one, _ in expiring:
        in_two_seconds = datetime.fromtimestamp(int(time.time()) + 2, UTC).isoformat()
        wish = {"registrationExpireTime": in_two_seconds}
        assert one.refresh(one.registration_id, wish).status == 200
    return LeftBehind(line.call(), expiring)


def test_a_forgotten_call_is_ended(left_behind: LeftBehind, line: Line) -> None:
    call = left_behind.forgotten

    assert wait_until(lambda: line.bob.status_of(call) == "NoAnswer", SCHEDULE_SECONDS)
    assert line.alice.delete(call).code == (404, "NOT_FOUND")


@pytest.mark.parametrize("end", [0, 1], ids=["the caller's", "the receiver's"])
def test_the_calls_of_a_device_that_is_not_refreshed_are_ended(
    left_behind: LeftBehind, end: int
) -> None:
    call, one, other = left_behind.expiring[end]

    assert wait_until(lambda: other.status_of(call) == "Terminated", SCHEDULE_SECONDS)
    assert one.registration(one.registration_id).code == (404, "NOT_FOUND")
    assert one.delete(call).code == (404, "NOT_FOUND")
