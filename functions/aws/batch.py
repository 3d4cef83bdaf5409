"""Records of a stream, or messages of a queue, one after the other.

Source: AWS, "Using Lambda with DynamoDB" and "with Amazon SQS", partial batch responses.
"""

from collections.abc import Callable
from typing import Any

from aws import clock, log, metrics

type Failures = dict[str, list[dict[str, str]]]
"""Lambda's ``batchItemFailures``: where to begin again."""


def in_order(
    function: str, event: dict[str, Any], handle: Callable[[dict[str, Any]], None]
) -> Failures:
    """Handle each record; stop at the first that fails: it, and what follows, comes again."""
    for record in event["Records"]:
        try:
            handle(record)
        except Exception as error:  # noqa: BLE001 - whatever it is, the record is not lost
            log.logger().error(function, fault=type(error).__name__)
            metrics.count("RecordFailed", function=function)
            return {"batchItemFailures": [{"itemIdentifier": _identifier(record)}]}
    return {"batchItemFailures": []}


def time_of(record: dict[str, Any]) -> str:
    """Return when the change was made that a stream's record tells of (RFC 3339)."""
    return clock.rfc3339(float(record["dynamodb"]["ApproximateCreationDateTime"]))


def _identifier(record: dict[str, Any]) -> str:
    if "dynamodb" in record:
        return str(record["dynamodb"]["SequenceNumber"])
    return str(record["messageId"])
