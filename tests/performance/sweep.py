"""The sweep: what it asks of DynamoDB, how fast it ends, and what its index costs."""

from collections.abc import Iterator

from tests.performance.result import Result
from tests.performance.sweep_index import measure as index
from tests.performance.sweep_rate import measure as rate
from tests.performance.sweep_requests import measure as requests


def measure() -> Iterator[Result]:
    """Measure all three."""
    yield from requests()
    yield from rate()
    yield index()
