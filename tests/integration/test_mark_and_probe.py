"""The mark and the probe: a sink hears the latest of each call once, however all interleave.

Every order is tried in which publishers, deliveries, probes, catch-ups, second looks, the calls
themselves and clients make their requests, with sinks that fail and functions that are stopped
anywhere; ways that meet are followed once. The functions are the real ones, DynamoDB, SQS and the
sink are values (``tests.support.sink_world``). What a sink must have heard says
``tests.support.sink_model``.
"""

import pytest

from call_handling.status import Status
from camara.scope import EventType
from tests.support.builders import BOB, a_subscription
from tests.support.call_stories import Story
from tests.support.sink_ways import DELETES, PUTS, every_way
from tests.support.sink_world import Scenario

INITIAL, RINGING, CONNECTED = Status.INITIAL, Status.RINGING, Status.CONNECTED
TERMINATED = Status.TERMINATED
CALLS = (a_subscription(subscriber=BOB),)
INVITATIONS = (a_subscription(subscriber=BOB, type=EventType.SESSION_INVITATION),)

NEW = Story("a new call", INITIAL, RINGING)
BEGUN = Story("a call", INITIAL, RINGING, known=1)
ANSWERED = Story("a call", INITIAL, RINGING, CONNECTED, known=1)
TOLD = Story("a call", INITIAL, RINGING, known=2)
"""Its last change is before all begins: of a sink that is marked, what it has not taken."""
GOES_ON = Story("a call", INITIAL, RINGING, CONNECTED, known=2)
OTHER = Story("another call", INITIAL, TERMINATED, known=1)
PLACED = Story("another call", INITIAL, TERMINATED)
MISSED = Story("a missed call", INITIAL, CONNECTED, known=2)


def test_while_nothing_fails_each_change_is_heard_once_and_in_order() -> None:
    assert every_way(Scenario((ANSWERED, PLACED), CALLS)).ways > 1_000_000


def test_the_same_batch_again_is_heard_once() -> None:
    assert every_way(Scenario((ANSWERED,), CALLS, repeats=2)).ways > 1_000
    assert every_way(Scenario((ANSWERED,), CALLS, failures=1, repeats=1)).ways > 100_000


def test_a_publisher_or_a_delivery_that_is_stopped_loses_nothing() -> None:
    assert every_way(Scenario((ANSWERED,), CALLS, crashes=2)).ways > 10_000


def test_a_delivery_that_is_stopped_when_the_sink_fails_leaves_a_probe() -> None:
    assert every_way(Scenario((BEGUN,), CALLS, failures=1, crashes=1)).ways > 100


def test_a_write_that_is_asked_for_again_is_made_once() -> None:
    assert every_way(Scenario((ANSWERED,), CALLS, failures=1, losses=1)).ways > 1_000
    scenario = Scenario((TOLD,), CALLS, marked=True, losses=2, clients=(PUTS,))
    assert every_way(scenario).ways > 10_000


def test_a_sink_that_has_failed_once_hears_the_latest_once() -> None:
    ends = Story("a call", INITIAL, RINGING, CONNECTED, TERMINATED, known=1)
    assert every_way(Scenario((ends,), CALLS, failures=1)).ways > 1_000_000


@pytest.mark.parametrize("failures", [2, 3])
def test_a_sink_that_fails_again_while_it_is_probed_or_catches_up_hears_the_latest_once(
    failures: int,
) -> None:
    assert every_way(Scenario((ANSWERED,), CALLS, failures=failures)).ways > 10_000


@pytest.mark.parametrize("failures", [0, 1])
def test_a_sink_whose_events_have_waited_for_long_hears_the_latest_once(failures: int) -> None:
    assert every_way(Scenario((ANSWERED,), CALLS, waits=1, failures=failures)).ways > 10_000


def test_a_sink_that_fails_again_hears_of_another_call_once() -> None:
    assert every_way(Scenario((BEGUN, PLACED), CALLS, failures=2)).ways > 1_000_000


def test_a_call_that_no_index_shows_yet_is_told_by_the_second_look() -> None:
    assert every_way(Scenario((TOLD, PLACED), CALLS, marked=True)).ways > 1_000


