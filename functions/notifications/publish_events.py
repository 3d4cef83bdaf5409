"""PublishEvents: reads the tables' streams, and queues a notification for each subscription.

Lambda invokes it with batches of three streams: of the tables of sessions, of registrations and of
subscriptions. Each stream is an event source of its own, with its own batches, retries and
checkpoint, so none waits for another's failures. Source: ADR 6 and 8.
"""

from typing import Any

from aws_lambda_powertools.utilities.batch.types import PartialItemFailureResponse
from aws_lambda_powertools.utilities.typing import LambdaContext
from snapshot_restore_py import register_before_snapshot

from notifications.publish_registration_ends import publish_registration_ends
from notifications.publish_session_events import publish_session_events
from notifications.publish_subscription_ends import publish_subscription_ends
from notifications.publishing import Batch, publish_records
from notifications.queues import notification_queue
from notifications.store import subscription_store
from registration.store import registration_store

_PUBLISHERS = {
    "sessions": publish_session_events,
    "registrations": publish_registration_ends,
    "subscriptions": publish_subscription_ends,
}


def handler(event: dict[str, Any], context: LambdaContext) -> PartialItemFailureResponse:
    """Return the first record that failed: Lambda sends it again, and all after it."""
    return publish_records("PublishEvents", event, context, _publish)


def _publish(batch: Batch) -> None:
    """Publish a batch. Raises ``KeyError`` for another table's stream: the template is wrong."""
    _PUBLISHERS[batch.stream](batch)


register_before_snapshot(notification_queue)
register_before_snapshot(subscription_store)
register_before_snapshot(registration_store)
