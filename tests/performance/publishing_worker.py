"""Publishers in a process of their own, invoked with whole batches; run by ``publishing_rate``.

Standard input: a line of JSON (records by the name of the batch), then a way and a batch a line.
Standard output: for each, the seconds that it took. What the handlers write goes to /dev/null.
"""

import json
import os
import sys
import time
from collections.abc import Callable
from typing import Any

import boto3

from aws import clock
from aws.dynamodb import dynamodb_client
from notifications.publish_events import handler as publish
from notifications.publish_to_sessions_bus import handler as put_on_bus
from notifications.queues import sqs_client
from notifications.settings import settings
from tests.performance.former_publishing import FormerPublisher, FormerReader
from tests.support.builders import NOW
from tests.support.lambda_context import a_lambda_context

type Records = list[dict[str, Any]]


def _invoked(handler: Callable[[dict[str, Any], Any], Any]) -> Callable[[Records], None]:
    def invoke(records: Records) -> None:
        answer = handler({"Records": records}, a_lambda_context())
        assert answer == {"batchItemFailures": []}, answer

    return invoke


def main() -> None:
    """Serve until the end of input."""
    batches: dict[str, Records] = json.loads(sys.stdin.readline())
    answers = sys.stdout
    # As the runtime sets it up: written line by line.
    sys.stdout = open(os.devnull, "w", buffering=1)  # noqa: SIM115, PTH123
    # The calls are of that time.
    clock.now = lambda: NOW
    former = FormerPublisher(
        FormerReader(dynamodb_client(), settings().subscriptions_table),
        sqs_client(),
        settings().notifications_queue,
        boto3.client("events"),
        settings().event_bus,
    )
    ways = {"former": former.publish, "ours": _invoked(publish), "bus": _invoked(put_on_bus)}
    for line in sys.stdin:
        way, batch = line.split()
        started = time.monotonic()
        ways[way](batches[batch])
        print(time.monotonic() - started, file=answers, flush=True)


if __name__ == "__main__":
    main()
