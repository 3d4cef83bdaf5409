"""Batch of records of a DynamoDB stream, or of messages of a queue: in order, until one fails.

The answer is a partial batch response: it names the first record that failed, and Lambda sends that
one, and all after it, again (at least once, so whatever handles them is idempotent). Source: AWS,
"Using Lambda with DynamoDB" and "with Amazon SQS", partial batch responses; Powertools, Batch
Processing.
"""

from collections.abc import Callable
from typing import Any, override

from aws_lambda_powertools.utilities.batch import (
    BatchProcessor,
    EventType,
    process_partial_response,
)
from aws_lambda_powertools.utilities.batch.types import PartialItemFailureResponse
from aws_lambda_powertools.utilities.data_classes.dynamo_db_stream_event import (
    DynamoDBRecord,
    StreamRecord,
)

from aws import clock, log, metrics


class OrderedProcessor(BatchProcessor):
    """Powertools' batch processor, stopping at the first record that fails.

    Powertools stops for FIFO queues only. Of a stream, too, all comes again from the first failure
    on, so what was handled after it would be handled twice.
    """

    def __init__(self, source: EventType) -> None:
        super().__init__(source, raise_on_entire_batch_failure=False)

    @override
    def process(self) -> list[tuple[Any, ...]]:
        results: list[tuple[Any, ...]] = []
        for record in self.records:
            results.append(self._process_record(record))
            if self.fail_messages:
                break
        return results


def process_in_order(
    source: EventType, event: dict[str, Any], handle: Callable[..., None]
) -> PartialItemFailureResponse:
    """Have ``handle`` called with each ``record`` (Powertools' data class), until it raises."""
    processor = OrderedProcessor(source)
    try:
        return process_partial_response(event, handle, processor)
    finally:
        # The processor is part of a cycle of references; with it would live what a traceback holds.
        processor.exceptions.clear()


def report_failure(function: str, error: Exception, **facts: Any) -> None:
    """Log and count a failed message or record, which Lambda will send again."""
    log.logger().error(function, fault=type(error).__name__, **facts)
    if "stream" in facts:
        metrics.count("RecordFailed", function=function, stream=facts["stream"])
    else:
        metrics.count("RecordFailed", function=function)


def change_in(record: DynamoDBRecord) -> StreamRecord:
    """Return the change in a stream record, its images in DynamoDB's own types.

    So the modules that read items from tables can read these, too. Powertools' ``new_image``
    converts them to plain values (``Decimal``, sets), which those modules do not take.
    """
    change = record.dynamodb
    if change is None:
        raise ValueError
    return change


def time_of(record: DynamoDBRecord) -> str:
    """Return when the change was made (RFC 3339)."""
    return clock.rfc3339(float(change_in(record)["ApproximateCreationDateTime"]))
