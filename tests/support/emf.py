"""CloudWatch metrics read back from a log in the embedded metric format."""

import json
from typing import Any, NamedTuple


class Metric(NamedTuple):
    """A metric as CloudWatch would store it; dimensions in the order of their names."""

    namespace: str
    name: str
    dimensions: tuple[tuple[str, str], ...]
    unit: str
    value: float


def metrics_in(log: str) -> list[Metric]:
    """Return every metric, once for each of its dimension sets.

    Raises AssertionError for a line that names one twice: CloudWatch has one value of it then.
    """
    blobs = [json.loads(line) for line in log.splitlines() if '"_aws"' in line]
    assert all(_names_each_once(blob) for blob in blobs)
    return [
        Metric(
            directive["Namespace"],
            metric["Name"],
            tuple(sorted((name, blob[name]) for name in names)),
            metric["Unit"],
            _total(blob[metric["Name"]]),
        )
        for blob in blobs
        for directive in blob["_aws"]["CloudWatchMetrics"]
        for metric in directive["Metrics"]
        for names in directive["Dimensions"]
    ]


def _names_each_once(blob: dict[str, Any]) -> bool:
    directives = blob["_aws"]["CloudWatchMetrics"]
    names = [metric["Name"] for each in directives for metric in each["Metrics"]]
    return len(names) == len(set(names))


def _total(value: float | list[float]) -> float:
    return sum(value) if isinstance(value, list) else value
