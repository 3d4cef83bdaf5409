"""The world in which sinks are told: real functions, queues in memory, a clock that is put forward.

How long anybody waits there is for the benchmark to say.
"""

import socket
from collections.abc import Iterator

import pytest

from infra.local.webhook import Webhook, serving
from notifications.subscription import ATTEMPTS, TerminationReason
from tests.performance.notified_sinks import NotifiedSinks, notified_sinks
from tests.performance.ringing_calls import Line

_SECONDS = 10


@pytest.fixture
def sinks() -> Iterator[NotifiedSinks]:
    with notified_sinks(2, 1) as working:
        yield working


@pytest.fixture
def webhook() -> Iterator[Webhook]:
    with serving() as receiver:
        yield receiver


@pytest.fixture
def closed_port() -> Iterator[int]:
    """A port that refuses connections, and that nobody else gets."""
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        yield held.getsockname()[1]


def test_a_sink_that_works_is_told_of_each_change_once(
    sinks: NotifiedSinks, webhook: Webhook
) -> None:
    line = Line.of(0, sink=webhook.sink("works"))
    sinks.add(line)

    for version in (2, 3, 3):
        sinks.change([line], version)

    assert webhook.wait_for(lambda: len(webhook.taken("works")) == 2, _SECONDS)
    sinks.play_out()
    told = [post.event["data"]["sequenceNumber"] for post in webhook.taken("works")]
    assert told == [2, 3]
    assert len(sinks.posts) == 2
    assert (sinks.notifications.put_in, sinks.probes.put_in) == (2, 0)


def test_while_a_sink_fails_nothing_is_queued_for_it(
    sinks: NotifiedSinks, closed_port: int
) -> None:
    line = Line.of(0, sink=f"http://127.0.0.1:{closed_port}")
    sinks.add(line)
    sinks.change([line], 2)
    assert sinks.probes.wait_for(1, _SECONDS)

    sinks.change([line], 3)

    assert sinks.notifications.put_in == 1


def test_one_that_never_works_is_played_out_to_its_end(
    sinks: NotifiedSinks, closed_port: int
) -> None:
    line = Line.of(0, sink=f"http://127.0.0.1:{closed_port}")
    sinks.add(line)

    for version in (2, 3, 4):
        sinks.change([line], version)
    sinks.play_out()

    assert sinks.state_of(line).ended is TerminationReason.NETWORK_TERMINATED
    # Each attempt, and once what tells that it was the last.
    assert sinks.posts == [closed_port] * (ATTEMPTS + 1)
    assert sinks.probes.put_in == 1
