"""The operator's bus hears of each change in SIP; whether it does is nothing to the webhooks."""

import json
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import pytest

from infra.local.processes import wait_until
from tests.support.stack.aws import Aws
from tests.support.stack.ear import Ear
from tests.support.stack.faults import forbidden
from tests.support.stack.subscriber import Line

LISTENER = "ims"
FAILS_SECONDS = 30

type Told = Callable[..., list[dict[str, Any]]]


@pytest.fixture
def told(aws: Aws) -> Iterator[Told]:
    """Returns what the bus has said of a call, by number, as soon as it is so much."""
    sqs, events = aws.client("sqs"), aws.client("events")
    queue = sqs.create_queue(QueueName=LISTENER)["QueueUrl"]
    attributes = sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn"])
    bus = aws.stack.stack_name
    rule = {"Name": LISTENER, "EventBusName": bus}
    events.put_rule(**rule, EventPattern='{"detail-type": ["MediaSessionStatusChanged"]}')
    target = {"Id": LISTENER, "Arn": attributes["Attributes"]["QueueArn"]}
    events.put_targets(Rule=LISTENER, EventBusName=bus, Targets=[target])
    try:
        yield lambda call, count: _received(sqs, queue, call, count)
    finally:
        events.remove_targets(Rule=LISTENER, EventBusName=bus, Ids=[LISTENER])
        events.delete_rule(**rule)
        sqs.delete_queue(QueueUrl=queue)


def test_the_bus_hears_of_each_change_in_sip(callers: Line, told: Told) -> None:
    call = callers.call("Ringing")
    callers.alice.delete(call)

    changes = told(call, 3)

    assert [(each["sequenceNumber"], each["status"], each["sip"]) for each in changes] == [
        (1, "Initial", {"method": "INVITE"}),
        (2, "Ringing", {"status": 180, "phrase": "Ringing"}),
        (3, "SessionCancelled", {"method": "CANCEL"}),
    ]
    assert [each["previousStatus"] for each in changes] == [None, "Initial", "Ringing"]
    assert changes[-1]["endedBy"] == "originator"
    assert callers.alice.number not in str(changes)


@pytest.mark.alone
def test_a_bus_that_does_not_serve_keeps_no_webhook_waiting(
    callers: Line, ear: Callable[..., Ear], aws: Aws, told: Told
) -> None:
    bob = ear(callers.bob, "session-status")
    began = int(time.time() * 1000)
    with ExitStack() as faults:
        for role in aws.stack.roles:
            faults.enter_context(forbidden(aws, role, "events:PutEvents"))

        callers.alice.delete(callers.call("Ringing"))

        bob.hears(2)
        assert bob.statuses() == [(2, "Ringing"), (3, "SessionCancelled")]
        assert wait_until(lambda: _has_failed(aws, began), FAILS_SECONDS)
    assert len(told(callers.call("Ringing"), 2)) == 2


def _has_failed(aws: Aws, since: int) -> bool:
    """Tell whether the function that tells the bus has wanted records again."""
    log = aws.log_of("PublishToSessionsBus")
    answer = aws.client("logs", attempts=5).filter_log_events(logGroupName=log, startTime=since)
    return any("RecordFailed" in event["message"] for event in answer["events"])


def _received(sqs: Any, queue: str, call: str, count: int) -> list[dict[str, Any]]:
    until = time.monotonic() + 30
    found = list[dict[str, Any]]()
    while len(found) < count and time.monotonic() < until:
        answer = sqs.receive_message(QueueUrl=queue, MaxNumberOfMessages=10, WaitTimeSeconds=1)
        for message in answer.get("Messages", []):
            sqs.delete_message(QueueUrl=queue, ReceiptHandle=message["ReceiptHandle"])
            detail = json.loads(message["Body"])["detail"]
            if detail["mediaSessionId"] == call:
                found.append(detail)
    return sorted(found, key=lambda detail: int(detail["sequenceNumber"]))
