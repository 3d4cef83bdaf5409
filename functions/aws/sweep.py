"""Sweep: ends many items at once, in a bounded number of threads, within the time there is.

Each item is ended by a conditional write of its own, so sweeps are idempotent: of two sweeps, or of
a sweep and a client, the one that comes second changes nothing. What a sweep leaves, because time
is up or DynamoDB does not serve, the next one finds again.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from enum import StrEnum
from itertools import islice
from threading import Lock
from typing import NamedTuple

from aws_lambda_powertools.utilities.typing import LambdaContext

from aws import clock, metrics
from aws.dynamodb import CONNECTIONS, dynamodb_client
from aws.stale_index import Stale, StaleIndex
from camara.errors import Unavailable
from camara.unix_time import UnixSeconds

CONCURRENCY = CONNECTIONS
"""Writes under way at once."""

_MARGIN_MILLIS = 15_000
"""Longer than the slowest write that may be under way: 12 seconds, and waits after conflicts."""

_COUNT_LEFT_UP_TO = 100_000

type HasTime = Callable[[], bool]
"""Tells whether there is time for another write."""


def time_left(context: LambdaContext) -> HasTime:
    """Return a test for whether the function has time for another write."""
    return lambda: context.get_remaining_time_in_millis() > _MARGIN_MILLIS


class NotDone(StrEnum):
    """The write was not done: the item is as it was, and the next sweep finds it again."""

    LEFT = "left"


class Result[Key, Outcome](NamedTuple):
    """What became of one item."""

    key: Key
    outcome: Outcome | NotDone


class Sweep[Key, Outcome]:
    """Ends items with bounded concurrency; keeps the ``results``, and how many are ``left``.

    ``end`` ends the item with this key; ``has_time`` tells whether another may be begun. Items that
    are left are counted up to a bound only, because counting may mean reading them.
    """

    def __init__(
        self,
        end: Callable[[Key], Outcome],
        has_time: HasTime,
        *,
        count_left_up_to: int = _COUNT_LEFT_UP_TO,
    ) -> None:
        self._end = end
        self._has_time = has_time
        self._count_left_up_to = count_left_up_to
        self._lock = Lock()
        self.results: list[Result[Key, Outcome]] = []
        self.left = 0

    @property
    def done(self) -> list[Outcome]:
        """Return the outcomes of those that were not left."""
        return [each.outcome for each in self.results if not isinstance(each.outcome, NotDone)]

    @property
    def found(self) -> int:
        """Return how many items there were, as far as they were counted."""
        return len(self.done) + self.left

    def run(self, keys: Iterable[Key]) -> None:
        """End all items, or as many as there is time for.

        An item whose ``end`` raises ``Unavailable`` is left. Any other exception of ``keys`` or
        ``end`` is raised once every write under way has finished and the rest has been counted.
        """
        queue = iter(keys)
        with ThreadPoolExecutor(CONCURRENCY) as pool:
            workers = [pool.submit(self._work, queue) for _ in range(CONCURRENCY)]
        try:
            for worker in workers:
                worker.result()
        finally:
            self.left = len(self.results) - len(self.done)
            self.left += sum(1 for _ in islice(queue, self._count_left_up_to))

    def _work(self, queue: Iterator[Key]) -> None:
        while self._has_time():
            with self._lock:
                try:
                    key = next(queue)
                except StopIteration:
                    return
            outcome: Outcome | NotDone = NotDone.LEFT
            try:
                with suppress(Unavailable):
                    outcome = self._end(key)
            finally:
                self.results.append(Result(key, outcome))


def sweep_overdue[Key, Outcome](
    swept: str,
    index: StaleIndex[Key],
    end: Callable[[Key], Outcome],
    has_time: HasTime,
    report: Callable[[Sweep[Key, Outcome]], Mapping[str, int]],
) -> dict[str, int]:
    """End the overdue items in ``index``, the oldest first; return how many, and the lag.

    ``report`` logs what became of each item, and returns the numbers. They become metrics
    (``SweepFound``, ...; dimension ``swept``), also when the sweep fails. ``lagSeconds`` is by how
    much the first deadline had passed. Raises ``Unavailable`` when the index cannot be read.
    """
    overdue = _Overdue(index, clock.now())
    sweep = Sweep(end, has_time)
    try:
        sweep.run(overdue)
    finally:
        numbers = report(sweep)
        with metrics.in_one_line():
            for name, value in numbers.items():
                metrics.count(f"Sweep{name[0].upper()}{name[1:]}", value, swept=swept)
            metrics.seconds("SweepLag", overdue.lag, swept=swept)
    return {**numbers, "lagSeconds": overdue.lag}


class _Overdue[Key]:
    """The keys of what is stale, and ``lag``: by how many seconds the first deadline has passed."""

    def __init__(self, index: StaleIndex[Key], now: UnixSeconds) -> None:
        self._stale: Iterator[Stale[Key]] = index.stale(dynamodb_client(), now)
        self._now = now
        self.lag = 0

    def __iter__(self) -> Iterator[Key]:
        for stale in self._stale:
            self.lag = max(self.lag, self._now - stale.stale_at)
            yield stale.key
