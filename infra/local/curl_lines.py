"""Commands to copy and paste: a call in progress, and the tokens to end it and to look at it."""

import json
import shlex

from infra.local.devices import registered
from infra.local.loopback_http import call
from infra.local.people import ALICE, BOB, SDP, offer, token
from infra.local.stack_file import Stack

_TOKEN_SECONDS = 24 * 60 * 60
"""None of the tour's, which deregisters what it has registered."""


def print_curl_lines(stack: Stack) -> None:
    """Print lines for bash that work as they are, for as long as an answered call may last."""
    alice = token(stack, ALICE, expires_in=_TOKEN_SECONDS)
    bob = token(stack, BOB, expires_in=_TOKEN_SECONDS)
    phone = registered(stack, alice, ALICE.device_id, _TOKEN_SECONDS)
    registered(stack, bob, BOB.device_id, _TOKEN_SECONDS)
    sessions = f"{stack.api_url}/webrtc/sessions"
    body = json.dumps(offer(ALICE, BOB))
    session_id = _answered_call(sessions, body, alice, phone["registrationId"], bob)
    print(f"""
Now you: Alice calls Bob. She hangs up another call, that he had answered. He sees it is over.
(The tokens last for a day, and their phones are registered until {phone["expiresAt"]}.)

ALICE={alice}
BOB={bob}
PHONE={phone["registrationId"]}
API={sessions}

curl -i -w '\\n' -X POST "$API" -H "Authorization: Bearer $ALICE" -H "registrationId: $PHONE" \\
  -H 'Content-Type: application/json' -d {shlex.quote(body)}
curl -i -X DELETE "$API/{session_id}" -H "Authorization: Bearer $ALICE"
curl -i -w '\\n' "$API/{session_id}" -H "Authorization: Bearer $BOB"
""")


def _answered_call(
    sessions: str, body: str, originator: str, registration_id: str, receiver: str
) -> str:
    """Set a call up; return its id."""
    json_body = {"Content-Type": "application/json"}
    calling = {"Authorization": f"Bearer {originator}", "registrationId": registration_id}
    session_id = str(call("POST", sessions, json_body | calling, body).json["mediaSessionId"])
    call(
        "PUT",
        f"{sessions}/{session_id}/status",
        json_body | {"Authorization": f"Bearer {receiver}"},
        json.dumps({"status": "Connected", "answer": SDP}),
    )
    return session_id
