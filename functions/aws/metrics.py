"""Metrics, written to the log in CloudWatch's embedded metric format (EMF).

No request is made and nothing personal is in it: a metric knows statuses and codes, never ids.
Without the name of the service a metric is left out, and the log says so: what is counted has been
done by then, and must not be answered with a fault.
Source: AWS, "Embedding metrics within logs"; Powertools for AWS Lambda, Metrics.
"""

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from threading import local
from typing import Any

from aws_lambda_powertools.metrics import MetricUnit
from aws_lambda_powertools.metrics.base import SingleMetric

from aws.settings import Misconfigured, text

NAMESPACE = "WebRTCCallHandling"

type _Blob = dict[str, Any]
"""A line of the log: under ``_aws`` what CloudWatch makes a metric of, beside it the values."""


class _Mine(local):
    """A metric object for each thread, reused: creating one is half of what a line costs."""

    def __init__(self) -> None:
        self.metric = SingleMetric(namespace=NAMESPACE)


_mine = _Mine()
_waiting: ContextVar[list[_Blob] | None] = ContextVar("waiting", default=None)


def count(name: str, value: int = 1, **dimensions: str) -> None:
    """Add ``value`` to the count ``name``."""
    _put(name, value, MetricUnit.Count, dimensions)


def seconds(name: str, value: int, **dimensions: str) -> None:
    """Record a time of ``value`` seconds."""
    _put(name, value, MetricUnit.Seconds, dimensions)


@contextmanager
def in_one_line() -> Iterator[None]:
    """Write the metrics of the enclosed code in one line: each byte of the log is billed.

    A line has one value of each name, so a metric that is put twice begins another.
    """
    waiting: list[_Blob] = []
    token = _waiting.set(waiting)
    try:
        yield
    finally:
        _waiting.reset(token)
        for blob in _merge(waiting):
            _write(blob)


def _put(name: str, value: int, unit: MetricUnit, dimensions: dict[str, str]) -> None:
    try:
        service = {"service": text("POWERTOOLS_SERVICE_NAME")}
    except Misconfigured:
        return
    metric = _mine.metric
    try:
        metric.add_metric(name, unit, value)
        for dimension, value_of in (service | dimensions).items():
            metric.add_dimension(dimension, value_of)
        blob: _Blob = dict(metric.serialize_metric_set())
    finally:
        metric.clear_metrics()
    waiting = _waiting.get()
    if waiting is None:
        _write(blob)
    else:
        waiting.append(blob)


def _merge(blobs: list[_Blob]) -> Iterator[_Blob]:
    """Yield lines: one, unless two metrics have one name, or two dimensions differ."""
    line: _Blob = {}
    for blob in blobs:
        if line and not _fits(blob, line):
            yield line
            line = {}
        line = _join(line, blob) if line else blob
    if line:
        yield line


def _fits(blob: _Blob, line: _Blob) -> bool:
    metrics = {metric["Name"] for directive in _directives(blob) for metric in directive["Metrics"]}
    return all(
        name == "_aws" or (name not in metrics and line[name] == value)
        for name, value in blob.items()
        if name in line
    )


def _join(line: _Blob, blob: _Blob) -> _Blob:
    [added] = _directives(blob)
    for directive in _directives(line):
        if directive["Dimensions"] == added["Dimensions"]:
            directive["Metrics"] += added["Metrics"]
            break
    else:
        _directives(line).append(added)
    return blob | line


def _directives(blob: _Blob) -> list[Any]:
    directives: list[Any] = blob["_aws"]["CloudWatchMetrics"]
    return directives


def _write(blob: _Blob) -> None:
    sys.stdout.write(json.dumps(blob, separators=(",", ":")) + "\n")
