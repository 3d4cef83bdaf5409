"""createSession: POST /webrtc/sessions.

Answers 201 with ``MediaSessionResponse`` and ``Location``.
"""

import secrets

from snapshot_restore_py import register_before_snapshot

from call_handling.bodies import MediaSessionCreate
from call_handling.representation import media_session_response
from call_handling.session import CallingDevice
from call_handling.status import Role
from call_handling.store import session_store
from camara import clock, metrics
from camara.caller import Caller
from camara.edge import operation
from camara.identity import client_key, subscriber_key
from camara.request import Request
from camara.response import Response, json_response


@operation("createSession", "webrtc-call-handling:sessions:create")
def handler(request: Request, caller: Caller) -> Response:
    """Begin a call from a registered device of the token's subscriber."""
    now = clock.now()
    registration_id = request.header_id("registrationId")
    body = MediaSessionCreate.parse(request.json_object())
    body.require_regular_call()
    originator = caller.require_subscriber()
    receiver = body.receiver_for(originator)
    party = subscriber_key(originator)
    call = session_store().create(
        CallingDevice(party, client_key(caller.client_id), registration_id),
        subscriber_key(receiver),
        body.invitation(),
        body.media(party, now),
        media_session_id=secrets.token_hex(20),
        now=now,
    )
    session = call.session
    request.facts |= {"mediaSessionId": session.media_session_id, "to": session.status}
    metrics.count("SessionCreated")
    location = f"{request.path.rstrip('/')}/{session.media_session_id}"
    return json_response(201, media_session_response(call, Role.ORIGINATOR), Location=location)


register_before_snapshot(session_store)
