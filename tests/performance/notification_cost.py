"""What it takes to tell both ends of a call that it has ended: messages, invocations, write units.

One change, of a call with one subscription to its status on either side, from the record in the
stream to what is remembered of the deliveries; on moto, the queue and the sinks in memory.
"""

import os
from collections.abc import Iterator
from functools import partial
from typing import Any
from unittest.mock import patch

from events import deliver_notification, publish_session_events
from events.notification import Notification
from tests.performance.cost import Cost, costed
from tests.performance.result import Result
from tests.performance.stored_sessions import sessions_table
from tests.support.api import a_call, delete
from tests.support.builders import ALICE, BOB
from tests.support.messaging import subscribe
from tests.support.streams import Stream, meant_for
from tests.support.table import TABLE

_SOURCE = {"EVENT_SOURCE": "https://api.example.com/camara", "LOOPBACK_SINKS": "false"}


class _Queue(list[Notification]):
    """Stands in for the queue."""

    def put(self, notifications: Iterator[Notification]) -> None:
        self.extend(notifications)


class _Bus(list[Any]):
    """Stands in for the bus."""

    def tell(self, change: Any, _time: str) -> None:
        self.append(change)


def measure() -> Iterator[Result]:
    """End a call and count what follows."""
    queue, bus = _Queue(), _Bus()
    with (
        sessions_table() as client,
        patch.dict(os.environ, _SOURCE),
        patch.object(publish_session_events, "outbox", lambda: queue),
        patch.object(publish_session_events, "session_bus", lambda: bus),
        patch.object(deliver_notification, "post", lambda *_, **__: 204),
    ):
        subscribe(1)
        subscribe(2, subscriber=BOB)
        call = a_call()
        stream = Stream(TABLE)
        assert delete(ALICE, call).status == 204
        records = meant_for("PublishSessionEvents", stream.records())
        publishing = costed(client, lambda: _published(records))[1]
        deliveries = [costed(client, partial(_delivered, each))[1] for each in queue]
    invocations = len(records) + len(deliveries)
    for what, unit, value, notes in (
        ("messages per ended call, a subscription on either side", "messages", len(queue), []),
        (
            "  invocations",
            "invocations",
            invocations,
            ["one for each record, one for each message"],
        ),
        ("  events on the bus", "events", len(bus), []),
        (
            "  write units of DynamoDB",
            "units",
            sum(cost.write_units for cost in (publishing, *deliveries)),
            [_in_words("publishing", publishing), _in_words("each delivery", deliveries[0])],
        ),
    ):
        yield Result(
            name=f"notifications.cost.{unit}", what=what, unit=unit, value=value, notes=notes
        )


def _in_words(what: str, cost: Cost) -> str:
    return f"{what}: {cost.in_words()}"


def _published(records: list[dict[str, Any]]) -> None:
    answer = publish_session_events.handler({"Records": records}, None)  # type: ignore[arg-type]
    assert answer == {"batchItemFailures": []}


def _delivered(notification: Notification) -> None:
    record = {"messageId": "1", "body": notification.to_json(), "attributes": {}}
    answer = deliver_notification.handler({"Records": [record]}, None)  # type: ignore[arg-type]
    assert answer == {"batchItemFailures": []}
