"""Scenes of the tour that go well: devices come and go, calls end in each way they can."""

import time

from infra.local import aws
from infra.local.devices import REGISTRATIONS
from infra.local.inbox import Heard
from infra.local.loopback_http import Answer
from infra.local.people import (
    ALICE,
    BOB,
    CAROL,
    ERIN,
    FRANK,
    OTHER_SDP,
    SDP,
    TABLET,
    Person,
    offer,
)
from infra.local.stack_file import Stack
from infra.local.subscriptions import SUBSCRIPTIONS
from infra.local.tour_guide import Step, TourGuide

CALL = "POST /webrtc/sessions"
ANSWERED = {"status": "Connected", "answer": SDP}
CANCELLED = "Call cancelled by originator"
INVITATION, STATUS = "session-invitation", "session-status"
_END = "registration-ends"
_CAMARAS_PATH = "/webrtc-call-handling/v0.4"
_STREAM_SECONDS = 30
"""After how long a call is over, at the latest, whose device is no longer registered."""


def registered(guide: TourGuide) -> None:
    """Register the phones of Alice and Bob."""
    guide.announce("Alice and Bob register their phones")
    phone = guide.register(ALICE)
    again = {"deviceId": ALICE.device_id}
    of_device = f"{REGISTRATIONS}?deviceId={ALICE.device_id}"
    guide.take(
        Step(ALICE, f"POST {REGISTRATIONS}", "409 ALREADY_EXISTS", "once is enough", body=again),
        Step(ALICE, f"GET {of_device}", "200 [Registered]", "her phone"),
        Step(ALICE, f"PUT {phone}", "200 Registered", "refreshed: another hour", body={}),
        Step(BOB, f"GET {phone}", "404 NOT_FOUND", "hers is not his"),
    )
    guide.register(BOB)


def subscribed(guide: TourGuide) -> list[tuple[Person, str]]:
    """Subscribe both phones; return whose subscriptions there are, and their paths."""
    guide.announce("They subscribe to what happens to them; Bob wants to hear of new calls, too")
    wanted = ((ALICE, STATUS), (ALICE, _END), (BOB, INVITATION), (BOB, STATUS))
    made = [(person, guide.subscribe(person, event)) for person, event in wanted]
    create = f"POST {SUBSCRIPTIONS}"
    hers = guide.subscription(ALICE, STATUS)
    inside = hers | {"sink": "https://169.254.169.254/latest/meta-data"}
    guide.take(
        Step(ALICE, create, "400 INVALID_SINK", "no sink inside the network", body=inside),
        Step(BOB, create, "403 SUBSCRIPTION_MISMATCH", "her phone is not his", body=hers),
        Step(BOB, f"GET {made[0][1]}", "404 NOT_FOUND", "hers is not his"),
    )
    return made


def rings_unheard(guide: TourGuide) -> tuple[str, float]:
    """Place a call that everybody forgets; return its path, and when it last changed."""
    guide.announce("Alice calls Bob, and while it rings both of their browsers crash")
    return ring(guide), time.time()


def cancelled(guide: TourGuide) -> None:
    """End a call as its originator, before the answer."""
    guide.announce("Alice calls Bob, and hangs up while it rings: cancelled")
    call = ring(guide)
    guide.take(
        Step(ALICE, f"DELETE {call}", "204"),
    )
    both_hear(guide, call, 3, CANCELLED)
    guide.take(
        Step(BOB, f"GET {call}", "200 SessionCancelled"),
        Step(BOB, f"GET {_on_camaras_path(call)}", "200 SessionCancelled", "CAMARA's own path"),
    )


def declined(guide: TourGuide) -> None:
    """End a call as its receiver, before the answer."""
    guide.announce("Alice calls Bob, and Bob hangs up while it rings: declined")
    call = ring(guide)
    guide.take(
        Step(BOB, f"DELETE {call}", "204"),
    )
    both_hear(guide, call, 3, "Call declined by receiver")
    guide.take(Step(ALICE, f"GET {call}", "200 Declined"))


