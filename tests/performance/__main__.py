"""Measure against the budgets; see `make bench`.

A budget that is missed is a finding, shown as such; only an error is a failure.
"""

import argparse
import sys
import time
from collections.abc import Callable, Iterable

from tests.performance import ROOT, report
from tests.performance.artifact_size import measure as artifact_size
from tests.performance.cold_init import measure as cold_init
from tests.performance.machine import machine
from tests.performance.requests_per_delete import measure as requests
from tests.performance.result import Result, SkippedError
from tests.performance.sweep import measure as sweep
from tests.performance.warm_cpu import measure as warm_cpu
from tests.performance.write_units_per_delete import measure as write_units

_BENCHMARKS: dict[str, Callable[[], Iterable[Result]]] = {
    "requests": requests,
    "write-units": write_units,
    "sweep": sweep,
    "warm-cpu": warm_cpu,
    "cold-init": cold_init,
    "artifact-size": artifact_size,
}
_RESULTS = ROOT / ".local" / "bench.json"


def main() -> None:
    """Run the benchmarks named on the command line, all of them if none is."""
    parser = argparse.ArgumentParser(prog="python -m tests.performance", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join(_BENCHMARKS))
    names = parser.parse_args().names
    if unknown := set(names) - _BENCHMARKS.keys():
        parser.error(f"no benchmark: {', '.join(sorted(unknown))}")

    results = [result for name in names or _BENCHMARKS for result in _run(name)]
    _say(f"\n{report.table(results)}")
    # The file is one run on one machine; a part of one would take the rest away.
    if not names:
        report.write(_RESULTS, machine(), results)
        _say(f"\nwritten to {_RESULTS.relative_to(ROOT)}")


def _run(name: str) -> list[Result]:
    _say(f"==> measuring {name}")
    started = time.monotonic()
    try:
        results = list(_BENCHMARKS[name]())
    except SkippedError as reason:
        _say(f"    skipped: {reason}")
        return []
    _say(f"    done in {time.monotonic() - started:.0f} s")
    return results


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
