"""The CPU time in which a sweep ends a session, beside a bare loop of ``update_item``.

DynamoDB's answer is canned at the point where botocore would send, and no time passes there. That
is the hardest test of a sweep: its threads share one processor's worth of Python, so on Lambda it
is the processor that bounds them, and a wait for an answer would be filled by the other threads, in
the floor as in ours. A server on loopback would be less fair: written in Python it is slower than
its clients, and what would be compared is the server with itself.

Floor and ours take turns in one process, on the same client, with the same number of threads. The
bare loop writes what a sweep must (a condition on the deadline, a status, times, the way out of the
index), asks for nothing back, and has its share of the ids beforehand, without a queue.
"""

import json
import subprocess
import sys
from collections.abc import Iterator
from statistics import median

from aws.sweep import CONCURRENCY
from tests.performance import ROOT
from tests.performance.environment import function_environment
from tests.performance.result import Budget, Result, of_medians
from tests.performance.stored_sessions import sessions_table, stored_session
from tests.support.api import a_call

_LOOP = "floor"
_SWEEP = "value"
_WHOLE = "whole"


def measure() -> Iterator[Result]:
    """Measure the ending by itself, and the whole function with its search, log and metrics."""
    with sessions_table() as client:
        old_item = stored_session(client, a_call("Ringing"))
    finished = subprocess.run(
        [sys.executable, "-m", "tests.performance.sweep_rate_worker"],
        cwd=ROOT,
        env=function_environment("SweepExpired"),
        input=json.dumps(old_item),
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    samples: dict[str, list[float]] = json.loads(finished.stdout)
    yield _result(
        "sweep.ending", f"CPU per session that a sweep ends, {CONCURRENCY} at once", _SWEEP, samples
    )
    yield _result("sweep.whole", "  with search, log and metrics", _WHOLE, samples)


def _result(name: str, what: str, subject: str, samples: dict[str, list[float]]) -> Result:
    floor, ours = samples[_LOOP], samples[subject]
    rates = [f"{1e6 / median(times):,.0f}" for times in (ours, floor)]
    # Four fifths of the bare loop's rate.
    budget = Budget(1.25, "ratio") if subject == _SWEEP else None
    notes = [f"{rates[0]} sessions a second of processor; the bare loop {rates[1]}"]
    both = {"floor": floor, "value": ours}
    return of_medians(name, what, "us", both, budget, notes, paired=True)
