"""Publisher, deliverer and prober at work on this machine: moto, and queues in memory.

The clock runs with the machine's, and can be put forward. A line is a call that rings, of which the
receiver's sink is told.
"""

import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from math import inf
from typing import Any
from unittest.mock import patch

from aws_lambda_powertools.utilities.batch.types import PartialItemFailureResponse

from aws import clock
from aws.dynamodb import dynamodb_client
from call_handling.item import media_items, session_item
from notifications import delivery, queues, receiving
from notifications.deliver_notification import handler as deliver
from notifications.post import post
from notifications.probe_sink import handler as probe
from notifications.publish_events import handler as publish
from notifications.sink import Sink
from notifications.store import subscription_store
from notifications.subscription import Subscription
from tests.performance.memory_sqs import MemoryQueue, MemorySqs, RunningClock, polled
from tests.performance.ringing_calls import Line, Record, record_of, rung
from tests.performance.stored_sessions import sessions_table
from tests.support.builders import NOW, a_placed_call
from tests.support.lambda_context import a_lambda_context
from tests.support.streams import Stream, meant_for
from tests.support.table import SUBSCRIPTIONS, TABLE

_ENVIRONMENT = {
    "EVENT_SOURCE": "https://api.example.com/camara",
    "LOOPBACK_SINKS": "true",
    "NOTIFICATIONS_QUEUE": "notifications",
    "PROBES_QUEUE": "probes",
}
_PATIENCE_CUT_SHORT = 0.05
_PLAYED_OUT_SECONDS = 120
_LOOK_SECONDS = 0.01


class NotifiedSinks:
    """The queues, the clock, and the ports that were posted to."""

    def __init__(self, clock: RunningClock) -> None:
        self.notifications = MemoryQueue(clock)
        self.probes = MemoryQueue(clock)
        self.posts: list[int] = []
        self._clock = clock
        self._ends = Stream(SUBSCRIPTIONS)

    def add(self, line: Line) -> None:
        """Store a call between the numbers of a line, and the receiver's subscription."""
        client = dynamodb_client()
        for table, item in line.items():
            if table != SUBSCRIPTIONS:
                client.put_item(TableName=table, Item=item)
        call = a_placed_call(rung(line.call()))
        for item in (session_item(call.session), *media_items(call)):
            client.put_item(TableName=TABLE, Item=item)
        subscription_store().create(line.receiving, (), NOW)

    def change(self, lines: Sequence[Line], version: int) -> None:
        """Publish a change of the call of each line, in one batch."""
        calls = [line.call() for line in lines]
        _published(
            publish, [record_of(rung(call, version - 1), rung(call, version)) for call in calls]
        )

    def state_of(self, line: Line) -> Subscription:
        """Return a line's subscription as it is now."""
        known = line.receiving
        return subscription_store().read(known.subscriber_key, known.subscription_id)

    def post(self, sink: Sink, *request: Any, **options: Any) -> int:
        """Post to a sink; note that."""
        self.posts.append(sink.port)
        return post(sink, *request, **options)

    def play_out(self) -> None:
        """Put the clock forward to whatever is next until there is nothing to do any more."""
        ends_at = time.monotonic() + _PLAYED_OUT_SECONDS
        queues = (self.notifications, self.probes)
        with patch.object(delivery, "SINK_SECONDS", _PATIENCE_CUT_SHORT):
            while time.monotonic() < ends_at:
                waits = [queue.due_in() for queue in queues]
                wait = min((each for each in waits if each is not None), default=0)
                if None in waits or wait == 0:
                    time.sleep(_LOOK_SECONDS)
                elif wait < inf:
                    self._clock.forward(wait)
                    for queue in queues:
                        queue.wake()
                elif not self._publish():
                    return
        raise AssertionError(waits)

    def _publish(self) -> bool:
        """Tell whether there was an end of a subscription to publish."""
        records = meant_for("PublishEvents", self._ends.records())
        if records:
            _published(publish, records)
        return bool(records)


@contextmanager
def notified_sinks(concurrency: int, of_probes: int) -> Iterator[NotifiedSinks]:
    """Let the functions work meanwhile, so many invocations at once."""
    running = RunningClock(NOW)
    with (
        sessions_table(**_ENVIRONMENT),
        patch.object(clock, "now", lambda: int(running.now())),
        ExitStack() as stack,
    ):
        sinks = NotifiedSinks(running)
        sqs = MemorySqs(notifications=sinks.notifications, probes=sinks.probes)
        for module in (queues, receiving):
            stack.enter_context(patch.object(module, "sqs_client", lambda: sqs))
        stack.enter_context(patch.object(delivery, "post", sinks.post))
        stack.enter_context(polled(sinks.notifications, deliver, concurrency))
        stack.enter_context(polled(sinks.probes, probe, of_probes))
        yield sinks


def _published(handler: Any, records: list[Record]) -> None:
    answer: PartialItemFailureResponse = handler({"Records": records}, a_lambda_context())
    assert answer == {"batchItemFailures": []}, answer
