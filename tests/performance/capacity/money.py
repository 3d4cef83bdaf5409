"""What a million whole calls cost, from what one has spent and a table of list prices."""

from collections.abc import Mapping

from tests.performance.capacity import read
from tests.performance.result import Step, WholeCall

_MILLION = 1_000_000
_GB = 1e9
_SECONDS_OF_A_MONTH = 730 * 3600

SERVICES = (
    "API Gateway",
    "Lambda",
    "DynamoDB",
    "SQS",
    "EventBridge",
    "CloudWatch Logs",
    "data out",
)


def of_step(step: Step) -> dict[str, float]:
    """Return the dollars of a million such steps by service."""
    price = _prices()
    restored_gb = step.memory_gb * read("assumptions")["cold_starts"]
    spent = {
        "API Gateway": step.api_requests * price["rest_api_request"],
        "Lambda": step.invocations * price["invocation"]
        + step.gb_seconds * price["gb_second"]
        + restored_gb * price["snapstart_restored_gb"],
        "DynamoDB": step.write_units * price["write_unit"] + step.read_units * price["read_unit"],
        "SQS": step.queue_requests * price["fifo_request"],
        "EventBridge": step.bus_events * price["bus_event"],
        "CloudWatch Logs": step.log_bytes / _GB * price["log_gb"],
        "data out": step.bytes_out / _GB * price["gb_out"],
    }
    return {service: spent[service] * _MILLION for service in SERVICES}


def of_call(call: WholeCall) -> dict[str, dict[str, float]]:
    """Return the dollars of a million calls by step and service."""
    return {step.name: of_step(step) for step in call.steps}


def total(dollars: Mapping[str, Mapping[str, float]]) -> float:
    """Return the sum over steps and services."""
    return sum(sum(by_service.values()) for by_service in dollars.values())


def by_service(dollars: Mapping[str, Mapping[str, float]]) -> dict[str, float]:
    """Return the sums over steps."""
    return {name: sum(step[name] for step in dollars.values()) for name in SERVICES}


def of_a_month(call: WholeCall) -> dict[str, float]:
    """Return the dollars of a month in which nobody calls; of the metrics those of such calls."""
    price = _prices()
    return {
        "SnapStart, one version of each function": call.cached_gb
        * _SECONDS_OF_A_MONTH
        * price["snapstart_cached_gb_second"],
        f"{call.metrics} metrics of our own": call.metrics * price["metric_month"],
        f"{call.alarms} alarms": call.alarms * price["alarm_month"],
        "a dashboard": price["dashboard_month"],
        "a key": price["key_month"],
    }


def _prices() -> dict[str, float]:
    """Return the dollars by name, without what is said beside them."""
    return {name: price["dollars"] for name, price in read("prices").items() if "dollars" in price}
