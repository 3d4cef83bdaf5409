"""What the operator counts, written to the log in CloudWatch's embedded metric format.

No request is made and nothing personal is in it: a metric knows statuses and codes, never ids.
Source: AWS, "Embedding metrics within logs"; Powertools for AWS Lambda, Metrics.
"""

import os

from aws_lambda_powertools.metrics import MetricUnit, single_metric

NAMESPACE = "WebRTCCallHandling"


def count(name: str, value: int = 1, **dimensions: str) -> None:
    """Add ``value`` to the count ``name``."""
    _put(name, value, MetricUnit.Count, dimensions)


def seconds(name: str, value: int) -> None:
    """Record a time of ``value`` seconds."""
    _put(name, value, MetricUnit.Seconds, {})


def _put(name: str, value: int, unit: MetricUnit, dimensions: dict[str, str]) -> None:
    service = {"service": os.environ.get("POWERTOOLS_SERVICE_NAME", "")}
    with single_metric(
        name, unit, value, namespace=NAMESPACE, default_dimensions=service | dimensions
    ):
        pass
