"""The tour: devices register, calls end in each way a call can end, then every refusal, over HTTP.

What the devices are notified of is shown beside it, and is to be what has happened, once, in order.

The devices are the same in every tour, so that one can find and remove what another, cut short, has
left behind.
"""

import time

from infra.local import aws
from infra.local.devices import REGISTRATIONS
from infra.local.inbox import Heard
from infra.local.people import ALICE, BOB, CAROL, SDP, Person, offer
from infra.local.settings import Settings
from infra.local.stack_file import Stack
from infra.local.subscriptions import SUBSCRIPTIONS
from infra.local.tour_guide import Step, TourGuide
from infra.local.webhook import serving

_CALL = "POST /webrtc/sessions"
_CAMARAS_PATH = "/webrtc-call-handling/v0.4"
_ANSWERED = {"status": "Connected", "answer": SDP}
_INVITATION, _STATUS, _END = "session-invitation", "session-status", "registration-ends"
_CANCELLED = "Call cancelled by originator"
_STREAM_SECONDS = 30
"""After how long a call is over, at the latest, whose device is no longer registered."""
_RING_SECONDS = 10
"""Long enough for every other scene, short enough to wait for."""


def settings_for(settings: Settings) -> Settings:
    """Return settings under which a forgotten call ends while the tour is played."""
    return settings.with_default("RingTimeoutSeconds", str(_RING_SECONDS))


def play(stack: Stack) -> bool:
    """Play the tour; return whether every answer was the expected one."""
    with serving() as webhook:
        return _play(stack, TourGuide(stack, webhook))


def _play(stack: Stack, guide: TourGuide) -> bool:
    guide.welcome()
    guide.tidy(ALICE, BOB, CAROL)
    _registered(guide)
    made = _subscribed(guide)
    patient = stack.ring_timeout_seconds <= _RING_SECONDS
    forgotten, forgotten_at = _rings_unheard(guide) if patient else ("", 0.0)
    _cancelled(guide)
    _declined(guide)
    _terminated(guide)
    _refused_tokens(guide)
    _refused_requests(guide)
    if patient:
        _swept(guide, stack, forgotten, forgotten_at + stack.ring_timeout_seconds)
    else:
        guide.announce(
            f"Left out: a forgotten call, for here it rings {stack.ring_timeout_seconds} s"
        )
    _deregistered(guide)
    _unsubscribed(guide, made)
    return guide.farewell()


def _registered(guide: TourGuide) -> None:
    guide.announce("Alice and Bob register their phones")
    phone = guide.register(ALICE)
    again = {"deviceId": guide.device_id(ALICE)}
    of_device = f"{REGISTRATIONS}?deviceId={guide.device_id(ALICE)}"
    guide.take(
        Step(ALICE, f"POST {REGISTRATIONS}", "409 ALREADY_EXISTS", "once is enough", body=again),
        Step(ALICE, f"GET {of_device}", "200 [Registered]", "her phone"),
        Step(ALICE, f"PUT {phone}", "200 Registered", "refreshed: another hour", body={}),
        Step(BOB, f"GET {phone}", "404 NOT_FOUND", "hers is not his"),
    )
    guide.register(BOB)


def _subscribed(guide: TourGuide) -> list[tuple[Person, str]]:
    """Subscribe both phones; return whose subscriptions there are, and their paths."""
    guide.announce("They subscribe to what happens to them; Bob wants to hear of new calls, too")
    wanted = ((ALICE, _STATUS), (ALICE, _END), (BOB, _INVITATION), (BOB, _STATUS))
    made = [(person, guide.subscribe(person, event)) for person, event in wanted]
    create = f"POST {SUBSCRIPTIONS}"
    hers = guide.subscription(ALICE, _STATUS)
    inside = hers | {"sink": "https://169.254.169.254/latest/meta-data"}
    guide.take(
        Step(ALICE, create, "400 INVALID_SINK", "no sink inside the network", body=inside),
        Step(BOB, create, "403 SUBSCRIPTION_MISMATCH", "her phone is not his", body=hers),
        Step(BOB, f"GET {made[0][1]}", "404 NOT_FOUND", "hers is not his"),
    )
    return made


