"""getSessionDetailsById: GET /webrtc/sessions/{mediaSessionId}.

Answers 200 with ``MediaSessionResponse``.
"""

from snapshot_restore_py import register_before_snapshot

from call_handling.admission import as_party
from call_handling.call import Call
from call_handling.representation import media_session_response
from call_handling.store import session_store
from camara import clock
from camara.actor import Actor
from camara.caller import Caller
from camara.edge import operation
from camara.request import Request
from camara.response import Response, json_response


@operation("getSessionDetailsById", "webrtc-call-handling:sessions:read")
def handler(request: Request, caller: Caller) -> Response:
    """Show the session to one of its parties."""
    media_session_id = request.path_id("mediaSessionId")
    now = clock.now()

    def read(actor: Actor) -> tuple[Call, Actor]:
        call = session_store().read(media_session_id)
        call.session.require_readable(actor, now)
        return call, actor

    call, actor = as_party(caller, now, read)
    request.facts["version"] = call.session.version
    return json_response(200, media_session_response(call, actor))


register_before_snapshot(session_store)
