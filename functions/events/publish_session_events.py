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
    """Tell the queue, which knows what it is told twice, then the bus, which does not."""
    images = record["dynamodb"]
    change = SessionChange.from_images(images["NewImage"], images.get("OldImage"))
    if change is None:
        return
    time = time_of(record)
    outbox().put(_notifications(change, time))
    session_bus().tell(change, time)


def _notifications(change: SessionChange, time: str) -> Iterator[Notification]:
    session, now = change.session, clock.now()
    kind = EventType.SESSION_INVITATION if change.is_invitation else EventType.SESSION_STATUS
    for subscription in _audience(change, now):
        if subscription.type is kind and subscription.is_active(now):
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


def _audience(change: SessionChange, now: int) -> Iterator[Subscription]:
    """Yield the subscriptions of the receiver's devices, and the caller's through its client.

    Nobody is invited to the call that he places. A device is invited only while it is registered;
    what becomes of the call is also for those whose client the call is bound to.
    """
    session = change.session
    devices = registration_store().of_number(session.receiver).active(now)
    registered = {(device.device_id, device.client) for device in devices}
    for subscription in subscription_store().of_number(session.receiver):
        bound = not change.is_invitation and subscription.client in session.receiver_clients
        if bound or (subscription.device_id, subscription.client) in registered:
            yield subscription
    if change.is_invitation:
        return
    for subscription in subscription_store().of_number(session.originator):
        if subscription.client == session.originator_client:
            yield subscription


register_before_snapshot(outbox)
register_before_snapshot(session_bus)
register_before_snapshot(subscription_store)
register_before_snapshot(registration_store)
