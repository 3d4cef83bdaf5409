"""A call over HTTP, from its POST by ringing, offers and answers to its end."""

from itertools import cycle, islice
from typing import Any

import pytest

from tests.support.builders import ANSWER, OFFER, a_call_request, a_location
from tests.support.stack.subscriber import Line, Subscriber

GONE = (404, "NOT_FOUND")
NOT_NOW = (409, "INCOMPATIBLE_STATE")
MANY_CHANGES = 60
"""More than a call may see in as many seconds as it takes to make them."""


def shown(line: Line, call: str) -> tuple[str, str | None]:
    """Return offer and answer, which both ends see alike."""
    body: dict[str, Any] = line.alice.get(call).body
    assert body == line.bob.get(call).body
    return body["offer"]["sdp"], body.get("answer", {}).get("sdp")


# How it begins.


def test_what_is_created_can_be_read(alice: Subscriber) -> None:
    request = a_call_request(locationDetails=a_location())
    created = alice.post(request | {"colour": "green"})

    assert created.status == 201
    assert created.body == request | {
        "mediaSessionId": created.body["mediaSessionId"],
        "status": "Initial",
    }
    read = alice.get(created.body["mediaSessionId"])
    assert (read.status, read.body) == (200, created.body)


def test_ids_are_unguessable(alice: Subscriber) -> None:
    ids = {alice.post().body["mediaSessionId"] for _ in range(10)}

    assert len(ids) == 10
    assert all(len(bytes.fromhex(media_session_id)) * 8 >= 128 for media_session_id in ids)


def test_a_caller_may_stay_unnamed(line: Line) -> None:
    anonymous = a_call_request(
        originatorAddress="sip:anonymous@anonymous.invalid", originatorName=None
    )
    call = line.alice.post(anonymous).body["mediaSessionId"]

    assert line.alice.delete(call).status == 204
    assert line.bob.status_of(call) == "SessionCancelled"


def test_a_subscriber_may_be_known_by_a_sip_uri(callers: Line) -> None:
    sip_uri = f"sip:{callers.bob.number}@ims.example.com;user=phone"
    desk_phone = callers.bob.with_token(phone_number=None, sub=sip_uri).with_device("desk phone")
    call = callers.call("Ringing")

    assert desk_phone.delete(call).status == 204
    assert callers.alice.status_of(call) == "Declined"


@pytest.mark.parametrize(
    "changes",
    [
        {"callType": "EMERGENCY"},
        {"receiverAddress": "urn:service:sos.fire"},
        {"receiverAddress": "tel:112;phone-context=+49"},
        {"receiverAddress": "sip:%31%31%32@ims.example.com"},
    ],
)
def test_an_emergency_call_is_not_placed(alice: Subscriber, changes: dict[str, Any]) -> None:
    refused = alice.post(a_call_request(**changes))

    assert refused.code == (501, "CALLTYPE_EMERGENCY_NOT_SUPPORTED")


# How it is answered, and what both ends see of it.


def test_a_large_offer_and_answer_come_back_whole(line: Line) -> None:
    offer, answer = ((sdp + "a=x\r\n" * 13_200)[:65_536] for sdp in (OFFER, ANSWER))
    call = line.alice.post(a_call_request(offer={"sdp": offer})).body["mediaSessionId"]

    assert line.bob.answer(call, answer).status == 200
    assert shown(line, call) == (offer, answer)
    assert line.alice.delete(call).status == 204


def test_a_location_is_shown_to_who_sent_it(line: Line) -> None:
    call = line.call("Connected")
    shared = line.bob.put(call, {"status": "Connected", "locationDetails": a_location()})

    assert shared.body["locationDetails"] == a_location()
    assert line.bob.get(call).body["locationDetails"] == a_location()
    assert "locationDetails" not in line.alice.get(call).body


def test_a_call_is_held_and_resumed(line: Line) -> None:
    call = line.call("Connected")

    for party, status in ((line.alice, "Hold"), (line.bob, "Resume"), (line.bob, "Connected")):
        changed = party.put(call, status)
        assert (changed.status, changed.body["status"]) == (200, status)


def test_either_end_offers_anew_and_only_one_at_a_time(line: Line) -> None:
    call = line.call("Connected")

    for number, (one, other) in enumerate([(line.alice, line.bob), (line.bob, line.alice)]):
        offer, answer = f"v=0 offer {number}", f"v=0 answer {number}"
        assert one.offer(call, offer).status == 200
        assert other.offer(call, "v=0 at the same time").code == NOT_NOW
        assert shown(line, call) == (offer, None)
        assert other.answer(call, answer).status == 200
        assert shown(line, call) == (offer, answer)
        assert one.answer(call, "v=0 an answer to nothing").code == NOT_NOW
        assert one.put(call, one.get(call).body).status == 200
    assert shown(line, call) == (offer, answer)


def test_before_the_answer_only_the_caller_offers_and_may_think_again(line: Line) -> None:
    call = line.call("Ringing")

    assert line.bob.put(call, {"status": "Ringing", "offer": {"sdp": "v=0 of Bob"}}).status == 200
    assert shown(line, call) == (OFFER, None)
    assert line.alice.put(call, {"status": "Ringing", "offer": {"sdp": "v=0 anew"}}).status == 200
    assert shown(line, call) == ("v=0 anew", None)


