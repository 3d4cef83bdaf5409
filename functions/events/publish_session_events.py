"""PublishSessionEvents: tells the subscribed devices of both ends, and the bus, what a call does.

Driven by the stream of the table of sessions, which is the outbox: what was committed is told, and
nothing else is. At least once, in order. Source: AWS, "Using Lambda with DynamoDB"; ADR 6.
"""

from collections.abc import Iterator
from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext
from snapshot_restore_py import register_before_snapshot

from camara import clock
from camara.stream import Failures, time_of
from events.bus import session_bus
from events.notification import Notification
from events.outbox import outbox
from events.publishing import published
from events.session_change import SessionChange
from events.store import subscription_store
from events.subscription import EventType, Subscription
from registration.store import registration_store


def handler(event: dict[str, Any], _context: LambdaContext) -> Failures:
    """Return the first record that could not be dealt with: it comes again, with those after it."""
    return published("PublishSessionEvents", event, _publish)


def _publish(record: dict[str, Any]) -> None:
    """Tell the queue first: a record that comes again is known to the queue, not to the bus."""
    images = record["dynamodb"]
    change = SessionChange.from_images(images["NewImage"], images.get("OldImage"))
    if change is None:
        return
    time = time_of(record)
    happened = int(images["ApproximateCreationDateTime"])
    outbox().put(_notifications(change, time, _devices(change, happened)))
    session_bus().tell(change, time)


def _notifications(
    change: SessionChange, time: str, devices: frozenset[str]
) -> Iterator[Notification]:
    session, now = change.session, clock.now()
    kind = EventType.SESSION_INVITATION if change.is_invitation else EventType.SESSION_STATUS
    for subscription in _subscriptions(change):
        hears = subscription.type is kind and subscription.device in devices
        if hears and subscription.is_active(now):
            yield Notification.to(
                subscription,
                kind,
                f"{session.media_session_id} {session.version}",
                time=time,
                correlator=(session.ended.correlator or "") if session.ended else "",
                media_session_id=session.media_session_id,
                data={
                    "status": session.status.value,
                    "reason": change.reason,
                    "sequenceNumber": session.version,
                },
            )


def _devices(change: SessionChange, happened: int) -> frozenset[str]:
    """Return the devices (keys) that hear of a change; see ``Legs``.

    They are the one that placed the call, which is not invited to it, and those of the receiver
    that have heard it ring, live or not. Before the answer the register knows them, for it
    remembers what has ended; from then on the call does.
    """
    session, legs = change.session, change.session.legs
    if legs.answered_by is not None:
        return legs.devices | {legs.caller}
    register = registration_store().of_number(legs.receiver)
    rang = legs.rang(register, since=session.created_at, until=happened)
    caller = frozenset[str]() if change.is_invitation else {legs.caller}
    return frozenset(known.device for known in rang) | caller


def _subscriptions(change: SessionChange) -> Iterator[Subscription]:
    """Yield those of the numbers whose devices may hear of a change."""
    legs = change.session.legs
    yield from subscription_store().of_number(legs.receiver)
    if not change.is_invitation:
        yield from subscription_store().of_number(legs.originator)


register_before_snapshot(outbox)
register_before_snapshot(session_bus)
register_before_snapshot(subscription_store)
register_before_snapshot(registration_store)