def _unsubscribed(guide: TourGuide, made: list[tuple[Person, str]]) -> None:
    guide.announce("They delete their subscriptions, and hear of that, too")
    for person, path in made:
        guide.take(Step(person, f"DELETE {path}", "204"))
        guide.hear(path, Heard(person, "subscription-ended", None, "SUBSCRIPTION_DELETED"))
    guide.take(
        Step(BOB, f"DELETE {made[-1][1]}", "404 NOT_FOUND", "it is over"),
        Step(BOB, f"DELETE {guide.registration(BOB)}", "204"),
        Step(CAROL, f"DELETE {guide.registration(CAROL)}", "204"),
    )


def _both_hear(guide: TourGuide, call: str, number: int, words: str) -> None:
    """Wait until both phones have been told of a change of a call."""
    guide.hear(call, *(Heard(person, _STATUS, number, words) for person in (ALICE, BOB)))


def _deregistered(guide: TourGuide) -> None:
    guide.announce("Alice calls Bob, Bob answers, and her phone is deregistered: terminated")
    call = _ring(guide)
    guide.take(
        Step(BOB, f"PUT {call}/status", "200 Connected", body=_ANSWERED),
    )
    _both_hear(guide, call, 3, "Call answered")
    guide.take(Step(ALICE, f"DELETE {guide.registration(ALICE)}", "204"))
    over = Step(BOB, f"GET {call}", "200 Terminated", "a moment later: the stream tells of it")
    guide.await_(over, _STREAM_SECONDS)
    _both_hear(guide, call, 4, "Call terminated by network: registration deleted")
    guide.hear(guide.registration(ALICE), Heard(ALICE, _END, None, "NETWORK_TERMINATED"))
    guide.take(Step(ALICE, _CALL, "403 INVALID_TOKEN_CONTEXT", "no phone", body=offer(ALICE, BOB)))


def _rings_unheard(guide: TourGuide) -> tuple[str, float]:
    guide.announce("Alice calls Bob, and while it rings both of their browsers crash")
    return _ring(guide), time.time()


def _swept(guide: TourGuide, stack: Stack, call: str, deadline: float) -> None:
    guide.announce("The call that both have forgotten is ended by the sweep: no answer")
    # From the last change, in whole seconds.
    while (remaining := deadline + 1 - time.time()) > 0:
        guide.wait(remaining, "for its deadline")
    guide.tell("EndStaleSessions", aws.invoke(stack, "EndStaleSessions", {}))
    _both_hear(guide, call, 3, "Call not answered: deadline passed")
    guide.take(
        Step(BOB, f"GET {call}", "200 NoAnswer"),
        Step(ALICE, f"DELETE {call}", "404 NOT_FOUND", "it is over"),
    )


def _cancelled(guide: TourGuide) -> None:
    guide.announce("Alice calls Bob, and hangs up while it rings: cancelled")
    call = _ring(guide)
    guide.take(
        Step(ALICE, f"DELETE {call}", "204"),
    )
    _both_hear(guide, call, 3, _CANCELLED)
    guide.take(
        Step(BOB, f"GET {call}", "200 SessionCancelled"),
        Step(BOB, f"GET {_on_camaras_path(call)}", "200 SessionCancelled", "CAMARA's own path"),
    )


def _declined(guide: TourGuide) -> None:
    guide.announce("Alice calls Bob, and Bob hangs up while it rings: declined")
    call = _ring(guide)
    guide.take(
        Step(BOB, f"DELETE {call}", "204"),
    )
    _both_hear(guide, call, 3, "Call declined by receiver")
    guide.take(Step(ALICE, f"GET {call}", "200 Declined"))


def _terminated(guide: TourGuide) -> None:
    guide.announce("Alice calls Bob, Bob answers, and hangs up later: terminated")
    call = _ring(guide)
    attempt = {"x-correlator": "hang-up-1"}
    guide.take(
        Step(BOB, f"PUT {call}/status", "200 Connected", body=_ANSWERED),
        Step(ALICE, f"GET {call}", "200 Connected"),
    )
    _both_hear(guide, call, 3, "Call answered")
    guide.take(
        Step(BOB, f"DELETE {call}", "204", headers=attempt),
        Step(BOB, f"DELETE {call}", "204", "a retry gets the same answer", headers=attempt),
    )
    _both_hear(guide, call, 4, "Call terminated by receiver")
    guide.take(Step(ALICE, f"GET {call}", "200 Terminated"))


