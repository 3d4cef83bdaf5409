"""A sink that is told again is behind, and remembered is what it hears, until it has caught up."""

from dataclasses import replace
from typing import Any

import pytest

from notifications.subscription import State, Subscription, TerminationReason
from tests.support.builders import NOW, a_subscription

FIRST, SECOND, THIRD = (State("call-1", version) for version in (1, 2, 3))
SINCE = NOW - 70
TEN_MINUTES, FIVE_MINUTES = 600, 300
REMEMBERED_AT_MOST = 150


def failing(**changes: Any) -> Subscription:
    """One whose sink has failed ten seconds before ``NOW``."""
    return a_subscription(**changes).failed("event-0", SINCE, NOW - 10)


def recovered(**changes: Any) -> Subscription:
    """One whose sink is told again since ``NOW``."""
    return failing(**changes).with_mark_cleared(NOW)


def heard(subscription: Subscription, *states: State, now: int = NOW) -> Subscription:
    """What it is after it has been told of these, each an event of its own."""
    for subject, version in states:
        event_id = f"event of {subject} {version}"
        subscription = subscription.after_delivery(event_id, State(subject, version), now)
    return subscription


def told(subscription: Subscription) -> dict[str, int]:
    return dict(subscription.told)


def test_a_sink_that_answers_is_told_again_though_it_is_behind() -> None:
    working = recovered()

    assert not working.is_failing(NOW)
    assert not working.is_probed_by("event-0", NOW)
    assert (working.failing_since, working.probe, working.failures) == (None, "", 1)
    assert (working.cleared_at, working.behind_since) == (NOW, SINCE)
    assert working.version == failing().version + 1


def test_one_that_lags_behind_nothing_is_told_as_ever() -> None:
    subscription = a_subscription()

    assert subscription.with_mark_cleared(NOW) is subscription


def test_it_is_behind_until_it_has_been_told_all_that_it_had_missed() -> None:
    working = recovered()
    caught_up = working.caught_up(NOW, NOW + 6)

    assert (caught_up.behind_since, caught_up.told_until) == (None, NOW + 6 + FIVE_MINUTES)
    assert caught_up.version == working.version + 1
    assert caught_up.caught_up(NOW, NOW + 7) is caught_up


def test_it_stays_behind_as_long_as_it_fails() -> None:
    subscription = replace(failing(), cleared_at=NOW)

    assert subscription.caught_up(NOW, NOW) is subscription


def test_what_an_earlier_recovery_has_told_is_not_all() -> None:
    again = recovered().failed("event-1", NOW, NOW + 1).with_mark_cleared(NOW + 11)

    assert again.caught_up(NOW, NOW + 12) is again
    assert again.caught_up(NOW + 11, NOW + 12).behind_since is None


@pytest.mark.parametrize("since", [SINCE - 1, SINCE, SINCE + 1])
def test_one_that_fails_while_it_is_behind_is_behind_since_the_first_time(since: int) -> None:
    again = recovered().failed("event-1", since, NOW + 1)

    assert again.behind_since == min(since, SINCE)


def test_one_that_fails_after_it_has_caught_up_is_behind_since_then_only() -> None:
    again = recovered().caught_up(NOW, NOW + 5).failed("event-1", NOW, NOW + 60)

    assert again.behind_since == NOW


def test_what_is_to_make_it_catch_up_may_be_lost_and_is_asked_for_again() -> None:
    behind = recovered()
    later = NOW + TEN_MINUTES

    assert behind.due_at == later
    assert behind.settled(later - 1) is behind
    assert behind.settled(later) == behind.with_mark_cleared(later)
    assert behind.settled(later).due_at == later + TEN_MINUTES
    assert behind.settled(later).behind_since == SINCE


def test_one_that_fails_is_due_by_its_probes_and_not_by_what_it_is_behind() -> None:
    again = recovered().failed("event-1", NOW, NOW + 1)

    assert again.due_at == NOW + 1 + 2 * 3600


def test_one_that_has_caught_up_is_due_at_its_end() -> None:
    caught_up = recovered().caught_up(NOW, NOW + 6)

    assert caught_up.due_at == caught_up.ends_at


