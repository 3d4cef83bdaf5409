"""What it takes to tell two devices of a whole call: messages, invocations, reads and writes.

A call is placed, rings, is answered and ends; a subscription on either side wants its status, and
one the invitation. From the records in the stream to what is remembered of the deliveries; on moto,
the queue, the bus and the sinks in memory. Each change is alone in its batch, as in a quiet hour:
what several share is cheaper. The usual way is this code as it was before it had audiences: it was
measured once, by the same steps.
"""

from collections.abc import Iterator, Sequence
from functools import partial
from typing import NamedTuple

from notifications.publish_events import handler as publish
from notifications.publish_to_sessions_bus import handler as put_on_bus
from tests.performance.cost import Cost, costed
from tests.performance.result import Result
from tests.performance.stand_ins import delivered, handled, subscribed
from tests.support.api import a_call, delete, put
from tests.support.builders import ALICE, ANSWER, BOB
from tests.support.streams import Record, Stream, meant_for
from tests.support.table import TABLE

_SOURCE = {"EVENT_SOURCE": "https://api.example.com/camara", "LOOPBACK_SINKS": "false"}


class _Spent(NamedTuple):
    """On a whole call."""

    messages: int
    invocations: int
    bus_events: int
    requests: int
    read_units: float
    write_units: int


_BEFORE = _Spent(
    messages=7, invocations=11, bus_events=4, requests=37, read_units=30, write_units=7
)


def measure() -> Iterator[Result]:
    """Play a call, and count what follows each of its changes."""
    publishings, deliveries = list[Cost](), list[Cost]()
    with subscribed(**_SOURCE) as (client, queue, bus):
        for records in _changes():
            publishings.append(costed(client, partial(handled, publish, records))[1])
            handled(put_on_bus, records)
            for message in queue.take():
                deliveries.append(costed(client, partial(delivered, message))[1])
    costs = publishings + deliveries
    spent = _Spent(
        messages=len(deliveries),
        invocations=2 * len(publishings) + len(deliveries),
        bus_events=len(bus),
        requests=sum(cost.requests for cost in costs),
        read_units=sum(cost.read_units for cost in costs),
        write_units=sum(cost.write_units for cost in costs),
    )
    yield from _results(
        spent, f"of a change: {_in_words(publishings)}; of a delivery: {_in_words(deliveries)}"
    )


def _changes() -> Iterator[list[Record]]:
    """Yield what the stream tells of each change of a call, when it has been made."""
    stream = Stream(TABLE)
    call = a_call("Initial")
    yield meant_for("PublishEvents", stream.records())
    for status in ("Ringing", {"status": "Connected", "answer": {"sdp": ANSWER}}):
        assert put(BOB, call, status).status == 200
        yield meant_for("PublishEvents", stream.records())
    assert delete(ALICE, call).status == 204
    yield meant_for("PublishEvents", stream.records())


def _results(spent: _Spent, requests: str) -> Iterator[Result]:
    call = "messages per call, two devices told of its status, one of them invited"
    own = "the bus has a function of its own, which costs one for each change"
    before = "the usual way is that of commit 91f6c17, measured on 2026-11-24"
    lines: tuple[tuple[str, str, str, list[str]], ...] = (
        ("messages", call, "messages", [before]),
        ("invocations", "  invocations", "invocations", [own]),
        ("bus_events", "  events on the bus", "events", []),
        ("requests", "  DynamoDB requests", "requests", [requests]),
        ("read_units", "  read units of DynamoDB", "units", []),
        ("write_units", "  write units of DynamoDB", "units", []),
    )
    for name, what, unit, notes in lines:
        yield Result(
            name=f"notifications.cost.{name}",
            what=what,
            unit=unit,
            usual=getattr(_BEFORE, name),
            value=getattr(spent, name),
            notes=notes,
        )


def _in_words(costs: Sequence[Cost]) -> str:
    """Say what the different ones ask for."""
    return " or ".join(dict.fromkeys(cost.in_words() for cost in costs))
