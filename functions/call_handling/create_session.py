"""createSession: POST /webrtc/sessions.

Answers 201 with ``MediaSessionResponse`` and ``Location``.
"""

import secrets

from snapshot_restore_py import register_before_snapshot

from call_handling.bodies import MediaSessionCreate
from call_handling.party import party_key
from call_handling.representation import media_session_response
from call_handling.store import session_store
from camara import clock, metrics
from camara.caller import Caller
from camara.edge import operation
from camara.request import Request
from camara.response import Response, json_response


@operation("createSession", "webrtc-call-handling:sessions:create")
def handler(request: Request, caller: Caller) -> Response:
    """Begin a call from the token's subscriber."""
    now = clock.now()
    registration_id = request.header_id("registrationId")
    body = MediaSessionCreate.parse(request.json_object())
    body.require_regular_call()
    originator = caller.require_subscriber()
    receiver = body.receiver_for(originator)
    party = party_key(originator)
    call = session_store().create(
        party,
        party_key(receiver),
        body.invitation(registration_id),
        body.media(party, now),
        media_session_id=secrets.token_hex(20),
        now=now,
    )
    session = call.session
    request.facts |= {"mediaSessionId": session.media_session_id, "to": session.status}
    metrics.count("SessionCreated")
    location = f"{request.path.rstrip('/')}/{session.media_session_id}"
    return json_response(201, media_session_response(call, party), Location=location)


register_before_snapshot(session_store)
