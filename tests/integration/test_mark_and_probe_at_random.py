"""The mark and the probe with more of everything than can be tried in all orders: in some, then.

Two devices with three subscriptions, three calls, sinks that fail several times, functions that are
stopped, answers that are lost, clients; what each sink must have heard is the same.
"""

from typing import Any

import hypothesis.strategies as st
from hypothesis import HealthCheck, given, settings

from call_handling.status import Status
from camara.scope import EventType
from tests.support.builders import BOB, a_subscription
from tests.support.call_stories import Story
from tests.support.sink_ways import DELETES, PUTS, one_way
from tests.support.sink_world import Scenario

CALLS = a_subscription(1, subscriber=BOB)
INVITATIONS = a_subscription(2, subscriber=BOB, type=EventType.SESSION_INVITATION)
CALLERS = a_subscription(3)
LIVES = (
    (Status.INITIAL,),
    (Status.INITIAL, Status.SESSION_CANCELLED),
    (Status.INITIAL, Status.RINGING, Status.DECLINED),
    (Status.INITIAL, Status.RINGING, Status.CONNECTED, Status.TERMINATED),
    (Status.INITIAL, Status.CONNECTED, Status.HOLD, Status.RESUME),
)


@st.composite
def stories(draw: Any) -> tuple[Story, ...]:
    lives = draw(st.lists(st.sampled_from(LIVES), min_size=1, max_size=3))
    known = [draw(st.integers(0, len(life))) for life in lives]
    return tuple(
        Story(f"call {number}", *life, known=before, shown=draw(st.booleans()))
        for number, (life, before) in enumerate(zip(lives, known, strict=True))
    )


SCENARIOS = st.builds(
    Scenario,
    stories=stories(),
    subscriptions=st.sampled_from(
        [(CALLS,), (INVITATIONS,), (CALLERS,), (CALLS, INVITATIONS), (CALLS, INVITATIONS, CALLERS)]
    ),
    clients=st.sampled_from([(), (), (DELETES,), (PUTS,), (PUTS, DELETES)]),
    failures=st.integers(0, 4),
    crashes=st.integers(0, 2),
    repeats=st.integers(0, 1),
    losses=st.integers(0, 1),
    waits=st.integers(0, 2),
    one_shard=st.booleans(),
    told_at_once=st.sampled_from([1, 2, 10]),
)
CHOICES = st.lists(st.integers(0, 999), min_size=10, max_size=200)


@settings(
    max_examples=200,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(scenario=SCENARIOS, choices=CHOICES)
def test_a_sink_has_heard_the_latest_of_each_call_in_the_end(
    scenario: Scenario, choices: list[int]
) -> None:
    way = one_way(scenario, choices)
    assert sum("crashes" in step for step in way) <= scenario.crashes
