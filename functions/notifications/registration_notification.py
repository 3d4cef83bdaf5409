"""Notification that a registration has ended.

Source: CAMARA WebRTC Events Subscriptions, ``registration-ends``.
"""

from camara.scope import EventType
from notifications.notification import Addressee, Notification
from registration.register import Ended, Reason

_REASONS = {
    Reason.DELETED: ("NETWORK_TERMINATED", "The registration was deleted"),
    Reason.EXPIRED: ("REGISTRATION_EXPIRED", "The registration has expired"),
}


def registration_notification(subscription: Addressee, ended: Ended, time: str) -> Notification:
    """Return the notification of a registration's end at ``time`` (RFC 3339)."""
    reason, description = _REASONS[ended.reason]
    return Notification.to(
        subscription,
        EventType.REGISTRATION_ENDS,
        ended.registration.registration_id,
        time=time,
        data={
            "registrationId": ended.registration.registration_id,
            "terminationReason": reason,
            "terminationDescription": description,
        },
    )
