"""Shared frame of the functions that a queue invokes: handle one message, or delay its retry.

Source: AWS, "Using Lambda with Amazon SQS", partial batch responses; "Amazon SQS visibility
timeout".
"""

from collections.abc import Callable
from typing import Any

from aws_lambda_powertools.utilities.batch import EventType
from aws_lambda_powertools.utilities.batch.types import PartialItemFailureResponse
from aws_lambda_powertools.utilities.data_classes.sqs_event import SQSRecord
from aws_lambda_powertools.utilities.typing import LambdaContext
from botocore.exceptions import BotoCoreError, ClientError

from aws import deadline, log, metrics
from aws.batch import process_in_order, report_failure
from camara.errors import Timeout
from notifications.delivery import delay_seconds
from notifications.notification import Message, message_from
from notifications.queues import sqs_client

_LONGEST_DELAY_SECONDS = 40
"""Between retries after a fault of ours, or of AWS: recovery is noticed within this time."""


class ComeAgain(Exception):
    """Raised to have the message received again after ``seconds``."""

    def __init__(self, seconds: int) -> None:
        super().__init__()
        self.seconds = seconds


def handle_message(
    function: str,
    event: dict[str, Any],
    context: LambdaContext,
    queue_url: Callable[[], str],
    handle: Callable[[Message, int], None],
) -> PartialItemFailureResponse:
    """Call ``handle`` with an invocation's message, and how often that has been received.

    Returns the message when ``handle`` raises, so that SQS keeps it: it is received again after the
    seconds of ``ComeAgain``, and after any other exception, a fault of ours or of AWS, with
    exponential backoff. Raises ``Misconfigured`` before anything is done.
    """
    log.begin_invocation(context)
    queue = queue_url()

    def handle_record(record: SQSRecord) -> None:
        message: Message | None = None
        times = int(record.attributes.approximate_receive_count)
        try:
            message = message_from(record.body)
            handle(message, times)
        except ComeAgain as later:
            _delay(function, queue, record, later.seconds)
            raise
        except Exception as error:
            report_failure(function, error, **(message.facts if message else {}))
            _delay(function, queue, record, min(delay_seconds(times), _LONGEST_DELAY_SECONDS))
            raise

    with metrics.in_one_line(), deadline.within(context.get_remaining_time_in_millis() / 1000):
        return process_in_order(EventType.SQS, event, handle_record)


def _delay(function: str, queue: str, record: SQSRecord, seconds: int) -> None:
    """Delay a message; if that fails, it comes after the queue's own visibility timeout."""
    try:
        sqs_client().change_message_visibility(
            QueueUrl=queue, ReceiptHandle=record.receipt_handle, VisibilityTimeout=seconds
        )
    except (ClientError, BotoCoreError, Timeout) as error:
        log.logger().error(function, notDelayed=type(error).__name__)
