"""DeliverNotification: delivers queued notifications to their sinks, in order for each device.

Each invocation has one message, for one subscription. When a sink fails, its subscription is marked
and the message moves to the queue of probes (``notifications.delivery``). So a message stays in
this queue only while AWS fails; then the later ones of its device wait, and nobody else's. Source:
AWS, "Using Lambda with Amazon SQS"; ADR 6.
"""

from typing import Any

from aws_lambda_powertools.utilities.batch.types import PartialItemFailureResponse
from aws_lambda_powertools.utilities.typing import LambdaContext
from snapshot_restore_py import register_before_snapshot

from aws import metrics
from call_handling.store import session_store
from notifications.catch_up import catch_up
from notifications.credentials import vault
from notifications.delivery import LONGEST_WAIT_SECONDS, Outcome, deliver, lag, report_outcome
from notifications.notification import CatchUp, Message
from notifications.post import tls
from notifications.queues import notification_queue, probes
from notifications.receiving import handle_message
from notifications.settings import delivery_settings
from notifications.store import subscription_store

_FUNCTION = "DeliverNotification"


def handler(event: dict[str, Any], context: LambdaContext) -> PartialItemFailureResponse:
    """Return the message if it is to come again."""
    return handle_message(
        _FUNCTION, event, context, lambda: delivery_settings().notifications_queue, _deliver
    )


def _deliver(message: Message, times: int) -> None:
    if isinstance(message, CatchUp):
        catch_up(message, times)
        return
    outcome = None
    try:
        outcome = deliver(message, LONGEST_WAIT_SECONDS, times)
    finally:
        report_outcome(_FUNCTION, message, outcome)
    if outcome is Outcome.DELIVERED:
        metrics.seconds("NotificationLag", lag(message))


register_before_snapshot(subscription_store)
register_before_snapshot(session_store)
register_before_snapshot(vault)
register_before_snapshot(notification_queue)
register_before_snapshot(probes)
register_before_snapshot(tls)
