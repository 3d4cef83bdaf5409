"""updateSessionStatus: PUT /webrtc/sessions/{mediaSessionId}/status.

Answers 200 with ``MediaSessionResponse`` as this change left it.
"""

from call_handling.bodies import MediaSessionStatusChange
from call_handling.party import party_key
from call_handling.representation import media_session_response
from call_handling.store import session_store
from camara import clock
from camara.caller import Caller
from camara.edge import operation
from camara.request import Request
from camara.response import Response, json_response


@operation("updateSessionStatus", "webrtc-call-handling:sessions:write")
def handler(request: Request, caller: Caller) -> Response:
    """Apply a party's change of status, SDP or location."""
    media_session_id = request.path_id("mediaSessionId")
    now = clock.now()
    change = MediaSessionStatusChange.parse(request.json_object()).change(now)
    request.facts["mediaSessionId"] = media_session_id
    party = party_key(caller.require_subscriber())
    transition, call = session_store().change(media_session_id, party, change, now)
    request.facts |= {"from": transition.before, "to": transition.after}
    return json_response(200, media_session_response(call, party))