def test_an_early_answer_is_good_for_the_phone_that_gave_it(callers: Line) -> None:
    tablet = callers.bob.in_another_app().with_device("tablet")
    early = {"status": "InProgress", "answer": {"sdp": "v=0 early answer"}}
    connects, is_outrun = callers.call(), callers.call()

    for call in (connects, is_outrun):
        assert tablet.put(call, early).status == 200
        assert shown(callers, call) == (OFFER, "v=0 early answer")
        assert callers.bob.put(call, "Connected").code == NOT_NOW
    assert tablet.put(connects, "Connected").status == 200
    assert callers.bob.answer(is_outrun, "v=0 answer").status == 200

    assert callers.alice.get(connects).body["answer"] == {"sdp": "v=0 early answer"}
    assert shown(callers, is_outrun) == (OFFER, "v=0 answer")


@pytest.mark.parametrize(
    ("end", "before", "change"),
    [
        ("alice", "Initial", "Ringing"),
        ("alice", "Ringing", {"status": "Connected", "answer": {"sdp": ANSWER}}),
        ("alice", "Ringing", "Declined"),
        ("bob", "Ringing", "Connected"),
        ("bob", "Ringing", "SessionCancelled"),
        ("bob", "Connected", "Busy"),
    ],
)
def test_what_the_state_forbids_is_refused_and_changes_nothing(
    line: Line, end: str, before: str, change: Any
) -> None:
    call = line.call(before)
    seen = line.alice.get(call).body

    assert getattr(line, end).put(call, change).code == NOT_NOW
    assert line.alice.get(call).body == seen


def test_a_call_that_changes_too_often_can_only_be_ended(line: Line) -> None:
    call = line.call("Connected")
    changes = (line.alice.put(call, status).code for status in cycle(("Hold", "Resume")))

    refused = [code for code in islice(changes, MANY_CHANGES) if code != (200, None)]

    assert set(refused) == {(429, "TOO_MANY_REQUESTS")}
    assert line.bob.delete(call).status == 204


# How it ends.


@pytest.mark.parametrize(
    ("end", "status", "outcome"),
    [
        *(("alice", status, "SessionCancelled") for status in ("Initial", "InProgress", "Ringing")),
        *(("bob", status, "Declined") for status in ("Initial", "Proceeding", "Waiting")),
        ("alice", "Connected", "Terminated"),
        ("bob", "Connected", "Terminated"),
    ],
)
def test_who_deletes_a_call_decides_how_it_ends(
    line: Line, end: str, status: str, outcome: str
) -> None:
    call = line.call(status)
    one, other = (line.alice, line.bob) if end == "alice" else (line.bob, line.alice)

    assert one.delete(call).status == 204

    assert one.get(call).code == GONE
    assert other.status_of(call) == outcome
    # The first ending stays.
    assert other.delete(call, correlator="late").code == GONE
    assert other.answer(call).code == GONE
    assert other.status_of(call) == outcome


def test_a_held_call_terminates(line: Line) -> None:
    call = line.call("Connected")
    assert line.bob.put(call, "Hold").status == 200

    assert line.alice.delete(call).status == 204
    assert line.bob.status_of(call) == "Terminated"


def test_who_ended_it_may_ask_again_with_the_same_correlator(line: Line) -> None:
    call = line.call("Ringing")
    line.alice.delete(call, correlator="attempt-1")

    assert line.alice.delete(call, correlator="attempt-1").status == 204
    assert line.alice.delete(call, correlator="attempt-2").code == GONE
    assert line.bob.delete(call, correlator="attempt-1").code == GONE
    assert line.bob.status_of(call) == "SessionCancelled"


@pytest.mark.parametrize("correlator", [None, ""])
def test_without_a_correlator_a_repeat_is_not_found(line: Line, correlator: str | None) -> None:
    call = line.call()
    line.alice.delete(call, correlator=correlator)

    assert line.alice.delete(call, correlator=correlator).code == GONE


@pytest.mark.parametrize(
    ("end", "status"),
    [("alice", "SessionCancelled"), ("bob", "Busy"), ("bob", "Declined"), ("bob", "NoAnswer")],
)
def test_what_was_ended_by_put_is_over_and_both_can_read_it(
    line: Line, end: str, status: str
) -> None:
    call = line.call("Ringing")

    assert getattr(line, end).put(call, status).body["status"] == status

    for party in (line.alice, line.bob):
        assert party.delete(call).code == GONE
        assert party.status_of(call) == status


@pytest.mark.parametrize("status", ["Ringing", "Connected"])
def test_somebody_else_neither_sees_nor_ends_it(line: Line, eve: Subscriber, status: str) -> None:
    call = line.call(status)
    not_hers = (403, "INVALID_TOKEN_CONTEXT")

    for refused in (eve.get(call), eve.put(call, "Ringing"), eve.delete(call)):
        assert refused.code == not_hers
    assert line.alice.status_of(call) == status
    line.alice.delete(call)
    assert eve.delete(call).code == not_hers
