"""Which quota a stack meets first, from what a call asks for and a table of quotas."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from aws.stale_index import SHARDS_WRITTEN
from tests.performance.capacity import read
from tests.performance.result import WholeCall
from tests.support.template import template

_SETTINGS_SECONDS = 480
"""After so long a process of the authorizer, which reads its settings when it starts, may read them
anew: authorizer/trust.py."""


class Limit(NamedTuple):
    """A quota, and how many calls a second it allows for."""

    name: str
    calls: float
    quota: float
    source: str
    remedy: str


def limits(call: WholeCall, quotas: Sequence[Mapping[str, Any]]) -> list[Limit]:
    """Return the limits, the lowest first."""
    asked = dict(_asked(call))
    found = []
    for quota in quotas:
        limit = quota["limit"] if "limit" in quota else _default(quota["parameter"])
        calls = limit / asked[quota["of"]]
        found.append(Limit(quota["name"], calls, limit, quota["source"], quota["remedy"]))
    return sorted(found, key=lambda limit: limit.calls)


def _default(parameter: str) -> float:
    return float(template()["Parameters"][parameter]["Default"])


def _asked(call: WholeCall) -> Iterator[tuple[str, float]]:
    """Yield what one call a second asks for, by the names of the quotas."""
    steps = {step.name: step for step in call.steps}
    yield "concurrency", sum(step.seconds for step in call.steps)
    yield "deliveries_at_once", steps["delivering"].seconds
    yield "messages", steps["delivering"].invocations
    yield "api_requests", sum(step.api_requests for step in call.steps)
    methods = Counter[str]()
    for step in call.steps:
        methods[step.name.partition(",")[0]] += step.api_requests
    yield "requests_of_a_method", max(methods.values())
    authorizer = steps["authorizer"]
    starts = authorizer.invocations * read("assumptions")["cold_starts"]
    yield "settings_requests", starts + authorizer.seconds / _SETTINGS_SECONDS
    yield "bus_requests", steps["the bus"].invocations
    # Of all tables and indexes together, which is more than of the one of sessions.
    yield "table_write_units", sum(step.write_units for step in call.steps)
    yield "read_units", sum(step.read_units for step in call.steps)
    yield "index_partition_units", call.index_units / SHARDS_WRITTEN
