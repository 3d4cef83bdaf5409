"""Response body of a call, as one actor may see it: CAMARA's ``MediaSessionResponse``."""

from typing import Any

from call_handling.call import Call
from camara.actor import Actor


def media_session_response(call: Call, actor: Actor) -> dict[str, Any]:
    """Return the body; the location in it is the asking actor's own, as CAMARA defines it.

    Of a call that is over neither SDP nor location is shown.
    """
    session, invitation, media = call.session, call.invitation, call.readable_media
    body: dict[str, Any] = {
        "mediaSessionId": session.media_session_id,
        "originatorAddress": invitation.originator_address,
        "originatorName": invitation.originator_name,
        "receiverAddress": invitation.receiver_address,
        "receiverName": invitation.receiver_name,
        "status": session.status.value,
        # CAMARA requires it, if only an empty one.
        "offer": {},
        "callType": invitation.call_type,
    }
    if media is not None:
        body |= {
            "offer": {"sdp": media.offer},
            "answer": {"sdp": media.answer} if media.answer else None,
            "locationDetails": media.locations.get(actor.key),
        }
    return {name: value for name, value in body.items() if value is not None}
