"""getSessionDetailsById: GET /webrtc/sessions/{mediaSessionId}.

Answers 200 with ``MediaSessionResponse``.
"""

from snapshot_restore_py import register_before_snapshot

from aws import clock
from call_handling.authorization import act_for
from call_handling.call import Call
from call_handling.resource import media_session_response
from call_handling.store import session_store
from camara.actor import Actor
from camara.caller import Caller
from camara.scope import Scope
from http_api.operation import Dispatcher, operation
from http_api.request import Request
from http_api.response import Response, json_response


@operation("getSessionDetailsById", "GET", "/webrtc/sessions/{mediaSessionId}", Scope.SESSIONS_READ)
def get_session_details_by_id(request: Request, caller: Caller) -> Response:
    """Show the session to one of its parties."""
    media_session_id = request.path_id("mediaSessionId")
    now = clock.now()

    def read(actor: Actor) -> tuple[Call, Actor]:
        call = session_store().read(media_session_id)
        call.session.require_readable(actor, now)
        return call, actor

    call, actor = act_for(caller, now, read)
    request.facts["version"] = call.session.version
    return json_response(200, media_session_response(call, actor))


handler = Dispatcher(get_session_details_by_id)

register_before_snapshot(session_store)
