"""How a call is shown to a party: CAMARA's ``MediaSessionResponse``."""

from typing import Any

from call_handling.call import Call
from call_handling.status import Role


def media_session_response(call: Call, role: Role) -> dict[str, Any]:
    """Return the body; the location in it is the asking party's own, as CAMARA defines it."""
    session, invitation, media = call.session, call.invitation, call.media
    body = {
        "mediaSessionId": session.media_session_id,
        "originatorAddress": invitation.originator_address,
        "originatorName": invitation.originator_name,
        "receiverAddress": invitation.receiver_address,
        "receiverName": invitation.receiver_name,
        "status": session.status.value,
        "offer": {"sdp": media.offer},
        "answer": {"sdp": media.answer} if media.answer else None,
        "callType": invitation.call_type,
        "locationDetails": media.locations.get(session.party(role)),
    }
    return {name: value for name, value in body.items() if value is not None}
