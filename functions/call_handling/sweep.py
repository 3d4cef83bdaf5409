"""Ending many sessions at once, within the time there is.

Each is ended by the same conditional write as by DELETE, so two sweeps, or a sweep and a party,
never end a session twice: who comes second leaves it alone.
"""

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from enum import StrEnum
from itertools import islice
from threading import Lock
from typing import NamedTuple

from call_handling.ending import LeftAlone, Transition
from camara.errors import Unavailable

CONCURRENCY = 16
"""Writes under way at once; the client's pool has as many connections."""

_COUNT_LEFT_UP_TO = 100_000


class NotDone(StrEnum):
    """DynamoDB did not serve the write; the session is as it was, and still in the index."""

    LEFT = "left"


class Result(NamedTuple):
    """What became of one session."""

    media_session_id: str
    outcome: Transition | LeftAlone | NotDone


class Sweep:
    """Ends sessions with bounded concurrency; ``results`` tells of each, ``left`` how many are not.

    ``end`` ends one session; ``has_time`` tells whether another may be begun.
    """

    def __init__(
        self, end: Callable[[str], Transition | LeftAlone], has_time: Callable[[], bool]
    ) -> None:
        self._end = end
        self._has_time = has_time
        self._lock = Lock()
        self.results: list[Result] = []
        self.left = 0

    def run(self, media_session_ids: Iterable[str]) -> None:
        """End them all, or as many as there is time for.

        Raises what ``media_session_ids`` or ``end`` raises (but ``Unavailable`` of a single
        session), after every write under way has come to its end.
        """
        queue = iter(media_session_ids)
        with ThreadPoolExecutor(CONCURRENCY) as pool:
            workers = [pool.submit(self._work, queue) for _ in range(CONCURRENCY)]
        for worker in workers:
            worker.result()
        not_done = sum(result.outcome is NotDone.LEFT for result in self.results)
        self.left = not_done + sum(1 for _ in islice(queue, _COUNT_LEFT_UP_TO))

    def _work(self, queue: Iterator[str]) -> None:
        while self._has_time():
            with self._lock:
                media_session_id = next(queue, None)
            if media_session_id is None:
                return
            self.results.append(Result(media_session_id, self._outcome(media_session_id)))

    def _outcome(self, media_session_id: str) -> Transition | LeftAlone | NotDone:
        try:
            return self._end(media_session_id)
        except Unavailable:
            return NotDone.LEFT
