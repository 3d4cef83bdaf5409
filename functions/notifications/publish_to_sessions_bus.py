"""PublishToSessionsBus: tells the bus what calls do, for the operator's IMS side.

A reader of the stream of its own, so that neither the bus nor the webhooks wait for the other. At
least once. Source: AWS, "Using Lambda with DynamoDB"; ADR 6.
"""

from typing import Any, NamedTuple

from aws_lambda_powertools.utilities.typing import LambdaContext
from snapshot_restore_py import register_before_snapshot

from aws.batch import Failures, time_of
from notifications.bus import detail_of, session_bus
from notifications.publishing import Batch, Record, in_batch
from notifications.session_change import SessionChange


def handler(event: dict[str, Any], context: LambdaContext) -> Failures:
    """Return the first record that could not be dealt with: it comes again, with those after it."""
    return in_batch("PublishToSessionsBus", event, context, _publish)


def _publish(batch: Batch) -> None:
    told = {place: each for place in batch if (each := batch.each(place, _told))}
    places = list(told)
    missing = session_bus().tell_each([each.detail for each in told.values()])
    batch.come_again(*(places[each] for each in missing))
    batch.log_changes({place: each.change for place, each in told.items()})


class _Told(NamedTuple):
    """The name of a change, and what the bus hears of it."""

    change: str
    detail: str


def _told(record: Record) -> _Told | None:
    images = record["dynamodb"]
    change = SessionChange.from_images(images["NewImage"], images.get("OldImage"))
    return _Told(change.name, detail_of(change, time_of(record))) if change else None


register_before_snapshot(session_bus)
