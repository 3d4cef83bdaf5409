"""ProbeSink: retries a failed delivery with exponential backoff, until the sink works again.

It sends the event that failed, 5, 10, 20 ... 900 seconds after the last attempt. When it
answers, the mark is cleared first and *then* the state of its calls is read
(``notifications.catch_up``): what the publisher skipped while the mark was there was committed
before, so nothing is lost. After the last attempt, about an hour after the first, the subscription
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
from notifications.delivery import ANSWERED, Outcome, SinkFailed, attempt, delay_seconds, tell
from notifications.notification import CatchUp, Message, Notification
from notifications.outbox import outbox
from notifications.post import tls
from notifications.receiving import ComeAgain, handle_message
from notifications.settings import delivery_settings
from notifications.store import subscription_store
from notifications.subscription import Subscription

NOTICES = 5
"""Attempts at most to tell a sink that its subscription has ended, after the first."""

_FUNCTION = "ProbeSink"


def handler(event: dict[str, Any], context: LambdaContext) -> PartialItemFailureResponse:
    """Return the message if it is to come again."""
    return handle_message(_FUNCTION, event, context, delivery_settings().probes_queue, _handle)


def _handle(message: Message, times: int) -> None:
    if isinstance(message, CatchUp):
        outbox().put([message])
        return
    asked = Asked(None, message)
    try:
        asked = _probe(message, times)
    finally:
        tell(_FUNCTION, asked.told, asked.outcome)


class Asked(NamedTuple):
    """What has become of a probe, and what the sink was told with it."""

    outcome: Outcome | None
    told: Notification


def _probe(message: Notification, times: int) -> Asked:
    """Ask once. Raises ``ComeAgain`` when the sink still fails."""
    now = clock.now()
    try:
        subscription = subscription_store().read(message.subscriber_key, message.subscription_id)
    except NotFound:
        return Asked(Outcome.DROPPED, message)
    if message.type is EventType.SUBSCRIPTION_ENDED:
        return Asked(_tell_of_the_end(subscription, message, times), message)
    if not subscription.is_probed_by(message.event_id, now):
        if subscription.behind_since is not None and not subscription.is_failing(now):
            # Whoever has cleared the mark may not have come to this.
            outbox().put([CatchUp.of(subscription)])
        return Asked(Outcome.DROPPED, message)
    early = subscription.failed_at + delay_seconds(subscription.failures) - now
    if early > 0:
        # A copy of the probe; SQS, and redelivery, may make some.
        raise ComeAgain(early)
    told = latest(message, subscription)
    try:
        # With nothing left to ask with, what comes next asks.
        outcome = attempt(subscription, told) if told else Outcome.DROPPED
    except SinkFailed as error:
        # A copy of the probe may have asked at the same time.
        count = partial(
            Subscription.failed_again,
            event_id=message.event_id,
            failures=subscription.failures,
            now=now,
        )
        failed = _change(subscription, count)
        if failed.is_probed_by(message.event_id, now):
            raise ComeAgain(delay_seconds(failed.failures)) from error
        return Asked(Outcome.FAILED, message)
    if outcome is not Outcome.REFUSED:
        _recover(subscription, message, told if outcome in ANSWERED else None)
    return Asked(outcome, told or message)


def _tell_of_the_end(subscription: Subscription, message: Notification, times: int) -> Outcome:
    try:
        return attempt(subscription, message)
    except SinkFailed as error:
        if times >= NOTICES:
            return Outcome.FAILED
        raise ComeAgain(delay_seconds(times + 1)) from error


def _recover(subscription: Subscription, probe: Notification, told: Notification | None) -> None:
    """Clear the mark, and have the sink catch up; ``told`` is what it has just heard."""
    now = clock.now()

    def decide(known: Subscription) -> Subscription:
        if not known.is_probed_by(probe.event_id, now):
            return known
        after = known.told_again(now)
        return after.has_heard(told.event_id, told.state, now) if told else after

    outbox().put([CatchUp.of(_change(subscription, decide))])


def _change(
    subscription: Subscription, decide: Callable[[Subscription], Subscription]
) -> Subscription:
    return subscription_store().change(
        subscription.subscriber_key, subscription.subscription_id, decide
    )


register_before_snapshot(subscription_store)
register_before_snapshot(session_store)
register_before_snapshot(vault)
register_before_snapshot(outbox)
register_before_snapshot(tls)
