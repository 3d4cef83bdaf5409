"""updateSessionStatus: PUT /webrtc/sessions/{mediaSessionId}/status.

Answers 200 with ``MediaSessionResponse`` as this change left it.
"""

from snapshot_restore_py import register_before_snapshot

from call_handling.admission import as_party
from call_handling.bodies import MediaSessionStatusChange
from call_handling.representation import media_session_response
from call_handling.session import Session
from call_handling.status import ANSWERED, OVER, UNANSWERED, Role
from call_handling.store import session_store
from camara import clock, metrics
from camara.caller import Caller
from camara.edge import operation
from camara.request import Request
from camara.response import Response, json_response


@operation("updateSessionStatus", "webrtc-call-handling:sessions:write")
def handler(request: Request, caller: Caller) -> Response:
    """Apply a party's change of status, SDP or location."""
    media_session_id = request.path_id("mediaSessionId")
    now = clock.now()
    registration_id = request.optional_header_id("registrationId")
    change = MediaSessionStatusChange.parse(request.json_object()).change(registration_id, now)
    request.facts["mediaSessionId"] = media_session_id
    before, after, role = as_party(
        caller, now, lambda actor: session_store().change(media_session_id, actor, change, now)
    )
    request.facts |= {"from": before.session.status, "to": after.session.status}
    _count(before.session, after.session, role)
    return json_response(200, media_session_response(after, role))


def _count(before: Session, after: Session, role: Role) -> None:
    if after.status in OVER:
        metrics.count("SessionEnded", status=after.status, endedBy=role)
    elif after.status in ANSWERED and before.status in UNANSWERED:
        metrics.count("SessionAnswered")


register_before_snapshot(session_store)