def test_a_sink_that_is_told_again_knows_nothing_yet() -> None:
    assert not recovered().knows("event-1", FIRST, NOW)


def test_it_knows_what_it_has_heard_and_all_that_was_before() -> None:
    subscription = heard(recovered(), SECOND)

    assert subscription.knows("another event", FIRST, NOW)
    assert subscription.knows("another event", SECOND, NOW)
    assert not subscription.knows("another event", THIRD, NOW)
    assert not subscription.knows("another event", State("call-2", 1), NOW)
    assert subscription.version == recovered().version + 1


def test_what_it_knows_changes_nothing() -> None:
    subscription = heard(recovered(), SECOND)

    assert heard(subscription, FIRST) is subscription
    assert heard(subscription, SECOND) is subscription
    assert told(heard(subscription, THIRD)) == {"call-1": 3}


def test_what_is_of_no_state_is_not_remembered() -> None:
    subscription = heard(recovered(), FIRST)

    assert subscription.after_delivery("event-1", None, NOW) is subscription
    assert not subscription.knows("event-1", None, NOW)


def test_it_is_remembered_as_long_as_it_is_behind_and_for_five_minutes_after() -> None:
    long_behind = heard(recovered(), SECOND, now=NOW + 9000)
    caught_up = long_behind.caught_up(NOW, NOW + 9000)
    until = NOW + 9000 + FIVE_MINUTES

    assert long_behind.knows("event-1", SECOND, NOW + 99_000)
    assert caught_up.knows("event-1", SECOND, until - 1)
    assert told(heard(caught_up, THIRD, now=until - 1)) == {"call-1": 3}
    assert not caught_up.knows("event-1", SECOND, until)
    assert heard(caught_up, THIRD, now=until) is caught_up


@pytest.mark.parametrize(
    ("fails_at", "known"), [(NOW + 304, {"call-1": 2}), (NOW + 305, {})], ids=["soon", "later"]
)
def test_one_that_fails_again_soon_still_knows_what_it_knew(
    fails_at: int, known: dict[str, int]
) -> None:
    caught_up = heard(recovered(), SECOND).caught_up(NOW, NOW + 5)

    assert told(caught_up.failed("event-9", NOW, fails_at).with_mark_cleared(NOW + 900)) == known


def test_one_that_fails_while_it_is_behind_still_knows_what_it_knew() -> None:
    again = heard(recovered(), SECOND).failed("event-9", NOW, NOW + 1).with_mark_cleared(NOW + 900)

    assert told(again) == {"call-1": 2}


def test_only_so_many_are_remembered_and_of_those_what_comes() -> None:
    states = [State(f"call {number}", 1) for number in range(REMEMBERED_AT_MOST)]
    subscription = heard(recovered(), *states)
    one_more, one_further = State("one more", 1), State("call 0", 2)

    assert len(subscription.told) == REMEMBERED_AT_MOST
    assert all(subscription.knows("event-1", state, NOW) for state in states)
    assert heard(subscription, one_more) is subscription
    assert heard(subscription, one_further).knows("event-1", one_further, NOW)


def test_to_count_to_work_and_to_remember_is_one_change() -> None:
    subscription = heard(recovered(max_events=5), SECOND)

    assert (subscription.delivered, subscription.worked_at) == (1, NOW)
    assert told(subscription) == {"call-1": 2}
    assert subscription.version == recovered().version + 1


def test_what_is_counted_without_being_remembered_still_counts() -> None:
    subscription = heard(recovered(max_events=5), SECOND)
    full = replace(subscription, told={f"call {n}": 1 for n in range(REMEMBERED_AT_MOST)})

    assert heard(subscription, FIRST).delivered == 2
    assert heard(subscription, FIRST).told == subscription.told
    assert heard(full, THIRD).delivered == 2
    assert heard(full, THIRD).told == full.told


def test_the_last_that_it_wanted_ends_it_while_it_catches_up_too() -> None:
    subscription = heard(recovered(max_events=2), SECOND, THIRD)

    assert subscription.ended is TerminationReason.MAX_EVENTS_REACHED
    assert (subscription.ended_at, subscription.delivered) == (NOW, 2)
    assert told(subscription) == {"call-1": 3}
