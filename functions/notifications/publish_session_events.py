"""Publisher of session invitations and changes of status, to the devices of both legs.

The stream of the table of sessions is the transactional outbox: exactly the committed changes are
published, at least once, in order. Source: AWS, "Using Lambda with DynamoDB"; ADR 6.
"""

from collections.abc import Mapping
from functools import partial
from typing import Any

from aws_lambda_powertools.utilities.data_classes.dynamo_db_stream_event import DynamoDBRecord

from aws import clock
from aws.batch import change_in, time_of
from camara.identity import SubscriberKey
from camara.scope import EventType
from notifications.item import audience_from
from notifications.notification import Notification
from notifications.publishing import Batch, queue_each, require_key
from notifications.session_change import SessionChange
from notifications.session_notification import devices_of, session_notification
from notifications.store import subscription_store
from registration.item import register_from, subscriber_owner
from registration.store import registration_store

type _Items = Mapping[SubscriberKey, dict[str, Any]]
"""Items as they are stored, by subscriber. Each is parsed with the record that needs it, so that a
malformed one fails that record alone."""


def publish_session_events(batch: Batch) -> None:
    """Read what all records need, then queue their notifications: mostly three requests."""
    changes = {place: change for place in batch if (change := batch.each(place, _change))}
    legs = [change.session.legs for change in changes.values()]
    subscribers = {key for each in legs for key in (each.originator, each.receiver)}
    audiences = subscription_store().audience_items(sorted(subscribers))
    ringing = {each.receiver for each in legs if each.answered_by is None}
    registers = registration_store().items_of(sorted(ringing))
    made: dict[int, list[Notification]] = {}
    for place, change in changes.items():
        notify = partial(_notifications, change, audiences=audiences, registers=registers)
        made[place] = batch.each(place, notify) or []
    queue_each(batch, made)
    batch.log_changes(
        {place: f"{changes[place].name} queued {len(queued)}" for place, queued in made.items()}
    )


def _change(record: DynamoDBRecord) -> SessionChange | None:
    images = change_in(record)
    change = SessionChange.from_images(images["NewImage"], images.get("OldImage"))
    if change is not None:
        require_key(change.session.legs.originator)
        require_key(change.session.legs.receiver)
    return change


def _notifications(
    change: SessionChange, record: DynamoDBRecord, *, audiences: _Items, registers: _Items
) -> list[Notification]:
    """Return a notification for each active subscription of a device that takes part in the call.

    An invitation is for the receiver's devices alone, and never for the one that placed the call.
    """
    session, now = change.session, clock.now()
    happened = int(change_in(record)["ApproximateCreationDateTime"])
    receiver = session.legs.receiver
    register = register_from(subscriber_owner(receiver), registers.get(receiver))
    devices = devices_of(session, register, happened)
    kind = EventType.SESSION_STATUS
    subscribers = [receiver, session.legs.originator]
    if change.is_invitation:
        kind = EventType.SESSION_INVITATION
        devices, subscribers = devices - {session.legs.caller}, [receiver]
    time = time_of(record)
    return [
        session_notification(listener, kind, change, time)
        for subscriber_key in dict.fromkeys(subscribers)
        for listener in audience_from(subscriber_key, audiences.get(subscriber_key)).subscribed_to(
            kind, devices, now
        )
    ]