def _refused_tokens(guide: TourGuide) -> None:
    guide.announce("What the access token does not allow is refused")
    call = _ring(guide)
    delete = f"DELETE {call}"
    expired = guide.token(ALICE, expires_in=-60)
    reader = guide.token(ALICE, scope="webrtc-call-handling:sessions:read")
    apps = guide.token(ALICE, phone_number=None)
    nobodys = guide.token(ALICE, phone_number=None, client_id=None)
    as_alice = offer(ALICE, BOB)
    guide.take(
        Step(ALICE, delete, "401 UNAUTHENTICATED", "no token", bearer=""),
        Step(ALICE, delete, "401 UNAUTHENTICATED", "not a token", bearer="garbage"),
        Step(ALICE, delete, "401 UNAUTHENTICATED", "expired token", bearer=expired),
        Step(ALICE, delete, "403 PERMISSION_DENIED", "token for reading", bearer=reader),
        Step(ALICE, delete, "404 IDENTIFIER_NOT_FOUND", "token of nobody", bearer=nobodys),
        Step(ALICE, delete, "403 INVALID_TOKEN_CONTEXT", "the app's: whose leg?", bearer=apps),
        Step(CAROL, delete, "404 IDENTIFIER_NOT_FOUND", "she has no phone"),
    )
    guide.register(CAROL)
    bobs = {"registrationId": guide.registration(BOB).rpartition("/")[2]}
    guide.take(
        Step(CAROL, delete, "403 INVALID_TOKEN_CONTEXT", "she has one, but it is not her call"),
        Step(CAROL, _CALL, "403 INVALID_TOKEN_CONTEXT", "as Alice", body=as_alice),
        Step(ALICE, _CALL, "403 INVALID_TOKEN_CONTEXT", "Bob's phone", body=as_alice, headers=bobs),
        Step(ALICE, delete, "204", "the call was left alone"),
        Step(ALICE, delete, "404 NOT_FOUND", "and now is over"),
    )
    _both_hear(guide, call, 3, _CANCELLED)


def _refused_requests(guide: TourGuide) -> None:
    guide.announce("What makes no sense is refused")
    call = _ring(guide)
    valid = offer(ALICE, BOB)
    emergency = valid | {"callType": "EMERGENCY"}
    text = {"Content-Type": "text/plain"}
    post = _CALL
    guide.take(
        Step(ALICE, "DELETE /webrtc/sessions/", "400 INVALID_ARGUMENT", "no id"),
        Step(
            ALICE,
            f"DELETE /webrtc/sessions/{'a' * 257}",
            "400 OUT_OF_RANGE",
            "id of 257 characters",
        ),
        Step(ALICE, "DELETE /webrtc/sessions/unknown", "404 NOT_FOUND", "no such call"),
        Step(ALICE, "DELETE /unknown", "404 NOT_FOUND", "no such path"),
        Step(ALICE, post, "400 INVALID_ARGUMENT", "no offer", body=valid | {"offer": None}),
        Step(ALICE, post, "415 UNSUPPORTED_MEDIA_TYPE", "plain text", body=valid, headers=text),
        Step(ALICE, post, "501 CALLTYPE_EMERGENCY_NOT_SUPPORTED", body=emergency),
        Step(ALICE, f"PUT {call}/status", "409 INCOMPATIBLE_STATE", "her own", body=_ANSWERED),
        Step(ALICE, f"DELETE {call}", "204", "the call was left alone"),
    )
    _both_hear(guide, call, 3, _CANCELLED)


def _ring(guide: TourGuide) -> str:
    """Let Alice call Bob until it rings; return the call's path."""
    created = guide.take(Step(ALICE, _CALL, "201 Initial", body=offer(ALICE, BOB)))
    call = f"/webrtc/sessions/{(created.json or {}).get('mediaSessionId')}"
    guide.hear(call, Heard(BOB, _INVITATION, 1, "New incoming call"))
    guide.take(Step(BOB, f"PUT {call}/status", "200 Ringing", body={"status": "Ringing"}))
    _both_hear(guide, call, 2, "Call rings")
    return call


def _on_camaras_path(call: str) -> str:
    return call.replace("/webrtc", _CAMARAS_PATH, 1)
