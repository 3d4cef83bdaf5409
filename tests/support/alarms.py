"""The alarms of the template, and what it takes for them to go off."""

import json
import re
from collections.abc import Callable, Sequence
from statistics import fmean
from typing import Any, NamedTuple

from tests.support.emf import Metric
from tests.support.template import properties, template

STACK = "webrtc-test"

_STATISTICS: dict[str, Callable[[Sequence[float]], float]] = {
    "Sum": sum,
    "Maximum": max,
    "Average": fmean,
}


class Watched(NamedTuple):
    """A metric that something watches; values of dimensions as the template resolves them."""

    namespace: str
    name: str
    dimensions: frozenset[tuple[str, str]]

    @classmethod
    def of(cls, metric: Metric) -> "Watched":
        """Return what watches this metric."""
        return cls(metric.namespace, metric.name, frozenset(metric.dimensions))


def alarms() -> dict[str, dict[str, Any]]:
    """Return the properties of each."""
    return {
        name: resource["Properties"]
        for name, resource in template()["Resources"].items()
        if resource["Type"] == "AWS::CloudWatch::Alarm"
    }


def resolved(value: Any) -> str:
    """Return a value of a dimension: a name as it is, a resource's as its logical id."""
    match value:
        case {"Ref": "AWS::StackName"}:
            return STACK
        case {"Ref": logical_id}:
            return str(logical_id)
        case {"Fn::GetAtt": attribute}:
            return str(attribute).removesuffix(".QueueName")
    return str(value)


def watched_by(alarm: dict[str, Any]) -> Watched:
    """Return the metric that an alarm watches."""
    dimensions = ((d["Name"], resolved(d["Value"])) for d in alarm["Dimensions"])
    return Watched(alarm["Namespace"], alarm["MetricName"], frozenset(dimensions))


def counted_in_access_log(**fields: str) -> list[Metric]:
    """Return what metric filters make of a line of the access log with these values."""
    log_format = properties("Api")["AccessLogSetting"]["Format"]["Fn::Sub"]
    line = json.loads(log_format.replace("${AWS::StackName}", STACK)) | fields
    return counted_in("AccessLogs", line)


def counted_in(log_group: str, line: dict[str, Any]) -> list[Metric]:
    """Return what metric filters make of a line of a log.

    AWS, "Filter pattern syntax for metric filters": only ``{ $.field = "value" || ... }`` is known
    here.
    """
    found = []
    for resource in template()["Resources"].values():
        if resource["Type"] != "AWS::Logs::MetricFilter":
            continue
        filter_ = resource["Properties"]
        if filter_["LogGroupName"] != {"Ref": log_group}:
            continue
        clauses = filter_["FilterPattern"].removeprefix("{ ").removesuffix(" }").split(" || ")
        wanted = [re.fullmatch(r'\$\.(\w+) = "([^"]+)"', clause) for clause in clauses]
        assert all(wanted)
        if not any(clause and line.get(clause[1]) == clause[2] for clause in wanted):
            continue
        for metric in filter_["MetricTransformations"]:
            dimensions = tuple(
                (dimension["Key"], line[dimension["Value"].removeprefix("$.")])
                for dimension in metric["Dimensions"]
            )
            found.append(
                Metric(
                    metric["MetricNamespace"],
                    metric["MetricName"],
                    dimensions,
                    metric["Unit"],
                    float(metric["MetricValue"]),
                )
            )
    return found


def goes_off(alarm: dict[str, Any], metrics: list[Metric]) -> bool:
    """Tell whether a period in which this was emitted is one too many."""
    values = [metric.value for metric in metrics if Watched.of(metric) == watched_by(alarm)]
    assert alarm["ComparisonOperator"] == "GreaterThanThreshold"
    return bool(values) and _STATISTICS[alarm["Statistic"]](values) > alarm["Threshold"]
