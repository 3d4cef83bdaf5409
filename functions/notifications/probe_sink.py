"""ProbeSink: retries a failed delivery with exponential backoff, until the sink works again.

It sends the event that failed, 5, 10, 20 ... 900 seconds after the last attempt. When the sink
takes it, the mark is cleared first and *then* the state of its calls is read
(``notifications.catch_up``): what publishers skipped while the mark was there was committed before
that, so nothing is lost. After the last attempt, about an hour after the first, the subscription
ends. Source: ADR 6.
"""

from collections.abc import Callable
from functools import partial
from typing import Any, NamedTuple

from aws_lambda_powertools.utilities.batch.types import PartialItemFailureResponse
from aws_lambda_powertools.utilities.typing import LambdaContext
from snapshot_restore_py import register_before_snapshot

from aws import clock
from call_handling.store import session_store
from camara.errors import NotFound
from camara.scope import EventType
from notifications.catch_up import latest
from notifications.credentials import vault
from notifications.delivery import (
    ANSWERED,
    Outcome,
    SinkFailed,
    attempt,
    delay_seconds,
    report_outcome,
)
from notifications.notification import CatchUp, Message, Notification
from notifications.post import tls
from notifications.queues import notification_queue
from notifications.receiving import ComeAgain, handle_message
from notifications.settings import delivery_settings
from notifications.store import subscription_store
from notifications.subscription import Subscription

NOTICES = 5
"""How often the notice of a subscription's end is retried at most."""

_FUNCTION = "ProbeSink"


def handler(event: dict[str, Any], context: LambdaContext) -> PartialItemFailureResponse:
    """Return the message if it is to come again."""
    return handle_message(
        _FUNCTION, event, context, lambda: delivery_settings().probes_queue, _handle
    )


def _handle(message: Message, times: int) -> None:
    if isinstance(message, CatchUp):
        notification_queue().put([message])
        return
    result = _ProbeResult(None, message)
    try:
        result = _probe(message, times)
    finally:
        report_outcome(_FUNCTION, result.sent, result.outcome)


class _ProbeResult(NamedTuple):
    """The outcome of a probe, and the notification that was sent with it."""

    outcome: Outcome | None
    sent: Notification


def _probe(message: Notification, times: int) -> _ProbeResult:
    """Probe once. Raises ``ComeAgain`` when the sink still fails."""
    now = clock.now()
    try:
        subscription = subscription_store().read(message.subscriber_key, message.subscription_id)
    except NotFound:
        return _ProbeResult(Outcome.DROPPED, message)
    if message.type is EventType.SUBSCRIPTION_ENDED:
        return _ProbeResult(_retry_end_notice(subscription, message, times), message)
    if not subscription.is_probed_by(message.event_id, now):
        if subscription.behind_since is not None and not subscription.is_failing(now):
            # The attempt that cleared the mark may have failed before it queued this.
            notification_queue().put([CatchUp.of(subscription)])
        return _ProbeResult(Outcome.DROPPED, message)
    early = subscription.failed_at + delay_seconds(subscription.failures) - now
    if early > 0:
        # A duplicate of the probe: SQS delivers at least once.
        raise ComeAgain(early)
    sent = latest(message, subscription)
    try:
        # With nothing left to send, the mark is cleared: the next event shows if the sink works.
        outcome = attempt(subscription, sent) if sent else Outcome.DROPPED
    except SinkFailed as error:
        # Counted once, if a duplicate of the probe has been sent at the same time.
        count = partial(
            Subscription.failed_again,
            event_id=message.event_id,
            failures=subscription.failures,
            now=now,
        )
        failed = _change(subscription, count)
        if failed.is_probed_by(message.event_id, now):
            raise ComeAgain(delay_seconds(failed.failures)) from error
        return _ProbeResult(Outcome.FAILED, message)
    if outcome is not Outcome.REFUSED:
        _recover(subscription, message, sent if outcome in ANSWERED else None)
    return _ProbeResult(outcome, sent or message)


def _retry_end_notice(subscription: Subscription, message: Notification, times: int) -> Outcome:
    try:
        return attempt(subscription, message)
    except SinkFailed as error:
        if times >= NOTICES:
            return Outcome.FAILED
        raise ComeAgain(delay_seconds(times + 1)) from error


def _recover(subscription: Subscription, probe: Notification, sent: Notification | None) -> None:
    """Clear the mark, then queue a message to catch up; ``sent`` is what the sink has just got."""
    now = clock.now()

    def decide(known: Subscription) -> Subscription:
        if not known.is_probed_by(probe.event_id, now):
            return known
        after = known.with_mark_cleared(now)
        return after.after_delivery(sent.event_id, sent.state, now) if sent else after

    notification_queue().put([CatchUp.of(_change(subscription, decide))])


def _change(
    subscription: Subscription, decide: Callable[[Subscription], Subscription]
) -> Subscription:
    return subscription_store().change(
        subscription.subscriber_key, subscription.subscription_id, decide
    )


register_before_snapshot(subscription_store)
register_before_snapshot(session_store)
register_before_snapshot(vault)
register_before_snapshot(notification_queue)
register_before_snapshot(tls)
