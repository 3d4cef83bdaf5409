"""Subscriptions whose sink fails: asked again, and ended by the twelfth failure."""

from typing import Any

import pytest

from notifications.subscription import ATTEMPTS, Credential, Subscription, TerminationReason
from tests.support.builders import NOW, a_subscription

PROBE, OTHER = "event-1", "event-2"
SINCE = NOW - 60
TWO_HOURS = 2 * 3600
DELETED = TerminationReason.SUBSCRIPTION_DELETED
EXPIRED = TerminationReason.SUBSCRIPTION_EXPIRED
LOST = TerminationReason.NETWORK_TERMINATED


def failing(**changes: Any) -> Subscription:
    """One whose sink has failed to take ``PROBE`` at ``NOW``."""
    return a_subscription(**changes).failed(PROBE, SINCE, NOW)


def failed_probes(subscription: Subscription, times: int) -> Subscription:
    """What becomes of it a second after each of so many failed probes."""
    for later in range(1, times + 1):
        failures = subscription.failures
        subscription = subscription.failed_again(PROBE, failures, NOW + later)
    return subscription


def test_a_sink_that_fails_is_asked_again_with_what_it_has_not_taken() -> None:
    subscription = failing()

    assert not a_subscription().is_failing(NOW)
    assert subscription.is_failing(NOW)
    assert subscription.is_probed_by(PROBE, NOW)
    assert not subscription.is_probed_by(OTHER, NOW)
    assert (subscription.failing_since, subscription.failed_at) == (NOW, NOW)
    assert (subscription.failures, subscription.behind_since) == (1, SINCE)
    assert subscription.version == a_subscription().version + 1


def test_one_that_fails_is_active_and_there_for_its_actor() -> None:
    subscription = failing()

    assert subscription.is_active(NOW)
    subscription.require_active(subscription.actor, NOW)


def test_what_else_it_does_not_take_while_it_fails_changes_nothing() -> None:
    subscription = failing()

    assert subscription.failed(OTHER, SINCE, NOW + 1) is subscription
    assert subscription.failed(PROBE, SINCE, NOW + 1) is subscription


@pytest.mark.parametrize(
    "over", [a_subscription(ended=DELETED, ended_at=NOW), a_subscription(ends_at=NOW)]
)
def test_what_is_over_does_not_fail(over: Subscription) -> None:
    assert over.failed(PROBE, SINCE, NOW) is over


def test_what_is_over_is_not_probed() -> None:
    for over in (failing().ended_because(DELETED, NOW), failing(ends_at=NOW + 1)):
        assert not over.is_failing(NOW + 1)
        assert not over.is_probed_by(PROBE, NOW + 1)
        assert over.failed_again(PROBE, 1, NOW + 1) is over


def test_each_failed_probe_counts() -> None:
    subscription = failed_probes(failing(), 3)

    assert (subscription.failures, subscription.failed_at) == (4, NOW + 3)
    assert (subscription.failing_since, subscription.probe) == (NOW, PROBE)
    assert subscription.version == failing().version + 3


def test_what_is_no_probe_of_it_does_not_count() -> None:
    subscription, working = failing(), a_subscription()

    assert subscription.failed_again(OTHER, 1, NOW + 1) is subscription
    assert working.failed_again(PROBE, 0, NOW + 1) is working


def test_an_event_that_has_waited_marks_a_sink_and_is_no_failure_of_it() -> None:
    subscription = a_subscription(failures=11).marked(PROBE, SINCE, NOW)

    assert subscription.is_probed_by(PROBE, NOW)
    assert (subscription.failures, subscription.ended) == (11, None)
    assert (subscription.behind_since, subscription.failed_at) == (SINCE, NOW)
    assert subscription.marked(OTHER, SINCE, NOW + 1) is subscription


def test_two_copies_of_a_probe_count_once() -> None:
    once = failing().failed_again(PROBE, 1, NOW + 5)

    assert once.failures == 2
    assert once.failed_again(PROBE, 1, NOW + 5) is once


def test_a_sink_that_fails_may_be_asked_with_another_event() -> None:
    subscription = failing()
    other = subscription.probed_with(OTHER, NOW + 1)

    assert other.is_probed_by(OTHER, NOW + 1)
    assert (other.failures, other.failing_since) == (1, NOW)
    assert other.version == subscription.version + 1
    assert other.probed_with(OTHER, NOW + 1) is other


def test_a_sink_that_does_not_fail_is_asked_with_nothing() -> None:
    working, over = a_subscription(), failing(ends_at=NOW + 1)

    assert working.probed_with(OTHER, NOW) is working
    assert over.probed_with(OTHER, NOW + 1) is over


