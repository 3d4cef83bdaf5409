"""When sinks that fail, and messages that wait, are an alarm, and when they are none."""

from typing import Any

import pytest

from notifications.delivery import delay_seconds
from notifications.subscription import ATTEMPTS
from tests.support.alarms import STACK, alarms, goes_off
from tests.support.builders import a_subscription
from tests.support.emf import metrics_in
from tests.support.on_moto import Messaging
from tests.support.template import properties
from tests.support.time_budget import timeout
from tests.support.told_sinks import answer_as_they_are_called, deliver, listener

RECEPTIONS_COUNTED = 2
"""AWS leaves out of the age what has been received more often: SQS, "Available metrics"."""


def test_what_cannot_be_handled_is_an_alarm_before_it_is_given_up() -> None:
    """Of five minutes after the threshold three are enough."""
    attempts = properties("NotificationsQueue")["RedrivePolicy"]["maxReceiveCount"]
    first_hour = sum(min(delay_seconds(number), 40) for number in range(1, attempts))

    assert alarms()["NotificationsWaitingAlarm"]["Threshold"] + 5 * 60 < first_hour


def test_a_sink_that_fails_to_the_end_is_no_alarm() -> None:
    """Even if it has failed often before: then each wait is the longest, the one before also."""
    counted = (RECEPTIONS_COUNTED + 1) * delay_seconds(ATTEMPTS)
    working_on_it = RECEPTIONS_COUNTED * timeout("ProbeSink")

    assert counted + working_on_it < alarms()["ProbesWaitingAlarm"]["Threshold"]


@pytest.fixture
def sinks_failed(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, messaging: Messaging
) -> Any:
    """Return what looks at what has been emitted: the alarm's values, and whether it goes off."""
    del messaging
    answer_as_they_are_called(monkeypatch)
    monkeypatch.setenv("POWERTOOLS_SERVICE_NAME", STACK)
    alarm = alarms()["SinksFailAlarm"]

    def look() -> tuple[list[float], bool]:
        metrics = metrics_in(capsys.readouterr().out)
        values = [metric.value for metric in metrics if metric.name == alarm["MetricName"]]
        return values, goes_off(alarm, metrics)

    return look


def test_that_most_sinks_fail_is_an_alarm(sinks_failed: Any) -> None:
    for number, host in enumerate(("good", "bad", "down"), 1):
        deliver(listener(number, host))

    assert sinks_failed() == ([0, 1, 1], True)


def test_that_half_of_them_fail_is_none(sinks_failed: Any) -> None:
    for number, host in enumerate(("good", "bad", "down", "good"), 1):
        deliver(listener(number, host))

    assert sinks_failed() == ([0, 1, 1, 0], False)


def test_what_is_not_sent_to_a_sink_that_fails_does_not_count(sinks_failed: Any) -> None:
    """Else one that fails for an hour, of a busy device, would be an alarm."""
    bad, good = listener(1, "bad"), listener(2, "good")
    for _ in range(5):
        deliver(bad)
        deliver(good)

    assert sinks_failed() == ([1, 0, 0, 0, 0, 0], False)


def test_where_nobody_is_asked_no_sink_has_failed(sinks_failed: Any) -> None:
    deliver(a_subscription())

    assert sinks_failed() == ([], False)
