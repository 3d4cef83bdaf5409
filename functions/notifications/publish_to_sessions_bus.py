"""PublishToSessionsBus: puts each change of a session on the EventBridge bus, at least once.

It reads the stream of sessions separately from PublishEvents, so that neither the bus nor the
webhooks wait for the other. Source: AWS, "Using Lambda with DynamoDB"; ADR 6.
"""

from typing import Any, NamedTuple

from aws_lambda_powertools.utilities.batch.types import PartialItemFailureResponse
from aws_lambda_powertools.utilities.data_classes.dynamo_db_stream_event import DynamoDBRecord
from aws_lambda_powertools.utilities.typing import LambdaContext
from snapshot_restore_py import register_before_snapshot

from aws.batch import change_in, time_of
from camara.errors import Unavailable
from notifications.bus import detail_of, session_bus
from notifications.publishing import Batch, publish_records
from notifications.session_change import SessionChange


def handler(event: dict[str, Any], context: LambdaContext) -> PartialItemFailureResponse:
    """Return the first record that failed: Lambda sends it again, and all after it."""
    return publish_records("PublishToSessionsBus", event, context, _publish)


def _publish(batch: Batch) -> None:
    entries = {place: entry for place in batch if (entry := batch.each(place, _entry))}
    places = list(entries)
    missing = session_bus().put_each([entry.detail for entry in entries.values()])
    batch.come_again(*(places[each] for each in missing), error=Unavailable())
    batch.log_changes({place: entry.change for place, entry in entries.items()})


class _Entry(NamedTuple):
    """The name of a change, and the detail of its event."""

    change: str
    detail: str


def _entry(record: DynamoDBRecord) -> _Entry | None:
    images = change_in(record)
    change = SessionChange.from_images(images["NewImage"], images.get("OldImage"))
    return _Entry(change.name, detail_of(change, time_of(record))) if change else None


register_before_snapshot(session_bus)
