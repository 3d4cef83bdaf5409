"""PublishToSessionsBus: tells the bus what calls do, for the operator's IMS side.

A reader of the stream of its own, so that neither the bus nor the webhooks wait for the other. At
least once. Source: AWS, "Using Lambda with DynamoDB"; ADR 6.
"""

from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext
from snapshot_restore_py import register_before_snapshot

from camara.stream import Failures, time_of
from events.bus import detail_of, session_bus
from events.publishing import Batch, Record, in_batch
from events.session_change import SessionChange


def handler(event: dict[str, Any], context: LambdaContext) -> Failures:
    """Return the first record that could not be dealt with: it comes again, with those after it."""
    return in_batch("PublishToSessionsBus", event, context, _publish)


def _publish(batch: Batch) -> None:
    details = {place: detail for place in batch if (detail := batch.each(place, _detail))}
    places = list(details)
    missing = session_bus().tell_each(list(details.values()))
    batch.come_again(*(places[each] for each in missing))


def _detail(record: Record) -> str | None:
    images = record["dynamodb"]
    change = SessionChange.from_images(images["NewImage"], images.get("OldImage"))
    return detail_of(change, time_of(record)) if change else None


register_before_snapshot(session_bus)
