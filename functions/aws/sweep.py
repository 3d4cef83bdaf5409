"""Ending many things at once, within the time there is.

Each is ended by a conditional write of its own, so two sweeps, or a sweep and somebody else, never
end a thing twice: who comes second leaves it alone.
"""

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from enum import StrEnum
from itertools import islice
from threading import Lock
from typing import NamedTuple

from aws_lambda_powertools.utilities.typing import LambdaContext

from aws.dynamodb import CONNECTIONS
from camara.errors import Unavailable

CONCURRENCY = CONNECTIONS
"""Writes under way at once."""

_MARGIN_MILLIS = 15_000
"""Longer than the slowest write that may be under way: 12 seconds, and waits after conflicts."""

_COUNT_LEFT_UP_TO = 100_000


def time_left(context: LambdaContext) -> Callable[[], bool]:
    """Return a test for whether the function has time for another write."""
    return lambda: context.get_remaining_time_in_millis() > _MARGIN_MILLIS


class NotDone(StrEnum):
    """DynamoDB did not serve the write; all is as it was, and will be found again."""

    LEFT = "left"


class Result[Outcome](NamedTuple):
    """What became of one."""

    key: str
    outcome: Outcome | NotDone


class Sweep[Outcome]:
    """Ends with bounded concurrency; ``results`` tells of each, ``left`` how many are not ended.

    ``end`` ends the one with this key; ``has_time`` tells whether another may be begun. What is
    left is counted up to a bound, for it may have to be read to be counted.
    """

    def __init__(
        self,
        end: Callable[[str], Outcome],
        has_time: Callable[[], bool],
        *,
        count_left_up_to: int = _COUNT_LEFT_UP_TO,
    ) -> None:
        self._end = end
        self._has_time = has_time
        self._count_left_up_to = count_left_up_to
        self._lock = Lock()
        self.results: list[Result[Outcome]] = []
        self.left = 0

    def run(self, keys: Iterable[str]) -> None:
        """End them all, or as many as there is time for.

        Raises what ``keys`` or ``end`` raises (but ``Unavailable`` of a single one), after every
        write under way has come to its end.
        """
        queue = iter(keys)
        with ThreadPoolExecutor(CONCURRENCY) as pool:
            workers = [pool.submit(self._work, queue) for _ in range(CONCURRENCY)]
        for worker in workers:
            worker.result()
        not_done = sum(result.outcome is NotDone.LEFT for result in self.results)
        self.left = not_done + sum(1 for _ in islice(queue, self._count_left_up_to))

    def _work(self, queue: Iterator[str]) -> None:
        while self._has_time():
            with self._lock:
                key = next(queue, None)
            if key is None:
                return
            self.results.append(Result(key, self._outcome(key)))

    def _outcome(self, key: str) -> Outcome | NotDone:
        try:
            return self._end(key)
        except Unavailable:
            return NotDone.LEFT
