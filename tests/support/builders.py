"""Made-up people, sessions and claims: say what matters, the rest is sensible."""

from dataclasses import replace
from typing import Any

from call_handling.call import Call, Invitation, Media, media_expiry
from call_handling.party import party_key
from call_handling.session import Session, Timeouts
from call_handling.status import ANSWERED, Status

ALICE = "+12025550101"
BOB = "+12025550102"
EVE = "+12025550103"
ALICE_KEY, BOB_KEY, EVE_KEY = (party_key(number) for number in (ALICE, BOB, EVE))

OFFER = "v=0\r\no=- 1 2 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\nm=audio 9 UDP/TLS/RTP/SAVPF 111\r\n"
ANSWER = OFFER.replace("o=- 1", "o=- 2")

SCOPES = " ".join(
    f"webrtc-call-handling:sessions:{name}" for name in ("create", "read", "write", "delete")
)
NOW = 1_800_000_000
TIMEOUTS = Timeouts()


def a_session(status: Status = Status.RINGING, **changes: Any) -> Session:
    """A live call from Alice to Bob that began at ``NOW``."""
    session = Session.invite(
        "0AEE1B58BAEEDA3EABA42B32EBB3DFE0DEAD3F90",
        originator=ALICE_KEY,
        receiver=BOB_KEY,
        write_id="write-1",
        now=NOW,
        timeouts=TIMEOUTS,
    )
    return replace(session, status=status, has_answer=status in ANSWERED, **changes)


def a_placed_call(session: Session) -> Call:
    """A session with an offer beside it."""
    invitation = Invitation(f"tel:{ALICE}", f"tel:{BOB}", "registration-1")
    return Call(session, invitation, Media("offer-1"), media_expiry(session, TIMEOUTS))


def a_location(**changes: Any) -> dict[str, Any]:
    """A ``LocationDetails``."""
    return {
        "shape": "Circle",
        "coordinates": {"latitude": 40.7, "longitude": -74.0, "radius": 50},
        "method": "GPS",
        "confidence": {"pdf": "normal", "value": 88},
        "timestamp": "2026-01-02T03:04:05Z",
    } | changes


def a_call_request(**changes: Any) -> dict[str, Any]:
    """The body of a POST from Alice to Bob; a property set to ``None`` is left out."""
    body = {
        "originatorAddress": f"tel:{ALICE}",
        "originatorName": "Alice",
        "receiverAddress": f"tel:{BOB}",
        "receiverName": "Bob",
        "offer": {"sdp": OFFER},
    } | changes
    return {name: value for name, value in body.items() if value is not None}


def a_context(phone_number: Any = ALICE, **changes: Any) -> dict[str, Any]:
    """What the authorizer hands on; a claim set to ``None`` is left out."""
    claims = {
        "sub": "user-1",
        "client_id": "client-1",
        "phone_number": phone_number,
        "scope": SCOPES,
        "exp": str(NOW + 30 * 24 * 3600),
    } | changes
    return {name: value for name, value in claims.items() if value is not None}
