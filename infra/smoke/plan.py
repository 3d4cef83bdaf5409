"""What the smoke test does: only what disturbs nobody.

It registers a device of the token's number, places calls from it to an address that nobody has, and
ends them. Whatever becomes of a step, nothing is left behind.
"""

import uuid
from contextlib import ExitStack
from dataclasses import replace

from infra.smoke.examiner import Examiner, Step, Stopped
from infra.smoke.target import Target

_SESSIONS = "/webrtc/sessions"
_CAMARAS_PATH = "/webrtc-call-handling/v0.4"
_REGISTRATIONS = "/webrtc-registration/v0.4/sessions"
_SUBSCRIPTIONS = "/webrtc-events-subscriptions/v0.3/subscriptions"
_ANONYMOUS = "sip:anonymous@anonymous.invalid"
_STREAM_SECONDS = 60
"""After how long a call is over, at the latest, whose device is no longer registered."""


def play(target: Target) -> bool:
    """Take all steps; return whether each succeeded."""
    print(f"\nWhat is asked below {target.api}, and the answer\n")
    examiner = Examiner(target)
    try:
        _refused_strangers(examiner, target.token)
        with ExitStack() as leftovers:
            _device_and_calls(examiner, target.called, leftovers)
    except Stopped as stopped:
        print(f"          {stopped}")
    return examiner.verdict()


def _refused_strangers(examiner: Examiner, token: str) -> None:
    signed, _, signature = token.rpartition(".")
    forged = f"{signed}.{'B' if signature[0] == 'A' else 'A'}{signature[1:]}"
    delete = f"DELETE {_SESSIONS}/{uuid.uuid4().hex}"
    garbage = "garbage"
    examiner.take(
        Step(delete, "401 UNAUTHENTICATED", "no token", token=""),
        Step(delete, "401 UNAUTHENTICATED", "what is no token", token=garbage),
        Step(delete, "401 UNAUTHENTICATED", "a forged signature", token=forged),
        # API Gateway would take a token for a signature of AWS's there.
        Step("GET /smoke-test", "404 NOT_FOUND", "an unknown path", token=""),
    )


def _device_and_calls(examiner: Examiner, called: str, leftovers: ExitStack) -> None:
    device = {"deviceId": str(uuid.uuid4())}
    register = f"POST {_REGISTRATIONS}"
    made = Step(register, "201 Registered", "register a device", device)
    registration_id = examiner.make(made, "registrationId")
    registration = f"{_REGISTRATIONS}/{registration_id}"
    leftovers.callback(examiner.remove, registration)
    of_device = f"{_REGISTRATIONS}?deviceId={device['deviceId']}"
    examiner.take(
        Step(register, "409 ALREADY_EXISTS", "register it again", device),
        Step(f"GET {registration}", "200 Registered", "read its registration"),
        Step(f"GET {of_device}", "200 [Registered]", "find it by the device"),
        Step(f"PUT {registration}", "200 Registered", "refresh it", {}),
    )
    _refused_requests(examiner)
    offer = {"originatorAddress": _ANONYMOUS, "receiverAddress": called, "offer": _sdp(1)}
    which = {"registrationId": registration_id}
    place = Step(f"POST {_SESSIONS}", "201 Initial", "place a call", offer, which)
    _ended(examiner, place, leftovers)
    call = _placed(examiner, place, leftovers)
    examiner.take(
        Step(f"DELETE {registration}", "204", "deregister the device"),
        replace(place, expect="403 INVALID_TOKEN_CONTEXT", why="a call without a device"),
    )
    over = Step(f"GET {call}", "200 NoAnswer", "its call ends, a moment later")
    examiner.await_(over, _STREAM_SECONDS)


def _refused_requests(examiner: Examiner) -> None:
    unknown = uuid.uuid4().hex
    delete = f"DELETE {_SESSIONS}"
    examiner.take(
        Step(f"GET {_SESSIONS}/{unknown}", "404 NOT_FOUND", "an unknown call"),
        Step(f"{delete}/{unknown}", "404 NOT_FOUND", "end an unknown call"),
        Step(delete, "400 INVALID_ARGUMENT", "end a call without an id"),
        Step(f"{delete}/a,b", "400 INVALID_ARGUMENT", "end a call with a malformed id"),
        Step(f"{delete}/{'a' * 257}", "400 OUT_OF_RANGE", "end a call with an endless id"),
        Step(f"GET {_SUBSCRIPTIONS}/{unknown}", "404 NOT_FOUND", "an unknown subscription"),
    )


def _ended(examiner: Examiner, place: Step, leftovers: ExitStack) -> None:
    """Place a call and end it, and again."""
    call = _placed(examiner, place, leftovers)
    new_offer = {"status": "Initial", "offer": _sdp(2)}
    correlator = {"x-correlator": str(uuid.uuid4())}
    delete = f"DELETE {call}"
    examiner.take(
        Step(f"GET {call}", "200 Initial", "read it"),
        Step(f"GET {_on_camaras_path(call)}", "200 Initial", "read it on CAMARA's own path"),
        Step(f"PUT {call}/status", "200 Initial", "make another offer", new_offer),
        Step(delete, "204", "end it", headers=correlator),
        Step(delete, "204", "end it again: a retry", headers=correlator),
        Step(delete, "404 NOT_FOUND", "end it again: no retry"),
    )


def _placed(examiner: Examiner, place: Step, leftovers: ExitStack) -> str:
    """Place a call; return its path."""
    call = f"{_SESSIONS}/{examiner.make(place, 'mediaSessionId')}"
    leftovers.callback(examiner.remove, call)
    return call


def _on_camaras_path(call: str) -> str:
    return call.replace("/webrtc", _CAMARAS_PATH, 1)


def _sdp(version: int) -> dict[str, str]:
    return {"sdp": f"v=0\r\no=- 1 {version} IN IP4 192.0.2.1\r\ns=-\r\nt=0 0\r\n"}
