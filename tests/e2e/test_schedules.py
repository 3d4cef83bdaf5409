"""The sweeps by their schedules: every minute, what has passed its deadline is ended."""

import time

from infra.local.processes import wait_until
from tests.support.stack.aws import Aws
from tests.support.stack.subscriber import Line

SCHEDULE_SECONDS = 150


def test_what_is_forgotten_is_ended(aws: Aws, line: Line, callers: Line) -> None:
    """All at once, so that one minute is waited for."""
    phone = str(callers.bob.registration_id)
    forgotten, answered = line.call(), callers.call("Connected")
    subscription = callers.alice.subscribe("session-status").body["id"]

    aws.make_stale(forgotten)
    aws.expire(callers.bob.number, phone, swept=True)
    past = int(time.time()) - 1
    aws.write_to_subscription(subscription, endsAt=past, staleAt=past)

    assert wait_until(lambda: line.bob.status_of(forgotten) == "NoAnswer", SCHEDULE_SECONDS)
    assert line.alice.delete(forgotten).code == (404, "NOT_FOUND")
    assert wait_until(lambda: callers.alice.status_of(answered) == "Terminated", SCHEDULE_SECONDS)
    assert callers.bob.registration(phone).code == (404, "NOT_FOUND")
    assert callers.bob.delete(answered).code == (404, "NOT_FOUND")
    assert wait_until(lambda: "endedAt" in aws.subscription(subscription), SCHEDULE_SECONDS)
