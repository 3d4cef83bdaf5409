"""deleteSessionById: DELETE /webrtc/sessions/{mediaSessionId}.

Cancels, declines or terminates; the session itself knows which. Answers 204.
"""

from snapshot_restore_py import register_before_snapshot

from call_handling.admission import as_party
from call_handling.ending import endings
from camara import clock, metrics
from camara.caller import Caller
from camara.edge import operation
from camara.request import Request
from camara.response import Response, no_content


@operation("deleteSessionById", "webrtc-call-handling:sessions:delete")
def handler(request: Request, caller: Caller) -> Response:
    """End the session as the calling party, by the device that is named (if one is)."""
    media_session_id = request.path_id("mediaSessionId")
    registration_id = request.optional_header_id("registrationId")
    request.require_no_body()
    now = clock.now()
    ended = as_party(
        caller,
        now,
        lambda actor: endings().by_party(
            media_session_id, actor, request.correlator(), now, registration_id=registration_id
        ),
        registration_id,
    )
    if ended:
        request.facts |= ended.facts()
        metrics.count("SessionEnded", status=ended.after, endedBy=ended.ended_by)
    return no_content()


register_before_snapshot(endings)
