"""Requests at the same moment, round after round."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any


class Race:
    """Threads, two if not said otherwise, that are let off together, round after round.

    The pool must have as many.
    """

    def __init__(self, pool: ThreadPoolExecutor, threads: int = 2) -> None:
        self._pool = pool
        self._start = Barrier(threads, timeout=30)

    def run(self, *requests: Callable[[], Any]) -> list[Any]:
        """Make a request in each thread and return their answers."""
        return list(self._pool.map(self._ask, requests))

    def _ask(self, request: Callable[[], Any]) -> Any:
        self._start.wait()
        return request()
