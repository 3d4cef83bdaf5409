"""The publisher of what calls do, to the subscribed devices of both ends.

The stream of the table of sessions is the outbox: what was committed is told, and nothing else is.
At least once, in order. Source: AWS, "Using Lambda with DynamoDB"; ADR 6.
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
"""As they are stored, by number: one that makes no sense is a fault of its number's records."""


def publish_session_events(batch: Batch) -> None:
    """Read for all records, three requests for the most of batches; then queue what they make."""
    changes = {place: change for place in batch if (change := batch.each(place, _change))}
    legs = [change.session.legs for change in changes.values()]
    numbers = {
        subscriber_key for each in legs for subscriber_key in (each.originator, each.receiver)
    }
    audiences = subscription_store().audience_items(sorted(numbers))
    ringing = {each.receiver for each in legs if each.answered_by is None}
    registers = registration_store().items_of(sorted(ringing))
    made: dict[int, list[Notification]] = {}
    for place, change in changes.items():
        notify = partial(_notifications, change, audiences=audiences, registers=registers)
        made[place] = batch.each(place, notify) or []
    queue_each(batch, made)
    batch.log_changes(
        {place: f"{changes[place].name} queued {len(told)}" for place, told in made.items()}
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
    """Return what those subscriptions are told whose devices hear of a change.

    The one that placed the call is not invited to it.
    """
    session, now = change.session, clock.now()
    happened = int(change_in(record)["ApproximateCreationDateTime"])
    receiver = session.legs.receiver
    register = register_from(subscriber_owner(receiver), registers.get(receiver))
    devices = devices_of(session, register, happened)
    kind = EventType.SESSION_STATUS
    numbers = [receiver, session.legs.originator]
    if change.is_invitation:
        kind = EventType.SESSION_INVITATION
        devices, numbers = devices - {session.legs.caller}, numbers[:1]
    time = time_of(record)
    return [
        session_notification(listener, kind, change, time)
        for subscriber_key in dict.fromkeys(numbers)
        for listener in audience_from(subscriber_key, audiences.get(subscriber_key)).hearing(
            kind, devices, now
        )
    ]
