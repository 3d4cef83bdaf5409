"""SQS's queues in memory, and what Lambda does with them: takes messages, invokes, deletes.

What of it the functions' clients use: groups of a FIFO queue, of which the first message alone is
visible, and none while that is received or delayed; deduplication; delays of single messages. The
emulator of the embedded stack serves a FIFO queue one message after the other, whatever its group.
Source: AWS, "Amazon SQS FIFO queues"; "Using Lambda with Amazon SQS", maximum concurrency.
"""

import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from math import inf
from threading import Condition, Thread
from typing import Any

from aws_lambda_powertools.utilities.batch.types import PartialItemFailureResponse

from tests.support.lambda_context import a_lambda_context

_VISIBILITY_TIMEOUT = 90
_FUNCTION_SECONDS = 85

type Handler = Callable[[dict[str, Any], Any], PartialItemFailureResponse]
type Request = dict[str, Any]


class RunningClock:
    """Runs with the machine's, from ``start`` on, and can be put forward."""

    def __init__(self, start: float) -> None:
        self._ahead = start - time.monotonic()

    def now(self) -> float:
        """Return the time in seconds."""
        return time.monotonic() + self._ahead

    def forward(self, seconds: float) -> None:
        """Put it forward."""
        self._ahead += seconds


@dataclass
class _Held:
    """A message that is in a queue; ``taken`` while somebody has received it."""

    number: int
    body: str
    visible_at: float
    receipts: int = 0
    taken: bool = False

    def is_visible(self, now: float) -> bool:
        return not self.taken and self.visible_at <= now


class MemoryQueue:
    """A queue; every message of one that is not FIFO is a group of its own."""

    def __init__(self, clock: RunningClock) -> None:
        self._clock = clock
        self._groups: dict[str, deque[_Held]] = {}
        self._place: dict[str, str] = {}
        self._seen: set[str] = set()
        self._numbers = count()
        self._changed = Condition()
        self._open = True
        self.put_in = 0
        """Messages so far, those left out that the queue knew."""
        self.received = 0
        """Receptions so far, each an invocation."""

    def put(self, body: str, *, group: str = "", known_as: str = "", delay: int = 0) -> None:
        """Put a message in, unless it is known."""
        with self._changed:
            if known_as and known_as in self._seen:
                return
            self._seen.add(known_as)
            number = next(self._numbers)
            held = _Held(number, body, self._clock.now() + delay)
            group = group or str(number)
            self._groups.setdefault(group, deque()).append(held)
            self._place[str(number)] = group
            self.put_in += 1
            self._changed.notify_all()

    def take(self) -> _Held | None:
        """Receive the oldest message that is visible, when there is one; ``None`` at the end."""
        with self._changed:
            while self._open:
                now = self._clock.now()
                if visible := self._visible(now):
                    held = min(visible, key=lambda head: head.number)
                    held.taken = True
                    held.visible_at = now + _VISIBILITY_TIMEOUT
                    held.receipts += 1
                    self.received += 1
                    return held
                waits = (head.visible_at - now for head in self._heads() if not head.taken)
                self._changed.wait(min(waits, default=None))
            return None

    def has_visible(self) -> bool:
        """Tell whether there is a message that can be received."""
        with self._changed:
            return bool(self._visible(self._clock.now()))

    def wait_for(self, count: int, seconds: float) -> bool:
        """Tell whether so many messages have been put in, in that time."""
        with self._changed:
            return self._changed.wait_for(lambda: self.put_in >= count, seconds)

    def delete(self, held: _Held) -> None:
        """Take a message out; the next of its group comes to light."""
        with self._changed:
            group = self._place.pop(str(held.number))
            self._groups[group].popleft()
            if not self._groups[group]:
                del self._groups[group]
            self._changed.notify()

    def delay(self, receipt: str, seconds: int) -> None:
        """Have a message that is received come again in so many seconds, if it does."""
        with self._changed:
            self._groups[self._place[receipt]][0].visible_at = self._clock.now() + seconds

    def give_back(self, held: _Held) -> None:
        """Leave a message that was received in the queue."""
        with self._changed:
            held.taken = False
            self._changed.notify()

    def due_in(self) -> float | None:
        """Return in how many seconds there is something to do; ``None`` while something is done."""
        with self._changed:
            heads = self._heads()
            if any(head.taken for head in heads):
                return None
            return max(0, min((head.visible_at for head in heads), default=inf) - self._clock.now())

    def wake(self) -> None:
        """Look at the clock again."""
        with self._changed:
            self._changed.notify_all()

    def close(self) -> None:
        """Let nobody wait any more."""
        self._open = False
        self.wake()

    def _heads(self) -> list[_Held]:
        return [group[0] for group in self._groups.values()]

    def _visible(self, now: float) -> list[_Held]:
        return [head for head in self._heads() if head.is_visible(now)]


class MemorySqs:
    """A client of queues, by their URLs."""

    def __init__(self, **queues: MemoryQueue) -> None:
        self._queues = queues

    def send_message_batch(self, **request: Any) -> Request:
        """Queue messages of a FIFO queue."""
        for entry in request["Entries"]:
            self._queues[request["QueueUrl"]].put(
                entry["MessageBody"],
                group=entry["MessageGroupId"],
                known_as=entry["MessageDeduplicationId"],
            )
        return {"Successful": request["Entries"]}

    def send_message(self, **request: Any) -> Request:
        """Queue a message that comes in a while."""
        queue = self._queues[request["QueueUrl"]]
        queue.put(request["MessageBody"], delay=request.get("DelaySeconds", 0))
        return {}

    def change_message_visibility(self, **request: Any) -> Request:
        """Delay a message."""
        queue = self._queues[request["QueueUrl"]]
        queue.delay(request["ReceiptHandle"], request["VisibilityTimeout"])
        return {}


@contextmanager
def polled(queue: MemoryQueue, handler: Handler, concurrency: int) -> Iterator[None]:
    """Invoke a function for the messages of a queue meanwhile, so many at once."""

    def poll() -> None:
        while (held := queue.take()) is not None:
            receipt = str(held.number)
            record = {
                "messageId": receipt,
                "receiptHandle": receipt,
                "body": held.body,
                "attributes": {"ApproximateReceiveCount": str(held.receipts)},
            }
            answer = handler({"Records": [record]}, a_lambda_context(_FUNCTION_SECONDS))
            if answer["batchItemFailures"]:
                queue.give_back(held)
            else:
                queue.delete(held)

    threads = [Thread(target=poll, daemon=True) for _ in range(concurrency)]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        queue.close()
        for thread in threads:
            thread.join()
