"""Notification as the sink gets it: a CloudEvent 1.0 in structured mode.

Source: CloudEvents 1.0.2, "JSON Event Format"; CAMARA WebRTC Events Subscriptions, ``CloudEvent``.
"""

import json
from typing import Any

from call_handling.call import Call
from camara.scope import EventType
from notifications.notification import Notification


def cloud_event(notification: Notification, source: str, call: Call | None) -> bytes:
    """Return the body of the POST; ``call`` is the one that the notification is about, if any.

    Addresses, SDP and location are those of the call now, and missing when it is no longer stored;
    all else is as it was at the time of the event.
    """
    data: dict[str, Any] = {
        "subscriptionId": notification.subscription_id,
        "mediaSessionId": notification.media_session_id,
    }
    if call is not None:
        data |= _of_call(call)
        if notification.type is EventType.SESSION_INVITATION:
            # An invitation is the caller's event, so the location is the caller's.
            data["locationDetails"] = call.media.locations.get(call.session.legs.caller_actor)
    data |= notification.data
    event = {
        "id": notification.event_id,
        "source": source,
        "type": notification.type.value,
        "specversion": "1.0",
        "datacontenttype": "application/json",
        "time": notification.time,
        "data": {name: value for name, value in data.items() if value is not None},
    }
    return json.dumps(event, ensure_ascii=False, separators=(",", ":")).encode()


def _of_call(call: Call) -> dict[str, Any]:
    invitation, media = call.invitation, call.readable_media
    data: dict[str, Any] = {
        "originatorAddress": invitation.originator_address,
        "originatorName": invitation.originator_name,
        "receiverAddress": invitation.receiver_address,
        "receiverName": invitation.receiver_name,
    }
    if media is not None:
        data["offer"] = {"sdp": media.offer}
        data["answer"] = {"sdp": media.answer} if media.answer else None
    return data
