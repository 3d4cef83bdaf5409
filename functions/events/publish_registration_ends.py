"""PublishRegistrationEnds: tells the subscribed devices that their registration has ended.

Driven by the stream of the table of registrations, at least once. Source: CAMARA WebRTC Events,
``registration-ends``; ADR 6.
"""

from collections.abc import Iterator
from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext
from snapshot_restore_py import register_before_snapshot

from camara import clock
from camara.stream import Failures, time_of
from events.notification import Notification
from events.outbox import outbox
from events.publishing import published
from events.store import subscription_store
from events.subscription import EventType, Subscription
from registration.item import number_of, register_from
from registration.register import Ended, Reason

_REASONS = {
    Reason.DELETED: ("NETWORK_TERMINATED", "The registration was deleted"),
    Reason.EXPIRED: ("REGISTRATION_EXPIRED", "The registration has expired"),
}


def handler(event: dict[str, Any], _context: LambdaContext) -> Failures:
    """Return the first record that could not be dealt with: it comes again, with those after it."""
    return published("PublishRegistrationEnds", event, _publish)


def _publish(record: dict[str, Any]) -> None:
    change, now = record["dynamodb"], clock.now()
    owner = change["Keys"]["owner"]["S"]
    subscriptions = [
        subscription
        for subscription in subscription_store().of_number(number_of(owner))
        if subscription.type is EventType.REGISTRATION_ENDS and subscription.is_active(now)
    ]
    time = time_of(record)
    for ended in register_from(owner, change["NewImage"]).just_ended:
        outbox().put(_notifications(subscriptions, ended, time))


def _notifications(
    subscriptions: list[Subscription], ended: Ended, time: str
) -> Iterator[Notification]:
    gone = ended.registration
    reason, description = _REASONS[ended.reason]
    for subscription in subscriptions:
        if subscription.device == gone.device:
            yield Notification.to(
                subscription,
                EventType.REGISTRATION_ENDS,
                gone.registration_id,
                time=time,
                data={
                    "registrationId": gone.registration_id,
                    "terminationReason": reason,
                    "terminationDescription": description,
                },
            )


register_before_snapshot(outbox)
register_before_snapshot(subscription_store)
