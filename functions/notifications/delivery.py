"""Delivery of one event to one sink: one attempt, and what follows from its outcome.

Circuit breaker: after a failure the subscription is marked as failing, the event that failed
becomes a probe that is retried with exponential backoff (``queues.ProbeQueue``), and nothing else
is sent to that sink meanwhile, so nobody else waits for it. Source: ADR 6; Microsoft, "Circuit
Breaker pattern"; CAMARA Event Subscription and Notification Guidelines.
"""

from collections.abc import Callable
from datetime import datetime
from enum import StrEnum
from math import inf

from aws import clock, log, metrics
from call_handling.call import Call
from call_handling.store import session_store
from camara.errors import InvalidSink, NotFound, Timeout, Unavailable
from camara.scope import EventType
from notifications.cloud_event import cloud_event
from notifications.credentials import vault
from notifications.notification import Notification
from notifications.post import NotDelivered, post
from notifications.queues import probes
from notifications.session_notification import rings
from notifications.settings import delivery_settings
from notifications.sink import sink_from
from notifications.store import subscription_store
from notifications.subscription import Subscription, TerminationReason

SINK_SECONDS = 3
"""Timeout of a POST to a sink, for resolving its name, connecting and answering in all."""

_FIRST_DELAY_SECONDS = 5
_LONGEST_DELAY_SECONDS = 900

_LATE_SECONDS = 600
"""How far a shard of the stream may be behind: an event older by so much than the one that failed
may be published after it. One that the sink got before is sent again, with the same id.
"""

LONGEST_WAIT_SECONDS = 30
"""Seconds for which an event of a call may be queued; after that catch-up sends the latest state
instead."""

_ENDS_SUBSCRIPTION = {
    401: TerminationReason.ACCESS_TOKEN_EXPIRED,
    403: TerminationReason.ACCESS_TOKEN_EXPIRED,
    410: TerminationReason.NETWORK_TERMINATED,
}

_SINK_FAILS = frozenset({404, 405, 407, 408, 421, 425, 429})
"""Statuses 4xx which say that the sink fails; all other 4xx refuse this one event."""


class Outcome(StrEnum):
    """What has become of a notification."""

    DELIVERED = "delivered"
    KNOWN = "known"
    """Not sent: the sink has got it before, or a later state."""
    LATE = "late"
    """Not sent: it has waited for too long. The subscription is marked, and will catch up."""
    DROPPED = "dropped"
    """Not sent: the subscription is over, or an invitation's call no longer rings."""
    SKIPPED = "skipped"
    """Not sent: the sink fails. It will catch up when it works again."""
    REFUSED = "refused"
    """The sink wants no more notifications: its subscription has ended."""
    REJECTED = "rejected"
    """The sink works, and refuses this one event: it is not sent again."""
    FAILED = "failed"
    """The sink has failed to take it."""


ANSWERED = frozenset({Outcome.DELIVERED, Outcome.REJECTED})
"""Outcomes which show that the sink works."""

_NOTICE_IS_RETRIED = frozenset(
    {
        TerminationReason.ACCESS_TOKEN_EXPIRED,
        TerminationReason.MAX_EVENTS_REACHED,
        TerminationReason.SUBSCRIPTION_EXPIRED,
    }
)
"""Reasons of an end whose notice is retried. Not so when the client has deleted the subscription
itself, or when the sink has failed too often."""


class SinkFailed(Exception):
    """Raised when a sink has not taken a notification, and may take it later."""


def delay_seconds(failures: int) -> int:
    """Exponential backoff: return how long to wait after so many failed attempts."""
    return min(_FIRST_DELAY_SECONDS << max(0, failures - 1), _LONGEST_DELAY_SECONDS)


def deliver(notification: Notification, longest_wait: float = inf, times: int = 1) -> Outcome:
    """Attempt to deliver a notification; when the sink fails, mark the subscription and probe it.

    It is also marked, without an attempt, when an event of a call has waited for more than
    ``longest_wait`` seconds, so that a slow sink does not fill the queue. ``times`` is how often
    the message has been received: after the first, an earlier attempt may have set the mark and not
    queued the probe, so the probe is queued again.

    Raises ``Unavailable`` and ``Timeout`` when AWS has failed, not the sink.
    """
    now = clock.now()
    try:
        subscription = subscription_store().read(
            notification.subscriber_key, notification.subscription_id
        )
    except NotFound:
        return Outcome.DROPPED
    if subscription.is_failing(now):
        if times > 1 and subscription.probe == notification.event_id:
            probe(subscription, notification)
        return Outcome.SKIPPED
    if subscription.knows(notification.event_id, notification.state, now):
        return Outcome.KNOWN
    if notification.media_session_id is not None and lag(notification) > longest_wait:
        _mark(notification, Subscription.marked)
        return Outcome.LATE
    try:
        outcome = attempt(subscription, notification)
    except SinkFailed:
        if notification.type is EventType.SUBSCRIPTION_ENDED:
            _retry_end_notice(subscription, notification)
        else:
            _mark(notification, Subscription.failed)
        return Outcome.FAILED
    if outcome in ANSWERED:
        _remember(subscription, notification)
    return outcome


