"""Notifications of a change of a call, and the devices that hear of it. Source: ADR 6."""

from call_handling.session import Session
from camara.identity import DeviceKey
from camara.scope import EventType
from camara.unix_time import UnixSeconds
from notifications.notification import Addressee, Notification
from notifications.session_change import SessionChange
from registration.register import Register


def devices_of(session: Session, register: Register, until: UnixSeconds) -> frozenset[DeviceKey]:
    """Return the devices (keys) that hear of a call; see ``Legs``.

    They are the one that placed it, and those of the receiver that have heard it ring, live or not.
    Before the answer the receiver's ``register`` knows them, for it remembers what has ended, those
    that were made before ``until`` (Unix seconds); from then on the call does.
    """
    legs = session.legs
    if legs.answered_by is not None:
        return legs.devices | {legs.caller}
    rang = legs.rang(register, since=session.created_at, until=until)
    return frozenset(known.device for known in rang) | {legs.caller}


def rings(session: Session) -> bool:
    """Tell whether there is anything to invite to."""
    return session.ended is None and session.legs.answered_by is None


def session_notification(
    subscription: Addressee, event_type: EventType, change: SessionChange, time: str
) -> Notification:
    """Tell of a change of ``time`` (RFC 3339); an invitation is one event, however late it is."""
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