def terminated(guide: TourGuide) -> None:
    """End a call that was answered."""
    guide.announce("Alice calls Bob, Bob answers, and hangs up later: terminated")
    call = ring(guide)
    attempt = {"x-correlator": "hang-up-1"}
    guide.take(
        Step(BOB, f"PUT {call}/status", "200 Connected", body=ANSWERED),
        Step(ALICE, f"GET {call}", "200 Connected"),
    )
    both_hear(guide, call, 3, "Call answered")
    guide.take(
        Step(BOB, f"DELETE {call}", "204", headers=attempt),
        Step(BOB, f"DELETE {call}", "204", "a retry gets the same answer", headers=attempt),
    )
    both_hear(guide, call, 4, "Call terminated by receiver")
    guide.take(Step(ALICE, f"GET {call}", "200 Terminated"))


def answered_elsewhere(guide: TourGuide) -> None:
    """Answer a call on one of two devices, then put it on hold at both ends."""
    guide.announce("Bob has a tablet, too: his phone picks up first, and the tablet is told")
    guide.register(TABLET)
    made = [guide.subscribe(TABLET, event) for event in (INVITATION, STATUS)]
    devices = (ALICE, BOB, TABLET)
    created = guide.take(Step(ALICE, CALL, "201 Initial", body=offer(ALICE, BOB)))
    call = path_of(created)
    guide.hear(call, *(Heard(each, INVITATION, 1, "New incoming call") for each in devices[1:]))
    second_answer = ANSWERED | {"answer": OTHER_SDP}
    hangs_up = f"DELETE {call}"
    guide.take(
        Step(BOB, f"PUT {call}/status", "200 Connected", "his phone", body=ANSWERED),
        Step(
            TABLET, f"PUT {call}/status", "409 INCOMPATIBLE_STATE", "too late", body=second_answer
        ),
        Step(TABLET, hangs_up, "403 INVALID_TOKEN_CONTEXT", "it is the phone's call"),
        Step(BOB, f"PUT {call}/status", "200 Connected", "a retry changes nothing", body=ANSWERED),
    )
    guide.hear(call, *(Heard(each, STATUS, 2, "Call answered") for each in devices))
    guide.announce("Both put the call on hold at once: one offer stands until it is answered")
    hold = {"status": "Hold", "offer": OTHER_SDP}
    his = {"status": "Hold", "offer": {"sdp": OTHER_SDP["sdp"] + "a=sendonly\r\n"}}
    settled = {"status": "Hold", "answer": SDP}
    guide.take(
        Step(ALICE, f"PUT {call}/status", "200 Hold", "her offer", body=hold),
        Step(BOB, f"PUT {call}/status", "409 INCOMPATIBLE_STATE", "hers comes first", body=his),
        Step(BOB, f"PUT {call}/status", "200 Hold", "his answer", body=settled),
        Step(ALICE, hangs_up, "204"),
    )
    words = ("Call on hold", "Call on hold: session updated", "Call terminated by originator")
    for number, said in enumerate(words, 3):
        guide.hear(call, *(Heard(each, STATUS, number, said) for each in devices))
    gives_up(guide, TABLET, made)
    guide.take(Step(TABLET, f"DELETE {guide.registration(TABLET)}", "204"))


def handed_over(guide: TourGuide) -> None:
    """Call a number that has changed hands."""
    guide.announce("Erin's number, and her phone, become Frank's: she hears nothing of his calls")
    guide.register(ERIN)
    made = [guide.subscribe(ERIN, event) for event in (INVITATION, STATUS)]
    guide.take(Step(ERIN, f"DELETE {guide.registration(ERIN)}", "204"))
    guide.register(FRANK)
    his = [guide.subscribe(FRANK, INVITATION)]
    guide.take(Step(FRANK, f"GET {made[0]}", "404 NOT_FOUND", "hers is not his"))
    created = guide.take(Step(ALICE, CALL, "201 Initial", body=offer(ALICE, FRANK)))
    call = path_of(created)
    guide.hear(call, Heard(FRANK, INVITATION, 1, "New incoming call"))
    guide.take(
        Step(ERIN, f"GET {call}", "403 INVALID_TOKEN_CONTEXT", "it is not her number any more"),
        Step(ALICE, f"DELETE {call}", "204"),
    )
    guide.hear(call, Heard(ALICE, STATUS, 2, CANCELLED))
    gives_up(guide, ERIN, made)
    gives_up(guide, FRANK, his)
    guide.take(Step(FRANK, f"DELETE {guide.registration(FRANK)}", "204"))


