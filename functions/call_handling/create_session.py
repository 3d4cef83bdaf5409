"""createSession: POST /webrtc/sessions.

Answers 201 with ``MediaSessionResponse`` and ``Location``.
"""

import secrets

from snapshot_restore_py import register_before_snapshot

from aws import clock, metrics
from call_handling.bodies import MediaSessionCreate
from call_handling.resource import media_session_response
from call_handling.settings import emergency_numbers
from call_handling.store import session_store
from camara.actor import Actor
from camara.caller import Caller
from camara.identity import derive_subscriber_key
from camara.scope import Scope
from http_api.operation import Dispatcher, operation
from http_api.request import Request
from http_api.response import Response, json_response


@operation("createSession", "POST", "/webrtc/sessions", Scope.SESSIONS_CREATE)
def create_session(request: Request, caller: Caller) -> Response:
    """Begin a call from a registered device of the token's subscriber."""
    now = clock.now()
    registration_id = request.header_id("registrationId")
    body = MediaSessionCreate.parse(request.json_object())
    body.require_regular_call(emergency_numbers())
    originator = caller.require_subscriber()
    receiver = body.receiver_for(originator)
    actor = Actor.of(caller)
    call = session_store().create(
        actor,
        registration_id,
        derive_subscriber_key(receiver),
        body.invitation(originator, receiver),
        body.media(actor.key, now),
        media_session_id=secrets.token_hex(20),
        now=now,
    )
    session = call.session
    request.note_id("mediaSessionId", session.media_session_id)
    request.facts |= {"to": session.status, "version": session.version}
    metrics.count("SessionCreated")
    location = request.location_of(session.media_session_id)
    return json_response(201, media_session_response(call, actor), Location=location)


handler = Dispatcher(create_session)

register_before_snapshot(session_store)
