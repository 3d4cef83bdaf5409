"""The queues that stand in for SQS's: what the benchmark of dead sinks relies on."""

from collections.abc import Iterator
from threading import Event
from typing import Any

import pytest

from tests.performance.memory_sqs import MemoryQueue, MemorySqs, RunningClock, polled
from tests.support.builders import NOW

SECONDS = 5
"""Nothing waits for so long, unless it would for ever."""


@pytest.fixture
def clock() -> RunningClock:
    return RunningClock(NOW)


@pytest.fixture
def queue(clock: RunningClock) -> MemoryQueue:
    return MemoryQueue(clock)


def bodies(queue: MemoryQueue) -> Iterator[str]:
    """Take all that is visible; it is not given back."""
    while queue.has_visible():
        held = queue.take()
        assert held
        yield held.body


def test_of_a_group_only_the_first_is_visible_until_it_is_deleted(queue: MemoryQueue) -> None:
    for body in ("first", "second"):
        queue.put(body, group="one")
    queue.put("another's", group="other")

    first, another = queue.take(), queue.take()

    assert first
    assert another
    assert (first.body, another.body) == ("first", "another's")
    assert not queue.has_visible()
    queue.delete(first)
    assert [*bodies(queue)] == ["second"]


def test_a_message_that_is_delayed_keeps_its_group_waiting(
    queue: MemoryQueue, clock: RunningClock
) -> None:
    for body in ("first", "second"):
        queue.put(body, group="one")
    first = queue.take()
    assert first
    queue.delay(str(first.number), 20)
    queue.give_back(first)

    assert not queue.has_visible()
    clock.forward(20)
    again = queue.take()
    assert again
    assert (again.body, again.receipts) == ("first", 2)


def test_a_message_that_is_received_is_nobody_else_s_however_long_that_takes(
    queue: MemoryQueue, clock: RunningClock
) -> None:
    queue.put("one", group="one")
    held = queue.take()
    assert held

    clock.forward(1_000)
    assert not queue.has_visible()
    queue.give_back(held)
    assert [*bodies(queue)] == ["one"]


def test_messages_without_a_group_wait_for_nobody(queue: MemoryQueue) -> None:
    for body in ("one", "two", "three"):
        queue.put(body)

    assert [*bodies(queue)] == ["one", "two", "three"]


def test_what_is_put_in_twice_is_queued_once(queue: MemoryQueue) -> None:
    for known_as in ("same", "same", "other"):
        queue.put(known_as, group=known_as, known_as=known_as)

    assert queue.put_in == 2
    assert [*bodies(queue)] == ["same", "other"]


def test_a_message_comes_when_its_delay_is_up(queue: MemoryQueue, clock: RunningClock) -> None:
    queue.put("late", delay=600)

    due = queue.due_in()
    assert due
    assert 590 < due <= 600
    assert not queue.has_visible()
    clock.forward(600)
    assert [*bodies(queue)] == ["late"]


def test_while_a_message_is_received_nobody_knows_what_is_due(queue: MemoryQueue) -> None:
    queue.put("one")
    queue.put("late", delay=600)
    queue.take()

    assert queue.due_in() is None


def test_a_function_is_invoked_until_it_is_done_with_a_message(queue: MemoryQueue) -> None:
    sqs = MemorySqs(one=queue)
    done = Event()
    received: list[str] = []

    def handler(event: dict[str, Any], _context: Any) -> Any:
        [record] = event["Records"]
        received.append(f"{record['body']} {record['attributes']['ApproximateReceiveCount']}")
        if len(received) == 1:
            sqs.change_message_visibility(
                QueueUrl="one", ReceiptHandle=record["receiptHandle"], VisibilityTimeout=0
            )
            return {"batchItemFailures": [{"itemIdentifier": record["messageId"]}]}
        done.set()
        return {"batchItemFailures": []}

    with polled(queue, handler, 1):
        sqs.send_message(QueueUrl="one", MessageBody="again")
        assert done.wait(SECONDS)

    assert received == ["again 1", "again 2"]
    assert queue.received == 2
    assert queue.take() is None


def test_no_more_are_handled_at_once_than_said(queue: MemoryQueue) -> None:
    for body in range(3):
        queue.put(str(body))
    at_work, go_on = [Event(), Event(), Event()], Event()

    def handler(event: dict[str, Any], _context: Any) -> Any:
        at_work[int(event["Records"][0]["body"])].set()
        assert go_on.wait(SECONDS)
        return {"batchItemFailures": []}

    with polled(queue, handler, 2):
        assert at_work[0].wait(SECONDS)
        assert at_work[1].wait(SECONDS)
        assert queue.received == 2
        go_on.set()
        assert at_work[2].wait(SECONDS)