def swept(guide: TourGuide, stack: Stack, call: str, deadline: float) -> None:
    """Have the forgotten call ended, once its deadline has passed."""
    guide.announce("The call that both have forgotten is ended by the sweep: no answer")
    # From the last change, in whole seconds.
    while (remaining := deadline + 1 - time.time()) > 0:
        guide.wait(remaining, "for its deadline")
    guide.tell("SweepExpired", aws.invoke(stack, "SweepExpired", {"sweep": "sessions"}))
    both_hear(guide, call, 3, "Call not answered: deadline passed")
    guide.take(
        Step(BOB, f"GET {call}", "200 NoAnswer"),
        Step(ALICE, f"DELETE {call}", "404 NOT_FOUND", "it is over"),
    )


def deregistered(guide: TourGuide) -> None:
    """End a call by deregistering its caller's phone."""
    guide.announce("Alice calls Bob, Bob answers, and her phone is deregistered: terminated")
    call = ring(guide)
    guide.take(
        Step(BOB, f"PUT {call}/status", "200 Connected", body=ANSWERED),
    )
    both_hear(guide, call, 3, "Call answered")
    guide.take(Step(ALICE, f"DELETE {guide.registration(ALICE)}", "204"))
    over = Step(BOB, f"GET {call}", "200 Terminated", "a moment later: the stream tells of it")
    guide.await_(over, _STREAM_SECONDS)
    both_hear(guide, call, 4, "Call terminated by network: registration deleted")
    guide.hear(guide.registration(ALICE), Heard(ALICE, _END, None, "NETWORK_TERMINATED"))
    guide.take(Step(ALICE, CALL, "403 INVALID_TOKEN_CONTEXT", "no phone", body=offer(ALICE, BOB)))


def unsubscribed(guide: TourGuide, made: list[tuple[Person, str]]) -> None:
    """Delete subscriptions, and what is still registered."""
    guide.announce("They delete their subscriptions, and hear of that, too")
    for person, path in made:
        gives_up(guide, person, [path])
    guide.take(
        Step(BOB, f"DELETE {made[-1][1]}", "404 NOT_FOUND", "it is over"),
        Step(BOB, f"DELETE {guide.registration(BOB)}", "204"),
        Step(CAROL, f"DELETE {guide.registration(CAROL)}", "204"),
    )


def ring(guide: TourGuide) -> str:
    """Let Alice call Bob until it rings; return the call's path."""
    created = guide.take(Step(ALICE, CALL, "201 Initial", body=offer(ALICE, BOB)))
    call = path_of(created)
    guide.hear(call, Heard(BOB, INVITATION, 1, "New incoming call"))
    guide.take(Step(BOB, f"PUT {call}/status", "200 Ringing", body={"status": "Ringing"}))
    both_hear(guide, call, 2, "Call rings")
    return call


def both_hear(guide: TourGuide, call: str, number: int, words: str) -> None:
    """Wait until both phones have been told of a change of a call."""
    guide.hear(call, *(Heard(person, STATUS, number, words) for person in (ALICE, BOB)))


def gives_up(guide: TourGuide, person: Person, made: list[str]) -> None:
    """Let somebody delete subscriptions, and hear of that."""
    for path in made:
        guide.take(Step(person, f"DELETE {path}", "204"))
        guide.hear(path, Heard(person, "subscription-ended", None, "SUBSCRIPTION_DELETED"))


def path_of(created: Answer) -> str:
    """Return the path of the call that was placed."""
    return f"/webrtc/sessions/{(created.json or {}).get('mediaSessionId')}"


def _on_camaras_path(call: str) -> str:
    return call.replace("/webrtc", _CAMARAS_PATH, 1)
