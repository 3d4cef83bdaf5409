"""What the publishers have in common: records of a stream, in order, no bad one in others' way.

What DynamoDB, SQS or EventBridge did not serve comes again, as long as it takes: they fail for all.
A record that makes no sense will not make any the next time, and to wait for it would hold up
everybody in its shard: it is set aside for an operator, in the words in which Lambda names records
that it has given up. Source: AWS, "Using Lambda with DynamoDB", discarded records.
"""

import json
from collections.abc import Callable
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from camara import log
from camara.errors import Unavailable
from camara.stream import Failures, in_order
from events.configuration import events_not_published
from events.outbox import sqs_client


def published(
    function: str, event: dict[str, Any], publish: Callable[[dict[str, Any]], None]
) -> Failures:
    """Publish each record; return the first that is to come again, with those after it."""

    def publish_or_set_aside(record: dict[str, Any]) -> None:
        try:
            publish(record)
        except (Unavailable, ClientError, BotoCoreError):
            raise
        except Exception as error:  # noqa: BLE001 - whatever it is, the others go on
            _set_aside(function, record, type(error).__name__)

    return in_order(function, event, publish_or_set_aside)


def _set_aside(function: str, record: dict[str, Any], fault: str) -> None:
    """Say where in the stream the record is, not what is in it."""
    number = record["dynamodb"]["SequenceNumber"]
    where = {
        "streamArn": record.get("eventSourceARN"),
        "startSequenceNumber": number,
        "endSequenceNumber": number,
        "batchSize": 1,
    }
    sqs_client().send_message(
        QueueUrl=events_not_published(),
        MessageBody=json.dumps({"function": function, "fault": fault, "DDBStreamBatchInfo": where}),
    )
    log.logger().error(function, setAside=number, fault=fault)
