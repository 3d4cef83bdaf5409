"""Whatever changes while a sink recovers, and when: it hears of it, and of nothing old after it.

Publishers read of a mark what it is at that moment: what they skip the catching up has to tell.
"""

from collections import defaultdict
from collections.abc import Callable
from itertools import pairwise
from typing import Any

import pytest

from tests.support.api import a_call, put
from tests.support.builders import BOB
from tests.support.evidence import events_at, now_of, states_at
from tests.support.lambda_poller import Poller, deliver_both
from tests.support.messaging import Requests, subscribe
from tests.support.races import just_before
from tests.support.session_events import ANSWERED, publish
from tests.support.streams import Stream
from tests.support.webhook import Webhook, answer

pytestmark = pytest.mark.usefixtures("at_once")

AT_THE_SINK = "at the sink"

WHILE_IT_IS_PROBED = [
    "ReceiveMessage",
    "GetItem",
    "BatchGetItem",
    "Query",
    AT_THE_SINK,
    "TransactWriteItems",
    "SendMessageBatch",
    "DeleteMessage",
]
WHILE_IT_CATCHES_UP = [
    "ReceiveMessage",
    "GetItem",
    "Query",
    "BatchGetItem",
    "SendMessage",
    "DeleteMessage",
]


class Calls:
    """One is answered and another is placed, and both are published at once."""

    def __init__(self, stream: Stream) -> None:
        self._stream = stream
        self.first = a_call("Ringing")
        self.second = ""

    def publish(self) -> None:
        assert publish(self._stream.records()) == []

    def change(self) -> None:
        assert put(BOB, self.first, ANSWERED).status == 200
        self.second = a_call("Ringing")
        self.publish()


@pytest.fixture
def calls(session_stream: Stream) -> Calls:
    return Calls(session_stream)


def overtaken(act: Callable[[], None]) -> Callable[[Any], None]:
    def behave(exchange: Any) -> None:
        act()
        answer(204)(exchange)

    return behave


def assert_all_is_told(webhook: Webhook, calls: Calls) -> None:
    """Each call's states came in order, none twice, the last one being the state that it is in."""
    numbers = defaultdict(list)
    # The first attempt failed, and so told nothing.
    for event in events_at(webhook)[1:]:
        numbers[event["data"]["mediaSessionId"]].append(event["data"]["sequenceNumber"])
    assert all(one < next_one for each in numbers.values() for one, next_one in pairwise(each))
    last = dict(states_at(webhook)[1:])
    assert last == {calls.first: "Connected", calls.second: "Ringing"}


@pytest.mark.parametrize("moment", WHILE_IT_IS_PROBED)
def test_while_it_is_asked_again(
    poller: Poller,
    prober: Poller,
    webhook: Webhook,
    calls: Calls,
    monkeypatch: pytest.MonkeyPatch,
    moment: str,
) -> None:
    subscription = subscribe(sink=webhook.url)
    webhook.then(answer(500))
    calls.publish()
    poller.deliver_all()
    assert now_of(subscription).failing_since is not None
    if moment == AT_THE_SINK:
        webhook.then(overtaken(calls.change))
    else:
        just_before(monkeypatch, moment, calls.change)

    assert prober.deliver()
    deliver_both(poller, prober)

    assert_all_is_told(webhook, calls)
    assert now_of(subscription).behind_since is None


@pytest.mark.parametrize("moment", WHILE_IT_CATCHES_UP)
@pytest.mark.parametrize("look", [1, 2])
def test_while_it_catches_up(
    poller: Poller,
    prober: Poller,
    webhook: Webhook,
    calls: Calls,
    monkeypatch: pytest.MonkeyPatch,
    moment: str,
    look: int,
) -> None:
    subscription = subscribe(sink=webhook.url)
    webhook.then(answer(500))
    calls.publish()
    for polled in (poller, prober, *([poller, prober] if look > 1 else [])):
        polled.deliver_all()
    # At the second look there is nothing more to look for.
    name = "PutItem" if (look, moment) == (2, "SendMessage") else moment
    just_before(monkeypatch, name, calls.change)

    deliver_both(poller, prober)

    assert_all_is_told(webhook, calls)
    assert now_of(subscription).behind_since is None


def test_what_was_skipped_in_between_is_told_once(
    poller: Poller, prober: Poller, webhook: Webhook, calls: Calls, requests: Requests
) -> None:
    subscribe(sink=webhook.url)
    webhook.then(answer(500))
    calls.publish()
    poller.deliver_all()
    requests.clear()
    calls.change()
    # The publisher has skipped it.
    assert "SendMessageBatch" not in [name for name, _ in requests]

    deliver_both(poller, prober)

    assert states_at(webhook)[1:] == [(calls.first, "Connected"), (calls.second, "Ringing")]
