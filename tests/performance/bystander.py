"""How soon a phone rings while somebody else's number is kept busy, on the embedded stack.

Somebody creates and deletes three hundred subscriptions of one number. Then, before each ring, that
number is called and the call changes, twenty times in all, and at once a bystander calls another:
from the moment that the POST is answered to the invitation at the sink. When it is quiet, the
subscriptions are not there yet, and nothing else happens.
"""

import time
from collections.abc import Iterator
from itertools import cycle, islice
from statistics import median

from infra.local.webhook import Webhook
from tests.performance.result import Budget, Result, of_medians
from tests.support.stack.http import EmbeddedApi
from tests.support.stack.subscriber import Line, Subscriber

_SUBSCRIPTIONS = 300
_CHANGES = 20
_RINGS = 10
_SECONDS = 30
_NOTICES_SECONDS = 120
_BEFORE = "before there were audiences, commit 91f6c17, on 2026-11-24: 9.5 x floor"
_INVITATION = "session-invitation"


def measure(api: EmbeddedApi, webhook: Webhook) -> Iterator[Result]:
    """Ring, then keep somebody busy, and ring again."""
    run = int(time.time()) % 10_000
    alice, bob, busy, partner = (
        Subscriber(api, f"+1{run:04}9{place:02}0000").with_device() for place in range(4)
    )
    line, sink = Line(alice, bob), bob.number
    assert bob.subscribe(_INVITATION, webhook.sink(sink)).status == 201
    _ring(line, webhook, sink)  # waits for functions to start
    quiet = [_ring(line, webhook, sink) for _ in range(_RINGS)]
    _come_and_go(partner, webhook)
    beside = list[float]()
    for _ in range(_RINGS):
        _change(Line(busy, partner))
        beside.append(_ring(line, webhook, sink))
    floor = median(quiet)
    yield of_medians(
        "bystander.ring",
        f"from POST's 201 to the ring, beside {_CHANGES} changes of somebody else's call",
        "ms",
        {"floor": quiet, "value": beside},
        Budget(round(max(1.5 * floor, floor + 250))),
        [
            f"{_SUBSCRIPTIONS} subscriptions of the other number were created and deleted before",
            f"medians of {_RINGS}; floor: nothing else happens; an emulator",
            "budget: 1.5 x floor, or 250 ms more",
            _BEFORE,
        ],
    )


def _ring(line: Line, webhook: Webhook, sink: str) -> float:
    """Place a call; return the milliseconds until the sink is told of it. Then the call ends."""
    heard = len(webhook.taken(sink))
    call = line.call()
    placed = time.time()
    assert webhook.wait_for(lambda: len(webhook.taken(sink)) > heard, _SECONDS)
    waited = webhook.taken(sink)[heard].at - placed
    assert line.alice.delete(call).status == 204
    return waited * 1000


def _come_and_go(subscriber: Subscriber, webhook: Webhook) -> None:
    """Create and delete subscriptions, one after the other; wait until their sink knows."""
    sink = webhook.sink(subscriber.number)
    for _ in range(_SUBSCRIPTIONS):
        created = subscriber.subscribe("session-status", sink)
        assert created.status == 201, created
        assert subscriber.unsubscribe(created.body["id"]).status == 204
    assert webhook.wait_for(
        lambda: len(webhook.taken(subscriber.number)) == _SUBSCRIPTIONS, _NOTICES_SECONDS
    )


def _change(line: Line) -> None:
    """Place a call and change it, the placing included, so many times."""
    call = line.call()
    for status in islice(cycle(("Ringing", "Proceeding")), _CHANGES - 1):
        assert line.bob.put(call, status).status == 200
