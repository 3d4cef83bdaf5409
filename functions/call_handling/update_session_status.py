"""updateSessionStatus: PUT /webrtc/sessions/{mediaSessionId}/status.

Answers 200 with ``MediaSessionResponse`` as this change left it.
"""

from snapshot_restore_py import register_before_snapshot

from aws import clock, metrics
from call_handling.authorization import act_for
from call_handling.bodies import MediaSessionStatusChange
from call_handling.call import Call
from call_handling.resource import media_session_response
from call_handling.session import Session
from call_handling.status import OVER
from call_handling.store import session_store
from camara.actor import Actor
from camara.caller import Caller
from camara.scope import Scope
from http_api.operation import Dispatcher, operation
from http_api.request import Request
from http_api.response import Response, json_response


@operation(
    "updateSessionStatus", "PUT", "/webrtc/sessions/{mediaSessionId}/status", Scope.SESSIONS_WRITE
)
def update_session_status(request: Request, caller: Caller) -> Response:
    """Apply a party's change of status, SDP or location."""
    media_session_id = request.path_id("mediaSessionId")
    now = clock.now()
    registration_id = request.optional_header_id("registrationId")
    change = MediaSessionStatusChange.parse(request.json_object()).change(registration_id, now)

    def update(actor: Actor) -> tuple[Actor, Call, Call]:
        return actor, *session_store().change(media_session_id, actor, change, now)

    actor, before, after = act_for(caller, now, update, registration_id)
    request.facts |= {
        "from": before.session.status,
        "to": after.session.status,
        "version": after.session.version,
    }
    _count(before.session, after.session)
    return json_response(200, media_session_response(after, actor))


def _count(before: Session, after: Session) -> None:
    if before.status in OVER:
        return
    if after.ended_by is not None:
        metrics.count("SessionEnded", status=after.status, endedBy=after.ended_by)
    elif before.is_answered_by(after.status):
        metrics.count("SessionAnswered")


handler = Dispatcher(update_session_status)

register_before_snapshot(session_store)
