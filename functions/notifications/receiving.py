"""What the functions that queues drive have in common: one message, and when it comes again.

Source: AWS, "Using Lambda with Amazon SQS", partial batch responses; "Amazon SQS visibility
timeout".
"""

from collections.abc import Callable
from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext
from botocore.exceptions import BotoCoreError, ClientError

from aws import deadline, log, metrics
from aws.batch import Failures
from camara.errors import Timeout
from notifications.delivery import delay_seconds
from notifications.notification import Message, message_from
from notifications.outbox import sqs_client

_LONGEST_DELAY_SECONDS = 40
"""After a fault of ours, or of AWS: when that is over nobody is to wait for much longer."""


class ComeAgain(Exception):
    """The message is to come again, after so many ``seconds``."""

    def __init__(self, seconds: int) -> None:
        super().__init__()
        self.seconds = seconds


def received(
    function: str,
    event: dict[str, Any],
    context: LambdaContext,
    queue: str,
    handle: Callable[[Message, int], None],
) -> Failures:
    """Handle the message of an invocation, received so many times; return it if it comes again.

    What ``handle`` raises makes it: after the seconds of ``ComeAgain``, else, for that is a fault
    of ours, or of AWS, with exponential backoff.
    """
    log.begin_invocation(context)
    [record] = event["Records"]
    again: Failures = {"batchItemFailures": [{"itemIdentifier": record["messageId"]}]}

    message: Message | None = None
    times = int(record["attributes"]["ApproximateReceiveCount"])
    with metrics.in_one_line(), deadline.within(context.get_remaining_time_in_millis() / 1000):
        try:
            message = message_from(record["body"])
            handle(message, times)
        except ComeAgain as later:
            _delay(function, queue, record, later.seconds)
            return again
        except Exception as error:  # noqa: BLE001 - whatever it is, the message is not lost
            facts = message.facts if message else {}
            log.logger().error(function, fault=type(error).__name__, **facts)
            metrics.count("RecordFailed", function=function)
            _delay(function, queue, record, min(delay_seconds(times), _LONGEST_DELAY_SECONDS))
            return again
    return {"batchItemFailures": []}


def _delay(function: str, queue: str, record: dict[str, Any], seconds: int) -> None:
    """Delay a message; if that fails, it comes when the queue's visibility timeout is up."""
    try:
        sqs_client().change_message_visibility(
            QueueUrl=queue, ReceiptHandle=record["receiptHandle"], VisibilityTimeout=seconds
        )
    except (ClientError, BotoCoreError, Timeout) as error:
        log.logger().error(function, notDelayed=type(error).__name__)
