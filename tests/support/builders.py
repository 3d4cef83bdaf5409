"""Made-up people, sessions and claims: say what matters, the rest is sensible."""

import uuid
from dataclasses import replace
from typing import Any

from call_handling.call import Call, Invitation, Media, media_expiry
from call_handling.party import Actor
from call_handling.session import CallingDevice, Session, Timeouts
from call_handling.status import ANSWERED, Status
from camara.identity import client_key, subscriber_key, user_key
from events.subscription import EventType, Subscription
from events.subscription import Lifetimes as SubscriptionLifetimes
from registration.register import Lifetimes, Limits, Registration

ALICE = "+12025550101"
BOB = "+12025550102"
EVE = "+12025550103"
NOBODY = "+12025550109"
"""Has no device."""
ALICE_KEY, BOB_KEY, EVE_KEY = (subscriber_key(number) for number in (ALICE, BOB, EVE))
CLIENT = "client-1"
CLIENT_KEY = client_key(CLIENT)
ALICE_ACTS, BOB_ACTS, EVE_ACTS = (Actor(key, CLIENT_KEY) for key in (ALICE_KEY, BOB_KEY, EVE_KEY))

OFFER = "v=0\r\no=- 1 2 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\nm=audio 9 UDP/TLS/RTP/SAVPF 111\r\n"
ANSWER = OFFER.replace("o=- 1", "o=- 2")

SESSION_SCOPES = tuple(
    f"{api}:sessions:{name}"
    for api in ("webrtc-call-handling", "webrtc-registration")
    for name in ("create", "read", "write", "delete")
)
SUBSCRIPTION_SCOPES = (
    *(
        f"webrtc-events:org.camaraproject.webrtc-events.v0.{event}:create"
        for event in ("session-status", "session-invitation", "registration-ends")
    ),
    *(f"webrtc-events:{name}" for name in ("read", "update", "delete")),
)
SCOPES = " ".join(SESSION_SCOPES + SUBSCRIPTION_SCOPES)
NOW = 1_800_000_000
TIMEOUTS = Timeouts()
LIFETIMES = Lifetimes()
LIMITS = Limits()
SUBSCRIPTION_LIFETIMES = SubscriptionLifetimes()
SINK = "https://app.example.com/notifications"
UNKNOWN = "0b9c2f4e-5a1d-4c3b-8e7f-6d5c4b3a2918"
"""An id that nothing has."""


def registration_id(subscriber: str, device: int = 1) -> str:
    """The same for the same device of the same subscriber."""
    return str(uuid.uuid5(uuid.NAMESPACE_OID, f"{subscriber} {device}"))


def a_registration(subscriber: str = ALICE, device: int = 1, **changes: Any) -> Registration:
    """A device of this subscriber, registered for as long as any test takes."""
    registration = Registration(
        registration_id=registration_id(subscriber, device),
        device_id=str(uuid.uuid5(uuid.NAMESPACE_OID, f"device {device}")),
        client=CLIENT_KEY,
        user=user_key(f"user of {subscriber}"),
        expires_at=NOW + 400 * 24 * 3600,
    )
    return replace(registration, **changes)


def subscription_id(number: int = 1) -> str:
    """The same for the same number."""
    return str(uuid.uuid5(uuid.NAMESPACE_OID, f"subscription {number}"))


def a_subscription(number: int = 1, **changes: Any) -> Subscription:
    """Alice's first device wants to hear of the status of her calls, from ``NOW`` on."""
    subscription = Subscription(
        number=ALICE_KEY,
        subscription_id=subscription_id(number),
        client=CLIENT_KEY,
        device_id=a_registration(ALICE).device_id,
        type=EventType.SESSION_STATUS,
        sink=SINK,
        starts_at=NOW,
        ends_at=NOW + SUBSCRIPTION_LIFETIMES.default,
    )
    return replace(subscription, **changes)


def a_session(status: Status = Status.RINGING, **changes: Any) -> Session:
    """A live call from Alice to Bob that began at ``NOW``."""
    session = Session.invite(
        "0AEE1B58BAEEDA3EABA42B32EBB3DFE0DEAD3F90",
        device=CallingDevice(ALICE_KEY, CLIENT_KEY, registration_id(ALICE)),
        receiver=BOB_KEY,
        receiver_clients=frozenset({CLIENT_KEY}),
        write_id="write-1",
        now=NOW,
        timeouts=TIMEOUTS,
    )
    return replace(session, status=status, has_answer=status in ANSWERED, **changes)


def a_placed_call(session: Session) -> Call:
    """A session with an offer beside it."""
    invitation = Invitation(f"tel:{ALICE}", f"tel:{BOB}")
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
        "client_id": CLIENT,
        "phone_number": phone_number,
        "scope": SCOPES,
        "exp": str(NOW + 30 * 24 * 3600),
    } | changes
    return {name: value for name, value in claims.items() if value is not None}


def a_two_legged_context(client_id: str | None = CLIENT) -> dict[str, Any]:
    """What the authorizer hands on of a token that names no subscriber."""
    return a_context(None, client_id=client_id)
