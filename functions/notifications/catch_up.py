"""Catch-up: send a sink that works again the present state of each call of its device, once.

A second pass, a few seconds after the first, finds what the eventually consistent indexes had not
shown yet. Source: AWS, "Read consistency" of global secondary indexes; ADR 6.
"""

from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from itertools import batched, islice
from typing import Any, NamedTuple

from aws import clock, log
from aws.dynamodb import dynamodb_client
from call_handling.devices import newest_placed_by, newest_received_by, session_items
from call_handling.settings import sessions_table
from camara.errors import NotFound
from camara.scope import EventType
from camara.unix_time import UnixSeconds
from notifications.delivery import Outcome, deliver, probe, report_outcome
from notifications.notification import CatchUp, Notification
from notifications.queues import notification_queue, probes
from notifications.registration_notification import registration_notification
from notifications.session_change import SessionChange
from notifications.session_notification import devices_of, rings, session_notification
from notifications.store import subscription_store
from notifications.subscription import Subscription
from registration.register import Register
from registration.store import registration_store

MOST_CALLS = 100
"""The newest calls that the number has received, and as many that the device has placed."""

TOLD_AT_ONCE = 10
"""Notifications sent for one message; the rest is queued, so that other messages get their turn."""

SECOND_LOOK_SECONDS = 5

_FUNCTION = "CatchUp"
_GOES_ON = frozenset({Outcome.DELIVERED, Outcome.REJECTED, Outcome.KNOWN, Outcome.DROPPED})
"""Outcomes after which catching up goes on."""


class Missed(NamedTuple):
    """A notification that the sink may have missed; ``place`` orders by time, then by id."""

    place: tuple[int, str]
    notification: Notification


def catch_up(message: CatchUp, times: int) -> None:
    """Deliver some notifications that a sink may have missed, newest first; queue the rest.

    Stops when the sink fails again: the next recovery will catch up. ``times`` is how often the
    message has been received.
    """
    try:
        subscription = subscription_store().read(message.subscriber_key, message.subscription_id)
    except NotFound:
        return
    now, since = clock.now(), subscription.behind_since
    if since is None or not subscription.is_active(now):
        return
    missed = _missed(subscription, max(since, subscription.starts_at), now)
    if subscription.is_failing(now):
        if times > 1:
            _probe_anew(subscription, next(missed, None))
        return
    rest = (each for each in missed if message.before is None or each.place < message.before)
    part = list(islice(rest, TOLD_AT_ONCE))
    if not all(_is_told(each.notification) for each in part):
        return
    if len(part) == TOLD_AT_ONCE:
        notification_queue().put([replace(message, before=part[-1].place)])
    elif message.is_last:
        change = partial(Subscription.caught_up, cleared_at=message.cleared_at, now=now)
        subscription_store().change(message.subscriber_key, message.subscription_id, change)
    else:
        second_look = replace(message, is_last=True, before=None)
        probes().put(second_look, subscription.host, SECOND_LOOK_SECONDS)


def latest(notification: Notification, subscription: Subscription) -> Notification | None:
    """Return the latest state, to be sent in place of a change that may be outdated.

    ``None`` when there is nothing to send any more: an invitation to a call that has stopped
    ringing.
    """
    call, kind = notification.media_session_id, notification.type
    if call is None:
        return notification
    items = session_items(dynamodb_client(), sessions_table(), [call])
    if not items:
        return None if kind is EventType.SESSION_INVITATION else notification
    change = SessionChange.now(items[0])
    if kind is EventType.SESSION_INVITATION and not rings(change.session):
        return None
    if change.session.version == notification.data["sequenceNumber"]:
        return notification
    return _state(subscription, change)


def _is_told(notification: Notification) -> bool:
    outcome = None
    try:
        outcome = deliver(notification)
    finally:
        report_outcome(_FUNCTION, notification, outcome)
    return outcome in _GOES_ON


def _probe_anew(subscription: Subscription, missed: Missed | None) -> None:
    """Queue a probe: the attempt that has set the mark may have failed before it queued one.

    The probe is a missed notification; if there is none, the mark is cleared, and the next event
    shows whether the sink works.
    """
    now = clock.now()
    if missed is None:
        change = partial(Subscription.with_mark_cleared, now=now)
    else:
        event_id = missed.notification.event_id
        change = partial(Subscription.probed_with, event_id=event_id, now=now)
    known = subscription_store().change(
        subscription.subscriber_key, subscription.subscription_id, change
    )
    if missed is not None and known.is_probed_by(missed.notification.event_id, now):
        probe(known, missed.notification)


def _missed(subscription: Subscription, since: UnixSeconds, now: UnixSeconds) -> Iterator[Missed]:
    """Yield the notifications that the sink may have missed, the newest first."""
    register = registration_store().of_subscriber(subscription.subscriber_key)
    if subscription.type is EventType.REGISTRATION_ENDS:
        for ended in reversed(register.ended):
            gone = ended.registration
            if gone.device == subscription.device and ended.at >= since:
                told = registration_notification(subscription, ended, clock.rfc3339(ended.at))
                yield Missed((ended.at, gone.registration_id), told)
        return
    for place, change in _calls(subscription, register):
        if _matters(subscription, change, register, since, now):
            yield Missed(place, _state(subscription, change))


def _matters(
    subscription: Subscription,
    change: SessionChange,
    register: Register,
    since: UnixSeconds,
    now: UnixSeconds,
) -> bool:
    """Tell whether it is the device's call, and in a state that its sink may not know.

    A call that has ended concerns the devices that took part before its end; an invitation, those
    that did not place the call.
    """
    session = change.session
    until = now + 1
    if session.ended is not None:
        until = session.ended.at
        if until < since or session.expires_at <= now:
            return False
    if subscription.device not in devices_of(session, register, until):
        return False
    if subscription.type is EventType.SESSION_INVITATION:
        return rings(session) and subscription.device != session.legs.caller
    # The first version is notified by an invitation only.
    return session.version > 1


def _calls(
    subscription: Subscription, register: Register
) -> Iterator[tuple[tuple[int, str], SessionChange]]:
    """Yield calls that may be the device's, each with its place (time, id), the newest first."""
    client, table = dynamodb_client(), sessions_table()
    found = set(newest_received_by(client, table, subscription.subscriber_key, MOST_CALLS))
    if subscription.type is EventType.SESSION_STATUS:
        for known in register.remembered:
            if known.device == subscription.device:
                found |= set(newest_placed_by(client, table, known.registration_id, MOST_CALLS))
    newest = sorted(found, reverse=True)[: 2 * MOST_CALLS]
    for batch in batched(newest, MOST_CALLS, strict=False):
        items = session_items(client, table, [call for _, call in batch])
        stored = {item["mediaSessionId"]["S"]: item for item in items}
        for place in batch:
            change = _change(place[1], stored.get(place[1]))
            if change is not None:
                yield place, change


def _change(media_session_id: str, item: dict[str, Any] | None) -> SessionChange | None:
    """Read a session; a malformed one is logged and left out, so that it does not stop the rest."""
    if item is None:
        return None
    try:
        return SessionChange.now(item)
    except (KeyError, ValueError, TypeError) as error:
        log.logger().error(_FUNCTION, mediaSessionId=media_session_id, fault=type(error).__name__)
        return None


def _state(subscription: Subscription, change: SessionChange) -> Notification:
    session = change.session
    at = session.ended.at if session.ended else clock.now()
    return session_notification(subscription, subscription.type, change, clock.rfc3339(at))