def test_a_second_look_of_an_earlier_recovery_ends_no_later_one() -> None:
    fails = Story("a second call", INITIAL)
    calls = (Story("a call", INITIAL, known=1), fails, Story("a third call", INITIAL))
    scenario = Scenario(calls, INVITATIONS, failures=1, marked=True, one_shard=True, in_turn=True)
    assert every_way(scenario).ways > 1_000_000


@pytest.mark.parametrize("crashes", [1, 2])
def test_a_probe_or_a_catch_up_that_is_stopped_is_made_good(crashes: int) -> None:
    assert every_way(Scenario((TOLD,), CALLS, crashes=crashes, marked=True)).ways > 100


@pytest.mark.parametrize("other", [OTHER, MISSED], ids=["still told", "missed"])
def test_whoever_is_stopped_at_whatever_a_sink_hears_of_all_calls(other: Story) -> None:
    assert every_way(Scenario((TOLD, other), CALLS, crashes=1, marked=True)).ways > 100


def test_a_call_that_goes_on_while_a_function_is_stopped_is_told() -> None:
    assert every_way(Scenario((GOES_ON,), CALLS, crashes=1, marked=True)).ways > 100_000


def test_a_catch_up_that_is_stopped_when_the_sink_fails_again_leaves_a_probe() -> None:
    scenario = Scenario((TOLD, MISSED), CALLS, failures=1, crashes=1, marked=True)
    assert every_way(scenario).ways > 100_000


@pytest.mark.parametrize(("failures", "crashes"), [(0, 0), (1, 0), (0, 1)])
def test_a_sink_catches_up_in_parts(failures: int, crashes: int) -> None:
    calls = (TOLD, MISSED, OTHER) if not crashes else (TOLD, MISSED)
    scenario = Scenario(
        calls, CALLS, failures=failures, crashes=crashes, marked=True, told_at_once=1
    )
    assert every_way(scenario).ways > 100


@pytest.mark.parametrize(("failures", "crashes"), [(0, 0), (1, 0), (0, 1)])
def test_after_its_end_a_subscription_hears_of_that_alone(failures: int, crashes: int) -> None:
    scenario = Scenario((BEGUN,), CALLS, clients=(DELETES,), failures=failures, crashes=crashes)
    assert every_way(scenario).ways > 100


@pytest.mark.parametrize(("failures", "crashes"), [(0, 0), (1, 0), (0, 1)])
def test_a_client_that_deletes_meets_a_probe(failures: int, crashes: int) -> None:
    scenario = Scenario(
        (TOLD,), CALLS, clients=(DELETES,), failures=failures, crashes=crashes, marked=True
    )
    assert every_way(scenario).ways > 100


def test_a_client_that_changes_the_subscription_neither_marks_nor_clears_it() -> None:
    assert every_way(Scenario((BEGUN,), CALLS, clients=(PUTS,), failures=1)).ways > 100_000
    assert every_way(Scenario((GOES_ON,), CALLS, clients=(PUTS,), marked=True)).ways > 100_000


def test_a_client_that_changes_and_deletes_the_subscription_meets_a_probe() -> None:
    assert every_way(Scenario((TOLD,), CALLS, clients=(PUTS, DELETES), marked=True)).ways > 100_000


def test_a_call_that_has_stopped_ringing_is_invited_to_no_more() -> None:
    answered = Story("a call", INITIAL, CONNECTED)
    assert every_way(Scenario((answered,), INVITATIONS, failures=2)).ways > 1_000
    calls = (Story("a call", INITIAL, CONNECTED, known=1), PLACED)
    assert every_way(Scenario(calls, INVITATIONS, marked=True)).ways > 1_000_000


def test_an_invitation_that_a_sink_does_not_take_hides_no_other() -> None:
    calls = (Story("a call", INITIAL, CONNECTED, known=1), Story("another call", INITIAL))
    assert every_way(Scenario(calls, INVITATIONS, failures=1, marked=True)).ways > 1_000_000
    assert every_way(Scenario(calls[:1], INVITATIONS, crashes=1, marked=True)).ways > 100
