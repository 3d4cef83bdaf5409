"""CPU time of a warm DELETE beside that of a handler that only calls ``update_item``.

Each handler runs in a process of its own; batches take turns, so that a noisy machine disturbs all
alike, and the ratio is the median of the ratios of single rounds. DynamoDB's answer is canned at
the point where botocore would send: what TCP and TLS cost would only dilute the ratio.
"""

import json
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from typing import Any

from tests.performance import ROOT
from tests.performance.delete_request import delete_event
from tests.performance.environment import function_environment
from tests.performance.result import Budget, Result, median_ratio, of_medians
from tests.performance.stored_sessions import sessions_table, stored_session
from tests.support.api import a_call
from tests.support.template import properties

_BATCH = 40
_WARM_UP_BATCHES = 5
_ROUNDS = 150
_HANDLERS = {
    "floor": "tests.performance.handlers.floor.handler",
    "usual": "tests.performance.handlers.usual.handler",
    "value": properties("DeleteSessionById")["Handler"],
}


class _Worker:
    """A process with one handler."""

    def __init__(self, process: subprocess.Popen[str], task: Mapping[str, Any]) -> None:
        self._process = process
        self._send(json.dumps(task))
        for _ in range(_WARM_UP_BATCHES):
            self.batch()

    def batch(self) -> float:
        """Invoke the handler some times; return the CPU time of one, in microseconds."""
        self._send(str(_BATCH))
        answer = self._process.stdout.readline() if self._process.stdout else ""
        if not answer:
            message = f"the worker ended, status {self._process.wait()}"
            raise RuntimeError(message)
        return int(answer) / _BATCH / 1000

    def _send(self, line: str) -> None:
        assert self._process.stdin
        self._process.stdin.write(line + "\n")
        self._process.stdin.flush()


def measure() -> Iterator[Result]:
    """Measure floor, usual way and ours, interleaved."""
    with sessions_table() as client:
        call = a_call("Connected")
        task = {"event": delete_event(), "oldItem": stored_session(client, call)}
    samples: dict[str, list[float]] = {subject: [] for subject in _HANDLERS}
    with ExitStack() as stack:
        workers = {
            subject: stack.enter_context(_worker(task | {"handler": handler}))
            for subject, handler in _HANDLERS.items()
        }
        for _ in range(_ROUNDS):
            for subject, worker in workers.items():
                samples[subject].append(worker.batch())
    usual = median_ratio(samples["usual"], samples["floor"])
    yield of_medians(
        "warm-cpu",
        "CPU per warm DELETE, logs and metrics on",
        "us",
        samples,
        Budget(1.15, "ratio"),
        [f"the usual way / floor: {usual:.2f}"],
        paired=True,
    )


@contextmanager
def _worker(task: Mapping[str, Any]) -> Iterator[_Worker]:
    with subprocess.Popen(
        [sys.executable, "-m", "tests.performance.warm_worker"],
        cwd=ROOT,
        env=function_environment(),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            yield _Worker(process, task)
        finally:
            if process.stdin:
                process.stdin.close()
            process.wait(timeout=10)
