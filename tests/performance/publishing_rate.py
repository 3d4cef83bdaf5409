"""How many changes of calls one invocation publishes in a second, beside the former way.

A hundred records in a batch, each of a call of its own that begins to ring, and two devices
subscribed to each call. Both ways run by turns in one process, against one server on loopback that
serves every request, of whichever service, in the same few milliseconds: about what DynamoDB takes
in its region; SQS and EventBridge take longer. Rates are medians. There is a whole processor for
them, as a function has from 1,769 MB on.

The former way (``former_publishing``) told the bus as well, in the same invocation. Today that is
another function's, whose rate stands below.
"""

import json
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from itertools import chain
from statistics import median
from typing import Any, NamedTuple

from tests.performance import ROOT
from tests.performance.canned_publishing import CannedPublishing
from tests.performance.canned_server import canned_server
from tests.performance.environment import function_environment
from tests.performance.result import Budget, Result
from tests.performance.ringing_calls import Line, Record, record_of, rung

_CHANGES = 100
_SERVICE_SECONDS = 0.005
_ROUNDS = 4
_QUEUES = "https://sqs.eu-central-1.amazonaws.com/123456789012"


class _Worker:
    """A process that publishes batches."""

    def __init__(self, process: subprocess.Popen[str], batches: Mapping[str, Any]) -> None:
        self._process = process
        self._say(json.dumps(batches))

    def publish(self, way: str, batch: str) -> float:
        """Publish a batch in a way; return the seconds that it took."""
        self._say(f"{way} {batch}")
        answer = self._process.stdout.readline() if self._process.stdout else ""
        if not answer:
            message = f"the worker ended, status {self._process.wait()}"
            raise RuntimeError(message)
        return float(answer)

    def _say(self, line: str) -> None:
        assert self._process.stdin
        self._process.stdin.write(line + "\n")
        self._process.stdin.flush()


class _Published(NamedTuple):
    """How a batch is published in a way: changes in a second, round by round, by these requests."""

    rates: list[float]
    requests: str

    @property
    def rate(self) -> float:
        """The median."""
        return median(self.rates)


def measure() -> Iterator[Result]:
    """Publish by turns."""
    lines = [Line.of(place) for place in range(_CHANGES)]
    batches = {"apart": _batch(lines), "together": _batch(lines[:1] * _CHANGES)}
    canned = CannedPublishing(chain.from_iterable(line.items() for line in lines))
    with canned_server(canned, _SERVICE_SECONDS) as url, _worker(url, batches) as worker:
        former, ours, bus = _published(worker, canned, "apart", "former", "ours", "bus")
        former_together, ours_together = _published(worker, canned, "together", "former", "ours")
    what = f"changes published in a second, of a batch of {_CHANGES} calls"
    yield _beside(former, ours, "publishing.apart", what, Budget(10, "gain"))
    what = "  of calls that all go to the same two subscriptions"
    yield _beside(former_together, ours_together, "publishing.together", what)
    both = 1 / (1 / ours.rate + 1 / bus.rate)
    gain = f"{both / former.rate:.1f} times the usual way"
    yield Result(
        name="publishing.bus",
        what="  put on the bus in a second, by the function that is for that",
        unit="changes",
        value=bus.rate,
        samples={"value": bus.rates},
        notes=[bus.requests, f"if one function did both: {both:.0f} changes, {gain}"],
    )


def _published(
    worker: _Worker, canned: CannedPublishing, batch: str, *ways: str
) -> Iterator[_Published]:
    """Yield what becomes of a batch in each of these ways, which take turns."""
    rates: dict[str, list[float]] = {way: [] for way in ways}
    requests = dict[str, str]()
    for number in range(_ROUNDS + 1):
        for way in ways:
            canned.forget()
            seconds = worker.publish(way, batch)
            _require_all(canned, way)
            if number:  # before, clients and connections are made
                rates[way].append(_CHANGES / seconds)
            counts = canned.requests.items()
            requests[way] = ", ".join(f"{count} {name}" for name, count in counts)
    for way in ways:
        yield _Published(rates[way], requests[way])


def _beside(
    former: _Published, ours: _Published, name: str, what: str, budget: Budget | None = None
) -> Result:
    result = Result(
        name=name,
        what=what,
        unit="changes",
        usual=former.rate,
        value=ours.rate,
        budget=budget,
        samples={"usual": former.rates, "value": ours.rates},
    )
    notes = [
        f"{result.gain:.1f} times the usual way, which is the former one: {former.requests}",
        f"ours: {ours.requests}",
        f"{_SERVICE_SECONDS * 1000:g} ms a request, medians of {_ROUNDS} rounds",
    ]
    return replace(result, notes=notes)


def _batch(lines: list[Line]) -> list[Record]:
    calls = [line.call(number) for number, line in enumerate(lines)]
    return [record_of(call, rung(call)) for call in calls]


def _require_all(canned: CannedPublishing, way: str) -> None:
    """Raise AssertionError unless every device, or the bus, has been told of every change."""
    messages = 0 if way == "bus" else 2 * _CHANGES
    events = 0 if way == "ours" else _CHANGES
    assert (canned.messages, canned.events) == (messages, events), (way, canned.requests)


@contextmanager
def _worker(url: str, batches: Mapping[str, Any]) -> Iterator[_Worker]:
    environment = function_environment("PublishEvents") | {
        "AWS_ENDPOINT_URL": url,
        "NOTIFICATIONS_QUEUE": f"{_QUEUES}/notifications.fifo",
        "EVENTS_NOT_PUBLISHED": f"{_QUEUES}/not-published",
        "EVENT_BUS": "sessions",
    }
    with subprocess.Popen(
        [sys.executable, "-m", "tests.performance.publishing_worker"],
        cwd=ROOT,
        env=environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            yield _Worker(process, batches)
        finally:
            if process.stdin:
                process.stdin.close()
            process.wait(timeout=10)
