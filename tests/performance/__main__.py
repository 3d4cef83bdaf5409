"""Measure against the budgets and make the pages; see `make bench`.

A budget that is missed is a finding, shown as such; only an error is a failure.
"""

import argparse
import sys
import time
from collections.abc import Callable, Iterable

from tests.performance import ROOT, bench_file, report
from tests.performance.artifact_size import measure as artifact_size
from tests.performance.capacity import money
from tests.performance.capacity import page as capacity_page
from tests.performance.capacity.measured import measure as capacity
from tests.performance.capacity.picture import picture as capacity_picture
from tests.performance.cold_init import measure as cold_init
from tests.performance.cold_starts import measure as cold_starts
from tests.performance.credentials_cost import measure as credentials_cost
from tests.performance.dead_sinks import measure as dead_sinks
from tests.performance.deregistration import measure as deregistration
from tests.performance.init_parts import measure as init_parts
from tests.performance.machine import machine
from tests.performance.notification_cost import measure as notification_cost
from tests.performance.notifications import measure as notifications
from tests.performance.operations import measure as operations
from tests.performance.page import document
from tests.performance.page.picture import picture
from tests.performance.publishing_rate import measure as publishing_rate
from tests.performance.publishing_reads import measure as publishing_reads
from tests.performance.requests_per_delete import measure as requests
from tests.performance.result import Finding, Shown, SkippedError
from tests.performance.subscription_cost import measure as subscription_cost
from tests.performance.sweep import measure as sweep
from tests.performance.sweep_requests import growth as sweep_growth
from tests.performance.warm_cpu import measure as warm_cpu
from tests.performance.write_units_per_delete import growth as sdp_growth
from tests.performance.write_units_per_delete import measure as write_units

_BENCHMARKS: dict[str, Callable[[], Iterable[Finding]]] = {
    "requests": requests,
    "write-units": write_units,
    "operations": operations,
    "deregistration": deregistration,
    "sweep": sweep,
    "warm-cpu": warm_cpu,
    "cold-init": cold_init,
    "cold-starts": cold_starts,
    "artifact-size": artifact_size,
    "sweep-growth": sweep_growth,
    "sdp-growth": sdp_growth,
    "init-parts": init_parts,
    "notification-cost": notification_cost,
    "subscription-cost": subscription_cost,
    "credentials-cost": credentials_cost,
    "publishing-reads": publishing_reads,
    "publishing-rate": publishing_rate,
    "dead-sinks": dead_sinks,
    "notifications": notifications,
    "capacity": capacity,
}
_RESULTS = ROOT / ".local" / "bench.json"
_DOCS = ROOT / "docs"


def main() -> None:
    """Run the benchmarks named on the command line, all of them if none is."""
    parser = argparse.ArgumentParser(prog="python -m tests.performance", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join(_BENCHMARKS))
    parser.add_argument("--page", action="store_true", help="measure nothing, make the pages again")
    options = parser.parse_args()
    if unknown := set(options.names) - _BENCHMARKS.keys():
        parser.error(f"no benchmark: {', '.join(sorted(unknown))}")

    if options.page:
        _make_page()
        return
    findings = [finding for name in options.names or _BENCHMARKS for finding in _run(name)]
    run = bench_file.bench(machine(), findings)
    if run.results:
        _say(f"\n{report.table(run.results)}")
    for shown in run.shown:
        _say_both(shown)
    # The file is one run on one machine; a part of one would take the rest away.
    if not options.names:
        bench_file.write(_RESULTS, run)
        _say(f"\nwritten to {_RESULTS.relative_to(ROOT)}")
        _make_page()


def _make_page() -> None:
    """Make the pages from the file alone, as anybody can who has it."""
    _DOCS.mkdir(exist_ok=True)
    run = bench_file.read(_RESULTS)
    files = {"benchmarks.md": document.page(run), document.PICTURE: picture(run)}
    if run.call:
        files["capacity.md"] = capacity_page.page(run.call)
        files[capacity_page.PICTURE] = capacity_picture(money.of_call(run.call))
    for name, content in files.items():
        (_DOCS / name).write_text(content)
        _say(f"written to {(_DOCS / name).relative_to(ROOT)}")


def _run(name: str) -> list[Finding]:
    _say(f"==> measuring {name}")
    started = time.monotonic()
    try:
        findings = list(_BENCHMARKS[name]())
    except SkippedError as reason:
        _say(f"    skipped: {reason}")
        return []
    _say(f"    done in {time.monotonic() - started:.0f} s")
    return findings


def _say_both(shown: Shown) -> None:
    _say(f"\n{shown.what}, {shown.unit}\n  usual way  {shown.usual}\n  ours       {shown.value}")


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
