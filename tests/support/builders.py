"""Made-up people, sessions and claims: say what matters, the rest is sensible."""

import uuid
from dataclasses import replace
from typing import Any

from call_handling.call import Call, Invitation, Media, media_expiry
from call_handling.legs import Answerer, CallingDevice, Legs
from call_handling.negotiation import Negotiation
from call_handling.session import Session, Timeouts
from call_handling.status import ANSWERED, Status
from camara.actor import Actor
from camara.identity import (
    ActorKey,
    RegistrationKey,
    UserKey,
    derive_client_key,
    derive_subscriber_key,
    derive_user_key,
)
from camara.scope import ALL_SCOPES, EventType
from notifications.subscription import Lifetimes as SubscriptionLifetimes
from notifications.subscription import Subscription
from registration.register import Lifetimes, Limits, Register, Registration

ALICE = "+12025550101"
BOB = "+12025550102"
EVE = "+12025550103"
NOBODY = "+12025550109"
"""Has no device."""
ALICE_KEY, BOB_KEY, EVE_KEY = (derive_subscriber_key(number) for number in (ALICE, BOB, EVE))
CLIENT = "client-1"
CLIENT_KEY = derive_client_key(CLIENT)

OFFER = "v=0\r\no=- 1 2 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\nm=audio 9 UDP/TLS/RTP/SAVPF 111\r\n"
ANSWER = OFFER.replace("o=- 1", "o=- 2")

SCOPES = " ".join(ALL_SCOPES)
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


def sub_of(subscriber: Any) -> str:
    """Return the ``sub`` of this subscriber's tokens, where a test does not say another one."""
    return f"user of {subscriber}"


def an_actor(
    subscriber: str | None = ALICE, client_id: str | None = CLIENT, sub: str | None = None
) -> Actor:
    """Whose token it is; without a subscriber it is the client's alone."""
    if subscriber is None:
        return Actor(None, derive_client_key(client_id))
    user = derive_user_key(sub or sub_of(subscriber))
    return Actor(derive_subscriber_key(subscriber), derive_client_key(client_id), user)


ALICE_ACTS, BOB_ACTS, EVE_ACTS = map(an_actor, (ALICE, BOB, EVE))


def a_registration(
    subscriber: str = ALICE,
    device: int = 1,
    *,
    client_id: str | None = CLIENT,
    sub: str | None = None,
    **changes: Any,
) -> Registration:
    """A device of this subscriber, registered a day ago, and for as long as any test takes."""
    actor = an_actor(subscriber, client_id, sub)
    registration = Registration(
        registration_id=registration_id(subscriber, device),
        device_id=str(uuid.uuid5(uuid.NAMESPACE_OID, f"device {device}")),
        actor=actor.key,
        client=actor.client,
        user=actor.user or UserKey(""),
        made_at=NOW - 24 * 3600,
        expires_at=NOW + 400 * 24 * 3600,
    )
    return replace(registration, **changes)


def subscription_id(number: int = 1) -> str:
    """The same for the same number."""
    return str(uuid.uuid5(uuid.NAMESPACE_OID, f"subscription {number}"))


def a_subscription(
    number: int = 1, *, of: Registration | None = None, subscriber: str = ALICE, **changes: Any
) -> Subscription:
    """This device (the subscriber's first) wants to hear of the status of calls from ``NOW`` on."""
    device = of or a_registration(subscriber)
    subscription = Subscription(
        subscriber_key=derive_subscriber_key(subscriber),
        subscription_id=subscription_id(number),
        actor=device.actor,
        client=device.client,
        device_id=device.device_id,
        type=EventType.SESSION_STATUS,
        sink=SINK,
        starts_at=NOW,
        ends_at=NOW + SUBSCRIPTION_LIFETIMES.default,
    )
    return replace(subscription, **changes)


def legs(*rings: Registration, caller: Registration | None = None) -> Legs:
    """Alice calls Bob, from her device or another; his rings, or those that are given."""
    device = caller or a_registration(ALICE)
    actor = Actor(ALICE_KEY, device.client, device.user)
    return Legs.between(
        CallingDevice(actor, device.registration_id, device.device),
        BOB_KEY,
        rings or (a_registration(BOB),),
    )


def a_session(status: Status = Status.RINGING, **changes: Any) -> Session:
    """A live call from Alice to Bob that began at ``NOW``, answered by his device if it is."""
    session = Session.invite(
        "0AEE1B58BAEEDA3EABA42B32EBB3DFE0DEAD3F90",
        legs(),
        write_id="write-1",
        now=NOW,
        timeouts=TIMEOUTS,
    )
    if status in ANSWERED:
        register = Register("", registrations={"": a_registration(BOB)})
        answered = session.legs.answered(BOB_ACTS, None, register, since=NOW, now=NOW)
        session = replace(session, legs=answered, negotiation=Negotiation(has_answer=True))
    return replace(session, status=status, **changes)


def a_placed_call(session: Session) -> Call:
    """A session with an offer beside it."""
    invitation = Invitation(f"tel:{ALICE}", f"tel:{BOB}")
    return Call(session, invitation, Media("offer-1"), media_expiry(session.created_at, TIMEOUTS))


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
        "sub": sub_of(phone_number),
        "client_id": CLIENT,
        "phone_number": phone_number,
        "scope": SCOPES,
        "exp": str(NOW + 30 * 24 * 3600),
    } | changes
    return {name: value for name, value in claims.items() if value is not None}


def a_two_legged_context(client_id: str | None = CLIENT) -> dict[str, Any]:
    """What the authorizer hands on of a token that names no subscriber."""
    return a_context(None, client_id=client_id)


def an_answerer(actor: str, registration: str = "") -> Answerer:
    """Who has answered, by made-up keys."""
    return Answerer(ActorKey(actor), RegistrationKey(registration))