def test_the_twelfth_failed_attempt_ends_it_and_no_other_does() -> None:
    eleven = failed_probes(failing(), 10)
    twelve = failed_probes(failing(), 11)

    assert ATTEMPTS == 12
    assert (eleven.failures, eleven.ended) == (11, None)
    assert eleven.is_probed_by(PROBE, NOW + 10)
    assert (twelve.failures, twelve.ended, twelve.ended_at) == (12, LOST, NOW + 11)
    assert twelve.version == eleven.version + 1


def test_a_sink_that_flaps_is_given_up_at_its_twelfth_failure_too() -> None:
    """It has worked in between, but never for long enough to make up for one."""
    eleventh = a_subscription(failures=10, worked_at=NOW - 29).failed(PROBE, SINCE, NOW)
    twelfth = a_subscription(failures=11, worked_at=NOW - 29).failed(PROBE, SINCE, NOW)

    assert (eleventh.failures, eleventh.ended) == (11, None)
    assert (twelfth.failures, twelfth.ended, twelfth.ended_at) == (12, LOST, NOW)
    assert not twelfth.is_probed_by(PROBE, NOW)


@pytest.mark.parametrize(
    ("seconds", "failures"), [(0, 6), (29, 6), (30, 5), (59, 5), (60, 4), (150, 1), (9000, 1)]
)
def test_half_a_minute_in_which_it_works_makes_up_for_one(seconds: int, failures: int) -> None:
    subscription = a_subscription(failures=5, worked_at=NOW - seconds)

    assert subscription.failed(PROBE, SINCE, NOW).failures == failures


def test_time_in_which_it_is_not_known_to_work_makes_up_for_nothing() -> None:
    """It fails, or has been told nothing since its mark was cleared."""
    again = failing().with_mark_cleared(NOW + 900).failed(OTHER, NOW, NOW + 1800)

    assert (again.failures, again.probe, again.failing_since) == (2, OTHER, NOW + 1800)


def test_it_works_since_it_first_heard_something_after_a_failure() -> None:
    heard = failing().with_mark_cleared(NOW + 5).after_delivery(OTHER, None, NOW + 7)

    assert heard.worked_at == NOW + 7
    assert heard.after_delivery("event-3", None, NOW + 8) is heard
    assert heard.failed(OTHER, NOW, NOW + 37).failures == 1
    assert heard.failed(OTHER, NOW, NOW + 36).failures == 2


def test_a_failure_ends_the_time_in_which_it_works() -> None:
    heard = failing().with_mark_cleared(NOW + 5).after_delivery(OTHER, None, NOW + 7)
    again = heard.failed(OTHER, NOW, NOW + 8)

    assert again.worked_at is None
    assert again.with_mark_cleared(NOW + 9).failed(OTHER, NOW, NOW + 900).failures == 3


def test_one_that_has_never_failed_does_not_begin_to_work() -> None:
    subscription = a_subscription()

    assert subscription.after_delivery(PROBE, None, NOW) is subscription


def test_a_probe_that_is_lost_silences_it_for_two_hours_only() -> None:
    subscription = failing()
    settled = subscription.settled(NOW + TWO_HOURS)

    assert subscription.due_at == NOW + TWO_HOURS
    assert subscription.settled(NOW + TWO_HOURS - 1) is subscription
    assert settled == subscription.with_mark_cleared(NOW + TWO_HOURS)
    assert (settled.ended, settled.failing_since, settled.behind_since) == (None, None, SINCE)


@pytest.mark.parametrize(
    ("changes", "due_at", "reason"),
    [
        ({"ends_at": NOW + TWO_HOURS - 1}, NOW + TWO_HOURS - 1, EXPIRED),
        ({"ends_at": NOW + TWO_HOURS}, NOW + TWO_HOURS, EXPIRED),
        (
            {"credential": Credential((b"sealed",), NOW + TWO_HOURS + 120)},
            NOW + TWO_HOURS,
            TerminationReason.ACCESS_TOKEN_EXPIRED,
        ),
    ],
)
def test_what_has_come_to_its_end_while_it_failed_ends(
    changes: dict[str, Any], due_at: int, reason: TerminationReason
) -> None:
    subscription = failing(**changes)

    assert subscription.due_at == due_at
    assert subscription.settled(due_at).ended is reason
    assert subscription.settled(NOW + 9 * TWO_HOURS).ended is reason


@pytest.mark.parametrize(
    ("sink", "host"),
    [
        ("https://app.example.com/notifications", "app.example.com"),
        ("https://App.example.com:8443/x?y", "app.example.com"),
        ("https://[2001:db8::1]:8443/", "2001:db8::1"),
    ],
)
def test_it_knows_the_host_of_its_sink(sink: str, host: str) -> None:
    assert a_subscription(sink=sink).host == host
