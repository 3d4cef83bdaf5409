"""Notifications of a change of a call, and the devices that get them. Source: ADR 6."""

from call_handling.session import Session
from camara.identity import DeviceKey
from camara.scope import EventType
from camara.unix_time import UnixSeconds
from notifications.notification import Addressee, Notification
from notifications.session_change import SessionChange
from registration.register import Register


def devices_of(session: Session, register: Register, until: UnixSeconds) -> frozenset[DeviceKey]:
    """Return the devices that are notified of a call: the calling one, and those on which it rang.

    Before the answer the latter are found in the receiver's ``register``, which keeps registrations
    for a while after their end: those made before ``until`` (Unix seconds). From the answer on they
    are stored in the call (``Legs.devices``).
    """
    legs = session.legs
    if legs.answered_by is not None:
        return legs.devices | {legs.caller}
    rang = legs.rang(register, since=session.created_at, until=until)
    return frozenset(known.device for known in rang) | {legs.caller}


def rings(session: Session) -> bool:
    """Tell whether the call still rings: it lives, and is not answered."""
    return session.ended is None and session.legs.answered_by is None


def session_notification(
    subscription: Addressee, event_type: EventType, change: SessionChange, time: str
) -> Notification:
    """Return the notification of a change made at ``time`` (RFC 3339).

    All invitations to one call are the same event, however late they are.
    """
    session = change.session
    version = 1 if event_type is EventType.SESSION_INVITATION else session.version
    return Notification.to(
        subscription,
        event_type,
        f"{session.media_session_id} {version}",
        time=time,
        correlator=(session.ended.correlator or "") if session.ended else "",
        media_session_id=session.media_session_id,
        data={
            "status": session.status.value,
            "reason": change.reason,
            "sequenceNumber": session.version,
        },
    )
