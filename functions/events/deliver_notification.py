"""DeliverNotification: POSTs one notification to its sink.

Each message is for one subscription and comes alone; while it waits for its next attempt those
after it wait, too, and nobody else. Attempts are 5, 10, 20 ... 900 seconds apart, twelve within 66
minutes, then the message is for the dead-letter queue. Source: AWS, "Using Lambda with Amazon SQS";
ADR 6.
"""

from datetime import datetime
from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext
from botocore.exceptions import BotoCoreError, ClientError
from snapshot_restore_py import register_before_snapshot

from call_handling.call import Call
from call_handling.store import session_store
from camara import clock, log, metrics
from camara.errors import NotFound
from camara.stream import Failures, in_order
from events.cloud_event import cloud_event
from events.configuration import event_source, loopback_allowed, notifications_queue
from events.credentials import vault
from events.notification import Notification
from events.outbox import sqs_client
from events.post import NotDelivered, post, tls
from events.sink import sink_from
from events.store import subscription_store
from events.subscription import EventType, Subscription, TerminationReason

SINK_SECONDS = 10
"""What a sink may take, to be found, reached and heard."""

_FIRST_DELAY_SECONDS = 5
_LONGEST_DELAY_SECONDS = 900

_ENDINGS = {
    401: TerminationReason.ACCESS_TOKEN_EXPIRED,
    403: TerminationReason.ACCESS_TOKEN_EXPIRED,
    410: TerminationReason.NETWORK_TERMINATED,
}


class TryAgain(Exception):
    """The notification has not been taken, and may yet be."""


def handler(event: dict[str, Any], _context: LambdaContext) -> Failures:
    """Return the message if it is to come again."""
    return in_order("DeliverNotification", event, _deliver)


def delay_seconds(attempt: int) -> int:
    """Return how long to wait after this attempt, the first being 1."""
    return min(_FIRST_DELAY_SECONDS << (attempt - 1), _LONGEST_DELAY_SECONDS)


def _deliver(record: dict[str, Any]) -> None:
    notification = Notification.from_json(record["body"])
    outcome = "failed"
    try:
        outcome = _attempt(notification)
    except Exception:
        _come_again_later(record)
        raise
    finally:
        _tell(notification, outcome)


def _come_again_later(record: dict[str, Any]) -> None:
    """Delay the next attempt; if that fails, it comes when the queue's visibility timeout is up."""
    attempt = int(record["attributes"]["ApproximateReceiveCount"])
    try:
        sqs_client().change_message_visibility(
            QueueUrl=notifications_queue(),
            ReceiptHandle=record["receiptHandle"],
            VisibilityTimeout=delay_seconds(attempt),
        )
    except (ClientError, BotoCoreError) as error:
        log.logger().error("DeliverNotification", notDelayed=type(error).__name__)


def _tell(notification: Notification, outcome: str) -> None:
    metrics.count("Notification", type=notification.type.value, outcome=outcome)
    if outcome == "delivered":
        happened = datetime.fromisoformat(notification.time).timestamp()
        metrics.seconds("NotificationLag", max(0, clock.now() - int(happened)))
    log.logger().info(
        "DeliverNotification",
        subscriptionId=notification.subscription_id,
        eventId=notification.event_id,
        type=notification.type.value,
        outcome=outcome,
    )


def _attempt(notification: Notification) -> str:
    """Return what has become of it. Raises ``TryAgain``, ``Unavailable`` and ``InvalidSink``."""
    try:
        subscription = subscription_store().read(notification.number, notification.subscription_id)
    except NotFound:
        return "dropped"
    if subscription.last_event_id == notification.event_id:
        return "known"
    call = _call(notification)
    if not _is_wanted(notification, subscription, call):
        return "dropped"
    status = _post(subscription, notification, call)
    if status in _ENDINGS:
        _end(subscription, _ENDINGS[status])
        return "refused"
    if not 200 <= status < 300:  # noqa: PLR2004 - HTTP's success
        raise TryAgain
    _remember(subscription, notification)
    return "delivered"


def _is_wanted(notification: Notification, subscription: Subscription, call: Call | None) -> bool:
    """Tell whether the sink is still to hear of it; end what its access token has outlived."""
    now, credential = clock.now(), subscription.credential
    if notification.type is EventType.SUBSCRIPTION_ENDED:
        return True
    if notification.type is EventType.SESSION_INVITATION and call is None:
        return False
    if subscription.is_active(now) and credential is not None and credential.expires_at <= now:
        _end(subscription, TerminationReason.ACCESS_TOKEN_EXPIRED)
        return False
    return subscription.is_active(now)


def _call(notification: Notification) -> Call | None:
    """Return the call that it is about, if it is about one, and as long as that is stored."""
    if notification.media_session_id is None:
        return None
    try:
        return session_store().read(notification.media_session_id)
    except NotFound:
        return None


def _post(subscription: Subscription, notification: Notification, call: Call | None) -> int:
    headers = {
        "Content-Type": "application/cloudevents+json",
        "x-correlator": notification.correlator,
    }
    if subscription.credential is not None:
        token = vault().open(subscription.subscription_id, subscription.credential)
        headers["Authorization"] = f"Bearer {token}"
    try:
        return post(
            sink_from(subscription.sink, loopback_allowed=loopback_allowed()),
            cloud_event(notification, event_source(), call),
            headers,
            seconds=SINK_SECONDS,
            loopback_allowed=loopback_allowed(),
        )
    except NotDelivered as error:
        raise TryAgain from error


def _end(subscription: Subscription, reason: TerminationReason) -> None:
    """End it. Raises ``TryAgain`` when it has got another credential meanwhile."""

    def decide(known: Subscription) -> Subscription:
        if known.credential != subscription.credential:
            raise TryAgain
        return known.ended_because(reason, clock.now())

    subscription_store().change(subscription.number, subscription.subscription_id, decide)


def _remember(subscription: Subscription, notification: Notification) -> None:
    subscription_store().change(
        subscription.number,
        subscription.subscription_id,
        lambda known: known.has_heard(notification.event_id, clock.now()),
    )


register_before_snapshot(subscription_store)
register_before_snapshot(session_store)
register_before_snapshot(vault)
register_before_snapshot(sqs_client)
register_before_snapshot(tls)