def attempt(subscription: Subscription, notification: Notification) -> Outcome:
    """POST a notification, if it is still wanted; return the outcome. Raises ``SinkFailed``."""
    call = _call(notification)
    if not _is_wanted(subscription, notification, call):
        return Outcome.DROPPED
    try:
        status = _post(subscription, notification, call)
        if status in _ENDS_SUBSCRIPTION:
            _end(subscription, _ENDS_SUBSCRIPTION[status])
        outcome = _outcome(status)
    except SinkFailed:
        metrics.count("SinkFailed", 1)
        raise
    metrics.count("SinkFailed", 0)
    return outcome


def probe(subscription: Subscription, notification: Notification) -> None:
    """Queue a probe of a failing sink, delayed by exponential backoff."""
    probes().put(notification, subscription.host, delay_seconds(subscription.failures))


def report_outcome(function: str, notification: Notification, outcome: Outcome | None) -> None:
    """Log and count the outcome of a notification, ``None`` for a fault of ours."""
    word = (outcome or Outcome.FAILED).value
    metrics.count("Notification", type=notification.type.value, outcome=word)
    log.logger().info(function, outcome=word, **notification.facts)


def lag(notification: Notification) -> int:
    """Return the seconds that have passed since the event."""
    return max(0, clock.now() - _happened(notification))


def _remember(subscription: Subscription, notification: Notification) -> None:
    """Store that a sink has got a notification, if its subscription has to remember it."""

    def decide(known: Subscription) -> Subscription:
        return known.after_delivery(notification.event_id, notification.state, clock.now())

    if decide(subscription) is subscription:
        return
    try:
        subscription_store().change(
            subscription.subscriber_key, subscription.subscription_id, decide
        )
    except (Unavailable, Timeout):
        # Not stored, it may be sent twice; raising would send it twice for certain. But the number
        # of notifications that the client asked for has to be exact.
        if subscription.max_events is not None:
            raise
        log.logger().error("DeliverNotification", outcome="not remembered", **notification.facts)


def _retry_end_notice(subscription: Subscription, notification: Notification) -> None:
    """Queue the notice of a subscription's end again: what has ended is not marked as failing."""
    if subscription.ended in _NOTICE_IS_RETRIED:
        probes().put(notification, subscription.host, delay_seconds(1))


def _mark(
    notification: Notification, mark: Callable[[Subscription, str, int, int], Subscription]
) -> None:
    """Mark the subscription as failing first, then queue the probe, which has to find the mark."""
    now = clock.now()
    since = min(now, _happened(notification)) - _LATE_SECONDS
    marked = subscription_store().change(
        notification.subscriber_key,
        notification.subscription_id,
        lambda known: mark(known, notification.event_id, since, now),
    )
    if marked.is_probed_by(notification.event_id, now):
        probe(marked, notification)


def _happened(notification: Notification) -> int:
    return int(datetime.fromisoformat(notification.time).timestamp())


def _is_wanted(subscription: Subscription, notification: Notification, call: Call | None) -> bool:
    """Tell whether to send it still; end the subscription if its access token has expired."""
    now, credential = clock.now(), subscription.credential
    if notification.type is EventType.SUBSCRIPTION_ENDED:
        return True
    if notification.type is EventType.SESSION_INVITATION and not (call and rings(call.session)):
        return False
    if subscription.is_active(now) and credential is not None and credential.expires_at <= now:
        _end(subscription, TerminationReason.ACCESS_TOKEN_EXPIRED)
        return False
    return subscription.is_active(now)


def _outcome(status: int) -> Outcome:
    """Return what a sink's answer with this status means. Raises ``SinkFailed``."""
    if status in _ENDS_SUBSCRIPTION:
        return Outcome.REFUSED
    if 200 <= status < 300:  # noqa: PLR2004 - HTTP's success
        return Outcome.DELIVERED
    if 400 <= status < 500 and status not in _SINK_FAILS:  # noqa: PLR2004 - a client's error
        return Outcome.REJECTED
    raise SinkFailed


def _call(notification: Notification) -> Call | None:
    """Return the call that it is about; ``None`` if it is about none, or that is not stored."""
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
    settings = delivery_settings()
    try:
        return post(
            sink_from(subscription.sink, loopback_allowed=settings.loopback_sinks),
            cloud_event(notification, settings.event_source, call),
            headers,
            seconds=SINK_SECONDS,
            loopback_allowed=settings.loopback_sinks,
        )
    except (NotDelivered, InvalidSink) as error:
        raise SinkFailed from error


def _end(subscription: Subscription, reason: TerminationReason) -> None:
    """End the subscription. Raises ``SinkFailed`` if it has a new access token meanwhile."""

    def decide(known: Subscription) -> Subscription:
        if known.credential != subscription.credential:
            raise SinkFailed
        return known.ended_because(reason, clock.now())

    subscription_store().change(subscription.subscriber_key, subscription.subscription_id, decide)
