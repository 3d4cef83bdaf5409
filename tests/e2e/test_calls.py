"""POST, GET and PUT over HTTP: how a call begins and moves on."""

from itertools import cycle, islice
from typing import Any

import pytest

from tests.e2e.subscriber import Line, Subscriber
from tests.support.builders import ANSWER, OFFER, a_call_request, a_location

MANY_CHANGES = 60
"""More than a call may see in as many seconds as it takes to make them."""


def test_what_is_created_can_be_read(alice: Subscriber) -> None:
    request = a_call_request()
    created = alice.post(request)

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


def test_both_ends_read_the_same_call(line: Line) -> None:
    call = line.call("Connected")

    assert line.alice.get(call).body == line.bob.get(call).body


def test_unknown_properties_are_ignored(alice: Subscriber) -> None:
    created = alice.post(a_call_request(colour="green", writeId=None) | {"x": {"y": None}})

    assert created.status == 201
    assert not {"colour", "x"} & created.body.keys()


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


def test_a_large_offer_and_answer_come_back_whole(line: Line) -> None:
    offer, answer = ((sdp + "a=x\r\n" * 13_200)[:65_536] for sdp in (OFFER, ANSWER))
    call = line.alice.post(a_call_request(offer={"sdp": offer})).body["mediaSessionId"]
    line.bob.put(call, {"status": "Connected", "answer": {"sdp": answer}})

    read = line.alice.get(call).body
    assert (read["offer"]["sdp"], read["answer"]["sdp"]) == (offer, answer)
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


@pytest.mark.parametrize("status", ["Declined", "Busy", "NoAnswer", "NotReachable"])
def test_the_receiver_may_end_it_by_put(line: Line, status: str) -> None:
    call = line.call("Ringing")

    assert line.bob.put(call, status).body["status"] == status
    assert line.alice.status_of(call) == status


def test_the_originator_may_end_it_by_put(line: Line) -> None:
    call = line.call("Ringing")

    assert line.alice.put(call, "SessionCancelled").status == 200
    assert line.bob.status_of(call) == "SessionCancelled"


@pytest.mark.parametrize(
    ("end", "before", "change"),
    [
        ("alice", "Initial", "Ringing"),
        ("alice", "Ringing", {"status": "Connected", "answer": {"sdp": ANSWER}}),
        ("alice", "Ringing", "Declined"),
        ("alice", "Ringing", "Terminated"),
        ("bob", "Ringing", "SessionCancelled"),
        ("bob", "Ringing", "Connected"),
        ("bob", "Ringing", "Hold"),
        ("bob", "Ringing", "Terminated"),
        ("bob", "Connected", "Resume"),
        ("bob", "Connected", "Ringing"),
        ("bob", "Connected", "Busy"),
        ("alice", "Connected", "SessionCancelled"),
    ],
)
def test_what_the_state_forbids_is_refused_and_changes_nothing(
    line: Line, end: str, before: str, change: Any
) -> None:
    call = line.call(before)
    seen = line.alice.get(call).body

    assert getattr(line, end).put(call, change).code == (409, "INCOMPATIBLE_STATE")
    assert line.alice.get(call).body == seen


def test_a_call_that_changes_too_often_can_only_be_ended(line: Line) -> None:
    call = line.call("Connected")
    changes = (line.alice.put(call, status).code for status in cycle(("Hold", "Resume")))

    refused = [code for code in islice(changes, MANY_CHANGES) if code != (200, None)]

    assert set(refused) == {(429, "TOO_MANY_REQUESTS")}
    assert line.bob.delete(call).status == 204
