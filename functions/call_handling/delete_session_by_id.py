"""deleteSessionById: DELETE /webrtc/sessions/{mediaSessionId}.

Cancels, declines or terminates the session, as the caller's role and the status decide. Answers
204.
"""

from snapshot_restore_py import register_before_snapshot

from aws import clock, metrics
from call_handling.authorization import act_for
from call_handling.session_ender import session_ender
from camara.caller import Caller
from camara.scope import Scope
from http_api.operation import Dispatcher, operation
from http_api.request import Request
from http_api.response import Response, no_content


@operation(
    "deleteSessionById", "DELETE", "/webrtc/sessions/{mediaSessionId}", Scope.SESSIONS_DELETE
)
def delete_session_by_id(request: Request, caller: Caller) -> Response:
    """End the session for the caller, and for one device if the request names it."""
    media_session_id = request.path_id("mediaSessionId")
    registration_id = request.optional_header_id("registrationId")
    request.require_no_body()
    now = clock.now()
    ended = act_for(
        caller,
        now,
        lambda actor: session_ender().by_party(
            media_session_id, actor, request.correlator(), now, registration_id=registration_id
        ),
        registration_id,
    )
    if ended:
        request.facts |= ended.facts()
        metrics.count("SessionEnded", status=ended.after, endedBy=ended.ended_by)
    return no_content()


handler = Dispatcher(delete_session_by_id)

register_before_snapshot(session_ender)
