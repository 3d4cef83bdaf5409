"""Delivery of one event to one sink: one attempt, and what follows from its outcome.

Circuit breaker: after a failure the subscription is marked, the event that failed becomes a probe
that is retried with exponential backoff (``outbox.Probes``), and nothing else is sent to that sink
meanwhile, so nobody else waits for it. Source: ADR 6; Microsoft, "Circuit Breaker pattern"; CAMARA
Event Subscription and Notification Guidelines.
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
from notifications.outbox import probes
from notifications.post import NotDelivered, post
from notifications.session_notification import rings
from notifications.settings import delivery_settings
from notifications.sink import sink_from
from notifications.store import subscription_store
from notifications.subscription import Subscription, TerminationReason

SINK_SECONDS = 3
"""What a sink may take, to be found, reached and heard. With more, a probe would prove nothing."""

_FIRST_DELAY_SECONDS = 5
_LONGEST_DELAY_SECONDS = 900

_LATE_SECONDS = 600
"""By so much a shard of the stream may be behind: events that happened before one that failed may
be published after it. What the sink had heard of already, it hears again with the same id.
"""

LONGEST_WAIT_SECONDS = 30
"""For which an event of a call may be queued: after that its latest state is told instead."""

_ENDINGS = {
    401: TerminationReason.ACCESS_TOKEN_EXPIRED,
    403: TerminationReason.ACCESS_TOKEN_EXPIRED,
    410: TerminationReason.NETWORK_TERMINATED,
}

_OF_THE_SINK = frozenset({404, 405, 407, 408, 421, 425, 429})
"""What a client's error, 4xx, says of the sink; all others are of this one event."""


class Outcome(StrEnum):
    """What has become of a notification."""

    DELIVERED = "delivered"
    KNOWN = "known"
    """The sink has heard of it before, or of something later."""
    LATE = "late"
    """It has waited for too long; the sink is told of the call as it is in a moment."""
    DROPPED = "dropped"
    """There is nobody, or nothing, to tell any more."""
    SKIPPED = "skipped"
    """The sink fails; it is told of the call as it is then, when it works again."""
    REFUSED = "refused"
    """The sink wants no more: its subscription has ended."""
    REJECTED = "rejected"
    """The sink works, and does not take this one: it is not sent again."""
    FAILED = "failed"
    """The sink has not taken it."""


ANSWERED = frozenset({Outcome.DELIVERED, Outcome.REJECTED})
"""What a sink that works says."""

_TOLD_AGAIN = frozenset(
    {
        TerminationReason.ACCESS_TOKEN_EXPIRED,
        TerminationReason.MAX_EVENTS_REACHED,
        TerminationReason.SUBSCRIPTION_EXPIRED,
    }
)
"""Ends that are sent again: who has deleted it knows, and who is lost has been asked enough."""


class SinkFailed(Exception):
    """The sink has not taken a notification, and may yet do so."""


def delay_seconds(failures: int) -> int:
    """Return how long to wait after so many failed attempts."""
    return min(_FIRST_DELAY_SECONDS << max(0, failures - 1), _LONGEST_DELAY_SECONDS)


def deliver(notification: Notification, longest_wait: float = inf, times: int = 1) -> Outcome:
    """Attempt to deliver a notification; a sink that fails to take it is marked, and probed.

    So is one whose event has waited for longer, in seconds: who is slow is to fill no queue. When
    the notification has been received several times, whoever has marked the sink for it may not
    have come to probing.

    Raises ``Unavailable`` and ``Timeout`` when that was AWS's fault, not the sink's.
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
            _tell_again(subscription, notification)
        else:
            _mark(notification, Subscription.failed)
        return Outcome.FAILED
    if outcome in ANSWERED:
        _remember(subscription, notification)
    return outcome


def attempt(subscription: Subscription, notification: Notification) -> Outcome:
    """POST a notification, if there is still somebody to tell; return what the sink said.

    Raises ``SinkFailed``.
    """
    call = _call(notification)
    if not _is_wanted(subscription, notification, call):
        return Outcome.DROPPED
    try:
        status = _post(subscription, notification, call)
        if status in _ENDINGS:
            _end(subscription, _ENDINGS[status])
        outcome = _outcome(status)
    except SinkFailed:
        metrics.count("SinkFailed", 1)
        raise
    metrics.count("SinkFailed", 0)
    return outcome


def probe(subscription: Subscription, notification: Notification) -> None:
    """Have a sink that fails be asked again, as late as it has failed often."""
    probes().put(notification, subscription.host, delay_seconds(subscription.failures))


def tell(function: str, notification: Notification, outcome: Outcome | None) -> None:
    """Log and count what has become of a notification, ``None`` for a fault of ours."""
    word = (outcome or Outcome.FAILED).value
    metrics.count("Notification", type=notification.type.value, outcome=word)
    log.logger().info(function, outcome=word, **notification.facts)


def lag(notification: Notification) -> int:
    """Return the seconds that have passed since the event."""
    return max(0, clock.now() - _happened(notification))


def _remember(subscription: Subscription, notification: Notification) -> None:
    """Write down that a sink has heard, if that means anything to its subscription."""

    def decide(known: Subscription) -> Subscription:
        return known.has_heard(notification.event_id, notification.state, clock.now())

    if decide(subscription) is subscription:
        return
    try:
        subscription_store().change(
            subscription.subscriber_key, subscription.subscription_id, decide
        )
    except (Unavailable, Timeout):
        # What is forgotten may be told twice; what is sent again, now, is. But a number is kept.
        if subscription.max_events is not None:
            raise
        log.logger().error("DeliverNotification", outcome="not remembered", **notification.facts)


def _tell_again(subscription: Subscription, notification: Notification) -> None:
    """Have a sink be told again that its subscription has ended: nothing is left to mark."""
    if subscription.ended in _TOLD_AGAIN:
        probes().put(notification, subscription.host, delay_seconds(1))


def _mark(
    notification: Notification, mark: Callable[[Subscription, str, int, int], Subscription]
) -> None:
    """Mark the subscription, then probe: what comes before the mark is there finds it, or waits."""
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
    """Tell whether the sink is still to hear of it; end what its access token has outlived."""
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
    """Return what a sink has said with this status. Raises ``SinkFailed``."""
    if status in _ENDINGS:
        return Outcome.REFUSED
    if 200 <= status < 300:  # noqa: PLR2004 - HTTP's success
        return Outcome.DELIVERED
    if 400 <= status < 500 and status not in _OF_THE_SINK:  # noqa: PLR2004 - a client's error
        return Outcome.REJECTED
    raise SinkFailed


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
    """End it. Raises ``SinkFailed`` when it has got another credential meanwhile."""

    def decide(known: Subscription) -> Subscription:
        if known.credential != subscription.credential:
            raise SinkFailed
        return known.ended_because(reason, clock.now())

    subscription_store().change(subscription.subscriber_key, subscription.subscription_id, decide)
